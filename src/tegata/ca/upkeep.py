"""The database of a CA that need not be open: migrated, copied, put back. Decides nothing; knows settings and store."""

from collections.abc import Mapping
from pathlib import Path

from tegata.ca import configuration
from tegata.ca.errors import BackupOlder
from tegata.ca.ports import Work
from tegata.ca.services import auditing
from tegata.ca.store import audit, backup, opening
from tegata.ca.store.migrations import Migrated, Missing


def migrate(home: Path, environ: Mapping[str, str], *, finish: bool) -> Migrated:
    """Bring the database of a CA up to date; raises BadSettings and the store's errors."""
    return opening.migrate(home, configuration.load_settings(home).database, environ, finish=finish)


async def missing(home: Path, environ: Mapping[str, str]) -> Missing:
    """What ``migrate`` would do, without doing it; raises as that."""
    return await opening.missing(home, configuration.load_settings(home).database, environ)


def back_up(home: Path, target: Path) -> int:
    """Copy the CA's database to a new file; its size. Raises BadSettings, Refused, DatabaseUnusable."""
    return backup.back_up(opening.require_file(home, configuration.load_settings(home).database), target)


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
