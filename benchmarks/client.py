"""``tegata`` beside lego on one Pebble: wall time, CPU and peak memory of whole runs, as a person or cron starts them.

Run ``python benchmarks/client.py [-n ROUNDS] [--only TEXT] [--jobs N]``; it prints Markdown. The two take turns (A B A
B), after one round that is not counted; each case has a Pebble of its own, so that several may be measured side by side
(lego sleeps most of the time, but what is short should be measured alone). Times are told by the kernel when the
process ends (``wait4``); the least peak memory that can be told is what this program itself has, which is printed.
Knows the command lines only.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import figures
import servers
from zone import DOMAIN, hook

ROUNDS = 15
MAIL = "admin@example.com"
MEASURE = (sys.executable, "-I", "-S", str(Path(__file__).with_name("cost.py")))


class Program(NamedTuple):
    """A client: its name in the tables and the file that is run."""

    name: str
    file: str


class Case(NamedTuple):
    """What is asked of both programs in the same words.

    ``order`` are the words of an order, none for a case that needs no CA; ``keeps`` says whether the certificate of the
    warm-up stays for all rounds, ``instant`` whether Pebble takes every challenge for solved without looking.
    """

    title: str
    names: int
    order: tuple[str, ...]
    verb: str
    keeps: bool = False
    instant: bool = False


class Cost(NamedTuple):
    """What one run took: seconds, seconds of CPU (user and system), MiB at the peak."""

    wall: float
    cpu: float
    memory: float


HTTP = ("--http", "--http.port", ":{http_port}")
TLS = ("--tls", "--tls.port", ":{tls_port}")
DNS = ("--dns", "exec", "--dns.resolvers", "{resolver}", "--dns.disable-cp")
PROGRAMS = (Program("tegata", str(servers.BIN / "tegata")), Program("lego", "lego"))
CASES = (
    Case("run, http-01, 1 name, rsa2048", 1, (*HTTP, "--key-type", "rsa2048"), "run"),
    Case("run, http-01, 5 names, rsa2048", 5, (*HTTP, "--key-type", "rsa2048"), "run"),
    Case("run, http-01, 1 name, ec256", 1, (*HTTP, "--key-type", "ec256"), "run"),
    Case("run, http-01, 5 names, ec256", 5, (*HTTP, "--key-type", "ec256"), "run"),
    Case("run, tls-alpn-01, 1 name, ec256", 1, (*TLS, "--key-type", "ec256"), "run"),
    Case("run, dns-01 exec, 2 names, rsa2048", 2, (*DNS, "--key-type", "rsa2048"), "run"),
    Case("run, dns-01 exec, 2 names, ec256", 2, (*DNS, "--key-type", "ec256"), "run"),
    Case("run, instant validation, 100 names, ec256", 100, (*HTTP, "--key-type", "ec256"), "run", instant=True),
    Case("renew, not due", 1, (*HTTP, "--key-type", "rsa2048"), "renew", keeps=True),
    Case("--version", 0, (), "--version"),
)


def words(case: Case, server: servers.Server, resolver: str) -> list[str]:
    """The command line of a case, without the program."""
    if not case.order:
        return [case.verb]
    said = ["-s", server.directory_url, "-m", MAIL, "-a"]
    for number in range(case.names):
        said += ["-d", f"n{number}.{DOMAIN}"]
    places = {"http_port": server.http_port, "tls_port": server.tls_port, "resolver": resolver}
    return [*said, *(word.format(**places) for word in case.order), case.verb]


def run(program: Program, said: list[str], home: Path, variables: Mapping[str, str]) -> Cost:
    """Run a program to its end in its folder; one that fails ends the benchmark with what it said."""
    log = home / "output.log"
    env = servers.environment(home, variables)
    measured = [*MEASURE, str(log), program.file, *said]
    done = subprocess.run(measured, cwd=home, env=env, check=True, stdout=subprocess.PIPE, text=True)
    wall, cpu, kibibytes, code = done.stdout.split()
    if code != "0":
        raise SystemExit(f"{program.name} {' '.join(said)}: exit code {code}\n{log.read_text('utf-8')}")
    return Cost(float(wall), float(cpu), int(kibibytes) / 1024)


def measure(case: Case, directory: Path, rounds: int) -> list[list[Cost]]:
    """The costs of each program's rounds; account and warm-up lie before them."""
    directory.mkdir()
    zone = directory / "zone"
    with (
        servers.dns(zone) as resolver,
        servers.pebble(directory / "pebble", resolver, always_valid=case.instant) as server,
    ):
        said = words(case, server, resolver)
        variables = {"LEGO_CA_CERTIFICATES": str(server.trust), "EXEC_PATH": str(hook(zone))}
        homes = []
        for program in PROGRAMS:
            home = directory / program.name
            home.mkdir()
            if case.keeps:
                run(program, [*said[:-1], "run"], home, variables)
            run(program, said, home, variables)
            homes.append(home)
        costs: list[list[Cost]] = [[] for _ in PROGRAMS]
        for _ in range(rounds):
            for program, home, taken in zip(PROGRAMS, homes, costs, strict=True):
                if not case.keeps:
                    shutil.rmtree(home / ".lego" / "certificates", ignore_errors=True)
                taken.append(run(program, said, home, variables))
    return costs


def rows(case: Case, costs: list[list[Cost]]) -> list[list[str]]:
    """A case's part of the table: a line for each thing that is measured."""
    ours, theirs = costs
    units = (("wall, ms", 1000, "wall"), ("CPU, ms", 1000, "cpu"), ("peak memory, MiB", 1, "memory"))
    found = []
    for unit, factor, field in units:
        pair = [[getattr(cost, field) * factor for cost in taken] for taken in (ours, theirs)]
        found.append([case.title, unit, *(figures.spread(values) for values in pair), figures.ratios(*pair)])
    return found


def main() -> None:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description="tegata beside lego on one Pebble; prints Markdown.")
    parser.add_argument(
        "-n", type=int, default=ROUNDS, metavar="ROUNDS", help="counted rounds of each case (%(default)s)"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="the cases with this in their titles")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="cases side by side (%(default)s)")
    asked = parser.parse_args()
    for needed in ("lego", "pebble", "openssl"):
        if shutil.which(needed) is None:
            sys.exit(f"not installed: {needed}; as root, ci/peers.sh installs it on Debian")
    sys.stdout.write(figures.machine("lego", "pebble") + "\n")
    cases = [case for case in CASES if asked.only in case.title]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(asked.jobs) as pool:
        directory = Path(name)
        floor = run(Program("true", "true"), [], directory, {}).memory
        places = [directory / str(number) for number in range(len(cases))]
        measured = list(pool.map(measure, cases, places, [asked.n] * len(cases)))
    found = [row for case, costs in zip(cases, measured, strict=True) for row in rows(case, costs)]
    headings = ["case", "", *(program.name for program in PROGRAMS), "tegata / lego, pair by pair"]
    sys.stdout.write(f"{asked.n} rounds, taking turns, {asked.jobs} cases side by side; median (least–greatest). ")
    sys.stdout.write(f"A peak of {floor:.0f} MiB may be less: no less can be told.\n\n")
    sys.stdout.write(figures.table(headings, found))


if __name__ == "__main__":
    main()
