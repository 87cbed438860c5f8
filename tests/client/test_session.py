"""The session: URLs it lets through, nonces it keeps, requests it signs."""

from typing import Any

import pytest

from tegata.acme import jwk, jws
from tegata.acme.wire import Headers, Response
from tegata.client.errors import ForeignUrl, InsecureUrl
from tegata.client.session import Session
from tegata.pki import keys
from tegata.pki.key_types import KeyType

DIRECTORY = "https://ca.example/dir"
ORDER = "https://ca.example/order"
KEY = keys.generate(KeyType.EC256)


def session(**more: Any) -> Session:
    return Session(DIRECTORY, KEY, **more)


def with_nonce(nonce: str) -> Response:
    return Response(200, Headers({"Replay-Nonce": nonce}))


@pytest.mark.parametrize(
    "url", ["http://ca.example/dir", "HTTP://ca.example/", "ca.example/dir", "https:///dir", "https://[::1", ""]
)
def test_a_directory_must_be_https(url: str):
    """A-01, S-03: no other scheme, and no switch for one."""
    with pytest.raises(InsecureUrl):
        Session(url, KEY)


@pytest.mark.parametrize(
    "url",
    [
        "http://ca.example/order",
        "ftp://ca.example/x",
        "file:///etc/passwd",
        "//ca.example/x",
        "/x",
        "https://ca.example@169.254.169.254/x",
        "https://ca.example\\@10.0.0.1/x",
        "https://ca.example/x\r\nHost: x",
        "https://ca.example:443:443/x",
        "https://ca.example x/",
    ],
)
def test_a_url_from_the_ca_must_be_https(url: str):
    """A-01: not in the directory, an order or an authorization either; nothing is signed for it."""
    with pytest.raises(InsecureUrl):
        session().sign(url, None, "nonce")


@pytest.mark.parametrize(
    "url",
    [
        "https://internal.example/x",
        "https://ca.example:8443/x",
        "https://ca.example.evil.test/x",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/x",
    ],
)
def test_a_url_leads_to_the_directorys_origin(url: str):
    """S-10: an evil directory cannot send its clients elsewhere."""
    with pytest.raises(ForeignUrl) as caught:
        session().check_url(url)
    assert caught.value.facts == {"url": url, "origin": "https://ca.example"}


def test_other_hosts_can_be_allowed_and_private_addresses_are_a_cas_own_business():
    """S-10: a CA of several hosts, and a CA in a private network."""
    allowed = session(hosts=frozenset({"API.ca.example"}))
    assert allowed.check_url("https://api.ca.example:444/x")
    with pytest.raises(ForeignUrl):
        allowed.check_url("https://x.ca.example/x")
    private = Session("https://10.0.0.1:14000/dir", KEY)
    assert private.check_url("https://10.0.0.1:14000/order")
    with pytest.raises(ForeignUrl) as caught:
        Session("https://[fd00::1]:1/", KEY).check_url("https://[fd00::1]:2/")
    assert caught.value.facts["origin"] == "https://[fd00::1]:1"
    named = session(hosts=frozenset({"[fd00::1]"}))
    assert named.check_url("https://[FD00::1]:1/x")


@pytest.mark.parametrize(
    "url", ["https://CA.example/x", "HTTPS://ca.example:443/x", "https://ca.example", "https://ca.example?x=1"]
)
def test_the_same_origin_in_another_spelling(url: str):
    assert session().check_url(url) == url


def test_signs_with_the_key_before_there_is_an_account_and_for_the_account_after():
    """A-11: jwk or kid, never both; A-15: the URL is signed as it was received."""
    unknown = jws.parse(session().sign(ORDER, b"{}", "abc").body)
    assert (unknown.header.kid, unknown.header.jwk) == (None, jwk.from_public(KEY.public_key()))
    known = session(kid="https://ca.example/acct/1")
    signed = jws.parse(known.sign(ORDER, b"{}", "abc").body)
    assert (signed.header.kid, signed.header.jwk) == ("https://ca.example/acct/1", None)
    assert (signed.header.url, signed.header.nonce, signed.payload) == (ORDER, "abc", b"{}")
    jws.verify(signed, KEY.public_key())
    other = keys.generate(KeyType.RSA2048)
    revocation = jws.parse(known.sign(ORDER, b"{}", "abc", with_key=other).body)
    assert revocation.header.jwk == jwk.from_public(other.public_key())
    jws.verify(revocation, other.public_key())


def test_a_request_is_jose_json_and_no_payload_is_a_post_as_get():
    """A-13: a read has the empty payload."""
    request = session().sign(ORDER, None, "abc")
    assert (request.method, request.headers.get("Content-Type")) == ("POST", "application/jose+json")
    assert jws.parse(request.body).payload == b""


def test_nonces_come_newest_first_and_go_once():
    kept = session()
    for nonce in ("one", "two"):
        kept.keep_nonce(with_nonce(nonce))
    assert [kept.take_nonce(), kept.take_nonce(), kept.take_nonce()] == ["two", "one", None]


@pytest.mark.parametrize("nonce", ["", "a b", "a=", "a+b", "ä", "n" * 513, 'x"y'])
def test_a_malformed_nonce_is_ignored(nonce: str):
    """A-20"""
    kept = session()
    kept.keep_nonce(with_nonce(nonce))
    kept.keep_nonce(Response(200))
    assert kept.take_nonce() is None


def test_the_pool_is_small_and_can_be_dropped():
    """A-20"""
    kept = session()
    for number in range(20):
        kept.keep_nonce(with_nonce(f"n{number}"))
    pool = []
    while nonce := kept.take_nonce():
        pool.append(nonce)
    assert pool == [f"n{number}" for number in range(19, 11, -1)]
    kept.keep_nonce(with_nonce("old"))
    kept.drop_nonces()
    assert kept.take_nonce() is None
