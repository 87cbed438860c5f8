"""Lasting records of dns-persist-01: what is wanted, what will do, and what a hostile CA says of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import identifiers
from tegata.acme.messages import Authorization, Challenge
from tegata.ca.policy import persistence
from tegata.client import lasting
from tegata.client.errors import BadAnswer

ACCOUNT = "https://ca.example/acme/acct/123"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ISSUERS = ("ca.example", "authority.example")


def authorization(**more: Any) -> Authorization:
    return Authorization(identifier=identifiers.of("www.example.com"), status="pending", challenges=(), **more)


def challenge(accounturi: str | None = ACCOUNT, issuers: tuple[str, ...] = ISSUERS) -> Challenge:
    return Challenge(
        type="dns-persist-01",
        url="https://ca.example/chall",
        status="pending",
        accounturi=accounturi,
        issuer_domain_names=issuers,
    )


@pytest.mark.parametrize("said", [ACCOUNT, None])
def test_what_is_to_be_shown(said: str | None):
    """No token (X-43); for a wildcard it says so."""
    shown = lasting.presentation(authorization(wildcard=True), challenge(said), ACCOUNT)
    assert (shown.name, shown.token, shown.issuers, shown.account_url) == ("www.example.com", "", ISSUERS, ACCOUNT)
    assert shown.wildcard


@pytest.mark.parametrize(
    "hostile",
    [
        challenge("https://ca.example/acme/acct/666"),
        challenge(issuers=()),
        challenge(issuers=tuple(f"ca{number}.example" for number in range(11))),
        *(
            challenge(issuers=(name,))
            for name in ("CA.example", "ca.example.", "a b", "ca.example;x", "*.ca.example", "192.0.2.1", "x" * 254, "")
        ),
    ],
)
def test_challenges_that_are_not_taken(hostile: Challenge):
    """Another's account would be let in by our record (X-43)."""
    with pytest.raises(BadAnswer):
        lasting.presentation(authorization(), hostile, ACCOUNT)


@pytest.mark.parametrize(
    "account", ["https://ca.example/a;policy=wildcard", 'https://ca.example/"', "https://x/ y", ""]
)
def test_account_urls_that_would_end_the_value(account: str):
    with pytest.raises(BadAnswer):
        lasting.presentation(authorization(), challenge(account), account)


def test_the_drafts_sample():
    """F-09, with and without what is optional."""
    until = datetime(2027, 1, 1, tzinfo=UTC)
    whole = "ca.example; accounturi=https://ca.example/acme/acct/123; policy=wildcard; persistUntil=1798761600"
    assert lasting.value("ca.example", ACCOUNT, until, wildcard=True) == whole
    assert lasting.value("ca.example", ACCOUNT, None, wildcard=False) == f"ca.example; accounturi={ACCOUNT}"


PARTS = st.sampled_from(
    [
        "ca.example", "other.example", " ", ";", ";", f"accounturi={ACCOUNT}", "accounturi=https://ca.example/acme/acct/9",
        "policy=wildcard", "policy=x", "POLICY=WildCard", "persistUntil=1798761600", "persistUntil=1", "persistUntil=x",
        "unknown=1", "=", "x",
    ]
)  # fmt: skip


@given(st.one_of(st.lists(PARTS).map("".join), st.lists(PARTS).map(";".join), st.text()), st.booleans())
def test_what_will_do_is_what_the_ca_takes(text: str, wildcard: bool):
    """X-44, X-45, X-46: whatever stands there, a record that is used is one that our CA would take, too."""
    if lasting.permits(text, ISSUERS, ACCOUNT, NOW, wildcard=wildcard):
        request = persistence.PersistRequest(issuers=ISSUERS, account_uri=ACCOUNT, wildcard=wildcard, at=NOW)
        assert persistence.objection([text.encode()], request) is None


@pytest.mark.parametrize("wildcard", [False, True])
@pytest.mark.parametrize("until", [None, NOW + timedelta(days=1)])
def test_what_we_write_will_do(wildcard: bool, until: datetime | None):
    """To us and to our CA; and once it has ended to neither."""
    text = lasting.value("authority.example", ACCOUNT, until, wildcard=wildcard)
    for days, expected in ((0, True), (2, until is None)):
        now = NOW + timedelta(days=days)
        request = persistence.PersistRequest(issuers=ISSUERS, account_uri=ACCOUNT, wildcard=wildcard, at=now)
        assert lasting.permits(text, ISSUERS, ACCOUNT, now, wildcard=wildcard) is expected
        assert (persistence.objection([text.encode()], request) is None) is expected
