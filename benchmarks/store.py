"""How fast the store is on this machine: run ``python benchmarks/store.py [DIRECTORY]``; prints medians of five rounds.

DIRECTORY says which disk (default: the current directory's). An order is one unit of work: the order, two
authorizations, two challenges.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from tegata.acme import identifiers
from tegata.ca.model import (
    Account,
    Application,
    Authorization,
    Challenge,
    Contract,
    Credential,
    Customer,
    Order,
    Organization,
)
from tegata.ca.ports import Store, Work
from tegata.ca.store.sqlite import open_store

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
ROUNDS, ORDERS, CLIENTS, READS = 5, 3000, 64, 20000


def contracted() -> list[tuple[str, object]]:
    """What an order needs to exist: the repository's name and the record."""
    return [
        ("customers", Customer(id="customer", login="a@example.com", password_hash="", created_at=NOW)),
        (
            "contracts",
            Contract(
                id="contract",
                customer_id="customer",
                service="ov-acme-1y",
                organization=Organization(name="Example", country="JP"),
                domains=(".example.com",),
                application=Application.NEW,
                applied_at=NOW,
                starts=NOW,
                ends=LATER,
            ),
        ),
        ("credentials", Credential(kid="kid", contract_id="contract", sealed_mac=b"mac", created_at=NOW)),
        (
            "accounts",
            Account(
                id="account",
                thumbprint="thumbprint",
                jwk={"kty": "EC"},
                contract_id="contract",
                kid="kid",
                binding=b"{}",
                contacts=(),
                terms_agreed_at=NOW,
                created_at=NOW,
            ),
        ),
    ]


async def place_order(store: Store, name: str) -> None:
    """Commit an order with its authorizations and challenges."""
    work = Work()
    ids = (f"{name}-a", f"{name}-b")
    names = (identifiers.Identifier("dns", "www.example.com"), identifiers.Identifier("dns", "example.com"))
    for id_, identifier in zip(ids, names, strict=True):
        challenge = Challenge(id=f"{id_}-c", authorization_id=id_, type="http-01", token=f"{id_}-token")
        authorization = Authorization(
            id=id_,
            account_id="account",
            identifier=identifier,
            wildcard=False,
            created_at=NOW,
            expires_at=LATER,
            challenges=(challenge,),
        )
        store.authorizations.insert(work, authorization)
    order = Order(
        id=name,
        account_id="account",
        contract_id="contract",
        identifiers=names,
        authorization_ids=ids,
        not_before=None,
        not_after=None,
        replaces=None,
        created_at=NOW,
        expires_at=LATER,
    )
    store.orders.insert(work, order)
    await store.commit(work)


async def seconds(measured: Callable[[], Awaitable[object]]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    await measured()
    return time.perf_counter() - began


async def orders_side_by_side(store: Store, prefix: str) -> None:
    """ORDERS orders from CLIENTS tasks."""

    async def client(number: int) -> None:
        for count in range(number, ORDERS, CLIENTS):
            await place_order(store, f"{prefix}-{count}")

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))


async def orders_one_by_one(store: Store, prefix: str) -> None:
    """A tenth of them, each waiting for the disk alone."""
    for count in range(ORDERS // 10):
        await place_order(store, f"{prefix}-alone-{count}")


async def account_reads(store: Store) -> None:
    """Look one account up, again and again."""
    for _ in range(READS):
        await store.accounts.get("account")


async def order_reads(store: Store, prefix: str) -> None:
    """Look orders up."""
    for count in range(READS):
        await store.orders.get(f"{prefix}-{count % ORDERS}")


async def main(directory: Path) -> None:
    """Measure and print."""
    store = open_store(directory / "benchmark.db")
    work = Work()
    for repository, record in contracted():
        getattr(store, repository).insert(work, record)
    await store.commit(work)
    rounds = []
    for number in range(ROUNDS):
        prefix = f"round-{number}"
        rounds.append(
            (
                ORDERS / await seconds(lambda: orders_side_by_side(store, prefix)),  # noqa: B023 - awaited in its turn
                ORDERS // 10 / await seconds(lambda: orders_one_by_one(store, prefix)),  # noqa: B023 - the same
                await seconds(lambda: account_reads(store)) / READS * 1e6,
                await seconds(lambda: order_reads(store, prefix)) / READS * 1e6,  # noqa: B023 - the same
            )
        )
    await store.close()
    many, alone, account, order = (median(column) for column in zip(*rounds, strict=True))
    print(f"orders from {CLIENTS} tasks   {many:10,.0f} a second")
    print(f"orders one by one      {alone:10,.0f} a second")
    print(f"read an account        {account:10.1f} µs")
    print(f"read an order          {order:10.1f} µs")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else ".") as name:
        asyncio.run(main(Path(name)))
