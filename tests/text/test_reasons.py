"""Every fixed phrase that client and CA and what they stand on give as a reason is told in Japanese too."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import tegata
from tegata.client.errors import BadAnswer
from tegata.text import catalogue
from tegata.text.language import Language

SOURCE = Path(tegata.__file__).parent
ROOMS = ("acme", "ca", "cli", "client", "host", "pki", "plugin_api", "plugins")


def constants(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, where it says them itself."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=values):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in values)
            if re.search("[a-z]{2}", text):
                yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from constants(body)
            yield from constants(orelse)


def phrases(room: str) -> Iterator[str]:
    """Literal reasons of errors that are raised, also where they have a name first."""
    for path in sorted((SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg == "reason":
                        yield from constants(keyword.value)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
                yield from constants(node.value)


@pytest.mark.parametrize("room", ROOMS)
def test_every_phrase_is_translated(room: str) -> None:
    """A Japanese sentence has no English in its middle, around what an error fills in neither."""
    known = {re.sub(r"\{\w+\}", "{}", phrase) for phrase in catalogue.reasons()}
    assert sorted(set(phrases(room)) - known) == []


def test_a_phrase_is_told_in_one_way() -> None:
    """All areas' phrases are looked up together: of two translations, the last area's would stand in both."""
    told: dict[str, str] = {}
    for area in catalogue.AREAS:
        for phrase, japanese in getattr(import_module(f"tegata.text.{area}"), "REASONS", {}).items():
            assert told.setdefault(phrase, japanese) == japanese, phrase


def test_a_reason_in_japanese() -> None:
    """As the client prints it."""
    error = BadAnswer(url="https://ca.example/order", reason="it does not say where the order is")
    said = catalogue.explain(error, Language.JA).what
    assert "注文の URL がありません" in said
    assert "it does not" not in said


@pytest.mark.parametrize(
    ("reason", "japanese"),
    [
        ("line 7 is no entry", "7 行目が記録として読み取れません"),
        ("/ca/x: No such file or directory", "/ca/x: ファイルまたはフォルダーがありません"),
        ("acme: missing; limit: unknown setting", "acme: 設定がありません; limit: このような設定はありません"),
        (
            "argument --ends: not an instant such as 2026-11-24T00:00:00Z",
            "--ends: 2026-11-24T00:00:00Z のような日時では",
        ),
        ("mail.sender: 'x' said: what {this} is; or that", "mail.sender: 'x' said: what {this} is; or that"),
        ("argument " + "a" * 2000 + ": expected one argument", "argument aaaa"),
        ("a: " * 300, "a: a: a: a:"),
    ],
)
def test_what_was_put_into_a_phrase(reason: str, japanese: str) -> None:
    """It stays as it is, unless it is a phrase itself; what is none of ours does too."""
    assert catalogue.Sentence("", "{reason}").fill(Language.JA, {"reason": reason}).startswith(japanese)
    assert catalogue.Sentence("{reason}", "").fill(Language.EN, {"reason": reason}) == reason


@pytest.mark.parametrize("text", ["a; " * 160, "a: b; " * 80, ": " * 240, "a; b: " * 9, "x" * 100_000])
def test_a_reason_from_outside_is_not_searched_for_long(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Whoever makes it as hard as can be has some thousand looks (S-20)."""
    looks = 0
    pattern = catalogue._pattern

    def counted(phrase: str) -> re.Pattern[str]:
        nonlocal looks
        looks += 1
        return pattern(phrase)

    monkeypatch.setattr(catalogue, "_pattern", counted)
    assert catalogue.Sentence("{reason}", "{reason}").fill(Language.JA, {"reason": text}) == text
    assert looks < 10_000
