"""Settings files: TOML into frozen typed records, all faults told at once.

Knows no setting of its own; the shapes belong to the programs.
"""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from tegata.errors import TegataError

T = TypeVar("T", bound=msgspec.Struct)

# Reading TOML takes time by the square of a key's length; no settings come near this.
SIZE_LIMIT = 64 * 1024


class BadSettings(TegataError):
    """``path`` cannot be used: ``reason`` lists every fault found, one a line."""

    code = "settings.bad"


def load(path: Path, shape: type[T]) -> T:
    """Read a TOML file into ``shape``; unknown keys and wrong types are refused.

    Raises BadSettings naming the file and every faulty top-level table.
    """
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise BadSettings(path=path, reason=error.strerror or error) from None
    if len(content) > SIZE_LIMIT:
        raise BadSettings(path=path, reason=f"it is longer than {SIZE_LIMIT} octets")
    try:
        raw = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(path=path, reason=error) from None
    except RecursionError:
        raise BadSettings(path=path, reason="it is nested too deeply") from None
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise BadSettings(path=path, reason="; ".join(_faults(raw, shape) or [str(error)])) from None


def _faults(raw: dict[str, object], shape: type[msgspec.Struct]) -> list[str]:
    """What is wrong, a line for each top-level entry: msgspec stops at the first fault, a person wants them all."""
    known = {field.name: field for field in msgspec.structs.fields(shape)}
    faults = [f"{name}: unknown setting" for name in raw if name not in known]
    for name, field in known.items():
        if name not in raw:
            if field.required:
                faults.append(f"{name}: missing")
            continue
        try:
            msgspec.convert(raw[name], field.type)
        except msgspec.ValidationError as error:
            faults.append(f"{name}: {error}")
    return faults
