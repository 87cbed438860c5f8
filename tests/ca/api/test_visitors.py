"""Limits of a network address: who it is, behind a proxy too, what is counted, what is not, and how little is kept."""

import dataclasses
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tegata.acme import ari
from tegata.ca import faces
from tegata.ca.api import visitors
from tegata.ca.api.visitors import Visitors, limiting
from tegata.ca.errors import TooManyFromAddress
from tegata.ca.settings import Limits
from tests.ca.api.asgi import Client, call, issue, kind

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PROXIES = ("192.0.2.0/24", "2001:db8:9::/48")
ORDER = {"identifiers": [{"type": "dns", "value": "www.example.com"}]}


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def asked(client, *forwarded, proxies=PROXIES):
    """What a request from there counts for."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"client": (client, 1), "headers": [(b"host", b"x"), *headers]}
    return Visitors(Limits(), proxies, Clock()).address(scope)


@pytest.mark.parametrize(
    ("client", "forwarded", "counted"),
    [
        ("198.51.100.7", (), "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("fe80::1%eth0", (), "fe80::/64"),
        ("::ffff:198.51.100.7", (), "198.51.100.7"),
        # Nobody's word but a trusted proxy's counts.
        ("198.51.100.7", ("203.0.113.9",), "198.51.100.7"),
        ("192.0.2.1", ("203.0.113.9",), "203.0.113.9"),
        ("192.0.2.1", ("203.0.113.9", "2001:db8::1"), "2001:db8::/64"),
        ("2001:db8:9::1", ("203.0.113.9, 192.0.2.7",), "203.0.113.9"),
        ("192.0.2.1", ("10.0.0.1, 203.0.113.9, 192.0.2.7, 192.0.2.8",), "203.0.113.9"),
        # What a proxy says that is no address leads no further than to the proxy.
        ("192.0.2.1", ("10.0.0.1, unknown",), "192.0.2.1"),
        ("192.0.2.1", ("",), "192.0.2.1"),
        ("192.0.2.1", ("\xff, 192.0.2.3",), "192.0.2.3"),
        ("a socket", (), ""),
    ],
)
def test_who_asks(client, forwarded, counted):
    """S-30: whatever is written before the last word of a trusted proxy, anybody may have written."""
    assert asked(client, *forwarded) == counted


def test_who_has_no_address():
    assert Visitors(Limits(), (), Clock()).address({"client": None, "headers": []}) == ""


def test_a_clock_that_was_ahead():
    """A-25: a day's jump forward and back holds nobody for a day; from then on it is counted as always."""
    clock = Clock()
    limited = Visitors(Limits(requests_per_address="2/1h"), (), clock)
    clock.now = NOW + timedelta(days=1)
    limited.request("192.0.2.1")
    clock.now = NOW
    for _ in range(2):
        limited.request("192.0.2.1")
    with pytest.raises(TooManyFromAddress):
        limited.request("192.0.2.1")


def test_a_burst_passes_and_the_next_says_when():
    """A-25: and then one after the other, at the rate of the limit."""
    clock = Clock()
    limited = Visitors(Limits(requests_per_address="3/3h"), (), clock)
    for _ in range(3):
        limited.request("192.0.2.1")
    for _ in range(2):
        with pytest.raises(TooManyFromAddress) as caught:
            limited.request("192.0.2.1")
    assert caught.value.retry_at == NOW + timedelta(hours=1)
    assert caught.value.facts == {"kind": "requests", "count": 3}
    limited.request("192.0.2.2")
    limited.order("192.0.2.1")
    clock.now = caught.value.retry_at
    limited.request("192.0.2.1")
    with pytest.raises(TooManyFromAddress):
        limited.request("192.0.2.1")


def test_who_was_long_away_has_no_more_than_a_burst():
    """A-25: what was not asked for is not saved up."""
    clock = Clock()
    limited = Visitors(Limits(requests_per_address="3/3h"), (), clock)
    limited.request("192.0.2.1")
    clock.now = NOW + timedelta(days=30)
    for _ in range(3):
        limited.request("192.0.2.1")
    with pytest.raises(TooManyFromAddress):
        limited.request("192.0.2.1")


def test_what_is_kept_is_bounded(monkeypatch):
    """S-30: a flood from everywhere fills no memory; who came last is remembered."""
    monkeypatch.setattr(visitors, "MOST_ADDRESSES", 100)
    limited = Visitors(Limits(orders_per_address="1/1h"), (), Clock())
    for number in range(1000):
        limited.order(f"2001:db8:0:{number:x}::/64")
    assert len(limited._orders._full_at) == 100
    with pytest.raises(TooManyFromAddress):
        limited.order("2001:db8:0:3e7::/64")
    limited = Visitors(Limits(orders_per_address="4/4h"), (), Clock())
    for number in range(240):
        limited.order(f"2001:db8:0:{number:x}::/64")
        if number % 60 == 0:
            limited.order("192.0.2.1")
    with pytest.raises(TooManyFromAddress):
        limited.order("192.0.2.1")


def test_without_limits_nothing_is_looked_at():
    assert limiting(Limits(), PROXIES, Clock()) is None


def limited(world, **limits):
    """The CA under these limits as it is asked from an address."""
    settings = msgspec.structs.replace(world.ca.settings, limits=Limits(**limits))
    inner = faces.acme_and_portal(dataclasses.replace(world.ca, settings=settings))

    async def app(scope, receive, send):
        await inner({**scope, "client": ("198.51.100.7", 1)}, receive, send)

    return app


@pytest.mark.anyio
async def test_requests_of_an_address(world):
    """Refused before anything is looked at, with a reference, a time, and a nonce for the next."""
    app = limited(world, requests_per_address="2/1h")
    for _ in range(2):
        assert (await call(app, "GET", "/acme/")).status == 200
    refused = await Client(app).send("/acme/new-order", b"no JWS")
    assert kind(refused) == "rateLimited"
    assert 1700 < int(refused.headers.get("Retry-After") or "") <= 1800
    assert refused.headers.get("Replay-Nonce")


@pytest.mark.anyio
async def test_accounts_of_an_address(world):
    """A key that has an account gets it back, however many were made; looking for one makes none (A-34)."""
    app = limited(world, accounts_per_address="1/1h")
    first, second = Client(app), Client(app)
    _, kid, mac = await world.contract()
    assert kind(await first.post("/acme/new-account", {"onlyReturnExisting": True})) == "accountDoesNotExist"
    assert (await first.register(kid, mac)).status == 201
    assert kind(await second.register(kid, mac)) == "rateLimited"
    assert kind(await second.post("/acme/new-account", {"onlyReturnExisting": True})) == "accountDoesNotExist"
    first.kid = None
    assert (await first.register(kid, mac)).status == 200


@pytest.mark.anyio
async def test_orders_of_an_address(world, monkeypatch):
    """Pre-authorizations count too; a renewal that the CA itself suggests does not (X-19)."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    client.app = limited(world, orders_per_address="2/1h")
    assert (await client.post("/acme/new-order", ORDER)).status == 201
    assert (await client.post("/acme/new-authz", {"identifier": ORDER["identifiers"][0]})).status == 201
    renewal = {**ORDER, "replaces": ari.cert_id(leaf)}
    for payload in (ORDER, renewal):
        assert kind(await client.post("/acme/new-order", payload)) == "rateLimited"
    assert kind(await client.post("/acme/new-authz", {"identifier": ORDER["identifiers"][0]})) == "rateLimited"
    # Its window begins with the end of a certificate that the CA has revoked.
    await world.ca.certificates.revoke_by_operator(f"{leaf.serial_number:x}", 4)
    assert (await client.post("/acme/new-order", renewal)).status == 201
