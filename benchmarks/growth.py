"""What a newOrder costs at tegata-ca with a thousand certificates in its store, and with a hundred thousand or more.

Run ``python benchmarks/growth.py [-n ROUNDS] [--most CERTIFICATES]``; it prints Markdown. The store is filled between
the rounds by copies of what one issued order left there, each with names of its own. Changes nothing of the program.
"""

import argparse
import asyncio
import secrets
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import figures
import load
import servers
from zone import DOMAIN

ROUNDS, MOST, ORDERS = 5, 100_000, 200
BATCH = 5_000
# The tables that an issued order leaves rows in, and their columns that name rows.
TABLES = {
    "authorizations": ("id",),
    "challenges": ("id", "authorization_id"),
    "orders": ("id", "serial"),
    "order_authorizations": ("order_id", "authorization_id"),
    "certificates": ("serial", "order_id"),
    "events": ("id", "subject"),
}

_ISSUED = {
    "authorizations": """SELECT a.* FROM authorizations AS a
        JOIN order_authorizations AS l ON l.authorization_id = a.id
        JOIN certificates AS c ON c.order_id = l.order_id WHERE c.serial = :serial""",
    "challenges": """SELECT h.* FROM challenges AS h
        JOIN order_authorizations AS l ON l.authorization_id = h.authorization_id
        JOIN certificates AS c ON c.order_id = l.order_id WHERE c.serial = :serial""",
    "orders": "SELECT * FROM orders WHERE serial = :serial",
    "order_authorizations": """SELECT l.* FROM order_authorizations AS l
        JOIN certificates AS c ON c.order_id = l.order_id WHERE c.serial = :serial""",
    "certificates": "SELECT * FROM certificates WHERE serial = :serial",
    "events": """SELECT e.* FROM events AS e
        JOIN certificates AS c ON e.subject IN (c.serial, c.order_id) WHERE c.serial = :serial""",
}


class Filler:
    """Copies the rows of the one order that was issued."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.row_factory = sqlite3.Row
        (serial,) = connection.execute("SELECT serial FROM certificates LIMIT 1").fetchone()
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for table, statement in _ISSUED.items():
            self._rows[table] = [dict(row) for row in connection.execute(statement, {"serial": serial})]

    def fill(self, count: int) -> None:
        """Have so many certificates in the store."""
        (there,) = self._connection.execute("SELECT count(*) FROM certificates").fetchone()
        for begin in range(there, count, BATCH):
            copies = [self._copy() for _ in range(begin, min(begin + BATCH, count))]
            self._connection.execute("BEGIN IMMEDIATE")
            for table, rows in self._rows.items():
                marks = ", ".join(f":{column}" for column in rows[0])
                statement = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - from above
                self._connection.executemany(statement, (row for copy in copies for row in copy[table]))
            self._connection.execute("COMMIT")

    def _copy(self) -> dict[str, list[dict[str, Any]]]:
        """The rows with other ids, alike in all tables, another name, and events that are bound already."""
        ids: dict[str, str] = {}

        def other(old: str) -> str:
            return ids.setdefault(old, old[:8] + secrets.token_urlsafe(16))

        copy = {
            table: [row | {column: other(row[column]) for column in TABLES[table]} for row in rows]
            for table, rows in self._rows.items()
        }
        name = f"{secrets.token_hex(6)}.{DOMAIN}"
        copy["authorizations"][0]["identifier_value"] = name
        copy["certificates"][0]["names_digest"] = secrets.token_bytes(32)
        for event in copy["events"]:
            event["link"] = 1
        return copy


async def orders(server: servers.Server, count: int) -> float:
    """Milliseconds of the server's CPU for each of so many newOrder requests by one account."""
    worker = load.Worker(server, load.Site(), load.Tally())
    await worker.register()
    run = secrets.token_hex(4)
    before = load.cpu_seconds(server.pid)
    for number in range(count):
        await worker.place(f"n{number}-{run}.{DOMAIN}")
    spent = load.cpu_seconds(server.pid) - before
    await worker.close()
    return spent / count * 1000


def sizes(most: int) -> Iterator[int]:
    """A thousand, ten thousand and so on."""
    size = 1000
    while size <= most:
        yield size
        size *= 10


def main() -> None:
    """Fill and measure in turns, and print the table."""
    parser = argparse.ArgumentParser(description="What a newOrder costs with many certificates; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds at each size (%(default)s)")
    parser.add_argument("--most", type=int, default=MOST, help="certificates in the end (%(default)s)")
    asked = parser.parse_args()
    sys.stdout.write(figures.machine() + "\n")
    rows = []
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".")))
        resolver = stack.enter_context(servers.dns(directory / "zone"))
        server = stack.enter_context(servers.tegata_ca(directory / "ca", resolver))
        load.run(server, workers=1, orders=1)
        file = directory / "ca" / "tegata-ca" / "tegata-ca.db"
        connection = stack.enter_context(closing(sqlite3.connect(file, timeout=30, isolation_level=None)))
        filler = Filler(connection)
        for size in sizes(asked.most):
            filler.fill(size)
            asyncio.run(orders(server, ORDERS))  # the file's pages come to memory
            spent = [asyncio.run(orders(server, ORDERS)) for _ in range(asked.n)]
            rows.append([f"{size:,}", figures.spread(spent, 2), f"{file.stat().st_size / 2**20:,.0f}"])
    sys.stdout.write(f"{asked.n} rounds of {ORDERS} newOrder requests by one worker; median (least–greatest).\n\n")
    sys.stdout.write(figures.table(["certificates", "server CPU for a newOrder, ms", "file, MiB"], rows))


if __name__ == "__main__":
    main()
