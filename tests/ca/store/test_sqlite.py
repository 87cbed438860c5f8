"""What is particular to SQLite: the file, its modes, its migrations, its statements, and when it fails."""

import asyncio
import os
import re
import sqlite3
import stat
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tegata.ca.errors import CommitFailed, StoreFailed
from tegata.ca.model import RevocationList
from tegata.ca.ports import Conflict, Statement, Use, Work
from tegata.ca.store import db, migrate, migrations, sql, writer
from tegata.ca.store.db import Database
from tegata.ca.store.engine import Row
from tegata.ca.store.errors import DatabaseTooNew, DatabaseUnusable, MigrationAltered
from tegata.ca.store.migrations import Migration
from tegata.ca.store.sqlite import open_store
from tegata.ca.store.store import RowStore
from tests.ca.store.records import NOW, credential, place_order, populate

pytestmark = pytest.mark.anyio

SOURCE = Path(db.__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tegata-ca.db"


def made(path: Path) -> sqlite3.Connection:
    """A plain connection to a file with this program's schema."""
    asyncio.run(open_store(path).close())
    return sqlite3.connect(path, isolation_level=None)


async def test_only_the_owner_may_read_the_files(path: Path) -> None:
    """Whatever the umask says; the log and the shared memory beside the file too."""
    before = os.umask(0)
    try:
        store = open_store(path)
        await populate(store)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        await store.close()
    finally:
        os.umask(before)
    assert modes == {"tegata-ca.db": 0o600, "tegata-ca.db-wal": 0o600, "tegata-ca.db-shm": 0o600}


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every table and index with its definition, comments and spacing apart."""
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'migrations' ORDER BY name"
    ).fetchall()
    return [(name, re.sub(r"\s+", " ", re.sub(r"--.*|\s+(?=[,)])", "", text))) for name, text in rows]


def test_the_schema_is_what_the_migrations_make(path: Path) -> None:
    """``schema.sql`` may be read instead of them."""
    read = sqlite3.connect(":memory:")
    read.executescript((SOURCE / "schema.sql").read_text("utf-8"))
    migrated = made(path)
    assert schema(migrated) == schema(read)
    migrated.close()
    read.close()


def test_migrations_are_numbered_without_gaps() -> None:
    """So that the highest number says which of them a database has."""
    assert [migration.number for migration in migrations.known()] == list(range(1, len(migrations.known()) + 1))


def test_migrations_are_applied_once_and_in_order(path: Path) -> None:
    """A file that has the first gets the second; opened again, nothing is left to do."""
    steps = [Migration(1, "0001_one.sql", "CREATE TABLE a (x TEXT) STRICT;\nINSERT INTO a VALUES ('; kept');")]
    connection = sqlite3.connect(path, isolation_level=None)
    migrate.migrate(connection, path, steps)
    steps.append(Migration(2, "0002_two.sql", "-- Adds y.\nALTER TABLE a ADD COLUMN y TEXT;\nUPDATE a SET y = x;"))
    for _ in range(2):
        migrate.migrate(connection, path, steps)
    assert connection.execute("SELECT * FROM a").fetchall() == [("; kept", "; kept")]
    connection.close()


def test_a_migration_that_fails_leaves_nothing(path: Path) -> None:
    """Neither its first statements nor the ones of the step before it in the same opening."""
    steps = [
        Migration(1, "0001_one.sql", "CREATE TABLE a (x TEXT) STRICT;"),
        Migration(2, "0002_two.sql", "CREATE TABLE b (x TEXT) STRICT;\nINSERT INTO nowhere VALUES (1)"),
    ]
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate.migrate(connection, path, steps)
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == []
    connection.close()


async def test_who_used_a_credential_before_that_was_kept(path: Path) -> None:
    """The account that it registered last."""
    connection = sqlite3.connect(path, isolation_level=None)
    migrate.migrate(connection, path, migrations.known()[:16])
    connection.executescript(
        """
        INSERT INTO customers VALUES ('customer', 'a@example.com', '', 0);
        INSERT INTO contracts VALUES ('contract', 'customer', '', '{"name":"O","country":"JP"}', '[]', 'new', 0, 0, 9,
            NULL, NULL, NULL, NULL);
        INSERT INTO credentials (kid, contract_id, sealed_mac, created_at) VALUES ('kid', 'contract', x'', 0),
            ('unused', 'contract', x'', 0);
        INSERT INTO accounts VALUES ('first', 'a', '{}', 'contract', 'kid', x'', '[]', NULL, 1000000, NULL);
        INSERT INTO accounts VALUES ('second', 'b', '{}', 'contract', 'kid', x'', '[]', NULL, 2000000, NULL);
        """
    )
    connection.close()
    store = open_store(path)
    unused, used = [(await store.credentials.usage(credential(kid=kid), NOW)).last_use for kid in ("unused", "kid")]
    await store.close()
    assert unused is None
    assert used == Use(datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC), "second")


def test_a_newer_database_is_refused(path: Path) -> None:
    """An older program never writes to a schema it does not know; the message names both."""
    connection = made(path)
    connection.execute("INSERT INTO migrations VALUES (99, 'x')")
    with pytest.raises(DatabaseTooNew) as refusal:
        open_store(path)
    assert refusal.value.facts == {"path": path, "found": 99, "known": len(migrations.known())}
    connection.close()


def test_an_altered_migration_is_refused(path: Path) -> None:
    """The database says it was made by another text than ours."""
    connection = made(path)
    connection.execute("UPDATE migrations SET checksum = 'other' WHERE number = 1")
    with pytest.raises(MigrationAltered, match=r"0001_first\.sql"):
        open_store(path)
    connection.close()


def test_a_file_that_is_no_database_is_refused_and_kept(path: Path) -> None:
    """Something else under that name is not overwritten."""
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        open_store(path)
    assert path.read_bytes() == b"not a database, " * 100


def test_a_missing_directory_is_told(path: Path) -> None:
    """It is not made on the way."""
    with pytest.raises(DatabaseUnusable, match="No such file or directory"):
        open_store(path.parent / "missing" / "tegata-ca.db")


def test_an_old_sqlite_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a file is made that it could not read."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(DatabaseUnusable, match=r"older than 3\.37"):
        open_store(path)
    assert not path.exists()


def test_opening_waits_for_another_that_makes_the_file(path: Path) -> None:
    """Even at the one point where SQLite does not wait by itself: the change to the write-ahead log."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.2, other.execute, ["COMMIT"])
    release.start()
    store = open_store(path)
    release.join()
    asyncio.run(store.close())
    other.close()


def test_statements_and_code_agree(path: Path) -> None:
    """Each statement is valid for the schema; the code uses all of them, and no other."""
    connection = made(path)
    for text, names in (sql.numbered(text, "?") for text in sql.statements().values()):
        connection.execute(f"EXPLAIN {text}", [None] * len(names)).fetchall()
    connection.close()
    code = "".join(file.read_text("utf-8") for file in SOURCE.glob("*.py"))
    used = re.findall(r'(?:add|fetch)\(\s*"([\w.]+)"', code) + re.findall(r'"(housekeeping\.\w+)"', code)
    assert set(used) == set(sql.statements())


WALKS = {
    "blocked_keys.all",
    "audit.newest_link",
    "customers.close_sessions",
}
"""Lists of everything, the ends of tables by their keys, and sessions, of which there are few, at a new password."""


def test_every_look_up_has_its_index(path: Path) -> None:
    """No other statement walks through a table."""
    connection = made(path)
    for name, text in sql.statements().items():
        parameters = dict.fromkeys(re.findall(r":(\w+)", text))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]
        walks = [step for step in plan if step.startswith("SCAN") and "USING" not in step and "CONSTANT" not in step]
        # The few that the statement was given, or has just chosen itself.
        chosen = r"SCAN (json_each .*|due|ended|gone|lanes|proved|recent|t|\(subquery-\d+\))"
        walks = [step for step in walks if not re.fullmatch(chosen, step)]
        assert bool(walks) == (name in WALKS), f"{name}: {plan}"
    connection.close()


PAGES = {
    "certificates.issued_before": ["certificates_newest (contract_id=? AND (intended_at,serial)<(?,?))"],
    "certificates.last_of_names": [
        "certificates USING INDEX certificates_lasting (contract_id=? AND (not_after,serial)>(?,?))",
        "newer USING INDEX certificates_of_contract (contract_id=? AND names_digest=?)",
    ],
    "certificates.latest_names": [
        "certificates_newest (contract_id=? AND intended_at>? AND (intended_at,serial)<(?,?))"
    ],
    "contracts.to_be_examined": ["contracts USING INDEX contracts_examined (service=? AND <expr>>? AND <expr><?)"],
    "examinations.unreleased": ["e USING INDEX examinations_unreleased (examined_at>?)"],
    "orders.applied_for": ["orders USING INDEX orders_applied_for (expires_at>?)"],
    "problem_reports.open_after": ["problem_reports_open ((received_at,id)>(?,?))"],
    "problem_reports.before": ["problem_reports_received ((received_at,id)<(?,?))"],
    "audit.gone": ["events USING INDEX sqlite_autoindex_events_1 (id>? AND id<?)"],
    "audit.stray": ["events_of_link (link<?)", "events_of_link (link>?)"],
}
"""Of a contract with many certificates the others are neither read nor sorted; of a long audit log not the rest."""


@pytest.mark.parametrize(("name", "ways"), PAGES.items(), ids=PAGES)
def test_a_page_reads_nothing_but_itself(path: Path, name: str, ways: list[str]) -> None:
    """However much there is beside it."""
    connection = made(path)
    text = sql.statements()[name]
    parameters = dict.fromkeys(re.findall(r":(\w+)", text))
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]
    connection.close()
    assert all(any(way in step for step in plan) for way in ways), plan
    assert not [
        step for step in plan if step.startswith("SCAN events") or ("ORDER BY" in step and "DISTINCT" not in text)
    ]


async def test_the_log_gives_back_what_a_long_reader_made_it_take(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the reader has ended, and the log is in the file; it stays what writers need."""
    monkeypatch.setattr(db, "WRITE_AHEAD_PAGES", 20)
    monkeypatch.setattr(db, "WRITE_AHEAD_OCTETS", 200_000)
    log = path.with_name(f"{path.name}-wal")
    store = open_store(path)
    await populate(store)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM orders").fetchone()
    for number in range(60):
        await place_order(store, f"while{number}")
    grown = log.stat().st_size
    reader.close()
    for number in range(60):
        await place_order(store, f"after{number}")
    left = log.stat().st_size
    await store.close()
    assert left <= 200_000 < grown


async def test_a_write_waits_for_another_processs_transaction(path: Path) -> None:
    """And then goes through: the command line and the server take turns."""
    store = open_store(path)
    await populate(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    commit = asyncio.create_task(place_order(store, "order"))
    await asyncio.sleep(0.1)
    assert not commit.done()
    other.execute("COMMIT")
    await commit
    assert await store.orders.get("order") is not None
    await store.close()
    other.close()


async def test_reading_goes_on_while_a_group_waits(path: Path) -> None:
    """For another process's transaction: what was committed last is there, what waits is not yet."""
    store = open_store(path)
    await populate(store)
    await place_order(store, "before")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    commit = asyncio.create_task(place_order(store, "order"))
    await asyncio.sleep(0.05)
    assert await store.orders.get("before") is not None
    assert await store.orders.get("order") is None
    other.execute("COMMIT")
    await commit
    assert await store.orders.get("order") is not None
    await store.close()
    other.close()


async def test_who_writes_at_once_shares_a_commit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred units take two waits for the disk."""
    waits = []
    errand = writer.Writer._do_errand

    def noted(self: writer.Writer, what: str) -> sqlite3.Error | None:
        waits.append(what)
        return errand(self, what)

    store = open_store(path)
    await populate(store)
    monkeypatch.setattr(writer.Writer, "_do_errand", noted)
    await asyncio.gather(*(place_order(store, f"o{number}") for number in range(100)))
    assert waits == ["COMMIT"] * -(-100 // writer.MOST_UNITS)
    await store.close()


@pytest.mark.parametrize("octets", [100, 1_000_000])
async def test_a_great_crl_is_written_beside_the_event_loop(
    path: Path, monkeypatch: pytest.MonkeyPatch, octets: int
) -> None:
    """On the other thread, its group with it; a conflict is a conflict there too, and what comes later goes on."""
    threads = {}
    execute = writer.Writer._execute

    def noted(self: writer.Writer, statements: Sequence[Statement]) -> list[Row]:
        threads[statements[0].name] = threading.current_thread() is threading.main_thread()
        return execute(self, statements)

    store = open_store(path)
    await populate(store)
    monkeypatch.setattr(writer.Writer, "_execute", noted)
    outcomes = await asyncio.gather(
        *(publish(store, number, octets) for number in (1, 2, 2)), place_order(store, "order"), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), Conflict, type(None)]
    assert threads["revocation_lists.claim"] is (octets == 100)
    latest = await store.revocation_lists.latest()
    assert latest is not None
    assert (latest.number, len(latest.der)) == (2, octets)
    assert await store.orders.get("order") is not None
    await publish(store, 3, octets)
    await store.close()


async def publish(store: RowStore, number: int, octets: int) -> None:
    work = Work()
    crl = RevocationList(number=number, this_update=NOW, next_update=NOW, der=bytes(octets))
    store.revocation_lists.claim(work, number, "issuing", "ab")
    store.revocation_lists.publish(work, crl)
    await store.commit(work)


async def test_a_locked_database_is_told_and_gets_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All units of the group fail with the reason; reading goes on; the next unit after it is done."""
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.1)
    store = open_store(path)
    await populate(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(place_order(store, f"o{number}") for number in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [CommitFailed] * 3
    assert "locked" in str(outcomes[0])
    assert await store.accounts.get("account") is not None
    other.execute("COMMIT")
    await place_order(store, "o0")
    await store.close()
    other.close()


async def test_a_read_that_fails_is_the_stores_fault(path: Path) -> None:
    """So whoever asks is told to come again, as where a commit fails (503, Retry-After)."""
    store = open_store(path)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE events")
    other.close()
    with pytest.raises(StoreFailed, match="events"):
        await store.audit.count_unbound()
    await store.close()


async def test_a_full_disk_is_told_and_gets_over(path: Path) -> None:
    """SQLite gives up the whole group then: every unit of it fails, none is there, and space again is enough."""
    database = Database(path, migrations.known(), sql.statements())
    store = RowStore(database)
    await populate(store)
    connection = database._writer._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    outcomes = await asyncio.gather(
        *(place_order(store, f"o{number}", replaces="x" * 5000) for number in range(50)), return_exceptions=True
    )
    failed = [number for number, outcome in enumerate(outcomes) if outcome is not None]
    assert failed
    for number, outcome in enumerate(outcomes):
        assert outcome is None or (isinstance(outcome, CommitFailed) and "full" in str(outcome))
        assert (await store.orders.get(f"o{number}") is None) == (outcome is not None)
        assert (await store.authorizations.get(f"o{number}-a") is None) == (outcome is not None)
    connection.execute("PRAGMA max_page_count = 1000000")
    for number in failed:
        await place_order(store, f"o{number}")
    await store.close()
