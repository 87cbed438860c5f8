"""The ACME interface as an ASGI application: HTTP in, ``acme.wire`` values to the handlers, HTTP out.

What every answer carries is put on here: a nonce, the way to the directory, leave for browsers (CORS). What a handler
raises becomes a problem document here, with a line in the log under the same reference. Knows no resource.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, TypeAlias

from tegata.acme.codec import REQUEST_LIMIT
from tegata.acme.wire import Headers, Response
from tegata.ca.api import links, render
from tegata.ca.api.context import Call, Context, Request
from tegata.ca.api.routes import Router, allowed, require_method
from tegata.ca.errors import RequestTooLarge
from tegata.ca.journal import Journal
from tegata.text.language import from_accept_language

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

log = Journal("acme")

_CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Replay-Nonce, Location, Link, Retry-After"),
)
# What is looked at of a request.
_READ = frozenset({b"content-type", b"content-length", b"accept-language"})


_OF_AN_ORDER = frozenset({links.ORDER, links.FINALIZE})


class Disconnected(Exception):
    """The sender went away before the request was complete; there is nobody to answer."""


class AcmeApp:
    """Serves the paths below ``/acme/``."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._router = Router()
        index = f'<{context.links.to(links.DIRECTORY)}>;rel="index"'
        self._index = (*_CORS, (b"link", index.encode("latin-1")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        method, path = scope["method"], scope["raw_path"].decode("latin-1")
        # Of a field that was sent twice the first counts.
        read = {name: value.decode("latin-1") for name, value in reversed(scope["headers"]) if name in _READ}
        about: dict[str, str] = {}
        began = perf_counter()
        try:
            response = await self._answer(scope, path, read, receive, about)
        except Disconnected:
            return
        if self._context.logs_requests and "reference" not in about:
            self._note(about, method, path, response.status, perf_counter() - began)
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        fields += self._on_all(method, path, response)
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        await send({"type": "http.response.body", "body": response.body})

    def _note(self, about: dict[str, str], method: str, path: str, status: int, seconds: float) -> None:
        """A line in the log for a request that was granted; a refused one has its own."""
        reference = self._context.new_reference()
        log.info("answered", reference=reference, method=method, path=path, status=status, ms=_ms(seconds), **about)

    async def _answer(
        self, scope: Scope, path: str, read: dict[bytes, str], receive: Receive, about: dict[str, str]
    ) -> Response:
        """What the resource answers, or the problem document of what it raised; ``about`` is for the log."""
        context, method, address = self._context, scope["method"], ""
        language = read.get(b"accept-language", "")
        try:
            if context.visitors is not None:
                address = context.visitors.address(scope)
                context.visitors.request(address)
            route, identifier = self._router.find(path)
            require_method(route, method)
            if method == "OPTIONS":
                return _preflight(allowed(route))
            if route.path in _OF_AN_ORDER:
                about["order"] = identifier
            url = context.links.to(route.path, identifier)
            body = await _body(read.get(b"content-length", "0"), receive)
            request = Request(method, read.get(b"content-type", ""), language, body)
            return await route.handler(method)(
                context, Call(request=request, url=url, id=identifier, address=address, about=about)
            )
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001 - the edge: whatever happened becomes an answer
            reference = about["reference"] = context.new_reference()
            answer = render.answer(error, from_accept_language(language), reference, context.now())
            entry = log.bind(method=method, path=path, status=answer.status, error=str(error), **about)
            if render.is_foreseen(error):
                entry.info("refused")
            else:
                entry.exception("failed")
            return answer

    def _on_all(self, method: str, path: str, response: Response) -> list[tuple[bytes, bytes]]:
        """The fields that do not depend on the resource (A-03, A-16, A-27), their names in lower case as ASGI's are."""
        fields = list(_CORS if path == links.DIRECTORY else self._index)
        if method == "POST":
            fields.append((b"replay-nonce", self._context.nonces.issue().encode("ascii")))
        if response.status == 413:
            fields.append((b"connection", b"close"))
        if response.status != 204:
            fields.append((b"content-length", b"%d" % len(response.body)))
        return fields


async def _body(declared: str, receive: Receive) -> bytes:
    """The request's body; raises RequestTooLarge before more than the limit is held (S-20)."""
    if declared.isdecimal() and int(declared[:20]) > REQUEST_LIMIT:
        raise RequestTooLarge(limit=REQUEST_LIMIT)
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > REQUEST_LIMIT:
            raise RequestTooLarge(limit=REQUEST_LIMIT)
        if not message.get("more_body", False):
            return body


def _ms(seconds: float) -> float:
    """As a log has it."""
    return round(seconds * 1000, 1)


def _preflight(methods: tuple[str, ...]) -> Response:
    """Leave for a page of another origin to send a request (CORS)."""
    return Response(
        204,
        Headers(
            [
                ("Access-Control-Allow-Methods", ", ".join(methods)),
                ("Access-Control-Allow-Headers", "Content-Type"),
                ("Access-Control-Max-Age", "86400"),
            ]
        ),
    )
