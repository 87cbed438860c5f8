"""The CA's seams with a meter around them: each does what it did, and is counted and timed besides."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tegata.ca.jobs.runner import Handler
from tegata.ca.metering.meter import Kind, Meter
from tegata.ca.model import Job, Revocation
from tegata.ca.ports import Authority, Question, Validator, Verdict

OTHER = "other"


def resource(path: str) -> str:
    """What a path is called as a resource: its first segment, of ACME's the first two."""
    segments = path.strip("/").split("/", 2)
    return "/".join(segments[: 2 if segments[0] == "acme" else 1])


class MeteredApp:
    """An application, measured by its resources and the classes of its answers.

    ``resources`` are those there are: a stranger's path is never a label.
    """

    def __init__(self, app: ASGIApp, meter: Meter, resources: frozenset[str]) -> None:
        self._app, self._meter, self._resources = app, meter, resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        name = resource(scope["path"])
        with self._meter.measure(Kind.REQUEST, name if name in self._resources else OTHER) as span:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.outcome = f"{message['status'] // 100}xx"
                await send(message)

            await self._app(scope, receive, sending)


class MeteredValidator:
    """A validator, measured by method and by what kept a name from being proved."""

    def __init__(self, validator: Validator, meter: Meter) -> None:
        self._validator, self._meter = validator, meter

    async def check(self, question: Question) -> Verdict:
        """Look."""
        with self._meter.measure(Kind.VALIDATION, question.challenge_type) as span:
            verdict = await self._validator.check(question)
            span.outcome = _said(verdict)
        return verdict

    async def check_caa(self, question: Question) -> Verdict:
        """Look for CAA alone."""
        with self._meter.measure(Kind.VALIDATION, "caa") as span:
            verdict = await self._validator.check_caa(question)
            span.outcome = _said(verdict)
        return verdict


class MeteredAuthority:
    """An authority, measured by what it signs."""

    def __init__(self, authority: Authority, meter: Meter) -> None:
        self._authority, self._meter = authority, meter
        self.certificate: x509.Certificate = authority.certificate
        self.chain: tuple[x509.Certificate, ...] = authority.chain

    async def reach(self) -> None:
        """Reach for the key; nothing is signed."""
        await self._authority.reach()

    async def sign(self, tbs: bytes) -> bytes:
        """Sign a certificate."""
        with self._meter.measure(Kind.SIGNATURE, "certificate") as span:
            signed = await self._authority.sign(tbs)
            span.outcome = "done"
        return signed

    def crl_entries(self, revoked: Sequence[Revocation]) -> bytes:
        """Entries of a revocation list; nothing is signed."""
        return self._authority.crl_entries(revoked)

    async def lay_out_crl(
        self, entries: Sequence[bytes], *, number: int, this_update: datetime, next_update: datetime, url: str
    ) -> bytes:
        """Lay out a revocation list; nothing is signed."""
        return await self._authority.lay_out_crl(
            entries, number=number, this_update=this_update, next_update=next_update, url=url
        )

    async def sign_crl(self, tbs: bytes) -> bytes:
        """Sign a revocation list."""
        with self._meter.measure(Kind.SIGNATURE, "crl") as span:
            signed = await self._authority.sign_crl(tbs)
            span.outcome = "done"
        return signed


def metered(handler: Handler, meter: Meter) -> Handler:
    """A job's handler, measured by its kind."""

    async def do(job: Job) -> None:
        with meter.measure(Kind.JOB, job.kind) as span:
            await handler(job)
            span.outcome = "done"

    return do


def _said(verdict: Verdict) -> str:
    return "proved" if verdict.error is None else verdict.error.code
