"""A proxy for HTTPS that leads every host to one port on loopback, so that a test can play them all."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def connect_proxy(
    port: int, *, tls: ssl.SSLContext | None = None, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
) -> Iterator[tuple[str, list[str]]]:
    """The proxy's URL, and the heads of the requests it was asked; spoken to over TLS with ``tls``."""
    asked: list[str] = []

    def serve(accepted: socket.socket) -> None:
        with contextlib.suppress(OSError), tls.wrap_socket(accepted, server_side=True) if tls else accepted as client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            asked.append(head.decode())
            with socket.create_connection(("127.0.0.1", port)) as peer:
                client.sendall(answer)
                back = threading.Thread(target=_pour, args=(peer, client), daemon=True)
                back.start()
                _pour(client, peer)
                back.join()

    def accept(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed: the test has ended
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
