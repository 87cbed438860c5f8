"""``tegata`` beside lego on one Pebble: wall time, CPU and peak memory of whole runs, as a person or cron starts them.

Run ``python benchmarks/client.py [-n ROUNDS]``; it prints Markdown. The two take turns (A B A B), after one round that
is not counted. Times are told by the kernel when the process ends (``wait4``); the least peak memory that can be told
is what this program itself has, which is printed. Knows the command lines only.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import figures
import servers

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
    warm-up stays for all rounds.
    """

    title: str
    names: int
    order: tuple[str, ...]
    verb: str
    keeps: bool = False


class Cost(NamedTuple):
    """What one run took: seconds, seconds of CPU (user and system), MiB at the peak."""

    wall: float
    cpu: float
    memory: float


HTTP = ("--http", "--http.port", ":{http_port}")
PROGRAMS = (Program("tegata", str(servers.BIN / "tegata")), Program("lego", "lego"))
CASES = (
    Case("run, http-01, 1 name, rsa2048", 1, (*HTTP, "--key-type", "rsa2048"), "run"),
    Case("run, http-01, 5 names, rsa2048", 5, (*HTTP, "--key-type", "rsa2048"), "run"),
    Case("run, http-01, 1 name, ec256", 1, (*HTTP, "--key-type", "ec256"), "run"),
    Case("run, http-01, 5 names, ec256", 5, (*HTTP, "--key-type", "ec256"), "run"),
    Case("renew, not due", 1, (*HTTP, "--key-type", "rsa2048"), "renew", keeps=True),
    Case("--version", 0, (), "--version"),
)


def words(case: Case, server: servers.Server) -> list[str]:
    """The command line of a case, without the program."""
    if not case.order:
        return [case.verb]
    said = ["-s", server.directory_url, "-m", MAIL, "-a"]
    for number in range(case.names):
        said += ["-d", f"n{number}.{servers.DOMAIN}"]
    return [*said, *(word.format(http_port=server.http_port) for word in case.order), case.verb]


def run(program: Program, said: list[str], home: Path, trust: Path) -> Cost:
    """Run a program to its end in its folder; one that fails ends the benchmark with what it said."""
    log = home / "output.log"
    env = servers.environment(home, {"LEGO_CA_CERTIFICATES": str(trust)})
    measured = [*MEASURE, str(log), program.file, *said]
    done = subprocess.run(measured, cwd=home, env=env, check=True, stdout=subprocess.PIPE, text=True)
    wall, cpu, kibibytes, code = done.stdout.split()
    if code != "0":
        raise SystemExit(f"{program.name} {' '.join(said)}: exit code {code}\n{log.read_text('utf-8')}")
    return Cost(float(wall), float(cpu), int(kibibytes) / 1024)


def measure(case: Case, server: servers.Server, directory: Path, rounds: int) -> list[list[Cost]]:
    """The costs of each program's rounds; account and warm-up lie before them."""
    said = words(case, server)
    homes = []
    for program in PROGRAMS:
        home = directory / program.name
        home.mkdir(parents=True)
        if case.keeps:
            run(program, [*said[:-1], "run"], home, server.trust)
        run(program, said, home, server.trust)
        homes.append(home)
    costs: list[list[Cost]] = [[] for _ in PROGRAMS]
    for _ in range(rounds):
        for program, home, taken in zip(PROGRAMS, homes, costs, strict=True):
            if not case.keeps:
                shutil.rmtree(home / ".lego" / "certificates", ignore_errors=True)
            taken.append(run(program, said, home, server.trust))
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
    rounds = parser.parse_args().n
    for needed in ("lego", "pebble", "openssl"):
        if shutil.which(needed) is None:
            sys.exit(f"not installed: {needed}; as root, ci/peers.sh installs it on Debian")
    sys.stdout.write(figures.machine("lego", "pebble") + "\n")
    found = []
    with tempfile.TemporaryDirectory() as name, servers.dns() as resolver:
        directory = Path(name)
        floor = run(Program("true", "true"), [], directory, directory).memory
        with servers.pebble(directory / "pebble", resolver) as server:
            for number, case in enumerate(CASES):
                found += rows(case, measure(case, server, directory / str(number), rounds))
    headings = ["case", "", *(program.name for program in PROGRAMS), "tegata / lego, pair by pair"]
    sys.stdout.write(f"{rounds} rounds, taking turns; median (least–greatest). ")
    sys.stdout.write(f"A peak of {floor:.0f} MiB may be less: no less can be told.\n\n")
    sys.stdout.write(figures.table(headings, found))


if __name__ == "__main__":
    main()
