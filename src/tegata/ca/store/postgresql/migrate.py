"""Brings a PostgreSQL database up to this program's schema, or refuses it; of several nodes that start at once, one.

Nodes of the release before go on working meanwhile: a migration that they could not live with is left until it is asked
for (``finish``), and one of indexes alone keeps no writer out. Knows no table but its own.
"""

import asyncio
from contextlib import suppress

import asyncpg

from tegata.ca.journal import Journal
from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.migrations import Applied, Migrated, Migration, Missing, missing, outcome, split
from tegata.ca.store.postgresql import dialect
from tegata.ca.store.postgresql.connecting import Connection, Place, reason_of
from tegata.ca.store.postgresql.servers import connect
from tegata.ca.store.postgresql.units import GUARD_FUNCTION

log = Journal("migrate")

_LOCK = 0x7465676174616D
_LOCK_SECONDS = 600.0
_LOOK_SECONDS = 0.1
_STEP_SECONDS = 600.0
TABLE_SECONDS = 1.0
"""How long a step waits for a table at once: whoever asks for it meanwhile, on any node, waits behind the step."""
_PAUSE_SECONDS = 2.0
_THERE = "SELECT to_regclass('migrations') IS NOT NULL"
_HAS_EVENTS = "SELECT to_regclass('events') IS NOT NULL"
_EVENTS = "SELECT EXISTS (SELECT 1 FROM events)"
_LEDGER = "CREATE TABLE migrations (number BIGINT PRIMARY KEY, checksum TEXT NOT NULL, post BOOLEAN NOT NULL)"


async def bring_up(
    place: Place, migrations: list[Migration], *, finish: bool = False, is_there: bool = False
) -> Migrated:
    """Apply what is missing; nothing is locked where nothing is missing.

    A new database is made in one transaction. To another the steps are done one by one; those of indexes beside the
    nodes' work, and what was begun of one is begun anew by whoever comes next.
    Where a CA ``is_there`` already, an empty database is another one, and refused.
    Raises DatabaseTooNew, MigrationAltered, DatabaseUnusable; what is there then is what the last whole step made.
    """
    connection = await connect(place)
    try:
        found = await _applied(connection)
        if is_there and not found:
            raise DatabaseUnusable(path=place.url, reason="there is no CA in it")
        steps = missing(migrations, found, place.url, is_shared=True)
        now, left = split(steps, finish=finish)
        if not now:
            return outcome([], left)
        await _lock(connection, place)
        applied = await _applied(connection)
        now, left = split(missing(migrations, applied, place.url, is_shared=True), finish=finish)
        if not applied:
            await _apply(connection, now, is_new=True)
        for step in now if applied else ():
            indexes = dialect.indexes(step.text)
            await (_patiently(connection, step, place) if indexes is None else _build(connection, indexes, step, place))
        return outcome(now, left)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseUnusable(path=place.url, reason=reason_of(error)) from error
    finally:
        await connection.close()


async def missing_at(place: Place, migrations: list[Migration]) -> Missing:
    """What a database must still be given; it is read only.

    Raises DatabaseTooNew, MigrationAltered, DatabaseUnusable.
    """
    connection = await connect(place)
    try:
        found = await _applied(connection)
        if not found:
            raise DatabaseUnusable(path=place.url, reason="there is no CA in it")
        now, left = split(missing(migrations, found, place.url, is_shared=True), finish=False)
        return Missing(*outcome(now, left))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseUnusable(path=place.url, reason=reason_of(error)) from error
    finally:
        await connection.close()


async def is_unused(place: Place) -> bool:
    """Whether no CA was ever there but one whose making was cut off; raises DatabaseUnusable.

    Whatever a CA does leaves an event, and of these the newest are never dropped.
    """
    connection = await connect(place)
    try:
        if not await _applied(connection):
            return True
        return bool(await connection.fetchval(_HAS_EVENTS)) and not await connection.fetchval(_EVENTS)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseUnusable(path=place.url, reason=reason_of(error)) from error
    finally:
        await connection.close()


async def _applied(connection: Connection) -> dict[int, Applied]:
    if not await connection.fetchval(_THERE):
        return {}
    rows = await connection.fetch("SELECT number, checksum, post FROM migrations")
    return {number: Applied(checksum, is_post=post) for number, checksum, post in rows}


async def _lock(connection: Connection, place: Place) -> None:
    """Be the one who migrates, until the connection ends; raises DatabaseUnusable where another is that for long.

    Asked again and again: one statement that waits would be waited for by whoever builds an index under the lock.
    """
    try:
        async with asyncio.timeout(_LOCK_SECONDS):
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - the server's
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError as error:
        raise DatabaseUnusable(
            path=place.url, reason="another process brings it up to date: try again later"
        ) from error


async def _apply(connection: Connection, steps: list[Migration], *, is_new: bool = False) -> None:
    """Do all of them, or nothing; raises LockNotAvailableError where a table is in use for long."""
    async with connection.transaction():
        if is_new:
            await connection.execute(_LEDGER)
            await connection.execute(GUARD_FUNCTION)
        else:
            await connection.execute(f"SET LOCAL lock_timeout = {round(TABLE_SECONDS * 1000)}")
        for step in steps:
            for statement in dialect.schema(step.text):
                await connection.execute(statement, timeout=_STEP_SECONDS)
            await _note(connection, step)


async def _patiently(connection: Connection, step: Migration, place: Place) -> None:
    """Do a step as soon as nobody has its tables; a dump may for an hour, and the nodes go on working meanwhile.

    Raises DatabaseUnusable after ten minutes of that.
    """
    try:
        async with asyncio.timeout(_STEP_SECONDS):
            while True:
                with suppress(asyncpg.LockNotAvailableError):
                    await _apply(connection, [step])
                    return
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError as error:
        raise DatabaseUnusable(
            path=place.url, reason="its tables are in use for long, as by a dump: try again after that"
        ) from error


async def _build(connection: Connection, statements: tuple[str, ...], step: Migration, place: Place) -> None:
    """Build the indexes of a step while others write; in a transaction the server would not do it.

    It waits for every transaction that is older, as a dump's, which may take longer than this does: that is told, and
    raised as DatabaseUnusable.
    """
    log.info("database.building-index", step=step.number, waits_for="older transactions", most_seconds=_STEP_SECONDS)
    try:
        for statement in statements:
            await connection.execute(statement, timeout=_STEP_SECONDS)
    except TimeoutError as error:
        raise DatabaseUnusable(
            path=place.url, reason="an index has to wait for older transactions, as a dump's: try again after that"
        ) from error
    await _note(connection, step)


async def _note(connection: Connection, step: Migration) -> None:
    await connection.execute("INSERT INTO migrations VALUES ($1, $2, $3)", step.number, step.checksum, step.is_post)
