"""Which names a contract may hold and an order may ask for."""

import re
from ipaddress import ip_address

import msgspec
import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import (
    BadName,
    ForeignName,
    NameNotOfCredential,
    NamesRefused,
    Refused,
    UnsupportedIdentifier,
    WildcardUnsupported,
)
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.policy.names import admit, challenge_types, check_alone, check_limited, named, pattern, within
from tests.ca.policy.samples import OV, WITH_DNS, contract, credential

PUBLIC = AddressFilter(())
INNER = AddressFilter(parse_networks(["10.0.0.0/8"]))


def dns(*names: str) -> list[Identifier]:
    return [Identifier("dns", name) for name in names]


def test_names_are_admitted_lower_case_and_once():
    """The names of the contract, in the order they were asked for (A-51)."""
    asked = dns("WWW.Example.com", "a.b.example.net", "www.example.com", "example.net")
    assert admit(asked, contract(), OV, PUBLIC) == tuple(dns("www.example.com", "a.b.example.net", "example.net"))


@pytest.mark.parametrize(
    ("identifier", "refusal"),
    [
        (Identifier("dns", "www.example.org"), ForeignName),
        (Identifier("dns", "example.com"), ForeignName),
        (Identifier("dns", "a.www.example.com"), ForeignName),
        (Identifier("dns", "badexample.net"), ForeignName),
        (Identifier("dns", "*.www.example.com"), ForeignName),
        (Identifier("dns", "*.example.net"), WildcardUnsupported),
        (Identifier("dns", "a.*.example.net"), BadName),
        (Identifier("dns", "www.example.com."), BadName),
        (Identifier("dns", "a_b.example.net"), BadName),
        (Identifier("dns", "ab--c.example.net"), BadName),
        (Identifier("email", "a@example.net"), UnsupportedIdentifier),
        (Identifier("dns", "日本.example.net"), BadName),
        (Identifier("dns", "192.0.2.1"), BadName),
        (Identifier("dns", ""), BadName),
        (Identifier("dns", "x" * 300), BadName),
        (Identifier("dns", "net"), BadName),
        (Identifier("dns", "*.net"), BadName),
        (Identifier("dns", "*.co.jp"), BadName),
        (Identifier("dns", "1.2.0.192.in-addr.arpa"), BadName),
        (Identifier("dns", "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"), BadName),
        (Identifier("ip", "8.8.8.8"), ForeignName),
        (Identifier("ip", "192.0.2.1"), BadName),
        (Identifier("ip", "10.0.0.1"), BadName),
        (Identifier("ip", "::ffff:8.8.8.8"), BadName),
        (Identifier("ip", "2606:4700:0::1"), BadName),
        (Identifier("ip", "8.8.8.8/32"), BadName),
        (Identifier("ip", "www.example.com"), BadName),
        (Identifier("ip", "1" * 3000), BadName),
        (Identifier("permanent-identifier", "1"), UnsupportedIdentifier),
    ],
)
def test_a_name_that_cannot_be_had(identifier, refusal):
    """Each has its own reason (A-52, B-25, B-26)."""
    with pytest.raises(NamesRefused) as caught:
        admit([identifier], contract(domains=("www.example.com", ".example.net", "net", ".arpa")), OV, PUBLIC)
    [(refused, reason)] = caught.value.refusals
    assert refused == identifier
    assert type(reason) is refusal


def test_every_bad_name_is_told():
    """One refusal a bad name, none for the good ones (A-23)."""
    with pytest.raises(NamesRefused) as caught:
        admit(dns("a.example.org", "www.example.com", "b.example.org"), contract(), OV, PUBLIC)
    assert [identifier.value for identifier, _ in caught.value.refusals] == ["a.example.org", "b.example.org"]
    assert caught.value.facts["names"] == "a.example.org, b.example.org"


def test_a_credential_limited_to_some_names():
    """Its accounts have those and no others, each told; one without limits has all."""
    asked = dns("www.example.com", "a.example.net", "*.a.example.net", "b.example.net")
    check_limited(asked, credential())
    check_limited(asked[:3], credential(domains=("www.example.com", ".a.example.net")))
    with pytest.raises(NamesRefused) as caught:
        check_limited(asked, credential(domains=(".a.example.net",)))
    assert [identifier for identifier, _ in caught.value.refusals] == [asked[0], asked[3]]
    assert {type(reason) for _, reason in caught.value.refusals} == {NameNotOfCredential}


@pytest.mark.parametrize(
    ("wanted", "is_held"),
    [
        ("www.example.com", True),
        (".www.example.com", False),
        ("example.net", True),
        ("a.example.net", True),
        (".a.example.net", True),
        (".example.net", True),
        ("badexample.net", False),
        ("net", False),
        ("192.0.2.1", True),
        ("192.0.2.128/25", True),
        ("192.0.0.0/16", False),
        ("2001:db8::/32", False),
        ("198.51.100.1", False),
        ("198.51.100.192/26", True),
        ("198.51.100.0/24", False),
        ("203.0.113.0/24", False),
    ],
)
def test_what_a_credential_may_be_limited_to(wanted, is_held):
    """Names of the contract, and all below them, or of a network, only where all of it is the contract's."""
    networks = ("192.0.2.0/24", "198.51.100.128/25", "203.0.113.0/25")
    whole = contract(domains=("www.example.com", ".example.net", *networks))
    if is_held:
        assert within(wanted.upper(), whole) == wanted
    else:
        with pytest.raises(Refused):
            within(wanted, whole)


def test_wildcards_need_the_dns():
    """A service with dns-01 may have them, proved by dns-01 only (A-71)."""
    assert admit(dns("*.example.net"), contract(), WITH_DNS, PUBLIC) == tuple(dns("*.example.net"))
    [star, base] = dns("*.example.net", "example.net")
    assert challenge_types(WITH_DNS, star) == ("dns-01",)
    assert challenge_types(WITH_DNS, base) == ("http-01", "dns-01")


@pytest.mark.parametrize("kind", ["dns-account-01", "dns-persist-01"])
def test_wildcards_by_other_records(kind):
    """An account's record and a lasting one are proofs in the DNS too, and none of an address (X-42, X-45, X-06)."""
    service = msgspec.structs.replace(OV, challenges=("http-01", kind))
    assert challenge_types(service, *dns("*.example.net")) == (kind,)
    assert challenge_types(service, Identifier("ip", "1.1.1.1")) == ("http-01",)
    assert admit(dns("*.example.net"), contract(), service, PUBLIC) == tuple(dns("*.example.net"))


@pytest.mark.parametrize(
    ("name", "challenges", "is_alone"),
    [
        ("www.example.net", ("http-01",), True),
        ("www.example.net", ("dns-persist-01", "dns-01"), True),
        ("www.example.net", ("dns-persist-01",), False),
        ("*.example.net", ("dns-01",), False),
    ],
)
def test_what_can_be_authorized_before_any_order(name, challenges, is_alone):
    """No wildcard, and nothing whose only proof is one for one order (A-64, X-47)."""
    service, [identifier] = msgspec.structs.replace(OV, challenges=challenges), dns(name)
    if is_alone:
        check_alone(identifier, service)
    else:
        with pytest.raises(NamesRefused):
            check_alone(identifier, service)


def test_addresses():
    """Those of the contract, each by itself or in a network of it, in their one form, proved without the DNS (X-05)."""
    own = contract(domains=("2606:4700::1111", "1.1.1.0/24"))
    asked = [Identifier("ip", "1.1.1.1"), Identifier("ip", "2606:4700::1111")]
    assert admit(asked, own, WITH_DNS, PUBLIC) == tuple(asked)
    assert challenge_types(WITH_DNS, asked[0]) == ("http-01",)
    with pytest.raises(NamesRefused) as caught:
        admit([Identifier("ip", "1.1.2.1"), *dns("1.1.1.1")], own, WITH_DNS, PUBLIC)
    assert [type(reason) for _, reason in caught.value.refusals] == [ForeignName, BadName]


def test_reserved_addresses():
    """The contract alone does not open them: the settings must name their network (X-07)."""
    own, asked = contract(domains=("10.1.0.0/16",)), [Identifier("ip", "10.1.2.3")]
    with pytest.raises(NamesRefused, match=re.escape("10.1.2.3")):
        admit(asked, own, OV, PUBLIC)
    assert admit(asked, own, OV, INNER) == tuple(asked)


def test_a_translators_address():
    """The validator may go that way, but no certificate holds it: it is of a special-purpose block too (X-07)."""
    own, asked = contract(domains=("64:ff9b::808:808",)), [Identifier("ip", "64:ff9b::808:808")]
    assert PUBLIC.is_open(ip_address("64:ff9b::808:808"))
    with pytest.raises(NamesRefused):
        admit(asked, own, OV, PUBLIC)
    inner = AddressFilter(parse_networks(["64:ff9b::/96"]))
    assert admit(asked, own, OV, inner) == tuple(asked)


def test_an_address_that_nothing_proves():
    """A service that proves names in the DNS only has no addresses (X-06)."""
    service = msgspec.structs.replace(OV, challenges=("dns-01", "dns-account-01"))
    with pytest.raises(NamesRefused) as caught:
        admit([Identifier("ip", "1.1.1.1")], contract(domains=("1.1.1.1",)), service, PUBLIC)
    assert type(caught.value.refusals[0][1]) is UnsupportedIdentifier


def test_what_a_customer_begins_with():
    """A domain's own name, an address, and of a network nothing."""
    assert named((".example.com", "1.1.1.1", "1.1.1.0/24")) == ["example.com", "1.1.1.1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WWW.Example.COM", "www.example.com"),
        (".example.com", ".example.com"),
        ("日本語.jp", "xn--wgv71a119e.jp"),
        (".日本語.jp", ".xn--wgv71a119e.jp"),
        ("host.internal", "host.internal"),
        ("1.1.1.1", "1.1.1.1"),
        ("2606:4700:0::1111", "2606:4700::1111"),
        ("10.1.0.0/16", "10.1.0.0/16"),
        ("2606:4700:0::/32", "2606:4700::/32"),
    ],
)
def test_names_of_contracts(text, expected):
    """An operator may write them as people do."""
    assert pattern(text, PUBLIC) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "com", ".co.jp", "*.example.com", "a..b", "exa mple.com"),
        *("192.0.2.1", "::1", ".1.1.1.1", "::ffff:1.1.1.1", "10.1.0.0/8", "/", "a/b"),
    ],
)
def test_names_no_contract_may_hold(text):
    """Nothing is sold that no certificate could have."""
    with pytest.raises(BadName):
        pattern(text, PUBLIC)
