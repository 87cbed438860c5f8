"""JSON Web Keys: thumbprints of the RFCs, and every key that must not become an account's."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tegata.acme import b64, jwk
from tegata.acme.jwk import JWK, BadPublicKey
from tegata.pki import keys
from tests import vectors

VECTORS = vectors.load("jwk_thumbprints")["vectors"]
EC: JWK = {name: VECTORS[2]["jwk"][name] for name in ("crv", "kty", "x", "y")}
RSA: JWK = {name: VECTORS[0]["jwk"][name] for name in ("e", "kty", "n")}
OKP: JWK = VECTORS[1]["jwk"]
PRIVATE = "it holds a private key, which is to be considered known from now on"


def refusal(members) -> str:
    with pytest.raises(BadPublicKey) as caught:
        jwk.to_public(members)
    return str(caught.value.facts["reason"])


@pytest.mark.parametrize("vector", VECTORS)
def test_thumbprints_of_the_rfcs(vector):
    """Required members only, sorted, without blanks (F-02, F-03, F-04)."""
    assert jwk.thumbprint(vector["jwk"]) == vector["thumbprint"]
    assert jwk.thumbprint(jwk.from_public(jwk.to_public(vector["jwk"]))) == vector["thumbprint"]


@pytest.mark.parametrize(
    ("key", "oracle"),
    [
        (rsa.generate_private_key(65537, 2048), RSAKey),
        (ec.generate_private_key(ec.SECP256R1()), ECKey),
        (ec.generate_private_key(ec.SECP384R1()), ECKey),
        (ec.generate_private_key(ec.SECP521R1()), ECKey),
        (ed25519.Ed25519PrivateKey.generate(), OKPKey),
    ],
)
def test_joserfc_agrees(key, oracle):
    public = key.public_key()
    members = jwk.from_public(public)
    peer = oracle.import_key(public)
    assert members == peer.as_dict(private=False)
    assert jwk.thumbprint(members) == peer.thumbprint()
    assert keys.spki(jwk.to_public(members)) == keys.spki(public)


def test_leading_zeros_of_coordinates_are_kept():
    """A coordinate has its curve's length even where it begins with zeros (A-10)."""
    number = next(
        n
        for n in range(1, 2000)
        if ec.derive_private_key(n, ec.SECP256R1()).public_key().public_numbers().x >> 248 == 0
    )
    public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    members = jwk.from_public(public)
    assert len(b64.decode(members["x"])) == 32
    assert b64.decode(members["x"])[0] == 0
    assert keys.spki(jwk.to_public(members)) == keys.spki(public)
    shortened = {**members, "x": b64.encode(b64.decode(members["x"]).lstrip(b"\0"))}
    assert refusal(shortened) == "a coordinate has not the length of its curve"


def test_a_point_must_be_on_its_curve():
    """A-10, B-51."""
    assert refusal({**EC, "y": EC["x"]}) == "its point is not on its curve"
    assert refusal({**EC, "x": b64.encode(bytes(32)), "y": b64.encode(bytes(32))}) == "its point is not on its curve"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "its kty is neither RSA, EC nor OKP"),
        ({"kty": "oct", "k": "AAAA"}, "its kty is neither RSA, EC nor OKP"),
        ({"kty": ["EC"]}, "its kty is neither RSA, EC nor OKP"),
        ({**EC, "kty": "ec"}, "its kty is neither RSA, EC nor OKP"),
        ({"kty": "EC", "crv": "P-256", "x": EC["x"]}, "a required member is missing or is no text"),
        ({**EC, "x": 5}, "a required member is missing or is no text"),
        ({**EC, "x": EC["x"] + "="}, "a number in it is not base64url"),
        ({**EC, "crv": "secp256k1"}, "its curve is not supported"),
        ({**EC, "crv": "P-384"}, "a coordinate has not the length of its curve"),
        ({**EC, "d": "AAAA"}, PRIVATE),
        *(({**RSA, name: "AAAA"}, PRIVATE) for name in ("p", "q", "dp", "dq", "qi", "oth")),
        ({**OKP, "crv": "X25519"}, "its curve is not supported"),
        ({**OKP, "x": "AAAA"}, "its curve is not supported"),
        ({**RSA, "n": b64.encode(b"\0" + b64.decode(RSA["n"]))}, "an RSA number in it is not in its shortest form"),
        ({**RSA, "e": "AAEAAQ"}, "an RSA number in it is not in its shortest form"),
        ({**RSA, "e": ""}, "an RSA number in it is not in its shortest form"),
        ({**RSA, "n": ""}, "an RSA number in it is not in its shortest form"),
        ({**RSA, "n": b64.encode(b"\x7f" + b"\xff" * 255)}, "an RSA key must have between 2048 and 8192 bits"),
        ({**RSA, "n": b64.encode(b"\xff" * 1025)}, "an RSA key must have between 2048 and 8192 bits"),
        ({**RSA, "n": b64.encode(b"\xff" * 255 + b"\xfe")}, "its RSA modulus or exponent is not usable"),
        ({**RSA, "e": "AQ"}, "its RSA modulus or exponent is not usable"),
        ({**RSA, "e": "AQAA"}, "its RSA modulus or exponent is not usable"),
        ({**RSA, "e": b64.encode(b"\x01" * 5)}, "its RSA modulus or exponent is not usable"),
    ],
)
def test_unacceptable_keys_are_refused_with_their_reason(members, reason):
    assert refusal(members) == reason


@pytest.mark.parametrize(
    "members",
    [
        {**RSA, "n": b64.encode(b"\xff" * 1024)},
        {**RSA, "n": b64.encode(b"\x80" + b"\xff" * 255)},
        {**RSA, "e": "Aw"},
        {**RSA, "e": b64.encode(b"\xff" * 4)},
    ],
    ids=["8192 bits", "2048 bits", "exponent 3", "exponent of 32 bits"],
)
def test_the_largest_and_smallest_rsa_keys_are_taken(members):
    assert jwk.from_public(jwk.to_public(members)) == members


def test_unknown_members_are_ignored():
    """A-29."""
    assert keys.spki(jwk.to_public({**EC, "use": "sig", "ext": True})) == keys.spki(jwk.to_public(EC))


def test_a_curve_without_a_name_has_no_jwk():
    with pytest.raises(BadPublicKey):
        jwk.from_public(ec.generate_private_key(ec.SECP256K1()).public_key())
