"""Spent nonces as rows, where several nodes must know of them."""

from datetime import datetime

from tegata.ca.ports import Work
from tegata.ca.store.columns import micros

FLOOR = b""
"""The name of the row that says up to which end all nonces count as spent; a nonce's is longer."""


class NonceRows:
    """Spent nonces (``ports.SpentNonces``)."""

    def spend(self, work: Work, nonce: bytes, expires: datetime) -> None:
        """Note a nonce as spent, once; after ``expires`` it need not be remembered."""
        work.add("nonces.spend", rows=1, id=nonce, expires_at=micros(expires), floor=FLOOR)
