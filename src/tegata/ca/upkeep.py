"""The database of a CA that need not be open: migrated, copied, put back. Decides nothing; knows settings and store."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tegata.ca import configuration
from tegata.ca.errors import BackupOlder
from tegata.ca.ports import Work
from tegata.ca.services import auditing
from tegata.ca.store import audit, backup, opening
from tegata.ca.store.migrations import Migrated, Missing
from tegata.errors import TegataError


def migrate(home: Path, environ: Mapping[str, str], *, who: str, finish: bool) -> Migrated:
    """Bring the database of a CA up to date; its log says who did, where there was something to be done (B-93).

    Raises BadSettings and the store's errors.
    """
    done = opening.migrate(home, configuration.load_settings(home).database, environ, finish=finish)
    if done.applied:
        asyncio.run(commanded(home, environ, who=who, command="migrate", of=", ".join(done.applied)))
    return done


async def missing(home: Path, environ: Mapping[str, str]) -> Missing:
    """What ``migrate`` would do, without doing it; raises as that."""
    return await opening.missing(home, configuration.load_settings(home).database, environ)


async def durability(home: Path, environ: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether a commit waits for the disk, and for a standby where there may be one; raises as ``migrate``."""
    return await opening.durability(home, configuration.load_settings(home).database, environ)


def back_up(home: Path, environ: Mapping[str, str], target: Path, *, who: str) -> int:
    """Copy the CA's database to a new file; its size. Raises BadSettings, Refused, DatabaseUnusable.

    Its log says who did, and so does the copy's (B-93), but for an older database, which is left as it is, and one that
    takes nothing any more: what can still be read of it is wanted all the more.
    """
    database = opening.require_file(home, configuration.load_settings(home).database)
    with suppress(TegataError):
        if not asyncio.run(missing(home, environ)).now:
            asyncio.run(commanded(home, environ, who=who, command="backup", of=str(target.absolute())))
    return backup.back_up(database, target)


def restore(home: Path, source: Path, *, who: str, force: bool) -> None:
    """Put a backup in the place of the CA's database; without ``force`` nothing that was issued or revoked is lost.

    Its log says who did it, from the moment at which it is there (B-93). Raises BadSettings, BackupOlder, Refused, and
    the store's errors.
    """
    database = opening.require_file(home, configuration.load_settings(home).database)
    lost = backup.loss(source, database)
    if any(lost) and not force:
        raise BackupOlder(certificates=lost.certificates, revocations=lost.revocations)
    work = Work()
    kind, subject, facts = auditing.commanded(who, "restore", str(source.absolute()))
    audit.record(work, kind, subject, **facts)
    backup.restore(source, database, work, losing=None if force else lost)


async def commanded(home: Path, environ: Mapping[str, str], *, who: str, command: str, of: str) -> None:
    """Record in the database as it is now that somebody has done this with it (B-93); raises as ``migrate``."""
    store = opening.open_store(home, configuration.load_settings(home).database, environ)
    try:
        await auditing.AuditService(store).commanded(who, command, of)
    finally:
        await store.close()
