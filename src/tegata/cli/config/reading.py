"""The configuration file from the disk, and its faults on the log: all of them, not the first alone."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tegata.cli.config import file as configfile
from tegata.cli.config.file import Section
from tegata.cli.context import Context
from tegata.cli.errors import BadConfig, UnreadableConfig
from tegata.text.catalogue import explain


def load(context: Context, file: Path) -> Section:
    """Read it; raises BadConfig, after the other faults were told."""
    with faults_told(context):
        return configfile.read(text_of(file), str(file))


@contextlib.contextmanager
def faults_told(context: Context) -> Iterator[None]:
    """Tell all faults but the one that is raised."""
    try:
        yield
    except BadConfig as fault:
        for other in fault.others:
            context.console.error(explain(other, context.language).what)
        raise


def text_of(file: Path) -> str:
    """The text of a file; raises UnreadableConfig."""
    try:
        with file.open("rb") as stream:
            content = stream.read(configfile.SIZE_LIMIT + 1)
    except OSError as error:
        raise UnreadableConfig(file=file, reason=error.strerror or "it cannot be read") from error
    if len(content) > configfile.SIZE_LIMIT:
        raise UnreadableConfig(file=file, reason="it is longer than 512 KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableConfig(file=file, reason="it is not text in UTF-8") from None
