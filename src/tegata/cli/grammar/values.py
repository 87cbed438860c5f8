"""From a flag's text to its value, by the flag's kind, as Go's ``flag`` and ``strconv`` packages read it.

Pure; knows neither where a text came from nor what a value is for.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from tegata.cli.errors import BadDuration, BadNatural, BadNumber, BadReason, BadSwitch, BadText, BadTime
from tegata.cli.grammar.flags import Flag, Kind
from tegata.clock import parse_rfc3339
from tegata.pki import reasons

Value: TypeAlias = bool | int | str | tuple[str, ...] | timedelta | datetime

# What Go's strconv.ParseBool takes.
TRUE = ("1", "t", "T", "TRUE", "true", "True")
FALSE = ("0", "f", "F", "FALSE", "false", "False")

# Go's integers with a base of their own: 0x10, 0b101, 0o17 or 017, 1_000. Python's int takes more.
_INTEGER = r"([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|([1-9](?:_?[0-9])*|0))"
_BASES = (16, 2, 8, 10)
_GREATEST = 2**63 - 1


def read(flag: Flag, source: str, text: str) -> Value:
    """The value of a flag; ``source`` is what messages call the place the text came from.

    Raises BadText, BadSwitch, BadNumber, BadReason, BadDuration, BadTime.
    """
    if not (text.isascii() or flag.octets or _is_text(text)):
        raise BadText(source=source, value=text)
    reader = _READERS.get(flag.kind)
    return reader(source, text) if reader else text


def _is_text(value: str) -> bool:
    """Whether it was UTF-8: what was not, Python has in it as surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _switch(source: str, text: str) -> bool:
    if text not in TRUE and text not in FALSE:
        raise BadSwitch(source=source, value=text)
    return text in TRUE


def _list(_: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _number(source: str, text: str, least: int = -_GREATEST) -> int:
    bad = BadNatural if least == 0 else BadNumber
    match = re.fullmatch(_INTEGER, text)
    if match is None or len(text) > 80:
        raise bad(source=source, value=text)
    sign, *forms = match.groups()
    digits, base = next((digits, base) for digits, base in zip(forms, _BASES, strict=True) if digits)
    number = int(sign + digits.replace("_", ""), base)
    if not least <= number <= _GREATEST:
        raise bad(source=source, value=text)
    return number


def _reason(source: str, text: str) -> int:
    if not text.isalpha():
        return _number(source, text, least=0)
    number = reasons.number_of(text)
    if number is None:
        raise BadReason(source=source, value=text, known=", ".join(reasons.NUMBERS))
    return number


def _duration(source: str, text: str) -> timedelta:
    from tegata.cli.grammar import durations  # with what it needs, a hundredth of a start

    try:
        return durations.parse(text)
    except ValueError:
        raise BadDuration(source=source, value=text) from None


def _time(source: str, text: str) -> datetime:
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise BadTime(source=source, value=text) from None


_READERS: dict[Kind, Callable[[str, str], Value]] = {
    Kind.SWITCH: _switch,
    Kind.SPOKEN: _switch,
    Kind.LIST: _list,
    Kind.INTEGER: _number,
    Kind.NATURAL: partial(_number, least=0),
    Kind.REASON: _reason,
    Kind.DURATION: _duration,
    Kind.TIME: _time,
}
