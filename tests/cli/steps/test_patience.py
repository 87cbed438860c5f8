"""Failed orders are noted, and what is told is always why the order failed."""

import io
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from tegata.acme import problems
from tegata.acme.problems import ErrorType
from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.steps.patience import Trial, patient
from tegata.client.errors import BadRoots, CaUnreachable, ContractOver, ProfileNotOffered, RateLimited
from tegata.clock import SystemClock
from tegata.host.attempts import AttemptsFile
from tegata.host.errors import CertificateKeyLost, DiskFull, HeldBack, HookFailed, HookNotStarted, HookTimedOut
from tegata.host.files import Tree
from tegata.text.language import Language


def schedule(log: io.StringIO) -> Context:
    """Nobody at a terminal."""
    clock = SystemClock()
    return Context(Console(io.StringIO(), io.StringIO(), log, clock.now), clock, {}, Language.EN, lambda: 0.0)


def fail(trial: Trial, error: Exception) -> NoReturn:
    """Fail with this once the order has begun."""
    trial.begin()
    raise error


@pytest.mark.parametrize(
    "trouble",
    [
        CertificateKeyLost(name="www.example.com", file="www.example.com.key"),
        ContractOver(ends="2026-01-01T00:00:00Z"),
        HookFailed(status=1),
        HookNotStarted(program="x", reason="y"),
        HookTimedOut(seconds=1),
        DiskFull(path="www.example.com.key", reason="No space left on device"),
        BadRoots(path="roots.pem", reason="it is empty"),
        ZeroDivisionError(),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_what_the_ca_was_not_asked_for_holds_nothing_back(tmp_path: Path, trouble: Exception) -> None:
    """A key that is not there, a contract that is over, a hook: put it right, and the next try is at once (S-17)."""
    context = schedule(io.StringIO())
    attempts, ends = AttemptsFile(Tree(tmp_path), "www.example.com"), context.clock.now() + timedelta(days=60)
    for _ in range(3):
        with pytest.raises(type(trouble)), patient(context, attempts, order="x", ends=ends, anyway=False):
            raise trouble


def test_what_nobody_foresaw_holds_back_too(tmp_path: Path) -> None:
    """As a DNS provider of somebody else's may raise, after the order was made: it would be made at each run (S-17)."""
    log = io.StringIO()
    context = schedule(log)
    attempts, ends = AttemptsFile(Tree(tmp_path), "www.example.com"), context.clock.now() + timedelta(days=60)
    for told in ("", "This order has failed 2 times in a row: no other before"):
        with pytest.raises(ZeroDivisionError), patient(context, attempts, order="x", ends=ends, anyway=False) as trial:
            fail(trial, ZeroDivisionError())
        assert bool(told) == bool(log.getvalue())
        assert told in log.getvalue()
    with pytest.raises(HeldBack), patient(context, attempts, order="x", ends=ends, anyway=False):
        pytest.fail("it was held back")


def test_a_profile_that_the_directory_has_not_holds_nothing_back(tmp_path: Path) -> None:
    """The client finds it out when it is about to order, and orders nothing (S-17)."""
    context = schedule(io.StringIO())
    attempts = AttemptsFile(Tree(tmp_path), "www.example.com")
    for _ in range(3):
        with pytest.raises(ProfileNotOffered), patient(context, attempts, order="x", ends=None, anyway=False) as trial:
            fail(trial, ProfileNotOffered(profile="x", offered="y"))


def test_the_patience_that_the_ca_asks_for(tmp_path: Path) -> None:
    """Is had by every schedule, and by nobody who says that it is to be tried anyway."""
    context = schedule(io.StringIO())
    attempts, now = AttemptsFile(Tree(tmp_path), "www.example.com"), context.clock.now()
    refused = RateLimited(problems.problem(ErrorType.RATE_LIMITED, "slowly"), "POST", "https://ca.example/", 36000)
    for _ in range(2):
        with (
            pytest.raises(RateLimited),
            patient(context, attempts, order="x", ends=now + timedelta(days=60), anyway=True),
        ):
            raise refused
    noted = attempts.load()
    assert noted.failures == 2
    assert noted.try_again is not None
    assert timedelta(hours=9) < noted.try_again - now < timedelta(hours=11)
    with pytest.raises(HeldBack), patient(context, attempts, order="x", ends=now + timedelta(days=60), anyway=False):
        pytest.fail("it was tried")


def test_a_failure_that_cannot_be_noted(tmp_path: Path) -> None:
    """On a disk that takes nothing the order's own error is raised; once it can be noted, a third waits (C-03)."""
    tree, log = Tree(tmp_path), io.StringIO()
    context = schedule(log)
    attempts, ends = AttemptsFile(tree, "www.example.com"), context.clock.now() + timedelta(days=60)
    tree.attempts.parent.mkdir()
    tree.attempts.touch()
    for lines in (0, 0, 1):
        with pytest.raises(CaUnreachable), patient(context, attempts, order="x", ends=ends, anyway=False):
            raise CaUnreachable(url="https://ca.example/", reason="no answer in time")
        assert log.getvalue().count("no other before") == lines
        if tree.attempts.is_file():
            tree.attempts.unlink()
    with pytest.raises(HeldBack), patient(context, attempts, order="x", ends=ends, anyway=False):
        pytest.fail("it was tried")
