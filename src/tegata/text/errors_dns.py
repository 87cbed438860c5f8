"""Errors of dns-01 in the client: settings and answers of DNS providers, look-ups, and records that do not appear."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "dns.missing-settings": Entry(
        Sentence(
            "The DNS provider {provider} needs these environment variables: {names}.",
            "DNS プロバイダー {provider} には、次の環境変数が必要です: {names}。",
        ),
        Sentence(
            "Set them, or name a file that holds the value in the variable with _FILE at its end; "
            "'tegata dnshelp -c {provider}' explains each.",
            "環境変数を設定するか、末尾に _FILE を付けた変数に、値を書いたファイルの名前を指定してください。"
            "各変数の説明は tegata dnshelp -c {provider} で表示できます。",
        ),
    ),
    "dns.issuer-not-offered": Entry(
        Sentence(
            "In records that stay this CA is not called {issuer}; it is called: {offered}.",
            "この認証局は、永続レコードでは {issuer} という名前ではありません。使用できる名前: {offered}。",
        ),
        Sentence(
            "Name one of these by --dns-persist.issuer-domain-name, or leave the flag out.",
            "このいずれかを --dns-persist.issuer-domain-name で指定するか、指定を外してください。",
        ),
    ),
    "dns.persist-until-past": Entry(
        Sentence(
            "--dns-persist.persist-until {until} is past: the record would prove nothing.",
            "--dns-persist.persist-until の {until} は過去の日時のため、レコードは認証に使えません。",
        ),
        Sentence("Give an instant to come, or leave the flag out.", "将来の日時を指定するか、指定を外してください。"),
    ),
    "dns.bad-setting": Entry(
        Sentence(
            "The environment variable {variable} of the DNS provider {provider} cannot be used: {reason}.",
            "DNS プロバイダー {provider} の環境変数 {variable} を使用できません: {reason}。",
        ),
        Sentence(
            "Correct it; 'tegata dnshelp -c {provider}' explains each variable.",
            "設定を見直してください。各変数の説明は tegata dnshelp -c {provider} で表示できます。",
        ),
    ),
    "dns.provider-failed": Entry(
        Sentence(
            "The DNS provider {provider} could not change the record: {reason}.",
            "DNS プロバイダー {provider} でレコードを変更できませんでした: {reason}。",
        ),
        Sentence("Look at what it says, and try again.", "内容を確認し、もう一度お試しください。"),
    ),
    "dns.provider-unreachable": Entry(
        Sentence(
            "The service of the DNS provider {provider} at {url} cannot be reached: {reason}.",
            "DNS プロバイダー {provider} のサービス（{url}）に接続できません: {reason}。",
        ),
        Sentence(
            "Check the address and the network, a proxy or firewall included.",
            "アドレスとネットワーク（プロキシやファイアウォールを含む）を確認してください。",
        ),
    ),
    "dns.provider-refused": Entry(
        Sentence(
            "The service of the DNS provider {provider} at {url} answered with HTTP {status}: {answer}",
            "DNS プロバイダー {provider} のサービス（{url}）が HTTP {status} を返しました: {answer}。",
        ),
        Sentence(
            "Check its address and credentials, and whether they may change this zone.",
            "アドレスと認証情報、およびその認証情報にゾーンを変更する権限があるかを確認してください。",
        ),
    ),
    "dns.program-failed": Entry(
        Sentence(
            "The program {program} of the DNS provider {provider} ended with status {status} for '{action}'.",
            "DNS プロバイダー {provider} のプログラム {program} が、{action} で終了コード {status} を返しました。",
        ),
        Sentence(
            "Its own words are in the log lines above; correct the program and try again.",
            "プログラムの出力は、上のログに表示されています。原因を取り除いて、もう一度お試しください。",
        ),
    ),
    "dns.program-timed-out": Entry(
        Sentence(
            "The program {program} of the DNS provider {provider} had not ended after {seconds} seconds ({action}).",
            "DNS プロバイダー {provider} のプログラム {program} が {seconds} 秒たっても終了しません（{action}）。",
        ),
        Sentence(
            "See what it waits for: it is started without input.",
            "プログラムが何を待っているか確認してください。標準入力は使えません。",
        ),
    ),
    "dns.program-not-started": Entry(
        Sentence(
            "The program {program} of the DNS provider {provider} could not be started: {reason}.",
            "DNS プロバイダー {provider} のプログラム {program} を起動できません: {reason}。",
        ),
        Sentence(
            "Check EXEC_PATH, and that the file exists and may be executed.",
            "EXEC_PATH の指定と、ファイルの有無および実行権限を確認してください。",
        ),
    ),
    "dns.nobody-answers": Entry(
        Sentence(
            "Nobody said that the TXT record at {name} is there: there is no input.",
            "{name} の TXT レコードが作成されたことを確認できませんでした。入力がありません。",
        ),
        Sentence(
            "Run the command where you can press Enter; an unattended renewal needs another provider.",
            "Enter キーを押せる端末で実行してください。無人で更新するには、別のプロバイダーが必要です。",
        ),
    ),
    "dns.accounts-unusable": Entry(
        Sentence(
            "The accounts of the DNS provider {provider} at {place} cannot be used: {reason}.",
            "DNS プロバイダー {provider} のアカウント（{place}）を使用できません: {reason}。",
        ),
        Sentence(
            "Put it right, or name another place by ACME_DNS_STORAGE_PATH; new accounts need new CNAME records.",
            "修正するか、ACME_DNS_STORAGE_PATH で別の場所を指定してください。"
            "新しいアカウントには新しい CNAME レコードが必要です。",
        ),
    ),
    "dns.cnames-needed": Entry(
        Sentence(
            "{provider}: new accounts were made for {domains}. Their aliases are not there yet: {records}",
            "{provider}: {domains} のアカウントを作成しました。次の別名がまだありません: {records}",
        ),
        Sentence(
            "Create these CNAME records in your zones once, and run the command again when they can be seen.",
            "これらの CNAME レコードをゾーンに一度だけ作成し、反映されたらもう一度コマンドを実行してください。",
        ),
    ),
    "dns.cname-needed": Entry(
        Sentence(
            "{provider}: a new account was made for {domain}. Its alias is not there yet: {name} CNAME {target}.",
            "{provider}: {domain} のアカウントを作成しました。次の別名がまだありません: {name} CNAME {target}.",
        ),
        Sentence(
            "Create this CNAME record in your zone once, and run the command again when it can be seen.",
            "この CNAME レコードをゾーンに一度だけ作成し、反映されたらもう一度コマンドを実行してください。",
        ),
    ),
    "dns.no-resolvers": Entry(
        Sentence(
            "No DNS server is set on this system, and none was named.",
            "このシステムには DNS サーバーが設定されておらず、指定もありません。",
        ),
        Sentence(
            "Name one that knows the zones by --dns.resolvers host:port; no public server is ever asked by default.",
            "対象のゾーンを解決できる DNS サーバーを --dns.resolvers host:port で指定してください。"
            "公開 DNS サーバーへ自動的に問い合わせることはありません。",
        ),
    ),
    "dns.bad-resolver": Entry(
        Sentence("'{text}' is not the address of a DNS server.", "「{text}」は DNS サーバーのアドレスではありません。"),
        Sentence(
            "Give host or host:port to --dns.resolvers, an IPv6 address with a port in brackets.",
            "--dns.resolvers には host または host:port を指定してください。"
            "ポートを付ける IPv6 アドレスは [ ] で囲みます。",
        ),
    ),
    "dns.lookup-failed": Entry(
        Sentence(
            "The DNS has no usable answer about {name} ({type}): {reason}.",
            "{name}（{type}）の名前解決に失敗しました: {reason}。",
        ),
        Sentence(
            "Check that the DNS servers are up and answer questions from here; --dns.resolvers names others.",
            "DNS サーバーが稼働し、ここからの問い合わせに応答するかを確認してください。"
            "別のサーバーは --dns.resolvers で指定できます。",
        ),
    ),
    "dns.bad-alias": Entry(
        Sentence(
            "The CNAME record at {name} cannot be followed: {reason}.",
            "{name} の CNAME レコードをたどれません: {reason}。",
        ),
        Sentence(
            "Correct the record. LEGO_DISABLE_CNAME_SUPPORT=true writes to the name itself.",
            "レコードを修正してください。環境変数 LEGO_DISABLE_CNAME_SUPPORT=true を設定すると、"
            "CNAME をたどらず元の名前に書き込みます。",
        ),
    ),
    "dns.zone-not-found": Entry(
        Sentence(
            "The DNS servers asked know no zone that {name} lies in.",
            "問い合わせた DNS サーバーでは、{name} が属するゾーンが見つかりません。",
        ),
        Sentence(
            "Check the name; --dns.resolvers names DNS servers that know the zone, as in a closed network.",
            "名前を確認してください。閉じたネットワークなどでは、"
            "ゾーンを解決できる DNS サーバーを --dns.resolvers で指定してください。",
        ),
    ),
    "dns.no-name-servers": Entry(
        Sentence(
            "No name server of the zone {zone} has an address.",
            "ゾーン {zone} のネームサーバーのアドレスがありません。",
        ),
        Sentence(
            "Check the zone's NS records; --dns.propagation-disable-ans does without these servers.",
            "ゾーンの NS レコードを確認してください。"
            "--dns.propagation-disable-ans を指定すると、これらのサーバーでの確認を省きます。",
        ),
    ),
    "dns.not-propagated": Entry(
        Sentence(
            "After {seconds} seconds not all DNS servers show the record at {name}: {missing}.",
            "{seconds} 秒待ちましたが、{name} のレコードがすべての DNS サーバーには反映されていません: {missing}。",
        ),
        Sentence(
            "See whether these servers get the zone's changes. A slow zone needs more time (the provider's variable "
            "that ends in PROPAGATION_TIMEOUT), one that cannot be asked from here --dns.propagation-wait.",
            "これらのサーバーにゾーンの変更が届いているかを確認してください。反映に時間がかかる場合は、"
            "プロバイダーの環境変数 …_PROPAGATION_TIMEOUT で待ち時間を延ばしてください。"
            "ここから問い合わせられない場合は --dns.propagation-wait を指定してください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "it leads in a circle": "循環しています",
    "it has more than 50 links": "50 段を超えて続いています",
    "it leads to a name of other signs than letters, digits, - and _": (
        "英数字、ハイフン、下線以外の文字を含む名前を指しています"
    ),
    "it is no name in DNS, or longer than one can be": "DNS の名前ではないか、長すぎます",
    "the file is longer than 64 KiB": "ファイルが 64 KiB を超えています",
    "the file is not text in UTF-8": "ファイルが UTF-8 のテキストではありません",
    "it is not the name of a file": "ファイル名として使用できません",
    "it is not an http or https URL": "http または https の URL ではありません",
    "ACME_DNS_STORAGE_PATH is set as well": "ACME_DNS_STORAGE_PATH も設定されています",
    "RAW leaves the record's name to the program, which knows that of dns-01 alone": (
        "RAW では名前の計算をプログラムに任せますが、計算できるのは dns-01 の名前だけです"
    ),
    "it holds something other than networks (CIDR)": "ネットワーク（CIDR）以外のものを含んでいます",
    "the account of a name is incomplete": "アカウントの情報が不足しています",
    "its answer is not an account": "応答がアカウントの情報ではありません",
    "it is longer than 4 MiB": "4 MiB を超えています",
    "the answer is too long": "応答が長すぎます",
    "the file holds no key as tsig-keygen writes it": "ファイルに tsig-keygen 形式の鍵がありません",
    "the algorithm is none of hmac-sha1, -sha224, -sha256, -sha384, -sha512": (
        "アルゴリズムは hmac-sha1、-sha224、-sha256、-sha384、-sha512 のいずれかでなければなりません"
    ),
    "the secret is not base64": "秘密値が Base64 ではありません",
    "the name of the key is no DNS name": "鍵の名前が DNS 名として正しくありません",
    "it is not HOST or HOST:PORT of a name server": "ネームサーバーの HOST または HOST:PORT の形式ではありません",
    "no zone of RFC2136_ZONES holds the name": "RFC2136_ZONES のどのゾーンにもこの名前は含まれません",
    "it has no zone that holds the name": "ネームサーバーに、この名前を含むゾーンがありません",
    "it is not the primary server of the zone, or the key is not one of its keys (NOTAUTH)": (
        "ネームサーバーがゾーンのプライマリーではないか、鍵がこのサーバーのものではありません（NOTAUTH）"
    ),
    "the name is not in the zone (NOTZONE)": "名前がゾーンに含まれていません（NOTZONE）",
    "it takes no DNS updates (NOTIMP)": "ネームサーバーが DNS の動的更新に対応していません（NOTIMP）",
    "it failed (SERVFAIL)": "ネームサーバーで処理に失敗しました（SERVFAIL）",
    "it does not let this key change the name (REFUSED)": "この鍵には名前を変更する権限がありません（REFUSED）",
    "it refuses a change without a signature, and no TSIG key is set (REFUSED)": (
        "署名のない変更は拒否されます。TSIG 鍵が設定されていません（REFUSED）"
    ),
    "it does not know the TSIG key by this name and algorithm (BADKEY)": (
        "この名前とアルゴリズムの TSIG 鍵がネームサーバーに登録されていません（BADKEY）"
    ),
    "its secret for the TSIG key is another one (BADSIG)": (
        "TSIG 鍵の秘密値がネームサーバーのものと一致しません（BADSIG）"
    ),
    "its clock and the clock here differ by more than five minutes (BADTIME)": (
        "ネームサーバーとこのサーバーの時計が 5 分を超えてずれています（BADTIME）"
    ),
    "its answer is malformed, or not signed by the TSIG key": ("応答の形式が正しくないか、TSIG 鍵で署名されていません"),
    "its answer is no answer to this": "問い合わせに対する応答ではありません",
    "the trusted roots cannot be read, see SSL_CERT_FILE and SSL_CERT_DIR": (
        "信頼するルート証明書を読み取れません（SSL_CERT_FILE と SSL_CERT_DIR を確認してください）"
    ),
    "a setting holds a character that HTTP does not take": "設定に、HTTP で使用できない文字が含まれています",
    "no answer in time": "時間内に応答がありません",
    "the connection was closed": "接続が切断されました",
    "it has no API of a known version; PowerDNS 4 and later have": (
        "対応するバージョンの API がありません（PowerDNS 4 以降が必要です）"
    ),
}
