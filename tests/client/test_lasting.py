"""Lasting records of dns-persist-01: what is wanted, what will do, and what a hostile CA says of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import identifiers
from tegata.acme.messages import Authorization, Challenge, Meta
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
    if lasting.permits(text, ISSUERS, (ACCOUNT,), NOW, wildcard=wildcard):
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
        assert lasting.permits(text, ISSUERS, (ACCOUNT,), now, wildcard=wildcard) is expected
        assert (persistence.objection([text.encode()], request) is None) is expected


# Draft 02: a hash in place of the account's URL. The thumbprint is RFC 7638's own example's (F-03).
THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
PREFIX = "https://ca.example/account-hash/"
HASHED_ACCOUNT = "https://ca.example/acct/123"
DOMAINS_OWN = f"{PREFIX}sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"
ANY_DOMAIN = f"{PREFIX}sha-256/NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug"
ISSUERS_02 = ("authority.example", "ca.example.net")
META = Meta(account_hash_prefix=PREFIX, issuer_domain_names=list(ISSUERS_02), caa_identities=ISSUERS_02)


def challenge_02(*issuers: str, accounturi: str | None = None) -> Challenge:
    return Challenge(
        type="dns-persist-01",
        url="https://ca.example/chall",
        status="pending",
        issuer_names=issuers,
        accounturi=accounturi,
    )


def test_draft_02_s_own_example():
    """The account is called by a hash of itself, its key and the domain; what is good for any domain will do (X-50)."""
    asked = Authorization(identifier=identifiers.of("example.com"), status="pending", challenges=())
    shown = lasting.presentation(asked, challenge_02(*ISSUERS_02), HASHED_ACCOUNT, THUMBPRINT, lasting.offer(META))
    assert (shown.account_url, shown.also_called) == (DOMAINS_OWN, (ANY_DOMAIN,))
    assert lasting.beforehand("example.com", HASHED_ACCOUNT, THUMBPRINT, lasting.offer(META), None) == shown
    text = lasting.value(shown.issuers[0], shown.account_url, None, wildcard=False)
    assert text == f"authority.example; accounturi={DOMAINS_OWN}"
    for account, permitted in ((DOMAINS_OWN, True), (ANY_DOMAIN, True), (HASHED_ACCOUNT, False)):
        record = f"ca.example.net; accounturi={account}"
        accounts = (shown.account_url, *shown.also_called)
        assert lasting.permits(record, shown.issuers, accounts, NOW, wildcard=False) == permitted


@pytest.mark.parametrize(
    ("issuers", "meta"),
    [
        (("authority.example",), META),  # one that the directory promises is missing
        ((*ISSUERS_02, "other.example"), META),  # one that no CAA record names
        (ISSUERS_02, Meta(issuer_domain_names=list(ISSUERS_02))),
        (ISSUERS_02, Meta(account_hash_prefix="https://ca.example/;policy=wildcard;")),
        (ISSUERS_02, Meta(account_hash_prefix="http://ca.example/")),
        (ISSUERS_02, Meta(account_hash_prefix=7)),
    ],
)
def test_challenges_of_draft_02_that_are_not_taken(issuers: tuple[str, ...], meta: Meta):
    """They and the directory contradict each other, or the account cannot be named (draft 02 §3.2, §4.1)."""
    with pytest.raises(BadAnswer):
        lasting.presentation(authorization(), challenge_02(*issuers), ACCOUNT, THUMBPRINT, lasting.offer(meta))


def test_a_ca_of_draft_01_that_spells_as_draft_02():
    """It names the account by its URL, so the record does."""
    shown = lasting.presentation(authorization(), challenge_02(*ISSUERS, accounturi=ACCOUNT), ACCOUNT, THUMBPRINT)
    assert (shown.account_url, shown.also_called) == (ACCOUNT, ())


def test_a_ca_that_speaks_as_both_drafts_have_it():
    """X-44: the account is called as draft 02 has it; a record of draft 01 that is there will do."""
    asked = Authorization(identifier=identifiers.of("example.com"), status="pending", challenges=())
    both = challenge_02(*ISSUERS_02, accounturi=HASHED_ACCOUNT)
    shown = lasting.presentation(asked, both, HASHED_ACCOUNT, THUMBPRINT, lasting.offer(META))
    assert (shown.account_url, shown.also_called) == (DOMAINS_OWN, (ANY_DOMAIN, HASHED_ACCOUNT))


def test_a_challenge_of_draft_01_at_a_ca_of_draft_02():
    """What it spells as draft 01 has it is looked for as draft 01 has it, whatever the directory says of hashes."""
    shown = lasting.presentation(
        authorization(), challenge(HASHED_ACCOUNT), HASHED_ACCOUNT, THUMBPRINT, lasting.offer(META)
    )
    assert (shown.account_url, shown.also_called) == (HASHED_ACCOUNT, ())


@pytest.mark.parametrize("said", [None, [], "ca.example", ["CA.example"], [7], ["x"] * 11])
def test_a_directory_that_does_not_name_the_ca(said: Any):
    """It is of no use for records made beforehand, and nothing else is wrong with it (draft 02 §3.2)."""
    found = lasting.offer(Meta(issuer_domain_names=said, caa_identities=("CA.example.",)))
    assert (found.issuers, found.caa) == ((), ("ca.example",))
    shown = lasting.beforehand("*.example.com", ACCOUNT, THUMBPRINT, found, None)
    assert shown is not None
    assert (shown.name, shown.issuers, shown.account_url, shown.wildcard) == (
        "example.com",
        ("ca.example",),
        ACCOUNT,
        True,
    )
    assert lasting.beforehand("example.com", ACCOUNT, THUMBPRINT, lasting.NO_OFFER, None) is None
    named = lasting.beforehand("example.com", ACCOUNT, THUMBPRINT, lasting.NO_OFFER, "ca.example")
    assert named is not None
    assert named.issuers == ("ca.example",)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("; persistUntil=1798761600", datetime(2027, 1, 1, tzinfo=UTC)),
        ("; PERSISTUNTIL = 1798761600", datetime(2027, 1, 1, tzinfo=UTC)),
        ("", None),
        ("; persistUntil=999999999999999", None),
        ("; persistUntil=soon", None),
    ],
)
def test_when_a_record_ends(end: str, expected: datetime | None):
    """To warn before it does (X-50)."""
    assert lasting.end_of(f"ca.example; accounturi={ACCOUNT}{end}") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ca.example; accounturi=https://ca.example/acme/acct/9", True),
        ("ca.example; accounturi=https://ca.example/acme/acct/9; persistUntil=1", False),
        (f"ca.example; accounturi={ACCOUNT}", False),
        ("other.example; accounturi=https://ca.example/acme/acct/9", False),
        ("ca.example", False),
        ("", False),
    ],
)
def test_a_record_for_another_account(text: str, *, expected: bool):
    """As a former account of ours has left it (X-50)."""
    assert lasting.lets_another(text, ISSUERS, (ACCOUNT,), NOW) is expected
