"""Anti-replay nonces (RFC 8555 §6.5) of one process: sealed counters that cost no memory until they are spent.

A nonce is a counter sealed under keys of this process, so it can be neither predicted nor made up, and any number of
them may be handed out: a MAC over the counter, and the counter behind a mask that is made of the MAC (as SIV does, RFC
5297; by BLAKE2s, for AES-GCM takes ten times as long to begin with). Only spent ones are remembered, the newest
``WINDOW`` of them; what is older than the window counts as spent. After a restart all open nonces are bad: clients
repeat the request with the nonce of that answer. Knows no HTTP.
"""

import heapq
import hmac
import os
from hashlib import blake2s

from tegata.acme import b64
from tegata.ca.errors import BadNonce

WINDOW = 65_536
_COUNTER = 8
_MAC = 16


class ProcessNonces:
    """The nonces of one process (A-18); not shared between threads."""

    def __init__(self, window: int = WINDOW) -> None:
        self._mac_key, self._hiding_key = os.urandom(32), os.urandom(32)
        self._window = window
        self._issued = 0
        self._floor = 0
        self._spent: set[int] = set()
        self._oldest_first: list[int] = []

    def issue(self) -> str:
        """A fresh nonce: 32 characters of base64url."""
        self._issued += 1
        mac = self._mac(self._issued)
        return b64.encode(mac + (self._issued ^ self._mask(mac)).to_bytes(_COUNTER, "big"))

    async def spend(self, nonce: str) -> None:
        """Accept a nonce, in any order, exactly once (A-17); raises BadNonce for any other."""
        number = self._open(nonce)
        if number <= self._floor or number in self._spent:
            raise BadNonce
        self._spent.add(number)
        heapq.heappush(self._oldest_first, number)
        if len(self._spent) > self._window:
            self._floor = heapq.heappop(self._oldest_first)
            self._spent.remove(self._floor)

    def _open(self, nonce: str) -> int:
        try:
            sealed = b64.decode(nonce)
        except b64.BadBase64:
            raise BadNonce from None
        if len(sealed) != _MAC + _COUNTER:
            raise BadNonce
        mac = sealed[:_MAC]
        number = int.from_bytes(sealed[_MAC:], "big") ^ self._mask(mac)
        if not hmac.compare_digest(mac, self._mac(number)):
            raise BadNonce
        return number

    def _mac(self, number: int) -> bytes:
        return blake2s(number.to_bytes(_COUNTER, "big"), digest_size=_MAC, key=self._mac_key).digest()

    def _mask(self, mac: bytes) -> int:
        return int.from_bytes(blake2s(mac, digest_size=_COUNTER, key=self._hiding_key).digest(), "big")
