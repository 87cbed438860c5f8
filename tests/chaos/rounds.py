"""Rounds of killing: what is run, what is killed, and what must hold afterwards. Knows the programs from outside only:
command lines, files on the disk, the CA's database read-only.
"""

import hashlib
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.e2e.certificates import crl_url, crt, leaf, serial
from tests.peers.ca import TegataCA
from tests.peers.process import Process
from tests.peers.tegata import Tegata

MAIL = "test@example.com"
SETTLED_SECONDS = 30.0
RUN_SECONDS = 120.0
_CLIENTS_BESIDE = 3
# A first run takes about this long; later moments are kills of a program that has ended.
_LONGEST_LIFE = 0.55


@dataclass
class Battle:
    """One CA, its contract, and the kills so far; ``random`` decides every moment."""

    ca: TegataCA
    directory: Path
    random: random.Random
    say: Callable[[str], None] = print
    clients: int = 0
    keys: dict[Path, str] = field(default_factory=dict)
    files: list[tuple[Tegata, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contract: dict[str, Any] = self.ca.add_contract(".example.com")

    def kill_client(self) -> None:
        """A client is killed at a random moment of its first run, then of a forced renewal; each next run succeeds."""
        client, name, words = self._client()
        renewal = [*words[:-1], "renew", "--days", "9999", "--no-random-sleep"]
        self._kill_after(client, words)
        client.run(*words, timeout=RUN_SECONDS).check()
        self.check(client, name)
        self._kill_after(client, renewal)
        self.check(client, name)
        client.run(*renewal, timeout=RUN_SECONDS).check()
        self.check(client, name)

    def kill_ca(self) -> None:
        """The CA is killed under some clients; it starts again, nothing hangs, and each client's next run succeeds."""
        clients = [self._client() for _ in range(_CLIENTS_BESIDE)]
        with ThreadPoolExecutor(len(clients)) as pool:
            running = [pool.submit(client.run, *words, timeout=RUN_SECONDS) for client, _, words in clients]
            moment = self.random.uniform(0.2, 1.6)
            time.sleep(moment)
            self.ca.kill()
            self.say(f"CA killed after {moment:.3f} s of {len(clients)} clients")
            self.ca.start()
            for each in running:
                each.result()
        self.wait_until_settled()
        for client, name, words in clients:
            client.run(*words, timeout=RUN_SECONDS).check()
            self.check(client, name)

    def wait_until_settled(self) -> None:
        """Within 30 s no order is processing."""
        deadline = time.monotonic() + SETTLED_SECONDS
        query = "SELECT id FROM orders WHERE processing_at IS NOT NULL AND serial IS NULL AND fault IS NULL"
        while hanging := self._rows(query):
            assert time.monotonic() < deadline, f"still processing after {SETTLED_SECONDS:g} s: {hanging}"
            time.sleep(0.05)

    def check(self, client: Tegata, name: str) -> None:
        """The account's key is the one it was; the certificate in place is one the CA knows, and its key fits."""
        (account,) = (client.path / "accounts").rglob("*.key")
        digest = hashlib.sha256(account.read_bytes()).hexdigest()
        assert self.keys.setdefault(account, digest) == digest, f"{account} has changed"
        certificate = leaf(crt(client.path, name))
        key = load_pem_private_key(crt(client.path, name).with_suffix(".key").read_bytes(), None)
        assert certificate.public_key() == key.public_key(), f"{name}: key and certificate do not belong together"
        for path in client.path.rglob("*.key"):
            assert path.stat().st_mode & 0o077 == 0, path
        if (client, name) not in self.files:
            self.files.append((client, name))

    def check_the_books(self) -> None:
        """Files, command line and database tell the same of every certificate and account."""
        self.wait_until_settled()
        issued = self._rows("SELECT serial, order_id, chain_pem FROM certificates WHERE chain_pem IS NOT NULL")
        for number, order, chain in issued:
            assert f"{x509.load_pem_x509_certificate(chain).serial_number:x}" == number
            assert self._rows(f"SELECT serial FROM orders WHERE id = '{order}'") == [(number,)]
        known = {number for number, _, _ in issued}
        listed = self.ca.json("cert", "list")
        assert {each["serial"] for each in listed} == known
        assert len(listed) == len(known), "a serial number twice"
        assert all(each["status"] == "valid" for each in listed)
        referred = self._rows("SELECT serial FROM orders WHERE serial IS NOT NULL")
        assert sorted(number for (number,) in referred) == sorted(known), "orders and certificates differ"
        for client, name in self.files:
            assert serial(crt(client.path, name)) in known, f"{name}: a certificate that the CA does not know"
        client, name = self.files[0]
        crl = x509.load_der_x509_crl(self.ca.get(crl_url(leaf(crt(client.path, name)))))
        assert not list(crl), "nobody has revoked anything"
        ((accounts,),) = self._rows("SELECT count(*) FROM accounts")
        assert accounts == self.clients, f"{accounts} accounts of {self.clients} clients"
        (damage,) = self._rows("PRAGMA integrity_check")
        assert damage == ("ok",)
        self.say(f"books agree: {len(known)} certificates, {accounts} accounts, {len(self.files)} names in place")

    def _client(self) -> tuple[Tegata, str, list[str]]:
        """A new client with a host of its own, and the words of its first run."""
        self.clients += 1
        name, address = f"node-{self.clients}.example.com", f"127.0.1.{self.clients}"
        self.ca.dns.set(name, "A", address)
        client = Tegata(self.directory / name, self.ca.ca_file)
        client.directory.mkdir()
        eab = self.contract["eab"]
        words = ["-s", self.ca.directory_url, "-a", "--eab", "--kid", eab["kid"], "--hmac", eab["hmac"], "-d", name]
        words += ["-m", MAIL, "--http", "--http.port", f"{address}:{self.ca.http_port}", "--key-type", "rsa2048"]
        return client, name, [*words, "run"]

    def _kill_after(self, client: Tegata, words: list[str]) -> None:
        moment = self.random.uniform(0.05, _LONGEST_LIFE)
        account = next(iter((client.path / "accounts").rglob("*.key")), None)
        before = account and account.read_bytes()
        process: Process = client.start(*words)
        time.sleep(moment)
        ended = process.returncode
        process.kill()
        if account is not None:
            assert account.read_bytes() == before, "the account's key has changed"
        else:
            for made in (client.path / "accounts").rglob("*.key"):
                self.keys[made] = hashlib.sha256(made.read_bytes()).hexdigest()
        self.say(
            f"client killed after {moment:.3f} s of {words[-1] if words[-1] == 'run' else 'renew'}"
            + ("" if ended is None else f" (it had ended with {ended})")
        )

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.ca.home}/tegata-ca.db?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()


def fight(directory: Path, *, seed: int, kills: int, say: Callable[[str], None] = print) -> None:
    """``kills`` rounds for the clients and as many for the CA, in an order that the seed decides."""
    dice = random.Random(seed)
    rounds = ["client", "ca"] * kills
    dice.shuffle(rounds)
    say(f"seed {seed}: {kills} rounds of each")
    directory.mkdir(parents=True, exist_ok=True)
    with TegataCA(directory / "ca", limits_orders=False) as ca:
        battle = Battle(ca, directory, dice, say)
        for number, victim in enumerate(rounds, 1):
            say(f"round {number} of {len(rounds)}: {victim}")
            battle.kill_client() if victim == "client" else battle.kill_ca()
        battle.check_the_books()
    shutil.rmtree(directory, ignore_errors=True)
