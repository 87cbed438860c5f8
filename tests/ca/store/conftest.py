"""Stores to be put to the contract: one parameter an engine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tegata.ca.ports import Store
from tegata.ca.settings import Database
from tegata.ca.store import opening


@dataclass(frozen=True)
class Place:
    """Where a store keeps its records: a directory, or a URL. It can be opened several times, by several processes."""

    name: str

    def open(self) -> Store:
        return opening.open_store(Path(self.name), self._settings, {})

    def make(self) -> None:
        """As a new CA does, once."""
        opening.make(Path(self.name), self._settings, {})

    @property
    def _settings(self) -> Database:
        return Database(url=self.name if "://" in self.name else "", connections=4)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place on each engine."""
    name = str(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgresql").database()
    made = Place(name)
    made.make()
    return made


@pytest.fixture
async def store(place: Place, anyio_backend: str) -> AsyncIterator[Store]:
    """An empty store, open."""
    store = place.open()
    yield store
    await store.close()
