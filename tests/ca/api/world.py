"""A real CA for tests of its faces: made by init, on SQLite, its jobs running, its applications called in process."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tegata.ca import bootstrap, faces
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import grammar, initialise
from tegata.ca.model import Organization
from tegata.ca.services import refusals
from tegata.ca.settings import DATABASE_FILE
from tegata.testing.dns import DnsServer
from tests.ca.api.asgi import BASE, JOSE, Client, kind
from tests.ca.api.site import Site
from tests.peers.ports import free_port

PASSPHRASE = "correct horse battery staple"


@dataclass
class World:
    """The CA, its application, and the one web server that all names lead to."""

    ca: Ca
    app: Any
    home: Path
    site: Site

    async def contract(self, *domains: str, service="ov-acme-1y") -> tuple[str, str, str]:
        """A new contract: its id, the KID and the MAC key."""
        added = await self.ca.contracts.add(
            organization=Organization(name="Example Corporation", country="JP"),
            service=service,
            domains=domains or ("www.example.com",),
            user="admin@example.com",
        )
        assert added.credential is not None
        return added.contract.id, added.credential.kid, await self.ca.credentials.mac(added.credential.kid)

    async def client(self, *domains: str, service="ov-acme-1y") -> Client:
        """A client with an account under a new contract for these names."""
        client = Client(self.app)
        _, kid, mac = await self.contract(*domains, service=service)
        response = await client.register(kid, mac)
        assert response.status == 201, response.body
        return client

    async def refused(self, client: Client, raw: Any, *, target="/acme/new-order", headers=(JOSE,)):
        """The type of the problem that a body is refused with, and the answer; it was seen that nothing was stored."""
        before = self.stored()
        answer = await client.send(target, raw if isinstance(raw, bytes) else json.dumps(raw).encode(), headers)
        assert self.stored() == before
        return kind(answer), answer

    def stored(self) -> dict[str, list[str]]:
        """Every row of the database, but what tells of a refusal itself, to see whether something was written."""
        with closing(sqlite3.connect(self.home / DATABASE_FILE)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in tables}
        told = (repr(refusals.ORDER), repr(refusals.CSR), "'refusals of ")
        for name in ("events", "limits"):
            found[name] = [row for row in found[name] if not any(each in row for each in told)]
        return found


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """One event loop for all these tests: the CA is opened once."""
    return "asyncio"


@pytest.fixture(scope="package")
def site_port() -> int:
    """Where http-01 is looked for."""
    return free_port()


@pytest.fixture(scope="package")
def home(tmp_path_factory, site_port):
    """A new CA's directory, all names leading to this machine."""
    directory = tmp_path_factory.mktemp("api") / "ca"
    with DnsServer(default_address="127.0.0.1") as dns, pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEGATA_CA_PASSPHRASE", PASSPHRASE)
        line = f"init --dir {directory} --url {BASE} --public-url http://127.0.0.1:8080 --tos {BASE}/terms"
        line += f" --resolver {dns.address} --http01-port {site_port} --allow-network 127.0.0.0/8"
        initialise.run(grammar.parse(line.split(), {}))
        yield directory


@pytest.fixture(scope="package")
async def world(home, site_port, anyio_backend):
    """A CA that is open, with its jobs running."""
    ca = bootstrap.open_ca(home, {"TEGATA_CA_PASSPHRASE": PASSPHRASE})
    jobs = asyncio.create_task(ca.runner.run())
    async with Site(site_port) as site:
        yield World(ca, faces.acme_and_portal(ca), home, site)
    ca.runner.stop()
    await jobs
    await ca.store.close()
