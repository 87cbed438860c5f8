"""What the tests of the CA's doors share: a CA in service with a contract, a customer who is logged in, a site that
proves every name, and accounts.
"""

import contextlib
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, settings

from tegata.acme import b64, jwk
from tegata.pki import csr
from tegata.pki.certs import load_chain, serial_hex
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.fuzz.actor import Actor
from tests.fuzz.extent import EXTENT
from tests.fuzz.service import Answer, Service
from tests.peers.postgresql import PostgreSQL, name_of

NAMES = ("www.example.com", "a.example.net", "*.example.net")
USER = "admin@example.com"
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")
TABLES = ("accounts", "authorizations", "certificates", "contracts", "credentials", "customers", "orders", "sessions")
CERTIFICATE_KEY = generate(KeyType.RSA2048)
ENDPOINTS = settings(EXTENT, suppress_health_check=[*EXTENT.suppress_health_check, HealthCheck.function_scoped_fixture])


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
    operator: bytes
    """An operator's session."""
    report: str
    """A report of a problem with that certificate."""
    by_request: str
    """The customer's contract whose service has no ACME."""
    enrolment: str
    """What was ordered there."""
    query: Callable[[str], list[Any]]
    """Asks the CA's database."""

    def at(self, path: bytes) -> bytes:
        """A path with what is there: contracts C1 and C2, EAB K1, report R1, order O1 of C2, certificate S1."""
        (leaf, *_) = load_chain(self.chain)
        there = {
            b"C1": self.contract,
            b"C2": self.by_request,
            b"K1": self.kid,
            b"R1": self.report,
            b"O1": self.enrolment,
            b"S1": serial_hex(leaf),
        }
        return re.sub(rb"(?<=/)(?:[CKROS]1|C2)(?=[/?]|$)", lambda found: there[found[0]].encode(), path)

    def actor(self) -> Actor:
        """A new account."""
        key = generate(KeyType.EC256)
        assert isinstance(key, EllipticCurvePrivateKey)
        actor = Actor(self.service, key)
        actor.register(self.kid, self.mac)
        return actor

    def rows(self) -> dict[str, int]:
        """How many rows each table has to which a stranger may add none; work that was left goes on meanwhile."""
        [counts] = self.query(f"SELECT {', '.join(f'(SELECT count(*) FROM {each})' for each in TABLES)}")
        return {table: int(count) for table, count in zip(TABLES, counts, strict=True)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A CA in service."""
    with opened(tmp_path_factory.mktemp("service")) as found:
        yield found


@contextmanager
def opened(directory: Path, *, on_postgresql: bool = False) -> Iterator[World]:
    """A CA in service, on either database."""
    with ExitStack() as stack:
        init: tuple[str, ...] = ()
        query = partial(_by_sqlite, directory / "tegata-ca" / "tegata-ca.db")
        if on_postgresql:
            server = stack.enter_context(PostgreSQL())
            url = server.database()
            init, query = ("--database", url), partial(_by_postgresql, server, name_of(url))
        service = stack.enter_context(Service(directory, init))
        contract = service.ca.add_contract("www.example.com", ".example.net", user=USER, service="dv-acme-1y")
        operator = service.ca.json("operator", "add", "operator@example.com", "--name", "Operator")
        eab = contract["eab"]
        site = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", service.ca.http_port), Site))
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(site.shutdown)
        # What is loaded with the first requests is no growth.
        cookies = _session(service, **contract["user"]), _session(service, operator["login"], operator["password"])
        credential = eab["kid"], eab["hmac"]
        by_request = service.ca.add_contract(NAMES[0], user=USER, service="ov-csr-6m")["contract"]
        enrolment = _enrolled(service, by_request, cookies[0])
        found = World(
            service, contract["contract"], *credential, cookies[0], b"", cookies[1], "", by_request, enrolment, query
        )
        actor = found.actor()
        have_a_certificate(actor, NAMES[:2])
        (leaf, *_) = load_chain(actor.chains[0])
        words = ["--cause", "misuse", "--about", "x", "--from", "x", "--serial", serial_hex(leaf)]
        report = service.ca.json("report", "add", *words)["report"]
        yield found._replace(chain=actor.chains[0], report=report)


def _session(service: Service, login: str, password: str) -> bytes:
    """The cookie of who has logged in."""
    answer = service.acme.ask(
        "POST", b"/portal/login", (FORM,), urlencode({"login": login, "password": password}).encode()
    )
    assert answer.status == 303, answer
    cookie = answer.header("set-cookie").partition(";")[0]
    assert cookie.startswith("__Host-tegata="), answer
    return cookie.encode()


def _enrolled(service: Service, contract: str, cookie: bytes) -> str:
    """The order that was placed for a request in the portal."""
    request = x509.load_der_x509_csr(csr.build(CERTIFICATE_KEY, NAMES[:1], common_name=None))
    form = {"csr": request.public_bytes(Encoding.PEM).decode(), "order": "yes"}
    form["terms"] = f"{service.ca.public_url}/terms"
    path = f"/portal/orders/{contract}/request"
    answer = service.acme.ask("POST", path.encode(), (FORM, (b"Cookie", cookie)), urlencode(form).encode())
    assert answer.status == 303, answer
    return answer.header("location").rpartition("/")[2]


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
