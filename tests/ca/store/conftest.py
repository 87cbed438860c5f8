"""Stores to be put to the contract: one parameter an engine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tegata.ca.ports import Store
from tegata.ca.store.sqlite import open_store


@dataclass(frozen=True)
class Place:
    """Where a store keeps its records: it can be opened several times, by several processes."""

    name: str

    def open(self) -> Store:
        return open_store(Path(self.name))


@pytest.fixture(params=["sqlite"])
def place(tmp_path: Path) -> Place:
    """An empty place on each engine."""
    return Place(str(tmp_path / "tegata-ca.db"))


@pytest.fixture
async def store(place: Place, anyio_backend: str) -> AsyncIterator[Store]:
    """An empty store, open."""
    store = place.open()
    yield store
    await store.close()
