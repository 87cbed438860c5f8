"""The store that the settings name: a file in the CA's directory, or a PostgreSQL database that several nodes share.

Knows where a password may be; it is read here and is in no message. What only PostgreSQL needs is loaded only for it.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tegata.ca.errors import Refused
from tegata.ca.settings import DATABASE_FILE, PASSWORD_VARIABLE, Database
from tegata.ca.store import migrations, sql, sqlite
from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.migrate import missing_in
from tegata.ca.store.migrations import Migrated, Missing
from tegata.ca.store.store import RowStore

if TYPE_CHECKING:
    from tegata.ca.store.postgresql.connecting import Place

SCHEMES = ("postgresql", "postgres")


def is_shared(settings: Database) -> bool:
    """Whether several nodes may work on this database."""
    return bool(settings.url)


def make(home: Path, settings: Database, environ: Mapping[str, str]) -> None:
    """Make the database of a new CA; raises as ``open_store``."""
    if not is_shared(settings):
        asyncio.run(sqlite.open_store(home / DATABASE_FILE).close())
        return
    place = _place(home, settings, environ)
    from tegata.ca.store.postgresql.migrate import bring_up  # noqa: PLC0415 - only for whoever uses it

    asyncio.run(bring_up(place, migrations.known(), finish=True))


def open_store(home: Path, settings: Database, environ: Mapping[str, str], *, as_it_is: bool = False) -> RowStore:
    """The store; a file is brought up to date now unless it is to stay ``as_it_is``, a server at the first use.

    One that is gone is never made anew: a CA that had forgotten what it issued and revoked would publish an empty CRL,
    by a number that was used before (B-88, B-92). Raises DatabaseUnusable, DatabaseTooNew, MigrationAltered; where a
    server is asked, its first use does.
    """
    if not is_shared(settings):
        return sqlite.open_store(_there(home / DATABASE_FILE), as_it_is=as_it_is)
    place = _place(home, settings, environ)
    from tegata.ca.store.postgresql.database import PostgresDatabase  # noqa: PLC0415 - only for whoever uses it

    return RowStore(PostgresDatabase(place, migrations.known(), sql.statements()))


def migrate(home: Path, settings: Database, environ: Mapping[str, str], *, finish: bool) -> Migrated:
    """Bring the schema up to date; ``finish`` does what nodes of the release before could not live with.

    Raises as ``open_store``.
    """
    if not is_shared(settings):
        store = sqlite.open_store(_there(home / DATABASE_FILE))
        asyncio.run(store.close())
        return store.migrated
    place = _place(home, settings, environ)
    from tegata.ca.store.postgresql.migrate import bring_up  # noqa: PLC0415 - as above

    return asyncio.run(bring_up(place, migrations.known(), finish=finish, is_there=True))


async def missing(home: Path, settings: Database, environ: Mapping[str, str]) -> Missing:
    """What the database would be given when it is opened; nothing is changed. Raises as ``open_store``."""
    known = migrations.known()
    if not is_shared(settings):
        path = _there(home / DATABASE_FILE)
        return Missing(tuple(step.name for step in missing_in(path, known)))
    place = _place(home, settings, environ)
    from tegata.ca.store.postgresql.migrate import missing_at  # noqa: PLC0415 - as above

    return await missing_at(place, known)


async def durability(home: Path, settings: Database, environ: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether a commit waits for the disk, and for a standby where there may be one. Raises as ``open_store``."""
    if not is_shared(settings):
        return True, True
    place = _place(home, settings, environ)
    from tegata.ca.store.postgresql import servers  # noqa: PLC0415 - as above

    return await servers.durability(place)


def require_file(home: Path, settings: Database) -> Path:
    """The database's file; raises Refused where records are on a server, which has tools of its own for this."""
    if is_shared(settings):
        raise Refused(reason="the records are on PostgreSQL: use pg_dump and pg_restore")
    return home / DATABASE_FILE


def require_unused(home: Path, settings: Database, environ: Mapping[str, str]) -> None:
    """Pass for a database in which no CA was before, but one whose making was cut off; raises DatabaseUnusable."""
    if is_shared(settings):
        place = _place(home, settings, environ)
        from tegata.ca.store.postgresql.migrate import is_unused  # noqa: PLC0415 - as above

        if not asyncio.run(is_unused(place)):
            raise DatabaseUnusable(path=place.url, reason="there is a CA in it already")


def _there(path: Path) -> Path:
    """The file, if it is a database's; raises DatabaseUnusable."""
    try:
        is_there = path.stat().st_size > 0
    except OSError as error:
        raise DatabaseUnusable(path=path, reason=error.strerror or error) from None
    if not is_there:
        raise DatabaseUnusable(path=path, reason="there is no CA in it")
    return path


def _place(home: Path, settings: Database, environ: Mapping[str, str]) -> "Place":
    """The database's URL and password; raises DatabaseUnusable for a URL that is none, or that holds the password."""
    try:
        parts = urlsplit(settings.url)
        has_password = parts.password is not None or "password=" in parts.query
    except ValueError:
        parts, has_password = urlsplit(""), False
    if has_password:
        raise DatabaseUnusable(path=_without_password(settings.url), reason="the URL holds a password")
    if parts.scheme not in SCHEMES:
        raise DatabaseUnusable(path=settings.url, reason="it is no URL of the form postgresql://USER@HOST/DATABASE")
    try:
        from tegata.ca.store.postgresql.connecting import Place  # noqa: PLC0415 - as above
        from tegata.ca.store.postgresql.servers import one_by_one  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(path=settings.url, reason=f"{error.name} is not installed") from None
    try:
        one_by_one(settings.url)
    except ValueError as error:
        raise DatabaseUnusable(path=settings.url, reason=error) from None
    return Place(settings.url, _password(home, settings, environ), settings.connections)


def _password(home: Path, settings: Database, environ: Mapping[str, str]) -> str | None:
    if environ.get(PASSWORD_VARIABLE):
        return environ[PASSWORD_VARIABLE]
    if not settings.password_file:
        return None
    path = home / settings.password_file
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatabaseUnusable(path=path, reason=getattr(error, "strerror", None) or "it is no text") from None


def _without_password(url: str) -> str:
    """What of a URL may be shown: nothing after its scheme."""
    return url.partition("://")[0] + "://…"
