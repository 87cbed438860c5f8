"""What a newOrder costs at tegata-ca with a thousand certificates in its store, and with a hundred thousand or more.

Run ``python benchmarks/growth.py [-n ROUNDS] [--most CERTIFICATES]``; it prints Markdown. The store is filled between
the rounds by copies of what one issued order left there, each with names, keys and times of its own, as if they had
been issued one after the other during the last weeks. A million takes some ten gigabytes, in the current directory.
Changes nothing of the program.
"""

import argparse
import asyncio
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import figures
import load
import servers
from zone import DOMAIN

ROUNDS, MOST, ORDERS = 5, 100_000, 200
BATCH = 10_000
SPAN_SECONDS = 60 * 24 * 3600
"""How far back the oldest copy was issued."""
# Nobody waits for the disk: what is filled in here need not survive the machine.
SETTINGS = ("synchronous = OFF", "cache_size = -2000000", "temp_store = MEMORY", "wal_autocheckpoint = 50000")

# The rows that an issued order leaves, by its certificate's serial.
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
    "events": """SELECT e.* FROM events AS e WHERE e.subject IN (
        SELECT :serial UNION SELECT order_id FROM certificates WHERE serial = :serial
        UNION SELECT h.id FROM challenges AS h
        JOIN order_authorizations AS l ON l.authorization_id = h.authorization_id
        JOIN certificates AS c ON c.order_id = l.order_id WHERE c.serial = :serial)""",
}
# What each copy has of its own: names in order of time as ``services.ids`` makes them, and how much earlier it was.
_MADE = """
    CREATE TEMP TABLE made AS
    WITH RECURSIVE numbers (number) AS (SELECT :begin UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < :end)
    SELECT printf('%08x', :oldest + number * :span / :most) AS second, hex(randomblob(10)) AS tail,
        printf('%x', 4 + abs(random()) % 4) || substr(lower(hex(randomblob(16))), 2) AS serial,
        (:most - number) * :span * 1000000 / :most AS earlier, number / 1000 - :most AS link
    FROM numbers"""
_OWN = {
    "identifier_value": f"lower(hex(randomblob(6))) || '.{DOMAIN}'",
    "names_digest": "randomblob(32)",
    "spki_digest": "randomblob(32)",
    "link": "made.link",
}
_TIMES = ("at", "not_before", "not_after")


class Filler:
    """Copies the rows of the one order that was issued; ``most`` certificates in the end."""

    def __init__(self, connection: sqlite3.Connection, most: int) -> None:
        self._connection, self._most = connection, most
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        connection.row_factory = sqlite3.Row
        (serial,) = connection.execute("SELECT serial FROM certificates LIMIT 1").fetchone()
        rows = [
            (table, dict(row))
            for table, statement in _ISSUED.items()
            for row in connection.execute(statement, {"serial": serial})
        ]
        ids = {row["id"] for table, row in rows if table in ("authorizations", "challenges", "orders")}
        self._names = {name: f"made.second || made.tail || '{number:02}'" for number, name in enumerate(sorted(ids))}
        self._names[serial] = "made.serial"
        self._copies = [self._copy(table, row, number) for number, (table, row) in enumerate(rows)]

    def fill(self, count: int) -> None:
        """Have so many certificates in the store."""
        (there,) = self._connection.execute("SELECT count(*) FROM certificates").fetchone()
        oldest = int(time.time()) - SPAN_SECONDS
        for begin in range(there, count, BATCH):
            end = min(begin + BATCH, count)
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(
                _MADE, {"begin": begin, "end": end, "oldest": oldest, "span": SPAN_SECONDS, "most": self._most}
            )
            for statement, values in self._copies:
                self._connection.execute(statement, values)
            self._connection.execute("DROP TABLE made")
            self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _copy(self, table: str, row: dict[str, Any], number: int) -> tuple[str, dict[str, Any]]:
        """A statement that inserts a row's copies, each with what is its own, and the values that all share."""
        shown = {column: self._shown(column, value) for column, value in row.items()}
        if table == "events":
            shown["id"] = f"printf('%014x', :at - made.earlier) || substr(made.tail, 1, 14) || '{number:02}'"
        columns = ", ".join(shown.values())
        return f"INSERT INTO {table} SELECT {columns} FROM made", row  # noqa: S608 - of names above

    def _shown(self, column: str, value: object) -> str:
        """What stands in a copy's column."""
        if value in self._names:
            return self._names[str(value)]
        if value is not None and (column.endswith("_at") or column in _TIMES):
            return f":{column} - made.earlier"
        return _OWN.get(column, f":{column}")


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
        filler = Filler(connection, asked.most)
        for size in sizes(asked.most):
            began = time.perf_counter()
            filler.fill(size)
            filled = time.perf_counter() - began
            asyncio.run(orders(server, ORDERS))  # the file's pages come to memory
            spent = [asyncio.run(orders(server, ORDERS)) for _ in range(asked.n)]
            rows.append([f"{size:,}", figures.spread(spent, 2), f"{file.stat().st_size / 2**20:,.0f}", f"{filled:.0f}"])
    sys.stdout.write(f"{asked.n} rounds of {ORDERS} newOrder requests by one worker; median (least–greatest).\n\n")
    sys.stdout.write(
        figures.table(["certificates", "server CPU for a newOrder, ms", "file, MiB", "filled in, s"], rows)
    )


if __name__ == "__main__":
    main()
