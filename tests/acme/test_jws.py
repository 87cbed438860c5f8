"""Signed requests: joserfc as the second opinion, the RFCs' signatures, and every header that must be refused."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import HeaderDict
from joserfc.registry import HeaderParameter

from tegata.acme import b64, codec, jwk, jws
from tegata.acme.b64 import BadBase64
from tegata.acme.codec import Malformed
from tegata.acme.jws import BadAlgorithm, BadSignature
from tegata.pki import keys
from tests import vectors

URL = "https://ca.example/acme/new-order"
KID = "https://ca.example/acme/acct/1"
NONCE = "IXVHDyxIRGcTE0VSblhPzw"
P256 = ec.generate_private_key(ec.SECP256R1())
# Each algorithm's key for us, and joserfc's kind for it.
KEYS: dict[str, tuple[keys.PrivateKey, Any]] = {
    "ES256": (P256, ECKey),
    "ES384": (ec.generate_private_key(ec.SECP384R1()), ECKey),
    "ES512": (ec.generate_private_key(ec.SECP521R1()), ECKey),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate(), OKPKey),
    "RS256": (rsa.generate_private_key(65537, 2048), RSAKey),
}
REGISTRY = joserfc_jws.JWSRegistry(
    header_registry={"nonce": HeaderParameter("nonce", "str"), "url": HeaderParameter("url", "str")},
    algorithms=list(KEYS),
)


def body(protected: Any, payload: str = "e30", signature: str = "AAAA", **more: Any) -> bytes:
    """A request with any header at all; the signature is not right."""
    raw = protected if isinstance(protected, bytes) else json.dumps(protected).encode()
    return json.dumps({"protected": b64.encode(raw), "payload": payload, "signature": signature, **more}).encode()


GOOD = {"alg": "ES256", "nonce": NONCE, "url": URL, "kid": KID}


def without(*names: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **more}.items() if name not in names}


@pytest.mark.parametrize("algorithm", jws.SUPPORTED)
def test_what_is_signed_is_read_and_verified(algorithm):
    """Every algorithm of the list, bound to its kind of key (A-07, A-08)."""
    key, _ = KEYS[algorithm]
    signed = jws.parse(jws.sign(key, b'{"a":1}', url=URL, nonce=NONCE, kid=KID))
    assert signed.header == jws.Header(algorithm, NONCE, URL, KID, None)
    assert signed.payload == b'{"a":1}'
    jws.verify(signed, key.public_key())


def test_without_kid_the_key_goes_into_the_header():
    """Exactly one of jwk and kid (A-06)."""
    signed = jws.parse(jws.sign(P256, b"{}", url=URL, nonce=NONCE, kid=None))
    assert signed.header.kid is None
    assert signed.header.jwk is not None
    jws.verify(signed, jwk.to_public(signed.header.jwk))


def test_a_read_has_the_empty_payload():
    """The signing input ends with the dot (F-22); an empty object is something else."""
    signed = jws.parse(jws.sign(P256, None, url=URL, nonce=NONCE, kid=KID))
    assert signed.payload == b""
    assert signed.signing_input.endswith(b".")
    assert jws.parse(jws.sign(P256, b"{}", url=URL, nonce=NONCE, kid=KID)).payload == b"{}"


@pytest.mark.parametrize("vector", vectors.load("jws_signatures")["vectors"])
def test_signatures_of_the_rfcs(vector):
    """Over ASCII(protected "." payload) (F-22); one changed octet breaks each."""
    key = jwk.to_public(vector["jwk"])
    signature = b64.decode(vector["signature"])

    def signed(octets: bytes) -> jws.Signed:
        header = jws.Header(vector["alg"], NONCE, URL, KID, None)
        signing_input = f"{vector['protected']}.{vector['payload']}".encode()
        return jws.Signed(header, b64.decode(vector["payload"]), octets, signing_input)

    jws.verify(signed(signature), key)
    with pytest.raises(BadSignature):
        jws.verify(signed(signature[:-1] + bytes([signature[-1] ^ 1])), key)


# RFC 9864 renames EdDSA to Ed25519; RFC 8555 and its clients have the older name.
EDDSA = "ignore:EdDSA is deprecated"


@pytest.mark.filterwarnings(EDDSA)
@pytest.mark.parametrize("algorithm", jws.SUPPORTED)
def test_joserfc_verifies_what_we_sign(algorithm):
    """A-08."""
    key, kind = KEYS[algorithm]
    document = json.loads(jws.sign(key, b"hello", url=URL, nonce=NONCE, kid=KID))
    read = joserfc_jws.deserialize_json(document, kind.import_key(key.public_key()), registry=REGISTRY)
    assert read.payload == b"hello"


@pytest.mark.filterwarnings(EDDSA)
@pytest.mark.parametrize("algorithm", jws.SUPPORTED)
def test_we_verify_what_joserfc_signs(algorithm):
    """A-08."""
    key, kind = KEYS[algorithm]
    header: HeaderDict = {"protected": {"alg": algorithm, "nonce": NONCE, "url": URL, "kid": KID}}
    document = joserfc_jws.serialize_json(header, b"hello", kind.import_key(key), registry=REGISTRY)
    signed = jws.parse(json.dumps(document).encode())
    jws.verify(signed, key.public_key())
    assert signed.payload == b"hello"


@pytest.mark.parametrize(("algorithm", "octets"), [("ES256", 64), ("ES384", 96), ("ES512", 132)])
def test_an_elliptic_signature_has_its_fixed_length_and_is_not_der(algorithm, octets):
    """R and S side by side; DER, shorter and longer forms are refused (A-10)."""
    key, _ = KEYS[algorithm]
    signed = jws.parse(jws.sign(key, b"{}", url=URL, nonce=NONCE, kid=KID))
    assert len(signed.signature) == octets
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    der = key.sign(signed.signing_input, ec.ECDSA(hashes.SHA256()))
    half = octets // 2
    longer = signed.signature[:half] + b"\0" + signed.signature[half:]  # the same two numbers
    for wrong in [der, b"", signed.signature[:-1], signed.signature + b"\0", longer, bytes(octets)]:
        with pytest.raises(BadSignature):
            jws.verify(jws.Signed(signed.header, signed.payload, wrong, signed.signing_input), key.public_key())


def test_another_key_text_or_nonce_breaks_the_signature():
    signed = jws.parse(jws.sign(P256, b"{}", url=URL, nonce=NONCE, kid=KID))
    with pytest.raises(BadSignature):
        jws.verify(signed, ec.generate_private_key(ec.SECP256R1()).public_key())
    document = json.loads(jws.sign(P256, b"{}", url=URL, nonce=NONCE, kid=KID))
    for change in [
        {"payload": b64.encode(b'{"a":1}')},
        {"protected": b64.encode(codec.encode({**GOOD, "url": URL + "x"}))},
    ]:
        with pytest.raises(BadSignature):
            jws.verify(jws.parse(json.dumps({**document, **change}).encode()), P256.public_key())


@pytest.mark.parametrize("claimed", ["ES384", "RS256", "EdDSA"])
def test_an_algorithm_of_another_kind_of_key_is_refused(claimed):
    """The key decides the algorithm (A-07, S-31)."""
    signed = jws.parse(body({**GOOD, "alg": claimed}))
    with pytest.raises(BadAlgorithm) as caught:
        jws.verify(signed, P256.public_key())
    assert caught.value.facts == {"algorithm": claimed, "supported": "ES256"}


@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES256K", "Ed25519", "es256", "x"],
)
def test_algorithms_outside_the_list_are_refused(algorithm):
    """None and MACs above all (A-07, S-31); the error names what is taken."""
    with pytest.raises(BadAlgorithm) as caught:
        jws.parse(body({**GOOD, "alg": algorithm}))
    assert caught.value.facts["supported"] == "ES256, ES384, ES512, EdDSA, RS256"


@pytest.mark.parametrize(
    "request_body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'"eyJ.e30.AAAA"',
        body(GOOD, header={"kid": KID}),
        body(GOOD, signatures=[]),
        body(GOOD, extra=1),
        body(GOOD, header="e30"),
        json.dumps({"payload": "e30", "signatures": [{"protected": "e30", "signature": "AAAA"}]}).encode(),
        json.dumps({"protected": b64.encode(codec.encode(GOOD)), "signature": "AAAA"}).encode(),
        json.dumps({"protected": b64.encode(codec.encode(GOOD)), "payload": None, "signature": "AAAA"}).encode(),
        json.dumps({"protected": b64.encode(codec.encode(GOOD)), "payload": {}, "signature": "AAAA"}).encode(),
        body(GOOD).replace(b'"payload"', b'"payload": "e30", "payload"'),
    ],
)
def test_only_the_flattened_form_is_read(request_body):
    """Three members, each once, each text: no signatures array, no unprotected header, no detached payload (A-05)."""
    with pytest.raises(Malformed):
        jws.parse(request_body)


@pytest.mark.parametrize(
    "header",
    [
        {**GOOD, "crit": ["b64"], "b64": False},
        {**GOOD, "crit": []},
        {**GOOD, "b64": False},
        {**GOOD, "b64": True},
        {**GOOD, "jku": "https://evil.example/keys"},
        {**GOOD, "x5u": "https://evil.example/cert"},
    ],
)
def test_members_that_change_the_meaning_are_refused(header):
    """Unencoded payloads, critical members, keys to be fetched (A-05, S-31)."""
    with pytest.raises(Malformed) as caught:
        jws.parse(body(header))
    assert caught.value.facts == {"reason": "the protected header holds a member that ACME does not allow"}


@pytest.mark.parametrize(
    "header",
    [
        without("kid"),
        {**GOOD, "jwk": {}},
        without("kid", jwk="x"),
        without("kid", jwk=None),
        without("alg"),
        without("nonce"),
        without("url"),
        {**GOOD, "alg": ["ES256"]},
        {**GOOD, "nonce": 5},
        {**GOOD, "nonce": ""},
        {**GOOD, "url": None},
        {**GOOD, "kid": 1},
        {**GOOD, "kid": ""},
        b"[]",
        b"nonsense",
        b"",
        codec.encode(GOOD)[:-1] + b',"alg":"ES256"}',
        codec.encode(GOOD)[:-1] + b',"\\u006bid":"' + KID.encode() + b'"}',
    ],
)
def test_a_header_holds_alg_nonce_url_and_one_of_jwk_and_kid(header):
    """Each once (A-06); duplicate members are two meanings (S-31)."""
    with pytest.raises(Malformed):
        jws.parse(body(header))


@pytest.mark.parametrize("nonce", ["a=", "with space", "ü", "a+b/", "AB"])
def test_a_nonce_must_be_base64url(nonce):
    """RFC 8555 §6.5.2 (A-04)."""
    with pytest.raises(BadBase64):
        jws.parse(body({**GOOD, "nonce": nonce}))


def test_padding_in_any_part_is_malformed():
    """A-04."""
    for request_body in [
        body(GOOD, payload="e30="),
        body(GOOD, signature="AA=="),
        body(GOOD).replace(b'", "payload"', b'=", "payload"'),
    ]:
        with pytest.raises(BadBase64):
            jws.parse(request_body)


def test_unknown_header_members_are_ignored():
    """A-29."""
    assert jws.parse(body({**GOOD, "typ": "x", "iat": 5})).header.kid == KID


def test_size_is_limited_before_parsing():
    """S-20: to the octet."""
    room = codec.REQUEST_LIMIT - len(body(GOOD, payload=""))
    assert jws.parse(body(GOOD, payload="e30", signature="A" * (room - 3 + 4))).header.kid == KID
    with pytest.raises(Malformed) as caught:
        jws.parse(body(GOOD, payload="e30", signature="A" * (room - 3 + 5)))
    assert caught.value.facts == {"reason": "it is too long"}


@given(st.data())
@settings(max_examples=200)
def test_no_octets_break_the_reader(data):
    """Crafted requests end in our own errors (S-19)."""
    request_body = bytearray(body(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        request_body[data.draw(st.integers(0, len(request_body) - 1))] = data.draw(st.integers(0, 255))
    try:
        jws.verify(jws.parse(bytes(request_body)), P256.public_key())
    except (Malformed, BadAlgorithm, BadSignature):
        return
    pytest.fail("a request without a right signature was verified")


def test_a_key_without_an_algorithm_cannot_sign():
    with pytest.raises(jwk.BadPublicKey):
        jws.sign(ec.generate_private_key(ec.SECP256K1()), b"{}", url=URL, nonce=NONCE, kid=KID)
