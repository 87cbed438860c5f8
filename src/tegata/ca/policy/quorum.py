"""When enough places agree (BR 3.2.2.9): a pure count of what remote perspectives saw.

A CA that is not publicly trusted may have any number of them, and the same count without regions. Knows no network.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

from tegata.ca.policy import baseline
from tegata.ca.settings import Policy


class Outcome(Enum):
    """What the votes so far come to."""

    OPEN = auto()
    REACHED = auto()
    MISSED = auto()


def allowed_failures(remotes: int) -> int:
    """How many of so many perspectives may fail to corroborate: none of one, one of up to five, two of more (B-42)."""
    if remotes < 2:
        return 0
    return 1 if remotes <= 5 else 2


def count(agreeing: Sequence[str], failed: int, remotes: int, policy: Policy, now: datetime) -> Outcome:
    """Where the vote stands: ``agreeing`` are the regions of those that corroborate, ``failed`` the number of others.

    Too few perspectives for today's date miss the quorum whatever they say.
    """
    if policy.public and remotes < baseline.limits(now).perspectives:
        return Outcome.MISSED
    if failed > allowed_failures(remotes):
        return Outcome.MISSED
    enough = len(agreeing) >= remotes - allowed_failures(remotes)
    if enough and (not policy.public or len(set(agreeing)) >= baseline.REGIONS):
        return Outcome.REACHED
    return Outcome.OPEN if len(agreeing) + failed < remotes else Outcome.MISSED
