"""What a lasting TXT record permits, and every way in which it does not."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import challenges
from tegata.ca.policy import persistence
from tegata.ca.policy.persistence import ACCOUNT, MALFORMED, NAME_ONLY, NOT_NAMED, OVER, PersistRequest
from tegata.text.errors_validation import REASONS

ACCOUNT_URI = "https://ca.example/acme/acct/123"
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
REQUEST = PersistRequest(
    issuers=("ca.example", "Other-Name.example"),
    account_uri=ACCOUNT_URI,
    wildcard=False,
    at=datetime(2026, 11, 24, tzinfo=UTC),
)
WILDCARD = msgspec.structs.replace(REQUEST, wildcard=True)
OURS = f"ca.example; accounturi={ACCOUNT_URI}"
SAMPLE = f"{OURS}; policy=wildcard; persistUntil=1798761600"


def judged(*values: str, request: PersistRequest = REQUEST) -> str | None:
    return persistence.objection([value.encode() for value in values], request)


@pytest.mark.parametrize("request_", [REQUEST, WILDCARD])
def test_the_drafts_sample(request_):
    """F-09: for the name and for its wildcard."""
    assert judged(SAMPLE, request=request_) is None


@pytest.mark.parametrize(
    "value",
    [
        OURS,
        f"  CA.Example ;accounturi = {ACCOUNT_URI} ",
        f"other-name.example; accounturi={ACCOUNT_URI}",
        f"{OURS}; later=x; policy=something-else",
        f"{OURS}; persistUntil=1795478400",
    ],
)
def test_permitted(value):
    """X-44: the issuer's name has no case, unknown parameters mean nothing. X-46: the last second counts."""
    at = datetime.fromtimestamp(1795478400, UTC)
    assert judged(value, request=msgspec.structs.replace(REQUEST, at=at)) is None


def test_the_account_by_its_hash():
    """X-44: draft 02's own example; a hash for another domain, key or account is another account's."""
    prefix, thumbprint = "https://ca.example/account-hash/", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    url = "https://ca.example/acct/123"
    names = persistence.names_of("example.com", (url,), (thumbprint,), (prefix,))
    own = f"{prefix}sha-256/5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"
    any_domain = f"{prefix}sha-256/NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug"
    assert names == (own, any_domain, url)
    asked = msgspec.structs.replace(REQUEST, account_uri=names[0], former_uris=names[1:])
    for uri in names:
        assert judged(f"ca.example; accounturi={uri}", request=asked) is None
    others = (
        persistence.names_of("www.example.com", (url,), (thumbprint,), (prefix,))[0],
        persistence.names_of("example.com", (f"{url}4",), (thumbprint,), (prefix,))[1],
        persistence.names_of("example.com", (url,), (thumbprint[::-1],), (prefix,))[1],
        own.replace("sha-256", "sha-512"),
        own.removeprefix(prefix),
        own.lower(),
    )
    for uri in others:
        assert judged(f"ca.example; accounturi={uri}", request=asked) == ACCOUNT


def test_every_key_and_every_place_counts():
    """X-44, X-51: those that the account and the CA have had; what is to be written now comes first."""
    urls, prefixes = (
        ("https://new.example/1", "https://old.example/1"),
        ("https://new.example/h/", "https://old.example/h/"),
    )
    names = persistence.names_of("example.com", urls, ("present", "former"), prefixes)
    assert len(names) == len(set(names)) == 2 * 2 * 2 * 2 + 2
    for url in urls:
        for prefix in prefixes:
            for key in ("present", "former"):
                assert set(persistence.names_of("example.com", (url,), (key,), (prefix,))) <= set(names)
    assert names[0] == persistence.names_of("example.com", urls[:1], ("present",), prefixes[:1])[0]


def test_how_long_it_counts():
    """X-46: the latest end of those that permit; without one, none."""

    def end(*values):
        return persistence.end([value.encode() for value in values], REQUEST)

    later = f"{OURS}; persistUntil=1798761601"
    assert end(SAMPLE) == NEW_YEAR
    assert end(later, SAMPLE, "x", f"{OURS}4; persistUntil=1798761699") == NEW_YEAR.replace(second=1)
    assert end(SAMPLE, OURS) is None
    assert end(f"{OURS}; persistUntil={'9' * 15}") is None


def test_the_account_of_a_ca_that_has_moved():
    """By a former URL as good as by today's (X-51)."""
    new = "https://new.example/acme/acct/123"
    moved = msgspec.structs.replace(REQUEST, account_uri=new, former_uris=(ACCOUNT_URI,))
    assert judged(OURS, request=moved) is judged(f"ca.example; accounturi={new}", request=moved) is None
    assert judged(f"{OURS}4", request=moved) == ACCOUNT


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", NOT_NAMED),
        (";", NOT_NAMED),
        ("v=spf1 -all", NOT_NAMED),
        (f"ca.example.org; accounturi={ACCOUNT_URI}", NOT_NAMED),
        (f"ca.example.; accounturi={ACCOUNT_URI}", NOT_NAMED),
        (f"sub.ca.example; accounturi={ACCOUNT_URI}", NOT_NAMED),
        (f"accounturi={ACCOUNT_URI}", NOT_NAMED),
        ("ca.example", MALFORMED),
        ("ca.example; policy=wildcard", MALFORMED),
        (f"ca.example, accounturi={ACCOUNT_URI}", NOT_NAMED),
        (f"{OURS};", MALFORMED),
        (f"{OURS}; x", MALFORMED),
        (f"{OURS}; accounturi={ACCOUNT_URI}", MALFORMED),
        (f"{OURS}; policy=a; policy=b", MALFORMED),
        (f"{OURS}; persistUntil=", MALFORMED),
        (f"{OURS}; persistUntil=-1", MALFORMED),
        (f"{OURS}; persistUntil=1798761600.5", MALFORMED),
        (f"{OURS}; persistUntil=0x7fffffff", MALFORMED),
        (f"{OURS}; persistUntil={'9' * 5000}", MALFORMED),
        (f"{OURS}; persistUntil=\u0661\u0662", MALFORMED),
        (f"{OURS}; persistUntil=1798761600; PersistUntil=1", MALFORMED),
        (f"ca.example; accounturi={ACCOUNT_URI}/", ACCOUNT),
        (f"ca.example; accounturi={ACCOUNT_URI.upper()}", ACCOUNT),
        ("ca.example; accounturi=", ACCOUNT),
        (f"{OURS}; persistUntil=1", OVER),
    ],
)
def test_not_permitted(value, reason):
    """X-44: no duplicates, whole numbers, the very account. X-46: and not over."""
    assert judged(value) == reason
    assert reason in REASONS


def test_the_end_is_to_the_second():
    """X-46: what is over at midnight counts until then."""
    for at, expected in ((NEW_YEAR, None), (NEW_YEAR.replace(second=1), OVER)):
        assert judged(SAMPLE, request=msgspec.structs.replace(REQUEST, at=at)) == expected


@pytest.mark.parametrize("policy", ["", "; policy=Wild", "; policy=*", "; wildcard=policy"])
def test_a_wildcard_needs_its_policy(policy):
    """S-28, X-45: in any case of letters, and nothing else."""
    assert judged(OURS + policy, request=WILDCARD) == NAME_ONLY
    assert judged(f"{OURS}; policy=WildCard", request=WILDCARD) is None


def test_one_of_several_is_enough():
    """Records of other CAs and earlier ones do not matter, and the nearest miss is told."""
    others = ["v=x", f"other.example; accounturi={ACCOUNT_URI}", "ca.example", f"{OURS}; persistUntil=1"]
    assert judged(*others, OURS) is None
    assert judged(*others) == OVER
    assert judged(*others[:2]) == NOT_NAMED
    assert judged() == NOT_NAMED


def test_a_ca_without_a_name():
    """Nothing names it, hence nothing proves."""
    assert judged(OURS, "", ";", request=msgspec.structs.replace(REQUEST, issuers=())) == NOT_NAMED


@pytest.mark.parametrize("wildcard", [False, True])
def test_the_value_that_is_told_is_right(wildcard):
    """Who does as the refusal says is not refused again."""
    value = challenges.dnspersist01_value("ca.example", ACCOUNT_URI, wildcard=wildcard)
    assert judged(value, request=msgspec.structs.replace(REQUEST, wildcard=wildcard)) is None


@given(st.binary(max_size=300))
def test_no_octets_break_it(octets):
    """Whatever stands in the DNS (S-19)."""
    assert persistence.objection([octets], REQUEST) in {NOT_NAMED, MALFORMED, ACCOUNT, OVER, NAME_ONLY, None}
