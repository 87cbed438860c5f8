"""A web server that does nothing but what every request costs tegata-ca: its HTTP, and with a certificate its TLS.

``python benchmarks/bare.py PORT [CERTIFICATE KEY]`` listens on loopback and prints ``ready``. It has the listener of
``tegata-ca serve`` and answers every request, once it is read, with the same thousand octets.
"""

import asyncio
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.loops.auto import auto_loop_factory

from tegata.ca.cli import listening
from tegata.ca.cli.serving import Listener

ANSWER = b"x" * 1000


async def answer(
    _scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Read the request, and answer."""
    while (await receive()).get("more_body"):
        pass
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode("ascii"))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": ANSWER})


async def serve(port: str, context: ssl.SSLContext | None) -> None:
    """Listen until SIGTERM."""
    listener = Listener(answer, context)
    serving = asyncio.create_task(listener.serve(listening.open_sockets(f"127.0.0.1:{port}")))
    await listener.accepts.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    await asyncio.wait([serving])


def main(port: str, *files: str) -> None:
    """Serve, with TLS if there is a certificate and its key."""
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serve(port, context))


if __name__ == "__main__":
    main(*sys.argv[1:])
