"""Rate limits as settings write them. What a limit means is ``model.Limit``'s; who is limited is asked elsewhere."""

from datetime import timedelta

from tegata.ca.model import Limit

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

UNLIMITED = Limit(10**12, timedelta(days=1))
"""What costs less than a microsecond passes always."""


def parse(text: str) -> Limit:
    """A limit as settings write it, and check it: ``300/3h`` is 300 in any three hours; empty is none."""
    if not text:
        return UNLIMITED
    requests, span = text.split("/")
    return Limit(int(requests), timedelta(seconds=int(span[:-1]) * _UNITS[span[-1]]))
