"""Windows in which certificates are to be renewed (RFC 9773 §4.2), and the choice of an instant in one.

The instant's randomness is an argument. Loads nothing: a renewal that is not due needs this and no certificate.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.pki.life import life

_SHORT_LIFE = timedelta(days=10)


class Window(NamedTuple):
    """A span of time in which a certificate is to be renewed; aware instants, start before end."""

    start: datetime
    end: datetime


def default_window(not_before: datetime, not_after: datetime) -> Window:
    """The window a CA suggests by itself: around two thirds of life, half of one shorter than ten days, 2 % wide."""
    whole = life(not_before, not_after)
    middle = not_after - (whole / 2 if whole < _SHORT_LIFE else whole / 3)
    return Window(middle - whole / 100, middle + whole / 100)


def choose_instant(window: Window, fraction: float) -> datetime:
    """The instant at this fraction (0 to 1) of a window."""
    return window.start + (window.end - window.start) * fraction
