"""Anti-replay nonces (RFC 8555 §6.5) of one process: sealed counters that cost no memory until they are spent.

A nonce is a counter encrypted under a key of this process (AES-GCM), so it can be neither predicted nor made up, and
any number of them may be handed out. Only spent ones are remembered, the newest ``WINDOW`` of them; what is older than
the window counts as spent. After a restart all open nonces are bad: clients repeat the request with the nonce of that
answer. Knows no HTTP.
"""

import heapq
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tegata.acme import b64
from tegata.ca.errors import BadNonce

WINDOW = 65_536
_IV = 12
_COUNTER = 8
_SEALED = _IV + _COUNTER + 16


class ProcessNonces:
    """The nonces of one process (A-18); not shared between threads."""

    def __init__(self, window: int = WINDOW) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=128))
        self._window = window
        self._issued = 0
        self._floor = 0
        self._spent: set[int] = set()
        self._oldest_first: list[int] = []

    def issue(self) -> str:
        """A fresh nonce: 48 characters of base64url."""
        self._issued += 1
        iv = os.urandom(_IV)
        return b64.encode(iv + self._cipher.encrypt(iv, self._issued.to_bytes(_COUNTER, "big"), None))

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
        if len(sealed) != _SEALED:
            raise BadNonce
        try:
            return int.from_bytes(self._cipher.decrypt(sealed[:_IV], sealed[_IV:], None), "big")
        except InvalidTag:
            raise BadNonce from None
