"""A real HTTPS server in the test's process that answers as the test says; knows no ACME."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.peers.server_certificate import write_server_certificate


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to answer. ``claimed`` is a Content-Length to lie with; ``hang_up`` closes without any answer.

    ``raw``: instead of all that, these octets, piece by piece, whatever they are; then it closes.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    claimed: int | None = None
    hang_up: bool = False
    raw: Iterable[bytes] | None = None


@dataclass
class Peer:
    """The server's address and root, what it was asked, and how it answers."""

    url: str
    root: Path
    asked: list[Asked] = field(default_factory=list)
    answers: Callable[[Asked], Answer] = lambda _asked: Answer()
    connections: int = 0

    def queue(self, *answers: Answer) -> None:
        """Answer these in turn, the last one for ever."""
        waiting = list(answers)
        self.answers = lambda _asked: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def _pour(connection: socket.socket, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        connection.sendall(piece)


@contextmanager
def https_peer(directory: Path, hosts: Sequence[str] = ()) -> Iterator[Peer]:
    """A peer on a free port of every loopback address, with a certificate for localhost, 127.0.0.1 and ``hosts``."""
    root, certificate, key = (directory / name for name in ("root.pem", "server.pem", "server.key"))
    write_server_certificate(root, certificate, key, hosts)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def setup(self) -> None:
            peer.connections += 1
            super().setup()

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:  # the client has seen enough
                self.close_connection = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            peer.asked.append(asked)
            answer = peer.answers(asked)
            if answer.hang_up or answer.raw is not None:
                self.close_connection = True
                _pour(self.connection, answer.raw or ())
                return
            start = self.send_response_only if "Date" in answer.headers else self.send_response
            start(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.claimed is None else answer.claimed))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.close_connection = answer.claimed is not None

        do_GET = do_HEAD = do_POST = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that does not trust us hangs up in the handshake; that is no fault of the server's."""

    with Server(("", 0), Handler) as server:
        # The handshake belongs into the connection's thread, not into accept.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        peer = Peer(f"https://localhost:{server.server_address[1]}", root)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield peer
        server.shutdown()
