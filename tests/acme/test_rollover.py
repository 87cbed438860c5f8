"""The payload of a key change: what the client writes is what the CA reads (RFC 8555 §7.3.5)."""

import json

import pytest

from tegata.acme import b64, jwk, rollover
from tegata.acme.codec import Malformed
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, spki

URL = "https://ca.example/acme/key-change"
ACCOUNT = "https://ca.example/acme/acct/1"
OLD = generate(KeyType.EC256).public_key()


@pytest.mark.parametrize("key_type", [KeyType.EC256, KeyType.EC384, KeyType.RSA2048, KeyType.ED25519])
def test_written_and_read(key_type: KeyType) -> None:
    """F-23: signed by the new key, without a nonce, naming account and old key; the outer payload is its JSON."""
    new = generate(key_type)
    payload = rollover.write(new, url=URL, account=ACCOUNT, old=OLD)
    inner = json.loads(payload)
    header = json.loads(b64.decode(inner["protected"]))
    assert set(header) == {"alg", "jwk", "url"}
    assert header["jwk"] == jwk.from_public(new.public_key())
    assert json.loads(b64.decode(inner["payload"])) == {"account": ACCOUNT, "oldKey": jwk.from_public(OLD)}
    thumbprint = jwk.thumbprint(jwk.from_public(OLD))
    assert spki(rollover.read(payload, url=URL, accounts=[ACCOUNT], thumbprint=thumbprint)) == spki(new.public_key())
    with pytest.raises(Malformed):
        rollover.read(payload, url=URL, accounts=[f"{ACCOUNT}2"], thumbprint=thumbprint)
