"""Sentences of the errors raised by the CA's issuing, its keys and its notices, and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "issuance.issuer": Entry(
        Sentence("The issuing CA {issuer} is not set up here.", "発行認証局 {issuer} がこの環境に設定されていません。"),
        Sentence(
            "Put its certificate and its key where docs/keys.md says, on every node, and start serve again.",
            "docs/keys.md に従い、すべてのノードに証明書と鍵を配置して serve を再起動してください。",
        ),
    ),
    "issuance.issuer-revoked": Entry(
        Sentence("The root has revoked the issuing CA {issuer}.", "ルートが発行認証局 {issuer} を失効させています。"),
        Sentence(
            "Make the next issuing CA as docs/keys.md says, and start serve again.",
            "docs/keys.md に従って次の発行認証局を作成し、serve を再起動してください。",
        ),
    ),
    "issuing.lint": Entry(
        Sentence(
            "A certificate was not signed because it breaks the rule that {rule}: {found}",
            "証明書が次の規則に反するため署名しませんでした: {rule}: {found}",
        ),
        Sentence(
            "Check the contract's organization and the settings of its service; otherwise report this.",
            "契約の組織情報とサービスの設定を確認してください。問題がなければ、この内容をお知らせください。",
        ),
    ),
    "issuing.findings": Entry(
        Sentence(
            "A certificate is not signed because of what pkilint finds: {findings}",
            "pkilint の検査で問題が見つかったため、証明書に署名しません: {findings}",
        ),
        Sentence(
            "Check the contract's organization and the settings of its service; what this CA wants to have so is named "
            "in lint.accepted.",
            "契約の組織情報とサービスの設定を確認してください。"
            "意図した内容である場合は、設定 lint.accepted に追加してください。",
        ),
    ),
    "issuing.lint-silent": Entry(
        Sentence(
            "pkilint did not judge the certificate: {reason}.", "pkilint で証明書を検査できませんでした: {reason}。"
        ),
        Sentence(
            "Nothing is signed unjudged; it is tried again. See the log, and tegata-ca check.",
            "検査できない証明書には署名しません。自動的に再試行します。"
            "ログと tegata-ca check の結果を確認してください。",
        ),
    ),
    "issuing.logs": Entry(
        Sentence("There are not enough SCTs: {reason}.", "必要な数の SCT を取得できません: {reason}。"),
        Sentence(
            "Nothing is issued without; it is tried again. Check the list of logs, [transparency] log_list.",
            "SCT のない証明書は発行しません。自動的に再試行します。"
            "ログの一覧（設定 [transparency] の log_list）を確認してください。",
        ),
    ),
    "keys.passphrase-missing": Entry(
        Sentence(
            "The pass phrase of the CA's keys cannot be read from {path}: {reason}.",
            "認証局の鍵のパスフレーズを {path} から読み取れません: {reason}。",
        ),
        Sentence(
            "Set TEGATA_CA_PASSPHRASE, or TEGATA_CA_PASSPHRASE_FILE, or the setting keys.passphrase_file.",
            "環境変数 TEGATA_CA_PASSPHRASE または TEGATA_CA_PASSPHRASE_FILE、"
            "または設定 keys.passphrase_file を指定してください。",
        ),
    ),
    "keys.file": Entry(
        Sentence("{path} cannot be used: {reason}.", "{path} を使用できません: {reason}。"),
        Sentence(
            "Check the pass phrase and the file, and restore it from the backup if it is damaged.",
            "パスフレーズとファイルを確認し、破損している場合はバックアップから復元してください。",
        ),
    ),
    "keys.not-certified": Entry(
        Sentence(
            "{path} is not there: this CA's {ca} CA has not been certified by the root yet.",
            "{path} がありません。この認証局の {ca} は、まだルート認証局の認証を受けていません。",
        ),
        Sentence(
            "Hold the ceremony for it: tegata-ca ceremony request {ca} --by NAME, sign the request where the root is,"
            " and install what that gives. If the file has been there before, restore it from the backup.",
            "鍵セレモニーを行ってください: tegata-ca ceremony request {ca} --by 氏名 を実行し、ルート認証局で"
            "署名（sign）した結果を install で取り込みます。"
            "以前は存在したファイルの場合は、バックアップから復元してください。",
        ),
    ),
    "keys.uri": Entry(
        Sentence("The key {uri} cannot be found: {reason}.", "鍵 {uri} を特定できません: {reason}。"),
        Sentence(
            "Write file:PATH, or pkcs11:token=NAME;object=LABEL?module-path=FILE&pin-source=FILE.",
            "file:パス、または pkcs11:token=名前;object=ラベル?module-path=ファイル&pin-source=ファイル"
            " の形式で指定してください。",
        ),
    ),
    "keys.token": Entry(
        Sentence(
            "The key {uri} in the token cannot be used: {reason}.", "トークン内の鍵 {uri} を使用できません: {reason}。"
        ),
        Sentence(
            "Check that the token is connected, its PIN, and that both halves of the key are in it by that name.",
            "トークンの接続とPINを確認し、その名前の秘密鍵と公開鍵が格納されていることを確認してください。",
        ),
    ),
    "notice.refused": Entry(
        Sentence(
            "The mail server refuses mail to {recipient}: {reason}",
            "メールサーバーが {recipient} 宛てのメールを拒否しました: {reason}",
        ),
        Sentence(
            "It is tried again for five days; check the address and whether the server takes mail from here.",
            "5日間は自動的に再送します。宛先のアドレスと、メールサーバーの受信設定を確認してください。",
        ),
    ),
    "notice.undelivered": Entry(
        Sentence(
            "The mail to {recipient} was not delivered: {reason}",
            "{recipient} へのメールを送信できませんでした: {reason}",
        ),
        Sentence(
            "It is tried again; check the settings in [mail] and the mail server.",
            "自動的に再送します。設定の [mail] とメールサーバーを確認してください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "the file is empty": "ファイルが空です",
    "it is not encrypted": "暗号化されていません",
    "the pass phrase is wrong or the file is damaged": "パスフレーズが正しくないか、ファイルが破損しています",
    "it is not the key of the CA's certificate": "認証局の証明書の鍵ではありません",
    "it does not begin with a certificate of the issuing CA": "先頭が発行認証局の証明書ではありません",
    "it begins neither with file: nor with pkcs11:": "file: でも pkcs11: でも始まっていません",
    "a CA's key is of type=private": "認証局の鍵は type=private でなければなりません",
    "it needs token or serial, and object or id": "token または serial と、object または id が必要です",
    "a value is not UTF-8": "UTF-8 でない値があります",
    "a PIN does not belong into settings; name its file by pin-source": (
        "PINを設定に書くことはできません。pin-source でPINのファイルを指定してください"
    ),
    "an attribute is unknown here, has no value or is there twice": (
        "未知の属性、値のない属性、または重複した属性があります"
    ),
    "pin-source is the absolute path of a file, or env:NAME": (
        "pin-source はファイルの絶対パス、または env:変数名 で指定します"
    ),
    "its public key cannot be read": "公開鍵を読み取れません",
    "a CA's key is RSA, P-256 or P-384": "認証局の鍵は RSA、P-256、P-384 のいずれかです",
    "the PIN was refused and is not tried again": "PINが拒否されたため、再試行していません",
    "one wrong PIN more would lock it: log in once by its own tools": (
        "あと1回PINを誤るとロックされます。トークン付属のツールで一度ログインしてください"
    ),
    "the PIN is wrong or locked": "PINが誤っているか、ロックされています",
    "the file of the PIN cannot be read": "PINのファイルを読み取れません",
    "there is no PIN where its URI says": "URIの示す場所にPINがありません",
    "install what tokens need: pip install 'tegata[pkcs11]'": (
        "トークンの利用に必要なものをインストールしてください: pip install 'tegata[pkcs11]'"
    ),
    "install what the second lint needs: pip install 'tegata[lint]'": (
        "証明書の追加検査に必要なものをインストールしてください: pip install 'tegata[lint]'"
    ),
    "it did not answer in time": "時間内に応答がありませんでした",
    "its process ended, or made no sense": "検査プロセスが終了したか、応答が正しくありませんでした",
    "the file holds no key that a certificate can have": "証明書に使用できる鍵がファイルにありません",
    "it is not for the host of acme.url": "acme.url のホスト名の証明書ではありません",
    "it is not the key of the certificate, or the pass phrase does not open it": (
        "証明書の鍵ではないか、パスフレーズで開けません"
    ),
    "it is not a PEM certificate": "PEM 形式の証明書ではありません",
    "it was made for another host than the one of acme.url": "設定 acme.url とは別のホスト用に作成されたものです",
}
