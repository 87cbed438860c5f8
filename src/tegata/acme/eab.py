"""External account binding (RFC 8555 §7.3.4): a JWS inside newAccount, by a key the CA gave to its customer.

Checks form, key equality and MAC. Which KID exists, for whom, and until when belongs to the CA. MAC keys are secrets:
they never enter an exception.
"""

from typing import Any

import msgspec

from tegata.acme import b64, codec, signatures
from tegata.acme.codec import Malformed
from tegata.acme.flattened import Flattened
from tegata.acme.jwk import JWK, BadPublicKey, canonical, thumbprint
from tegata.errors import TegataError

ALGORITHMS = tuple(signatures.MACS)
# 128 bits: what is shorter was cut off when it was copied.
MAC_MINIMUM_OCTETS = 16


class BadBinding(TegataError):
    """A binding that does not hold; facts: ``reason``."""

    code = "acme.binding"


class BadMac(TegataError):
    """Text that is no MAC key; facts: ``reason``. Never carries the text."""

    code = "acme.mac"


class Binding(msgspec.Struct, frozen=True):
    """A well-formed binding; its MAC is still to be verified."""

    kid: str
    alg: str
    url: str
    thumbprint: str
    """Of the account key in the payload, whatever its spelling there (dehydrated's has blanks)."""
    signature: bytes
    signing_input: bytes


def decode_mac(text: str) -> bytes:
    """Read a MAC key as CAs print it: base64url or base64, with or without padding; raises BadMac. A-42."""
    try:
        mac = b64.decode(text.strip().rstrip("=").replace("+", "-").replace("/", "_"))
    except b64.BadBase64:
        raise BadMac(reason="it is neither base64url nor base64") from None
    if len(mac) < MAC_MINIMUM_OCTETS:
        raise BadMac(reason="it is shorter than 128 bits")
    return mac


def bind(account_key: JWK, kid: str, mac: bytes, url: str) -> Flattened:
    """The binding of an account key, by HS256, for the newAccount URL."""
    protected = b64.encode(codec.encode({"alg": "HS256", "kid": kid, "url": url}))
    payload = b64.encode(canonical(account_key))
    signature = signatures.mac("HS256", mac, f"{protected}.{payload}".encode("ascii"))
    return Flattened(protected, payload, b64.encode(signature))


def read(flattened: Flattened) -> Binding:
    """Check a binding's form; raises BadBinding. Verifies nothing."""
    try:
        header = codec.strict_object(b64.decode(flattened.protected))
        key = codec.strict_object(b64.decode(flattened.payload))
        signature = b64.decode(flattened.signature)
    except Malformed:
        raise BadBinding(reason="it is not a well-formed JWS of a key") from None
    if header.get("alg") not in ALGORITHMS:
        raise BadBinding(reason="its algorithm is none of HS256, HS384 and HS512")
    if "nonce" in header or "crit" in header or "b64" in header:
        raise BadBinding(reason="its header holds a member that does not belong there")
    try:
        digest = thumbprint(key)
    except BadPublicKey:
        raise BadBinding(reason="its payload is not a key") from None
    kid, url = _text(header, "kid"), _text(header, "url")
    return Binding(kid, header["alg"], url, digest, signature, flattened.signing_input)


def match(binding: Binding, *, url: str, account_thumbprint: str) -> None:
    """Check that a binding was made for this newAccount URL and this account key; raises BadBinding."""
    if binding.url != url:
        raise BadBinding(reason="its url is not the URL of the request")
    if binding.thumbprint != account_thumbprint:
        raise BadBinding(reason="it binds another key than the one the request is signed with")


def verify(binding: Binding, mac: bytes) -> None:
    """Check a binding's MAC, in constant time; raises BadBinding."""
    if not signatures.mac_fits(binding.alg, mac, binding.signing_input, binding.signature):
        raise BadBinding(reason="its MAC is wrong")


def _text(header: dict[str, Any], name: str) -> str:
    value = header.get(name)
    if not isinstance(value, str) or not value:
        raise BadBinding(reason="its header lacks kid or url")
    return value
