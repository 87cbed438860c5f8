"""An agent as an ASGI application: what it takes, how much of it, and how much at once."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.model import Look
from tegata.ca.ports import Question, Verdict
from tegata.ca.validation import messages, openmpic
from tegata.ca.validation.agent import MOST_AT_ONCE, Agent
from tegata.ca.validation.check import UnknownCheck
from tegata.ca.validation.evidence import Climb

pytestmark = pytest.mark.anyio

QUESTION = Question(
    identifier=Identifier("dns", "www.example.com"),
    wildcard=False,
    challenge_type="dns-01",
    token="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ",
    key_authorization="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.thumbprint",
    account_uri="https://ca.example/acme/account/1",
)
ERRAND = messages.errand(Look.CAA, QUESTION)
OPENMPIC = msgspec.json.encode({"domain_or_ip_target": "www.example.com"})
NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
SEEN = Climb(resolvers=(), started=NOW, finished=NOW).encode()


class Checks:
    """Looks that all end alike, once they may; ``most`` is how many there were side by side."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.now, self.most = error, 0, 0
        self.is_full, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    async def _look(self) -> Verdict:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now == MOST_AT_ONCE:
            self.is_full.set()
        await self.may_end.wait()
        self.now -= 1
        if self.error is not None:
            raise self.error
        return Verdict(None, SEEN)

    async def check(self, question):
        return await self._look()

    async def check_caa(self, question):
        return await self._look()

    async def prove(self, question):
        return await self._look()

    async def prove_by_value(self, identifier, value):
        return await self._look()

    async def permits(self, question, issuers):
        return await self._look()


async def told(checks, method, path, *pieces):
    """The status, and the body that came with it."""
    coming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces or (b"",)]
    coming[-1]["more_body"] = False
    sent = []

    async def receive():
        return coming.pop(0)

    async def send(message):
        sent.append(message)

    await Agent("osaka", checks)({"type": "http", "method": method, "path": path}, receive, send)
    start, body = sent
    return start["status"], body["body"]


@pytest.mark.parametrize("pieces", [(ERRAND,), (ERRAND[:10], b"", ERRAND[10:])], ids=["whole", "in pieces"])
async def test_an_errand_is_run(pieces):
    """However it comes; the report says whose it is and on what (B-44)."""
    status, body = await told(Checks(), "POST", messages.PATH, *pieces)
    assert status == 200
    assert messages.read_report(body, "osaka", QUESTION) == Verdict(None, SEEN)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", messages.READY_PATH, 200),
        ("POST", messages.READY_PATH, 404),
        ("GET", messages.PATH, 404),
        ("PUT", messages.PATH, 404),
        ("GET", openmpic.CAA_PATH, 404),
        ("POST", "/", 404),
        ("POST", messages.PATH, 400),
        ("POST", openmpic.DCV_PATH, 400),
    ],
)
async def test_what_is_asked_for_here(method, path, status):
    """And nothing else: no look is made of it."""
    checks = Checks()
    assert await told(checks, method, path) == (status, b"")
    assert checks.most == 0


@pytest.mark.parametrize("path", [messages.PATH, openmpic.CAA_PATH])
async def test_no_more_is_read_than_an_errand_has(path):
    """64 KiB, in however many pieces (S-20)."""
    padded = OPENMPIC if path == openmpic.CAA_PATH else ERRAND
    blanks = b" " * (messages.ERRAND_LIMIT - len(padded))
    assert (await told(Checks(), "POST", path, padded, blanks, b" "))[0] == 413
    assert (await told(Checks(), "POST", path, b"[" * (messages.ERRAND_LIMIT + 1)))[0] == 413
    assert (await told(Checks(), "POST", path, padded, blanks))[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "error", "status"),
    [
        (messages.PATH, ERRAND, UnknownCheck("x"), 501),
        (messages.PATH, ERRAND, RuntimeError("x"), 500),
        (openmpic.CAA_PATH, OPENMPIC, RuntimeError("x"), 500),
    ],
)
async def test_a_look_that_breaks(path, body, error, status):
    """Nothing is said about the site, nor about what broke."""
    assert await told(Checks(error), "POST", path, body) == (status, b"")


@pytest.mark.parametrize(("path", "body"), [(messages.PATH, ERRAND), (openmpic.CAA_PATH, OPENMPIC)])
async def test_so_many_looks_side_by_side(path, body):
    """Whoever asks for more waits, in whichever words (S-20)."""
    checks = Checks()
    checks.may_end.clear()
    agent = Agent("osaka", checks)
    answers = []

    async def ask():
        async def receive():
            return {"type": "http.request", "body": body}

        async def send(message):
            answers.append(message.get("status"))

        await agent({"type": "http", "method": "POST", "path": path}, receive, send)

    asked = [asyncio.create_task(ask()) for _ in range(MOST_AT_ONCE + 3)]
    await checks.is_full.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert checks.most == MOST_AT_ONCE
    checks.may_end.set()
    await asyncio.gather(*asked)
    assert answers.count(200) == MOST_AT_ONCE + 3
