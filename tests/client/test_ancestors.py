"""Domains above the names of an order: which goes with which name, what the CA may make of them (RFC 9444, X-60)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import identifiers
from tegata.acme.messages import Authorization, Challenge, Directory, Meta
from tegata.client import errors, events, lasting
from tegata.client.ancestors import AncestorsNotOffered, NothingBelow, chosen, may_be_proved
from tegata.client.steps import Send, Solve, Started
from tests.client.order_play import FINALIZE, NEW_ORDER, ORDER, Play, authorization, authz_url, order

NAMES = ("a.x.example.jp", "*.y.example.jp", "example.jp", "www.example.com")
ABOVE = {"a.x.example.jp": "example.jp", "*.y.example.jp": "example.jp"}
LABELS = st.lists(st.sampled_from(["a", "b", "xa", "jp"]), min_size=1, max_size=4).map(".".join)


def directory(*, offers: bool) -> Directory:
    meta = Meta(subdomain_auth_allowed=offers)
    return Directory(new_nonce="", new_account="", new_order="", revoke_cert="", meta=meta)


def placed(*authorizations: str, names: tuple[str, ...] = NAMES, above: dict[str, str] = ABOVE) -> Play:
    """An order for the names, to which the CA wants these authorizations."""
    play = Play(names, solvable=("dns-01",), ancestors=above)
    play.happens(Started())
    urls = [authz_url(each) for each in authorizations]
    play.say({**order("pending", names), "authorizations": urls}, to=NEW_ORDER, location=ORDER)
    return play


def test_the_nearest_domain_for_each_name() -> None:
    """The domain itself has none above it, nor has a name elsewhere; a wildcard is below what follows its star."""
    offering = directory(offers=True)
    assert chosen(["example.jp"], NAMES, offering) == ABOVE
    assert chosen(["example.jp", "x.example.jp"], NAMES, offering) == {**ABOVE, "a.x.example.jp": "x.example.jp"}
    assert chosen(["y.example.jp"], NAMES, offering) == {"*.y.example.jp": "y.example.jp"}
    assert chosen([], NAMES, directory(offers=False)) == {}


@pytest.mark.parametrize("domain", ["example.org", "www.example.com", "ample.jp", "*.example.jp", "2.1"])
def test_a_domain_that_no_name_is_below(domain: str) -> None:
    """A slip of the pen would have each name proved by itself, and nobody told."""
    with pytest.raises(NothingBelow) as caught:
        chosen(["example.jp", domain], [*NAMES, "192.0.2.1"], directory(offers=True))
    assert caught.value.facts["domain"] == domain


def test_a_ca_that_does_not_offer_it() -> None:
    """It would pass over what is said, and want each name proved (RFC 9444 §4.4, X-60)."""
    with pytest.raises(AncestorsNotOffered) as caught:
        chosen(["example.jp"], NAMES, directory(offers=False))
    assert caught.value.facts == {"domains": "example.jp"}


def test_one_record_at_the_domain_for_all() -> None:
    """What is below says so in the order; what the CA wants then is shown once, and the rest by itself (§4.3, X-60)."""
    play = Play(NAMES, solvable=("dns-01",), ancestors=ABOVE)
    step = play.happens(Started())
    assert isinstance(step, Send)
    assert json.loads(step.payload or b"")["identifiers"] == [
        {"type": "dns", "value": "a.x.example.jp", "ancestorDomain": "example.jp"},
        {"type": "dns", "value": "*.y.example.jp", "ancestorDomain": "example.jp"},
        {"type": "dns", "value": "example.jp"},
        {"type": "dns", "value": "www.example.com"},
    ]
    urls = [authz_url("above"), authz_url("www")]
    play.say({**order("pending", NAMES), "authorizations": urls}, to=NEW_ORDER, location=ORDER)
    play.say(authorization("example.jp", subdomainAuthAllowed=True), to=urls[0])
    step = play.say(authorization("www.example.com"), to=urls[1])
    assert isinstance(step, Solve)
    assert [each.name for each in step.presentations] == ["example.jp", "www.example.com"]
    assert [each.name for each in play.tellings(events.AuthorizationRead)] == ["example.jp", "www.example.com"]


def test_the_ca_chooses_among_the_domains_between() -> None:
    """RFC 9444 §4.3: any of them up to the one that was said, or the name itself after all."""
    for domain in ("a.x.example.jp", "x.example.jp", "EXAMPLE.jp"):
        play = placed("1", names=("a.x.example.jp",))
        assert isinstance(play.say(authorization(domain), to=authz_url("1")), Solve)


@pytest.mark.parametrize("domain", ["jp", "z.example.jp", "b.a.x.example.jp", "ample.jp", "example.com", "bank.jp"])
def test_what_was_neither_ordered_nor_said(domain: str) -> None:
    """It is not proved: whoever sees the record there could have a certificate of it (X-60)."""
    play = placed("1")
    play.say(authorization(domain), to=authz_url("1"))
    assert isinstance(play.failed_with, errors.BadAnswer)


def test_a_domain_that_is_proved_already() -> None:
    """Nothing is shown."""
    play = placed("1", names=("a.x.example.jp",))
    step = play.say(authorization("example.jp", "valid", "valid", subdomainAuthAllowed=True), to=authz_url("1"))
    assert isinstance(step, Send)
    assert step.url == FINALIZE


@given(LABELS, LABELS, LABELS)
def test_only_what_is_between_is_proved(name: str, said: str, domain: str) -> None:
    """By whole labels: above the name, and at or below what was said to be above it."""
    if not name.endswith(f".{said}"):
        return
    is_between = name.endswith(f".{domain}") and f".{domain}".endswith(f".{said}")
    assert may_be_proved(domain, {name: said}) == is_between


@pytest.mark.parametrize(
    ("domain", "is_wide"), [("example.jp", True), ("x.example.jp", True), ("a.x.example.jp", False)]
)
def test_a_record_for_all_below_only_where_that_was_wished(domain: str, is_wide: bool) -> None:
    """Whatever the CA says of an authorization: a record that stays would let more be had for years (S-28)."""
    play = Play(("a.x.example.jp",), solvable=("dns-persist-01",), ancestors={"a.x.example.jp": "example.jp"})
    play.happens(Started())
    play.say(
        {**order("pending", ("a.x.example.jp",)), "authorizations": [authz_url("1")]}, to=NEW_ORDER, location=ORDER
    )
    lasting_one = {
        "type": "dns-persist-01",
        "url": "https://ca.example/chall",
        "status": "pending",
        "issuer-domain-names": ["ca.example"],
    }
    wanted = {**authorization(domain, subdomainAuthAllowed=True), "challenges": [lasting_one]}
    step = play.say(wanted, to=authz_url("1"))
    assert isinstance(step, Solve)
    assert [each.wildcard for each in step.presentations] == [is_wide]


def test_a_record_that_stays_says_that_all_below_is_meant() -> None:
    """draft-ietf-acme-dns-persist §5, X-45: the same that it says for wildcards."""
    challenge = Challenge(
        type="dns-persist-01", url="https://ca.example/chall", status="pending", issuer_domain_names=("ca.example",)
    )
    for subdomains in (False, True):
        wanted = Authorization(
            identifier=identifiers.of("example.jp"),
            status="pending",
            challenges=(challenge,),
            subdomain_auth_allowed=subdomains,
        )
        assert lasting.presentation(wanted, challenge, "https://ca.example/acct/1").wildcard is subdomains
