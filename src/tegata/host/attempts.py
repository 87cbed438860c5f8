"""How often in a row an order or a registration has failed, kept on the disk, so that no schedule hammers a CA.

The first failure holds nothing back; each further one makes the pause before the next unattended try longer, up to a
limit and never beyond it (S-17). Whether somebody is there to try at once is for the caller to know.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import msgspec

from tegata.clock import parse_rfc3339, rfc3339
from tegata.host import gojson
from tegata.host.errors import HeldBack, NotWritable
from tegata.host.files import Tree, forget, read, replace
from tegata.host.stems import stem_of

if TYPE_CHECKING:
    from tegata.host.accounts import AccountFolder

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
# Around the certificate's end a site is about to die, and what the CA refused may be put right at any time. Who has not
# done so by some days after it is not waiting for every ten minutes, and the CA is hammered for ever.
NEAR_END = timedelta(days=3)
LONGEST_NEAR_END = timedelta(minutes=10)
# The longest a CA is believed that asks for more patience than we have.
LONGEST_ASKED = timedelta(days=1)
# So many different orders in a row may fail at once: somebody mends a command line, and no program writes new ones.
MOST_CORRECTIONS = 8
# Beyond so many doublings the pause is the longest anyway; the exponent must not grow without end.
_DOUBLINGS = 10


class Attempts(msgspec.Struct, frozen=True):
    """What is remembered of the failures since the last success."""

    failures: int = 0
    try_again: datetime | None = None
    """Nothing is tried unattended before."""
    reason: str = ""
    """The code of the last failure."""
    orders: tuple[str, ...] = ()
    """Which orders failed, one name for all that is asked for; none: whatever is asked for is held back."""
    urgent: bool = False
    """Whether the CA itself had called for the last one."""

    def failed(
        self, now: datetime, reason: str, asked: float | None, *, ends: datetime | None, order: str, urgent: bool
    ) -> "Attempts":
        """One more; ``asked`` is how long the CA wants to be left alone, in seconds, whatever is ordered.

        ``ends`` is the end of the certificate in whose place it was ordered; None: there is none. ``urgent`` is
        whether the CA had called for the order. After the first failure what stood in the way may be put right at
        once, so that our own pauses begin with the second.
        """
        longest = LONGEST_NEAR_END if ends and abs(ends - now) < NEAR_END else LONGEST_PAUSE
        doublings = min(self.failures - 1, _DOUBLINGS)
        pause = min(FIRST_PAUSE * 2**doublings, longest) if self.failures else timedelta()
        wanted = min(timedelta(seconds=min(asked or 0, LONGEST_ASKED.total_seconds())), LONGEST_ASKED)
        orders = () if wanted > pause else tuple(dict.fromkeys((*self.orders, order)))[-MOST_CORRECTIONS:]
        return Attempts(self.failures + 1, now + max(pause, wanted), reason, orders, urgent)

    def check(self, now: datetime, order: str, *, urgent: bool) -> None:
        """Pass if this may be ordered; raises HeldBack. A date that no pause reaches comes of a wrong clock.

        What was not ordered yet is put right by somebody, who need not wait. Nor need an order for which the CA has
        called since the last one failed, as after a contract's renewal: that is its newer word.
        """
        is_another = 0 < len(self.orders) < MOST_CORRECTIONS and order not in self.orders
        is_called_for = urgent and not self.urgent
        if (
            not (is_another or is_called_for)
            and self.try_again is not None
            and now < self.try_again <= now + LONGEST_ASKED
        ):
            raise HeldBack(failures=self.failures, until=rfc3339(self.try_again), reason=self.reason)


class AttemptsFile:
    """The file that keeps them for a certificate."""

    def __init__(self, tree: Tree, name: str) -> None:
        self._tree = tree
        self._file = tree.attempts / f"{stem_of(name)}.json"

    @classmethod
    def of_account(cls, folder: "AccountFolder") -> Self:
        """The one for an account that is to be made."""
        file = cls(folder.tree, folder.user)
        # In a folder of its own: a certificate may be called anything.
        file._file = folder.tree.attempts / "accounts" / folder.folder.parent.name / f"{folder.user}.json"
        return file

    def load(self) -> Attempts:
        """What is remembered; a file that is missing or damaged says nothing. Raises NotReadable."""
        try:
            return _from_json(gojson.load(read(self._file) or b""))
        except (ValueError, TypeError, KeyError):
            return Attempts()

    def save(self, attempts: Attempts) -> None:
        """Remember; raises NotWritable."""
        self._tree.make_own(self._file.parent)
        value: dict[str, object] = {
            "failures": attempts.failures,
            "reason": attempts.reason,
            "orders": list(attempts.orders),
        }
        if attempts.urgent:
            value["urgent"] = True
        if attempts.try_again is not None:
            value["tryAgain"] = rfc3339(attempts.try_again)
        replace(self._file, gojson.dump(value), shared=True)

    def forget(self) -> None:
        """Remember nothing; where it cannot be removed, it holds back what fails next, and nothing that has worked."""
        with contextlib.suppress(NotWritable):
            forget(self._file)


def _from_json(value: Mapping[str, object]) -> Attempts:
    failures = value["failures"]
    if not isinstance(failures, int):
        raise TypeError("failures")
    orders = value.get("orders", ())  # none in a file of an earlier release
    if not isinstance(orders, (list, tuple)):
        raise TypeError("orders")
    return Attempts(
        max(failures, 0),
        parse_rfc3339(str(value["tryAgain"])),
        str(value["reason"]),
        tuple(map(str, orders)),
        value.get("urgent") is True,
    )
