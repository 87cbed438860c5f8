"""Nodes on one PostgreSQL: the CPU that a certificate takes of them and of the database, and waits for locks.

Run ``python benchmarks/nodes.py [-n ROUNDS] [--orders N] [--workers N] [--nodes N …]`` where Debian's PostgreSQL is
installed; it prints Markdown. For each number of nodes a cluster of its own is made. They are loaded in turns through
one address each by the load of ``load.py``: once by the workers that one node has, once by as many for each node, for
who adds nodes has more to do. Each time as many CAs of one node, which have nothing in common but the machine, take the
same load at once: what processes cost each other where they outnumber the processors is in both. On few cores
throughput says little, for load and nodes share them; the CPU does. A first round of each cluster is not counted: every
connection of every node learns its statements then, once in its life.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import NamedTuple

import figures
import load
import servers
from zone import DOMAIN

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.peers.nodes import Nodes
from tests.peers.postgresql import PostgreSQL, name_of

ROUNDS, ORDERS, WORKERS, NODES = 3, 200, 4, (1, 2, 4)
_WAITED = re.compile(r"acquired \w+ on .* after ([0-9.]+) ms")


class Round(NamedTuple):
    """What one load took: milliseconds of CPU a certificate, certificates a second, waits for locks in milliseconds."""

    node_cpu: float
    database_cpu: float
    rate: float
    waits: list[float]
    units: int
    errors: int


class Cluster:
    """So many nodes on a database of their own."""

    def __init__(self, database: PostgreSQL, nodes: Nodes) -> None:
        self._database, self._nodes = database, nodes
        # A wait is told of once it has lasted so long; shorter ones count as none.
        for statement in ("SET log_lock_waits = on", "SET deadlock_timeout = '1ms'"):
            database.sql(f"ALTER SYSTEM {statement}", "postgres")
        database.sql("SELECT pg_reload_conf()", "postgres")
        contract = nodes.ca.add_contract(f".{DOMAIN}")
        eab, ca = contract["eab"], nodes.ca
        self._server = servers.Server(
            "nodes", ca.directory_url, ca.root_pem, database.process.pid, eab["kid"], eab["hmac"], ca.http_port
        )

    def load(self, workers: int, orders: int) -> Round:
        """One round by so many workers; their own warm-up is in all of it."""
        before, told = nodes_cpu(self._nodes), len(self._database.process.text)
        postgres, units = family_cpu(self._database.process.pid), committed(self._database, self._nodes)
        tally = load.run(self._server, workers=workers, orders=orders, most=workers)
        certificates = len(tally.chains) + workers
        return Round(
            node_cpu=(nodes_cpu(self._nodes) - before) / certificates * 1000,
            database_cpu=(family_cpu(self._database.process.pid) - postgres) / certificates * 1000,
            rate=len(tally.chains) / tally.seconds,
            waits=[float(each) for each in _WAITED.findall(self._database.process.text[told:])],
            units=committed(self._database, self._nodes) - units,
            errors=tally.errors.total(),
        )


def at_once(clusters: Sequence[Cluster], workers: int, orders: int) -> list[Round]:
    """The same round of each, all at the same time, by so many workers and orders in all."""
    share = workers // len(clusters), orders // len(clusters)
    with ThreadPoolExecutor(len(clusters)) as pool:
        return [each.result() for each in [pool.submit(cluster.load, *share) for cluster in clusters]]


def wait(rounds: Sequence[Round], share: float) -> float:
    """What this share of the database's transactions did not wait longer for locks than; milliseconds."""
    waits = [each for one in rounds for each in one.waits]
    without = [0.0] * max(sum(one.units for one in rounds) - len(waits), 0)
    return figures.quantile([*without, *waits], share)


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
    """Measure the numbers of nodes in turns and print the table; exit code 1 if there were errors."""
    parser = argparse.ArgumentParser(description="tegata-ca's nodes on one PostgreSQL; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds of each (%(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of a round for one node (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side for one node (%(default)s)")
    parser.add_argument("--nodes", type=int, nargs="+", default=NODES, help="how many nodes, beside one (1 2 4)")
    asked = parser.parse_args()
    sys.stdout.write(figures.machine("postgresql") + "\n")
    counts = sorted({1, *asked.nodes})
    cases = [(count, asked.workers * times, asked.orders * times) for count in counts for times in sorted({1, count})]
    together: dict[tuple[int, int, int], list[Round]] = {case: [] for case in cases}
    apart: dict[tuple[int, int, int], list[list[Round]]] = {case: [] for case in cases}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory()))

        def start(name: str, count: int) -> Cluster:
            database = stack.enter_context(PostgreSQL())
            cluster = Cluster(database, stack.enter_context(Nodes(directory / name, database, count)))
            cluster.load(asked.workers * count, asked.orders * count)
            return cluster

        alone = [start(f"alone-{number}", 1) for number in range(counts[-1])]
        clusters = {count: alone[0] if count == 1 else start(f"nodes-{count}", count) for count in counts}
        for _ in range(asked.n):
            for count, workers, orders in cases:
                together[count, workers, orders].append(clusters[count].load(workers, orders))
                if count > 1:
                    apart[count, workers, orders].append(at_once(alone[:count], workers, orders))
    one = [each.node_cpu for each in together[cases[0]]]
    lines = []
    for case, rounds in together.items():
        cpu = [each.node_cpu for each in rounds]
        others = [mean(each.node_cpu for each in group) for group in apart[case]]
        cells = (
            figures.spread(cpu, 2),
            figures.ratios(cpu, one),
            figures.spread(others, 2),
            figures.ratios(cpu, others) if others else "–",
            figures.spread([each.database_cpu for each in rounds], 2),
            figures.spread([each.rate for each in rounds]),
            *(f"{wait(rounds, share):.1f}" for share in (0.5, 0.99, 1)),
            str(sum(each.errors for each in rounds)),
        )
        lines.append([*map(str, case[:2]), *cells])
    loads = chain(*together.values(), *chain(*apart.values()))
    errors = sum(each.errors for each in loads)
    headings = [
        "nodes",
        "workers",
        "their CPU, ms",
        "of one's",
        "as many CAs apart, ms",
        "of theirs",
        "PostgreSQL's CPU, ms",
        "certificates / s",
    ]
    waits = [f"waits for locks, ms: {share}" for share in ("median", "99 %", "most")]
    sys.stdout.write(figures.table([*headings, *waits, "errors"], lines))
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
