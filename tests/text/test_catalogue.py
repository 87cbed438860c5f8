"""The catalogue of errors is whole: every error has its sentences in both languages, and no sentence is left over."""

import ast
import pkgutil
import string
from collections import Counter
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import tegata
from tegata.errors import TegataError
from tegata.pki.names import BadName
from tegata.text import catalogue
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

SOURCE = Path(tegata.__file__).parent


def _import_all() -> None:
    for module in pkgutil.walk_packages(tegata.__path__, "tegata."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def _below(kind: type[TegataError]) -> set[type[TegataError]]:
    return {kind}.union(*(_below(sub) for sub in kind.__subclasses__()))


def name(error: object) -> str:
    return f"{error.__module__}.{getattr(error, '__qualname__', '')}"


_import_all()
# Tests may define errors of their own; only the product's count.
ERRORS: set[type[TegataError]] = {
    error for error in _below(TegataError) if error.__module__.split(".")[0] == "tegata"
} - {TegataError}
CODES = {error.code for error in ERRORS if "code" in vars(error)}
ENTRIES = catalogue.entries()
SENTENCES = {
    f"{code} {part}": sentence
    for code, entry in ENTRIES.items()
    for part, sentence in (("what", entry.what), ("remedy", entry.remedy))
}


def fields(template: str) -> set[str]:
    """The facts a template asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("error", sorted(ERRORS, key=name), ids=name)
def test_every_error_has_its_entry(error):
    """By its own code or its parent's; a class without any is only there to be derived from."""
    if error.code == TegataError.code:
        assert error.__subclasses__(), f"{name(error)} has no code"
    else:
        assert error.code in ENTRIES, f"{error.code} has no sentences in tegata/text/errors_*.py"


def test_no_two_errors_have_the_same_code():
    counted = Counter(error.code for error in ERRORS if "code" in vars(error))
    assert [code for code, number in counted.items() if number > 1] == []


def test_no_entry_is_left_over():
    assert set(ENTRIES) - CODES == set()


def test_no_code_is_in_two_areas():
    listed = [code for area in catalogue.AREAS for code in import_module(f"tegata.text.{area}").ENTRIES]
    assert len(listed) == len(set(listed))


def test_every_area_is_listed():
    """A file of sentences that is not in the list would never be read."""
    assert {path.stem for path in (SOURCE / "text").glob("errors_*.py")} == set(catalogue.AREAS)


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_a_sentence_is_in_both_languages(sentence):
    assert sentence.en.strip()
    assert sentence.ja.strip()
    assert sentence.en != sentence.ja
    assert any(character > "\u3000" for character in sentence.ja), "the Japanese sentence is not Japanese"
    assert fields(sentence.en) == fields(sentence.ja), "both languages tell the same facts"


@cache
def _raised() -> dict[str, list[tuple[str, set[str]]]]:
    """Where errors are made by class name with plain keyword facts: class name -> places and facts."""
    found: dict[str, list[tuple[str, set[str]]]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and all(keyword.arg for keyword in node.keywords) and not node.args:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                place = f"{path.relative_to(SOURCE)}:{node.lineno}"
                found.setdefault(called, []).append((place, {str(keyword.arg) for keyword in node.keywords}))
    return found


def _plain() -> list[type[TegataError]]:
    """The errors that take facts as they come, and whose name tells where they are raised."""
    names = Counter(error.__name__ for error in ERRORS)
    plain = [error for error in ERRORS if error.__init__ is TegataError.__init__ and names[error.__name__] == 1]
    return sorted((error for error in plain if error.code in ENTRIES), key=name)


@pytest.mark.parametrize("error", _plain(), ids=name)
def test_whoever_raises_an_error_gives_the_facts_its_sentences_tell(error):
    """A missing fact would be printed as a question mark."""
    entry = ENTRIES[error.code]
    wanted = set().union(*(fields(text) for text in (*entry.what, *entry.remedy)))
    for place, facts in _raised().get(error.__name__, []):
        assert wanted <= facts, f"{place} does not give {sorted(wanted - facts)}"


def _reasons() -> set[str]:
    """The fixed phrases that the core gives as ``reason``."""
    return {
        keyword.value.value
        for room in ("pki", "acme")
        for path in sorted((SOURCE / room).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def test_every_reason_of_the_core_is_translated():
    known = import_module("tegata.text.errors_core").REASONS
    assert _reasons() == set(known)
    assert all(japanese and japanese != english for english, japanese in known.items())


def test_an_error_is_told_in_the_readers_language():
    error = BadName(name="a..b", reason="it has an empty label")
    assert str(catalogue.explain(error, Language.EN)) == (
        "a..b cannot be the name in a certificate: it has an empty label. "
        "Give a host name such as www.example.com, a wildcard such as *.example.com, or an IP address."
    )
    assert catalogue.explain(error, Language.JA).what == (
        "a..b は証明書に記載できる名前ではありません: 空のラベルがあります。"
    )


def test_a_reason_without_translation_is_told_as_it_is():
    assert catalogue.explain(BadName(name="a", reason="xyz"), Language.JA).what.endswith(": xyz。")


def test_an_error_without_an_entry_is_an_internal_one():
    class Unlisted(TegataError):
        code = "test.unlisted"

    explained = catalogue.explain(Unlisted(secret="do not tell"), Language.EN)
    assert explained == catalogue.explain(TegataError(), Language.EN)
    assert "do not tell" not in str(explained)


def test_a_missing_fact_is_a_question_mark():
    assert Sentence("{a} and {b}", "{a} と {b}").fill(Language.EN, {"a": 1}) == "1 and ?"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("日本語", "日本語"),
        ("株式会社\u3000例", "株式会社\u3000例"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nSet-Cookie: x", "a\\r\\nSet-Cookie: x"),
        ("\u202eexe.txt", "\\u202eexe.txt"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
    ],
)
def test_control_characters_from_outside_are_made_visible(text, shown):
    """Escapes and line ends in remote text never reach a terminal or a log (S-37)."""
    assert catalogue.printable(text) == shown
    assert Sentence("{a}", "{a}").fill(Language.EN, {"a": text}) == shown


def test_a_template_cannot_be_given_from_outside():
    """Braces in a fact are text."""
    assert Sentence("{a}", "{a}").fill(Language.EN, {"a": "{b}", "b": "x"}) == "{b}"
