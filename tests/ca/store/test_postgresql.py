"""What is particular to PostgreSQL: its migrations, its words, its password, round trips, and when it goes away."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tegata.ca.errors import CommitFailed, StoreFailed
from tegata.ca.model import Link
from tegata.ca.ports import Conflict, Statement, Store, Work
from tegata.ca.services.clocks import TOLD, Clocks
from tegata.ca.settings import Database
from tegata.ca.store import migrations, opening, sql
from tegata.ca.store.errors import DatabaseTooNew, DatabaseUnusable, MigrationAltered
from tegata.ca.store.migrations import Migrated, Migration, Missing
from tegata.ca.store.postgresql import database, dialect
from tegata.ca.store.postgresql import migrate as postgresql_migrate
from tegata.ca.store.postgresql.connecting import Place
from tegata.ca.store.postgresql.migrate import bring_up, missing_at
from tegata.ca.store.postgresql.units import Units
from tegata.clock import SystemClock
from tests.ca.store.records import DAY, FAULT, NOW, authorization, job, order, place_order, populate
from tests.peers.postgresql import PostgreSQL, name_of

pytestmark = pytest.mark.anyio

SOURCE = Path(migrations.__file__).parent
ONE = Migration(1, "0001_one.sql", "CREATE TABLE a (\n    x TEXT\n) STRICT;\nINSERT INTO a VALUES ('kept');")
TWO = Migration(2, "0002_two.sql", "-- Adds y.\nALTER TABLE a ADD COLUMN y INTEGER;\nUPDATE a SET y = 2;")
POST = Migration(3, "0003_three.post.sql", "ALTER TABLE a DROP COLUMN x;")


@pytest.fixture
def url(postgresql: PostgreSQL) -> Iterator[str]:
    url = postgresql.database()
    yield url
    postgresql.drop(url)


async def with_schema(url: str) -> str:
    """A database as a new CA makes it."""
    await bring_up(Place(url), migrations.known(), finish=True)
    return url


@pytest.fixture
async def made(url: str, anyio_backend: str) -> str:
    return await with_schema(url)


async def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def schema(url: str) -> list[tuple[object, ...]]:
    """Every column, index and constraint."""
    columns = """
        SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations' ORDER BY 1, 2"""
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1"
    constraints = """
        SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'migrations' ORDER BY 1, 2"""
    return [*await rows(url, columns), *await rows(url, indexes), *await rows(url, constraints)]


async def test_what_is_missing_is_told_and_left_so(url: str, tmp_path: Path) -> None:
    """For who only looks: also what waits until every node runs this release; an empty database is no CA's."""
    with pytest.raises(DatabaseUnusable, match="there is no CA in it"):
        await opening.missing(tmp_path, Database(url=url), {})
    await bring_up(Place(url), [ONE])
    for _ in range(2):
        assert await missing_at(Place(url), [ONE, TWO, POST]) == Missing((TWO.name,), (POST.name,))
    assert await rows(url, "SELECT * FROM a") == [("kept",)]
    await bring_up(Place(url), [ONE, TWO, POST])
    assert await missing_at(Place(url), [ONE, TWO, POST]) == Missing((), (POST.name,))


async def test_a_ca_s_own_database_misses_nothing(made: str, tmp_path: Path) -> None:
    """As the settings name it."""
    assert await opening.missing(tmp_path, Database(url=made), {}) == Missing()


async def test_the_schema_is_what_the_migrations_make(postgresql: PostgreSQL, url: str) -> None:
    """``schema.sql`` may be read instead of them, on this engine too; every foreign key is there."""
    read = postgresql.database()
    connection = await asyncpg.connect(read)
    text = (SOURCE / "schema.sql").read_text("utf-8")
    for statement in dialect.schema(text):
        await connection.execute(statement)
    await connection.close()
    await bring_up(Place(url), migrations.known())
    migrated = await schema(url)
    assert migrated == await schema(read)
    foreign = [row for row in migrated if str(row[-1]).startswith("FOREIGN KEY")]
    assert len(foreign) == text.count(" REFERENCES ")


async def test_migrations_are_applied_once_and_in_order(url: str) -> None:
    """A database that has the first gets the second; opened again, nothing is left to do."""
    assert await bring_up(Place(url), [ONE]) == Migrated(("0001_one.sql",))
    assert await bring_up(Place(url), [ONE, TWO]) == Migrated(("0002_two.sql",))
    assert await bring_up(Place(url), [ONE, TWO]) == Migrated()
    assert await rows(url, "SELECT * FROM a") == [("kept", 2)]


async def test_a_post_migration_waits_for_all_nodes(url: str) -> None:
    """Until it is asked for; but before a later one, which a later release brings."""
    assert await bring_up(Place(url), [ONE, TWO, POST]) == Migrated((ONE.name, TWO.name), (POST.name,))
    assert await rows(url, "SELECT x FROM a") == [("kept",)]
    assert await bring_up(Place(url), [ONE, TWO, POST]) == Migrated((), (POST.name,))
    assert await bring_up(Place(url), [ONE, TWO, POST], finish=True) == Migrated((POST.name,))
    assert await rows(url, "SELECT * FROM a") == [(2,)]


async def test_a_skipped_post_migration_comes_before_the_next(url: str) -> None:
    """Who upgrades over two releases at once cannot have nodes of the first one."""
    await bring_up(Place(url), [ONE, TWO])
    four = Migration(4, "0004_four.sql", "ALTER TABLE a ADD COLUMN z INTEGER;")
    assert await bring_up(Place(url), [ONE, TWO, POST, four]) == Migrated((POST.name, four.name))


async def test_a_migration_that_fails_leaves_nothing(url: str) -> None:
    """Neither its first statements nor the ones of the step before it in the same opening."""
    bad = Migration(2, "0002_two.sql", "CREATE TABLE b (\n    x TEXT\n) STRICT;\nINSERT INTO nowhere VALUES (1);")
    with pytest.raises(DatabaseUnusable, match="nowhere"):
        await bring_up(Place(url), [ONE, bad])
    assert await rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


INDEX = Migration(3, "0003_index.sql", "-- Of both.\nCREATE UNIQUE INDEX a_of_both\n    ON a (x, y)\n    WHERE y > 1;")


WAITS = """
    SELECT pid FROM pg_stat_activity
    WHERE query LIKE 'CREATE UNIQUE%' AND datname = current_database() AND wait_event_type = 'Lock'"""


@asynccontextmanager
async def building(url: str) -> AsyncIterator[tuple[Any, asyncio.Task[Migrated]]]:
    """A transaction that has written, and the building of the index, which waits for its end."""
    await bring_up(Place(url), [ONE, TWO])
    writing = await asyncpg.connect(url)
    await writing.execute("BEGIN; INSERT INTO a VALUES ('slow', 3)")
    task = asyncio.create_task(bring_up(Place(url), [ONE, TWO, INDEX]))
    async with asyncio.timeout(60):
        while not await rows(url, WAITS):
            assert not task.done()
            await asyncio.sleep(0.02)
    try:
        yield writing, task
    finally:
        await writing.close()


IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('a_of_both')"


async def test_an_index_is_built_while_nodes_write(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody waits for it; a node that starts meanwhile waits for its end, and does not stand in its way.

    What it may wait for itself is told before.
    """
    async with building(url) as (writing, task):
        other = asyncio.create_task(bring_up(Place(url), [ONE, TWO, INDEX]))
        async with asyncio.timeout(60):
            await rows(url, "INSERT INTO a VALUES ('quick', 4)")
        await writing.execute("COMMIT")
        assert await task == Migrated((INDEX.name,))
        assert await other == Migrated()
    assert await rows(url, IS_VALID) == [(True,)]
    assert len(await rows(url, "SELECT * FROM a")) == 3
    assert "database.building-index" in capsys.readouterr().err


async def test_an_index_whose_building_was_cut_off_is_built_anew(url: str) -> None:
    """What is left of it is there and never used."""
    async with building(url) as (writing, task):
        await rows(url, f"SELECT pg_terminate_backend(pid) FROM ({WAITS}) AS waiting")
        with pytest.raises(DatabaseUnusable):
            await task
        await writing.execute("COMMIT")
    assert await rows(url, IS_VALID) == [(False,)]
    four = Migration(4, "0004_four.sql", "ALTER TABLE a ADD COLUMN z INTEGER;")
    gone = Migration(5, "0005_gone.post.sql", "DROP INDEX a_of_both;")
    assert await bring_up(Place(url), [ONE, TWO, INDEX, four]) == Migrated((INDEX.name, four.name))
    assert await rows(url, IS_VALID) == [(True,)]
    assert await bring_up(Place(url), [ONE, TWO, INDEX, four, gone], finish=True) == Migrated((gone.name,))
    assert await rows(url, IS_VALID) == []


async def test_what_a_migration_waited_for_in_vain_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump that goes on for longer, or another node that does."""
    monkeypatch.setattr(postgresql_migrate, "_PAUSE_SECONDS", 0.1)
    await bring_up(Place(url), [ONE])
    dump = await asyncpg.connect(url)
    await dump.execute("BEGIN; SELECT * FROM a")
    monkeypatch.setattr(postgresql_migrate, "TABLE_SECONDS", 0.1)
    monkeypatch.setattr(postgresql_migrate, "_STEP_SECONDS", 1.0)
    with pytest.raises(DatabaseUnusable, match="its tables are in use for long, as by a dump"):
        await bring_up(Place(url), [ONE, TWO])
    await dump.execute("COMMIT")
    await bring_up(Place(url), [ONE, TWO])
    await dump.execute("BEGIN; INSERT INTO a VALUES ('slow', 3)")
    with pytest.raises(DatabaseUnusable, match="an index has to wait for older transactions, as a dump's"):
        await bring_up(Place(url), [ONE, TWO, INDEX])
    await dump.execute("COMMIT")
    monkeypatch.setattr(postgresql_migrate, "_LOCK_SECONDS", 0.3)
    await dump.execute(f"SELECT pg_advisory_lock({postgresql_migrate._LOCK})")
    with pytest.raises(DatabaseUnusable, match="another process brings it up to date"):
        await bring_up(Place(url), [ONE, TWO, INDEX])
    await dump.close()


async def test_a_step_that_waits_for_a_table_keeps_no_node_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump has read it and goes on for an hour: who writes would wait behind the step as long."""
    monkeypatch.setattr(postgresql_migrate, "TABLE_SECONDS", 0.2)
    monkeypatch.setattr(postgresql_migrate, "_PAUSE_SECONDS", 0.2)
    await bring_up(Place(url), [ONE])
    dump = await asyncpg.connect(url)
    await dump.execute("BEGIN; SELECT * FROM a")
    task = asyncio.create_task(bring_up(Place(url), [ONE, TWO]))
    async with asyncio.timeout(30):
        while not await rows(url, WAITS.replace("CREATE UNIQUE", "ALTER TABLE")):
            assert not task.done()
            await asyncio.sleep(0.02)
        await rows(url, "INSERT INTO a VALUES ('quick')")
    assert not task.done()
    await dump.execute("COMMIT")
    assert await task == Migrated((TWO.name,))
    assert await rows(url, "SELECT * FROM a ORDER BY x") == [("kept", 2), ("quick", 2)]
    await dump.close()


def test_an_index_on_what_was_there_is_a_migration_of_its_own() -> None:
    """In one with anything else it would keep all nodes from writing for as long as it takes."""
    for step in migrations.known()[18:]:
        tables = set(re.findall(r"CREATE TABLE (\w+)", step.text))
        indexed = set(re.findall(r"CREATE (?:UNIQUE )?INDEX \w+\s+ON (\w+)", step.text))
        assert dialect.indexes(step.text) is not None or indexed <= tables, step.name


async def test_nodes_that_start_at_once_migrate_once(url: str) -> None:
    """One does it, the others wait and find it done."""
    outcomes = await asyncio.gather(*(bring_up(Place(url), [ONE, TWO]) for _ in range(6)))
    assert sorted(outcomes) == [Migrated()] * 5 + [Migrated((ONE.name, TWO.name))]


async def test_an_older_node_goes_on_beside_newer_ones(url: str) -> None:
    """Also when it starts again; not after what it needs was taken away."""
    await bring_up(Place(url), [ONE, TWO, POST])
    assert await bring_up(Place(url), [ONE]) == Migrated()
    await bring_up(Place(url), [ONE, TWO, POST], finish=True)
    with pytest.raises(DatabaseTooNew) as refusal:
        await bring_up(Place(url), [ONE])
    assert refusal.value.facts == {"path": url, "found": 3, "known": 1}


async def test_a_database_that_is_empty_is_not_the_cas(url: str, tmp_path: Path) -> None:
    """Another name, or what is left of it after a loss: no CA begins anew by itself (B-88, B-92)."""
    store = opened(url, tmp_path)
    with pytest.raises(DatabaseUnusable, match="there is no CA in it"):
        await store.accounts.get("account")
    await store.close()
    assert await rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


async def test_an_altered_migration_is_refused(url: str) -> None:
    """The database says it was made by another text than ours."""
    await bring_up(Place(url), [ONE])
    with pytest.raises(MigrationAltered, match=r"0001_one\.sql"):
        await bring_up(Place(url), [ONE._replace(text=ONE.text + "\n")])


async def test_every_statement_is_valid(url: str) -> None:
    """PostgreSQL can plan each of them, alone."""
    await bring_up(Place(url), migrations.known())
    connection = await asyncpg.connect(url)
    for text in sql.statements().values():
        await connection.prepare(dialect.numbered(dialect.own(text)).sql)
    await connection.close()


def opened(url: str, directory: Path, **settings: Any) -> Store:
    return opening.open_store(directory, Database(url=url, **settings), {})


async def test_a_node_knows_how_far_its_clock_is_from_the_servers(url: str, tmp_path: Path) -> None:
    """B-03: asked of PostgreSQL itself, which runs on this machine here."""
    store = opened(await with_schema(url), tmp_path)
    for ahead in (timedelta(0), timedelta(minutes=5), timedelta(days=-3)):
        clocks = Clocks(store, lambda: SystemClock().now() + ahead)  # noqa: B023 - asked within the turn
        await clocks.look()
        assert abs(clocks.ahead - ahead) < TOLD
        assert clocks.is_apart == bool(ahead)
    await store.close()


async def test_the_password_is_in_a_file_or_in_the_environment(
    postgresql: PostgreSQL, url: str, tmp_path: Path
) -> None:
    """And in no message: neither a wrong one, nor one that stands where it must not."""
    by_tcp = postgresql.by_tcp(await with_schema(url))
    (tmp_path / "password").write_text(postgresql.password + "\n")
    by_file = opened(by_tcp, tmp_path, password_file="password")
    await populate(by_file)
    await by_file.close()
    (tmp_path / "password").write_text("hunter2")
    environ = {"TEGATA_CA_DATABASE_PASSWORD": postgresql.password}
    by_environment = opening.open_store(tmp_path, Database(url=by_tcp, password_file="password"), environ)
    assert await by_environment.accounts.get("account") is not None
    await by_environment.close()
    wrong = opened(by_tcp, tmp_path, password_file="password")
    with pytest.raises(DatabaseUnusable, match="password authentication failed") as refusal:
        await wrong.accounts.get("account")
    await wrong.close()
    assert "hunter2" not in f"{refusal.value!r} {refusal.value.__cause__!r}"
    for bad in (by_tcp.replace("postgres@", "postgres:hunter2@"), by_tcp + "?password=hunter2"):
        with pytest.raises(DatabaseUnusable, match="the URL holds a password") as refusal:
            opened(bad, tmp_path)
        assert "hunter2" not in repr(refusal.value)


@pytest.mark.parametrize("url", ["mysql://host/name", "tegata.db", "postgresql", "http://[", "//host/name"])
async def test_a_url_of_something_else_is_refused(url: str, tmp_path: Path) -> None:
    """Before anything is asked."""
    with pytest.raises(DatabaseUnusable, match="it is no URL of the form"):
        opened(url, tmp_path)


async def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    """At the first use, with where it was looked for."""
    store = opened("postgresql://postgres@127.0.0.1:1/none", tmp_path)
    with pytest.raises(DatabaseUnusable, match="127"):
        await store.accounts.get("account")
    await store.close()


def unit(store: Store) -> list[Statement]:
    work = Work()
    store.authorizations.insert(work, authorization())
    store.orders.insert(work, order(authorization_ids=("authorization",)))
    store.orders.begin_processing(work, "order", b"csr", NOW)
    store.jobs.add(work, job())
    return work.statements


async def test_a_unit_is_as_few_statements_as_may_be(made: str, tmp_path: Path) -> None:
    """What inserts goes together; what looks at what was just written comes after it."""
    store = opened(made, tmp_path)
    statements = unit(store)
    runs = Units({name: dialect.own(text) for name, text in sql.statements().items()}).runs(statements)
    assert [len(re.findall(r" RETURNING 1\)", run.sql)) for run in runs] == [6, 3]
    await store.close()


@pytest.mark.parametrize("text", ["DELETE FROM jobs RETURNING id", "SELECT id FROM jobs"])
def test_what_gives_rows_is_no_guard(text: str) -> None:
    """Its rows are given, not counted: a guard that is there and never judged is a fault of ours, and told as such."""
    units = Units({"it": text})
    assert units.runs([Statement("it", {}, None)])[0].sql == text
    with pytest.raises(ValueError, match="it gives rows"):
        units.runs([Statement("it", {}, 1)])


async def test_a_guard_undoes_the_whole_statement(made: str, tmp_path: Path) -> None:
    """One round trip, one transaction: what was inserted before the failing guard is gone with it."""
    store = opened(made, tmp_path)
    await populate(store)
    await place_order(store, "there")
    work = Work()
    store.authorizations.insert(work, authorization())
    store.orders.insert(work, order("there"))
    with pytest.raises(Conflict, match=r"orders\.insert"):
        await store.commit(work)
    assert await store.authorizations.get("authorization") is None
    await store.close()


@pytest.mark.parametrize("what", ["given up", "decided by another"])
async def test_a_verdict_does_not_cross_with_another_end(made: str, tmp_path: Path, what: str) -> None:
    """A failed challenge excludes that its authorization is given up, or proved by another challenge (A-57, A-63)."""
    store = opened(made, tmp_path)
    await populate(store)
    for number in range(40):
        name = f"authorization-{number}"
        work = Work()
        store.authorizations.insert(work, authorization(name))
        for kind in ("http", "dns"):
            store.authorizations.accept_challenge(work, f"{name}-{kind}", NOW)
        await store.commit(work)
        failing, other = Work(), Work()
        store.authorizations.fail_challenge(failing, f"{name}-http", NOW, FAULT, b"{}")
        if what == "given up":
            store.authorizations.deactivate(other, name, NOW)
        else:
            store.authorizations.pass_challenge(other, f"{name}-dns", NOW, NOW + DAY, b"{}")
        outcomes = await asyncio.gather(store.commit(failing), store.commit(other), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(Conflict) == 1, outcomes
    await store.close()


@pytest.mark.parametrize("is_linked", [True, False])
async def test_events_are_bound_to_one_link_without_a_turn(made: str, tmp_path: Path, *, is_linked: bool) -> None:
    """B-93: Two nodes, one of which lost its turn with a connection: a link never has more events than it says."""
    store = opened(made, tmp_path)
    await populate(store)
    first, link, second = Work(), Work(), Work()
    store.audit.bind(first, 1, 3)
    await store.commit(first)
    store.audit.add_link(link, Link(number=1, previous=b"", digest=b"", events=3))
    store.audit.bind(second, 1, 3)
    here, there = (link, second) if is_linked else (second, link)
    units = Units({name: dialect.own(text) for name, text in sql.statements().items()})
    other = await asyncpg.connect(made)
    async with other.transaction():
        for run in units.runs(here.statements):
            await other.fetch(run.sql, *run.values)
        task = asyncio.create_task(store.commit(there))
        async with asyncio.timeout(60):
            while not await rows(made, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
                assert not task.done(), "it sees nothing of what the other does"
                await asyncio.sleep(0.02)
    if is_linked:
        await task
    else:
        with pytest.raises(Conflict, match=r"audit\.add_link"):
            await task
    await other.close()
    assert len(await store.audit.of_link(1)) == (3 if is_linked else 4)
    assert len(await store.audit.links_from(1, 10)) == is_linked
    await store.close()


async def test_a_node_opens_no_more_connections_than_it_may(made: str, tmp_path: Path) -> None:
    """However many ask at once, and some give up in the middle: others take their place.

    What a unit that was given up has written is there as a whole or not at all.
    """
    store = opened(made, tmp_path, connections=3)
    await populate(store)
    for number in range(40):
        task = asyncio.create_task(place_order(store, f"given-up-{number}"))
        await asyncio.sleep(0.0002 * number)
        task.cancel()
        await asyncio.gather(
            task, *(place_order(store, f"{number}-{each}") for each in range(6)), return_exceptions=True
        )
    for number in range(40):
        name = f"given-up-{number}"
        is_there = await store.orders.get(name) is not None
        assert (await store.authorizations.get(f"{name}-a") is not None) == is_there
        assert all([await store.orders.get(f"{number}-{each}") is not None for each in range(6)])
    working = (
        f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name_of(made)}' AND application_name = 'tegata-ca'"
    )
    async with asyncio.timeout(60):
        while (await rows(made, working))[0][0] > 3:  # noqa: ASYNC110 - others' processes end
            await asyncio.sleep(0.05)
    async with store.alone("one"), store.alone("two"):
        assert await store.accounts.get("account") is not None
    await store.close()


async def test_a_restart_of_the_server_is_waited_for(tmp_path: Path) -> None:
    """Reads and units that were not begun go through; a unit that was cut in the middle is told, and is whole or not
    there; who waits hears again.
    """
    with PostgreSQL() as server:
        store = opened(await with_schema(server.database()), tmp_path)
        await populate(store)
        acknowledged, failed = [], []
        stopping = asyncio.Event()

        async def place(task: int) -> None:
            count = 0
            while not stopping.is_set():
                name = f"order-{task}-{count}"
                try:
                    await place_order(store, name)
                    acknowledged.append(name)
                except CommitFailed:
                    failed.append(name)
                assert await store.accounts.get("account") is not None
                count += 1

        tasks = [asyncio.create_task(place(number)) for number in range(4)]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        before = len(acknowledged)
        async with asyncio.timeout(60):
            while len(acknowledged) < before + 40:  # noqa: ASYNC110 - a list sets no event
                await asyncio.sleep(0.02)
        stopping.set()
        await asyncio.gather(*tasks)
        for name in acknowledged:
            assert await store.orders.get(name) is not None, name
        for name in failed:
            is_there = await store.orders.get(name) is not None
            assert (await store.authorizations.get(f"{name}-a") is not None) == is_there
        assert len(failed) <= 4, "at most what was under way"
        async with store.alone("turn"):
            pass
        await store.close()


async def test_a_server_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After some seconds of patience, for a read and for a unit."""
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.5)
    with PostgreSQL() as server:
        store = opened(await with_schema(server.database()), tmp_path)
        await populate(store)
        await asyncio.to_thread(server.stop)
        with pytest.raises(CommitFailed):
            await place_order(store, "order")
        with pytest.raises(Exception, match=r"store\.unavailable"):
            await store.accounts.get("account")
        await asyncio.to_thread(server.start)
        monkeypatch.undo()
        await place_order(store, "order")
        await store.close()


async def test_nobody_waits_for_a_connection_for_ever(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-30: while a server stands still, requests are told so in time, and are no more than come in that time."""
    store = opened(made, tmp_path, connections=1)
    await populate(store)
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.2)
    async with store.alone("all that there are"):
        with pytest.raises(CommitFailed):
            await place_order(store, "order")
        with pytest.raises(StoreFailed):
            await store.accounts.get("account")
    monkeypatch.undo()
    await place_order(store, "order")
    await store.close()


async def test_a_connection_to_a_server_that_only_reads_is_left(
    postgresql: PostgreSQL, made: str, tmp_path: Path
) -> None:
    """Its address leads to another by now, the first one; who stays on it would refuse all orders until a restart."""
    store = opened(made, tmp_path)
    await populate(store)
    postgresql.sql(f"ALTER DATABASE {name_of(made)} SET default_transaction_read_only = on", "postgres")
    other = opened(made, tmp_path)
    assert await other.accounts.get("account") is not None
    postgresql.sql(f"ALTER DATABASE {name_of(made)} RESET default_transaction_read_only", "postgres")
    await place_order(other, "order")
    assert await other.orders.get("order") is not None
    await store.close()
    await other.close()


async def test_the_turn_is_one_among_nodes(made: str, tmp_path: Path) -> None:
    """The second node waits until the first has done; a node that dies gives its turn back."""
    first, second = opened(made, tmp_path), opened(made, tmp_path)
    order_of_events = []

    async def take(store: Store, name: str) -> None:
        async with store.alone("turn"):
            order_of_events.append(f"{name} in")
            await asyncio.sleep(0.05)
            order_of_events.append(f"{name} out")

    await asyncio.gather(take(first, "a"), take(second, "b"), take(first, "c"))
    assert all(
        event.split()[0] == following.split()[0]
        for event, following in zip(order_of_events[::2], order_of_events[1::2], strict=True)
    )
    async with first.alone("turn"):
        await rows(
            made,
            f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            f" (SELECT oid FROM pg_database WHERE datname = '{name_of(made)}')",
        )
        async with asyncio.timeout(60), second.alone("turn"):
            pass
    await first.close()
    await second.close()


async def test_a_node_that_stands_still_loses_its_turn(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is open and says nothing: after a while the server ends it, and another node goes on."""
    monkeypatch.setattr(database, "HELD_SECONDS", 0.2)
    first, second = opened(made, tmp_path), opened(made, tmp_path)
    async with first.alone("turn"), asyncio.timeout(60), second.alone("turn"):
        pass
    async with first.alone("turn"):
        pass
    await first.close()
    await second.close()
