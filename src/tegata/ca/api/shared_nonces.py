"""Anti-replay nonces (RFC 8555 §6.5) of several nodes: any of them issues, any of them judges.

A nonce is a random number with the end of its life, authenticated under a key that all nodes have: nothing is kept for
it until it is spent. Then its number is stored, once; whoever stores it second was sent a replay. Knows no HTTP.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tegata.acme import b64
from tegata.ca.errors import BadNonce
from tegata.ca.ports import Conflict, Store, Work

LIFE = timedelta(hours=1)
_NUMBER = 16
_END = 6
_TAG = 16


class SharedNonces:
    """The nonces of all nodes of one store (A-18)."""

    def __init__(self, store: Store, key: bytes, clock: Callable[[], datetime]) -> None:
        self._store, self._key, self._clock = store, key, clock

    def issue(self) -> str:
        """A fresh nonce: 51 characters of base64url, good for an hour."""
        end = int((self._clock() + LIFE).timestamp())
        plain = os.urandom(_NUMBER) + end.to_bytes(_END, "big")
        return b64.encode(plain + self._tag(plain))

    async def spend(self, nonce: str) -> None:
        """Accept a nonce exactly once among all nodes (A-17); raises BadNonce for any other, StoreFailed."""
        number, end = self._open(nonce)
        if self._clock() >= end:
            raise BadNonce
        work = Work()
        self._store.nonces.spend(work, number, end)
        try:
            await self._store.commit(work)
        except Conflict:
            raise BadNonce from None

    def _open(self, nonce: str) -> tuple[bytes, datetime]:
        try:
            octets = b64.decode(nonce)
        except b64.BadBase64:
            raise BadNonce from None
        plain, tag = octets[:-_TAG], octets[-_TAG:]
        if len(plain) != _NUMBER + _END or not hmac.compare_digest(tag, self._tag(plain)):
            raise BadNonce
        return plain[:_NUMBER], datetime.fromtimestamp(int.from_bytes(plain[_NUMBER:], "big"), UTC)

    def _tag(self, plain: bytes) -> bytes:
        return hmac.digest(self._key, plain, hashlib.sha256)[:_TAG]
