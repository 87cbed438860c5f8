"""The question about the terms of service, without a CA: what is an answer, and when there is none to give."""

import io
from datetime import UTC, datetime

import pytest

from tegata.cli.console import Console
from tegata.cli.errors import NoAnswer, TermsRefused
from tegata.cli.steps.registering import _ask_terms

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
