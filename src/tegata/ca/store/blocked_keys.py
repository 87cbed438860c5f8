"""Compromised keys as rows; one that is blocked stays so."""

from datetime import datetime

from tegata.ca.model import BlockedKey
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, micros
from tegata.ca.store.engine import Engine, Row


class BlockedKeyRows:
    """Keys for which nothing is issued (``ports.BlockedKeys``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, spki_digest: bytes) -> BlockedKey | None:
        """The blocked key of this digest."""
        rows = await self._database.fetch("blocked_keys.get", spki_digest=spki_digest)
        return _blocked_key(rows[0]) if rows else None

    async def all(self) -> list[BlockedKey]:
        """Every one, the newest first."""
        return [_blocked_key(row) for row in await self._database.fetch("blocked_keys.all")]

    def block(self, work: Work, spki_digest: bytes, at: datetime, cause: str) -> None:
        """Block a key; one that was blocked before stays as it was."""
        work.add("blocked_keys.insert", spki_digest=spki_digest, at=micros(at), cause=cause)
        audit.record(work, "key.blocked", spki_digest.hex(), cause=cause)


def _blocked_key(row: Row) -> BlockedKey:
    spki_digest, blocked_at, cause = row
    return BlockedKey(spki_digest=spki_digest, blocked_at=instant(blocked_at), cause=cause)
