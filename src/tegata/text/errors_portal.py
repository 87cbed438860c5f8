"""Sentences of the errors raised by the portal."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "portal.too-many-logins": Entry(
        Sentence(
            "There were too many wrong passwords for this mail address.",
            "このメールアドレスでのパスワードの誤りが多すぎます。",
        ),
        Sentence("Please try again in {minutes} minutes.", "{minutes}分後にもう一度お試しください。"),
    ),
}
