"""Customers of the portal: log-in, sessions, and the contracts that are theirs.

Passwords are compared by the hasher only; of a session's token only its digest is stored.
"""

import contextlib
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from tegata.ca.errors import LoginFailed, NotFound, Refused, UnknownObject
from tegata.ca.journal import Journal
from tegata.ca.model import Customer, Limit, Session
from tegata.ca.ports import Conflict, Ids, PasswordHasher, Store, Work
from tegata.ca.services import logins
from tegata.ca.services.contracts import ContractService, ContractView, Listed

__all__ = ["ContractView", "CustomerService"]

SESSION_LIFE = timedelta(hours=8)
"""So long pages are shown to who has logged in."""
FORM_LIFE = timedelta(hours=4)
"""So much longer forms are taken: what is typed on a page that was shown is not lost with the session's end."""
PASSWORD_CHARACTERS = 1000
LOGIN_FAILED = "customer.login-failed"
NOTED = Limit(1000, timedelta(hours=1))
"""Failures to log in that go on record, of a customer or of logins that nobody has; the log has the rest."""
NOBODY = "portal"
"""What an event is about that tells of a login nobody has: what was typed may be a password, and is not kept."""


log = Journal("logins")


class CustomerService:
    """Who logs in, and what belongs to them."""

    def __init__(
        self,
        *,
        store: Store,
        contracts: ContractService,
        hasher: PasswordHasher,
        ids: Ids,
        clock: Callable[[], datetime],
        require_clock: Callable[[], None],
    ) -> None:
        self._store, self._contracts = store, contracts
        self._hasher, self._ids, self._clock = hasher, ids, clock
        self._require_clock = require_clock
        self._nobodys_hash: str | None = None

    async def login(self, login: str, password: str, *, address: str = "") -> tuple[str, Session]:
        """Open a session; its token is told this once. Raises LoginFailed, alike for an unknown login.

        A failure is on record with the ``address`` it came from (B-93), or, beyond ``NOTED``, in the log alone: whoever
        has many addresses would else fill what is kept for years.
        """
        customer = await self.check(login, password, address=address)
        # While the hash was compared, a new password may have been made: then this one is wrong after all.
        with contextlib.suppress(Conflict):
            return await self._open_session(customer)
        await self._note_failure(customer, address)
        raise LoginFailed

    async def check(self, login: str, password: str, *, address: str = "") -> Customer:
        """Whose login and password these are; raises and records as ``login``, and opens no session."""
        customer = await self._store.customers.by_login(login.strip().lower())
        password_hash = await self._hash_of_nobody() if customer is None else customer.password_hash
        right = len(password) <= PASSWORD_CHARACTERS and await self._hasher.verify(password_hash, password)
        if customer is not None and right:
            return customer
        await self._note_failure(customer, address)
        raise LoginFailed

    async def new_password(self, login: str) -> tuple[Customer, str]:
        """Replace a customer's password by a random one, told this once, and end their sessions.

        ``login`` is the mail address they log in by; raises UnknownObject where nobody has it.
        """
        customer = await self._store.customers.by_login(login.strip().lower())
        if customer is None:
            raise UnknownObject(kind="login", name=login)
        password = self._ids.password()
        work = Work()
        self._store.customers.set_password(work, customer.id, await self._hasher.hash(password))
        await self._store.commit(work)
        return customer, password

    async def rename(self, login: str, to: str) -> Customer:
        """Have who logs in by one mail address log in, and be written to, by another; their sessions end.

        Contracts and password stay. Raises UnknownObject where nobody has the login; Refused for what is no mail
        address, and for one that is a login already.
        """
        customer = await self._store.customers.by_login(login.strip().lower())
        if customer is None:
            raise UnknownObject(kind="login", name=login)
        new, work = logins.checked(to), Work()
        self._store.customers.rename(work, customer, new)
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason="somebody logs in by this mail address already") from None
        return msgspec.structs.replace(customer, login=new)

    async def session(self, token: str, *, is_form: bool = False) -> Customer | None:
        """The customer of a live session, or None; a form that is sent finds it alive for longer than a page.

        What a form asks for would be dated by this machine's clock: it raises ClockApart where that is wrong (B-03).
        """
        if is_form:
            self._require_clock()
        session = await self._store.customers.session(_digest(token))
        if session is None or self._clock() >= session.expires_at - (timedelta() if is_form else FORM_LIFE):
            return None
        return await self._store.customers.get(session.customer_id)

    async def logout(self, token: str) -> None:
        """Close a session, if there is one."""
        work = Work()
        self._store.customers.close_session(work, _digest(token))
        await self._store.commit(work)

    async def contracts(self, customer: Customer) -> list[Listed]:
        """The customer's contracts, oldest first."""
        return await self._contracts.of_customer(customer.id)

    async def contract(self, customer: Customer, contract_id: str) -> ContractView:
        """One contract of the customer's; another's and a missing one raise the same NotFound."""
        try:
            view = await self._contracts.show(contract_id)
        except UnknownObject:
            raise NotFound from None
        if view.customer.id != customer.id:
            raise NotFound
        return view

    async def _note_failure(self, customer: Customer | None, address: str) -> None:
        subject, facts = customer.id if customer else NOBODY, {"address": address} if address else {}
        work = Work()
        self._store.limits.spend(work, f"failed log-ins of {subject}", NOTED, self._clock())
        self._store.audit.note(work, LOGIN_FAILED, subject, facts)
        try:
            await self._store.commit(work)
        except Conflict:
            log.warning("login.failed", subject=subject, **facts)

    async def _open_session(self, customer: Customer) -> tuple[str, Session]:
        """A session and its token; raises Conflict where the customer's password is another by now."""
        now = self._clock()
        token = self._ids.token()
        session = Session(
            token_digest=_digest(token),
            customer_id=customer.id,
            created_at=now,
            expires_at=now + SESSION_LIFE + FORM_LIFE,
        )
        work = Work()
        self._store.customers.open_session(work, session, customer.password_hash)
        await self._store.commit(work)
        return token, session

    async def _hash_of_nobody(self) -> str:
        """The hash of a password nobody has: compared for unknown logins, so that they take as long."""
        if self._nobodys_hash is None:
            self._nobodys_hash = await self._hasher.hash(self._ids.password())
        return self._nobodys_hash


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
