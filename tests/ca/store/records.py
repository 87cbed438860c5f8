"""Records to be stored: complete ones, by default all of one contract."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tegata.acme import identifiers
from tegata.ca.errors import Fault
from tegata.ca.model import (
    Account,
    Application,
    Authorization,
    Certificate,
    Challenge,
    Contract,
    Credential,
    Customer,
    Job,
    Order,
    Organization,
)
from tegata.ca.ports import Store, Work

NOW = datetime(2026, 11, 24, 2, 31, 0, 123457, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FAULT = Fault(code="validation.dns", facts={"name": "www.example.com", "reason": "NXDOMAIN"}, reference="T-7KM2Q9XZ")


def customer(**changes: Any) -> Customer:
    return replace(
        Customer(id="customer", login="tanaka@example.com", password_hash="$argon2id$", created_at=NOW), **changes
    )


def contract(**changes: Any) -> Contract:
    return replace(
        Contract(
            id="contract",
            customer_id="customer",
            service="ov-acme-1y",
            organization=Organization(name="株式会社例", country="JP", locality="千代田区"),
            domains=("www.example.com", ".例え.jp"),
            application=Application.NEW,
            applied_at=NOW,
            starts=NOW,
            ends=NOW + 365 * DAY,
        ),
        **changes,
    )


def credential(**changes: Any) -> Credential:
    return replace(
        Credential(kid="kid", contract_id="contract", sealed_mac=b"\x00sealed\xff", created_at=NOW), **changes
    )


def account(**changes: Any) -> Account:
    return replace(
        Account(
            id="account",
            thumbprint="thumb",
            jwk={"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ"},
            contract_id="contract",
            kid="kid",
            binding=b'{"protected":""}',
            contacts=("mailto:tanaka@example.com",),
            terms_agreed_at=NOW,
            created_at=NOW,
        ),
        **changes,
    )


def authorization(name: str = "authorization", host: str = "www.example.com", **changes: Any) -> Authorization:
    """With an http-01 and a dns-01 challenge, whose ids are NAME-http and NAME-dns."""
    return replace(
        Authorization(
            id=name,
            account_id="account",
            identifier=identifiers.dns(host),
            wildcard=False,
            created_at=NOW,
            expires_at=NOW + 7 * DAY,
            challenges=(
                Challenge(id=f"{name}-http", authorization_id=name, type="http-01", token=f"{name}-token-1"),
                Challenge(id=f"{name}-dns", authorization_id=name, type="dns-01", token=f"{name}-token-2"),
            ),
        ),
        **changes,
    )


def order(name: str = "order", **changes: Any) -> Order:
    return replace(
        Order(
            id=name,
            account_id="account",
            contract_id="contract",
            identifiers=(identifiers.dns("www.example.com"), identifiers.ip("192.0.2.7")),
            authorization_ids=(),
            not_before=None,
            not_after=None,
            replaces=None,
            created_at=NOW,
            expires_at=NOW + 7 * DAY,
        ),
        **changes,
    )


def certificate(serial: str = "a1", order_id: str = "order", **changes: Any) -> Certificate:
    return replace(
        Certificate(
            serial=serial,
            order_id=order_id,
            account_id="account",
            contract_id="contract",
            names=("www.example.com", "example.com"),
            not_before=NOW,
            not_after=NOW + 90 * DAY,
            spki_digest=b"\x01" * 32,
            tbs=b"tbs",
            intended_at=NOW,
        ),
        **changes,
    )


def job(name: str = "job", **changes: Any) -> Job:
    return replace(Job(id=name, kind="validate", subject=f"{name}-subject", run_at=NOW), **changes)


async def populate(store: Store) -> None:
    """One customer with a contract, an EAB and an account."""
    work = Work()
    store.customers.insert(work, customer())
    store.contracts.insert(work, contract())
    store.credentials.insert(work, credential())
    store.accounts.insert(work, account())
    await store.commit(work)


async def place_order(store: Store, name: str, **changes: Any) -> None:
    """An order NAME with two authorizations, NAME-a and NAME-b, in one unit of work."""
    work = Work()
    store.authorizations.insert(work, authorization(f"{name}-a"))
    store.authorizations.insert(work, authorization(f"{name}-b", "example.com"))
    store.orders.insert(work, order(name, authorization_ids=(f"{name}-b", f"{name}-a"), **changes))
    await store.commit(work)
