"""The Japanese of fixed phrases that the client and what it stands on give as reasons, where no other area has them."""

from tegata.text.catalogue import Entry

ENTRIES: dict[str, Entry] = {}

REASONS: dict[str, str] = {
    # files and words
    "it is not text in UTF-8 or UTF-16": "UTF-8 または UTF-16 のテキストではありません",
    "a quotation mark in it is not closed": "引用符が閉じられていません",
    "a quotation mark or backslash in it has no end": "引用符またはバックスラッシュが終わっていません",
    "its quotation marks are those of print, which are no quotation marks here": (
        "引用符が半角の \" または ' ではありません（文書からのコピーで記号が変わることがあります）"
    ),
    "it is a link that leads nowhere": "リンク先が存在しません",
    "the link belongs to another user": "リンクの所有者が別のユーザーです",
    "there is something else than a file": "ファイルではないものがあります",
    "its folder cannot be written": "そのフォルダーに書き込めません",
    "everybody may write to its folder": "そのフォルダーには誰でも書き込めます",
    # the system
    "No such file or directory": "ファイルまたはフォルダーがありません",
    "Permission denied": "権限がありません",
    "No space left on device": "空き容量がありません",
    "Disk quota exceeded": "ディスクの割り当てを超えています",
    "Read-only file system": "読み取り専用のファイルシステムです",
    "Is a directory": "フォルダーです",
    "Not a directory": "フォルダーではありません",
    "File name too long": "名前が長すぎます",
    "Exec format error": "実行できる形式ではありません",
    "Connection refused": "接続が拒否されました",
    "Connection reset by peer": "相手側から接続が切断されました",
    "No route to host": "相手に到達する経路がありません",
    "Network is unreachable": "ネットワークに接続されていません",
    "Name or service not known": "名前解決ができません",
    "Temporary failure in name resolution": "一時的に名前解決ができません",
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
