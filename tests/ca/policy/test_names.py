"""Which names a contract may hold and an order may ask for."""

import msgspec
import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import BadName, ForeignName, NamesRefused, UnsupportedIdentifier, WildcardUnsupported
from tegata.ca.policy.names import admit, challenge_types, pattern
from tests.ca.policy.samples import OV, WITH_DNS, contract


def dns(*names: str) -> list[Identifier]:
    return [Identifier("dns", name) for name in names]


def test_names_are_admitted_lower_case_and_once():
    """The names of the contract, in the order they were asked for (A-51)."""
    asked = dns("WWW.Example.com", "a.b.example.net", "www.example.com", "example.net")
    assert admit(asked, contract(), OV) == tuple(dns("www.example.com", "a.b.example.net", "example.net"))


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
        (Identifier("dns", "日本.example.net"), BadName),
        (Identifier("dns", "192.0.2.1"), BadName),
        (Identifier("dns", ""), BadName),
        (Identifier("dns", "x" * 300), BadName),
        (Identifier("dns", "net"), BadName),
        (Identifier("dns", "*.net"), BadName),
        (Identifier("dns", "*.co.jp"), BadName),
        (Identifier("dns", "1.2.0.192.in-addr.arpa"), BadName),
        (Identifier("ip", "192.0.2.1"), UnsupportedIdentifier),
        (Identifier("permanent-identifier", "1"), UnsupportedIdentifier),
    ],
)
def test_a_name_that_cannot_be_had(identifier, refusal):
    """Each has its own reason (A-52, B-25)."""
    with pytest.raises(NamesRefused) as caught:
        admit([identifier], contract(domains=("www.example.com", ".example.net", "net", ".arpa")), OV)
    [(refused, reason)] = caught.value.refusals
    assert refused == identifier
    assert type(reason) is refusal


def test_every_bad_name_is_told():
    """One refusal a bad name, none for the good ones (A-23)."""
    with pytest.raises(NamesRefused) as caught:
        admit(dns("a.example.org", "www.example.com", "b.example.org"), contract(), OV)
    assert [identifier.value for identifier, _ in caught.value.refusals] == ["a.example.org", "b.example.org"]
    assert caught.value.facts["names"] == "a.example.org, b.example.org"


def test_wildcards_need_the_dns():
    """A service with dns-01 may have them, proved by dns-01 only (A-71)."""
    assert admit(dns("*.example.net"), contract(), WITH_DNS) == tuple(dns("*.example.net"))
    assert challenge_types(WITH_DNS, wildcard=True) == ("dns-01",)
    assert challenge_types(WITH_DNS, wildcard=False) == ("http-01", "dns-01")


def test_wildcards_by_the_accounts_record():
    """dns-account-01 is a proof in the DNS too (X-42)."""
    service = msgspec.structs.replace(OV, challenges=("http-01", "dns-account-01"))
    assert challenge_types(service, wildcard=True) == ("dns-account-01",)
    assert admit(dns("*.example.net"), contract(), service) == tuple(dns("*.example.net"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WWW.Example.COM", "www.example.com"),
        (".example.com", ".example.com"),
        ("日本語.jp", "xn--wgv71a119e.jp"),
        (".日本語.jp", ".xn--wgv71a119e.jp"),
        ("host.internal", "host.internal"),
    ],
)
def test_names_of_contracts(text, expected):
    """An operator may write them as people do."""
    assert pattern(text) == expected


@pytest.mark.parametrize(
    "text", ["", ".", "com", ".co.jp", "*.example.com", "192.0.2.1", "::1", "a..b", "exa mple.com"]
)
def test_names_no_contract_may_hold(text):
    """Nothing is sold that no certificate could have."""
    with pytest.raises(BadName):
        pattern(text)
