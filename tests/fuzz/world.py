"""What the tests of the CA's doors share: a CA in service with a contract, a customer who is logged in, a site that
proves every name, and accounts.
"""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from hypothesis import HealthCheck, settings

from tegata.acme import b64, jwk
from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.fuzz.actor import Actor
from tests.fuzz.extent import EXTENT, VARIABLE
from tests.fuzz.service import Answer, Service
from tests.peers.postgresql import PostgreSQL, name_of

NAMES = ("www.example.com", "a.example.net", "*.example.net")
USER = "admin@example.com"
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
TABLES = ("accounts", "authorizations", "certificates", "contracts", "credentials", "customers", "orders", "sessions")
CERTIFICATE_KEY = generate(KeyType.RSA2048)
ENDPOINTS = settings(EXTENT, suppress_health_check=[*EXTENT.suppress_health_check, HealthCheck.function_scoped_fixture])
# A request or two each, so that there is time for many.
DOORS = settings(ENDPOINTS, max_examples=EXTENT.max_examples * (6 if os.environ.get(VARIABLE) else 1))


class Site(BaseHTTPRequestHandler):
    """Proves every name for the account whose thumbprint is said last."""

    thumbprint = ""

    def do_GET(self) -> None:
        content = f"{self.path.rpartition('/')[2]}.{self.thumbprint}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class World(NamedTuple):
    """The service, a contract's credential, and its customer's session."""

    service: Service
    contract: str
    kid: str
    mac: str
    cookie: bytes
    chain: bytes
    """A certificate with its issuer, in PEM."""
    query: Callable[[str], list[Any]]
    """Asks the CA's database."""

    def actor(self) -> Actor:
        """A new account."""
        key = generate(KeyType.EC256)
        assert isinstance(key, EllipticCurvePrivateKey)
        actor = Actor(self.service, key)
        actor.register(self.kid, self.mac)
        return actor

    def rows(self) -> dict[str, int]:
        """How many rows each table has to which a stranger may add none; work that was left goes on meanwhile."""
        return {each: int(self.query(f"SELECT count(*) FROM {each}")[0][0]) for each in TABLES}


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"] if os.environ.get(VARIABLE) else ["SQLite"])
def world(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[World]:
    """A CA in service, by ``make fuzz`` on either database."""
    directory = tmp_path_factory.mktemp("service")
    with ExitStack() as stack:
        init: tuple[str, ...] = ()
        query = partial(_by_sqlite, directory / "tegata-ca" / "tegata-ca.db")
        if request.param == "PostgreSQL":
            server = stack.enter_context(PostgreSQL())
            url = server.database()
            init, query = ("--database", url), partial(_by_postgresql, server, name_of(url))
        service = stack.enter_context(Service(directory, init))
        contract = service.ca.add_contract("www.example.com", ".example.net", user=USER, service="dv-acme-1y")
        form = f"login={USER.replace('@', '%40')}&password={contract['user']['password']}".encode()
        answer = service.acme.ask("POST", b"/portal/login", (FORM,), form)
        assert answer.status == 303, answer
        cookie = answer.header("set-cookie").partition(";")[0].encode()
        eab = contract["eab"]
        with ThreadingHTTPServer(("127.0.0.1", service.ca.http_port), Site) as site:
            thread = threading.Thread(target=site.serve_forever)
            thread.start()
            # What is loaded with the first requests is no growth.
            found = World(service, contract["contract"], eab["kid"], eab["hmac"], cookie, b"", query)
            actor = found.actor()
            have_a_certificate(actor, NAMES[:2])
            yield found._replace(chain=actor.chains[0])
            site.shutdown()
            thread.join()
        if os.environ.get(VARIABLE):
            doors = {"acme": service.acme, "public": service.public, "agent": service.agent}
            told = ", ".join(f"{name} {door.requests:,}" for name, door in doors.items())
            with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
                print(f" requests: {told}", flush=True)


def _by_sqlite(file: Path, statement: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        return database.execute(statement).fetchall()


def _by_postgresql(server: PostgreSQL, database: str, statement: str) -> list[Any]:
    return server.sql(statement, database)


def have_a_certificate(actor: Actor, names: tuple[str, ...]) -> None:
    """From order to chain."""
    Site.thumbprint = jwk.thumbprint(jwk.from_public(actor.key.public_key()))
    order = place(actor, names)
    if order.status != 201:
        return
    document = json.loads(order.body)
    for url in document["authorizations"]:
        for challenge in json.loads(actor.post(url).body).get("challenges", ()):
            if challenge["type"] == "http-01":
                actor.post(challenge["url"], {})
    url = order.header("location")
    for _ in range(100):
        if json.loads(actor.post(url).body)["status"] != "pending":
            break
    der = csr.build(CERTIFICATE_KEY, list(names), common_name=None)
    answer = actor.post(document["finalize"], {"csr": b64.encode(der)})
    if answer.status == 200 and "certificate" in json.loads(answer.body):
        actor.post(json.loads(answer.body)["certificate"])


def place(actor: Actor, names: tuple[str, ...], **more: str) -> Answer:
    return actor.post(
        f"{actor.url}/acme/new-order", {"identifiers": [{"type": "dns", "value": name} for name in names], **more}
    )
