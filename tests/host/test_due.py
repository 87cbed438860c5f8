"""What is remembered between runs: one instant a window, when to ask again, and nothing from damaged files."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tegata.acme.window import Window
from tegata.client.renewal import Cause, Due, NotDue, decide
from tegata.host.due import (
    LONGEST_PAUSE,
    Watch,
    WatchFile,
    answered,
    facts,
    failed,
    is_due,
    learned_with,
    not_offered,
    unknown,
    without_window,
)
from tegata.host.files import Tree
from tegata.pki.certs import life_of
from tests.host import issued

NOW = issued.NOW
ENDS = NOW + timedelta(days=80)
LEAF = issued.certificate(issued.new_key(), "www.example.com")
OTHER = issued.certificate(issued.new_key(), "www.example.com")
DIGEST = life_of(LEAF).digest
WINDOW = Window(NOW + timedelta(days=50), NOW + timedelta(days=52))


def after_answer(before: Watch, *, window: Window = WINDOW, retry_after: float = 3600, fraction: float = 0.25) -> Watch:
    return answered(before, NOW, window, explanation=None, retry_after=retry_after, fraction=fraction)


def test_nothing_known_means_to_ask() -> None:
    """A certificate nobody asked about is never fresh."""
    assert not unknown(DIGEST).is_fresh(NOW, ENDS)


def test_an_answer_is_fresh_until_it_is_time_to_ask_again() -> None:
    """To the second; and a date that only a wrong clock can have written is not believed."""
    watch = after_answer(unknown(DIGEST))
    assert watch.is_fresh(NOW, ENDS)
    assert watch.is_fresh(NOW + timedelta(seconds=3599), ENDS)
    assert not watch.is_fresh(NOW + timedelta(seconds=3600), ENDS)
    assert not watch.is_fresh(NOW - timedelta(days=2), ENDS)


def test_nothing_remembered_is_relied_on_in_the_last_30_days() -> None:
    """A contract renewed at the last hour moves the window; the next run must see it, whatever Retry-After said."""
    watch = after_answer(unknown(DIGEST))
    assert watch.is_fresh(NOW, NOW + timedelta(days=30, seconds=1))
    assert not watch.is_fresh(NOW, NOW + timedelta(days=30))


def test_nothing_is_relied_on_in_the_certificate_s_first_hour() -> None:
    """A revocation is seen at the next run, however often it was asked before; trouble and a CA without ARI count."""
    watch = learned_with(after_answer(unknown(DIGEST), retry_after=7200), NOW)
    for known in (watch, after_answer(watch, retry_after=7200)):
        assert not known.is_fresh(NOW, ENDS)
        assert not known.is_fresh(NOW + timedelta(minutes=59), ENDS)
        assert known.is_fresh(NOW + timedelta(minutes=61), ENDS)
    assert failed(watch, NOW).is_fresh(NOW, ENDS)
    assert not_offered(watch, NOW).is_fresh(NOW, ENDS)


def test_a_first_hour_of_a_wrong_clock_does_not_last() -> None:
    """Noted while the clock was a year ahead."""
    watch = learned_with(after_answer(unknown(DIGEST), retry_after=7200), NOW + timedelta(days=365))
    assert watch.is_fresh(NOW, ENDS)


def test_the_instant_is_chosen_once_a_window() -> None:
    """Asking often must not draw it towards the start; a new window is a new choice (X-13)."""
    first = after_answer(unknown(DIGEST))
    assert first.instant == WINDOW.start + timedelta(hours=12)
    assert after_answer(first, fraction=0.9).instant == first.instant
    moved = Window(WINDOW.start - timedelta(days=50), WINDOW.end)
    assert after_answer(first, window=moved, fraction=0.0).instant == moved.start


def test_no_renewal_information_is_asked_for_again_in_six_hours() -> None:
    """RFC 9773 §4.3.3: an error that will last."""
    watch = not_offered(after_answer(unknown(DIGEST)), NOW)
    assert (watch.window, watch.instant) == (None, None)
    assert watch.ask_again == NOW + timedelta(hours=6)
    told = replace(after_answer(unknown(DIGEST)), explanation="https://ca.example/why", failures=3, profile="p")
    assert not_offered(told, NOW) == Watch(DIGEST, watch.ask_again, profile="p")


def test_whoever_does_not_want_renewal_information_hears_nothing_of_it() -> None:
    """Neither its window nor the page about it; all else counts."""
    told = replace(after_answer(unknown(DIGEST)), explanation="https://ca.example/why", revoked=True)
    assert without_window(told) == Watch(DIGEST, told.ask_again, revoked=True)


def test_an_answer_says_why_and_the_next_one_may_not() -> None:
    told = replace(after_answer(unknown(DIGEST)), explanation="https://ca.example/why")
    assert after_answer(told).explanation is None


def test_trouble_waits_longer_each_time_and_forgets_nothing() -> None:
    """A minute, doubling, at most six hours, also after ten thousand failures (S-17); then an answer resets it.

    X-14.
    """
    assert failed(unknown(DIGEST), NOW).ask_again == NOW + timedelta(minutes=1)
    watch = after_answer(unknown(DIGEST))
    pauses = []
    for _ in range(12):
        watch = failed(watch, NOW)
        pauses.append((watch.ask_again - NOW) / timedelta(minutes=1))
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    assert watch.window == WINDOW
    for _ in range(10_000):
        watch = failed(watch, NOW)
    assert watch.ask_again == NOW + LONGEST_PAUSE
    assert after_answer(watch).failures == 0


def test_facts_decide() -> None:
    """What is remembered is what the decision is made of."""
    watch = after_answer(unknown(DIGEST))
    assert decide(facts(watch, life_of(LEAF), NOW)) == NotDue(Cause.WINDOW, WINDOW.start + timedelta(hours=12))
    assert decide(facts(watch, life_of(LEAF), WINDOW.end)) == Due(Cause.WINDOW)
    assert decide(facts(watch, life_of(LEAF), NOW, days=999)) == Due(Cause.DAYS)
    assert decide(facts(unknown(DIGEST), life_of(LEAF), NOW)) == NotDue(
        Cause.LIFE, LEAF.not_valid_after_utc - timedelta(days=30)
    )
    asked = facts(watch, life_of(LEAF), NOW, contract_ends=ENDS, changed=Cause.KEY, dynamic=True)
    assert (asked.contract_ends, asked.changed, asked.dynamic) == (ENDS, Cause.KEY, True)


@pytest.fixture
def watch_file(tmp_path: Path) -> WatchFile:
    return WatchFile(Tree(tmp_path), "*.example.com")


@pytest.mark.parametrize(
    "watch",
    [
        not_offered(unknown(DIGEST), NOW),
        after_answer(unknown(DIGEST)),
        Watch(unknown(DIGEST).certificate, NOW, revoked=True, failures=3),
        Watch(unknown(DIGEST).certificate, NOW, WINDOW, WINDOW.start, "https://ca.example/why"),
        Watch(unknown(DIGEST).certificate, NOW, contract_ends=WINDOW.end),
        unknown(DIGEST, ""),
        unknown(DIGEST, "shortlived"),
        learned_with(unknown(DIGEST), NOW),
    ],
)
def test_there_and_back(watch_file: WatchFile, watch: Watch) -> None:
    """All of it survives the disk (X-13)."""
    watch_file.save(watch)
    assert watch_file.load(DIGEST) == watch


def test_what_is_known_of_another_certificate_says_nothing(watch_file: WatchFile) -> None:
    """X-15: the one in place may have been renewed by another program."""
    watch_file.save(Watch(unknown(life_of(OTHER).digest).certificate, NOW, revoked=True))
    assert watch_file.load(DIGEST) == unknown(DIGEST)


@pytest.mark.parametrize(
    "change",
    [
        {"askAgain": "tomorrow"},
        {"askAgain": None},
        {"failures": "many"},
        {"failures": None},
        {"window": {"start": "2026-01-01T00:00:00Z"}},
        {"instant": 7},
        {"contractEnds": "never"},
        {"certificate": None},
    ],
)
def test_a_damaged_file_says_nothing(tmp_path: Path, watch_file: WatchFile, change: dict[str, object]) -> None:
    """It is only a memory: then the CA is asked again."""
    watch_file.save(after_answer(unknown(DIGEST)))
    file = tmp_path / ".tegata" / "renewals" / "_.example.com.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    assert watch_file.load(DIGEST) == unknown(DIGEST)
    file.write_text("{")
    assert watch_file.load(DIGEST) == unknown(DIGEST)


def test_due_by_what_is_remembered(tmp_path: Path, watch_file: WatchFile) -> None:
    """A window that has come, a revocation, or the last thirty days; no CA is asked."""
    tree, name = Tree(tmp_path), "*.example.com"
    assert not is_due(tree, name, life_of(LEAF), NOW)
    assert is_due(tree, name, life_of(LEAF), LEAF.not_valid_after_utc - timedelta(days=29))
    watch_file.save(after_answer(unknown(DIGEST)))
    assert is_due(tree, name, life_of(LEAF), WINDOW.end)
    watch_file.save(Watch(unknown(DIGEST).certificate, NOW, revoked=True))
    assert is_due(tree, name, life_of(LEAF), NOW)


def test_forgetting(watch_file: WatchFile) -> None:
    """Also what was never known."""
    watch_file.forget()
    watch_file.save(after_answer(unknown(DIGEST)))
    watch_file.forget()
    assert watch_file.load(DIGEST) == unknown(DIGEST)


def test_a_renewal_that_is_put_off() -> None:
    """To the certificate's last second, not to one before."""
    end = LEAF.not_valid_after_utc
    before = replace(after_answer(unknown(DIGEST)), window=Window(end - timedelta(hours=1), end - timedelta(seconds=1)))
    assert not before.is_put_off(end)
    assert not unknown(DIGEST).is_put_off(end)
    assert replace(before, window=Window(end - timedelta(hours=1), end)).is_put_off(end)


def test_unknown_is_long_past() -> None:
    """Whatever the clock says now."""
    assert unknown(DIGEST).ask_again == datetime(1970, 1, 1, tzinfo=UTC)
