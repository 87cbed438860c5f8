"""The Japanese of phrases that hold what an error fills in, ``{name}`` in both, and of what the operator types wrongly.

Data only; how a phrase is found again in a text is the catalogue's matter.
"""

from tegata.text.catalogue import Entry

ENTRIES: dict[str, Entry] = {}

REASONS: dict[str, str] = {
    # the client
    "a new certificate would end no later than the present one ({ends})": (
        "新しい証明書の有効期限は、現在の証明書（{ends}）より後になりません"
    ),
    "it has more than one {flag}": "{flag} が複数あります",
    "it has no {flag}": "{flag} がありません",
    "it has more than {most} links": "リンクが {most} 個を超えています",
    "it has {count} authorizations": "認可の数が正しくありません（{count}）",
    "its MAC key is none: {reason}": "MAC鍵が正しくありません: {reason}",
    "status {status}, {reason}": "ステータス {status}、{reason}",
    "the answer was not complete after {seconds} seconds": "{seconds} 秒以内に応答が完了しませんでした",
    "others keep writing over what was added at {names}": "{names} に追加した内容が、他の処理に上書きされ続けています",
    # the CA's settings
    "{setting} is no URL such as https://ca.example/page": (
        "{setting} は https://ca.example/page のような URL で指定します"
    ),
    "{setting} is not of the form {scheme}://HOST[:PORT]": "{setting} は {scheme}://ホスト[:ポート] の形で指定します",
    "{setting}: {network} is no network": "{setting}: {network} はネットワークではありません",
    "portal.operator_networks: {network} is narrower than /64": (
        "portal.operator_networks: IPv6 のネットワーク {network} は /64 以上の大きさで指定します"
    ),
    'acme.{setting} is no instant such as "2027-04-01T00:00:00Z"': (
        'acme.{setting} は "2027-04-01T00:00:00Z" のような日時で指定します'
    ),
    "{name}: key_types has rsa8192, which no certificate has": "{name}: rsa8192 は証明書に使用できません（key_types）",
    "services.{name}: key_types has none": "services.{name}: key_types が空です",
    "services.{name}: there is no profile {profile}": "services.{name}: プロファイル {profile} がありません",
    "allow_networks: {reason}": "allow_networks: {reason}",
    "mail.sender: {reason}": "mail.sender: {reason}",
    "mail.operators: {reason}": "mail.operators: {reason}",
    "mail.password_file {path} cannot be read: {reason}": "mail.password_file {path} を読み取れません: {reason}",
    "issuer_domains: {name} is no domain name as CAA records hold it": (
        "issuer_domains: {name} は CAA レコードに書けるドメイン名ではありません"
    ),
    "resolvers: {address} is not the address of a DNS server (HOST or HOST:PORT, or tls://IP#NAME)": (
        "resolvers: {address} は DNS サーバーのアドレス（ホスト、ホスト:ポート、または tls://IP#名前）ではありません"
    ),
    "{url} is no http:// URL; certificates and CRLs are fetched without TLS": (
        "{url} は http:// の URL ではありません（証明書と CRL は TLS を使わずに取得されます）"
    ),
    "{url} has no host that a certificate can name": "{url} には証明書に記載できるホスト名がありません",
    "the name of a CA has 1 to {most} printable characters, no blanks around them": (
        "認証局の名前は、表示できる文字で 1～{most} 文字とし、前後に空白を入れないでください"
    ),
    "the region is one of {regions}": "地域は次のいずれかを指定します: {regions}",
    "line {number} is neither a SHA-256 digest nor openssl-blacklist's": (
        "{number} 行目が SHA-256 のダイジェストでも openssl-blacklist の形式でもありません"
    ),
    "{name}: unknown setting": "{name}: このような設定はありません",
    "{name}: missing": "{name}: 設定がありません",
    "{name}: Expected `{kind}`, got `{given}` - at `{place}`": (
        "{name}: {place} の型は {given} ではなく {kind} で指定します"
    ),
    "{name}: Expected `{kind}`, got `{given}`": "{name}: 型は {given} ではなく {kind} で指定します",
    "{name}: Object contains unknown field `{field}`": "{name}: 設定 {field} はありません",
    "{name}: Object contains unknown field `{field}` - at `{place}`": "{name}: {place} に設定 {field} はありません",
    "{name}: Object missing required field `{field}`": "{name}: 設定 {field} がありません",
    "{name}: Object missing required field `{field}` - at `{place}`": "{name}: {place} に設定 {field} がありません",
    "validation.perspectives: {count} of at least {wanted} (BR 3.2.2.9)": (
        "validation.perspectives: {count} か所しかありません。{wanted} か所以上必要です（BR 3.2.2.9）"
    ),
    "validation.perspectives: in less than {count} regions (BR 3.2.2.9)": (
        "validation.perspectives: {count} 地域以上に分けてください（BR 3.2.2.9）"
    ),
    "validation.dnssec: the CA's own resolvers validate DNSSEC (BR 3.2.2.4)": (
        "validation.dnssec: 認証局の DNS サーバーで DNSSEC の検証が必要です（BR 3.2.2.4）"
    ),
    "validation: http-01 is looked for at port 80 and tls-alpn-01 at port 443 only (BR 1.6.1)": (
        "validation: http-01 はポート 80、tls-alpn-01 はポート 443 に限られます（BR 1.6.1）"
    ),
    "retention.evidence_days: at least {days} (BR 5.4.3)": (
        "retention.evidence_days: {days} 以上にしてください（BR 5.4.3）"
    ),
    "retention.abandoned_days: at least {days} (BR 5.5.2)": (
        "retention.abandoned_days: {days} 以上にしてください（BR 5.5.2）"
    ),
    "policy.blocked_keys: none; a list of Debian's weak keys (BR 6.1.1.3)": (
        "policy.blocked_keys: Debian の脆弱な鍵の一覧を指定してください（BR 6.1.1.3）"
    ),
    "lint.percent: all certificates or none, 100 (BR 4.3.1.2)": (
        "lint.percent: 全件を対象とする 100 にしてください（BR 4.3.1.2）"
    ),
    "portal.operator_networks: operators' pages take a password alone; none (NetSec 2)": (
        "portal.operator_networks: 運用者ページはパスワードのみで利用できるため、指定できません（NetSec 2）"
    ),
    "keys: that of {name} is in a file, and not in a token (BR 6.2.7)": (
        "keys: {name} の鍵がファイルにあります。HSM などのトークンに置いてください（BR 6.2.7）"
    ),
    "{name}: key_types has ed25519 (BR 6.1.5)": "{name}: ed25519 は使用できません（key_types、BR 6.1.5）",
    # the CA's files and peers
    "SQLite {version} is older than 3.37": "SQLite {version} は古すぎます（3.37 以降が必要です）",
    "{module} is not installed": "{module} がインストールされていません",
    "line {number} is no entry": "{number} 行目が記録として読み取れません",
    "line {number} does not follow the one before it": "{number} 行目が直前の行とつながりません",
    "{path}: it is of {day}, older than {days} days": "{path}: {day} 付で、{days} 日を過ぎています",
    "of the list's logs {logs} take what ends on {day}": "{day} に有効期限を迎える証明書を受け付けるログは {logs} です",
    "{reason}, of {count} operators": "{reason}（運営者数 {count}）",
    "{got} of {wanted}, and there is no log left to ask": "{wanted} 件中 {got} 件で、ほかに依頼できるログがありません",
    # the operator's command line
    "the following arguments are required: {names}": "次の指定が必要です: {names}",
    "unrecognized arguments: {words}": "解釈できない指定があります: {words}",
    "argument {name}: expected one argument": "{name} には値を 1 つ指定してください",
    "argument {name}: expected at least one argument": "{name} には値を 1 つ以上指定してください",
    "argument {name}: ignored explicit argument {given}": "{name} に値 {given} は指定できません",
    "argument {name}: not text in UTF-8": "{name} が UTF-8 の文字列ではありません",
    "argument {name}: invalid choice: {given} (choose from {names})": (
        "{name} に {given} は指定できません（指定できるもの: {names}）"
    ),
    "argument {name}: invalid {type} value: {given}": "{name} の値 {given} が正しくありません",
    "argument {name}: {reason}": "{name}: {reason}",
    "not an instant such as 2026-11-24T00:00:00Z": "2026-11-24T00:00:00Z のような日時ではありません",
    "not a link as audit verify prints it": "audit verify が表示するリンクの形ではありません",
}
