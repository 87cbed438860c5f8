"""Random lives of orders at the ACME interface, in process: after every step the tables of ``acme.lifecycle``, the
rows of the store and the answers of the CA tell the same, and the invariants of issuance hold.
"""

import asyncio
import contextlib
import functools
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tegata.acme import b64, lifecycle
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus, OrderStatus
from tegata.ca.api import authorizations
from tegata.ca.api.app import AcmeApp
from tegata.ca.api.context import Context
from tegata.ca.api.links import Links
from tegata.ca.api.nonces import ProcessNonces
from tegata.ca.errors import CaError, NameNotResolved, WrongAnswer
from tegata.ca.issuing import hierarchy
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.ports import Verdict
from tegata.ca.settings import Acme
from tegata.pki import certs, csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.api.asgi import Client, body, flattened
from tests.ca.services.house import CERTIFICATE_KEY, NEW_ACCOUNT, NOW, PUBLIC_URL, TERMS, House
from tests.fuzz.extent import EXTENT

BASE = NEW_ACCOUNT.removesuffix("/acme/new-account")
NAMES = ("www.example.com", "a.example.net", "b.example.net")
FOREIGN = "www.example.org"
ACCOUNT_KEY, SMALL_KEY = generate(KeyType.EC256), generate(KeyType.EC256)
SPANS = [timedelta(seconds=1), timedelta(minutes=10), timedelta(days=1), timedelta(days=8), timedelta(days=150)]
PASSING = NameNotResolved(name=NAMES[0], reason="there was no answer in time")
LASTING = WrongAnswer(url="http://www.example.com/", got="-")


@functools.cache
def authority() -> SoftwareAuthority:
    """One issuing CA for all lives."""
    with tempfile.TemporaryDirectory() as directory:
        home, secret = Path(directory), b"correct horse"
        begun = NOW - timedelta(days=400)
        hierarchy.create(home, name="Example CA", url=BASE, public_url=PUBLIC_URL, secret=secret, now=begun)
        return SoftwareAuthority.load(home, secret)


def reach(table: dict[tuple[Any, Enum], Any], status: Any) -> set[Any]:
    """Every status that events lead to from this one, itself included."""
    found, open_ = {status}, [status]
    while open_:
        now = open_.pop()
        for (before, _), after in table.items():
            if before == now and after not in found:
                found.add(after)
                open_.append(after)
    return found


class Resources(RuleBasedStateMachine):
    """One contract, one account, its orders; ``seen`` are the statuses of the step before."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tegata-fuzz-"))
        self.runner = asyncio.Runner()
        self.orders: list[str] = []
        self.seen: dict[tuple[str, str], Any] = {}
        self.issued: dict[str, int] = {}

        self.patch = pytest.MonkeyPatch()
        # Nobody else works while an answer is held back for the verdict.
        self.patch.setattr(authorizations, "HOLD_SECONDS", 0)

    def teardown(self) -> None:
        self.patch.undo()
        if hasattr(self, "house"):
            self.run(self.house.store.close())
        self.runner.close()
        shutil.rmtree(self.directory)

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    @initialize(service=st.sampled_from(["ov-acme-1y", "ov-acme-6m", "dv-acme-1y"]))
    def begin(self, service: str) -> None:
        async def opened() -> House:
            return House(self.directory / "tegata-ca.db", authority())

        self.house = self.run(opened())
        self.serve()
        added = self.run(self.house.sell(NAMES[0], ".example.net", service=service))
        assert added.credential is not None
        self.contract, self.kid = added.contract.id, added.credential.kid
        self.client = Client(self.app, key=ACCOUNT_KEY)
        binding = self.run(self.house.bind(added, ACCOUNT_KEY))
        members = {name: getattr(binding, name) for name in ("protected", "payload", "signature")}
        answer = self.post(NEW_ACCOUNT, {"termsOfServiceAgreed": True, "externalAccountBinding": members})
        assert answer.status == 201, answer.body
        self.client.kid = answer.headers.get("Location")

    def serve(self) -> None:
        house = self.house
        self.app = AcmeApp(
            Context(
                settings=Acme(url=BASE, terms_of_service=TERMS),
                issuer_domains=(),
                profiles={},
                links=Links(BASE),
                nonces=ProcessNonces(),
                accounts=house.accounts,
                orders=house.orders,
                challenges=house.challenges,
                issuance=house.issuance,
                certificates=house.certificates,
                new_reference=house.ids.reference,
                now=house.clock,
                changed=house.store.changed,
            )
        )

    def post(self, url: str, payload: Any = None) -> Any:
        """Signed for the CA's own base URL."""
        return self.run(self._post(url, payload))

    async def _post(self, url: str, payload: Any) -> Any:
        raw = b"" if payload is None else json.dumps(payload).encode()
        header = await self.client.header(url)
        return await self.client.send(
            url.removeprefix(BASE), json.dumps(flattened(self.client.key, header, raw)).encode()
        )

    # What happens.

    @rule(names=st.lists(st.sampled_from((*NAMES, FOREIGN)), min_size=1, max_size=3, unique=True))
    def place_an_order(self, names: list[str]) -> None:
        identifiers = [{"type": "dns", "value": name} for name in names]
        answer = self.post(f"{BASE}/acme/new-order", {"identifiers": identifiers})
        assert answer.status == 201 or 400 <= answer.status < 500, answer.body
        assert answer.status != 201 or FOREIGN not in names
        if answer.status == 201:
            self.orders.append(answer.headers.get("Location"))

    @rule(name=st.sampled_from((*NAMES, FOREIGN, "*.example.net")), at_once=st.booleans())
    def authorize_before_any_order(self, name: str, *, at_once: bool) -> None:
        answer = self.post(f"{BASE}/acme/new-authz", {"identifier": {"type": "dns", "value": name}})
        assert answer.status == 201 or 400 <= answer.status < 500, answer.body
        assert answer.status != 201 or name in NAMES
        for challenge in body(answer).get("challenges", ()):
            self.post(challenge["url"], {})
        if at_once:
            self.work()

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), verdict=st.sampled_from([None, None, None, PASSING, LASTING]), at_once=st.booleans())
    def accept_challenges(self, data: st.DataObject, verdict: Any, *, at_once: bool) -> None:
        order = body(self.post(data.draw(st.sampled_from(self.orders))))
        for url in order["authorizations"]:
            for challenge in body(self.post(url)).get("challenges", ()):
                answer = self.post(challenge["url"], {})
                assert answer.status == 200 or 400 <= answer.status < 500, answer.body
        if verdict is not None:
            self.house.network.verdicts.append(Verdict(verdict, b"{}"))
        if at_once:
            self.work()

    @rule()
    def work(self) -> None:
        self.run(self.house.work())

    @precondition(lambda self: self.orders)
    @rule(
        data=st.data(), kind=st.sampled_from(["good", "good", "good", "one name", "other name", "wrong key", "noise"])
    )
    def finalize(self, data: st.DataObject, kind: str) -> None:
        url = data.draw(st.sampled_from(self.orders))
        order = body(self.post(url))
        names = [each["value"] for each in order["identifiers"]]
        asked = {"one name": names[:1], "other name": [*names, FOREIGN]}.get(kind, names)
        key = SMALL_KEY if kind == "wrong key" else CERTIFICATE_KEY
        der = b"\x30\x03abc" if kind == "noise" else csr.build(key, asked, common_name=None)
        answer = self.post(order["finalize"], {"csr": b64.encode(der)})
        assert answer.status == 200 or 400 <= answer.status < 500, answer.body
        if answer.status == 200:
            assert set(asked) == set(names)
            assert kind in ("good", "one name")
            assert order["status"] == "ready"

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self.house.clock.advance(span)

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    def have_a_certificate(self, names: list[str]) -> None:
        """From order to certificate at once: granted, unless the contract or a revoked key is against it."""
        self.house.network.verdicts.clear()
        identifiers = [{"type": "dns", "value": name} for name in names]
        placed = self.post(f"{BASE}/acme/new-order", {"identifiers": identifiers})
        if placed.status != 201:
            return
        self.orders.append(placed.headers.get("Location"))
        for url in body(placed)["authorizations"]:
            for challenge in body(self.post(url))["challenges"]:
                self.post(challenge["url"], {})
        self.work()
        if body(self.post(self.orders[-1]))["status"] == "ready":
            der = csr.build(CERTIFICATE_KEY, names, common_name=names[0])
            answer = self.post(body(placed)["finalize"], {"csr": b64.encode(der)})
            # All certificates here have one key and one account, whose word on its own key counts for itself.
            compromised = self.rows("SELECT * FROM blocked_keys") or self.rows(
                "SELECT serial FROM certificates WHERE reason = 1"
            )
            assert answer.status in ((400, 403) if compromised else (200, 403)), answer.body

    @rule(verb=st.sampled_from(["resume", "suspend", "resume", "renew"]))
    def change_the_contract(self, verb: str) -> None:
        self.try_to(getattr(self.house.contracts, verb)(self.contract))

    @precondition(lambda self: len(self.issued) > 1)
    @rule(what=st.sampled_from(["credential", "contract"]))
    def end_it(self, what: str) -> None:
        """What cannot be undone: late in a life, so that there is one."""
        disabled = what == "credential"
        house = self.house
        self.try_to(house.credentials.disable(self.kid) if disabled else house.contracts.end(self.contract))

    @precondition(lambda self: self.issued)
    @rule(data=st.data(), reason=st.sampled_from([0, 1, 4, 6]))
    def revoke(self, data: st.DataObject, reason: int) -> None:
        serial = data.draw(st.sampled_from(sorted(self.issued)))
        ((chain,),) = self.rows("SELECT chain_pem FROM certificates WHERE serial = ?", serial)
        der = certs.load_chain(chain)[0].public_bytes(Encoding.DER)
        payload = {"certificate": b64.encode(der), "reason": reason}
        answer = self.post(f"{BASE}/acme/revoke-cert", payload)
        assert answer.status == 200 or 400 <= answer.status < 500, answer.body
        ((revoked,),) = self.rows("SELECT revoked_at FROM certificates WHERE serial = ?", serial)
        assert (answer.status != 200) or revoked is not None

    @rule()
    def restart(self) -> None:
        self.run(self.house.restart())
        self.serve()
        self.client.app = self.app

    def try_to(self, coroutine: Any) -> None:
        """The operator's doing, which the CA may refuse."""
        with contextlib.suppress(CaError):
            self.run(coroutine)

    # What holds.

    @invariant()
    def rows_tables_and_answers_agree(self) -> None:
        for url in self.orders:
            (row,) = self.rows("SELECT * FROM orders WHERE id = ?", url.rpartition("/")[2])
            linked = "SELECT authorization_id FROM order_authorizations WHERE order_id = ? ORDER BY position"
            statuses = [self.authorization(each) for (each,) in self.rows(linked, row["id"])]
            status = lifecycle.order_status(
                statuses,
                expired=self.now() >= row["expires_at"],
                failed=row["fault"] is not None,
                processing=row["processing_at"] is not None,
                issued=row["serial"] is not None,
            )
            self.moved("order", row["id"], status, lifecycle.ORDER_TRANSITIONS, OrderStatus.PENDING)
            answer = self.post(url)
            assert answer.status == 200, answer.body
            assert body(answer)["status"] == status
            assert ("certificate" in body(answer)) == (status is OrderStatus.VALID)
            assert ("error" in body(answer)) <= (status is OrderStatus.INVALID)

    def authorization(self, identifier: str) -> AuthorizationStatus:
        (row,) = self.rows("SELECT * FROM authorizations WHERE id = ?", identifier)
        challenges: list[ChallengeStatus] = []
        for each in self.rows("SELECT * FROM challenges WHERE authorization_id = ?", identifier):
            seen = lifecycle.challenge_status(
                accepted=each["accepted_at"] is not None,
                validated=each["validated_at"] is not None,
                failed=each["failed_at"] is not None,
            )
            self.moved("challenge", each["id"], seen, lifecycle.CHALLENGE_TRANSITIONS, ChallengeStatus.PENDING)
            challenges.append(seen)
        status = lifecycle.authorization_status(challenges, expired=self.now() >= row["expires_at"])
        table, first = lifecycle.AUTHORIZATION_TRANSITIONS, AuthorizationStatus.PENDING
        self.moved("authorization", identifier, status, table, first)
        answer = self.post(f"{BASE}/acme/authorization/{identifier}")
        assert answer.status == 200, answer.body
        assert body(answer)["status"] == status
        return status

    def moved(self, kind: str, identifier: str, status: Any, table: Any, first: Any) -> None:
        """From the status of the step before, events of the table lead here."""
        before = self.seen.get((kind, identifier), first)
        assert status in reach(table, before), f"{kind}: {before} became {status}"
        self.seen[kind, identifier] = status

    @invariant()
    def certificates_are_what_they_may_be(self) -> None:
        if not hasattr(self, "contract"):
            return
        ((ends,),) = self.rows("SELECT ends FROM contracts WHERE id = ?", self.contract)
        rows = self.rows("SELECT * FROM certificates WHERE issued_at IS NOT NULL")
        assert len({row["order_id"] for row in rows}) == len(rows), "two certificates of one order"
        for row in rows:
            at_issuance = self.issued.setdefault(row["serial"], ends)
            certificate = certs.load_chain(row["chain_pem"])[0]
            assert f"{certificate.serial_number:x}" == row["serial"]
            assert micros(certificate.not_valid_after_utc) == row["not_after"] <= at_issuance
            assert self.rows("SELECT id FROM orders WHERE serial = ?", row["serial"])[0]["id"] == row["order_id"]
            proved = self.rows(
                "SELECT a.identifier_value FROM order_authorizations o JOIN authorizations a ON a.id ="
                " o.authorization_id JOIN challenges c ON c.authorization_id = a.id WHERE o.order_id = ?"
                " AND c.validated_at <= ?",
                row["order_id"],
                row["intended_at"],
            )
            assert set(certs.names_of(certificate)) <= {name for (name,) in proved}, "a name that nobody has proved"

    def now(self) -> int:
        return micros(self.house.clock())

    def rows(self, query: str, *parameters: Any) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(f"file:{self.directory}/tegata-ca.db?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return database.execute(query, parameters).fetchall()


def micros(instant: datetime) -> int:
    """As the store writes it."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


SETTINGS = settings(EXTENT, max_examples=EXTENT.max_examples // 4, stateful_step_count=25)
TestResources = Resources.TestCase
TestResources.settings = SETTINGS
