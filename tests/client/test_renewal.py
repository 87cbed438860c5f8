"""The decision to renew, by table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tegata.acme.window import Window
from tegata.client.renewal import Cause, Decision, Due, Facts, NotDue, Pointless, decide, is_overdue

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BIRTH = datetime(2026, 1, 1, tzinfo=UTC)
# A life of exactly 90 days, its last second included, as CAs write it.
END = BIRTH + 90 * DAY - SECOND
OPENS, CLOSES = BIRTH + 55 * DAY, BIRTH + 57 * DAY
INSTANT = BIRTH + 56 * DAY


def at(now: datetime, **more: Any) -> Decision:
    known: dict[str, Any] = {"not_before": BIRTH, "not_after": END, **more}
    return decide(Facts(now=now, **known))


def with_window(now: datetime, **more: object) -> Decision:
    return at(now, window=Window(OPENS, CLOSES), window_instant=INSTANT, **more)


@pytest.mark.parametrize(
    ("life", "lead"),
    [
        (timedelta(days=398), timedelta(days=30)),
        (timedelta(days=91), timedelta(days=30)),
        (timedelta(days=90), timedelta(days=30)),
        (timedelta(days=60), timedelta(days=20)),
        (timedelta(days=6), timedelta(days=2)),
        (timedelta(hours=160), timedelta(hours=160) / 3),
    ],
)
def test_without_anything_else_thirty_days_or_a_third_of_the_life(life: timedelta, lead: timedelta):
    """C-01."""
    end = BIRTH + life - SECOND
    first = end - lead
    assert at(first - SECOND, not_after=end) == NotDue(Cause.LIFE, first)
    assert at(first, not_after=end) == Due(Cause.LIFE)
    assert at(end + DAY, not_after=end) == Due(Cause.LIFE)


def test_renewal_information_decides_by_the_chosen_instant():
    """C-01."""
    assert with_window(INSTANT - SECOND) == NotDue(Cause.WINDOW, INSTANT)
    assert with_window(INSTANT) == Due(Cause.WINDOW)
    # Thirty days before the end would be earlier here: the CA knows better.
    late = Window(END - 3 * DAY, END - DAY)
    assert at(END - 10 * DAY, window=late, window_instant=late.start) == NotDue(Cause.WINDOW, late.start)


def test_a_schedule_looks_once_a_day():
    """What a window closes on before it looks again is due now, as it may be revoked then (X-13, RFC 9773 §4.2)."""
    window = Window(OPENS, OPENS + 30 * HOUR)
    last = {"window": window, "window_instant": window.end - SECOND}
    assert at(OPENS + 6 * HOUR - SECOND, **last) == NotDue(Cause.WINDOW, OPENS + 6 * HOUR)
    assert at(OPENS + 6 * HOUR, **last) == Due(Cause.WINDOW)
    assert at(OPENS + 6 * HOUR, waits=True, **last) == NotDue(Cause.WINDOW, window.end - SECOND)
    # One that is short has to open first.
    short = {"window": Window(OPENS, OPENS + 2 * HOUR), "window_instant": OPENS + HOUR}
    assert at(OPENS - SECOND, **short) == NotDue(Cause.WINDOW, OPENS)
    assert at(OPENS, **short) == Due(Cause.WINDOW)
    # One that ends a day before the certificate does is looked at before it closes, too.
    edge = {"window": Window(END - 3 * DAY, END - DAY), "window_instant": END - DAY - SECOND}
    assert at(END - 2 * DAY, **edge) == Due(Cause.WINDOW)
    # But not where the certificate would end meanwhile.
    end = {"window": Window(END - 2 * HOUR, END), "window_instant": END - HOUR}
    assert at(END - DAY - SECOND, **end) == NotDue(Cause.WINDOW, END - DAY)
    assert at(END - DAY, **end) == Due(Cause.WINDOW)


def test_a_short_life_is_looked_at_more_often():
    """A tenth of it is a day of its own: else every look at a certificate for a day would order another."""
    end = BIRTH + DAY
    window = Window(BIRTH + 11 * HOUR, BIRTH + 13 * HOUR)
    known = {"not_after": end - SECOND, "window": window, "window_instant": BIRTH + 12 * HOUR}
    assert at(BIRTH + 10 * HOUR, **known) == NotDue(Cause.WINDOW, window.start)


@pytest.mark.parametrize("late", [timedelta(0), SECOND, 365 * DAY])
def test_a_window_after_the_certificate_s_end_lets_nothing_run_out(late: timedelta):
    """C-01: then it is as without renewal information, as lego's 30 days count beside the CA's word."""
    window = Window(END + late, END + late + DAY)
    first = END - 30 * DAY
    assert at(first - SECOND, window=window, window_instant=window.start) == NotDue(Cause.LIFE, first)
    assert at(first, window=window, window_instant=window.start) == Due(Cause.LIFE)


def test_a_closed_window_makes_it_due():
    assert with_window(CLOSES) == Due(Cause.WINDOW)
    assert with_window(CLOSES, days=1) == Due(Cause.WINDOW_CLOSED)
    assert with_window(CLOSES - SECOND, days=1) == NotDue(Cause.DAYS, END - 2 * DAY + timedelta(microseconds=1))


@pytest.mark.parametrize(("whole", "lead"), [(200, 200 / 3), (90, 30), (11, 11 / 3), (10, 5), (6, 3)])
def test_by_the_life_alone(whole: int, lead: float):
    """lego's rule: a third is left, or half of a short life (C-01)."""
    end = BIRTH + whole * DAY - SECOND
    first = end - lead * DAY
    known = Facts(now=first, not_before=BIRTH, not_after=end, dynamic=True)
    assert decide(known) == Due(Cause.LIFE)
    assert decide(replace(known, now=first - SECOND)) == NotDue(Cause.LIFE, first)


def test_a_certificate_that_has_ended_is_due_whatever_the_window():
    """A CA that wants an expired certificate renewed later has mistaken it for another."""
    late = Window(END + DAY, END + 2 * DAY)
    assert at(END + SECOND, window=late, window_instant=late.start) == Due(Cause.LIFE)


def test_other_names_are_due_at_once():
    """Whatever else is said, but for a revocation."""
    for cause in (Cause.NAMES, Cause.PROFILE, Cause.KEY):
        assert at(BIRTH, changed=cause, days=1, contract_ends=END) == Due(cause)
        assert at(BIRTH, changed=cause, revoked=True) == Due(Cause.REVOKED)


@pytest.mark.parametrize("days", [0, 1, 10, 30, 45])
def test_days_decide_alone_in_whole_days(days: int):
    """As lego counts: a day that has begun does not count."""
    last = END - (days + 1) * DAY
    assert at(last, days=days) == NotDue(Cause.DAYS, last + timedelta.resolution)
    assert at(last + timedelta.resolution, days=days) == Due(Cause.DAYS)
    # An open window and an instant that has passed do not count.
    if last < CLOSES:
        assert isinstance(with_window(min(last, CLOSES - SECOND), days=days), NotDue)


@pytest.mark.parametrize("days", [-1, 90, 999, 10**12])
def test_days_beyond_the_life_and_negative_days_are_always_due(days: int):
    assert at(BIRTH, days=days) == Due(Cause.DAYS)


def test_what_becomes_due_becomes_so_at_until():
    for decision, facts in (
        (at(BIRTH), {}),
        (at(BIRTH, days=10), {"days": 10}),
        (with_window(BIRTH), {"window": Window(OPENS, CLOSES), "window_instant": INSTANT}),
    ):
        assert isinstance(decision, NotDue)
        assert isinstance(at(decision.until - timedelta.resolution, **facts), NotDue)
        assert isinstance(at(decision.until, **facts), Due)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"days": 0},
        {"contract_ends": END},
        {"contract_ends": BIRTH},
        {"window": Window(OPENS, CLOSES), "window_instant": INSTANT},
    ],
)
def test_a_revoked_certificate_is_always_renewed(more: dict[str, object]):
    """C-12."""
    assert at(BIRTH, revoked=True, **more) == Due(Cause.REVOKED)


@pytest.mark.parametrize(
    ("since", "more"),
    [
        (END - 30 * DAY, {}),
        (INSTANT, {"window": Window(OPENS, CLOSES), "window_instant": INSTANT}),
        (BIRTH, {"revoked": True}),
    ],
)
def test_overdue_is_what_was_due_a_tenth_of_the_life_ago(since: datetime, more: dict[str, object]):
    """C-14: not what is renewed for another reason today, nor what was only asked for."""
    late = since + 9 * DAY if not more.get("revoked") else since
    for now, expected in ((late, True), (late - SECOND, bool(more.get("revoked")))):
        for also in ({}, {"days": 999}, {"changed": Cause.NAMES}):
            known: dict[str, Any] = {"not_before": BIRTH, "not_after": END, **more, **also}
            assert is_overdue(Facts(now=now, **known)) is expected


def test_who_wants_it_renewed_late_is_not_late_before() -> None:
    """C-14: the manual's ``renew --days 10`` in a nightly schedule is no alarm in the very night it was meant for."""
    for left, expected in ((10.5, False), (2.5, False), (1.5, True), (-1.0, True)):
        known = Facts(now=END - left * DAY, not_before=BIRTH, not_after=END, days=10)
        assert isinstance(decide(known), Due)
        assert is_overdue(known) is expected
    assert is_overdue(Facts(now=END + DAY, not_before=BIRTH, not_after=END, days=1))


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (END - DAY, Pointless(END - DAY)),
        (END, Pointless(END)),
        (END + SECOND, Due(Cause.LIFE)),
        (None, Due(Cause.LIFE)),
    ],
)
def test_nothing_is_ordered_that_could_not_end_later(ends: datetime | None, expected: Decision):
    assert at(END - DAY, contract_ends=ends) == expected


def test_the_contracts_end_stops_what_is_due_for_any_reason_of_time():
    end = Pointless(END)
    assert with_window(INSTANT, contract_ends=END) == end
    assert with_window(CLOSES - SECOND, contract_ends=END) == end
    assert at(END, contract_ends=END) == end
    assert at(END, contract_ends=END, days=0) == end


@pytest.mark.parametrize("more", [{}, {"days": 0}, {"days": 10}, {"days": 80}])
def test_the_contracts_end_keeps_no_certificate_that_is_of_no_use(more: dict[str, object]):
    """The CA has closed its window, as it does with one it has revoked; or it has ended."""
    assert isinstance(with_window(CLOSES, contract_ends=END, **more), Due)
    assert isinstance(at(END + SECOND, contract_ends=END, **more), Due)


def test_a_window_at_the_certificates_end_makes_no_storm():
    """So is the window of one that its contract cuts short: it does not close while the certificate is of use."""
    last = Window(END - timedelta(hours=1), END)
    for now in (last.start, END - SECOND):
        assert at(now, window=last, window_instant=last.start, contract_ends=END) == Pointless(END)


def test_what_is_not_due_is_not_called_pointless():
    assert isinstance(at(BIRTH, contract_ends=END), NotDue)


@pytest.mark.parametrize(("days", "forced"), [(9, False), (10, False), (11, True), (999, True), (-1, False)])
def test_only_more_days_than_are_left_force_it(days: int, forced: bool):
    """Ten whole days are left: ten is a rule that has come due, eleven is somebody's will."""
    decision = at(END - 10 * DAY, days=days, contract_ends=END)
    if days == 9:
        assert isinstance(decision, NotDue)
    else:
        assert decision == (Due(Cause.DAYS) if forced else Pointless(END))


def test_a_window_comes_with_an_instant():
    with pytest.raises(ValueError, match="together"):
        at(BIRTH, window=Window(OPENS, CLOSES))
    with pytest.raises(ValueError, match="together"):
        at(BIRTH, window_instant=INSTANT)
