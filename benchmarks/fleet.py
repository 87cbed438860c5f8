"""Two hundred certificates from one configuration file, beside the rate at which their keys alone can be made.

Run ``python benchmarks/fleet.py [-n ROUNDS] [--certificates N]``; it prints Markdown. Pebble takes every challenge for
solved and shares the processors; the account is registered before. The keys alone are RSA 2048, made by one process for
each processor. lego 4 has no such file, and is not measured.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import figures
import servers
from zone import DOMAIN

ROUNDS, CERTIFICATES = 3, 200
MAKE_KEYS = """
import sys
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
for _ in range(int(sys.argv[1])):
    generate(KeyType.RSA2048)
"""


def configuration(server: servers.Server, count: int) -> str:
    """Lego v5's file for so many certificates of a name each; JSON is YAML too, but a person writes it so."""
    certificates = "".join(f"  c{number}: {{domains: [n{number}.{DOMAIN}]}}\n" for number in range(count))
    return (
        f"storage: store\nservers:\n  pebble: {{url: {server.directory_url}}}\n"
        "accounts:\n  main: {server: pebble, email: admin@example.com, acceptsTermsOfService: true}\n"
        f'challenges:\n  web: {{http: {{address: ":{server.http_port}"}}}}\n'
        f"certificates:\n{certificates}".replace("]}", "], keyType: rsa2048}")
    )


def process(server: servers.Server, directory: Path, count: int) -> float:
    """Seconds for all certificates."""
    directory.mkdir()
    file = directory / "fleet.yml"
    tegata = [str(servers.BIN / "tegata"), "--config", str(file)]
    env = servers.environment(directory, {"LEGO_CA_CERTIFICATES": str(server.trust)})
    for part in (1, count):
        file.write_text(configuration(server, part), "utf-8")
        began = time.perf_counter()
        subprocess.run(tegata, cwd=directory, env=env, check=True, capture_output=True, text=True)
    taken = time.perf_counter() - began
    made = len(list((directory / "store" / "certificates").glob("*.crt")))
    if made < count:
        raise SystemExit(f"{made} certificates of {count}")
    return taken


def keys_alone(count: int) -> float:
    """Seconds for as many keys, on all processors."""
    workers = os.cpu_count() or 1
    words = [sys.executable, "-c", MAKE_KEYS, str(count // workers)]
    began = time.perf_counter()
    running = [subprocess.Popen(words) for _ in range(workers)]
    for one in running:
        one.wait()
    return time.perf_counter() - began


def main() -> None:
    """Measure in turns, and print the table."""
    parser = argparse.ArgumentParser(description="Many certificates from one configuration file; prints Markdown.")
    parser.add_argument("-n", type=int, default=ROUNDS, metavar="ROUNDS", help="rounds (%(default)s)")
    parser.add_argument("--certificates", type=int, default=CERTIFICATES, help="of each round (%(default)s)")
    asked = parser.parse_args()
    count = asked.certificates
    sys.stdout.write(figures.machine("pebble") + "\n")
    whole, alone = [], []
    with tempfile.TemporaryDirectory() as name, servers.dns(Path(name) / "zone") as resolver:
        directory = Path(name)
        with servers.pebble(directory / "pebble", resolver, always_valid=True) as server:
            for number in range(asked.n):
                whole.append(count / process(server, directory / str(number), count))
                alone.append(count / keys_alone(count))
    sys.stdout.write(f"{asked.n} rounds of {count} certificates, rsa2048; median (least–greatest).\n\n")
    row = [figures.spread(whole), figures.spread(alone), figures.ratios(whole, alone)]
    sys.stdout.write(figures.table(["certificates / s", "keys alone / s", "share, pair by pair"], [row]))


if __name__ == "__main__":
    main()
