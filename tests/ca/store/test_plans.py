"""How PostgreSQL goes about statements asked again and again, for which it makes one plan whatever is asked for.

Of tables with thousands of rows, most of them of one contract; how SQLite does is asked in ``test_sqlite``.
"""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tegata.ca.store import sql
from tegata.ca.store.postgresql import dialect
from tests.peers.postgresql import PostgreSQL

pytestmark = pytest.mark.anyio

EXECUTIONS = 7
"""From the sixth on the server may take one plan for all parameters."""
FILLED = """
SET session_replication_role = replica;
INSERT INTO contracts SELECT 'c' || n, 'customer', '', '{}', '[]', 'new', 0, 0, 9 FROM generate_series(0, 299) AS n;
INSERT INTO credentials (kid, contract_id, sealed_mac, created_at)
    SELECT 'k' || n, 'c' || CASE WHEN n < 500 THEN 0 ELSE n - 500 END, '', n FROM generate_series(0, 799) AS n;
INSERT INTO accounts
    SELECT 'a' || n, 't' || n, '{}', 'c' || CASE WHEN n < 500 THEN 0 ELSE n - 500 END, 'k' || n, '', '[]', NULL, 0, NULL
    FROM generate_series(0, 799) AS n;
INSERT INTO certificates
    SELECT 's' || n, 'o' || n, 'a' || account, 'c' || CASE WHEN account < 500 THEN 0 ELSE account - 500 END,
        '["' || n || '"]', int8send(n), 0, 1000 + n, int8send(n), '', n, '', n
    FROM (
        SELECT n, CASE WHEN n % 2 = 0 THEN n / 2 % 500 ELSE 500 + n / 2 % 300 END AS account
        FROM generate_series(0, 9999) AS n
    ) AS numbers;
INSERT INTO authorizations SELECT 'z' || n, 'a0', 'dns', 'n' || n, 0, 0, n FROM generate_series(0, 9999) AS n;
INSERT INTO order_authorizations SELECT 'o' || n, 0, 'z' || n FROM generate_series(0, 9999) AS n;
INSERT INTO limits SELECT 'l' || n, n FROM generate_series(0, 9999) AS n;
INSERT INTO nonces SELECT int8send(n), n FROM generate_series(0, 9999) AS n;
"""


@pytest.fixture
async def filled(postgresql: PostgreSQL, made_postgresql: str, anyio_backend: str) -> AsyncIterator[asyncpg.Connection]:
    url = postgresql.database(made_postgresql)
    connection = await asyncpg.connect(url)
    await connection.execute(FILLED)
    await connection.execute("VACUUM ANALYZE")
    yield connection
    await connection.close()
    postgresql.drop(url)


PLANS = {
    "credentials.usages": ("'c0', 500, 0, 50", r"CTE Scan on live .*loops=1\b", r"GroupAggregate .*loops=51"),
    "housekeeping.expired_authorizations": ("9000, 0, '', 20", r"loops=20\b", r"Seq Scan on order_authorizations"),
    "housekeeping.limits": ("9000, 20", r"limits_pkey", r"rows=9\d\d\d loops"),
    "housekeeping.narrow_nonces": ("'', 9000", r"Index Only Scan", r"Filter: \(id"),
}
"""By each statement its parameters, what is to be in its plan, and what is not."""


@pytest.mark.parametrize(("name", "expected"), PLANS.items(), ids=PLANS)
async def test_what_is_beside_is_not_read(
    filled: asyncpg.Connection, name: str, expected: tuple[str, str, str]
) -> None:
    """However often it was asked before."""
    values, wanted, unwanted = expected
    text = dialect.numbered(dialect.own(sql.statements()[name]))
    types = [one.name for one in (await filled.prepare(text.sql)).get_parameters()]
    await filled.execute(f"PREPARE one ({', '.join(types)}) AS {text.sql}")
    plan = ""
    for _ in range(EXECUTIONS):
        transaction = filled.transaction()
        await transaction.start()
        plan = "\n".join(row[0] for row in await filled.fetch(f"EXPLAIN (ANALYZE) EXECUTE one ({values})"))
        await transaction.rollback()
    assert re.search(wanted, plan), plan
    assert not re.search(unwanted, plan), plan
