"""Sentences of the checks of ACME servers."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "conformance.differs": Entry(
        Sentence("Expected: {expected}. Seen: {seen}.", "期待した応答: {expected}。実際の応答: {seen}。"),
        Sentence(
            "Report it to the makers of the server; until then name the check by --except.",
            "サーバーの開発元へ報告し、修正されるまでは --except で項目名を指定してください。",
        ),
    ),
    "conformance.not-possible": Entry(
        Sentence("The check cannot be made: {reason}.", "検査できません: {reason}。"),
        Sentence(
            "Give what is missing, or leave the check out.", "不足しているものを指定するか、この項目を外してください。"
        ),
    ),
}
