"""The Japanese of fixed phrases that the client and what it stands on give as reasons, where no other area has them."""

from tegata.text.catalogue import Entry

ENTRIES: dict[str, Entry] = {}

REASONS: dict[str, str] = {
    # files and words
    "it is not text in UTF-8 or UTF-16": "UTF-8 または UTF-16 のテキストではありません",
    "a quotation mark in it is not closed": "引用符が閉じられていません",
    "a quotation mark or backslash in it has no end": "引用符またはバックスラッシュが終わっていません",
    # what a CA answers
    "it does not say where the account is": "アカウントの URL がありません",
    "it does not say where the order is": "注文の URL がありません",
    "it carries no usable Replay-Nonce": "使用できる Replay-Nonce がありません",
    "it has another profile than was asked for": "指定と異なるプロファイルになっています",
    "it is for a name that was not ordered": "注文していない名前が対象になっています",
    "the order is valid and names no certificate": "注文は完了していますが、証明書の URL がありません",
    "its challenge has no token": "チャレンジにトークンがありません",
    "its challenge is for another account": "チャレンジが別のアカウントを対象にしています",
    "its challenge does not name the CA as it should": "チャレンジにある認証局の名前が正しくありません",
    "its challenge names the CA otherwise than its directory": (
        "チャレンジにある認証局の名前が、ディレクトリの内容と一致しません"
    ),
    "its directory does not say what accounts are called in records": (
        "レコードに書くアカウントの名前の形式が、ディレクトリにありません"
    ),
    "its directory does not name the CA as it should": "ディレクトリにある認証局の名前が正しくありません",
    # the network
    "SOCKS proxies are not supported": "SOCKS プロキシには対応していません",
    "it is not the URL of an HTTP proxy": "HTTP プロキシの URL ではありません",
    "it holds no PEM certificate": "PEM 形式の証明書が含まれていません",
}
