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
from tegata.host.errors import HeldBack
from tegata.host.files import Tree
from tegata.text.language import Language


def test_a_failure_that_cannot_be_noted(tmp_path: Path) -> None:
    """On a disk that takes nothing the order's own error is raised; once it can be noted, the next try waits (C-03)."""
    clock, tree, log = SystemClock(), Tree(tmp_path), io.StringIO()
    context = Context(Console(io.StringIO(), io.StringIO(), log, clock.now), clock, {}, Language.EN, lambda: 0.0)
    attempts, ends = AttemptsFile(tree, "www.example.com"), clock.now() + timedelta(days=60)
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
