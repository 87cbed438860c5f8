"""Changing an account's key: the request's payload, signed by the new key (RFC 8555 §7.3.5).

Pure. Whose account it is, and whether the new key is free, is asked elsewhere.
"""

from collections.abc import Collection

from tegata.acme import codec, jwk, jws
from tegata.acme.codec import Malformed
from tegata.acme.messages import KeyChange
from tegata.pki.keys import PrivateKey, PublicKey


def write(new: PrivateKey, *, url: str, account: str, old: PublicKey) -> bytes:
    """The payload by which ``account`` (its URL) asks for a new key; ``url`` is the outer request's. F-23.

    Raises BadPublicKey where no algorithm of ours is for the new key.
    """
    wish = KeyChange(account=account, old_key=jwk.from_public(old))
    return jws.sign(new, codec.encode(wish), url=url, nonce=None, kid=None)


def read(payload: bytes, *, url: str, accounts: Collection[str], thumbprint: str) -> PublicKey:
    """The new key of the account that has these URLs and this key's ``thumbprint``; ``url`` is the outer request's.

    Raises Malformed, BadPublicKey, jws.BadSignature, jws.BadAlgorithm.
    """
    inner = jws.parse_inner(payload)
    key = jwk.to_public(inner.header.jwk or {})
    jws.verify(inner, key)
    change = codec.decode_signed(inner.payload, KeyChange, codec.REQUEST_LIMIT)
    if inner.header.url != url:
        raise Malformed(reason="the inner JWS was signed for another URL than the outer one")
    if change.account not in accounts:
        raise Malformed(reason="the key change names another account than the one that asks for it")
    if jwk.thumbprint(jwk.from_public(jwk.to_public(change.old_key))) != thumbprint:
        raise Malformed(reason="oldKey is not the account's key")
    return key
