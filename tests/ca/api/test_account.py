"""The account's own life on the wire: changed, given another key, listed with its orders, given up."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tegata.acme import jwk
from tegata.acme.wire import links
from tegata.ca import faces
from tegata.ca.model import Source
from tegata.ca.policy.baseline import EXAMINATION
from tegata.ca.services import orders as order_service
from tegata.clock import rfc3339
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.api.asgi import BASE, Client, body, call, flattened, issue, kind, prove

pytestmark = pytest.mark.anyio

NAME = "www.example.com"
KEY_CHANGE = f"{BASE}/acme/key-change"
WANTED = {"identifiers": [{"type": "dns", "value": NAME}]}


def inner(client, new, *, header=None, change=None, key=None):
    """The inner JWS of a key change, as it should be but for the changes; None takes a member away."""
    url = {"alg": "ES256", "url": KEY_CHANGE, "jwk": jwk.from_public(new.public_key())} | (header or {})
    wish = {"account": client.kid, "oldKey": jwk.from_public(client.key.public_key())} | (change or {})
    kept = [{name: value for name, value in each.items() if value is not None} for each in (url, wish)]
    return flattened(key or new, kept[0], json.dumps(kept[1]).encode())


def new_key():
    return generate(KeyType.EC256)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["ES256", "ES384", "EdDSA", "RS256"],
)
async def test_every_kind_of_account_key(world, key):
    """Each registers, proves a name and gets a certificate."""
    client = Client(world.app, key)
    _, kid, mac = await world.contract(NAME)
    assert (await client.register(kid, mac)).status == 201
    await issue(world, client, NAME)


async def test_contacts_are_replaced(world):
    """A-43: contacts change, all else in the payload is ignored, and the answer is always the whole account."""
    client = await world.client(NAME)
    before = body(await client.post(client.kid))
    payload = {"contact": ["mailto:b@example.com"], "termsOfServiceAgreed": False, "status": "revoked", "orders": "x"}
    answer = await client.post(client.kid, payload)
    assert (answer.status, body(answer)) == (200, {**before, "contact": ["mailto:b@example.com"]})
    for nothing in ({}, None, {"status": "valid"}):
        assert body(await client.post(client.kid, nothing)) == body(answer)
    assert "contact" not in body(await client.post(client.kid, {"contact": []}))
    stored = world.stored()
    assert kind(await client.post(client.kid, {"contact": ["tel:1"]})) == "unsupportedContact"
    assert kind(await client.post(client.kid, {"contact": ["mailto:a"]})) == "invalidContact"
    assert kind(await client.post(client.kid, {"contact": "mailto:a@example.com"})) == "malformed"
    assert world.stored() == stored


async def test_an_account_says_until_when_its_eab_counts(world):
    """``eabExpires`` beside ``contractEnds``, where the EAB has an end: after it nothing is issued."""
    client = Client(world.app)
    contract, *_ = await world.contract()
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    credential = await world.ca.credentials.add(contract, expires_at=ends)
    account = body(await client.register(credential.kid, await world.ca.credentials.mac(credential.kid)))
    assert account["tegata"]["eabExpires"] == rfc3339(ends)
    endless = await world.client()
    assert "eabExpires" not in body(await endless.post(endless.kid or ""))["tegata"]


async def test_a_deactivated_account_is_gone_for_good(world):
    """S-27, A-17, A-47: 200, then 401 to whatever its key signs; its open order is cancelled, its certificate stays."""
    client = await world.client(NAME, "other.example.com")
    certificate, chain = await issue(world, client, NAME)
    identifiers = [{"type": "dns", "value": "other.example.com"}]
    order = (await client.post("/acme/new-order", {"identifiers": identifiers})).headers.get("Location")
    answer = await client.post(client.kid, {"status": "deactivated", "contact": ["mailto:a@example.com"]})
    assert (answer.status, body(answer)["status"]) == (200, "deactivated")
    stored = world.stored()
    for target, payload in (
        (client.kid, None),
        (client.kid, {"status": "valid"}),
        (order, None),
        (certificate, None),
        ("/acme/new-order", WANTED),
        ("/acme/key-change", inner(client, new_key())),
    ):
        refused = await client.post(target, payload)
        assert (kind(refused), refused.status) == ("unauthorized", 401)
    account, client.kid = client.kid, None
    for payload in ({"onlyReturnExisting": True}, {"termsOfServiceAgreed": True}):
        refused = await client.post("/acme/new-account", payload)
        assert (kind(refused), refused.status) == ("unauthorized", 401)
    # Who has not its key is not told that it is gone.
    assert kind(await Client(world.app, kid=account).post("/acme/new-order", WANTED)) == "malformed"
    assert world.stored() == stored
    row = await world.ca.store.orders.get(order.rpartition("/")[2])
    assert row.fault.code == "account.deactivated"
    kept = await world.ca.store.certificates.get(f"{chain[0].serial_number:x}")
    assert kept.revoked_at is None


async def test_a_new_key(world):
    """S-27, A-45: the new key is the account's from then on, the old one nobody's; orders and proofs survive."""
    client = await world.client(NAME, "other.example.com")
    await issue(world, client, NAME)
    both = {"identifiers": [{"type": "dns", "value": name} for name in (NAME, "other.example.com")]}
    placed = await client.post("/acme/new-order", both)
    account, old, new = body(await client.post(client.kid)), client.key, new_key()
    answer = await client.post("/acme/key-change", inner(client, new))
    assert (answer.status, body(answer)) == (200, account)
    refused = await client.post(client.kid)
    assert (kind(refused), refused.status) == ("malformed", 400)
    client.key = new
    order = body(await client.post(placed.headers.get("Location")))
    states = [body(await client.post(url))["status"] for url in order["authorizations"]]
    assert (order["status"], sorted(states)) == ("pending", ["pending", "valid"])
    # What is still to be proved is proved with the new key: prove() answers with its thumbprint.
    [open_one] = [url for url, state in zip(order["authorizations"], states, strict=True) if state == "pending"]
    await prove(world, client, {"authorizations": [open_one]})
    assert body(await client.post(placed.headers.get("Location")))["status"] == "ready"
    stranger = Client(world.app, old)
    assert kind(await stranger.post("/acme/new-account", {"onlyReturnExisting": True})) == "accountDoesNotExist"


async def test_a_ca_that_has_moved(world):
    """An account goes on by the URL that it has always had, and changes its key by it (X-51)."""
    client, former = await world.client(NAME), "https://former.example"
    url = client.kid
    client.kid = url.replace(BASE, former)
    assert kind(await client.post(url)) == "accountDoesNotExist"
    acme = msgspec.structs.replace(world.ca.settings.acme, former_urls=(former,))
    settings = msgspec.structs.replace(world.ca.settings, acme=acme)
    client.app = faces.acme_and_portal(dataclasses.replace(world.ca, settings=settings))
    account = body(await client.post(url))
    assert account["orders"].startswith(BASE)
    new = new_key()
    assert body(await client.post("/acme/key-change", inner(client, new))) == account
    client.key = new
    again = await client.post("/acme/new-order", WANTED)
    assert again.status == 201


async def test_a_key_that_has_an_account(world):
    """A-45: 409 and where that account is, be it another one or the same."""
    client, other = await world.client(NAME), await world.client(NAME)
    stored = world.stored()
    for holder in (other, client):
        answer = await client.post("/acme/key-change", inner(client, holder.key))
        assert (kind(answer), answer.status) == ("malformed", 409)
        assert answer.headers.get("Location") == holder.kid
    assert world.stored() == stored


async def test_key_changes_that_are_refused(world):
    """A-45: each of the server's checks, and nothing is changed."""
    client, other, new = await world.client(NAME), await world.client(NAME), new_key()
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"protected": "", "payload": "", "signature": ""},
        inner(client, new, header={"jwk": None, "kid": client.kid}),
        inner(client, new, header={"jwk": None}),
        inner(client, new, header={"jwk": {"kty": "oct", "k": "AA"}}),
        inner(client, new, header={"nonce": "AAAA"}),
        inner(client, new, key=client.key),
        inner(client, new, change={"account": None}),
        inner(client, new, change={"oldKey": None}),
        inner(client, new, change={"oldKey": "x"}),
        inner(client, new, header={"url": f"{BASE}/acme/new-account"}),
        inner(client, new, header={"url": None}),
        inner(client, new, change={"account": other.kid}),
        inner(client, new, change={"oldKey": jwk.from_public(other.key.public_key())}),
        inner(client, new, change={"oldKey": jwk.from_public(new.public_key())}),
    )
    stored = world.stored()
    for payload in wrong:
        answer = await client.post("/acme/key-change", payload)
        assert kind(answer) in ("malformed", "badPublicKey"), payload
        assert answer.status == 400
    assert kind(await client.post("/acme/key-change", inner(client, new, header={"alg": "HS256"}))) == (
        "badSignatureAlgorithm"
    )
    assert world.stored() == stored


async def test_the_list_of_orders(world, monkeypatch):
    """A-44: newest first, in pages that link to the next, without what is invalid."""
    monkeypatch.setattr(order_service, "PAGE_ORDERS", 2)
    client = await world.client(NAME)
    url = body(await client.post(client.kid))["orders"]
    assert body(await client.post(url)) == {"orders": []}
    placed = [await client.post("/acme/new-order", WANTED) for _ in range(5)]
    urls = [answer.headers.get("Location") for answer in reversed(placed)]
    gone = body(placed[2])["authorizations"][0]
    await client.post(gone, {"status": "deactivated"})
    pages = []
    while url:
        answer = await client.post(url)
        pages.append(body(answer)["orders"])
        url = dict(links(answer)).get("next")
    assert pages == [urls[:2], urls[3:4], urls[4:]]


async def test_an_authorization_is_given_up(world):
    """A-63: pending or valid; its order is invalid, and nobody uses it again."""
    client = await world.client(NAME)
    for is_valid in (False, True):
        placed = await client.post("/acme/new-order", WANTED)
        if is_valid:
            await prove(world, client, body(placed))
        [authorization] = body(placed)["authorizations"]
        for _ in range(2):
            answer = await client.post(authorization, {"status": "deactivated"})
            assert (answer.status, body(answer)["status"]) == (200, "deactivated")
        assert body(await client.post(placed.headers.get("Location")))["status"] == "invalid"
        challenge, *_ = body(answer)["challenges"]
        assert body(await client.post(challenge["url"], {}))["status"] == challenge["status"]
    assert body(await client.post("/acme/new-order", WANTED))["authorizations"] != [authorization]
    assert (await call(world.app, "GET", authorization.removeprefix(BASE))).status == 405


async def test_an_account_says_until_when_the_examination_counts(world):
    """B-64: 398 days from what was released; nothing, where nothing was."""
    client = Client(world.app)
    contract, kid, mac = await world.contract()
    assert "identityEnds" not in body(await client.register(kid, mac))["tegata"]
    what = {"source": Source.VISIT, "evidence": "photographs 1 to 7", "authority": "in person"}
    examined = datetime.now(UTC).replace(microsecond=0) - timedelta(days=7)
    await world.ca.examinations.examine(contract, by="Aoki", examined=examined, **what)
    await world.ca.examinations.release(contract, by="Baba")
    told = body(await client.post(client.kid or "", None))["tegata"]
    assert told["identityEnds"] == rfc3339(examined + EXAMINATION)
