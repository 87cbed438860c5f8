"""HTTP connections that take few steps: a request's scope made once, an answer checked once and written whole.

uvicorn parses, keeps connections alive, queues what is pipelined and ends in good order; what it does for every header
of every answer, and its two writes of one, cost more than all the rest of a request's HTTP. Knows no resource.
"""

import asyncio
import urllib.parse
from collections.abc import MutableMapping
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

REQUEST_SECONDS = 60.0
"""From a request's first octet to its last, and from a connection to its first request: who sends slower is let go."""
REQUEST_OCTETS = 128 * 1024
"""What may have come of a request that is not whole, head and trailers included; bodies have limits of their own."""

ANSWER_SECONDS = 300.0
"""In which somebody takes in enough of an answer that the rest fits on the way; a whole CRL passes on a slow line."""

_ASGI = {"version": "3.0", "spec_version": "2.3"}
_WITHOUT_BODY = frozenset({204, 304})


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with exchanges of our own, and one timer instead of one for each request."""

    _timer: asyncio.TimerHandle | None = None
    _let_go_at: float | None = None
    """When who sends nothing more is let go; None while a request is being answered."""
    _stalled: asyncio.TimerHandle | None = None
    """Cuts who takes in nothing of an answer."""
    _is_arriving = False
    _is_read_again = False
    """Whether what the parser has just read is not to count, and is read once more."""
    _octets = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin a connection."""
        super().connection_made(transport)
        self._wait(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of what waits for more of it."""
        if self._timer is not None:
            self._timer.cancel()
        if self._stalled is not None:
            self._stalled.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """More of an answer waits than the way to the other side holds."""
        super().pause_writing()
        self._stalled = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken in."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take in what has come; a request that is not whole yet has a deadline, and may not grow for ever (S-20)."""
        if self._octets > REQUEST_OCTETS:
            self.transport.abort()
            return
        was_arriving = self._is_arriving
        self._read(data)
        if self._is_arriving:
            self._octets += len(data)
            if not was_arriving or self._let_go_at is None:
                self._wait(REQUEST_SECONDS)

    def _read(self, data: bytes) -> None:
        """Have the parser read; a request that wants another protocol is read once more without that wish.

        The parser takes the body of such a one for the other protocol's, and later for a request of its own, which
        nobody behind a proxy has sent. No other protocol is spoken here (RFC 9110 §7.8).
        """
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as wish:
                data = self._head_without_wish() + data[wish.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self._is_read_again = False
            except httptools.HttpParserError:
                self.logger.warning("Invalid HTTP request received.")
                self._refuse()
                return
            else:
                return

    def _refuse(self) -> None:
        """End the connection, after the answer to a request that came whole before (RFC 9112 §9.3.2)."""
        last = self.cycle
        if last is None or last.response_complete or last.more_body:  # type: ignore[redundant-expr] # None at first
            self.send_400_response("Invalid HTTP request received.")
        else:
            last.keep_alive = False

    def _head_without_wish(self) -> bytes:
        parser = self.parser
        lines = [b"%b %b HTTP/%b" % (parser.get_method(), self.url, parser.get_http_version().encode("ascii"))]
        lines += [b"%b: %b" % field for field in self.headers if field[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"\r\n"])

    def on_response_complete(self) -> None:
        """Go on with the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif not self._is_arriving:
            self._wait(self.timeout_keep_alive)

    def _wait(self, seconds: float) -> None:
        self._let_go_at = until = self.loop.time() + seconds
        if self._timer is not None and self._timer.when() > until:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self.loop.call_at(until, self._look)

    def _look(self) -> None:
        """Let go of who was waited for long enough; of who was heard of meanwhile, look again later."""
        self._timer = None
        if self._let_go_at is None:
            return
        if self.loop.time() >= self._let_go_at:
            self.timeout_keep_alive_handler()
        else:
            self._timer = self.loop.call_at(self._let_go_at, self._look)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_arriving = True
        self._octets = 0
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """A request can be begun with: at once, or when those before it on this connection are answered."""
        parser = self.parser
        version = parser.get_http_version()
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        if parser.get_method() == b"CONNECT":
            raise ValueError("no tunnel is dug here")  # to the parser a wish that cannot be taken back
        if parser.should_upgrade():
            self._is_read_again = True
            return
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and version == "1.1"):
            raise ValueError("a request names one host")  # RFC 9112 §3.2
        scope: MutableMapping[str, Any] = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "method": parser.get_method().decode("ascii"),
            "path": urllib.parse.unquote(path) if "%" in path else path,
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "state": {},
        }
        self.headers = []  # what comes after the body is no header (RFC 9110 §6.5.1)
        before, self.cycle = self.cycle, Exchange(self, scope, is_kept=version != "1.0" and parser.should_keep_alive())
        if before is None or before.response_complete:  # type: ignore[redundant-expr] # None before the first
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_message_complete(self) -> None:
        """A request is whole, and is answered however long that takes, if it was not before."""
        if self._is_read_again:
            return
        self._is_arriving, self._let_go_at = False, None
        super().on_message_complete()
        if self.cycle.response_complete:
            self._wait(self.timeout_keep_alive)


class Exchange(RequestResponseCycle):
    """A request and its answer, the head of which goes out with the first piece of its body."""

    def __init__(self, connection: Connection, scope: MutableMapping[str, Any], *, is_kept: bool) -> None:
        super().__init__(
            scope=scope,  # type: ignore[arg-type] # a dictionary that has just what uvicorn's has
            transport=connection.transport,
            flow=connection.flow,
            logger=connection.logger,
            access_logger=connection.access_logger,
            access_log=False,
            default_headers=connection.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=connection.expect_100_continue,
            keep_alive=is_kept,
            on_response=connection.on_response_complete,
        )
        self._head = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:  # type: ignore[override] # any ASGI message
        """Take a part of the answer; raises RuntimeError for one that cannot be sent as it is."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if self.response_complete:
            raise RuntimeError("the answer is complete already")
        if not self.response_started:
            if message["type"] != "http.response.start":
                raise RuntimeError("an answer begins with its status")
            self._head = self._begin(message["status"], [*self.default_headers, *message.get("headers", ())])
            self.response_started, self.waiting_for_100_continue = True, False
        elif message["type"] == "http.response.body":
            self._go_on(message.get("body", b""), is_last=not message.get("more_body", False))
        else:
            raise RuntimeError("after the status comes the body")

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> bytes:
        """The head of the answer; its names are in lower case, as ASGI wants them."""
        lines = [STATUS_LINE[status], *[b"%b: %b\r\n" % (name, value) for name, value in headers]]
        fields = dict(headers)
        says_close = b"close" in fields.get(b"connection", b"").lower()
        self.keep_alive = self.keep_alive and not says_close
        if not self.keep_alive and not says_close:
            lines.append(b"connection: close\r\n")
        if b"content-length" in fields:
            self.chunked_encoding, self.expected_content_length = False, int(fields[b"content-length"])
        elif b"transfer-encoding" in fields:
            self.chunked_encoding = True
        elif self.scope["method"] != "HEAD" and status not in _WITHOUT_BODY:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        head = b"".join(lines)
        # A line that holds another one would be a header, or an answer, that nobody meant to send.
        if not head.count(b"\n") == head.count(b"\r") == len(lines) or b"\0" in head:
            raise RuntimeError("a header of the answer has a control character")
        return head

    def _go_on(self, body: bytes, *, is_last: bool) -> None:
        if self.scope["method"] == "HEAD":
            body, self.expected_content_length = b"", 0
        elif self.chunked_encoding:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + (b"0\r\n\r\n" if is_last else b"")
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (is_last and self.expected_content_length):
                raise RuntimeError("the answer has another length than it says")
        whole, self._head = self._head + body, b""
        if whole:
            self.transport.write(whole)
        if is_last:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()
