"""tegata-ca with the second lint beside tegata-ca without: what pkilint takes for a certificate, CPU and time.

Run ``python benchmarks/lint.py [-n ROUNDS] [--orders N] [--workers N]``; it prints Markdown. Both CAs take turns under
one load. The lint's processes are children of the CA's, and their CPU is counted apart from its own.
"""

import argparse
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import figures
import load
import servers

ROUNDS, ORDERS, WORKERS = 5, 200, 6
WITHOUT, WITH = "own lint alone", "pkilint too"


def children_cpu(pid: int) -> float:
    """Seconds of CPU that the children of a process have used which run still."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return sum(load.cpu_seconds(int(child)) for one in lists for child in one.read_text("ascii").split())


def main() -> None:
    """Load both in turns, and print the table."""
    parser = argparse.ArgumentParser(description="tegata-ca with pkilint and without, in turns; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds of each (%(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each round (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side (%(default)s)")
    asked = parser.parse_args()
    sys.stdout.write(figures.machine() + "\n")
    own: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    apart: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    taken: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    errors: Counter[str] = Counter()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".")))
        resolver = stack.enter_context(servers.dns(directory / "zone"))
        crew = {
            WITHOUT: stack.enter_context(servers.tegata_ca(directory / "ca", resolver)),
            WITH: stack.enter_context(servers.tegata_ca(directory / "ca-pkilint", resolver, pkilint=True)),
        }
        for server in crew.values():
            load.run(server, workers=asked.workers, orders=asked.workers)
        for _ in range(asked.n):
            for name, server in crew.items():
                before = children_cpu(server.pid)
                tally = load.run(server, workers=asked.workers, orders=asked.orders)
                made = len(tally.chains) + asked.workers  # its warm-up is linted too
                apart[name].append((children_cpu(server.pid) - before) / made * 1000)
                own[name].append(tally.server_cpu / max(len(tally.chains), 1) * 1000)
                taken[name] += [seconds * 1000 for seconds in tally.orders]
                errors += tally.errors
    if errors:
        sys.exit(f"errors under load: {dict(errors)}")
    rows = [
        [
            name,
            figures.spread(own[name], 2),
            figures.spread(apart[name], 2),
            *(f"{figures.quantile(taken[name], share):.0f}" for share in (0.5, 0.99)),
        ]
        for name in crew
    ]
    sys.stdout.write(f"{asked.n} rounds of {asked.orders} orders by {asked.workers} workers, for a certificate.\n\n")
    headings = ["", "the CA's CPU, ms", "pkilint's CPU, ms", "order, median, ms", "99 %, ms"]
    sys.stdout.write(figures.table(headings, rows))


if __name__ == "__main__":
    main()
