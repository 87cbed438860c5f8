"""Waiting for another tegata that works on the same thing, and saying so in one line."""

import contextlib
from collections.abc import Iterator

from tegata.cli.console import INFO, shown
from tegata.cli.context import Context
from tegata.host.files import Tree


@contextlib.contextmanager
def locked(context: Context, tree: Tree, lock: str, subject: str) -> Iterator[None]:
    """Hold a lock of the tree; ``subject`` is what the line says is worked on.

    Another thread may want this one to end meanwhile, which the clock knows.
    """
    line = f"[{shown(subject)}] Another tegata is at work here; waiting for it"
    with tree.locked(lock, lambda: context.console.log(line, INFO), look=lambda: context.clock.sleep(0)):
        yield
