"""A closed loop of ACME clients that costs little itself: each worker registers an account and orders, one by one.

Run ``python benchmarks/load.py --help`` to load a server that runs already; ``ca.py`` loads those it starts. Keys and
CSRs are made before the clock starts and certificates checked after it stops. Speaks just as much HTTP/1.1 as answers
from Pebble and tegata-ca need, over one connection a worker. Knows no server's ways beyond RFC 8555.
"""

import argparse
import asyncio
import json
import os
import secrets
import ssl
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import figures
import servers
import uvloop
from zone import DOMAIN

from tegata.acme import b64, challenges, codec, eab, jwk, jws
from tegata.errors import TegataError
from tegata.pki import certs, csr, keys
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey

# Debian's Pebble stands still with more.
MOST_WORKERS = 8
STEPS = ("newOrder", "authorization", "challenge", "poll", "finalize", "order", "download")
STEP_SECONDS = 20.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.005, 0.25


class Failed(Exception):
    """An order that did not end in a certificate; the message says where."""


class Silent(Exception):
    """A server that stands still; the message says which, and at what. There is nothing left to measure."""


class Answer(NamedTuple):
    """An HTTP response; field names are in lower case."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def object(self) -> Any:  # noqa: ANN401 - JSON is any of its six kinds
        """The body as JSON."""
        return json.loads(self.body)


class Wish(NamedTuple):
    """An order to be placed: one name, its CSR in base64url, and the key that is in it."""

    name: str
    csr: str
    key: PrivateKey


@dataclass
class Tally:
    """What happened: seconds by step, chains to be checked, errors by their text, the run's seconds and own CPU."""

    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    orders: list[float] = field(default_factory=list)
    chains: list[tuple[Wish, bytes]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    own_cpu: float = 0.0
    server_cpu: float = 0.0

    @property
    def per_cpu_second(self) -> float:
        """Certificates for each second of the server's CPU."""
        return len(self.chains) / self.server_cpu if self.server_cpu else 0.0


class Connection:
    """One connection that is kept, by TLS if the URL is https."""

    def __init__(self, url: str, trust: Path) -> None:
        self._host, self._port = servers.host_and_port(url)
        self._tls = ssl.create_default_context(cafile=str(trust)) if url.startswith("https:") else None

    async def open(self) -> None:
        """Connect, and shake hands."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    async def request(self, method: str, url: str, body: bytes = b"") -> Answer:
        """Send, and read the answer whole."""
        path = url.split("/", 3)[3]
        head = f"{method} /{path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nUser-Agent: tegata-load\r\n"
        head += f"Content-Type: {jws.CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode("ascii") + body)
        async with asyncio.timeout(STEP_SECONDS):
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            return Answer(int(lines[0].split()[1]), fields, await self._body(method, fields))

    async def _body(self, method: str, fields: dict[str, str]) -> bytes:
        if method == "HEAD":
            return b""
        if fields.get("transfer-encoding") != "chunked":
            return await self._reader.readexactly(int(fields.get("content-length", 0)))
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)


class Site:
    """The web server of all names: answers http-01 for the tokens that the workers put in."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection."""
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode("ascii")
        content = self.answers.get(path, "")
        status = "200 OK" if content else "404 Not Found"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n{content}".encode("ascii")
        )
        writer.close()
        await writer.wait_closed()


class Worker:
    """One account that orders; ``tally`` and ``site`` are shared by all."""

    def __init__(self, server: servers.Server, site: Site, tally: Tally) -> None:
        self._server, self._site, self._tally = server, site, tally
        self._connection = Connection(server.directory_url, server.trust)
        self._key = keys.generate(KeyType.EC256)
        self._jwk = jwk.from_public(self._key.public_key())
        self._thumbprint = jwk.thumbprint(self._jwk)
        self._kid: str | None = None
        self._nonce = ""
        self._step = ""

    async def register(self) -> None:
        """Connect, and make an account under the server's external account binding."""
        await self._connection.open()
        directory = (await self._connection.request("GET", self._server.directory_url)).object
        self._new_order = directory["newOrder"]
        self._nonce = (await self._connection.request("HEAD", directory["newNonce"])).fields["replay-nonce"]
        url = directory["newAccount"]
        binding = eab.bind(self._jwk, self._server.kid, eab.decode_mac(self._server.mac), url)
        made = await self._post(url, {"termsOfServiceAgreed": True, "externalAccountBinding": binding})
        self._kid = made.fields["location"]

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()

    async def place(self, name: str) -> Answer:
        """A new order for one name."""
        return await self._timed("newOrder", self._new_order, {"identifiers": [{"type": "dns", "value": name}]})

    async def work(self, wishes: list[Wish]) -> None:
        """Order until no wish is left; one that fails is counted and left."""
        while wishes:
            wish = wishes.pop()
            began = time.perf_counter()
            try:
                chain = await self._order(wish)
            except TimeoutError:
                raise Silent(f"{self._server.name}: no answer to {self._step} in {STEP_SECONDS:.0f} s") from None
            except Failed as problem:
                self._tally.errors[str(problem)] += 1
            else:
                self._tally.orders.append(time.perf_counter() - began)
                self._tally.chains.append((wish, chain))

    async def _order(self, wish: Wish) -> bytes:
        placed = await self.place(wish.name)
        order, url = placed.object, placed.fields["location"]
        for one in order["authorizations"]:
            await self._prove(one)
        order = (await self._timed("finalize", order["finalize"], {"csr": wish.csr})).object
        pause = FIRST_PAUSE_SECONDS
        while order["status"] != "valid":
            if order["status"] == "invalid":
                raise Failed(f"order: {order.get('error')}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            order = (await self._timed("order", url)).object
        return (await self._timed("download", order["certificate"])).body

    async def _prove(self, url: str) -> None:
        """Answer an authorization's http-01 challenge, and ask until there is a verdict."""
        found = (await self._timed("authorization", url)).object
        challenge = next(one for one in found["challenges"] if one["type"] == challenges.HTTP_01)
        path = challenges.http01_path(challenge["token"])
        self._site.answers[path] = challenges.key_authorization(challenge["token"], self._thumbprint)
        await self._timed("challenge", challenge["url"], {})
        pause = FIRST_PAUSE_SECONDS
        while (found := (await self._timed("poll", url)).object)["status"] == "pending":
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        del self._site.answers[path]
        if found["status"] != "valid":
            raise Failed(f"authorization: {found}")

    async def _timed(self, step: str, url: str, payload: object = None) -> Answer:
        self._step = step
        began = time.perf_counter()
        answer = await self._post(url, payload)
        self._tally.steps[step].append(time.perf_counter() - began)
        return answer

    async def _post(self, url: str, payload: object = None) -> Answer:
        """A signed POST, without a payload a POST-as-GET; the answer's nonce is the next request's."""
        body = None if payload is None else codec.encode(payload)
        signed = jws.sign(self._key, body, url=url, nonce=self._nonce, kid=self._kid)
        answer = await self._connection.request("POST", url, signed)
        self._nonce = answer.fields.get("replay-nonce", "")
        if answer.status >= 400:
            raise Failed(f"{self._step}: {answer.status} {answer.object.get('type')}")
        return answer


def wishes(count: int) -> list[Wish]:
    """Orders to come, each for a name of its own; sixteen RSA keys take turns, for making them is slow."""
    made = [keys.generate(KeyType.RSA2048) for _ in range(min(count, 16))]
    run = secrets.token_hex(4)
    found = []
    for number in range(count):
        name, key = f"n{number}-{run}.{DOMAIN}", made[number % len(made)]
        found.append(Wish(name, b64.encode(csr.build(key, [name], common_name=name)), key))
    return found


def run(server: servers.Server, *, workers: int, orders: int, most: int = MOST_WORKERS) -> Tally:
    """Place so many orders by so many workers at once, after one order each to warm up; SystemExit if it is silent."""
    if not 0 < workers <= most:
        raise SystemExit(f"from 1 to {most} workers")
    warm_up, wanted = wishes(workers), wishes(orders)
    try:
        tally = uvloop.run(_run(server, workers, warm_up, wanted))
    except Silent as silent:
        raise SystemExit(str(silent)) from None
    for wish, chain in tally.chains:
        try:
            certs.check_chain(certs.load_chain(chain), wish.key.public_key(), [wish.name])
        except TegataError as problem:
            tally.errors[f"certificate: {problem}"] += 1
    return tally


async def _run(server: servers.Server, workers: int, warm_up: list[Wish], wanted: list[Wish]) -> Tally:
    site, tally = Site(), Tally()
    listener = await asyncio.start_server(site.serve, "127.0.0.1", server.http_port)
    async with listener:
        for counted, part in ((Tally(), warm_up), (tally, wanted)):
            crew = [Worker(server, site, counted) for _ in range(workers)]
            await asyncio.gather(*(worker.register() for worker in crew))
            own, theirs, began = time.process_time(), cpu_seconds(server.pid), time.perf_counter()
            await asyncio.gather(*(worker.work(part) for worker in crew))
            counted.seconds = time.perf_counter() - began
            counted.server_cpu = cpu_seconds(server.pid) - theirs
            counted.own_cpu = time.process_time() - own
            await asyncio.gather(*(worker.close() for worker in crew))
    return tally


def cpu_seconds(pid: int) -> float:
    """The CPU a process has used, with that of its children that have ended; to a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / 100


def latencies(tallies: Sequence[Tally]) -> list[list[str]]:
    """A line for each step: how many, median, 99 of a hundred, greatest; of all rounds together."""
    lines = []
    for step in (*STEPS, "whole order"):
        taken = [
            value * 1000 for one in tallies for value in (one.steps.get(step, []) if step in STEPS else one.orders)
        ]
        if taken:
            shown = (f"{value:.1f}" for value in (figures.quantile(taken, share) for share in (0.5, 0.99, 1)))
            lines.append([step, str(len(taken)), *shown])
    return lines


def main() -> None:
    """Load the server that the options name."""
    parser = argparse.ArgumentParser(description="Load an ACME server that runs already; prints Markdown.")
    parser.add_argument("directory", metavar="URL", help="its directory")
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE", help="the root its TLS is trusted by")
    parser.add_argument("--pid", type=int, required=True, help="its process")
    parser.add_argument("--kid", required=True, help="of its EAB; the MAC key is taken from the environment, EAB_MAC")
    parser.add_argument("--http-port", type=int, required=True, help="where it asks for http-01")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--orders", type=int, default=200)
    asked = parser.parse_args()
    server = servers.Server(
        "server", asked.directory, asked.trust, asked.pid, asked.kid, os.environ["EAB_MAC"], asked.http_port
    )
    tally = run(server, workers=asked.workers, orders=asked.orders)
    sys.stdout.write(f"{tally.per_cpu_second:.1f} certificates a second of server CPU, in {tally.seconds:.2f} s.\n\n")
    sys.stdout.write(figures.table(["step", "times", "median, ms", "99 %, ms", "most, ms"], latencies([tally])))
    for problem, times in tally.errors.items():
        sys.stdout.write(f"\n{times} × {problem}")
    sys.exit(bool(tally.errors))


if __name__ == "__main__":
    main()
