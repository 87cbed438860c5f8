"""The question about the terms of service, without a CA: what is an answer, and when there is none to give."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.errors import NoAnswer, TermsRefused
from tegata.cli.steps import registering
from tegata.cli.steps.registering import _ask_terms
from tegata.client.errors import CaUnreachable
from tegata.clock import SystemClock
from tegata.host.accounts import AccountFolder
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.text.language import Language

URL = "https://ca.example/terms\x1b[2J"


def ask(typed: str, url: str | None = URL) -> tuple[bool, str, str]:
    output, log = io.StringIO(), io.StringIO()
    console = Console(io.StringIO(typed), output, log, lambda: datetime.now(UTC))
    return _ask_terms(console, url), output.getvalue(), log.getvalue()


@pytest.mark.parametrize("typed", ["\n", "y\n", "Y\n", "y", "\r\n", "what?\nyes\ny\n"])
def test_agreeing(typed: str) -> None:
    """Enter, y and Y; anything else is asked again. The address is shown so that no terminal obeys it (S-37)."""
    agreed, output, log = ask(typed)
    assert agreed
    assert output.count("Do you accept the TOS? Y/n\n") == max(1, typed.count("\n"))
    assert log.endswith("Please review the TOS at https://ca.example/terms\\x1b[2J\n")


@pytest.mark.parametrize("typed", ["n\n", "N\n", "n", "what?\nn\n"])
def test_refusing(typed: str) -> None:
    """n and N; an account is never made without a yes (A-37)."""
    with pytest.raises(TermsRefused):
        ask(typed)


@pytest.mark.parametrize("typed", ["", "what?\n"])
def test_nobody_there(typed: str) -> None:
    """The end of input is no answer."""
    with pytest.raises(NoAnswer):
        ask(typed)


def test_no_terms_no_question() -> None:
    """As lego 5; lego 4 asks about an empty address."""
    assert ask("", url=None) == (False, "", "")


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (CaUnreachable(url="https://ca.example/new-account", reason="no answer in time"), True),
        (KeyboardInterrupt(), True),
        (TermsRefused(url=URL), False),
    ],
    ids=["no answer", "interrupted", "refused"],
)
def test_the_key_of_an_account_that_the_ca_may_have_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, kept: bool
) -> None:
    """It is archived, as its EAB may be used up by it; the former account is back in any case."""
    tree, log = Tree(tmp_path), io.StringIO()
    folder = AccountFolder(tree, "https://ca.example/directory", "a@example.com")
    folder.save_key(generate(KeyType.EC256))
    former = folder.key_file.read_bytes()

    def cut_off(*_: object, **__: object) -> NoReturn:
        folder.save_key(generate(KeyType.EC256))
        raise error

    monkeypatch.setattr(registering, "_register", cut_off)
    clock = SystemClock()
    console = Console(io.StringIO(), io.StringIO(), log, clock.now)
    context = Context(console, clock, {}, Language.EN, lambda: 0.0)
    with pytest.raises(type(error)):
        registering._registered_anew(context, tree, folder, cast("Any", None))
    assert folder.key_file.read_bytes() == former
    keys = [file for file in tree.archives.rglob("*.key") if file.read_bytes() != former]
    assert len(keys) == int(kept)
    assert ("its key was moved to" in log.getvalue()) is kept
