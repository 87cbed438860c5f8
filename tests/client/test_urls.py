"""URLs of a CA, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.client.errors import InsecureUrl
from tegata.client.urls import split


@pytest.mark.parametrize(
    ("url", "authority", "port", "target"),
    [
        ("https://ca.example/acme/order/1?a=b", "ca.example", 443, "/acme/order/1?a=b"),
        ("HTTPS://CA.Example", "ca.example", 443, "/"),
        ("https://ca.example:443?x", "ca.example", 443, "/?x"),
        ("https://ca.example:8443/a#part", "ca.example:8443", 8443, "/a"),
        ("https://[2001:DB8::1]:14000/dir", "[2001:db8::1]:14000", 14000, "/dir"),
        ("https://ca.example/証明書?発行=1", "ca.example", 443, "/%E8%A8%BC%E6%98%8E%E6%9B%B8?%E7%99%BA%E8%A1%8C=1"),
        ("https://認証局.例え.jp:8443/", "xn--dgtz38h6ga.xn--r8jz45g.jp:8443", 8443, "/"),
        ("https://ca.example/%2f/a%20b", "ca.example", 443, "/%2f/a%20b"),
    ],
)
def test_the_parts_of_a_url(url: str, authority: str, port: int, target: str):
    found = split(url)
    assert (found.authority, found.port, found.target) == (authority, port, target)


@pytest.mark.parametrize(
    "url",
    [
        *("", "ca.example", "//ca.example/", "http://ca.example/", "https:/ca.example", "https://", "https:///a"),
        *("https://user@ca.example/", "https://ca.example:0/", "https://ca.example:65536/", "https://ca.example:/"),
        *("https://ca.example/a b", "https://ca.example\\@evil.example/", "https://[::1/", "https://ca.example:443a/"),
        "https://" + "認" * 60 + ".jp/",
        *("https://ca.example/\r\nHost: evil", "https://ca.example/\n", " https://ca.example/"),
    ],
)
def test_what_two_readers_could_read_differently_is_none(url: str):
    """A-01, S-03"""
    with pytest.raises(InsecureUrl):
        split(url)


@given(st.text(max_size=40), st.sampled_from(["https://ca.example/", "https://", "https://ca.example?", ""]))
def test_whatever_a_ca_sends(text: str, start: str):
    """S-20: it is refused, or what goes into a request line is one printable word."""
    try:
        found = split(start + text)
    except InsecureUrl:
        return
    assert found.target.isascii()
    assert found.target.isprintable()
    assert " " not in found.target
    assert 0 < found.port < 65536
