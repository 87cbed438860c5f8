"""Contracts to the second: in force, and how long a certificate may live under them."""

from datetime import UTC, datetime

import pytest

from tegata.ca.errors import (
    CaError,
    ContractEnded,
    ContractExpired,
    ContractNotStarted,
    ContractSuspended,
    CredentialDisabled,
    CredentialExpired,
    CredentialSuperseded,
    UnknownObject,
)
from tegata.ca.policy.contracts import (
    ContractStatus,
    CredentialStatus,
    credential_status,
    latest_end,
    require_binding,
    require_in_force,
    service_of,
    status,
)
from tests.ca.policy.samples import DAY, FAR, NOW, OV, SECOND, contract, credential

HALF = SECOND / 2
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ContractStatus.ACTIVE),
        ({"starts": NOW + DAY}, ContractStatus.ACTIVE),
        ({"ends": NOW}, ContractStatus.ACTIVE),
        ({"ends": NOW - HALF}, ContractStatus.ACTIVE),
        ({"ends": NOW - SECOND}, ContractStatus.EXPIRED),
        ({"ends": NEVER}, ContractStatus.ACTIVE),
        ({"suspended_at": NOW}, ContractStatus.SUSPENDED),
        ({"suspended_at": NOW, "ends": NOW - SECOND}, ContractStatus.EXPIRED),
        ({"ended_at": NOW, "suspended_at": NOW, "ends": NOW - SECOND}, ContractStatus.ENDED),
    ],
)
def test_status(changes, expected):
    """The last second of a contract counts; what cannot be undone goes first."""
    assert status(contract(**changes), NOW) is expected


@pytest.mark.parametrize(
    ("changes", "of_credential", "refusal"),
    [
        ({"starts": NOW + SECOND}, {}, ContractNotStarted),
        ({"ends": NOW - SECOND}, {}, ContractExpired),
        ({"suspended_at": NOW}, {}, ContractSuspended),
        ({"ended_at": NOW}, {}, ContractEnded),
        ({}, {"disabled_at": NOW}, CredentialDisabled),
        ({}, {"expires_at": NOW}, CredentialExpired),
        ({"suspended_at": NOW}, {"disabled_at": NOW}, ContractSuspended),
    ],
)
def test_what_is_not_in_force(changes, of_credential, refusal):
    """Each dead contract or credential is refused by its own name, for old and new accounts alike."""
    for require in (require_in_force, require_binding):
        with pytest.raises(CaError) as caught:
            require(contract(**changes), credential(**of_credential), NOW)
        assert type(caught.value) is refusal
        assert caught.value.facts["contract"] == "C0000001"


def test_in_force():
    """From its first second to its last, with any credential that is not disabled."""
    require_in_force(contract(starts=NOW), credential(), NOW)
    require_in_force(contract(ends=NOW), credential(superseded_at=NOW), NOW)
    require_binding(contract(), credential(), NOW)
    require_binding(contract(), credential(superseded_at=NOW + HALF, expires_at=NOW + HALF), NOW)


def test_a_service_that_the_settings_have_lost():
    """What its contract could have is not known any more: that is told, and nothing is issued."""
    mine = contract()
    assert service_of(mine, {mine.service: OV}) is OV
    with pytest.raises(UnknownObject) as caught:
        service_of(mine, {"another": OV})
    assert caught.value.facts == {"kind": "service", "name": mine.service}


def test_a_superseded_credential_binds_nobody_new():
    """Rotating a credential stops registrations, not the accounts there are."""
    with pytest.raises(CredentialSuperseded):
        require_binding(contract(), credential(superseded_at=NOW), NOW)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, CredentialStatus.ACTIVE),
        ({"superseded_at": NOW}, CredentialStatus.SUPERSEDED),
        ({"superseded_at": NOW + HALF, "expires_at": NOW + HALF}, CredentialStatus.ACTIVE),
        ({"superseded_at": NOW, "expires_at": NOW}, CredentialStatus.EXPIRED),
        ({"superseded_at": NOW, "disabled_at": NOW, "expires_at": NOW}, CredentialStatus.DISABLED),
    ],
)
def test_credential_status(changes, expected):
    """A credential is what was done to it last and worst."""
    assert credential_status(credential(**changes), NOW) is expected


@pytest.mark.parametrize(
    ("ends", "issuer_ends", "expected"),
    [
        (NOW + 200 * DAY, FAR, NOW + 90 * DAY - SECOND),
        (NOW + 90 * DAY, FAR, NOW + 90 * DAY - SECOND),
        (NOW + 30 * DAY, FAR, NOW + 30 * DAY),
        (NOW + 30 * DAY, NOW + 20 * DAY, NOW + 20 * DAY),
    ],
)
def test_latest_end(ends, issuer_ends, expected):
    """A certificate lives its days, both end seconds counted, but never past its contract or its issuer."""
    assert latest_end(contract(ends=ends), OV, issuer_ends, NOW) == expected
