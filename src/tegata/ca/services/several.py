"""Revocations of all that a report or a contract has: as many as were said, and by two persons if several (S-34).

Which certificates those are, and what else has to hold, is decided before; how they are revoked is done elsewhere.
"""

from collections.abc import Awaitable, Callable, Sequence

from tegata.ca.errors import Refused
from tegata.ca.model import Certificate
from tegata.ca.policy import persons
from tegata.ca.policy.certificates import operator_reason
from tegata.ca.ports import Store, Work
from tegata.text.catalogue import is_printable

MOST_CHARACTERS = 500

Revoke = Callable[[Sequence[Certificate], int], Awaitable[list[Certificate]]]


async def revoke(
    store: Store,
    do: Revoke,
    in_use: Sequence[Certificate],
    *,
    event: str,
    subject: str,
    reason: int,
    revoking: int,
    by: str,
    second: str | None,
    most: int | None,
) -> list[Certificate]:
    """Revoke these certificates, or ``most`` of them now, if they are ``revoking``; how they are then.

    The audit log has the ``event`` about the ``subject`` before anything is done. Where this is killed, what was done
    is done, and the rest is asked for again. Raises Refused, BadRevocationReason.
    """
    operator_reason(reason)
    chosen = in_use if most is None else in_use[: max(most, 0)]
    if len(chosen) != revoking:
        raise Refused(reason="another number of certificates would be revoked than was said")
    person, other = _person(by), None if second is None else _person(second)
    if len(chosen) > 1 and (other is None or persons.is_same(other, person)):
        raise Refused(reason="more than one certificate is revoked only with a second person")
    work = Work()
    about = {"by": person, "count": str(len(chosen)), "reason": str(reason)}
    store.audit.note(work, event, subject, about | ({"second": other} if other else {}))
    await store.commit(work)
    return await do(chosen, reason)


def _person(text: str) -> str:
    stripped = text.strip()
    if not any(map(str.isalnum, stripped)) or not is_printable(stripped) or len(stripped) > MOST_CHARACTERS:
        raise Refused(reason="the name of who revokes or agrees says nothing, or is no name")
    return stripped
