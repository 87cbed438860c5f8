"""Stores to be put to the contract: one parameter an engine."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tegata.ca.ports import Store
from tegata.ca.settings import Database
from tegata.ca.store import opening
from tests.peers.postgresql import PostgreSQL


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


@pytest.fixture(scope="session")
def made_postgresql(postgresql: PostgreSQL) -> str:
    """A database with the schema, to be copied: what a new CA does takes a second on a slow machine."""
    made = postgresql.database()
    Place(made).make()
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each engine."""
    if request.param == "sqlite":
        made = Place(str(tmp_path))
        made.make()
        yield made
        return
    made_postgresql = request.getfixturevalue("made_postgresql")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.database(made_postgresql)
    yield Place(url)
    server.drop(url)


@pytest.fixture
async def store(place: Place, anyio_backend: str) -> AsyncIterator[Store]:
    """An empty store, open."""
    store = place.open()
    yield store
    await store.close()
