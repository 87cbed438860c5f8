"""The manual's cron line says ``* 1 * * *``: sixty starts an hour. Together they order at most once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.certificates import crt, serial
from tests.e2e.customer import first_run, renewal

pytestmark = pytest.mark.forked

NAME = "cron.example.com"
STARTS = 60


def test_sixty_starts_order_at_most_once(ca, tegata, tmp_path):
    """In the contract's last month none orders; once the contract is renewed, exactly one of sixty does (C-07)."""
    tegata = tegata.trusting(ca.ca_file)
    ends = (datetime.now(UTC) + timedelta(days=25)).strftime("%Y-%m-%dT%H:%M:%SZ")
    contract = ca.add_contract(NAME, ends=ends)
    tegata.run(*first_run(ca, contract, NAME)).check()
    hook = f"touch {tmp_path}/reloaded"
    cron_line = renewal(ca, NAME, more=("--renew-hook", hook))

    def sixty():
        with ThreadPoolExecutor(STARTS) as pool:
            return list(pool.map(lambda _: tegata.run(*cron_line, timeout=300), range(STARTS)))

    first = serial(crt(tegata.path, NAME))
    assert [done.code for done in sixty()] == [0] * STARTS
    assert serial(crt(tegata.path, NAME)) == first
    assert not (tmp_path / "reloaded").exists()

    ca.run("contract", "renew", contract["contract"]).check()
    assert [done.code for done in sixty()] == [0] * STARTS
    assert serial(crt(tegata.path, NAME)) != first
    assert (tmp_path / "reloaded").exists()
    assert len(ca.json("cert", "list", "--contract", contract["contract"])) == 2
    with closing(sqlite3.connect(f"file:{ca.home / 'tegata-ca.db'}?mode=ro", uri=True)) as database:
        rows = "SELECT count(*) FROM orders WHERE contract_id = ?"
        assert database.execute(rows, (contract["contract"],)).fetchone() == (2,), "one order failed or was left"
