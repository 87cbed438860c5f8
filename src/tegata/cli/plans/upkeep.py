"""The typed descriptions of the commands that look after what is stored and need no CA: archives, the layout.

Pure, as ``plan``, which these belong to.
"""

from pathlib import Path
from typing import TypeAlias

import msgspec

from tegata.cli.grammar import flags
from tegata.cli.grammar.words import Invocation
from tegata.cli.plans.servers import directory_of


class ArchivesList(msgspec.Struct, frozen=True):
    """``archives list``: show what was put away."""

    path: Path
    json: bool


class ArchivesRestore(msgspec.Struct, frozen=True):
    """``archives restore``: bring something back."""

    path: Path
    name: str | None
    """None: to be chosen from the list."""


class Migrate(msgspec.Struct, frozen=True):
    """``migrate``: make a tree of lego 4 one of lego 5, or back."""

    path: Path
    server: str
    """The directory of the CA whose accounts are to know it."""
    accounts_only: bool
    undo: bool
    agreed: bool


Upkeep: TypeAlias = ArchivesList | ArchivesRestore | Migrate
COMMANDS = ("archives list", "archives restore", "migrate")


def make(invocation: Invocation, path: Path) -> Upkeep:
    """Turn an understood command line of one of these commands into its description."""
    match invocation.command:
        case "archives list":
            return ArchivesList(path, json=invocation.switch("json"))
        case "archives restore":
            return ArchivesRestore(path, invocation.text("archive"))
        case _:
            return Migrate(
                path,
                server=directory_of(invocation.text("server") or flags.DEFAULT_SERVER),
                accounts_only=invocation.switch("account-only"),
                undo=invocation.switch("undo"),
                agreed=invocation.switch("yes"),
            )
