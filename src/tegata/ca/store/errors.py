"""What can go wrong with the database itself, as typed exceptions.

Nothing here is a refusal of a request: a lost transition is ``ports.Conflict``.
"""

from tegata.errors import TegataError


class DatabaseUnusable(TegataError):
    """The database at ``path`` (a file, or a URL) cannot be opened or brought up to date: ``reason``."""

    code = "store.unusable"


class DatabaseTooNew(TegataError):
    """The database at ``path`` is at schema ``found``; this program knows schemas up to ``known``."""

    code = "store.too-new"


class MigrationAltered(TegataError):
    """Migration ``migration`` was applied to the database at ``path`` in another text than this program's."""

    code = "store.altered"
