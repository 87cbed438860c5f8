"""What the public listener serves, on one screen; files whose own signature protects them, so plain HTTP is enough.

Reads the last CRL from the store and asks nothing else of it. Knows no ACME and no customer's session.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tegata.ca.ports import RevocationLists
from tegata.ca.public.seal import SealPage

SEAL_PATH = "/seal/"

CERTIFICATE = "application/pkix-cert"
CRL = "application/pkix-crl"
# A revocation is in the CRL at once; no cache shall keep the old one for long. What the root signed hardly changes.
_CRL_CACHE = {"Cache-Control": "public, max-age=60"}
_ROOT_CACHE = {"Cache-Control": "public, max-age=86400"}

log = structlog.get_logger("public")


class File(NamedTuple):
    """Something that is served as it is."""

    content: bytes
    media_type: str


def build(
    *,
    files: Mapping[str, File],
    crl_path: str,
    revocation_lists: RevocationLists,
    seal: SealPage,
    now: Callable[[], datetime],
) -> ASGIApp:
    """The public listener's ASGI application: ``files`` by their paths, and the issuing CA's CRL at ``crl_path``."""
    issued = _IssuedLists(revocation_lists, now)
    return Starlette(
        routes=[
            *(Route(path, _sender(file)) for path, file in files.items()),
            Route(crl_path, issued.crl),
            Route(SEAL_PATH + "{contract}", seal.show),
            Route("/healthz", _alive),
            Route("/readyz", issued.ready),
        ]
    )


class _IssuedLists:
    """What depends on the last CRL of the issuing CA."""

    def __init__(self, revocation_lists: RevocationLists, now: Callable[[], datetime]) -> None:
        self._lists, self._now = revocation_lists, now

    async def crl(self, _: Request) -> Response:
        """The CRL (RFC 5280 §5) in DER."""
        latest = await self._lists.latest()
        if latest is None:
            return PlainTextResponse("There is no CRL yet.\n", 503)
        return Response(latest.der, media_type=CRL, headers=_CRL_CACHE)

    async def ready(self, _: Request) -> Response:
        """Whether this CA can do its work: a current CRL shows that the store answers and the issuing key signs."""
        try:
            latest = await self._lists.latest()
        except Exception:
            log.exception("store.failed")
            return JSONResponse({"store": "failed"}, 503)
        if latest is None or latest.next_update <= self._now():
            return JSONResponse({"store": "ok", "crl": "outdated"}, 503)
        return JSONResponse({"store": "ok", "crl": "current"})


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _sender(file: File) -> Callable[[Request], Awaitable[Response]]:
    async def send(_: Request) -> Response:
        return Response(file.content, media_type=file.media_type, headers=_ROOT_CACHE)

    return send
