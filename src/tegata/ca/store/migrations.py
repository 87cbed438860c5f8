"""The schema's migrations and what a database must still be given; applying them is each engine's.

Migrations are the files ``migrations/NUMBER_NAME.sql``, numbered 1, 2, 3 … without gaps, each applied once, whole and
in order; their checksums are kept in the database, so that a changed migration is noticed. One called ``….post.sql``
takes something away that the release before still needs: where nodes are replaced one after the other it waits until
the last of them runs the new release. An index on a table that was there before is a migration without anything else:
a server builds it beside the nodes' work. Knows no engine and no table.
"""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from tegata.ca.store.errors import DatabaseTooNew, MigrationAltered


class Migration(NamedTuple):
    """One step of the schema: its number, its file's name and its statements."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """What identifies the text that was applied."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def is_post(self) -> bool:
        """Whether nodes of the release before could not go on after it."""
        return self.name.endswith(".post.sql")


class Applied(NamedTuple):
    """What a database says of a migration it was given."""

    checksum: str
    is_post: bool


class Migrated(NamedTuple):
    """The names of what was applied just now, and of what is left for when all nodes run this release."""

    applied: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Missing(NamedTuple):
    """The names of what a database is given when it is opened, and of what is left for ``migrate --finish``."""

    now: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def known() -> list[Migration]:
    """The migrations of this program, in order."""
    folder = files(__package__).joinpath("migrations")
    found = [
        Migration(int(file.name.split("_")[0]), file.name, file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    ]
    return sorted(found)


def missing(
    migrations: list[Migration], applied: Mapping[int, Applied], where: object, *, is_shared: bool
) -> list[Migration]:
    """What is still to be applied, once the database's own account agrees with this program.

    A shared database may be ahead by migrations that this program can live with, while newer nodes take over. Raises
    DatabaseTooNew, MigrationAltered.
    """
    newest = max(applied, default=0)
    ahead = [found for number, found in applied.items() if number > len(migrations)]
    if ahead and (not is_shared or any(found.is_post for found in ahead)):
        raise DatabaseTooNew(path=where, found=newest, known=len(migrations))
    for migration in migrations[:newest]:
        if applied[migration.number].checksum != migration.checksum:
            raise MigrationAltered(path=where, migration=migration.name)
    return migrations[newest:]


def split(steps: list[Migration], *, finish: bool) -> tuple[list[Migration], list[Migration]]:
    """What to apply now, and what is left: the last steps as long as they are post ones, unless ``finish``."""
    end = len(steps)
    while not finish and end and steps[end - 1].is_post:
        end -= 1
    return steps[:end], steps[end:]


def outcome(applied: list[Migration], left: list[Migration]) -> Migrated:
    """The names of both."""
    return Migrated(tuple(step.name for step in applied), tuple(step.name for step in left))
