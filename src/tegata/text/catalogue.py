"""The one catalogue of errors: for each code, what happened and what to do, in both languages.

Holds the shape and the look-up; the sentences stand in ``errors_*.py``, one file an area. Knows nothing of where a
sentence is shown.
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from tegata.errors import TegataError
from tegata.text.language import Language

if TYPE_CHECKING:
    import re

# An area's sentences are data; they are loaded only when the first error is explained.
AREAS = (
    "errors_core",
    "errors_client",
    "errors_refusals",
    "errors_reasons",
    "errors_solving",
    "errors_words",
    "errors_cli",
    "errors_conformance",
    "errors_host",
    "errors_dns",
    "errors_protocol",
    "errors_account",
    "errors_contract",
    "errors_order",
    "errors_validation",
    "errors_issuing",
    "errors_ceremony",
    "errors_portal",
    "errors_operator",
    "errors_phrases",
)
# No phrase of ours is longer, or of more; what is came from outside, perhaps so that looking takes seconds.
_MOST_CHARACTERS = 500
_MOST_PIECES = 10
_MOST_PARTS = 5


class Sentence(NamedTuple):
    """One sentence in both languages, with ``{fact}`` where a fact of the error goes."""

    en: str
    ja: str

    def fill(self, language: Language, facts: dict[str, object]) -> str:
        """The sentence in a language, its facts in place."""
        template = self.ja if language is Language.JA else self.en
        return template.format_map(_Facts(facts, language))


class Entry(NamedTuple):
    """What happened, with its cause, and what to do about it."""

    what: Sentence
    remedy: Sentence


class Explained(NamedTuple):
    """An error in a reader's language."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class _Facts(dict[str, object]):
    """Facts for a template; hostile control characters are made visible (S-37), a missing fact reads as ``?``."""

    def __init__(self, facts: dict[str, object], language: Language) -> None:
        super().__init__(facts)
        self.language = language

    def __missing__(self, key: str) -> str:
        return "?"

    def __getitem__(self, key: str) -> object:
        fact = super().__getitem__(key)
        text = ", ".join(map(str, fact)) if isinstance(fact, tuple) else str(fact)
        if key in ("reason", "kind") and self.language is Language.JA:
            text = _in_japanese(text, reasons())
        return printable(text)


UNEXPLAINED = Entry(
    Sentence("An internal error happened.", "内部エラーが発生しました。"),
    Sentence(
        "Please try again later; if it happens again, report the reference number.",
        "しばらくしてからもう一度お試しください。繰り返す場合は参照番号を添えてお問い合わせください。",
    ),
)


def entries() -> dict[str, Entry]:
    """Every entry of every area, by code."""
    found: dict[str, Entry] = {}
    for area in AREAS:
        found.update(import_module(f"tegata.text.{area}").ENTRIES)
    return found


def reasons() -> dict[str, str]:
    """The Japanese of the phrases that errors give as facts ``reason`` and ``kind``, by their English.

    Either may hold ``{name}``, where the error has put something in.
    """
    found: dict[str, str] = {}
    for area in AREAS:
        found.update(getattr(import_module(f"tegata.text.{area}"), "REASONS", {}))
    return found


def _in_japanese(text: str, known: dict[str, str], parts: int = _MOST_PARTS) -> str:
    """A phrase, or several, with what was put into it; what is none of ours stays as it is."""
    if text in known or not parts or len(text) > _MOST_CHARACTERS:
        return known.get(text, text)
    pieces = text.split("; ")
    if 1 < len(pieces) <= _MOST_PIECES:
        several = [_in_japanese(one, known, parts - 1) for one in pieces]
        if several != pieces:
            return "; ".join(several)
    for phrase in sorted((one for one in known if "{" in one), key=len, reverse=True):
        if found := _pattern(phrase).fullmatch(text):
            put_in = {name: _in_japanese(value, known, parts - 1) for name, value in found.groupdict().items()}
            return known[phrase].format_map(put_in)
    about, colon, reason = text.partition(": ")
    return about + colon + _in_japanese(reason, known, parts - 1)


@cache
def _pattern(phrase: str) -> "re.Pattern[str]":
    """What finds a phrase in a text, with a group for each thing that was put in."""
    import re  # noqa: PLC0415 - only a failure is explained

    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(phrase)))


def explain(error: TegataError, language: Language) -> Explained:
    """The sentences for an error; one without an entry of its own is an internal error."""
    entry = entries().get(error.code, UNEXPLAINED)
    return Explained(entry.what.fill(language, error.facts), entry.remedy.fill(language, error.facts))


def printable(text: str) -> str:
    r"""Text from outside, safe for a terminal, a log or a header: control characters become ``\xNN`` (S-37)."""
    if text.isprintable():
        return text
    # The ideographic space stands in many names of Japanese organizations.
    return "".join(c if c.isprintable() or c == "\u3000" else c.encode("unicode_escape").decode() for c in text)


def is_printable(text: str) -> bool:
    """Whether ``printable`` leaves a text as it is."""
    return printable(text) == text


def is_text(text: str) -> bool:
    """Whether it may be kept as somebody's words: no control characters but line ends and tabs, no half characters.

    What a keyboard does not type is refused; that a terminal is shown nothing else is ``printable``'s.
    """
    return not any((c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in text)
