"""The one catalogue of errors: for each code, what happened and what to do, in both languages.

Holds the shape and the look-up; the sentences stand in ``errors_*.py``, one file an area. Knows nothing of where a
sentence is shown.
"""

from importlib import import_module
from typing import NamedTuple

from tegata.errors import TegataError
from tegata.text.language import Language

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
)


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
            text = reasons().get(text, text)
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
    """The Japanese of the fixed phrases that errors give as facts ``reason`` and ``kind``, by their English."""
    found: dict[str, str] = {}
    for area in AREAS:
        found.update(getattr(import_module(f"tegata.text.{area}"), "REASONS", {}))
    return found


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
