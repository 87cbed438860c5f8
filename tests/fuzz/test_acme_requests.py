"""The ACME interface in service under signed requests: any payload, any header, and good ones in any order.

What is asked of each answer is in ``service`` (no 5xx, in time, nothing grows) and ``actor`` (problem documents).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.acme import ari, b64, jwk
from tegata.ca.api.routes import ROUTES
from tegata.pki import certs, csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.api.asgi import flattened
from tests.fuzz.actor import Actor
from tests.fuzz.extent import EXTENT
from tests.fuzz.inputs import octets, texts
from tests.fuzz.parsers import CSR
from tests.fuzz.world import CERTIFICATE_KEY, ENDPOINTS, NAMES, World, have_a_certificate, place, world

__all__ = ["world"]

RESOURCES = tuple(route.path.replace("{id}", "x.y") for route in ROUTES)
TEXTS = texts(*NAMES, "dns", "mailto:a@example.com", "2026-11-24T00:00:00Z", "deactivated", "\x00")
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
MEMBERS = (
    "identifiers", "identifier", "type", "value", "notBefore", "notAfter", "replaces", "profile", "contact", "csr",
    "status", "reason", "termsOfServiceAgreed", "onlyReturnExisting", "externalAccountBinding", "certificate",
    "account", "oldKey", "protected", "payload", "signature",
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(MEMBERS), TEXTS), inner, max_size=4)
    ),
    max_leaves=12,
)
GOOD: tuple[dict[str, Any], ...] = (
    {"identifiers": [{"type": "dns", "value": "www.example.com"}], "notAfter": "2026-12-24T00:00:00Z"},
    {"identifiers": [{"type": "dns", "value": "www.example.com"}], "replaces": "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"},
    {"identifiers": [{"type": "ip", "value": "2001:db8::1"}], "profile": "short"},
    {"identifier": {"type": "dns", "value": "www.example.com"}},
    {"termsOfServiceAgreed": True, "contact": ["mailto:a@example.com"]},
    {"onlyReturnExisting": True},
    {"contact": ["mailto:b@example.com"]},
    {"csr": b64.encode(CSR)},
    {"certificate": b64.encode(CSR), "reason": 1},
    {"status": "deactivated"},
    {"account": "x", "oldKey": {"kty": "EC", "crv": "P-256", "x": "", "y": ""}},
    {},
)
PAYLOADS = st.one_of(
    octets(*(json.dumps(each).encode() for each in GOOD)), VALUES.map(lambda value: json.dumps(value).encode())
)


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 4)
@given(data=st.data())
def test_any_payload_signed(world: World, data: st.DataObject) -> None:
    """A good nonce and a good signature at every resource, and whatever is signed."""
    with world.service.watched():
        actor = world.actor()
        have_an_order(actor)
        for place_ in data.draw(st.permutations([*(f"{actor.url}{path}" for path in RESOURCES), *actor.seen])):
            by_key = data.draw(st.integers(0, 4)) == 0
            changes = {"kid": None, "jwk": jwk.from_public(actor.key.public_key())} if by_key else {}
            actor.sign_and_send(place_, data.draw(PAYLOADS), changes)


def have_an_order(actor: Actor) -> None:
    """So that there is one of each resource."""
    order = json.loads(place(actor, NAMES[:2]).body)
    for url in order["authorizations"]:
        actor.post(url)


HEADS: dict[str, tuple[Any, ...]] = {
    "alg": ("none", "HS256", "RS256", "ES384", 1),
    "kid": ("x", "", 5, "\x00"),
    "url": ("https://other.example/", "", None),
    "nonce": ("", "x", "é", None, "A" * 5000),
    "jwk": ({}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
    "crit": (["b64"], []),
    "b64": (False,),
}


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 2)
@given(data=st.data())
def test_any_protected_header(world: World, data: st.DataObject) -> None:
    """A header changed and signed so, and a good request edited anywhere: refused, and nothing but nonces is stored."""
    with world.service.watched():
        actor = world.actor()
        before = world.rows()
        url = f"{actor.url}/acme/new-order"
        for name in data.draw(st.lists(st.sampled_from(sorted(HEADS)), min_size=1, max_size=3)):
            value = data.draw(st.one_of(st.sampled_from(HEADS[name]), VALUES))
            if name != "jwk" or value is not None:
                actor.sign_and_send(url, b"{}", {name: value})
        header = {"alg": "ES256", "kid": actor.kid, "url": url, "nonce": actor.nonce()}
        good = json.dumps(flattened(actor.key, header, b"{}")).encode()
        actor.send(url, data.draw(octets(good)))
        assert world.rows() == before


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 2)
@given(data=st.data())
def test_good_requests_in_any_order(world: World, data: st.DataObject) -> None:
    """Each request well-formed, at any resource that was ever told of, its own or of another kind."""
    with world.service.watched():
        actor = world.actor()
        for _ in range(data.draw(st.integers(2, 10))):
            data.draw(st.sampled_from(STEPS))(actor, data)


# Steps: one request, or a few that belong together.

Step = Callable[[Actor, st.DataObject], object]


def names(data: st.DataObject) -> tuple[str, ...]:
    return tuple(data.draw(st.lists(st.sampled_from((*NAMES, "other.example")), min_size=1, max_size=3)))


def anywhere(actor: Actor, data: st.DataObject) -> str:
    """A URL that the account was told, the newest first."""
    return actor.seen[-1 - data.draw(st.integers(0, min(20, len(actor.seen) - 1)))]


def finalize(actor: Actor, data: st.DataObject) -> None:
    der = csr.build(CERTIFICATE_KEY, list(names(data)), common_name=None)
    actor.post(anywhere(actor, data).removesuffix("/finalize") + "/finalize", {"csr": b64.encode(der)})


def certify(actor: Actor, data: st.DataObject) -> None:
    """Have a certificate, and what goes with one: its renewal information, an order that replaces it, its end."""
    have_a_certificate(actor, names(data))
    if not actor.chains:
        return
    named = str(ari.cert_id(certs.load_chain(actor.chains[-1])[0]))
    actor.service.acme.ask("GET", f"/acme/renewal-info/{named}".encode())
    if data.draw(st.booleans()):
        place(actor, names(data), replaces=named)
    # Not for a compromised key (1): nobody could have a certificate for it afterwards.
    reason = data.draw(st.sampled_from([None, None, 0, 2, 3, 4, 5, 6, 9, -1, 11]))
    if reason is not None:
        by_key = {"kid": None, "jwk": jwk.from_public(actor.key.public_key())}
        revoke(actor, reason, data.draw(st.sampled_from([{}, {}, by_key])))


def strange(actor: Actor, _: st.DataObject) -> None:
    """A key that has no account asks for it."""
    Actor(actor.service, new_key()).post(f"{actor.url}/acme/new-account", {"onlyReturnExisting": True})


def new_key() -> EllipticCurvePrivateKey:
    key = generate(KeyType.EC256)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


def revoke(actor: Actor, reason: int, header: Mapping[str, Any]) -> None:
    der = certs.load_chain(actor.chains[-1])[0].public_bytes(Encoding.DER)
    payload = json.dumps({"certificate": b64.encode(der), "reason": reason}).encode()
    actor.sign_and_send(f"{actor.url}/acme/revoke-cert", payload, header)


def change_key(actor: Actor, _: st.DataObject) -> None:
    """RFC 8555 §7.3.5."""
    new, url = new_key(), f"{actor.url}/acme/key-change"
    payload = {"account": actor.kid, "oldKey": jwk.from_public(actor.key.public_key())}
    header = {"alg": "ES256", "jwk": jwk.from_public(new.public_key()), "url": url}
    if actor.post(url, flattened(new, header, json.dumps(payload).encode())).status == 200:
        actor.key = new


STEPS: tuple[Step, ...] = (
    lambda actor, data: place(actor, names(data)),
    lambda actor, data: actor.post(
        f"{actor.url}/acme/new-authz", {"identifier": {"type": "dns", "value": names(data)[0]}}
    ),
    lambda actor, data: actor.post(anywhere(actor, data)),
    lambda actor, data: actor.post(anywhere(actor, data), {}),
    lambda actor, data: actor.post(anywhere(actor, data), {"status": "deactivated"}),
    lambda actor, data: actor.post(str(actor.kid), {"contact": [f"mailto:{data.draw(texts('a'))}@example.com"]}),
    finalize,
    finalize,
    certify,
    certify,
    change_key,
    strange,
)
