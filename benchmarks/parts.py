"""Where the CPU of one certificate goes at tegata-ca: a line for each part, which together are the whole process.

Run ``python benchmarks/parts.py [-n ROUNDS] [--orders N] [--workers N]``; it prints Markdown. Most parts are measured
in the server (``metered``, whose own cost makes all of it dearer); what its web server costs is measured apart, on one
that does nothing else (``bare``), by the number of requests of a certificate. What is left is routing, services, jobs
and the event loop.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import figures
import load
import servers
from metered import PARTS

ROUNDS, ORDERS, WORKERS = 5, 200, 4
REQUESTS = 4000
REQUEST = b"x" * 1000

HTTP, TLS, REST = "HTTP", "TLS", "the rest: routing, services, jobs, event loop"


def metered(server: servers.Server, file: Path, *, orders: int, workers: int) -> tuple[dict[str, float], float]:
    """Milliseconds of CPU a certificate by part, "process" being all of it, and requests a certificate."""
    before = snapshot(server.pid, file)
    tally = load.run(server, workers=workers, orders=orders)
    after = snapshot(server.pid, file)
    if tally.errors:
        raise SystemExit(f"errors under load: {dict(tally.errors)}")
    # The warm-up is in both, the metered seconds and the count.
    made = len(tally.chains) + workers
    spent = {part: (after.get(part, 0.0) - before.get(part, 0.0)) / made * 1000 for part in (*PARTS, "process")}
    return spent, sum(map(len, tally.steps.values())) / len(tally.chains)


def snapshot(pid: int, file: Path) -> dict[str, float]:
    """What the meter of a process shows now."""
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    deadline = time.monotonic() + servers.START_SECONDS
    while not file.exists():
        if time.monotonic() > deadline:
            raise SystemExit("the metered server does not answer the signal")
        time.sleep(0.01)
    shown: dict[str, float] = json.loads(file.read_text("utf-8"))
    return shown


def per_request(directory: Path, *, tls: bool) -> float:
    """Milliseconds of CPU that a web server with nothing to do spends on a request, TLS handshakes aside."""
    certificate, key = servers.write_certificate(directory)
    with bare(certificate, key, tls=tls) as (url, pid):
        return asyncio.run(_requests(url, certificate, pid))


async def _requests(url: str, trust: Path, pid: int) -> float:
    connections = [load.Connection(url, trust) for _ in range(WORKERS)]
    for connection in connections:
        await connection.open()
        await connection.request("POST", url, REQUEST)
    before = load.cpu_seconds(pid)
    await asyncio.gather(*(_ask(connection, url) for connection in connections))
    spent = load.cpu_seconds(pid) - before
    for connection in connections:
        await connection.close()
    return spent / REQUESTS * 1000


async def _ask(connection: load.Connection, url: str) -> None:
    for _ in range(REQUESTS // WORKERS):
        await connection.request("POST", url, REQUEST)


@contextmanager
def bare(certificate: Path, key: Path, *, tls: bool) -> Iterator[tuple[str, int]]:
    """The web server that does nothing: a URL of it and its process."""
    (port,) = servers.free_ports(1)
    words = [sys.executable, str(Path(__file__).with_name("bare.py")), str(port)]
    words += [str(certificate), str(key)] if tls else []
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "a pipe was asked for"
        try:
            process.stdout.readline()
            yield f"{'https' if tls else 'http'}://127.0.0.1:{port}/", process.pid
        finally:
            process.terminate()


def account(spent: dict[str, float], requests: float, http: float, https: float) -> dict[str, float]:
    """One round's milliseconds by part, with the web server's, and what is left."""
    whole = spent["process"]
    found = {TLS: (https - http) * requests, HTTP: http * requests, **{part: spent[part] for part in PARTS}}
    return {**found, REST: whole - sum(found.values()), "all": whole}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="The parts of a certificate's CPU at tegata-ca; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds (%(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each round (%(default)s)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="accounts side by side (%(default)s)")
    asked = parser.parse_args()
    sys.stdout.write(figures.machine() + "\n")
    rounds, requests = [], 0.0
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="."))).resolve()
        resolver, file = stack.enter_context(servers.dns(directory / "zone")), directory / "meter.json"
        program = [sys.executable, str(Path(__file__).with_name("metered.py")), str(file)]
        with servers.tegata_ca(directory / "ca", resolver, program=program) as server:
            for _ in range(asked.n):
                http, https = per_request(directory, tls=False), per_request(directory, tls=True)
                spent, requests = metered(server, file, orders=asked.orders, workers=asked.workers)
                rounds.append(account(spent, requests, http, https))
    whole = [one["all"] for one in rounds]
    rows = []
    for part in rounds[0]:
        values = [one[part] for one in rounds]
        share = figures.spread([value / total * 100 for value, total in zip(values, whole, strict=True)], 0)
        rows.append([part, figures.spread(values, 2), share])
    sys.stdout.write(f"{asked.n} rounds of {asked.orders} orders by {asked.workers} workers, ")
    sys.stdout.write(f"{requests:.1f} requests a certificate; median (least–greatest).\n\n")
    sys.stdout.write(figures.table(["part", "CPU a certificate, ms", "of all, %"], rows))


if __name__ == "__main__":
    main()
