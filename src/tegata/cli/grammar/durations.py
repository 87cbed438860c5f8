"""Spans of time as Go writes them and lego's flags take them: ``90s``, ``2m``, ``1h30m``, ``500ms``."""

import re
from datetime import timedelta
from fractions import Fraction

_MICROSECONDS = {
    "ns": Fraction(1, 1000),
    "us": Fraction(1),
    "µs": Fraction(1),
    "μs": Fraction(1),
    "ms": Fraction(1000),
    "s": Fraction(1_000_000),
    "m": Fraction(60_000_000),
    "h": Fraction(3_600_000_000),
}
_PART = re.compile(rf"([0-9]+\.?[0-9]*|\.[0-9]+)({'|'.join(_MICROSECONDS)})", re.ASCII)


def parse(text: str) -> timedelta:
    """Read one; raises ValueError for anything else, a number without a unit (but 0) included."""
    sign = -1 if text.startswith("-") else 1
    body = text.removeprefix("-") if sign < 0 else text.removeprefix("+")
    if body == "0":
        return timedelta()
    parts = _PART.findall(body)
    if not parts or "".join(number + unit for number, unit in parts) != body or len(body) > 64:
        raise ValueError(f"not a duration: {text!r}")
    total = sum(
        Fraction(number.strip(".") if number.endswith(".") else number) * _MICROSECONDS[unit] for number, unit in parts
    )
    try:
        return sign * timedelta(microseconds=int(total))
    except OverflowError:
        raise ValueError(f"too long a duration: {text!r}") from None
