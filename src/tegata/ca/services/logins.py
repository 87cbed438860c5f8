"""Logins of the portal: the form they have, and a user of it who may be new.

Whose contracts a user has, or what else they may do, is decided elsewhere.
"""

import re
from datetime import datetime

from tegata.ca.errors import Refused
from tegata.ca.model import Customer
from tegata.ca.ports import Ids, PasswordHasher, Store, Work

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LOGIN_CHARACTERS = 254


def checked(user: str) -> str:
    """A mail address as a login: lower-case, without spaces around it; raises Refused."""
    login = user.strip().lower()
    if not _MAIL.fullmatch(login) or not login.isprintable() or len(login) > _LOGIN_CHARACTERS:
        raise Refused(reason="the user is no mail address")
    return login


class Logins:
    """The users of the portal."""

    def __init__(self, store: Store, hasher: PasswordHasher, ids: Ids) -> None:
        self._store, self._hasher, self._ids = store, hasher, ids

    async def of(self, work: Work, login: str, now: datetime) -> tuple[Customer, str | None]:
        """The user of a login; a new one goes into the unit of work, and has a first password to be told."""
        customer = await self._store.customers.by_login(login)
        if customer is not None:
            return customer, None
        password = self._ids.password()
        password_hash = await self._hasher.hash(password)
        customer = Customer(id=self._ids.object_id(), login=login, password_hash=password_hash, created_at=now)
        self._store.customers.insert(work, customer)
        return customer, password
