"""Sentences of the errors raised by the client room and the loader of plug-ins."""

from tegata.text.catalogue import Entry, Sentence

CA_SAYS = Sentence('The CA says: "{detail}".', "認証局の回答: 「{detail}」")

ENTRIES: dict[str, Entry] = {
    "client.insecure-url": Entry(
        Sentence(
            "{url} is not an https address, and ACME is spoken over https only.",
            "{url} は https のアドレスではありません。ACME は https でのみ通信します。",
        ),
        Sentence(
            "Give --server the CA's directory URL beginning with https://.",
            "--server に https:// で始まる認証局のディレクトリ URL を指定してください。",
        ),
    ),
    "client.foreign-url": Entry(
        Sentence(
            "The CA at {origin} sent the client to {url}, which is another host.",
            "{origin} の認証局が、別のホストのアドレス {url} を案内しました。",
        ),
        Sentence(
            "If that host belongs to the CA, name it in TEGATA_CA_HOSTS; otherwise ask the CA.",
            "認証局のホストであれば TEGATA_CA_HOSTS に指定してください。不明な場合は認証局にお問い合わせください。",
        ),
    ),
    "client.unreachable": Entry(
        Sentence("{url} cannot be reached: {reason}.", "{url} に接続できません: {reason}。"),
        Sentence(
            "Check the address given with --server, the network and its firewall, and the proxy (HTTPS_PROXY).",
            "--server のアドレス、ネットワークとファイアウォール、プロキシ（HTTPS_PROXY）を確認してください。",
        ),
    ),
    "client.tls": Entry(
        Sentence(
            "The TLS certificate of {host} is not trusted: {reason}.",
            "{host} の TLS 証明書を信頼できません: {reason}。",
        ),
        Sentence(
            "If this CA uses a private root, name its PEM file in LEGO_CA_CERTIFICATES, and if its certificate carries "
            "another host name, name that in LEGO_CA_SERVER_NAME. Otherwise somebody may be in between.",
            "プライベートなルート証明書を使う認証局の場合は、その PEM ファイルを LEGO_CA_CERTIFICATES に、"
            "証明書のホスト名が異なる場合はその名前を LEGO_CA_SERVER_NAME に指定してください。"
            "それ以外の場合、通信が傍受されているおそれがあります。",
        ),
    ),
    "client.tls-dates": Entry(
        Sentence(
            "The TLS certificate of {host} is not in force now: {reason}.",
            "{host} の TLS 証明書は現在有効ではありません: {reason}。",
        ),
        Sentence(
            "Check this machine's clock first: it shows {now}. If that is right, the CA has to renew the certificate.",
            "まずこのマシンの時計を確認してください（現在の表示: {now}）。正しい場合は認証局にお問い合わせください。",
        ),
    ),
    "client.roots": Entry(
        Sentence(
            "The root certificates in {path} cannot be used: {reason}.",
            "{path} のルート証明書を使用できません: {reason}。",
        ),
        Sentence(
            "LEGO_CA_CERTIFICATES must name readable PEM files of certificates.",
            "LEGO_CA_CERTIFICATES には、読み取り可能な PEM 形式の証明書ファイルを指定してください。",
        ),
    ),
    "client.proxy": Entry(
        Sentence(
            "The proxy named by the environment cannot be used: {reason}.",
            "環境変数で指定されたプロキシを使用できません: {reason}。",
        ),
        Sentence(
            "Set HTTPS_PROXY (or ALL_PROXY) to http://HOST:PORT or unset it, or name the CA in NO_PROXY.",
            "HTTPS_PROXY（または ALL_PROXY）を http://ホスト:ポート の形式にするか、設定を解除するか、"
            "認証局を NO_PROXY に指定してください。",
        ),
    ),
    "client.redirected": Entry(
        Sentence("{url} redirects to {location}.", "{url} は {location} にリダイレクトされます。"),
        Sentence(
            "Redirects are not followed. If the new address is the CA's, give that one to --server.",
            "リダイレクトには従いません。新しいアドレスが認証局のものであれば、--server にそれを指定してください。",
        ),
    ),
    "client.too-large": Entry(
        Sentence(
            "The answer from {url} is longer than {limit} bytes and was not read.",
            "{url} からの応答が {limit} バイトを超えたため、読み取りを中止しました。",
        ),
        Sentence(
            "Check that --server names an ACME directory; no CA needs answers of that size.",
            "--server が ACME ディレクトリの URL であることを確認してください。この大きさの応答は通常ありません。",
        ),
    ),
    "client.not-a-directory": Entry(
        Sentence("{url} is not an ACME directory: {reason}.", "{url} は ACME ディレクトリではありません: {reason}。"),
        Sentence(
            "Give --server the whole directory URL that the CA names in its manual, path included.",
            "認証局のマニュアルに記載されたディレクトリ URL を、パスも含めて --server に指定してください。",
        ),
    ),
    "client.bad-answer": Entry(
        Sentence(
            "The answer from {url} is not valid ACME: {reason}.",
            "{url} からの応答が ACME の仕様に反しています: {reason}。",
        ),
        Sentence(
            "Try again later; if it happens again, report it to the CA.",
            "しばらくしてから再度実行してください。繰り返す場合は認証局にお問い合わせください。",
        ),
    ),
    "client.deadline": Entry(
        Sentence(
            "The certificate was not ready within {seconds} seconds; the last request went to {url}.",
            "{seconds} 秒以内に証明書が発行されませんでした。最後の要求先は {url} です。",
        ),
        Sentence(
            "The CA may be busy. Run the same command again: names that are validated need not be validated twice.",
            "認証局が混み合っている可能性があります。同じコマンドを再度実行してください。"
            "確認済みのドメイン名は再利用されます。",
        ),
    ),
    "client.problem": Entry(
        CA_SAYS,
        Sentence(
            "Act on what the CA says; if that is not clear, ask the CA.",
            "回答の内容に従ってください。不明な場合は認証局にお問い合わせください。",
        ),
    ),
    "client.csr-refused": Entry(
        CA_SAYS,
        Sentence(
            "The CA does not take this key or request. Name the key type it wants with --key-type (such as rsa2048).",
            "この鍵または CSR は受け付けられません。正しい鍵の種類を --key-type（rsa2048 など）で指定してください。",
        ),
    ),
    "client.name-refused": Entry(
        CA_SAYS,
        Sentence(
            "Check the names given with -d against the names of your contract.",
            "-d で指定したドメイン名がご契約のドメイン名と一致しているか確認してください。",
        ),
    ),
    "client.rate-limited": Entry(
        CA_SAYS,
        Sentence(
            "The CA takes no more of these requests for now. Try again later (seconds to wait, by the CA: {wait}).",
            "認証局が要求を一時的に制限しています。時間を置いて再度実行してください"
            "（認証局の指定する待ち時間、秒: {wait}）。",
        ),
    ),
    "client.unauthorized": Entry(
        CA_SAYS,
        Sentence(
            "The account may not do this. Check the state of the contract and the account in --path.",
            "このアカウントには権限がありません。ご契約の状態と、--path のアカウントを確認してください。",
        ),
    ),
    "client.contract-over": Entry(
        Sentence(
            "The contract of this account ended on {ends}; the CA issues no certificates under it any more.",
            "このアカウントの契約は {ends} に満了しているため、認証局は証明書を発行しません。",
        ),
        Sentence(
            "Renew the contract: the same EAB and account then go on working, and the next run renews the certificate.",
            "契約を更新してください。同じ EAB とアカウントをそのまま利用でき、次回の実行で証明書が更新されます。",
        ),
    ),
    "client.account-closed": Entry(
        CA_SAYS,
        Sentence(
            "The account was deactivated for good; its certificates stay valid. Make a new account with the EAB of "
            "your contract: run --new-account --eab --kid … --hmac …",
            "アカウントは停止されており、元に戻せません（発行済みの証明書は有効なままです）。ご契約の EAB を使い、"
            "run --new-account --eab --kid … --hmac … で新しいアカウントを作成してください。",
        ),
    ),
    "client.account-unknown": Entry(
        CA_SAYS,
        Sentence(
            "Check --server and --path; if the CA has lost the account, make a new one with --new-account.",
            "--server と --path を確認してください。認証局にアカウントがない場合は --new-account で作成してください。",
        ),
    ),
    "client.user-action": Entry(
        CA_SAYS,
        Sentence(
            "The CA wants you to read something first: {instance}",
            "先に次の内容を確認する必要があります: {instance}",
        ),
    ),
    "client.algorithm-refused": Entry(
        CA_SAYS,
        Sentence(
            "The CA takes no signatures of the account key's kind. It takes: {algorithms}. Make an account with "
            "another key: --new-account with --key-type ec256 (ES256), ec384 (ES384) or rsa2048 (RS256).",
            "認証局がアカウント鍵の署名方式に対応していません。対応している方式: {algorithms}。--new-account と "
            "--key-type ec256（ES256）、ec384（ES384）または rsa2048（RS256）を指定し、"
            "別の鍵でアカウントを作成してください。",
        ),
    ),
    "client.contact-refused": Entry(
        CA_SAYS,
        Sentence(
            "Give a mail address the CA takes with --email, or leave it out.",
            "認証局が受け付けるメールアドレスを --email に指定するか、--email を外してください。",
        ),
    ),
    "client.profile-refused": Entry(
        CA_SAYS,
        Sentence(
            "Choose a profile that fits these names with --profile, or leave it out.",
            "この名前で使えるプロファイルを --profile に指定するか、--profile を外してください。",
        ),
    ),
    "client.reason-refused": Entry(
        CA_SAYS,
        Sentence(
            "Give --reason one of the codes the CA takes.",
            "認証局が受け付ける失効理由コードを --reason に指定してください。",
        ),
    ),
    "client.already-revoked": Entry(
        CA_SAYS,
        Sentence("Nothing needs to be done.", "対応は不要です。"),
    ),
    "client.ca-failed": Entry(
        Sentence(
            'The CA has a fault of its own ({status}): "{detail}".',
            "認証局側で障害が発生しています（{status}）: 「{detail}」",
        ),
        Sentence(
            "Try again later; if it goes on, report it to the CA.",
            "しばらくしてから再度実行してください。続く場合は認証局にお問い合わせください。",
        ),
    ),
    "client.wrong-eab": Entry(
        Sentence(
            'The CA does not accept the EAB credential: "{detail}".',
            "認証局が EAB 情報を受け付けませんでした: 「{detail}」",
        ),
        Sentence(
            "If the CA says no more, compare --kid and --hmac with the contract's EAB file, character by character, "
            "or give that file with --eab-file.",
            "回答に指示がない場合は、--kid と --hmac がご契約の EAB ファイルと一字一句同じか確認するか、"
            "--eab-file でファイルを指定してください。",
        ),
    ),
    "client.terms": Entry(
        Sentence(
            "The terms of service of the CA at {terms} have not been accepted.",
            "認証局の利用規定 {terms} に同意していません。",
        ),
        Sentence(
            "Read them, and answer y or run with --accept-tos.",
            "内容を確認のうえ、y と入力するか --accept-tos を付けて実行してください。",
        ),
    ),
    "client.eab-required": Entry(
        Sentence(
            "The CA at {directory} opens accounts only with an EAB credential.",
            "{directory} の認証局でアカウントを作成するには、EAB 情報が必要です。",
        ),
        Sentence(
            "Give --eab --kid KID --hmac MAC, or --eab-file with the file from the CA's portal.",
            "--eab --kid KID --hmac MAC を指定するか、"
            "お客様専用ページの EAB ファイルを --eab-file で指定してください。",
        ),
    ),
    "client.mail-credential-refused": Entry(
        Sentence(
            "{url} gave no EAB credential for the mail address: {reason}.",
            "{url} からメールアドレスに対する EAB 情報を取得できませんでした: {reason}。",
        ),
        Sentence(
            "Check the address given with --email, or make a credential on the CA's web site and give it by --eab "
            "--kid KID --hmac MAC.",
            "--email のメールアドレスを確認するか、認証局のウェブサイトで EAB 情報を発行し、"
            "--eab --kid KID --hmac MAC で指定してください。",
        ),
    ),
    "client.mail-address-needed": Entry(
        Sentence(
            "The CA at {directory} gives an EAB credential for a mail address, and none was given.",
            "{directory} の認証局はメールアドレスに対して EAB 情報を発行しますが、メールアドレスが指定されていません。",
        ),
        Sentence(
            "Give your address with --email, or a credential of your own with --eab --kid KID --hmac MAC.",
            "--email でメールアドレスを指定するか、お手元の EAB 情報を --eab --kid KID --hmac MAC で指定してください。",
        ),
    ),
    "client.no-account": Entry(
        Sentence("There is no account to do this with.", "この操作に使用するアカウントがありません。"),
        Sentence(
            "Make one with the run command, or name the directory that holds it with --path.",
            "run コマンドで作成するか、アカウントのあるフォルダーを --path で指定してください。",
        ),
    ),
    "client.no-key-change": Entry(
        Sentence(
            "The CA at {directory} lets no account change its key.",
            "認証局 {directory} は、アカウントの鍵の変更に対応していません。",
        ),
        Sentence(
            "Register a new account with run --new-account, which makes a new key.",
            "run --new-account で、新しい鍵のアカウントを登録してください。",
        ),
    ),
    "client.profile": Entry(
        Sentence(
            "The CA does not offer the certificate profile {profile}; it offers: {offered}.",
            "認証局は証明書プロファイル {profile} を提供していません。提供しているもの: {offered}。",
        ),
        Sentence(
            "Nothing was ordered. Choose one of these, leave --profile out, or use --preferred-profile.",
            "注文はしていません。提供されているものを指定するか、--profile を外すか、"
            "--preferred-profile を使ってください。",
        ),
    ),
    "client.ancestors": Entry(
        Sentence(
            "The CA does not offer that a proof of a domain counts for the names below it: {domains}.",
            "認証局は、上位ドメイン（{domains}）の認証をその下位の名前に適用する方式に対応していません。",
        ),
        Sentence(
            "Nothing was ordered. Leave --ancestor-domain out, and each name is validated by itself.",
            "注文はしていません。--ancestor-domain を外すと、名前ごとに認証します。",
        ),
    ),
    "client.nothing-below": Entry(
        Sentence(
            "No name of the certificate is below {domain}: {names}.",
            "証明書の名前（{names}）の中に、{domain} の下位の名前がありません。",
        ),
        Sentence(
            "Nothing was ordered. Give a domain that names are below, or leave --ancestor-domain out.",
            "注文はしていません。名前の上位にあるドメインを指定するか、--ancestor-domain を外してください。",
        ),
    ),
    "client.no-solver": Entry(
        Sentence(
            "{name} cannot be validated: the CA offers {offered}, and this client is set up for {configured}.",
            "{name} の確認ができません。認証局の提示した方法は {offered}、本クライアントの設定は {configured} です。",
        ),
        Sentence(
            "Choose a method the CA offers, such as --http. Wildcard names can be validated by DNS only.",
            "認証局が提示する方法（--http など）を指定してください。ワイルドカードは DNS でのみ確認できます。",
        ),
    ),
    "client.order-invalid": Entry(
        Sentence("The CA gave up the order {url}: {detail}.", "認証局が注文 {url} を中止しました: {detail}。"),
        Sentence(
            "Act on what the CA says, then run the same command again.",
            "回答の内容に従って対応し、同じコマンドを再度実行してください。",
        ),
    ),
    "client.order-mismatch": Entry(
        Sentence(
            "The CA opened an order for {got} where {asked} was asked for.",
            "{asked} を注文しましたが、認証局は {got} の注文として受け付けました。",
        ),
        Sentence(
            "Report this to the CA; nothing was issued.",
            "認証局にお問い合わせください。証明書は発行されていません。",
        ),
    ),
    "plugin.unknown": Entry(
        Sentence("There is no plug-in {name} for {kind}.", "{kind} のプラグイン {name} はありません。"),
        Sentence(
            "Check the spelling, or install the package that brings it.",
            "つづりを確認するか、プラグインを含むパッケージをインストールしてください。",
        ),
    ),
    "plugin.broken": Entry(
        Sentence(
            "The plug-in {name} for {kind} cannot be loaded: {reason}.",
            "{kind} のプラグイン {name} を読み込めません: {reason}。",
        ),
        Sentence(
            "Install it again, or report it to its author.",
            "再度インストールするか、作成者にお問い合わせください。",
        ),
    ),
}
