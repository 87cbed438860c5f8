"""What the public listener serves, on one screen; files whose own signature protects them, so plain HTTP is enough.

Reads the last CRL from the store and asks nothing else of it. Knows no ACME and no customer's session.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tegata.ca.errors import StoreFailed
from tegata.ca.journal import Journal
from tegata.ca.ports import ListHead, RevocationLists
from tegata.ca.public import files
from tegata.ca.public.files import InPieces, Version
from tegata.ca.public.ocsp import OcspPages
from tegata.ca.public.seal import SealPage

SEAL_PATH = "/seal/"
OCSP_PATH = "/ocsp"

CERTIFICATE = "application/pkix-cert"
CRL = "application/pkix-crl"
# A revocation is in the CRL at once, a CA's in the root's too; no cache shall keep the old one for long.
_CRL_CACHE = {"Cache-Control": "public, max-age=60"}
_CERTIFICATE_CACHE = {"Cache-Control": "public, max-age=86400"}
_RETRY_SECONDS = "10"

log = Journal("public")


class File(NamedTuple):
    """Something that is served as it is, each time as it is then."""

    read: Callable[[], bytes]
    media_type: str


def build(
    *,
    fixed: Mapping[str, File],
    crl_folder: str,
    revocation_lists: RevocationLists,
    publishes: Callable[[str], bool],
    missing: Callable[[Collection[str]], Collection[str]],
    away: Callable[[], Collection[str]],
    clock_is_apart: Callable[[], bool],
    seal: SealPage,
    ocsp: OcspPages | None = None,
    now: Callable[[], datetime],
) -> ASGIApp:
    """The public listener's application: ``fixed`` files by their paths, and CRLs below ``crl_folder``.

    ``publishes`` says of a CRL whether it is to be current: those of issuing CAs that ended stay as they are.
    ``missing`` are those which are to be there beside these, ``away`` the issuing CAs whose keys are out of reach.
    """
    issued = _IssuedLists(revocation_lists, publishes, now)
    health = _Health(
        lists=revocation_lists, publishes=publishes, missing=missing, away=away, clock_is_apart=clock_is_apart, now=now
    )
    answered = (
        [
            Route(OCSP_PATH, ocsp.post, methods=["POST"]),
            Route(OCSP_PATH + "/", ocsp.post, methods=["POST"]),
            Route(OCSP_PATH + "/{request:path}", ocsp.get, methods=["GET"]),
        ]
        if ocsp
        else []
    )
    public = Starlette(
        routes=[
            *(Route(path, _sender(file)) for path, file in fixed.items()),
            Route(crl_folder + "{name}.crl", issued.crl),
            Route(SEAL_PATH + "{contract}", seal.show),
            *answered,
            Route("/healthz", _alive),
            Route("/readyz", health.ready),
        ],
        exception_handlers={ClientDisconnect: _gone, StoreFailed: _storeless},
    )
    # It would lead to where the Host header says (S-29).
    public.router.redirect_slashes = False
    return public


class _IssuedLists:
    """What depends on the CRLs of the issuing CAs."""

    def __init__(
        self, revocation_lists: RevocationLists, publishes: Callable[[str], bool], now: Callable[[], datetime]
    ) -> None:
        self._lists, self._publishes, self._now = revocation_lists, publishes, now
        self._kept = files.Kept()
        self._heads: dict[str, ListHead] = {}
        self._reading = asyncio.Lock()

    async def crl(self, request: Request) -> Response:
        """A CRL (RFC 5280 §5) in DER; it is read once for each number that it has."""
        name = request.path_params["name"]
        head = await self._head(name)
        if head is None:
            return await self._no_crl()
        version = Version(str(head.number), head.this_update)
        answer = files.not_modified(request, version, _CRL_CACHE)
        if answer is not None:
            return answer
        content = self._kept.get(name, version.tag)
        if content is None:
            # One at a time: a moment after each publication everybody asks, and it may be many megabytes (S-30).
            async with self._reading:
                content = self._kept.get(name, version.tag)
                if content is None:
                    latest = await self._lists.latest(name)
                    if latest is None:
                        return await self._no_crl()
                    version, content = Version(str(latest.number), latest.this_update), latest.der
                    self._kept.put(name, version.tag, content)
        return InPieces(content, media_type=CRL, headers=files.headers(version, _CRL_CACHE))

    async def _head(self, name: str) -> ListHead | None:
        """Which CRL is the last; while the records cannot be read the last that was seen, for as long as it is good."""
        try:
            head = await self._lists.head(name)
        except StoreFailed:
            head = self._heads.get(name)
            if head is None or head.next_update <= self._now():
                raise
        if head is not None:
            self._heads[name] = head
        return head

    async def _no_crl(self) -> Response:
        is_early = not await self._lists.heads()
        return PlainTextResponse("There is no CRL yet.\n" if is_early else "Not Found", 503 if is_early else 404)


class _Health:
    """Whether requests may be led to this process, and beside it how the CA does."""

    def __init__(
        self,
        *,
        lists: RevocationLists,
        publishes: Callable[[str], bool],
        missing: Callable[[Collection[str]], Collection[str]],
        away: Callable[[], Collection[str]],
        clock_is_apart: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._lists, self._publishes, self._now = lists, publishes, now
        self._missing, self._away, self._clock_is_apart = missing, away, clock_is_apart

    async def ready(self, _: Request) -> Response:
        """Ready is what reaches the store.

        An outdated CRL, a key out of reach and clocks that differ are said, and no reason to lead nobody here: all
        nodes may have it at once, and most of what is asked needs no signature, the last CRLs and OCSP answers least.
        """
        try:
            heads = await self._lists.heads()
        except Exception:
            log.exception("store.failed")
            return JSONResponse({"store": "failed"}, 503)
        ends = [head.next_update for name, head in heads.items() if self._publishes(name)]
        is_current = ends and min(ends) > self._now() and not self._missing(heads)
        state = {"crl": "current" if is_current else "outdated", "keys": "away" if self._away() else "ready"}
        clock = {"clock": "apart" if self._clock_is_apart() else "right"}
        return JSONResponse({"store": "ok", **state, **clock})


async def _gone(_: Request, __: Exception) -> Response:
    """For who went away in the middle of a request: nobody is there to read it."""
    return Response(status_code=400)


async def _storeless(_: Request, error: Exception) -> Response:
    """While the records cannot be read: whoever asks comes again, and one line of the log says it."""
    log.error("store.failed", reason=str(error))
    return PlainTextResponse("Please try again later.\n", 503, {"Retry-After": _RETRY_SECONDS})


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _sender(file: File) -> Callable[[Request], Awaitable[Response]]:
    cache = _CRL_CACHE if file.media_type == CRL else _CERTIFICATE_CACHE

    async def send(request: Request) -> Response:
        content = file.read()
        version = Version(hashlib.sha256(content).hexdigest())
        return files.not_modified(request, version, cache) or Response(
            content, media_type=file.media_type, headers=files.headers(version, cache)
        )

    return send
