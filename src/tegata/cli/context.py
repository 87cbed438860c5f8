"""What every command is handed besides its plan: the console, the clock, the environment, chance.

Values that a test can replace; made in ``program`` and nowhere else.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from tegata.cli.console import Console
from tegata.clock import Clock
from tegata.text.language import Language

if TYPE_CHECKING:
    from tegata.cli.sharing import Shared


class Context(msgspec.Struct, frozen=True):
    """The surroundings of one run."""

    console: Console
    clock: Clock
    environ: Mapping[str, str]
    language: Language
    chance: Callable[[], float]
    """A random number from 0 to 1."""
    name: str = "tegata"
    """What the program is called."""
    shared: "Shared | None" = None
    """What is in common with orders that are at work at the same time; None: there are no others."""
