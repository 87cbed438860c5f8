"""The no-storm rule, case by case."""

import pytest

from tegata.ca.errors import ReissueLimited
from tegata.ca.policy.quotas import check_reissue, cut_short
from tests.ca.policy.samples import DAY, FAR, NOW, OV, SECOND, certificate, contract

ENDS = NOW + 20 * DAY
CUT = certificate(not_before=NOW - DAY, not_after=ENDS)
EARLIER = certificate(not_after=ENDS - 5 * DAY)


def storm(current, *, ends=ENDS, issuer=FAR, reissues=3, now=NOW, **changes):
    """As an order meets the rule: the store gives those that last as long, and no more than the rule needs."""
    bound = contract(ends=ends, **changes)
    end = cut_short(bound, OV, issuer, now)
    if end is not None:
        as_good = [one for one in current if one.not_after >= end][: reissues + 1]
        check_reissue(as_good, contract=bound, end=end, reissues=reissues, now=now)


def test_the_fourth_pointless_reissue_is_refused():
    """Three are allowed beside the first; then it is said when the contract ends and when it may be tried again."""
    for certificates in range(4):
        storm([CUT] * certificates)
    with pytest.raises(ReissueLimited) as caught:
        storm([CUT] * 4)
    assert caught.value.facts["ends"] == "2026-12-14 02:31:00 UTC"
    assert caught.value.retry_at == ENDS - DAY / 24


def test_without_an_allowance_one_certificate_is_enough():
    """The number is a setting."""
    storm([], reissues=0)
    with pytest.raises(ReissueLimited):
        storm([CUT], reissues=0)


@pytest.mark.parametrize(
    ("current", "changes"),
    [
        pytest.param([EARLIER] * 9, {}, id="a new one would end later"),
        pytest.param([CUT] * 9, {"ends": NOW + 400 * DAY, "renewed_at": NOW}, id="the contract was renewed"),
        pytest.param([CUT] * 9, {"ends": NOW + 40 * DAY}, id="the contract was prolonged a little"),
        pytest.param([CUT] * 9, {"now": ENDS - DAY / 24}, id="the renewal window has begun"),
        pytest.param(
            [certificate(not_before=NOW, not_after=NOW + 90 * DAY - SECOND)] * 9,
            {"ends": NOW + 200 * DAY},
            id="full lives, all in one second",
        ),
    ],
)
def test_what_is_never_limited(current, changes):
    """The rule is about certificates that could not end later, nothing else."""
    storm(current, **changes)


def test_certificates_that_end_earlier_do_not_count():
    """Only those as good as a new one are counted."""
    storm([CUT, CUT, CUT, EARLIER, EARLIER])


def test_an_issuer_near_its_end_cuts_short_too():
    """A certificate that its issuer cuts short is as pointless to repeat."""
    with pytest.raises(ReissueLimited):
        storm([CUT] * 4, ends=NOW + 400 * DAY, issuer=ENDS)
