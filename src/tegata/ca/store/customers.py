"""Portal customers and their sessions as rows."""

from tegata.ca.model import Customer, Session
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, micros
from tegata.ca.store.engine import Engine, Row


class CustomerRows:
    """Customers and sessions (``ports.Customers``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, customer_id: str) -> Customer | None:
        """The customer of this id."""
        rows = await self._database.fetch("customers.get", id=customer_id)
        return _customer(rows[0]) if rows else None

    async def by_login(self, login: str) -> Customer | None:
        """The customer who logs in by exactly this name."""
        rows = await self._database.fetch("customers.by_login", login=login)
        return _customer(rows[0]) if rows else None

    async def session(self, token_digest: bytes) -> Session | None:
        """The session of this token, whether it still lasts or not."""
        rows = await self._database.fetch("customers.session", token_digest=token_digest)
        return _session(rows[0]) if rows else None

    def insert(self, work: Work, customer: Customer) -> None:
        """Add a customer; Conflict if the login is taken."""
        work.add(
            "customers.insert",
            rows=1,
            id=customer.id,
            login=customer.login,
            password_hash=customer.password_hash,
            created_at=micros(customer.created_at),
        )
        audit.record(work, "customer.added", customer.id)

    def set_password(self, work: Work, customer_id: str, password_hash: str) -> None:
        """Replace a customer's password, and close all sessions opened with the former one."""
        work.add("customers.hold", id=customer_id)
        work.add("customers.set_password", rows=1, id=customer_id, password_hash=password_hash)
        work.add("customers.close_sessions", id=customer_id)
        audit.record(work, "customer.password-set", customer_id)

    def rename(self, work: Work, customer: Customer, login: str) -> None:
        """Have a customer log in by another name, and close all sessions; Conflict if it is taken."""
        work.add("customers.hold", id=customer.id)
        work.add("customers.rename", rows=1, id=customer.id, former=customer.login, login=login)
        work.add("customers.close_sessions", id=customer.id)
        audit.record(work, "customer.renamed", customer.id, former=customer.login, login=login)

    def open_session(self, work: Work, session: Session, password_hash: str) -> None:
        """Add a session and forget those that ended before it began; Conflict if the password is another by now."""
        work.add("customers.forget_sessions", now=micros(session.created_at))
        work.add(
            "customers.open_session",
            rows=1,
            token_digest=session.token_digest,
            customer_id=session.customer_id,
            password_hash=password_hash,
            created_at=micros(session.created_at),
            expires_at=micros(session.expires_at),
        )
        audit.record(work, "customer.logged-in", session.customer_id)

    def close_session(self, work: Work, token_digest: bytes) -> None:
        """Forget a session; it may be gone already."""
        work.add("customers.close_session", token_digest=token_digest)


def _customer(row: Row) -> Customer:
    (id_, login, password_hash, created_at) = row
    return Customer(id=id_, login=login, password_hash=password_hash, created_at=instant(created_at))


def _session(row: Row) -> Session:
    (token_digest, customer_id, created_at, expires_at) = row
    return Session(
        token_digest=token_digest,
        customer_id=customer_id,
        created_at=instant(created_at),
        expires_at=instant(expires_at),
    )
