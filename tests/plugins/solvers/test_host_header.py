"""Which host a request was for, as proxies tell it."""

import pytest

from tegata.plugins.solvers._host_header import host_of


@pytest.mark.parametrize(
    ("header", "value", "host"),
    [
        ("Host", "A.example:80", "a.example"),
        ("Host", "[2001:DB8::1]:80", "2001:db8::1"),
        ("host", "192.0.2.1.", "192.0.2.1"),
        ("X-Forwarded-Host", "a.example, proxy.example", "a.example"),
        ("X-Forwarded-Host", "", ""),
        ("Forwarded", "host=a.example;proto=http", "a.example"),
        ("forwarded", "for=192.0.2.43 ; Host = a.example, host=other.example", "a.example"),
        ("Forwarded", 'for="[2001:db8:cafe::17]:4711";host="a.example:8080"', "a.example"),
        ("Forwarded", 'for="a;host=evil.example";host=a.example', "a.example"),
        ("Forwarded", 'host="a\\.example"', "a.example"),
        ("Forwarded", "for=192.0.2.1, host=second.example", ""),
        ("Forwarded", "rubbish", ""),
        ("Forwarded", 'host="unclosed', ""),
    ],
)
def test_hosts(header: str, value: str, host: str) -> None:
    """RFC 7239 in Forwarded, its first element only; a comma list in any other header."""
    headers = [(b"accept", b"*/*"), (header.lower().encode(), value.encode())]
    assert host_of(headers, header) == host


def test_a_header_that_is_absent() -> None:
    """It names no host, whatever others say."""
    assert host_of([(b"host", b"a.example")], "X-Forwarded-Host") == ""
