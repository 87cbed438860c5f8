"""The process's own streams: whatever is written to them is taken, and what they cannot show comes out readable.

Knows encodings, and nothing of what is said.
"""

import codecs
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO, cast

from tegata.text.language import Language

# What our own sentences have beyond ASCII, in the letters that every stream knows.
_NEAREST = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-"})
_READABLE = "tegata.readable"


def standard() -> tuple[TextIO, TextIO, TextIO]:
    """Standard input, output and error: what a console cannot show must not stop a renewal."""
    codecs.register_error(_READABLE, _readable)
    # In this order: a stream that is not there takes the number that its place has.
    return _stream(sys.stdin, "r", "surrogateescape"), _stream(sys.stdout, "w"), _stream(sys.stderr, "w")


def showable(language: Language, *streams: TextIO) -> Language:
    """The language, or English where one of the streams has no letters for it: no sentence is read in escapes."""
    if language is Language.JA:
        for stream in streams:
            try:
                "日本語あア".encode(stream.encoding or "utf-8")  # one in memory has none, and takes all letters
            except UnicodeEncodeError:
                return Language.EN
    return language


def _stream(stream: TextIO | None, mode: str, errors: str = _READABLE) -> TextIO:
    """A stream that takes any character; where the process has none (cron, the Task Scheduler), one of nothing."""
    if stream is None:
        opened = Path(os.devnull).open(mode, errors=errors)  # noqa: SIM115 - for the whole process, and for the hooks that it starts
        os.set_inheritable(opened.fileno(), True)  # noqa: FBT003 - the system's name for it has no keyword
        return cast("TextIO", opened)
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors=errors)
    return stream


def _readable(error: UnicodeError) -> tuple[str, int]:
    """What stands for letters that a stream does not have: the nearest it has, or their numbers."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_NEAREST)
    return text.encode("ascii", "backslashreplace").decode(), error.end
