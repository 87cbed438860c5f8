"""Whether a certificate is to be renewed now (``Renew`` of the command line).

Pure: what is known goes in as ``Facts``, a decision comes out. Reads no file, asks no CA, chooses no random instant.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

import msgspec

from tegata.acme.window import Window
from tegata.pki.life import life, whole_days_left

_DEFAULT_LEAD = timedelta(days=30)
_LEAD_OF_LIFE = 3
# lego's, and Let's Encrypt's advice.
_SHORT_LIFE = timedelta(days=10)
_LEAD_OF_SHORT_LIFE = 2
# How long a schedule may be away after this look: as long as a night's cron, or a tenth of a life that is short.
_LOOKS_AGAIN = timedelta(days=1)
_LOOKS_AGAIN_IN_LIFE = 10
# The part of its life that a certificate may stay due before it is said to be overdue.
_OVERDUE_AFTER = 10


class Cause(StrEnum):
    """What decided."""

    REVOKED = "revoked"
    NAMES = "names"
    PROFILE = "profile"
    KEY = "key"
    WINDOW_CLOSED = "window-closed"
    WINDOW = "window"
    DAYS = "days"
    LIFE = "life"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a certificate; all instants are aware.

    ``window`` is the CA's renewal information and ``window_instant`` the instant once chosen in it (RFC 9773 §4.2);
    they go together. ``days`` is an explicit ``--days``. ``contract_ends`` is how far the CA issues at all.
    """

    now: datetime
    not_before: datetime
    not_after: datetime
    revoked: bool = False
    window: Window | None = None
    window_instant: datetime | None = None
    days: int | None = None
    contract_ends: datetime | None = None
    waits: bool = False
    """Whether that instant itself is waited for, so that nobody needs to look again before it."""
    dynamic: bool = False
    """Whether the rule of thumb goes by the life alone: a third of it, half of a short one."""
    changed: Cause | None = None
    """Which wish it no longer answers to: its names, its profile or its type of key; None: it is as it is wanted."""

    def __post_init__(self) -> None:
        if (self.window is None) != (self.window_instant is None):
            raise ValueError("a window and the instant chosen in it go together")


class Due(msgspec.Struct, frozen=True):
    """Renew now."""

    cause: Cause


class NotDue(msgspec.Struct, frozen=True):
    """Not yet; by the same facts it becomes due at ``until``."""

    cause: Cause
    until: datetime


class Pointless(msgspec.Struct, frozen=True):
    """It is due, but the contract ends first: a new certificate could not live longer than this one."""

    contract_ends: datetime


Decision: TypeAlias = Due | NotDue | Pointless


def decide(facts: Facts) -> Decision:
    """Decide.

    A revoked certificate is replaced whatever else is said, and so is one that is not as it is wanted now. Then, an
    explicit number of days decides, in whole days as lego counts them (any negative number: it is time at any time);
    without one, the CA's renewal information, unless that comes after the certificate's end; without that, 30 days or a
    third of the life, whichever is less. A window that has closed makes it due in any case. An open one that may have
    closed when a schedule looks again makes it due now: what is to be replaced may be revoked then (RFC 9773 §4.2).

    What is due is pointless where the contract's end would cut the new certificate off no later than this one: the same
    would be ordered again each day. More days than the certificate has left say that somebody wants it all the same.
    And a certificate that is of no use any more is never kept for its contract's sake: a CA closes the window of one it
    has revoked, and of one cut short by its contract only as that one ends.
    """
    if facts.revoked:
        return Due(Cause.REVOKED)
    if facts.changed is not None:
        return Due(facts.changed)
    decision = _by_time(facts)
    ends = facts.contract_ends
    if isinstance(decision, NotDue) or ends is None or not is_as_long_as_can_be(facts):
        return decision
    return decision if _is_closed(facts) or _has_ended(facts) or _forced(facts) else Pointless(ends)


def is_overdue(facts: Facts) -> bool:
    """Whether by time alone, or for a revocation, it was due already when a tenth less of the life was over (C-14).

    Whoever wants it renewed later, by ``days``, is not late before that; but is once it has ended.
    """
    earlier = facts.now - life(facts.not_before, facts.not_after) / _OVERDUE_AFTER
    rules = {None} if _has_ended(facts) else {None, facts.days}
    then = (msgspec.structs.replace(facts, now=earlier, days=days, changed=None) for days in rules)
    return all(isinstance(decide(each), Due) for each in then)


def is_called_for(facts: Facts) -> bool:
    """Whether the CA wants it replaced at once, whoever else does: its window has closed, or it is revoked."""
    return facts.revoked or _is_closed(facts)


def is_as_long_as_can_be(facts: Facts) -> bool:
    """Whether the contract would cut a new certificate off no later than this one, as far as is known."""
    return facts.contract_ends is not None and facts.contract_ends <= facts.not_after


def _by_time(facts: Facts) -> Due | NotDue:
    decision = _scheduled(facts)
    if isinstance(decision, NotDue) and _is_closed(facts):
        return Due(Cause.WINDOW_CLOSED)
    if isinstance(decision, NotDue) and _has_ended(facts):
        return Due(Cause.LIFE)
    return decision


def _is_closed(facts: Facts) -> bool:
    return facts.window is not None and facts.window.end <= facts.now


def _has_ended(facts: Facts) -> bool:
    return facts.not_after < facts.now


def _scheduled(facts: Facts) -> Due | NotDue:
    if facts.days is not None:
        if facts.days < 0 or whole_days_left(facts.not_after, facts.now) <= facts.days:
            return Due(Cause.DAYS)
        # The first instant at which that many whole days are left.
        return NotDue(Cause.DAYS, facts.not_after - timedelta(days=facts.days + 1) + timedelta.resolution)
    # A window that would let the certificate run out (a wrong date at the CA) is no plan to go by.
    if facts.window_instant is not None and facts.window_instant < facts.not_after:
        instant = facts.window_instant if facts.waits else min(facts.window_instant, _last_look(facts))
        return _from(instant, Cause.WINDOW, facts.now)
    return _from(facts.not_after - _lead(facts), Cause.LIFE, facts.now)


def _last_look(facts: Facts) -> datetime:
    """From when on a schedule may come too late for the window, or for the certificate's end, if it does not go now."""
    assert facts.window is not None
    away = min(_LOOKS_AGAIN, life(facts.not_before, facts.not_after) / _LOOKS_AGAIN_IN_LIFE)
    if facts.window.end > facts.not_after - away:
        return facts.not_after - away
    return max(facts.window.start, facts.window.end - away)


def _lead(facts: Facts) -> timedelta:
    """How long before the end it is time, where nobody else says."""
    whole = life(facts.not_before, facts.not_after)
    if facts.dynamic:
        return whole / (_LEAD_OF_LIFE if whole > _SHORT_LIFE else _LEAD_OF_SHORT_LIFE)
    return min(_DEFAULT_LEAD, whole / _LEAD_OF_LIFE)


def _from(instant: datetime, cause: Cause, now: datetime) -> Due | NotDue:
    return Due(cause) if instant <= now else NotDue(cause, instant)


def _forced(facts: Facts) -> bool:
    return facts.days is not None and facts.days > whole_days_left(facts.not_after, facts.now)
