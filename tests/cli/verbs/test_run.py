"""What ``run`` does not do while it is held back."""

import io
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.grammar.words import parse
from tegata.cli.plans import material
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import Ensure, Run
from tegata.cli.verbs import run as verb
from tegata.clock import SystemClock
from tegata.host.attempts import Attempts, AttemptsFile
from tegata.host.errors import HeldBack
from tegata.host.files import Tree
from tegata.text.language import Language

LINE = "run --cert.name www -s https://ca.example/dir -m a@example.com -d www.example.com --http -a"


@pytest.fixture
def context() -> Context:
    """Nobody at a terminal."""
    clock = SystemClock()
    return Context(Console(io.StringIO(), io.StringIO(), io.StringIO(), clock.now), clock, {}, Language.EN, lambda: 0.0)


@pytest.fixture
def plan(tmp_path: Path) -> Run:
    invocation = parse([*LINE.split(), "--path", str(tmp_path)], {})
    made = make(invocation, {}, None, tmp_path, material.read(invocation))
    assert isinstance(made, Ensure)
    return made.run


def test_no_key_is_made_for_an_order_that_is_held_back(
    context: Context, plan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-17: each minute's cron would make one of RSA 4096, and throw it away."""

    def made(*_: object) -> NoReturn:
        pytest.fail("a key was begun")

    monkeypatch.setattr(verb, "key_begun", made)
    until = context.clock.now() + timedelta(minutes=5)
    AttemptsFile(Tree(plan.path), plan.issue.file_name).save(Attempts(1, until, "client.problem"))
    with pytest.raises(HeldBack):
        verb.run(context, plan, whatever_there_is=False, back_off=True)
