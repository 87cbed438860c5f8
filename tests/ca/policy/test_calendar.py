"""Renewal windows, pauses and dates, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from tegata.acme.window import Window, default_window
from tegata.ca.errors import DatesRefused
from tegata.ca.model import Replacement
from tegata.ca.policy.calendar import beginning, end, is_overdue, renewal_window, retry_after, told, whole_second
from tegata.clock import rfc3339
from tests.ca.policy.samples import DAY, NOW, SECOND, certificate, contract

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_the_usual_window():
    """Around two thirds of life where nothing special happened."""
    assert renewal_window(certificate(), contract()) == default_window(NOW - 10 * DAY, NOW + 80 * DAY - SECOND)


def test_a_revoked_certificate_is_to_be_replaced_at_once():
    """Its window is past, whatever the contract did before or after."""
    revoked = certificate(revoked_at=NOW - DAY, reason=1)
    for changes in ({}, {"renewed_at": NOW}, {"ends": revoked.not_after}):
        assert renewal_window(revoked, contract(**changes)) == Window(NOW - DAY - HOUR, NOW - DAY)


def test_the_operators_window():
    """Instead of the usual one, unless that is over sooner, and never of a revoked certificate (X-18)."""
    wanted = Replacement(NOW, NOW + DAY)
    young = {"not_before": NOW, "not_after": NOW + 90 * DAY - SECOND, "intended_at": NOW, "replacement": wanted}
    assert renewal_window(certificate(**young), contract()) == Window(NOW, NOW + DAY)
    late = certificate(**{**young, "replacement": Replacement(NOW, NOW + 80 * DAY)})
    assert renewal_window(late, contract()) == default_window(late.not_before, late.not_after)
    assert renewal_window(certificate(**young), contract(ends=NOW + 90 * DAY - SECOND)) == Window(NOW, NOW + DAY)
    revoked = certificate(**young, revoked_at=NOW + SECOND, reason=4)
    assert renewal_window(revoked, contract()).end == NOW + SECOND


def test_renewing_the_contract_moves_the_windows_of_its_certificates_to_now():
    """Certificates from before the renewal should be replaced at once, those from after it in due course."""
    renewed = contract(renewed_at=NOW, ends=NOW + 400 * DAY)
    assert renewal_window(certificate(), renewed) == Window(NOW - HOUR, NOW)
    later = certificate(not_before=NOW, not_after=NOW + 90 * DAY - SECOND, intended_at=NOW)
    assert renewal_window(later, renewed) == default_window(later.not_before, later.not_after)


@pytest.mark.parametrize(
    ("life", "width"), [(40 * DAY, HOUR), (10 * HOUR, HOUR), (5 * HOUR, HOUR / 2), (HOUR, 6 * MINUTE)]
)
def test_a_certificate_cut_short_by_its_contract_waits_for_the_very_end(life, width):
    """A replacement could not end later, so the window is the end of its life, narrow for a short one."""
    ends = NOW + life - SECOND
    cut = certificate(not_before=NOW, not_after=ends)
    assert renewal_window(cut, contract(ends=ends)) == Window(ends - width, ends)
    assert renewal_window(cut, contract(ends=ends - MINUTE)) == Window(ends - width, ends)


@pytest.mark.parametrize(
    ("until_end", "expected"),
    [
        (200 * DAY, 21600),
        (timedelta(hours=78), 21600),
        (timedelta(hours=77), 5 * 3600),
        (timedelta(hours=72, minutes=10), 600),
        (timedelta(hours=72, minutes=1), 600),
        (timedelta(hours=72), 600),
        (timedelta(0), 600),
        (timedelta(hours=-72), 600),
        (timedelta(hours=-73), 21600),
    ],
)
def test_retry_after(until_end, expected):
    """Near the contract's end clients ask every ten minutes, and no longer pause leaps into that time."""
    assert retry_after(certificate(), contract(ends=NOW + until_end), NOW) == expected


def test_retry_after_a_renewal_of_the_contract():
    """A window that has moved is asked for often; a certificate from after the renewal is as any other."""
    renewed = contract(renewed_at=NOW - DAY)
    assert retry_after(certificate(), renewed, NOW) == 600
    assert retry_after(certificate(intended_at=NOW - DAY), renewed, NOW) == 21600


END = NOW + 90 * DAY - SECOND
STARTS = NOW - 20 * MINUTE


def dates(not_before, not_after, *, earliest=STARTS):
    """The first and the last second of a certificate by the dates of its order."""
    begin = beginning(not_before, earliest=earliest, now=NOW, behind=10 * MINUTE)
    return begin, end(not_after, begin=begin, latest=END)


@pytest.mark.parametrize(
    ("not_before", "not_after"),
    [
        (None, None),
        (NOW, END),
        (NOW - 10 * MINUTE, None),
        (NOW + 10 * MINUTE, None),
        (None, END),
        (None, NOW + SECOND),
    ],
)
def test_dates_that_can_be_kept(not_before, not_after):
    """Dates of an order that a certificate can have exactly (A-53)."""
    assert dates(not_before, not_after) == (not_before or NOW, not_after or END)


@pytest.mark.parametrize(
    ("not_before", "not_after", "refusal"),
    [
        (NOW - 10 * MINUTE - SECOND, None, ("notBefore", "it is not about now")),
        (NOW + 10 * MINUTE + SECOND, None, ("notBefore", "it is not about now")),
        (None, END + SECOND, ("notAfter", "it is later than the contract and the certificate's longest life allow")),
        (None, NOW, ("notAfter", "it is not after the beginning")),
        (NOW + MINUTE, NOW + MINUTE, ("notAfter", "it is not after the beginning")),
        (datetime.max.replace(tzinfo=UTC), None, ("notBefore", "it is not about now")),
    ],
)
def test_dates_that_cannot_be_kept(not_before, not_after, refusal):
    """They are refused, never altered (A-53); a certificate begins about now (B-02)."""
    with pytest.raises(DatesRefused) as caught:
        dates(not_before, not_after)
    assert (caught.value.facts["member"], caught.value.facts["reason"]) == refusal
    assert caught.value.facts["date"] == rfc3339(not_after if refusal[0] == "notAfter" else not_before)


def test_nothing_begins_where_its_contract_or_issuer_has_ended():
    """Refused when it is ordered, not after its names were proved and with an error of ours (A-53)."""
    assert end(None, begin=END - SECOND, latest=END) == END
    for begin in (END, END + MINUTE):
        with pytest.raises(DatesRefused) as caught:
            end(None, begin=begin, latest=END)
        assert caught.value.facts == {
            "member": "notAfter",
            "date": rfc3339(END),
            "reason": "it is not after the beginning",
        }


def test_nothing_begins_before_its_contract():
    """Nor before what signs it: refused when it is ordered, not when it is signed (A-53)."""
    assert dates(NOW, None, earliest=NOW) == (NOW, END)
    with pytest.raises(DatesRefused) as caught:
        dates(NOW - SECOND, None, earliest=NOW)
    assert caught.value.facts["reason"] == "it is before the contract or the issuing CA begins"


def test_instants():
    """As sentences tell them and as certificates hold them."""
    assert told(NOW) == "2026-11-24 02:31:00 UTC"
    assert whole_second(NOW + SECOND / 3) == NOW


@pytest.mark.parametrize("days", [1, 5, 9, 10, 11, 47, 90, 199, 398])
def test_nothing_is_overdue_before_it_is_looked_for(days):
    """C-14: The store hands over those past half of their life, of ten days and more past three quarters."""
    one = certificate(not_before=NOW, not_after=NOW + days * DAY - SECOND, intended_at=NOW)
    begins = NOW + (one.not_after - NOW) * (3 if days >= 10 else 2) / 4
    assert not is_overdue(one, contract(ends=NOW + 1000 * DAY), begins)
    assert is_overdue(one, contract(ends=NOW + 1000 * DAY), begins + days * DAY * 0.12)
