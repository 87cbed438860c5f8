"""Bad input behind a good signature: objects, payloads, methods, paths, sizes; nothing is stored."""

import json

import pytest
from msgspec import to_builtins

from tegata.acme import b64, eab, jwk
from tegata.acme.codec import REQUEST_LIMIT
from tegata.acme.wire import links as links_of
from tegata.ca.api import links
from tegata.ca.api.routes import ROUTES
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.api.asgi import BASE, JOSE, Client, body, call, flattened, issue, kind

pytestmark = pytest.mark.anyio

NEW_ORDER = "/acme/new-order"
NEW_ACCOUNT = f"{BASE}/acme/new-account"
ORDER = {"identifiers": [{"type": "dns", "value": "www.example.com"}]}


@pytest.mark.parametrize(
    "what",
    [
        "order",
        "finalize",
        "authorization",
        "given up",
        "challenge",
        "certificate",
        "account",
        "ended",
        "orders",
        "page",
    ],
)
async def test_another_accounts_object(world, client, order, what):
    """A-28, A-49, S-06: on every route the same answer as for an object that is not there."""
    objects = {**order, "account": client.kid, "orders": client.kid.replace("/account/", "/orders/")}
    objects["page"] = order["order"].replace("/order/", "/orders/after/")
    if what == "certificate":
        objects["certificate"], *_ = await issue(world, client, "www.example.com")
    objects |= {"given up": objects["authorization"], "ended": objects["account"]}
    end = {"status": "deactivated"}
    payload = {"finalize": {"csr": b64.encode(b"0")}, "challenge": {}, "given up": end, "ended": end}.get(what)
    thief = await world.client()
    before = world.stored()
    foreign = await thief.post(objects[what], payload)
    identifier = objects[what].removesuffix("/finalize").rpartition("/")[2]
    missing = await thief.post(objects[what].replace(identifier, "0" * len(identifier)), payload)
    assert world.stored() == before
    assert (kind(foreign), foreign.status) == (kind(missing), missing.status) == ("malformed", 404)
    told, other = body(foreign), body(missing)
    assert told["detail"].replace(told["reference"], "") == other["detail"].replace(other["reference"], "")


@pytest.mark.parametrize("what", ["order", "authorization", "orders"])
async def test_what_is_only_read(world, client, order, what):
    """A-13: a payload where there is nothing to do is refused; an authorization takes one wish only."""
    objects = {**order, "orders": client.kid.replace("/account/", "/orders/")}
    before = world.stored()
    for payload in ({}, {"status": "valid"}, {"status": ["deactivated"]}):
        assert kind(await client.post(objects[what], payload)) == "malformed"
    assert world.stored() == before


@pytest.mark.parametrize("target", ["finalize", "challenge", "new-order", "revoke-cert"])
@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"{", b"\xff"])
async def test_a_payload_that_is_no_object(world, client, order, target, raw):
    """A-14: nothing but a JSON object is an instruction."""
    url = order.get(target, f"{BASE}/acme/{target}")
    jws = flattened(client.key, await client.header(url), raw)
    problem, answer = await world.refused(client, jws, target=url.removeprefix(BASE))
    assert (problem, answer.status) == ("malformed", 400)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"identifiers":[],"identifiers":[{"type":"dns","value":"www.example.com"}]}',
        b'{"identifiers":[{"type":"dns","value":"www.example.com","value":"www.example.com"}]}',
        b'{"identifiers":[{"type":"dns","value":"www.example.com"}],"x":1,"\\u0078":2}',
    ],
)
async def test_a_payload_with_a_member_twice(world, client, raw):
    """S-31: also what is signed has one meaning, at any level."""
    url = f"{BASE}/acme/new-order"
    jws = flattened(client.key, await client.header(url), raw)
    problem, answer = await world.refused(client, jws)
    assert (problem, answer.status) == ("malformed", 400)
    assert "twice" in body(answer)["detail"]


@pytest.mark.parametrize("target", ["finalize", "new-order", "revoke-cert"])
async def test_reading_what_is_only_done(world, client, order, target):
    """A-14: an empty payload never changes anything."""
    url = order.get(target, f"{BASE}/acme/{target}")
    problem, answer = await world.refused(
        client, flattened(client.key, await client.header(url), b""), target=url.removeprefix(BASE)
    )
    assert (problem, answer.status) == ("malformed", 400)


@pytest.mark.parametrize("csr", ["", "AA==", "a+b/", "-----BEGIN CERTIFICATE REQUEST-----", 1, None])
async def test_a_csr_that_is_none(world, client, order, csr):
    """A-04: the order is not touched."""
    jws = flattened(client.key, await client.header(order["finalize"]), json.dumps({"csr": csr}).encode())
    problem, _ = await world.refused(client, jws, target=order["finalize"].removeprefix(BASE))
    assert problem in ("malformed", "badCSR", "orderNotReady")


@pytest.mark.parametrize("certificate", ["", "AA==", "a+b/", "-----BEGIN CERTIFICATE-----", 1, None])
async def test_a_certificate_that_is_none(world, client, certificate):
    """A-04, A-91"""
    url = f"{BASE}/acme/revoke-cert"
    jws = flattened(client.key, await client.header(url), json.dumps({"certificate": certificate}).encode())
    problem, answer = await world.refused(client, jws, target="/acme/revoke-cert")
    assert (problem, answer.status) == ("malformed", 400)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get"])
async def test_the_method(world, route, method):
    """S-05, A-13: plain GET only on directory, newNonce and renewalInfo; the answer says what is allowed."""
    allowed: tuple[str, ...] = ("GET", "HEAD", "OPTIONS") if route.method == "GET" else ("POST", "OPTIONS")
    if route.path in (links.DIRECTORY, links.NEW_NONCE):  # a POST-as-GET reads these too
        allowed = ("GET", "HEAD", "POST", "OPTIONS")
    if method in allowed:
        return
    before = world.stored()
    answer = await call(world.app, method, route.path.format(id="x"))
    assert (kind(answer), answer.status) == ("malformed", 405)
    assert answer.headers.get("Allow") == ", ".join(allowed)
    assert world.stored() == before


@pytest.mark.parametrize(
    "target",
    [
        "/acme",
        "/acme/none",
        "/acme//new-nonce",
        "/acme/new-nonce/",
        "/acme/order/",
        "/acme/order/../account/x",
        "/acme/order/a/b",
        "/acme/order/a/finalize/b",
        "/acme/%6eew-nonce",
        "/acme/..%2facme/new-nonce",
        "/acme/\xe9",
    ],
)
async def test_paths_that_are_none(world, target):
    """A path is matched as it was sent: nothing is decoded, nothing is made shorter."""
    for method in ("GET", "POST"):
        answer = await call(world.app, method, target)
        assert (kind(answer), answer.status) == ("malformed", 404)


@pytest.mark.parametrize("identifier", ["..", "...", "%2e%2e", "%00", "'", "1 OR 1=1", "a" * 5000, "\xff"])
@pytest.mark.parametrize("path", ["order", "authorization", "challenge", "certificate", "account"])
async def test_ids_that_are_none(world, client, path, identifier):
    """An id is a key to look up, whatever is in it."""
    before = world.stored()
    answer = await client.post(f"/acme/{path}/{identifier}")
    assert (kind(answer), answer.status) == ("malformed", 404)
    assert world.stored() == before


async def test_a_query_is_not_part_of_a_resource(world, client):
    """A-15: what was signed with one was signed for nothing of ours; what was signed without is served."""
    assert kind(await client.post(NEW_ORDER + "?x=1", ORDER)) == "unauthorized"
    assert (await call(world.app, "GET", "/acme/?x=1")).status == 200


async def test_an_oversized_body(world, client):
    """S-20: refused at the announced length, unread, or while it comes in; at the limit it is still read.

    A length that is no number is none.
    """
    before = world.stored()
    big = b"{" + b" " * REQUEST_LIMIT

    async def announced(length, *chunks):
        return await call(world.app, "POST", NEW_ORDER, headers=[JOSE, ("content-length", length)], chunks=chunks)

    unread = [await announced(length) for length in (str(len(big)), "9" * 5000)]
    counted = await call(world.app, "POST", NEW_ORDER, headers=[JOSE], chunks=[b"x" * 1000] * 51)
    for answer in (*unread, counted):
        assert (kind(answer), answer.status) == ("malformed", 413)
        assert answer.headers.get("Connection") == "close"
    for length in (str(REQUEST_LIMIT), "0x7", ""):
        assert (await announced(length, big[:-1])).status == 400
    assert world.stored() == before


async def test_a_sender_that_goes_away(world):
    """There is nobody to answer, and nothing to do."""
    with pytest.raises(ConnectionError):
        await call(world.app, "POST", NEW_ORDER, headers=[JOSE, ("content-length", "10")], chunks=())


async def test_strange_names(world, client):
    """A-23, A-52: each refused for its own reason, and no order is there."""
    wanted = [
        {"type": "dns", "value": "other.example"},
        {"type": "dns", "value": "../../etc/passwd"},
        {"type": "dns", "value": "192.0.2.1"},
        {"type": "onion", "value": "x"},
    ]
    before = world.stored()
    answer = await client.post(NEW_ORDER, {"identifiers": wanted})
    assert world.stored() == before
    assert kind(answer) == "compound"
    refusals = {one["identifier"]["value"]: one["type"].rpartition(":")[2] for one in body(answer)["subproblems"]}
    assert refusals == {
        "other.example": "rejectedIdentifier",
        "../../etc/passwd": "rejectedIdentifier",
        "192.0.2.1": "rejectedIdentifier",
        "x": "unsupportedIdentifier",
    }


async def test_a_profile_that_the_contract_has_not(world, client):
    """X-40"""
    before = world.stored()
    answer = await client.post(NEW_ORDER, ORDER | {"profile": "short"})
    assert world.stored() == before
    assert (kind(answer), answer.status) == ("invalidProfile", 400)


async def test_registering_badly(world):
    """A-34, A-36, A-37, A-39, A-41: each with its own problem, and no account."""
    _, kid, mac = await world.contract()
    client = Client(world.app)
    before = world.stored()
    assert kind(await client.post("/acme/new-account", {"termsOfServiceAgreed": True})) == "externalAccountRequired"
    assert kind(await client.post("/acme/new-account", {"onlyReturnExisting": True})) == "accountDoesNotExist"
    unagreed = await client.register(kid, mac, termsOfServiceAgreed=False)
    assert (kind(unagreed), unagreed.status) == ("userActionRequired", 403)
    assert body(unagreed)["instance"] == f"{BASE}/terms"  # "Visit the 'instance' URL" (RFC 8555 §6.7)
    assert ("terms-of-service", f"{BASE}/terms") in links_of(unagreed)
    assert kind(await client.register(kid, mac, contact=["mailto:a@b.example,c@d.example"])) == "invalidContact"
    assert kind(await client.register(kid, mac, contact=["tel:+81"])) == "unsupportedContact"
    unknown, wrong = await client.register("nobody", mac), await client.register(kid, b64.encode(b"0" * 32))
    assert (kind(unknown), kind(wrong)) == ("unauthorized", "unauthorized")
    assert body(unknown)["detail"][:-14] == body(wrong)["detail"][:-14]
    others = eab.bind(jwk.from_public(generate(KeyType.EC256).public_key()), kid, eab.decode_mac(mac), NEW_ACCOUNT)
    elsewhere = eab.bind(jwk.from_public(client.key.public_key()), kid, eab.decode_mac(mac), BASE + NEW_ORDER)
    for binding in (others, elsewhere, others.__class__("e30", "e30", "")):
        payload = {"termsOfServiceAgreed": True, "externalAccountBinding": to_builtins(binding)}
        assert kind(await client.post(NEW_ACCOUNT, payload)) == "malformed"
    assert world.stored() == before
