"""``tegata-ca perspective serve``: the agent of a remote perspective, from the ready line to a drained end.

Its directory is the one that ``perspective add`` made at the CA; there is no CA here, no store and no key but its own.
"""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from uvicorn.loops.auto import auto_loop_factory

from tegata.ca import bootstrap, configuration
from tegata.ca.cli import listening, logs, notify
from tegata.ca.cli.grammar import Asked
from tegata.ca.cli.serving import Listener
from tegata.ca.journal import Journal

log = Journal("perspective")


def run(asked: Asked) -> None:
    """Serve until SIGTERM or SIGINT; looks in hand are finished first."""
    logs.configure()
    listening.allow_many_sockets()
    settings = configuration.load_agent(asked.home)
    sockets = listening.open_sockets(settings.listen)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(asked.home, settings.name, sockets))


async def _serve(directory: Path, name: str, sockets: list[socket.socket]) -> None:
    agent, tls = await bootstrap.open_agent(directory, listening=[one.getsockname()[:2] for one in sockets])
    listener = Listener(agent, tls)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(listener.serve(sockets))
        await listener.accepts.wait()
        host, port = sockets[0].getsockname()[:2]
        sys.stdout.write(f"ready perspective={name} address={host}:{port}\n")
        sys.stdout.flush()
        notify.tell(notify.READY, os.environ)
        await stopped.wait()
        log.info("draining")
        notify.tell(notify.STOPPING, os.environ)
        group.create_task(listener.drain())
        await serving
