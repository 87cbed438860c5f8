"""Operators: users of the portal who may do there what the operator's commands do.

Made and unmade by the command line alone. What they may do is done by the services that the commands have.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.ca.errors import Refused, UnknownObject
from tegata.ca.model import Customer, Limit, Operator
from tegata.ca.ports import Conflict, Ids, PasswordHasher, Store, Work
from tegata.ca.services import logins
from tegata.ca.services import once as forms
from tegata.ca.services.logins import Logins

MOST_CHARACTERS = 64
_DESK = "operators"
_UNDER_WAY = Limit(1, timedelta(minutes=1))


class Added(NamedTuple):
    """An operator just made; ``password`` is a new user's first one, told this once, or None."""

    operator: Operator
    password: str | None


class OperatorService:
    """Who is an operator."""

    def __init__(self, *, store: Store, hasher: PasswordHasher, ids: Ids, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._logins = Logins(store, hasher, ids)

    async def add(self, login: str, name: str) -> Added:
        """Make whoever logs in by this mail address an operator, named so in what they record; raises Refused."""
        now, work = self._clock(), Work()
        customer, password = await self._logins.of(work, logins.checked(login), now)
        operator = Operator(customer_id=customer.id, login=customer.login, name=_name(name), added_at=now)
        self._store.operators.insert(work, operator)
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason="this user is an operator already") from None
        return Added(operator, password)

    async def begin(self, once: str) -> bool:
        """Whether what a form of the operators' asks for is to be done: nobody has done it, or is about to on any node.

        Without ``once`` it is. Who was killed before ``done`` or ``give_back`` is about to for a minute and no longer.
        """
        sent = forms.form(once, _DESK)
        if not sent:
            return True
        work = Work()
        self._store.limits.spend(work, _begun(sent), _UNDER_WAY, self._clock())
        try:
            await self._store.commit(work)
        except Conflict:
            return False
        return not await forms.was_sent(self._store, sent)

    async def done(self, once: str) -> None:
        """Let a form that was begun, and is done, be known if it is sent again."""
        work = Work()
        forms.spend(self._store, work, forms.form(once, _DESK), self._clock())
        with suppress(Conflict):  # it took so long that it was begun once more, and is done already
            await self._store.commit(work)

    async def give_back(self, once: str) -> None:
        """Let a form be sent again that was begun, and is not done."""
        work = Work()
        self._store.limits.forget(work, _begun(forms.form(once, _DESK)))
        await self._store.commit(work)

    async def list(self) -> list[Operator]:
        """All operators, by their logins."""
        return await self._store.operators.all()

    async def remove(self, login: str) -> Operator:
        """Make a user no operator any more, from the next request on; raises UnknownObject."""
        customer = await self._store.customers.by_login(login.strip().lower())
        operator = await self._store.operators.get(customer.id) if customer else None
        if operator is None:
            raise UnknownObject(kind="operator", name=login)
        work = Work()
        self._store.operators.remove(work, operator)
        try:
            await self._store.commit(work)
        except Conflict:
            raise UnknownObject(kind="operator", name=login) from None
        return operator

    async def of(self, customer: Customer) -> Operator | None:
        """The operator that a user of the portal is, or None."""
        return await self._store.operators.get(customer.id)


def _begun(sent: str) -> str:
    """What a form is known by while somebody is at it."""
    return f"{sent}, begun"


def _name(text: str) -> str:
    name = text.strip()
    if not any(map(str.isalnum, name)) or not name.replace("\u3000", " ").isprintable():
        raise Refused(reason="the name of the operator says nothing, or has more than one line")
    if len(name) > MOST_CHARACTERS:
        raise Refused(reason="the name of the operator is too long")
    return name
