"""A hand-made CA for the order's machine: answers as values, step by step; nothing is sent anywhere."""

from typing import Any

import msgspec

from tegata.acme import jwk, problems
from tegata.acme.problems import ErrorType
from tegata.acme.wire import Headers, Response
from tegata.client import events
from tegata.client.flow import Issuance
from tegata.client.refusals import refusal
from tegata.client.steps import Answered, Clear, Cleared, Failed, Outcome, Refused, Send, Step
from tegata.client.wanted import Wanted
from tegata.errors import TegataError
from tegata.pki import certs, csr, keys
from tegata.pki.key_types import KeyType
from tests.pki import issued

CA = "https://ca.example"
NEW_ORDER, ORDER, FINALIZE, CERTIFICATE = f"{CA}/new-order", f"{CA}/order/1", f"{CA}/order/1/finalize", f"{CA}/cert/1"
NAMES = ("a.example", "b.example")
KEY = keys.generate(KeyType.EC256)
THUMBPRINT = jwk.thumbprint(jwk.from_public(keys.generate(KeyType.EC256).public_key()))
TOKEN = "t" * 22
ROOT = issued.root()
CHAIN = certs.to_pem([ROOT.issue(KEY.public_key(), NAMES), ROOT.certificate])
DEADLINE = 100.0


def authz_url(name: str) -> str:
    return f"{CA}/authz/{name}"


def challenge_url(name: str, kind: str = "http-01") -> str:
    return f"{CA}/chall/{name}/{kind}"


def order(status: str, names: tuple[str, ...] = NAMES, **more: Any) -> dict[str, Any]:
    return {
        "status": status,
        "identifiers": [{"type": "dns", "value": name} for name in names],
        "authorizations": [authz_url(name) for name in names],
        "finalize": FINALIZE,
        **more,
    }


def authorization(name: str, status: str = "pending", challenge: str = "pending", **more: Any) -> dict[str, Any]:
    """One with all three challenges, of which http-01 has the given status, and ``error`` if given."""
    error = {"error": more.pop("error")} if "error" in more else {}
    http = {"type": "http-01", "url": challenge_url(name), "status": challenge, "token": TOKEN, **error}
    others = [
        {"type": kind, "url": challenge_url(name, kind), "status": "pending", "token": TOKEN}
        for kind in ("dns-01", "tls-alpn-01")
    ]
    return {
        "identifier": {"type": "dns", "value": name},
        "status": status,
        "challenges": [others[0], http, others[1]],
        **more,
    }


def problem(kind: ErrorType, status: int | None = None, detail: str = "because") -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(problems.problem(kind, detail, status))
    return found


class Play:
    """Drives one issuance: ``step`` is what it wants now; ``say`` answers it and gives what it wants next."""

    def __init__(self, names: tuple[str, ...] = NAMES, *, solvable: tuple[str, ...] = ("http-01",), **wishes: Any):
        request = csr.build(KEY, names, common_name=names[0])
        self.csr = request
        self.issuance = Issuance(
            Wanted(names, request, KEY.public_key(), **wishes),
            new_order=NEW_ORDER,
            thumbprint=THUMBPRINT,
            account_url=f"{CA}/acct/1",
            solvable=solvable,
            deadline=DEADLINE,
            allowed=DEADLINE,
        )
        self.now = 0.0
        self.told: list[events.Event] = []
        self.step: Step | None = None
        self.cleared, self.clearing_takes = 0, 0.0

    def happens(self, outcome: Outcome) -> Step:
        """What is wanted after this; what is presented is taken back at once, as often as that is wanted."""
        self.step = self.issuance.next(outcome, self.now)
        if isinstance(self.step, Clear):
            self.cleared += 1
            self.now += self.clearing_takes
            self.step = self.issuance.next(Cleared(), self.now)
        self.told += self.issuance.drain()
        return self.step

    def say(
        self,
        body: dict[str, Any] | bytes,
        *,
        to: str,
        location: str | None = None,
        retry_after: float | None = None,
    ) -> Step:
        """The CA accepts the request, which must be going to this URL."""
        assert isinstance(self.step, Send)
        assert self.step.url == to
        headers = Headers({"Location": location} if location else {})
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.happens(Answered(Response(200, headers, content), retry_after))

    def refuse(self, kind: ErrorType, status: int | None = None) -> Step:
        """The CA refuses the request."""
        assert isinstance(self.step, Send)
        return self.happens(Refused(refusal(problems.problem(kind, "because", status), "POST", self.step.url)))

    @property
    def failed_with(self) -> TegataError:
        assert isinstance(self.step, Failed)
        return self.step.error

    def tellings(self, kind: type[events.Event]) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]
