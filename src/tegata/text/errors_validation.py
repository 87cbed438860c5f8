"""Sentences of the errors raised by the CA's validation of names, and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "validation.dns": Entry(
        Sentence(
            "The CA could not find the address of {name} in DNS: {reason}.",
            "認証局から DNS で {name} の IP アドレスを確認できませんでした: {reason}。",
        ),
        Sentence(
            "Check that {name} has an A or AAAA record that can be looked up from outside your network,"
            " then run the command again.",
            "{name} の A または AAAA レコードが外部から参照できることを確認し、コマンドを再度実行してください。",
        ),
    ),
    "validation.txt": Entry(
        Sentence(
            "The CA found no TXT record at {name}: {reason}.",
            "認証局から {name} の TXT レコードを確認できませんでした: {reason}。",
        ),
        Sentence(
            "Check that the record was made in the zone that the internet sees, at exactly this name, and that all of"
            " the zone's servers have it; then run the command again.",
            "インターネットから参照されるゾーンに、この名前の TXT レコードが作成されていること、"
            "ゾーンのすべての DNS サーバーに反映されていることを確認し、コマンドを再度実行してください。",
        ),
    ),
    "validation.txt-value": Entry(
        Sentence(
            "The TXT record at {name} does not have the expected value; found: {got}",
            "{name} の TXT レコードの値が期待した値と異なります。確認した値: {got}",
        ),
        Sentence(
            "Remove values of earlier runs, wait until every server of the zone has the new one, and run the command"
            " again. Several values may stand beside each other; each must be the bare value, without quotes in it.",
            "以前の値を削除し、新しい値がゾーンのすべての DNS サーバーに反映されてから、"
            "コマンドを再度実行してください。"
            "複数の値は併存できます。値そのものに引用符を含めないでください。",
        ),
    ),
    "validation.persist": Entry(
        Sentence(
            "The TXT records at {name} are no proof: {reason}. Found: {got}",
            "{name} の TXT レコードでは確認できませんでした: {reason}。確認した値: {got}",
        ),
        Sentence(
            "Make a TXT record there with this value, wait until every server of the zone has it, and run the command"
            " again: {wanted}",
            "同じ名前に次の値の TXT レコードを作成し、ゾーンのすべての DNS サーバーに反映されてから、"
            "コマンドを再度実行してください: {wanted}",
        ),
    ),
    "validation.address": Entry(
        Sentence(
            "{name} leads to {address}, an address that this CA does not look into.",
            "{name} の IP アドレス {address} は、この認証局からの確認が認められていないアドレスです。",
        ),
        Sentence(
            "Point {name} to a public address. A CA for an internal network must have that network among its"
            " allow_networks.",
            "{name} をインターネットに公開された IP アドレスに設定してください。"
            "内部ネットワーク用の認証局では、そのネットワークを設定 allow_networks に加えてください。",
        ),
    ),
    "validation.connection": Entry(
        Sentence(
            "The CA could not connect to {name} ({address}) at port {port}: {reason}.",
            "認証局から {name}（{address}）のポート {port} に接続できませんでした: {reason}。",
        ),
        Sentence(
            "Check that the web server, or the client's own listener, answers at port {port} and that no firewall"
            " closes it to the CA; access from abroad must not be blocked either.",
            "Web サーバー（またはクライアントの待ち受け）がポート {port} で応答していること、"
            "ファイアウォールで遮断されていないことを確認してください。"
            "日本国外からのアクセスの制限も、確認できない原因になります。",
        ),
    ),
    "validation.status": Entry(
        Sentence(
            "{url} answered with HTTP status {status}; 200 is needed.",
            "{url} の応答が HTTP ステータス {status} でした（200 が必要です）。",
        ),
        Sentence(
            "Check that files below /.well-known/acme-challenge/ are served as they are, without log in, and that the"
            " webroot given to the client is the one of this site.",
            "/.well-known/acme-challenge/ 以下のファイルが認証なしでそのまま公開されること、"
            "クライアントに指定した公開ディレクトリ（webroot）がこのサイトのものであることを確認してください。",
        ),
    ),
    "validation.redirect": Entry(
        Sentence(
            "The redirect at {url} was not followed: {reason}.",
            "{url} のリダイレクトには従えません: {reason}。",
        ),
        Sentence(
            "Do not redirect paths below /.well-known/acme-challenge/, or redirect them plainly to http port 80 or"
            " https port 443.",
            "/.well-known/acme-challenge/ 以下はリダイレクトしないか、"
            "http（ポート 80）または https（ポート 443）に転送してください。",
        ),
    ),
    "validation.answer": Entry(
        Sentence(
            "{url} did not answer with the expected value; its answer begins: {got}",
            "{url} の応答が期待した値と異なります。応答の先頭: {got}",
        ),
        Sentence(
            "Another server or page answers for this address. Check which server the name leads to, over IPv4 and IPv6,"
            " and that the webroot given to the client is the one of this site.",
            "別のサーバーまたは別のページが応答しています。ドメイン名が指すサーバー（IPv4 と IPv6 の両方）と、"
            "クライアントに指定した公開ディレクトリ（webroot）を確認してください。",
        ),
    ),
    "validation.http": Entry(
        Sentence(
            "{url} gave no usable HTTP answer: {reason}.",
            "{url} から有効な HTTP 応答が得られませんでした: {reason}。",
        ),
        Sentence(
            "Check that a web server answers plain HTTP there, quickly and without compression.",
            "その URL で Web サーバーが HTTP の応答を、遅延や圧縮なしで返すことを確認してください。",
        ),
    ),
    "validation.acme-tls": Entry(
        Sentence(
            "{name} ({address}) did not speak acme-tls/1 at port {port}: {reason}.",
            "{name}（{address}）のポート {port} で acme-tls/1 の TLS 接続を確立できませんでした: {reason}。",
        ),
        Sentence(
            "Check that the client's own listener answers at port {port}, not a web server or a proxy that ends TLS;"
            " otherwise use http-01.",
            "ポート {port} で Web サーバーや TLS を終端するプロキシではなく、クライアントの待ち受けが応答していることを"
            "確認するか、http-01 を使用してください。",
        ),
    ),
    "validation.certificate": Entry(
        Sentence(
            "{name} ({address}) did not show the challenge's certificate at port {port}: {reason}.",
            "{name}（{address}）のポート {port} で提示された証明書がチャレンジのものではありません: {reason}。",
        ),
        Sentence(
            "Check that {name} leads to the machine where the client runs, over IPv4 and IPv6, and that the client"
            " follows RFC 8737.",
            "{name} が、クライアントを実行しているサーバーを IPv4 と IPv6 の両方で指していること、"
            "クライアントが RFC 8737 に対応していることを確認してください。",
        ),
    ),
    "validation.caa": Entry(
        Sentence(
            "CAA records at {domain} do not permit this CA to issue for {name}: {reason} ({records}).",
            "{domain} の CAA レコードにより、{name} の証明書をこの認証局から発行できません: {reason}（{records}）。",
        ),
        Sentence(
            "Whoever runs the DNS of {domain} can permit it with the record: {wanted}",
            "発行を許可するには、{domain} の DNS に次のレコードを追加してください: {wanted}",
        ),
    ),
    "validation.caa-nameless": Entry(
        Sentence(
            "CAA records at {domain} do not permit this CA to issue for {name}: {reason} ({records}).",
            "{domain} の CAA レコードにより、{name} の証明書をこの認証局から発行できません: {reason}（{records}）。",
        ),
        Sentence(
            "This CA has no domain name that a CAA record could permit. Remove the records, or show the CA's own"
            " resolvers a zone without them.",
            "この認証局には CAA レコードで許可できるドメイン名がありません。"
            "該当する CAA レコードを削除するか、認証局が参照する DNS サーバーに CAA レコードのないゾーンを"
            "設定してください。",
        ),
    ),
    "validation.caa-lookup": Entry(
        Sentence(
            "The CA could not find out whether CAA records at {domain} permit a certificate for {name}: {reason}.",
            "{name} の証明書の発行を {domain} の CAA レコードが許可しているか確認できませんでした: {reason}。",
        ),
        Sentence(
            "Check that the DNS servers of {domain} answer questions for the type CAA, even if there is no such record,"
            " and that its DNSSEC is in order; then run the command again.",
            "{domain} の DNS サーバーが CAA の問い合わせに（レコードがない場合も）応答すること、"
            "DNSSEC に不備がないことを確認し、コマンドを再度実行してください。",
        ),
    ),
    "validation.in-part-only": Entry(
        Sentence(
            "{name} can be reached from {seen}, but not from {unseen} ({reason}): it seems to be open in a part of the"
            " internet only, such as inside one country.",
            "{name} は {seen} からは確認できましたが、{unseen} からは接続できませんでした（{reason}）。"
            "日本国内など、特定の地域からのアクセスのみを許可している可能性があります。",
        ),
        Sentence(
            "The CA looks from several places in the world. Open the site to them, at least the paths below"
            " /.well-known/acme-challenge/, or prove the name by dns-01.",
            "認証局は国内外の複数の地点から確認を行います。"
            "/.well-known/acme-challenge/ 以下への国外からのアクセスを許可するか、dns-01 を使用してください。",
        ),
    ),
    "validation.differently": Entry(
        Sentence(
            "{name} was proved as seen from {seen}, but not from {unseen}: {reason}.",
            "{name} は {seen} からは確認できましたが、{unseen} からは確認できませんでした: {reason}。",
        ),
        Sentence(
            "Its DNS records, or the site itself, are not the same everywhere. If they were changed a moment ago, wait"
            " and run the command again; otherwise compare what each of its DNS servers and addresses answers.",
            "DNS レコードまたはサイトの内容が、確認する地点によって異なります。変更した直後の場合は、"
            "しばらくしてからコマンドを再度実行してください。"
            "変更していない場合は、各 DNS サーバーと各 IP アドレスの応答を比較してください。",
        ),
    ),
    "validation.perspectives": Entry(
        Sentence(
            "The CA could not look at {name} from enough places; nothing is known to be wrong on your side.",
            "認証局側の都合により、{name} を必要な数の地点から確認できませんでした。",
        ),
        Sentence(
            "Run the command again later; if it happens again, report the reference number.",
            "しばらくしてからコマンドを再度実行してください。繰り返す場合は参照番号を添えてお問い合わせください。",
        ),
    ),
    "validation.abandoned": Entry(
        Sentence(
            "The CA could not finish the validation; nothing is known to be wrong on your side.",
            "認証局側の都合により、ドメイン名の確認を完了できませんでした。",
        ),
        Sentence(
            "Run the command again; if it happens again, report the reference number.",
            "コマンドを再度実行してください。繰り返す場合は参照番号を添えてお問い合わせください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "they do not name this CA": "この認証局が記載されていません",
    "they permit no CA at all": "どの認証局にも許可されていません",
    "they name another account of this CA": "この認証局の別のアカウントが指定されています",
    "they do not allow this method of validation": "この確認方法が許可されていません",
    "a parameter of the one that names this CA is malformed": (
        "この認証局を指定したレコードのパラメーターの形式が正しくありません"
    ),
    "a critical property in them is unknown to this CA": "この認証局が扱えない必須 (critical) の項目があります",
    "the one that names this CA is not for wildcards": (
        "この認証局を指定したレコードがワイルドカードを許可していません"
    ),
    "the one that names this CA counts no longer": "この認証局を指定したレコードの有効期限が切れています",
    "another answer was seen there": "異なる応答が確認されました",
    "there is no such name (NXDOMAIN)": "ドメイン名が存在しません (NXDOMAIN)",
    "it has no TXT record": "TXT レコードがありません",
    "it is longer than a name in DNS can be": "DNS の名前として長すぎます",
    "it has no A or AAAA record": "A レコードも AAAA レコードもありません",
    "its DNS servers fail or its DNSSEC is broken (SERVFAIL)": "DNS サーバーの障害か DNSSEC の不備です (SERVFAIL)",
    "its DNSSEC is broken (SERVFAIL)": "DNSSEC に不備があります (SERVFAIL)",
    "the DNS server refuses the question (REFUSED)": "DNS サーバーに問い合わせを拒否されました (REFUSED)",
    "there was no answer in time": "時間内に応答がありませんでした",
    "there was no usable answer": "有効な応答がありませんでした",
    "what it redirects to does not prove the name, and only the CA's operator is shown more": (
        "転送先で確認できませんでした（詳しい内容は認証局の運用者だけが確認できます）"
    ),
    "the connection was refused": "接続が拒否されました",
    "the connection was closed": "接続が切断されました",
    "the TLS handshake failed": "TLS の接続を確立できませんでした",
    "it speaks no TLS 1.2 or later": "TLS 1.2 以降に対応していません",
    "it speaks no TLS": "TLS の応答ではありません",
    "it does not take acme-tls/1": "acme-tls/1 に対応していません",
    "it knows no such name": "このドメイン名を扱っていません",
    "its certificates are too large": "証明書が大きすぎます",
    "its certificate cannot be read": "証明書を読み取れません",
    "its certificate has an extension twice": "証明書に同じ拡張が二度あります",
    "its certificate has no subjectAltName": "証明書に subjectAltName がありません",
    "its certificate has not exactly one name": "証明書に記載された名前が一つではありません",
    "its certificate is for another name": "別の名前の証明書です",
    "its certificate has no acmeIdentifier": "証明書に acmeIdentifier がありません",
    "its certificate has an acmeIdentifier of a draft": "証明書の acmeIdentifier が草案のものです",
    "its acmeIdentifier is not critical": "acmeIdentifier がクリティカルではありません",
    "its acmeIdentifier is malformed": "acmeIdentifier の形式が正しくありません",
    "its acmeIdentifier holds another digest": "acmeIdentifier のダイジェストが異なります",
    "the network or the host cannot be reached": "ネットワークまたはホストに到達できません",
    "there was no complete answer in time": "時間内に応答が完了しませんでした",
    "the answer is too large": "応答が大きすぎます",
    "the answer is not HTTP, or was cut short": "HTTP の応答でないか、途中で切れています",
    "the answer is compressed though that was not asked for": "圧縮を求めていないのに応答が圧縮されています",
    "it leads in a circle": "循環しています",
    "there are more than 10 redirects": "リダイレクトが 10 回を超えています",
    "its status is 303; only 301, 302, 307 and 308 are followed": (
        "ステータスが 303 です（301・302・307・308 のみ有効です）"
    ),
    "it has not exactly one Location header": "Location ヘッダーが一つではありません",
    "it leads to a malformed URL": "転送先の URL の形式が正しくありません",
    "it leads to something else than http or https": "転送先が http・https 以外です",
    "it leads to a URL with a user name": "転送先の URL にユーザー名が含まれています",
    "it leads to another port than 80 and 443": "転送先のポートが 80・443 以外です",
    "it leads to a host that is no valid name": "転送先のホスト名が正しくありません",
}
