"""Sentences of the errors raised by the CA's ACME interface."""

from tegata.text.catalogue import Entry, Sentence

_UPDATE = Sentence(
    "Please update your ACME client; if its newest version gets the same answer, report this to its authors.",
    "ACMEクライアントを更新してください。最新版でも同じ場合は、クライアントの開発元へお問い合わせください。",
)

ENTRIES: dict[str, Entry] = {
    "request.malformed": Entry(
        Sentence(
            "The request is not a valid ACME request: {reason}.", "ACMEのリクエストとして正しくありません: {reason}"
        ),
        _UPDATE,
    ),
    "request.not-found": Entry(
        Sentence(
            "There is nothing at this URL for this account.",
            "このURLには、このアカウントで利用できるものがありません。",
        ),
        Sentence(
            "Please start again from the directory, and check that the account is the one that placed the order.",
            "ディレクトリのURLからやり直し、注文したアカウントで実行しているかをご確認ください。",
        ),
    ),
    "request.method": Entry(
        Sentence(
            "This URL does not take {method}, only {allowed}.",
            "このURLでは {method} を使えません（使えるもの: {allowed}）。",
        ),
        _UPDATE,
    ),
    "request.media-type": Entry(
        Sentence(
            "The body of the request is not of the type application/jose+json.",
            "リクエスト本文の種類が application/jose+json ではありません。",
        ),
        _UPDATE,
    ),
    "request.too-large": Entry(
        Sentence("The request is longer than {limit} bytes.", "リクエストが {limit} バイトを超えています。"),
        Sentence(
            "Please ask for fewer names in one certificate.",
            "1枚の証明書に含めるドメイン名の数を減らしてください。",
        ),
    ),
    "request.bad-nonce": Entry(
        Sentence(
            "The anti-replay nonce of the request is unknown, used or too old.",
            "リクエストのノンス（再送防止の値）が不明か、使用済みか、古すぎます。",
        ),
        Sentence(
            "Please send the request again with the nonce of this answer; ACME clients do so by themselves.",
            "この応答に含まれるノンスで再送してください（通常はACMEクライアントが自動で行います）。",
        ),
    ),
    "request.signature": Entry(
        Sentence(
            "The signature of the request does not fit its key.",
            "リクエストの署名が鍵と一致しません。",
        ),
        Sentence(
            "Please check that the account key on this machine belongs to the account named in the request.",
            "このサーバーにあるアカウント鍵が、リクエストのアカウントのものかどうかをご確認ください。",
        ),
    ),
    "request.url": Entry(
        Sentence(
            "The request was signed for another URL than the one it came to.",
            "リクエストは、送られてきたURLとは別のURLに対して署名されています。",
        ),
        Sentence(
            "Please use the URLs of this CA's directory unchanged, and check a proxy in between for rewritten paths.",
            "ディレクトリに載っているURLをそのまま使い、途中のプロキシがパスを書き換えていないかをご確認ください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "requests": "リクエスト",
    "orders": "注文",
    "new accounts": "アカウントの作成",
    "this resource is only read, by a POST whose payload is the empty string": (
        "このURLは読み取り専用です（ペイロードを空文字列にしたPOSTで読み取ります）"
    ),
    "this resource wants the public key itself (jwk), not an account URL (kid)": (
        "このURLへのリクエストには、アカウントのURL（kid）ではなく公開鍵（jwk）が必要です"
    ),
    "this resource wants the account URL (kid), not a public key (jwk)": (
        "このURLへのリクエストには、公開鍵（jwk）ではなくアカウントのURL（kid）が必要です"
    ),
    "an authorization can only be read or deactivated": "認可にできるのは、読み取りと無効化だけです",
}
