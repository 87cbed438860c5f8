"""Three nodes on one PostgreSQL under load, one of them killed again and again, the database restarted in the middle.

What must hold: every order ends, valid or invalid with a reason; every certificate is in the books, one an order, no
serial number twice; customers get what they ordered and see nothing they may not simply try again.
"""

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509

from tests.chaos.customers import Customers, Seen, Site
from tests.peers.nodes import Nodes
from tests.peers.postgresql import PostgreSQL

SETTLED_SECONDS = 30.0
NODES, CUSTOMERS = 3, 4


def fight(directory: Path, *, seed: int, seconds: float, every: float, say: Callable[[str], None] = print) -> Seen:
    """Load for so many seconds, a kill every few; what the customers saw."""
    dice = random.Random(seed)
    say(f"seed {seed}: {NODES} nodes, {CUSTOMERS} customers, {seconds:g} s, a kill every {every:g} s")
    with PostgreSQL() as postgresql, Nodes(directory / "ca", postgresql, NODES) as nodes:
        contract = nodes.ca.add_contract(".example.com", service="ov-acme-1y")
        with Site(nodes.ca.http_port) as site:
            customers = Customers(nodes.ca.directory_url, nodes.ca.ca_file, contract["eab"], site, count=CUSTOMERS)
            with customers:
                _harass(nodes, dice, seconds, every, say)
            wait_until_settled(nodes)
        check_the_books(nodes, customers.seen, say)
    shutil.rmtree(directory, ignore_errors=True)
    return customers.seen


def _harass(nodes: Nodes, dice: random.Random, seconds: float, every: float, say: Callable[[str], None]) -> None:
    """Kill and start nodes in turns that the dice decide; once, in the middle, the database too."""
    began = time.monotonic()
    is_restarted = False
    while (past := time.monotonic() - began) < seconds:
        time.sleep(dice.uniform(0.5, 1.5) * every)
        if not is_restarted and past > seconds / 3:
            nodes.postgresql.stop()
            nodes.postgresql.start()
            is_restarted = True
            say(f"{time.monotonic() - began:5.1f} s: PostgreSQL stopped like after a crash, and started")
            continue
        node = dice.choice(nodes.nodes)
        node.kill()
        say(f"{time.monotonic() - began:5.1f} s: kill -9 of {node.home.name}")
        node.start()
    assert is_restarted


def wait_until_settled(nodes: Nodes) -> None:
    """Within seconds no order is processing, no challenge accepted without a verdict, no work left."""
    hanging = """
        SELECT 'order', id FROM orders WHERE processing_at IS NOT NULL AND serial IS NULL AND fault IS NULL
        UNION ALL SELECT 'challenge', id FROM challenges
            WHERE accepted_at IS NOT NULL AND validated_at IS NULL AND failed_at IS NULL
        UNION ALL SELECT kind, subject FROM jobs"""
    deadline = time.monotonic() + SETTLED_SECONDS
    while left := nodes.rows(hanging):
        assert time.monotonic() < deadline, f"not finished after {SETTLED_SECONDS:g} s: {left}"
        time.sleep(0.1)


def check_the_books(nodes: Nodes, seen: Seen, say: Callable[[str], None], *, customers: int = CUSTOMERS) -> None:
    """The customers' files, the database and the operator's list tell the same."""
    assert not seen.failed, seen.failed
    orders = {id_: (serial, fault) for id_, serial, fault in nodes.rows("SELECT id, serial, fault FROM orders")}
    certificates = nodes.rows("SELECT order_id, serial, encode(chain_pem, 'hex') FROM certificates")
    assert len({order for order, _, _ in certificates}) == len(certificates), "two certificates for an order"
    for order, serial, chain in certificates:
        assert chain, f"{serial}: intended, and neither signed nor given up"
        assert _serial(bytes.fromhex(chain)) == serial
        assert orders[order] == (serial, ""), f"{serial}: the order does not know it"
    known = {serial for _, serial, _ in certificates}
    assert {serial for serial, _ in orders.values() if serial} == known
    listed = nodes.ca.json("cert", "list")
    assert sorted(each["serial"] for each in listed) == sorted(known)
    assert all(each["status"] == "valid" for each in listed)
    for url in seen.orders:
        serial, fault = orders[url.rpartition("/")[2]]
        assert serial or fault, f"{url} was placed and has not ended"
    for url, delivered in seen.chains.items():
        assert orders[url.rpartition("/")[2]][0] == _serial(delivered), f"{url}: another certificate was delivered"
    ((accounts,),) = nodes.rows("SELECT count(*) FROM accounts")
    assert accounts == str(customers), f"{accounts} accounts of {customers} customers"
    retried = ", ".join(f"{count} x {kind}" for kind, count in sorted(seen.retried.items()))
    say(
        f"books agree: {len(known)} certificates, {len(seen.chains)} of them delivered; retried: {retried or 'nothing'}"
    )


def _serial(chain: bytes) -> str:
    return f"{x509.load_pem_x509_certificate(chain).serial_number:x}"
