"""A certificate's status and the reasons it may be revoked for."""

import pytest

from tegata.ca.errors import BadRevocationReason
from tegata.ca.policy.certificates import (
    OF_OPERATORS,
    CertificateStatus,
    Reason,
    ca_reason,
    kept,
    operator_reason,
    status,
    subscriber_reason,
)
from tegata.text.catalogue import explain
from tegata.text.language import Language
from tests.ca.policy.samples import DAY, NOW, SECOND, certificate


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, CertificateStatus.VALID),
        ({"not_after": NOW}, CertificateStatus.VALID),
        ({"not_after": NOW - SECOND}, CertificateStatus.EXPIRED),
        ({"revoked_at": NOW}, CertificateStatus.REVOKED),
        ({"revoked_at": NOW - DAY, "not_after": NOW - SECOND}, CertificateStatus.REVOKED),
    ],
)
def test_status(changes, expected):
    """Its last second counts."""
    assert status(certificate(**changes), NOW) is expected


@pytest.mark.parametrize(("given", "expected"), [(None, 0), (0, 0), (1, 1), (3, 3), (4, 4), (5, 5)])
def test_reasons_of_subscribers(given, expected):
    """The manual's five, and none (A-93)."""
    assert subscriber_reason(given) == expected


@pytest.mark.parametrize("given", [-1, 2, 6, 7, 8, 9, 10, 11, 2**70])
def test_reasons_no_subscriber_may_give(given):
    """The refusal lists the allowed (A-93)."""
    with pytest.raises(BadRevocationReason) as caught:
        subscriber_reason(given)
    assert caught.value.facts == {"reason": given, "allowed": "0, 1, 3, 4, 5"}


def test_reasons_of_the_operator():
    """privilegeWithdrawn is the CA's own (B-90)."""
    assert operator_reason(9) is Reason.PRIVILEGE_WITHDRAWN
    with pytest.raises(BadRevocationReason) as caught:
        operator_reason(6)
    assert caught.value.facts["allowed"] == "0, 1, 3, 4, 5, 9"


@pytest.mark.parametrize("language", list(Language))
def test_each_reason_of_the_operator_is_explained(language):
    """Whoever chooses among them learns what each means, and that 9 is no subscriber's."""
    with pytest.raises(BadRevocationReason) as caught:
        operator_reason(6)
    told = explain(caught.value, language)
    for reason in OF_OPERATORS:
        assert f"{reason:d}" in told.what
        assert f"{reason:d}" in told.remedy


def test_reasons_of_a_ca():
    """A CA's revocation always has a reason, and compromise of the CA is one (B-90)."""
    assert ca_reason(2) is Reason.CA_COMPROMISE
    for other in (0, 6):
        with pytest.raises(BadRevocationReason) as caught:
            ca_reason(other)
        assert caught.value.facts["allowed"] == "1, 2, 3, 4, 5, 9"


@pytest.mark.parametrize(("copied", "expected"), [("0A:B1", "ab1"), ("ab1", "ab1"), ("00", "0"), ("", "")])
def test_a_serial_however_it_was_copied(copied, expected):
    """What is nothing but zeros is told as zero: a refusal that names nothing would puzzle."""
    assert kept(copied) == expected
