"""What a command of ``tegata-ca`` and its options are made of; the table of them is ``commands``."""

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from tegata.ca.model import Link
from tegata.clock import parse_rfc3339
from tegata.text.catalogue import Sentence


class Option(NamedTuple):
    """An option: ``metavar`` empty for a flag, ``many`` for one that takes several values and may be repeated."""

    name: str
    metavar: str
    about: Sentence
    required: bool = False
    many: bool = False
    type: Callable[[str], Any] = str


class Command(NamedTuple):
    """A command: its words, what it does, its one argument if it has one, and its own options."""

    words: tuple[str, ...]
    about: Sentence
    argument: str = ""
    options: tuple[Option, ...] = ()


def instant(text: str) -> datetime:
    """An option's value as an instant (RFC 3339); raises ArgumentTypeError."""
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not an instant such as 2026-11-24T00:00:00Z") from None


def link(text: str) -> Link:
    """An option's value as a link of the audit log, ``NUMBER:DIGEST``; raises ArgumentTypeError."""
    number, _, digest = text.partition(":")
    try:
        return Link(number=int(number), previous=b"", digest=bytes.fromhex(digest), events=0)
    except ValueError:
        raise argparse.ArgumentTypeError("not a link as audit verify prints it") from None
