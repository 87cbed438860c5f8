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
    crl_folder: str,
    revocation_lists: RevocationLists,
    publishes: Callable[[str], bool],
    seal: SealPage,
    now: Callable[[], datetime],
) -> ASGIApp:
    """The public listener's application: ``files`` by their paths, and the issuing CAs' CRLs below ``crl_folder``.

    ``publishes`` says of a CRL whether it is to be current: those of issuing CAs that ended stay as they are.
    """
    issued = _IssuedLists(revocation_lists, publishes, now)
    return Starlette(
        routes=[
            *(Route(path, _sender(file)) for path, file in files.items()),
            Route(crl_folder + "{name}.crl", issued.crl),
            Route(SEAL_PATH + "{contract}", seal.show),
            Route("/healthz", _alive),
            Route("/readyz", issued.ready),
        ]
    )


class _IssuedLists:
    """What depends on the CRLs of the issuing CAs."""

    def __init__(
        self, revocation_lists: RevocationLists, publishes: Callable[[str], bool], now: Callable[[], datetime]
    ) -> None:
        self._lists, self._publishes, self._now = revocation_lists, publishes, now

    async def crl(self, request: Request) -> Response:
        """A CRL (RFC 5280 §5) in DER."""
        latest = await self._lists.latest(request.path_params["name"])
        if latest is None:
            is_early = not await self._lists.heads()
            return PlainTextResponse("There is no CRL yet.\n" if is_early else "Not Found", 503 if is_early else 404)
        return Response(latest.der, media_type=CRL, headers=_CRL_CACHE)

    async def ready(self, _: Request) -> Response:
        """Whether this CA can do its work: current CRLs show that the store answers and the issuing key signs."""
        try:
            heads = await self._lists.heads()
        except Exception:
            log.exception("store.failed")
            return JSONResponse({"store": "failed"}, 503)
        ends = [head.next_update for name, head in heads.items() if self._publishes(name)]
        if not ends or min(ends) <= self._now():
            return JSONResponse({"store": "ok", "crl": "outdated"}, 503)
        return JSONResponse({"store": "ok", "crl": "current"})


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _sender(file: File) -> Callable[[Request], Awaitable[Response]]:
    async def send(_: Request) -> Response:
        return Response(file.content, media_type=file.media_type, headers=_ROOT_CACHE)

    return send
