"""The seams with a meter around them do what they did, and say what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tegata.ca.api.routes import ROUTES
from tegata.ca.errors import NameNotResolved, TokenUnusable
from tegata.ca.metering.around import MeteredApp, MeteredAuthority, MeteredValidator, metered, resource
from tegata.ca.metering.meter import Kind, Span
from tegata.ca.model import Job
from tegata.ca.ports import Verdict
from tests.ca.api.asgi import call

pytestmark = pytest.mark.anyio
RESOURCES = frozenset({"portal", *(resource(route.path) for route in ROUTES)})


class Notes:
    """A meter that remembers."""

    def __init__(self) -> None:
        self.found: list[tuple[Kind, str, str]] = []

    @contextmanager
    def measure(self, kind: Kind, what: str) -> Iterator[Span]:
        span = Span()
        try:
            yield span
        finally:
            self.found.append((kind, what, span.outcome))


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/acme/", "acme"),
        ("/acme/new-order", "acme/new-order"),
        ("/acme/order/abc/finalize", "acme/order"),
        ("/portal/orders/C1", "portal"),
        ("/acme/../../etc", "other"),
        ("/acme/" + "x" * 9, "other"),
        ("/", "other"),
        ("/wp-login.php", "other"),
    ],
)
async def test_a_strangers_path_is_no_label(path, what):
    """Else each scan would make a new series, for ever."""

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_):
        return None

    notes = Notes()
    await MeteredApp(app, notes, RESOURCES)({"path": path}, nothing, nothing)
    assert notes.found == [(Kind.REQUEST, what, "4xx")]


@pytest.mark.parametrize(("status", "outcome"), [(200, "2xx"), (308, "3xx"), (400, "4xx"), (503, "5xx"), (599, "5xx")])
async def test_the_answer_goes_on_as_it_is(status, outcome):
    """Counted by the class of its status; what breaks before it has one has failed."""

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"it"})

    async def breaks(*_):
        raise ConnectionError

    notes = Notes()
    response = await call(MeteredApp(app, notes, RESOURCES), "GET", "/acme/new-nonce")
    assert (response.status, response.body) == (status, b"it")
    with pytest.raises(ConnectionError):
        await call(MeteredApp(breaks, notes, RESOURCES), "GET", "/acme/new-nonce")
    assert notes.found == [(Kind.REQUEST, "acme/new-nonce", outcome), (Kind.REQUEST, "acme/new-nonce", "failed")]


async def test_signatures_say_how_they_ended():
    """And a key that is away is away behind a meter too (B-95); to reach for it is no signature."""

    class Authority:
        certificate, chain = object(), ()
        is_away = False

        async def reach(self):
            if self.is_away:
                raise TokenUnusable(uri="pkcs11:", reason="it does not answer")

        async def sign(self, tbs):
            await self.reach()
            return b"signed " + tbs

        async def sign_crl(self, tbs):
            await self.reach()
            return b"signed list " + tbs

    notes, inner = Notes(), Authority()
    authority = MeteredAuthority(cast("Any", inner), notes)
    await authority.reach()
    assert await authority.sign(b"certificate") == b"signed certificate"
    assert await authority.sign_crl(b"crl") == b"signed list crl"
    inner.is_away = True
    for work in (authority.reach(), authority.sign(b""), authority.sign_crl(b"")):
        with pytest.raises(TokenUnusable):
            await work
    assert notes.found == [
        (Kind.SIGNATURE, "certificate", "done"),
        (Kind.SIGNATURE, "crl", "done"),
        (Kind.SIGNATURE, "certificate", "failed"),
        (Kind.SIGNATURE, "crl", "failed"),
    ]


async def test_verdicts_and_jobs_say_how_they_ended(question):
    """A job that raises has failed, and its error goes on."""

    class Validator:
        async def check(self, _):
            return Verdict(None, b"{}")

        async def check_caa(self, _):
            return Verdict(NameNotResolved(name="x", reason="NXDOMAIN"), b"{}")

    async def works(_: Job) -> None:
        return

    async def raises(_: Job) -> None:
        raise ValueError("no")

    notes = Notes()
    validator = MeteredValidator(Validator(), notes)
    assert (await validator.check(question)).error is None
    assert isinstance((await validator.check_caa(question)).error, NameNotResolved)
    job = Job(id="1", kind="validate", subject="x", run_at=datetime(2026, 11, 24, tzinfo=UTC))
    await metered(works, notes)(job)
    with pytest.raises(ValueError, match="no"):
        await metered(raises, notes)(job)
    assert notes.found == [
        (Kind.VALIDATION, "http-01", "proved"),
        (Kind.VALIDATION, "caa", NameNotResolved.code),
        (Kind.JOB, "validate", "done"),
        (Kind.JOB, "validate", "failed"),
    ]


@pytest.fixture
def question():
    return SimpleNamespace(challenge_type="http-01")
