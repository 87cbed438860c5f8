"""Nodes on one PostgreSQL: the CPU that a certificate takes of them and of the database, and waits for locks.

Run ``python benchmarks/nodes.py [-n ROUNDS] [--orders N] [--workers N] [--nodes N …]`` where Debian's PostgreSQL is
installed; it prints Markdown. For each number of nodes a cluster of its own is made, loaded through one address by the
load of ``load.py``, and taken down: once by the workers that one node has, once by as many for each node, for who adds
nodes has more to do. On few cores throughput says little, for load and nodes share them; the CPU does. A first round of
each is not counted: every connection of every node learns its statements then, once in its life.
"""

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import figures
import load
import servers
from zone import DOMAIN

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.peers.nodes import Nodes
from tests.peers.postgresql import PostgreSQL, name_of

ROUNDS, ORDERS, WORKERS, NODES = 3, 200, 4, (1, 2, 4)
_WAITED = re.compile(r"acquired \w+ on .* after ([0-9.]+) ms")


@dataclass
class Found:
    """What a number of nodes took, round by round, and every wait for a lock; milliseconds."""

    node_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    units: int = 0
    errors: int = 0

    def wait(self, share: float) -> float:
        """What this share of the database's transactions did not wait longer for locks than."""
        without = [0.0] * max(self.units - len(self.waits), 0)
        return figures.quantile([*without, *self.waits], share)


def measure(directory: Path, count: int, rounds: int, *, workers: int, orders: int) -> Found:
    """So many rounds of load on so many nodes."""
    found = Found()
    with PostgreSQL() as database, Nodes(directory, database, count) as nodes:
        # A wait is told of once it has lasted so long; shorter ones count as none.
        for statement in ("SET log_lock_waits = on", "SET deadlock_timeout = '1ms'"):
            database.sql(f"ALTER SYSTEM {statement}", "postgres")
        database.sql("SELECT pg_reload_conf()", "postgres")
        contract = nodes.ca.add_contract(f".{DOMAIN}")
        eab, ca = contract["eab"], nodes.ca
        server = servers.Server(
            "nodes", ca.directory_url, ca.root_pem, database.process.pid, eab["kid"], eab["hmac"], ca.http_port
        )
        found.errors += load.run(server, workers=workers, orders=orders, most=workers).errors.total()
        for _ in range(rounds):
            before, told = nodes_cpu(nodes), len(database.process.text)
            postgres, units = family_cpu(database.process.pid), committed(database, nodes)
            tally = load.run(server, workers=workers, orders=orders, most=workers)
            # The warm-up is in all of it.
            certificates = len(tally.chains) + workers
            found.node_cpu.append((nodes_cpu(nodes) - before) / certificates * 1000)
            found.database_cpu.append((family_cpu(database.process.pid) - postgres) / certificates * 1000)
            found.rate.append(len(tally.chains) / tally.seconds)
            found.units += committed(database, nodes) - units
            found.waits += [float(each) for each in _WAITED.findall(database.process.text[told:])]
            found.errors += tally.errors.total()
    return found


def nodes_cpu(nodes: Nodes) -> float:
    """The CPU of all nodes, in seconds."""
    return sum(load.cpu_seconds(node.process.pid) for node in nodes.nodes if node.process is not None)


def family_cpu(pid: int) -> float:
    """The CPU of a process and of its children, those that have ended included."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    used = load.cpu_seconds(pid)
    for child in children:
        try:
            used += load.cpu_seconds(int(child))
        except FileNotFoundError:
            continue
    return used


def committed(database: PostgreSQL, nodes: Nodes) -> int:
    """How many transactions the database has committed."""
    query = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    ((count,),) = database.sql(query, name_of(nodes.database))
    return int(count)


def main() -> None:
    """Measure each number of nodes and print the table; exit code 1 if there were errors."""
    parser = argparse.ArgumentParser(description="tegata-ca's nodes on one PostgreSQL; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds of each (%(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of a round for one node (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side for one node (%(default)s)")
    parser.add_argument("--nodes", type=int, nargs="+", default=NODES, help="how many nodes (1 2 4)")
    asked = parser.parse_args()
    sys.stdout.write(figures.machine("postgresql") + "\n")
    lines, errors, first = [], 0, None
    with tempfile.TemporaryDirectory() as directory:
        cases = sorted({(count, times) for count in asked.nodes for times in (1, count)})
        for count, times in cases:
            workers, orders = asked.workers * times, asked.orders * times
            found = measure(Path(directory, f"{count}-{times}"), count, asked.n, workers=workers, orders=orders)
            first, errors = first or found, errors + found.errors
            cells = (
                figures.spread(found.node_cpu, 2),
                figures.ratios(found.node_cpu, first.node_cpu),
                figures.spread(found.database_cpu, 2),
                figures.spread(found.rate),
                *(f"{found.wait(share):.1f}" for share in (0.5, 0.99, 1)),
                str(found.errors),
            )
            lines.append([str(count), str(workers), *cells])
    headings = [
        "nodes",
        "workers",
        "their CPU, ms",
        "of the first's, round by round",
        "PostgreSQL's CPU, ms",
        "certificates / s",
    ]
    waits = [f"waits for locks, ms: {share}" for share in ("median", "99 %", "most")]
    sys.stdout.write(figures.table([*headings, *waits, "errors"], lines))
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
