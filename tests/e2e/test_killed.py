"""``kill -9`` of the client and of the CA in the middle of issuance: the next run succeeds unaided."""

import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.e2e.certificates import crt, leaf, serial
from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA
from tests.peers.tegata import Tegata

LIMIT_SECONDS = 30


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)


def unfinished_orders(ca):
    """Orders between the customer's finalize and its outcome, as they are stored."""
    with closing(sqlite3.connect(f"file:{ca.home}/tegata-ca.db?mode=ro", uri=True)) as database:
        return count_unfinished(database)


def count_unfinished(database):
    query = "SELECT count(*) FROM orders WHERE processing_at IS NOT NULL AND serial IS NULL AND fault IS NULL"
    return database.execute(query).fetchone()[0]


def unfinished_in_files(ca):
    """Orders in the middle as whoever opens the files of a killed CA finds them: by the write-ahead log itself."""
    with TemporaryDirectory() as copies:
        for name in ("tegata-ca.db", "tegata-ca.db-wal"):
            shutil.copy(ca.home / name, copies)
        with closing(sqlite3.connect(Path(copies) / "tegata-ca.db")) as database:
            return count_unfinished(database)


def is_stopped(pid):
    """Whether the signal has reached every thread: until then a commit may still come to its end."""
    states = [file.read_text().rpartition(")")[2].split()[0] for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


def kill_in_the_middle(ca):
    """Kill the CA while an order is between finalize and its outcome.

    It is stopped as soon as one is seen there, and goes on if that one was done by then. What its files
    say is asked for then: a commit whose pages are written counts after the kill, though until then the
    memory shared with readers tells of the one before.
    """
    deadline = time.monotonic() + LIMIT_SECONDS
    with closing(sqlite3.connect(f"file:{ca.home}/tegata-ca.db?mode=ro", uri=True)) as database:
        while True:
            while not count_unfinished(database):
                assert time.monotonic() < deadline, "no order was ever seen in the middle"
            ca.process.signal(signal.SIGSTOP)
            wait_for(lambda: is_stopped(ca.process.pid), LIMIT_SECONDS)
            if unfinished_in_files(ca):
                ca.kill()
                return
            ca.process.signal(signal.SIGCONT)


def assert_a_pair(directory, name):
    """The files of a name are one certificate and its key, complete and private."""
    certificate = leaf(crt(directory, name))
    key = load_pem_private_key(crt(directory, name).with_suffix(".key").read_bytes(), None)
    assert certificate.public_key() == key.public_key()
    for path in (directory / "certificates").glob(f"{name}.*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (0, "Saved key to"),
        (1, "HEADS UP"),
        (2, "AuthURL"),
        (3, "Trying to solve"),
        (4, "Validations succeeded"),
        (5, "Server responded"),
    ],
)
def test_the_client_killed(ca, tegata, number, line):
    """Killed once it has said so, the second run needs no help: same account, a matching pair of files (C-04)."""
    name = f"killed-{number}.example.com"
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(name)
    words = first_run(ca, contract, name)
    with tegata.start(*words) as process:
        process.wait_for_line(line)
        process.kill()
    keys = {file: file.read_bytes() for file in tegata.path.glob("accounts/**/*.key")}
    assert keys
    tegata.run(*words).check()
    assert {file: file.read_bytes() for file in keys} == keys, "no account is lost"
    assert_a_pair(tegata.path, name)
    assert not [path.name for path in (tegata.path / "certificates").iterdir() if not path.name.startswith((name, "."))]


def test_the_ca_killed(tmp_path):
    """Killed under load and started again: clients' next run succeeds, no order hangs, files and database agree."""
    names = [f"node-{number}.example.com" for number in range(6)]
    with TegataCA(tmp_path / "ca") as ca, ThreadPoolExecutor(len(names)) as pool:
        contract = ca.add_contract(*names)
        # Every client is a host of its own: one address and one directory each.
        addresses = {name: f"127.0.0.{number}" for number, name in enumerate(names, 11)}
        for name, address in addresses.items():
            ca.dns.set(name, "A", address)
        clients = {name: Tegata(tmp_path / name, ca.ca_file) for name in names}

        def run(name):
            clients[name].directory.mkdir(exist_ok=True)
            return clients[name].run(*first_run(ca, contract, name, address=addresses[name]), timeout=120)

        killed = threading.Event()

        def run_until_killed(name):
            # One certificate after the other: a loaded machine may look past all of the first ones.
            while not killed.is_set():
                run(name)

        first = [pool.submit(run_until_killed, name) for name in names]
        try:
            kill_in_the_middle(ca)
        finally:
            killed.set()
        assert unfinished_orders(ca) >= 1
        ca.start()
        wait_for(lambda: unfinished_orders(ca) == 0, LIMIT_SECONDS)
        for future in first:
            future.result()

        for name in names:
            run(name).check()
        listed = {entry["serial"]: entry for entry in ca.json("cert", "list")}
        for name in names:
            assert_a_pair(clients[name].path, name)
            assert listed[serial(crt(clients[name].path, name))]["names"] == [name]
        assert all(entry["status"] == "valid" for entry in listed.values())


def test_sigterm_of_the_client_cleans_up(ca, tegata):
    """SIGTERM ends with 143 and leaves the port free; SIGINT with 130."""
    name = "signal.example.com"
    contract = ca.add_contract(name)
    tegata = tegata.trusting(ca.ca_file)
    ca.dns.set(name, "A", "127.0.0.9")
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        with tegata.start(*first_run(ca, contract, name)) as process:
            process.wait_for(lambda process=process: "Trying to solve" in process.text, "the challenge", LIMIT_SECONDS)
            process.signal(number)
            assert process.wait(LIMIT_SECONDS) == code
    ca.dns.set(name, "A", "127.0.0.1")
    tegata.run(*first_run(ca, contract, name)).check()
