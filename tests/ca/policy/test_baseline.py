"""The Baseline Requirements' limits on each side of every boundary, to the second."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tegata.ca.errors import ExaminationMissing, ExaminationTooOld, IssuanceFailed
from tegata.ca.model import Contract
from tegata.ca.policy import baseline, calendar
from tegata.ca.settings import Policy, Service
from tests.ca.policy.samples import contract

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PUBLIC, PRIVATE = Policy(public=True), Policy()
LONG = Service(label="a year", certificate_days=365)

BOUNDARIES = [
    # from, certificate days before and after, proof days before and after, perspectives before and after
    (datetime(2026, 12, 15, tzinfo=UTC), (200, 200), (200, 200), (4, 5)),
    (datetime(2027, 3, 15, tzinfo=UTC), (200, 100), (200, 100), (5, 5)),
    (datetime(2029, 3, 15, tzinfo=UTC), (100, 47), (100, 10), (5, 5)),
]


@pytest.mark.parametrize(("since", "certificate", "proof", "perspectives"), BOUNDARIES)
def test_the_table_changes_at_midnight_utc(since, certificate, proof, perspectives):
    """The last second before has the former limits, the first of the date the new ones (B-06)."""
    before, after = baseline.limits(since - SECOND), baseline.limits(since)
    assert (before.certificate_days, after.certificate_days) == certificate
    assert (before.proof_days, after.proof_days) == proof
    assert (before.perspectives, after.perspectives) == perspectives


def test_before_and_long_after_the_table():
    """A clock that is wrong gets a row too."""
    assert baseline.limits(datetime(1970, 1, 1, tzinfo=UTC)) == baseline.TABLE[0]
    assert baseline.limits(datetime(2099, 1, 1, tzinfo=UTC)) == baseline.TABLE[-1]


@pytest.mark.parametrize(
    ("now", "days"), [(since + shift, days) for since, days_of, *_ in BOUNDARIES for shift, days in
                      ((-SECOND, days_of[0]), (timedelta(0), days_of[1]))]
)  # fmt: skip
def test_a_certificates_life(now, days):
    """A day shorter than the limit by itself, and never signed if it is over it, by the day of signing (B-01)."""
    assert baseline.bounded(LONG, PUBLIC, now).certificate_days == days - 1
    short = msgspec.structs.replace(LONG, certificate_days=7)
    assert baseline.bounded(short, PUBLIC, now) == short
    assert baseline.bounded(LONG, PRIVATE, now) == LONG
    baseline.check_life(now, now + days * DAY - SECOND, PUBLIC, now)
    with pytest.raises(IssuanceFailed):
        baseline.check_life(now, now + days * DAY, PUBLIC, now)
    baseline.check_life(now, now + 365 * DAY, PRIVATE, now)


def test_a_life_that_begins_on_the_day():
    """Signed before it, it begins on it: for others it is issued then (B-01)."""
    since = datetime(2027, 3, 15, tzinfo=UTC)
    baseline.check_life(since - SECOND, since + 199 * DAY, PUBLIC, since - SECOND)
    baseline.check_life(since, since + 100 * DAY - SECOND, PUBLIC, since - SECOND)
    with pytest.raises(IssuanceFailed):
        baseline.check_life(since, since + 100 * DAY, PUBLIC, since - SECOND)


@pytest.mark.parametrize(("since", "_", "days", "__"), BOUNDARIES)
def test_a_proofs_age(since, _, days, __):
    """Counted back from the signature, which comes some minutes later at the most, and by the rules of then (B-04)."""
    judged = since - calendar.ISSUING
    assert timedelta(minutes=2) <= calendar.ISSUING <= timedelta(hours=1)
    assert baseline.oldest_proof(PUBLIC, judged - SECOND) == since - SECOND - days[0] * DAY
    assert baseline.oldest_proof(PUBLIC, judged) == since - days[1] * DAY
    assert baseline.oldest_proof(PRIVATE, since) < datetime(1970, 1, 1, tzinfo=UTC)


def examined(at: datetime | None) -> Contract:
    return contract(examined_at=at)


def test_an_examinations_age():
    """398 days at the signature, for certificates that name the organization (B-05)."""
    now = datetime(2027, 6, 1, tzinfo=UTC)
    dv = msgspec.structs.replace(LONG, validation="dv")
    baseline.check_examination(examined(now - 398 * DAY + calendar.ISSUING), LONG, PUBLIC, now)
    with pytest.raises(ExaminationTooOld):
        baseline.check_examination(examined(now - 398 * DAY + calendar.ISSUING - SECOND), LONG, PUBLIC, now)
    baseline.check_examination(examined(None), dv, PUBLIC, now)
    baseline.check_examination(examined(None), LONG, PRIVATE, now)


def test_who_must_be_examined():
    """B-64: whom OV certificates name, of a publicly trusted CA always, of another where its settings say so."""
    asking = Policy(examinations=True)
    for policy in (PUBLIC, asking):
        with pytest.raises(ExaminationMissing):
            baseline.check_examination(examined(None), LONG, policy, datetime(2026, 11, 24, tzinfo=UTC))
