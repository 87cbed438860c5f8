"""Forms that are sent once: of two clicks, on whichever nodes, one does what was asked, and the other is told so.

That a form was sent is part of the unit of work that it asked for: one that was refused may be sent again.
"""

from datetime import datetime, timedelta

from tegata.ca.model import Limit
from tegata.ca.ports import Store, Work

_CHARACTERS = 64
_ONCE = Limit(1, timedelta(days=1))
"""For so long a form that is sent again is known."""


class SentBefore(Exception):
    """The same form was sent before, and what it asks for is done."""


def form(once: str, subject: str) -> str:
    """What a form for a subject is known by; empty where there is nothing (``once``) that tells it from another."""
    return f"form {once[:_CHARACTERS]} of {subject}" if once else ""


def spend(store: Store, work: Work, sent: str, now: datetime) -> None:
    """Let the unit of work fail where this form was sent before."""
    if sent:
        store.limits.spend(work, sent, _ONCE, now)


async def was_sent(store: Store, sent: str) -> bool:
    """Whether this form was sent before."""
    return bool(sent) and await store.limits.full_at(sent) is not None
