"""Failed orders are noted, and what is told is always why the order failed."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.steps.patience import patient
from tegata.client.errors import CaUnreachable
from tegata.clock import SystemClock
from tegata.host.attempts import AttemptsFile
from tegata.host.errors import CertificateKeyLost, HeldBack
from tegata.host.files import Tree
from tegata.text.language import Language


def schedule(log: io.StringIO) -> Context:
    """Nobody at a terminal."""
    clock = SystemClock()
    return Context(Console(io.StringIO(), io.StringIO(), log, clock.now), clock, {}, Language.EN, lambda: 0.0)


def test_what_the_ca_was_not_asked_for_holds_nothing_back(tmp_path: Path) -> None:
    """A key that is to be used again and is not there: put it there, and the next try is at once (S-17)."""
    context = schedule(io.StringIO())
    attempts, ends = AttemptsFile(Tree(tmp_path), "www.example.com"), context.clock.now() + timedelta(days=60)
    for _ in range(2):
        with pytest.raises(CertificateKeyLost), patient(context, attempts, ends=ends, anyway=False):
            raise CertificateKeyLost(name="www.example.com", file="www.example.com.key")


def test_a_failure_that_cannot_be_noted(tmp_path: Path) -> None:
    """On a disk that takes nothing the order's own error is raised; once it can be noted, the next try waits (C-03)."""
    tree, log = Tree(tmp_path), io.StringIO()
    context = schedule(log)
    attempts, ends = AttemptsFile(tree, "www.example.com"), context.clock.now() + timedelta(days=60)
    tree.attempts.parent.mkdir()
    tree.attempts.touch()
    for lines in (0, 1):
        with pytest.raises(CaUnreachable), patient(context, attempts, ends=ends, anyway=False):
            raise CaUnreachable(url="https://ca.example/", reason="no answer in time")
        assert log.getvalue().count("no other before") == lines
        if tree.attempts.is_file():
            tree.attempts.unlink()
    with pytest.raises(HeldBack), patient(context, attempts, ends=ends, anyway=False):
        pytest.fail("it was tried")
