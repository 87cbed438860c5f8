"""Sentences of the errors raised by the command line tegata, but for those about its words."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "cli.contradiction": Entry(
        Sentence(
            "--{first} and --{second} exclude each other as they are given.",
            "--{first} と --{second} の指定が両立しません。",
        ),
        Sentence("Leave one of them out, or correct it.", "どちらかを外すか、値を見直してください。"),
    ),
    "cli.bad-file-name": Entry(
        Sentence("“{name}” cannot name the certificate's files.", "「{name}」は証明書のファイル名にできません。"),
        Sentence(
            "Use letters, digits and the characters - . _ @, up to 200 of them, not beginning with - or a dot.",
            "英数字と - . _ @ で 200 文字まで、先頭は - と . 以外にしてください。",
        ),
    ),
    "cli.bad-material": Entry(
        Sentence(
            "--{flag}: the file {file} cannot be used: {reason}.", "--{flag} のファイル {file} を使えません: {reason}。"
        ),
        Sentence(
            "Give --csr a certification request (PEM or DER), --private-key an unencrypted private key (PEM).",
            "--csr には CSR（PEM または DER）、--private-key には暗号化していない秘密鍵（PEM）を指定してください。",
        ),
    ),
    "cli.key-does-not-fit": Entry(
        Sentence(
            "The key of --private-key is not the one of the request of --csr.",
            "--private-key の秘密鍵が --csr の CSR のものと一致しません。",
        ),
        Sentence("Give the key that the request was made with.", "CSR の作成に使った秘密鍵を指定してください。"),
    ),
    "cli.wrong-key": Entry(
        Sentence(
            "The private key is not the one of the certificate for {name}, so it proves no right to revoke it.",
            "秘密鍵が {name} の証明書のものではないため、失効の権限を示せません。",
        ),
        Sentence(
            "Give the certificate's own key with --private-key, or let the account ask.",
            "--private-key に証明書の秘密鍵を指定するか、アカウントで失効してください。",
        ),
    ),
    "cli.no-key-to-write": Entry(
        Sentence(
            "--{flag} writes a file that holds the private key, and with --csr alone there is none.",
            "--{flag} のファイルには秘密鍵が必要ですが、--csr だけでは秘密鍵がありません。",
        ),
        Sentence("Give the request's key with --private-key.", "--private-key で CSR の秘密鍵を指定してください。"),
    ),
    "cli.no-names": Entry(
        Sentence(
            "The command {command} needs to know which certificate.", "{command} コマンドには証明書の名前が必要です。"
        ),
        Sentence("Give its name by -d.", "-d でコモンネームを指定してください。"),
    ),
    "cli.ca-without-name": Entry(
        Sentence(
            "The CA at {server} does not say in its directory by which name records that stay must call it.",
            "認証局 {server} のディレクトリに、永続レコードに書く認証局の名前がありません。",
        ),
        Sentence(
            "Look it up in the CA's documents and give it by --dns-persist.issuer-domain-name.",
            "認証局の資料で確認し、--dns-persist.issuer-domain-name で指定してください。",
        ),
    ),
    "cli.address-in-dns": Entry(
        Sentence(
            "Records that stay prove no addresses: {names}.", "永続レコードでは IP アドレスを認証できません: {names}。"
        ),
        Sentence(
            "Leave them out; --http and --tls prove addresses.",
            "IP アドレスを除いてください。IP アドレスは --http または --tls で認証します。",
        ),
    ),
    "cli.no-server": Entry(
        Sentence("It was not said which ACME server to check.", "検査する ACME サーバーが指定されていません。"),
        Sentence(
            "Give the URL of its directory: tegata conformance https://ca.example/acme/",
            "ディレクトリの URL を指定してください（例: tegata conformance https://ca.example/acme/）。",
        ),
    ),
    "cli.unknown-check": Entry(
        Sentence("There is no check {name}.", "{name} という項目はありません。"),
        Sentence("There are: {known}.", "指定できるもの: {known}"),
    ),
    "cli.no-challenge": Entry(
        Sentence("It was not said how to prove control of the names.", "ドメインの審査方法が指定されていません。"),
        Sentence(
            "Add --http, by itself for an own listener or with --http.webroot for a running web server; or --tls; or "
            "for records in the DNS --dns, --dns-account or --dns-persist.",
            "--http（稼働中の Web サーバーを使う場合は --http.webroot も）、--tls、または DNS で認証する --dns、"
            "--dns-account、--dns-persist のいずれかを付けてください。",
        ),
    ),
    "cli.bad-log-setting": Entry(
        Sentence("--{flag} has the value “{value}”.", "--{flag} の値が「{value}」になっています。"),
        Sentence("It takes one of {known}.", "次のいずれかを指定してください: {known}"),
    ),
    "cli.not-shown": Entry(
        Sentence("Standard output cannot be written: {reason}.", "標準出力に書き込めません: {reason}。"),
        Sentence(
            "Let it go to a terminal, a file that can be written or a program that reads it, and try again.",
            "出力先（ファイルの空き容量など）を確認し、もう一度実行してください。",
        ),
    ),
    "cli.bad-server": Entry(
        Sentence("“{server}” is not the address of a CA.", "「{server}」は認証局の URL ではありません。"),
        Sentence(
            "Give the whole URL of its ACME directory by -s, beginning with https://, or a short name: {known}.",
            "https:// で始まる ACME ディレクトリの URL か、次の短縮名を -s で指定してください: {known}",
        ),
    ),
    "cli.incomplete-eab": Entry(
        Sentence(
            "External account binding needs both its values; {missing} is not given.",
            "外部アカウントの紐づけには 2 つの値が必要ですが、{missing} がありません。",
        ),
        Sentence(
            "Take both from the CA's EAB file, or name that file by --eab-file.",
            "認証局の EAB ファイルから 2 つとも指定するか、--eab-file でファイルを指定してください。",
        ),
    ),
    "cli.bad-eab-file": Entry(
        Sentence("The EAB file {file} cannot be used: {reason}.", "EAB ファイル {file} を使えません: {reason}。"),
        Sentence(
            "It must hold --server, --eab-kid and --eab-hmac-key with their values, as downloaded from the CA.",
            "認証局からダウンロードしたまま、--server、--eab-kid、--eab-hmac-key と値を含む必要があります。",
        ),
    ),
    "cli.unknown-pfx-format": Entry(
        Sentence("There is no PFX format “{word}”.", "「{word}」という PFX の形式はありません。"),
        Sentence("Give one of {known} by --pfx.format.", "--pfx.format で {known} のいずれかを指定してください。"),
    ),
    "cli.pfx-format-refused": Entry(
        Sentence(
            "PFX files are not written in {word}: RC2's 40-bit keys protect nothing and OpenSSL 3 refuses to read "
            "them, and no Windows reads PBMAC1.",
            "PFX ファイルの {word} 形式には対応していません。RC2 は 40 ビット鍵で保護にならず、OpenSSL 3 で読めません。"
            "PBMAC1 を読める Windows はありません。",
        ),
        Sentence(
            "Use --pfx.format DES, which every Windows reads, or SHA256 for Windows Server 2019 and later.",
            "--pfx.format に DES（すべての Windows 用）か SHA256（Windows Server 2019 以降）を使ってください。",
        ),
    ),
    "cli.bad-config": Entry(
        Sentence("{file}, line {line}, {key}: {reason}.", "{file} の {line} 行目、{key}: {reason}。"),
        Sentence("Nothing was done; correct the file.", "まだ何も実行していません。ファイルを修正してください。"),
    ),
    "cli.unreadable-config": Entry(
        Sentence(
            "The configuration file {file} cannot be used: {reason}.", "設定ファイル {file} を使えません: {reason}。"
        ),
        Sentence(
            "Check its name and rights; it is YAML in UTF-8.",
            "ファイル名と読み取り権限を確認してください。形式は UTF-8 の YAML です。",
        ),
    ),
    "cli.bad-exit-code": Entry(
        Sentence(
            "--exit-code-not-due {value} is no exit code: there is none above 255.",
            "--exit-code-not-due の {value} は終了コードに使えません。上限は 255 です。",
        ),
        Sentence("Choose one from 0 to 255.", "0 から 255 までの値を指定してください。"),
    ),
    "cli.config-alone": Entry(
        Sentence(
            "--config processes a whole file; {word} does not go with it.",
            "--config は設定ファイル全体を処理するため、{word} と同時に指定できません。",
        ),
        Sentence(
            "Say what you want in the file, or leave --config out.",
            "設定ファイルに記載するか、--config を外してください。",
        ),
    ),
    "cli.unreadable-env-file": Entry(
        Sentence(
            "The file of environment variables {file} cannot be used: {reason}.",
            "環境変数のファイル {file} を使えません: {reason}。",
        ),
        Sentence(
            "Check its name and rights; it is text in UTF-8, of lines of the form NAME=value.",
            "ファイル名と読み取り権限を確認してください。形式は UTF-8 のテキストで、各行に NAME=値 と書きます。",
        ),
    ),
    "cli.bad-env-file": Entry(
        Sentence(
            "The file of environment variables {file} cannot be used, line {line}: {reason}.",
            "環境変数のファイル {file} を使えません（{line} 行目）: {reason}。",
        ),
        Sentence(
            "It takes lines of the form NAME=value, the value in quotation marks if it has blanks.",
            "NAME=値 の形の行で記載してください。空白を含む値は引用符で囲みます。",
        ),
    ),
    "cli.kid-differs": Entry(
        Sentence(
            "--kid is {given}, but the account in {folder} was registered with {stored}.",
            "--kid は {given} ですが、{folder} のアカウントは {stored} で登録されています。",
        ),
        Sentence(
            "Leave --kid out to go on with that account, or move it to the archives and register a new one with "
            "run --new-account. Where the CA lets an account change its EAB, run --change-eab does that.",
            "既存のアカウントを使う場合は --kid を外してください。"
            "新しく登録する場合は run --new-account を使うと、既存のアカウントは archives へ移されます。"
            "アカウントの EAB を変更できる認証局では、run --change-eab で変更できます。",
        ),
    ),
    "cli.kid-kept": Entry(
        Sentence(
            "The CA was asked to put the account in {folder} under --kid {given} and left it under {stored}.",
            "{folder} のアカウントを --kid {given} に変更するよう認証局に要求しましたが、{stored} のままです。",
        ),
        Sentence(
            "This CA does not let an account change its EAB: leave --change-eab out, and --kid too to go on with that "
            "account, or move it to the archives and register a new one with run --new-account.",
            "この認証局ではアカウントの EAB を変更できません。--change-eab を外してください。"
            "既存のアカウントを使う場合は --kid も外してください。"
            "新しく登録する場合は run --new-account を使うと、既存のアカウントは archives へ移されます。",
        ),
    ),
    "cli.terms-refused": Entry(
        Sentence(
            "Without agreement to {url} the CA makes no account.", "{url} に同意しないと、アカウントを登録できません。"
        ),
        Sentence("Run the command again when you agree.", "同意する場合は、もう一度コマンドを実行してください。"),
    ),
    "cli.unanswered": Entry(
        Sentence(
            "The question “{question}” could not be asked: there is no input.",
            "確認の質問（{question}）に回答がありませんでした。入力がありません。",
        ),
        Sentence(
            "Run the command where you can answer, or agree beforehand by --yes.",
            "回答できる端末で実行するか、あらかじめ --yes で同意してください。",
        ),
    ),
    "cli.nothing-chosen": Entry(
        Sentence("No archive was chosen: there is no input.", "アーカイブが選ばれませんでした。入力がありません。"),
        Sentence(
            "Give its name by --archive, as “tegata archives list” shows it.",
            "「tegata archives list」に表示される名前を --archive で指定してください。",
        ),
    ),
    "cli.key-unknown": Entry(
        Sentence(
            "The CA at {server} has no account with this key.",
            "認証局 {server} に、この鍵のアカウントはありません。",
        ),
        Sentence(
            "Check -s and the key; “tegata accounts register” makes a new account.",
            "-s と鍵を確認してください。新しく登録するには「tegata accounts register」を使います。",
        ),
    ),
    "cli.no-answer": Entry(
        Sentence(
            "The question about the terms of service at {url} could not be asked: there is no input.",
            "利用規定（{url}）への同意を確認できませんでした。入力がありません。",
        ),
        Sentence(
            "Run the command where you can answer, or agree beforehand by --accept-tos.",
            "回答できる端末で実行するか、あらかじめ --accept-tos で同意してください。",
        ),
    ),
    "cli.wildcard-needs-dns": Entry(
        Sentence(
            "A wildcard can be proved only in the DNS, and no DNS provider is given: {names}.",
            "ワイルドカードには DNS 認証が必要ですが、DNS プロバイダーの指定がありません: {names}。",
        ),
        Sentence(
            "Give one by --dns; 'tegata dnshelp' lists them.",
            "--dns で指定してください。一覧は tegata dnshelp で表示できます。",
        ),
    ),
    "cli.ancestor-needs-dns": Entry(
        Sentence(
            "A domain can be proved for the names below it only in the DNS, and no DNS provider is given: {domains}.",
            "上位ドメインの認証には DNS 認証が必要ですが、DNS プロバイダーの指定がありません: {domains}。",
        ),
        Sentence(
            "Give one by --dns; 'tegata dnshelp' lists them.",
            "--dns で指定してください。一覧は tegata dnshelp で表示できます。",
        ),
    ),
    "cli.unknown-provider": Entry(
        Sentence("There is no DNS provider '{word}'.", "「{word}」という DNS プロバイダーはありません。"),
        Sentence(
            "There are: {known}. Any other service can be reached by exec or httpreq.",
            "使用できるのは {known} です。ほかのサービスには exec または httpreq で対応できます。",
        ),
    ),
    "cli.no-such-help": Entry(
        Sentence("There is no DNS provider '{word}'.", "「{word}」という DNS プロバイダーはありません。"),
        Sentence("There are: {known}.", "使用できるのは {known} です。"),
    ),
    "cli.negative-wait": Entry(
        Sentence("--{flag} is negative.", "--{flag} に負の値が指定されています。"),
        Sentence("Give the time to wait, as 30s.", "待ち時間を 30s のように指定してください。"),
    ),
    "cli.exclusive-flags": Entry(
        Sentence("--{flag} and --{other} contradict each other.", "--{flag} と --{other} は同時に指定できません。"),
        Sentence("Leave one of them out.", "どちらか一方を外してください。"),
    ),
}

REASONS: dict[str, str] = {
    # the configuration file
    "it is no YAML": "YAML として読めません",
    "it is too large": "大きすぎます",
    "it must have keys of its own": "下位のキーが必要です",
    "there is no such key": "このキーはありません",
    "a key must be a word": "キーは語で指定してください",
    "it is there twice": "重複しています",
    "it must be a list of words": "語のリストで指定してください",
    "it must be one value": "値を 1 つ指定してください",
    "it must be true or false": "true か false を指定してください",
    "it must be a whole number": "整数を指定してください",
    "it must be a whole number, 0 or more": "0 以上の整数を指定してください",
    "it must be a span of time such as 90s, 2m or 1h30m": "90s、2m、1h30m のような時間を指定してください",
    "it must be an instant such as 2026-01-30T12:00:00Z": "2026-01-30T12:00:00Z のような日時を指定してください",
    "it must be ipv4only or ipv6only": "ipv4only か ipv6only を指定してください",
    "there is none": "1 つもありません",
    "it needs domains, or a csr": "domains か csr が必要です",
    "it needs a challenge": "challenge が必要です",
    "it is missing": "指定がありません",
    "the challenge names no method": "認証方法の指定がありません",
    "there is no such entry": "その名前の項目はありません",
    "there are several to choose from": "複数あるため、名前を指定してください",
    # files
    "it has no --server": "--server がありません",
    "it has no --eab-kid": "--eab-kid がありません",
    "it has no --eab-hmac-key": "--eab-hmac-key がありません",
    "it has more than one --server": "--server が複数あります",
    "it has more than one --eab-kid": "--eab-kid が複数あります",
    "it has more than one --eab-hmac-key": "--eab-hmac-key が複数あります",
    "it is longer than 1 MiB": "1 MiB を超えています",
    "it is longer than 512 KiB": "512 KiB を超えています",
    "it is longer than 64 KiB": "64 KiB を超えています",
    "it is not text in UTF-8": "UTF-8 のテキストではありません",
    "it is no NAME=value": "NAME=値 の形ではありません",
}
