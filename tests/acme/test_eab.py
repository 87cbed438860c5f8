"""External account binding: the known value, other spellings of a key, and bindings that do not hold."""

import base64
import hashlib
import hmac
import json

import pytest
from joserfc import jws as joserfc_jws
from joserfc.jwk import OctKey
from joserfc.jws import FlattenedJSONSerialization
from joserfc.registry import HeaderParameter

from tegata.acme import b64, eab, jwk
from tegata.acme.eab import BadBinding, BadMac
from tegata.acme.flattened import Flattened
from tests import vectors

VECTOR = vectors.load("eab")
MAC = eab.decode_mac(VECTOR["mac"])
KEY = VECTOR["jwk"]
URL = VECTOR["url"]
GOOD = {"alg": "HS256", "kid": "kid-1", "url": URL}


def made(header, payload=None, digest: str = "sha256") -> Flattened:
    """A binding with any header and payload, its MAC right."""
    protected = b64.encode(header if isinstance(header, bytes) else json.dumps(header).encode())
    text = b64.encode(json.dumps(KEY).encode() if payload is None else payload)
    return Flattened(protected, text, b64.encode(hmac.digest(MAC, f"{protected}.{text}".encode(), digest)))


def refusal(binding: Flattened) -> str:
    with pytest.raises(BadBinding) as caught:
        eab.read(binding)
    return str(caught.value.facts["reason"])


def test_the_known_binding():
    """F-21."""
    bound = eab.bind(KEY, VECTOR["kid"], MAC, URL)
    assert bound.protected == VECTOR["protected"]
    assert bound.signature == VECTOR["signature"]
    binding = eab.read(bound)
    assert (binding.kid, binding.alg, binding.url) == ("kid-1", "HS256", URL)
    eab.match(binding, url=URL, account_thumbprint=jwk.thumbprint(KEY))
    eab.verify(binding, MAC)


def test_joserfc_verifies_what_we_bind():
    bound = eab.bind(KEY, "kid-1", MAC, URL)
    registry = joserfc_jws.JWSRegistry(header_registry={"url": HeaderParameter("url", "str")}, algorithms=["HS256"])
    document: FlattenedJSONSerialization = {
        "protected": bound.protected,
        "payload": bound.payload,
        "signature": bound.signature,
    }
    read = joserfc_jws.deserialize_json(document, OctKey.import_key(MAC), registry=registry)
    assert json.loads(read.payload) == KEY


@pytest.mark.parametrize(("algorithm", "digest"), [("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")])
def test_the_three_mac_algorithms_are_taken(algorithm, digest):
    """A-39."""
    binding = eab.read(made({**GOOD, "alg": algorithm}, digest=digest))
    eab.verify(binding, MAC)
    with pytest.raises(BadBinding) as caught:
        eab.verify(binding, bytes(32))
    assert caught.value.facts == {"reason": "its MAC is wrong"}


def test_the_key_is_compared_by_thumbprint():
    """dehydrated writes the key with blanks and in another order (A-39)."""
    payload = json.dumps({"y": KEY["y"], "x": KEY["x"], "kty": "EC", "crv": "P-256", "use": "sig"}, indent=2).encode()
    binding = eab.read(made(GOOD, payload))
    eab.match(binding, url=URL, account_thumbprint=jwk.thumbprint(KEY))
    eab.verify(binding, MAC)


def test_another_url_or_key_does_not_match():
    """A binding is for one newAccount URL and one key (A-39)."""
    binding = eab.read(eab.bind(KEY, "kid-1", MAC, URL))
    with pytest.raises(BadBinding) as caught:
        eab.match(binding, url=URL + "/", account_thumbprint=binding.thumbprint)
    assert caught.value.facts == {"reason": "its url is not the URL of the request"}
    with pytest.raises(BadBinding) as caught:
        eab.match(binding, url=URL, account_thumbprint="x" * 43)
    assert caught.value.facts == {"reason": "it binds another key than the one the request is signed with"}


@pytest.mark.parametrize("signature", [b"", b"\0" * 32, hashlib.sha256(b"x").digest() + b"\0"])
def test_a_wrong_mac_is_refused(signature):
    """A-39."""
    bound = eab.bind(KEY, "kid-1", MAC, URL)
    binding = eab.read(Flattened(bound.protected, bound.payload, b64.encode(signature)))
    with pytest.raises(BadBinding):
        eab.verify(binding, MAC)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({**GOOD, "alg": "none"}, "its algorithm is none of HS256, HS384 and HS512"),
        ({**GOOD, "alg": "ES256"}, "its algorithm is none of HS256, HS384 and HS512"),
        ({**GOOD, "alg": ["HS256"]}, "its algorithm is none of HS256, HS384 and HS512"),
        ({"kid": "kid-1", "url": URL}, "its algorithm is none of HS256, HS384 and HS512"),
        ({**GOOD, "nonce": "abcd"}, "its header holds a member that does not belong there"),
        ({**GOOD, "crit": ["x"]}, "its header holds a member that does not belong there"),
        ({**GOOD, "b64": False}, "its header holds a member that does not belong there"),
        ({"alg": "HS256", "url": URL}, "its header lacks kid or url"),
        ({**GOOD, "kid": 5}, "its header lacks kid or url"),
        ({**GOOD, "kid": ""}, "its header lacks kid or url"),
        ({"alg": "HS256", "kid": "kid-1"}, "its header lacks kid or url"),
        (b"[]", "it is not a well-formed JWS of a key"),
        (b'{"alg":"HS256","alg":"HS256"}', "it is not a well-formed JWS of a key"),
    ],
)
def test_a_header_that_is_not_a_bindings_is_refused(header, reason):
    """MAC algorithm, kid, url, no nonce (A-39)."""
    assert refusal(made(header)) == reason


@pytest.mark.parametrize("payload", [b"{}", b'{"kty":"oct","k":"AAAA"}', b'{"kty":"EC","crv":"P-256"}'])
def test_a_payload_that_is_no_key_is_refused(payload):
    """A-39."""
    assert refusal(made(GOOD, payload)) == "its payload is not a key"


def test_what_is_no_jws_is_refused():
    good = made(GOOD)
    for bad in [
        Flattened(good.protected + "=", good.payload, good.signature),
        Flattened(good.protected, "", good.signature),
        Flattened(good.protected, good.payload, "!"),
        Flattened("", "", ""),
    ]:
        assert refusal(bad) == "it is not a well-formed JWS of a key"


@pytest.mark.parametrize("mac", [bytes(range(32)), b"\xfb\xff\xbf" * 6, b"\xfb\xff\xbf" * 5 + b"\xff", b"\xff" * 64])
def test_mac_keys_in_all_spellings(mac):
    """base64url and base64, with or without padding (A-42)."""
    for encode in (base64.urlsafe_b64encode, base64.b64encode):
        padded = encode(mac).decode()
        for text in (padded, padded.rstrip("="), f" {padded}\n"):
            assert eab.decode_mac(text) == mac


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is shorter than 128 bits"),
        ("AAECAwQFBgcICQoLDA0O", "it is shorter than 128 bits"),
        (VECTOR["mac"] + "!", "it is neither base64url nor base64"),
        (VECTOR["mac"][:20] + " " + VECTOR["mac"][20:], "it is neither base64url nor base64"),
        (VECTOR["mac"] + "AA", "it is neither base64url nor base64"),
    ],
)
def test_what_is_no_mac_key_is_refused_without_showing_it(text, reason):
    """A-42; a secret never enters an exception."""
    with pytest.raises(BadMac) as caught:
        eab.decode_mac(text)
    assert caught.value.facts == {"reason": reason}
