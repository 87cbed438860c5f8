"""Several servers of one PostgreSQL database: the first one and its standby, one promoted, one that comes back."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tegata.ca.errors import CommitFailed
from tegata.ca.ports import Store
from tegata.ca.settings import Database
from tegata.ca.store import migrations, opening
from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.postgresql import database, servers
from tegata.ca.store.postgresql.connecting import Place
from tegata.ca.store.postgresql.migrate import bring_up
from tegata.ca.store.postgresql.servers import Servers, one_by_one
from tests.ca.store.records import place_order, populate
from tests.peers.postgresql import PostgreSQL, Standby, name_of

pytestmark = pytest.mark.anyio
WRITING = "target_session_attrs=read-write"


class Pair:
    """A first server with a CA's database, and its standby; ``url`` names the standby first."""

    def __init__(self, first: PostgreSQL, standby: Standby, url: str) -> None:
        self.first, self.standby = first, standby
        self.url = standby.by_sockets(url, first)
        self._name = name_of(url)

    @asynccontextmanager
    async def store(self, home: Path) -> AsyncIterator[Store]:
        store = opening.open_store(home, Database(url=self.url), {})
        yield store
        await store.close()

    async def follow(self) -> None:
        """Wait until the standby has the first order."""
        await asyncio.to_thread(self.standby.process.wait_for, lambda: self.orders(self.standby) == 1, "the order")

    def orders(self, server: PostgreSQL) -> int:
        ((count,),) = server.sql("SELECT count(*) FROM orders", self._name)
        return int(count)


@pytest.fixture
async def pair(anyio_backend: str) -> AsyncIterator[Pair]:
    with PostgreSQL() as first:
        url = first.database()
        await bring_up(Place(url), migrations.known(), finish=True)
        with Standby(first) as standby:
            yield Pair(first, standby, url)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing, as one behind a cut line."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def until_written(store: Store, number: int) -> None:
    """Place an order as soon as that can be done, within seconds."""
    async with asyncio.timeout(20):
        while True:
            try:
                await place_order(store, f"order-{number}")
            except CommitFailed:
                continue
            return


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgresql://u@one:1/db", ["postgresql://u@one:1/db"]),
        ("postgresql:///db?host=/run", ["postgresql:///db?host=/run"]),
        (
            "postgresql://u@one:1,[::1]:2,three/db?sslmode=require",
            [f"postgresql://u@{host}/db?sslmode=require&{WRITING}" for host in ("one:1", "[::1]:2", "three")],
        ),
        (
            "postgresql:///db?host=/a,/b&port=1,2&target_session_attrs=any",
            [f"postgresql:///db?host=/{host}&port={port}&{WRITING}" for host, port in (("a", 1), ("b", 2))],
        ),
        (
            "postgresql:///db?host=one,two",
            [f"postgresql:///db?host={host}&{WRITING}" for host in ("one", "two")],
        ),
    ],
)
def test_each_server_has_its_url(url: str, wanted: list[str]) -> None:
    """libpq's two forms; whatever a URL says, a CA wants one that takes writes."""
    assert one_by_one(url) == wanted


def test_a_list_that_does_not_fit_is_told(tmp_path: Path) -> None:
    """Three hosts and two ports."""
    for use in (opening.open_store, opening.require_unused):
        with pytest.raises(DatabaseUnusable, match="more hosts than ports"):
            use(tmp_path, Database(url="postgresql:///db?host=a,b,c&port=1,2"), {})


async def test_the_standby_is_never_written_to(pair: Pair, tmp_path: Path) -> None:
    """Though it is named first, and takes connections."""
    async with pair.store(tmp_path) as store:
        await populate(store)
        await place_order(store, "order-1")
        assert await store.orders.get("order-1") is not None
    assert pair.orders(pair.first) == 1


async def test_a_server_that_says_nothing_is_not_waited_for(pair: Pair, silent: int) -> None:
    """asyncpg gives all hosts one time together, which the first such one takes wholly."""
    first = pair.first
    url = f"postgresql://postgres@127.0.0.1:{silent},127.0.0.1:{first.port}/{pair.url.split('?')[0].split('/')[-1]}"
    began = asyncio.get_running_loop().time()
    connection = await Servers(Place(url, first.password)).connect()
    assert asyncio.get_running_loop().time() - began < servers.ANSWER_SECONDS
    assert await connection.fetchval("SELECT 1") == 1
    connection.terminate()


async def test_what_each_server_answered_is_told(pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One is not there, the other only reads."""
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.1)
    pair.first.kill()
    with pytest.raises(DatabaseUnusable) as told:
        await asyncio.to_thread(opening.migrate, tmp_path, Database(url=pair.url), {}, finish=False)
    assert f"{pair.standby.directory}:{pair.standby.port}: it only reads" in str(told.value.facts["reason"])
    assert f"{pair.first.directory}:{pair.first.port}: " in str(told.value.facts["reason"])


async def test_a_promoted_standby_is_gone_on_with(
    pair: Pair, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within seconds; the one that it replaced is not written to once it is back, nor by whoever starts then."""
    async with pair.store(tmp_path) as store:
        await populate(store)
        await until_written(store, 1)
        await pair.follow()
        pair.first.kill()
        await asyncio.to_thread(pair.standby.promote)
        await until_written(store, 2)
        pair.first.start()
        async with pair.store(tmp_path) as another:
            await until_written(another, 3)
        await store.clock()
        await until_written(store, 4)
    assert (pair.orders(pair.standby), pair.orders(pair.first)) == (4, 1)
    assert "database.replaced-server" in capsys.readouterr().err


async def test_connections_to_a_replaced_server_are_cut(pair: Pair, tmp_path: Path) -> None:
    """It was never away: whoever promoted the standby could not reach it, and a node has connections to it."""
    async with pair.store(tmp_path) as store:
        await populate(store)
        await until_written(store, 1)
        await pair.follow()
        await asyncio.to_thread(pair.standby.promote)
        await store.clock()
        await until_written(store, 2)
    assert (pair.orders(pair.standby), pair.orders(pair.first)) == (2, 1)


async def test_what_is_older_than_what_was_seen_is_no_server(pair: Pair) -> None:
    """The promoted one is away too: nothing is done, rather than on a history that has ended."""
    known = Servers(Place(pair.url))
    await asyncio.to_thread(pair.standby.promote)
    (await known.connect()).terminate()
    pair.standby.kill()
    with pytest.raises(servers.NoServerWrites, match="it was replaced by another"):
        await known.connect()


async def test_of_two_first_servers_of_one_age_neither_is_believed(pair: Pair) -> None:
    """Two standbys were promoted, say; one server by two addresses is one."""
    first = pair.first
    twice = Servers(Place(first.by_sockets(pair.url, first)))
    (await twice.connect()).terminate()
    with Standby(first) as other:
        for standby in (pair.standby, other):
            await asyncio.to_thread(standby.promote)
        with pytest.raises(servers.NoServerWrites, match="two servers take writes"):
            await Servers(Place(pair.standby.by_sockets(pair.url, other))).connect()
