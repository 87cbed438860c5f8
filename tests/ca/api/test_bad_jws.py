"""Bad signed requests: form, header, key, signature, nonce and account; nothing is stored for any."""

import json

import pytest

from tegata.acme import b64, jwk
from tegata.ca.api import links
from tegata.ca.api.routes import ROUTES, Route, allowed
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.api.asgi import BASE, JOSE, Client, body, call, flattened, kind

pytestmark = pytest.mark.anyio

NEW_ORDER = "/acme/new-order"
ORDER = {"identifiers": [{"type": "dns", "value": "www.example.com"}]}


SHAPES = {
    "no JSON": lambda _: b"{",
    "no object": lambda jws: [jws],
    "empty": lambda _: b"",
    "a member too few": lambda jws: {name: jws[name] for name in ("protected", "payload")},
    "an unprotected header": lambda jws: {**jws, "header": {}},
    "a general serialization": lambda jws: {"payload": jws["payload"], "signatures": [jws]},
    "a compact serialization": lambda jws: json.dumps(".".join(jws.values())).encode(),
    "a detached payload": lambda jws: {name: jws[name] for name in ("protected", "signature")},
    "a payload that is null": lambda jws: {**jws, "payload": None},
    "a payload that is an object": lambda jws: {**jws, "payload": {}},
    "padding": lambda jws: {**jws, "signature": jws["signature"] + "=="},
    "white space": lambda jws: {**jws, "payload": jws["payload"] + "\n"},
    "a member twice": lambda jws: json.dumps(jws).encode()[:-1] + b', "payload": ""}',
    "not UTF-8": lambda jws: json.dumps(jws).encode().replace(b"protected", b"\xff"),
    "deep nesting": lambda _: b'{"protected":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
async def test_the_serialization(world, client, shape):
    """A-04, A-05, S-31: exactly three members in base64url, nothing else."""
    jws = flattened(client.key, await client.header(BASE + NEW_ORDER), json.dumps(ORDER).encode())
    problem, answer = await world.refused(client, shape(jws))
    assert (problem, answer.status) == ("malformed", 400)


HEADERS = {
    "no alg": {"alg": None},
    "no nonce": {"nonce": None},
    "no url": {"url": None},
    "neither jwk nor kid": {"kid": None},
    "both jwk and kid": {"jwk": {"kty": "EC"}},
    "crit": {"crit": ["exp"]},
    "b64=false": {"b64": False, "crit": ["b64"]},
    "jku": {"jku": "https://evil.example/keys"},
    "x5u": {"x5u": "https://evil.example/chain"},
    "a nonce that is no base64url": {"nonce": "a+b/"},
    "a nonce that is a number": {"nonce": 1},
    "an empty kid": {"kid": ""},
    "a kid that is an object": {"kid": {}},
}


@pytest.mark.parametrize("changes", HEADERS.values(), ids=HEADERS.keys())
async def test_the_protected_header(world, client, changes):
    """A-05, A-06, S-31: the members it must have, and none that make readers differ."""
    header = await client.header(BASE + NEW_ORDER, **changes)
    problem, answer = await world.refused(client, flattened(client.key, header, json.dumps(ORDER).encode()))
    assert (problem, answer.status) == ("malformed", 400)


async def test_a_header_member_twice(world, client):
    """S-31: two readers would see two requests."""
    header = json.dumps(await client.header(BASE + NEW_ORDER)).encode()[:-1] + b', "alg": "none"}'
    problem, _ = await world.refused(client, flattened(client.key, header, b"{}"))
    assert problem == "malformed"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "PS256", "ES256K", "RS1", "es256"])
async def test_the_algorithm(world, client, algorithm):
    """A-07, A-09: what is not on the list is refused with the list."""
    header = await client.header(BASE + NEW_ORDER, alg=algorithm)
    problem, answer = await world.refused(client, flattened(client.key, header, b"{}"))
    assert problem == "badSignatureAlgorithm"
    assert {"ES256", "RS256"} <= set(body(answer)["algorithms"])


async def test_an_algorithm_of_another_key(world, client):
    """A-07: an algorithm is bound to its kind of key."""
    header = await client.header(BASE + NEW_ORDER, alg="RS256")
    problem, answer = await world.refused(client, flattened(client.key, header, b"{}"))
    assert problem == "badSignatureAlgorithm"
    assert body(answer)["algorithms"] == ["ES256"]


@pytest.mark.parametrize(
    "change",
    [lambda s: s[:-4], lambda _: b64.encode(b"0" * 64), lambda _: ""],
    ids=["short", "other", "none"],
)
async def test_a_wrong_signature(world, client, change):
    """A-10: fixed length, and of this text and key."""
    jws = flattened(client.key, await client.header(BASE + NEW_ORDER), json.dumps(ORDER).encode())
    problem, answer = await world.refused(client, {**jws, "signature": change(jws["signature"])})
    assert (problem, answer.status) == ("malformed", 400)


async def test_a_changed_payload(world, client):
    """What was not signed is not done."""
    jws = flattened(client.key, await client.header(BASE + NEW_ORDER), b"{}")
    problem, _ = await world.refused(client, {**jws, "payload": b64.encode(json.dumps(ORDER).encode())})
    assert problem == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"x": b64.encode(b"\1" * 32)},
        {"x": b64.encode(b"\1" * 31)},
        {"crv": "P-521"},
        {"crv": "secp256k1"},
        {"kty": "oct", "k": b64.encode(b"0" * 32)},
        {"d": b64.encode(b"0" * 32)},
    ],
    ids=["off the curve", "short", "of another curve", "strange curve", "symmetric", "private"],
)
async def test_an_unusable_key(world, change):
    """A-09, A-10: badPublicKey with the reason."""
    stranger = Client(world.app)
    key = {**jwk.from_public(stranger.key.public_key()), **change}
    header = await stranger.header(f"{BASE}/acme/new-account", jwk=key)
    problem, answer = await world.refused(stranger, flattened(stranger.key, header, b"{}"), target="/acme/new-account")
    assert (problem, answer.status) == ("badPublicKey", 400)


@pytest.mark.parametrize(
    "media_type", [None, "application/json", "text/plain", "application/jose", "application/jose+jsonx"]
)
async def test_the_media_type(world, client, media_type):
    """A-12: 415."""
    jws = flattened(client.key, await client.header(BASE + NEW_ORDER), json.dumps(ORDER).encode())
    headers = () if media_type is None else (("content-type", media_type),)
    problem, answer = await world.refused(client, jws, headers=headers)
    assert (problem, answer.status) == ("malformed", 415)


async def test_a_media_type_with_parameters(client):
    """A-12: parameters and case do not matter."""
    jws = flattened(client.key, await client.header(client.kid), b"")
    headers = (("content-type", "Application/JOSE+json; charset=utf-8"),)
    assert (await client.send(client.kid.removeprefix(BASE), json.dumps(jws).encode(), headers)).status == 200


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/acme/new-account",
        f"{BASE}/acme/new-order/",
        f"{BASE}/acme/new-order?a=b",
        f"{BASE}/acme/../acme/new-order",
        "https://127.0.0.1/acme/new-order",
        "https://ca.example/acme/new-order",
        "http://127.0.0.1:8443/acme/new-order",
        "HTTPS://127.0.0.1:8443/acme/new-order",
        "/acme/new-order",
    ],
)
async def test_the_signed_url(world, client, url):
    """A-15: exactly the URL that was handed out."""
    header = await client.header(url)
    problem, answer = await world.refused(client, flattened(client.key, header, json.dumps(ORDER).encode()))
    assert (problem, answer.status) == ("unauthorized", 403)


async def test_the_host_header_does_not_count(world, client):
    """A-15, S-29: neither for what is compared nor for what is handed out."""
    jws = flattened(client.key, await client.header(client.kid), b"")
    headers = (JOSE, ("host", "evil.example"), ("x-forwarded-host", "evil.example"))
    assert (await client.send(client.kid.removeprefix(BASE), json.dumps(jws).encode(), headers)).status == 200
    directory = await call(world.app, "GET", "/acme/", headers=headers)
    assert b"evil" not in directory.body


@pytest.mark.parametrize("nonce", [b64.encode(b"0" * 36), "AAAA"], ids=["made up", "short"])
async def test_a_nonce_of_nobody(world, client, nonce):
    """A-16: badNonce, with a fresh one to go on with."""
    header = await client.header(BASE + NEW_ORDER, nonce=nonce)
    problem, answer = await world.refused(client, flattened(client.key, header, json.dumps(ORDER).encode()))
    assert (problem, answer.status) == ("badNonce", 400)
    again = await client.post(NEW_ORDER, {"identifiers": []}, nonce=answer.headers.get("Replay-Nonce"))
    assert kind(again) == "malformed"


async def test_a_replayed_request(world, client):
    """A-17: the very same bytes a second time."""
    raw = json.dumps(flattened(client.key, await client.header(BASE + NEW_ORDER), json.dumps(ORDER).encode())).encode()
    assert (await client.send(NEW_ORDER, raw)).status == 201
    problem, _ = await world.refused(client, raw)
    assert problem == "badNonce"


@pytest.mark.parametrize(
    ("changes", "first"),
    [({"url": f"{BASE}/acme/other"}, "unauthorized"), ({"kid": f"{BASE}/acme/account/none"}, "accountDoesNotExist")],
)
async def test_a_failed_request_spends_its_nonce(world, client, changes, first):
    """A-17: whatever it was refused for."""
    nonce = await client.nonce()
    assert kind(await client.post(NEW_ORDER, ORDER, nonce=nonce, **changes)) == first
    assert kind(await client.post(NEW_ORDER, ORDER, nonce=nonce)) == "badNonce"


async def test_a_nonce_is_anybodys(world, client):
    """A-17: one client's answer carries another one's nonce."""
    nonce = (await client.post(client.kid)).headers.get("Replay-Nonce")
    other = await world.client()
    assert (await other.post(other.kid, nonce=nonce)).status == 200


@pytest.mark.parametrize(
    "kid",
    [
        "none",
        f"{BASE}/acme/account/none",
        f"{BASE}/acme/account/",
        f"{BASE}/acme/account/..",
        "https://other.example/1",
    ],
)
async def test_an_unknown_account(world, client, kid):
    """A-11: not one of our account URLs, or nobody's."""
    problem, answer = await world.refused(
        client, flattened(client.key, await client.header(BASE + NEW_ORDER, kid=kid), b"{}")
    )
    assert (problem, answer.status) == ("accountDoesNotExist", 400)


async def test_an_account_signed_for_by_another_key(world, client):
    """A-17: the signature is looked at before anything of the account."""
    thief = Client(world.app, kid=client.kid)
    problem, _ = await world.refused(thief, flattened(thief.key, await thief.header(BASE + NEW_ORDER), b"{}"))
    assert problem == "malformed"


async def test_key_and_account_at_the_wrong_places(world, client):
    """S-05, A-11: newAccount wants the key, everything else but revocation the account."""
    header = await client.header(f"{BASE}/acme/new-account")
    problem, _ = await world.refused(client, flattened(client.key, header, b"{}"), target="/acme/new-account")
    assert problem == "malformed"
    for target in (_target(route, client) for route in ROUTES if "POST" in allowed(route)):
        if target not in (links.NEW_ACCOUNT, links.REVOKE_CERT):
            header = await client.header(BASE + target, kid=None, jwk=jwk.from_public(client.key.public_key()))
            problem, answer = await world.refused(client, flattened(client.key, header, b"{}"), target=target)
            assert (problem, answer.status) == ("malformed", 400), target


async def test_what_can_only_be_read(world, client):
    """A-13: a payload, be it an empty object, is refused by every resource that is only read."""
    read = [links.ORDERS, links.ORDERS_AFTER, links.ORDER, links.CERTIFICATE, links.ALTERNATE]
    for route in ROUTES:
        if route.path in read or route.signed:
            target = _target(route, client)
            jws = flattened(client.key, await client.header(BASE + target), b"{}")
            problem, answer = await world.refused(client, jws, target=target)
            assert (problem, answer.status) == ("malformed", 400), target


def _target(route: Route, client: Client) -> str:
    return route.path.replace("{id}", str(client.kid).rpartition("/")[2])


async def test_an_rsa_account_key_that_is_too_short(world):
    """A-07: RS256 from 2048 bits on."""
    long = jwk.from_public(generate(KeyType.RSA2048).public_key())
    short = {**long, "n": b64.encode(b64.decode(long["n"])[:127] + b"\1")}
    stranger = Client(world.app)
    header = await stranger.header(f"{BASE}/acme/new-account", alg="RS256", jwk=short)
    problem, _ = await world.refused(stranger, flattened(stranger.key, header, b"{}"), target="/acme/new-account")
    assert problem == "badPublicKey"
