"""Signed requests: Flattened JSON JWS under ACME's strict rules (RFC 7515, RFC 8555 §6.2).

Form, header and rules are here, the signatures themselves in ``signatures``. Nonces and URLs are carried, not judged:
whether a nonce is fresh, a URL the right one or an account alive is asked elsewhere.
"""

from typing import Any, NamedTuple

from tegata.acme import b64, codec, jwk, signatures
from tegata.acme.codec import Malformed
from tegata.acme.flattened import Flattened
from tegata.errors import TegataError
from tegata.pki.keys import PrivateKey, PublicKey

CONTENT_TYPE = "application/jose+json"

SUPPORTED = (*signatures.CURVES.values(), signatures.EDWARDS, signatures.RSA)

_MEMBERS = {"protected", "payload", "signature"}
# RFC 8555 §6.2 has no use for these, and each has been a way to make two readers disagree.
_FORBIDDEN = frozenset({"b64", "crit", "jku", "x5u"})


class BadAlgorithm(TegataError):
    """A signature algorithm that is not supported or not for this key; facts: ``algorithm``, ``supported``."""

    code = "acme.algorithm"


class BadSignature(TegataError):
    """A signature that does not fit its text and key."""

    code = "acme.signature"


class Header(NamedTuple):
    """The protected header of a request; exactly one of ``kid`` and ``jwk`` is there.

    ``nonce`` is empty in an inner JWS, which has none.
    """

    alg: str
    nonce: str
    url: str
    kid: str | None
    jwk: dict[str, Any] | None


class Signed(NamedTuple):
    """A request whose form is right; its signature is still to be verified.

    A ``payload`` that is empty is a read; ``{}`` is none (RFC 8555 §6.3).
    """

    header: Header
    payload: bytes
    signature: bytes
    signing_input: bytes


def algorithm_for(key: PublicKey) -> str:
    """The one algorithm a key signs with; raises BadPublicKey where there is none."""
    algorithm = signatures.algorithm_of(key)
    if algorithm is None:
        raise jwk.BadPublicKey(reason="its curve is not supported")
    return algorithm


def sign(key: PrivateKey, payload: bytes | None, *, url: str, nonce: str | None, kid: str | None) -> bytes:
    """A signed request body. No payload makes a POST-as-GET; without ``kid`` the public key goes into the header."""
    public = key.public_key()
    header: dict[str, Any] = {"alg": algorithm_for(public), "url": url}
    if nonce is not None:
        header["nonce"] = nonce
    if kid is None:
        header["jwk"] = jwk.from_public(public)
    else:
        header["kid"] = kid
    protected, text = b64.encode(codec.encode(header)), b64.encode(payload or b"")
    return codec.encode(Flattened(protected, text, b64.encode(signature(key, f"{protected}.{text}".encode("ascii")))))


def signature(key: PrivateKey, signing_input: bytes) -> bytes:
    """The signature over any text, by the one algorithm of the key; raises BadPublicKey where there is none."""
    algorithm_for(key.public_key())
    return signatures.sign(key, signing_input)


def parse(body: bytes) -> Signed:
    """Read a request's form; raises Malformed (BadBase64 included) or BadAlgorithm. Verifies nothing.

    Exactly the three members of a flattened JWS (A-05); a header without duplicate, critical or key-fetching members,
    with a nonce, a URL, an algorithm of ours, and one of ``jwk`` and ``kid`` (A-06).
    """
    return _signed(body, is_inner=False)


def parse_inner(body: bytes) -> Signed:
    """Read the JWS inside a key change (RFC 8555 §7.3.5): as ``parse``, but without a nonce and by a ``jwk``."""
    return _signed(body, is_inner=True)


def verify(signed: Signed, key: PublicKey) -> None:
    """Check a request's signature; raises BadSignature, or BadAlgorithm where the algorithm is not this key's."""
    algorithm = algorithm_for(key)
    if signed.header.alg != algorithm:
        raise BadAlgorithm(algorithm=signed.header.alg, supported=algorithm)
    if not signatures.fits(key, signed.signing_input, signed.signature):
        raise BadSignature


def _signed(body: bytes, *, is_inner: bool) -> Signed:
    if len(body) > codec.REQUEST_LIMIT:
        raise Malformed(reason="it is too long")
    flattened = _flattened(codec.strict_object(body))
    header = _header(codec.strict_object(b64.decode(flattened.protected)), is_inner=is_inner)
    return Signed(header, b64.decode(flattened.payload), b64.decode(flattened.signature), flattened.signing_input)


def _flattened(members: dict[str, Any]) -> Flattened:
    if members.keys() != _MEMBERS:
        raise Malformed(reason="a JWS must have exactly the members protected, payload and signature")
    if set(map(type, members.values())) != {str}:
        raise Malformed(reason="a member of the JWS is no text")
    return Flattened(**members)


def _header(members: dict[str, Any], *, is_inner: bool) -> Header:
    if not _FORBIDDEN.isdisjoint(members):
        raise Malformed(reason="the protected header holds a member that ACME does not allow")
    algorithm = _text(members, "alg")
    if algorithm not in SUPPORTED:
        raise BadAlgorithm(algorithm=algorithm, supported=", ".join(SUPPORTED))
    if ("jwk" in members) == ("kid" in members):
        raise Malformed(reason="the protected header must hold either jwk or kid")
    key = members.get("jwk")
    if key is not None and not isinstance(key, dict):
        raise Malformed(reason="jwk in the protected header is no object")
    if is_inner and key is None:
        raise Malformed(reason="the inner JWS must bring the new public key (jwk)")
    if is_inner and "nonce" in members:
        raise Malformed(reason="the inner JWS must have no nonce")
    nonce = "" if is_inner else _text(members, "nonce")
    b64.decode(nonce)
    kid = _text(members, "kid") if key is None else None
    return Header(algorithm, nonce, _text(members, "url"), kid, key)


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(reason="alg, nonce, url or kid in the protected header is missing or no text")
    return value
