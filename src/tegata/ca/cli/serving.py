"""``tegata-ca serve``: one process with two listeners and the jobs, from the ready line to a drained end.

Knows sockets, signals and uvicorn; what is served comes from ``faces``, what the jobs do from ``bootstrap``.
"""

import asyncio
import gc
import hashlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from ssl import SSLContext

import uvicorn
from cryptography.hazmat.primitives import hashes
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

from tegata import __version__
from tegata.ca import bootstrap, configuration, faces
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import listening, logs, notify
from tegata.ca.cli.connections import Connection
from tegata.ca.cli.grammar import Asked
from tegata.ca.cli.sole import sole
from tegata.ca.issuing.given_certificate import GivenCertificate
from tegata.ca.issuing.server_certificate import ServerCertificate
from tegata.ca.jobs import tasks
from tegata.ca.journal import Journal
from tegata.ca.settings import SETTINGS_FILE, Settings
from tegata.ca.store import opening
from tegata.clock import SystemClock

DRAIN_SECONDS = 20
# Longer than clients leave a connection idle between two polls; a request on a connection just closed is lost.
KEEP_ALIVE_SECONDS = 65
CERTIFICATE_RETRY_SECONDS = 60
FIRST_CRL_SECONDS = 30
"""How long it is waited at the start for CRLs that are due; afterwards they are published beside everything else."""
GARBAGE = (20_000, 10, 100)
"""When Python looks for circles of objects: a request leaves hardly any, and many others."""

log = Journal("serve")


class Listener(uvicorn.Server):
    """A uvicorn server that leaves signals alone and says when it accepts."""

    def __init__(self, app: ASGIApp, context: SSLContext | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ssl_context_factory=(lambda _config, _default: context) if context else None,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        self.accepts = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's, not one listener's."""
        yield

    async def drain(self) -> None:
        """Accept no more, finish the requests in hand, and end; who keeps an idle connection open is not waited for."""
        self.should_exit = True
        now = asyncio.get_running_loop().time
        deadline = now() + DRAIN_SECONDS
        while self.server_state.tasks and now() < deadline:
            await asyncio.wait(set(self.server_state.tasks), timeout=deadline - now())
        # Closing TLS in good order waits for the other side, for as long as that likes.
        self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so."""
        await super().startup(sockets)
        self.accepts.set()


def run(asked: Asked) -> None:
    """Serve until SIGTERM or SIGINT; what was begun is finished first."""
    logs.configure()
    listening.allow_many_sockets()
    settings = configuration.load_settings(asked.home)
    configuration.require_public(asked.home, settings, SystemClock().now())
    # Nodes that share a database server are told apart by what they do; a file has one process that serves.
    with nullcontext() if opening.is_shared(settings.database) else sole(asked.home):
        _listen_and_serve(asked, settings)


def _listen_and_serve(asked: Asked, settings: Settings) -> None:
    acme, public = settings.acme, settings.public
    acme_sockets = listening.open_sockets(asked["listen"] or acme.listen or listening.default_for(acme.url))
    public_sockets = listening.open_sockets(
        asked["public_listen"] or public.listen or listening.default_for(public.url)
    )
    metrics = settings.metrics.listen
    metrics_sockets = listening.open_sockets(metrics) if metrics else []
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(asked.home, acme_sockets, public_sockets, metrics_sockets))


async def _serve(
    home: Path, acme: list[socket.socket], public: list[socket.socket], metrics: list[socket.socket]
) -> None:
    own = [one.getsockname()[:2] for one in (*acme, *public, *metrics)]
    ca = bootstrap.open_ca(home, os.environ, listening=own)
    try:
        await ca.network.require_dnssec()
        await _rehearse(ca)
        await ca.issuers.look()
        await ca.clocks.look()
        certificate = faces.server_certificate(home, ca, os.environ)
        await _publish_due(ca)
        _tell_migrated(ca)
        tls = Listener(faces.acme_and_portal(ca), certificate.context)
        plain = Listener(faces.public_files(ca))
        listeners = {tls: acme, plain: public}
        page = faces.metrics_page(ca)
        if page is not None:
            listeners[Listener(page)] = metrics
        node = f"node {socket.gethostname()}"
        await ca.audit.started(node, _what_serves(home, ca))
        await _until_stopped(ca, certificate, listeners)
        await ca.audit.stopped(node)
    finally:
        await ca.close()


async def _until_stopped(
    ca: Ca, certificate: ServerCertificate | GivenCertificate, listeners: dict[Listener, list[socket.socket]]
) -> None:
    """Run listeners and jobs; after the signal, requests first and then jobs come to their end."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with asyncio.TaskGroup() as group:
        serving = [group.create_task(one.serve(sockets)) for one, sockets in listeners.items()]
        group.create_task(ca.runner.run())
        in_time = [
            group.create_task(tasks.publish_in_time(ca.crls)),
            group.create_task(tasks.reach_in_time(ca.issuers)),
            group.create_task(tasks.compare_in_time(ca.clocks)),
            group.create_task(tasks.bind_in_time(ca.audit)),
            group.create_task(tasks.clean_in_time(ca.housekeeping)),
            group.create_task(_renew_in_time(ca, certificate)),
        ]
        if ca.notices is not None and ca.settings.mail.alarms:
            in_time.append(group.create_task(tasks.watch_in_time(ca.watch)))
        if ca.alarms is not None:
            in_time.append(group.create_task(tasks.alarm_in_time(ca.alarms)))
        for listener in listeners:
            await listener.accepts.wait()
        _settle()
        _announce(ca)
        notify.tell(notify.READY, os.environ)
        await stopped.wait()
        log.info("draining")
        notify.tell(notify.STOPPING, os.environ)
        for listener in listeners:
            group.create_task(listener.drain())
        await asyncio.wait(serving)
        for task in in_time:
            task.cancel()
        ca.runner.stop()


async def _renew_in_time(ca: Ca, certificate: ServerCertificate | GivenCertificate) -> None:
    """Keep the server's TLS certificate fresh; a failure is logged and tried again long before the old one ends."""
    while True:
        pause = certificate.check_seconds
        try:
            await certificate.renew_if_due(ca.now())
        except Exception:
            log.exception("server-certificate.failed")
            pause = CERTIFICATE_RETRY_SECONDS
        await asyncio.sleep(pause)


async def _publish_due(ca: Ca) -> None:
    """Have current CRLs before anybody asks; where one cannot be signed now, the last ones are served meanwhile."""
    try:
        async with asyncio.timeout(FIRST_CRL_SECONDS):
            await ca.crls.publish_when_due()
    except Exception:
        log.exception("crl.failed")


async def _rehearse(ca: Ca) -> None:
    """Without its second lint a CA that has one does not serve; a service that would fail it is told in the log."""
    if ca.rehearsal is not None:
        for service, refusal in (await ca.rehearsal.refusals()).items():
            log.error("lint.failed", service=service, code=refusal.code, **refusal.facts)


def _what_serves(home: Path, ca: Ca) -> dict[str, str]:
    """The program, its settings and its issuing CAs, as the audit log has them: a change of each is an event."""
    issuers = (one.fingerprint(hashes.SHA256()).hex() for one in ca.issuers.certificates.values())
    return {
        "software": __version__,
        "settings": hashlib.sha256((home / SETTINGS_FILE).read_bytes()).hexdigest(),
        "issuers": " ".join(sorted(issuers)),
    }


def _settle() -> None:
    """Leave what was loaded until now out of every search for garbage: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _tell_migrated(ca: Ca) -> None:
    """Whoever reads the log sees that the schema is another since this start, and what waits for the other nodes."""
    applied, left = ca.store.migrated
    if applied or left:
        log.info("database.migrated", applied=applied, left=left)


def _announce(ca: Ca) -> None:
    """The one line that says that this CA answers, and where."""
    urls = (ca.directory_url, bootstrap.portal_url(ca.settings), ca.settings.public.url)
    sys.stdout.write("ready acme={} portal={} public={}\n".format(*urls))
    sys.stdout.flush()
