"""Files of environment variables (dotenv): ``NAME=value`` lines, quoted or not, for one certificate's work alone.

A ``#`` begins a comment behind a blank only, as with lego: secrets have such signs. Pure but for the one file; what a
certificate's says never becomes part of this process's own environment, where other certificates' hooks and providers
would see it.
"""

import re
from pathlib import Path

from tegata.cli.errors import BadEnvFile, UnreadableEnvFile

SIZE_LIMIT = 64 * 1024

_LINE = re.compile(
    r"""\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*
    (?: (?: '(?P<raw>[^']*)' | "(?P<quoted>(?:[^"\\]|\\.)*)" ) \s*(?:\#.*)?
      | (?P<plain>(?:(?<==)\#|[^'"\s\#]).*?|) (?:\s+\#.*|\s*) )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def load(file: Path) -> dict[str, str]:
    """The variables of a file; raises BadEnvFile."""
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise UnreadableEnvFile(file=file, reason=error.strerror or "it cannot be read") from error
    if len(content) > SIZE_LIMIT:
        raise UnreadableEnvFile(file=file, reason="it is longer than 64 KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableEnvFile(file=file, reason="it is not text in UTF-8") from None
    return read(text, str(file))


def read(text: str, file: str) -> dict[str, str]:
    """The variables in a text; ``file`` is what messages call it. Raises BadEnvFile, which shows no value."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or "\0" in line:  # which no system takes
            raise BadEnvFile(file=file, line=number, reason="it is no NAME=value")
        if match["quoted"] is not None:
            value = re.sub(r"\\(.)", lambda each: _ESCAPES.get(each[1], each[1]), match["quoted"])
        else:
            value = match["raw"] if match["raw"] is not None else match["plain"]
        found[match["name"]] = value
    return found
