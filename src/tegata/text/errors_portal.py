"""Sentences of the errors raised by the portal."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "portal.form": Entry(
        Sentence(
            "A value of the form is not one that its field takes.",
            "入力内容に、その項目では指定できない値があります。",
        ),
        Sentence("Please go back, correct it and send the form again.", "前の画面に戻り、修正して送信してください。"),
    ),
    "portal.private-key": Entry(
        Sentence(
            "This is or holds a private key, not a CSR. It was sent, so do not use that key any more: make a new one.",
            "CSR ではなく秘密鍵が送信されました。この鍵は使用せず、新しい鍵を作成してください。",
        ),
        Sentence("Then send its CSR only.", "送信するのは、その CSR のみです。"),
    ),
    "portal.refused": Entry(
        Sentence("This cannot be done: {reason}.", "実行できません: {reason}。"),
        Sentence(
            "Nothing was changed. The page may have been out of date: please open it again and look at it.",
            "何も変更していません。画面の内容が古くなっている可能性があります。画面を開き直して、現在の状態をご確認ください。",
        ),
    ),
    "portal.too-many-logins": Entry(
        Sentence(
            "There were too many wrong passwords for this mail address, or from your network.",
            "このメールアドレス、またはお使いのネットワークからのパスワードの誤りが多すぎます。",
        ),
        Sentence("Please try again later (minutes to wait: {minutes}).", "{minutes}分後にもう一度お試しください。"),
    ),
}
