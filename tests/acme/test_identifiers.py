"""Identifiers: what is a DNS name goes as dns, what is an address as ip, and nothing goes as the other."""

import pytest

from tegata.acme import identifiers
from tegata.acme.identifiers import Identifier
from tegata.pki.names import BadName


def test_a_dns_name_is_normalised():
    """S-35."""
    assert identifiers.dns("WWW.Example.com") == Identifier("dns", "www.example.com")
    assert identifiers.dns("*.例え.jp") == Identifier("dns", "*.xn--r8jz45g.jp")


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "example.com.", "a_b.example"])
def test_an_address_is_no_dns_name(text):
    """An IP literal as dns value is refused (A-52)."""
    with pytest.raises(BadName):
        identifiers.dns(text)


def test_an_address_is_canonical():
    """Dotted quad, or the form of RFC 5952 (X-05)."""
    assert identifiers.ip("192.0.2.1") == Identifier("ip", "192.0.2.1")
    assert identifiers.ip("2001:db8::1") == Identifier("ip", "2001:db8::1")


@pytest.mark.parametrize(
    "text",
    ["2001:DB8::1", "2001:db8:0:0:0:0:0:1", "192.0.2.01", "::ffff:192.0.2.1", "fe80::1%1", "example.com", "", "[::1]"],
)
def test_other_spellings_of_addresses_are_refused(text):
    """Non-canonical text and IPv4-mapped addresses (X-05)."""
    with pytest.raises(BadName):
        identifiers.ip(text)


@pytest.mark.parametrize(
    ("name", "kind"), [("www.example.com", "dns"), ("*.example.com", "dns"), ("192.0.2.1", "ip"), ("2001:db8::1", "ip")]
)
def test_a_names_identifier(name, kind):
    assert identifiers.of(name) == Identifier(kind, name)


def test_identifiers_have_an_order():
    assert sorted([Identifier("ip", "192.0.2.1"), Identifier("dns", "b"), Identifier("dns", "a")]) == [
        Identifier("dns", "a"), Identifier("dns", "b"), Identifier("ip", "192.0.2.1"),
    ]  # fmt: skip
