"""Customers that order without a pause: the real client in threads, the web server of all their names, what they saw.

Knows the client's public interface; of the CA its URL and an EAB only.
"""

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tegata.acme import challenges, eab
from tegata.client import events
from tegata.client.api import Client, EabCredential, Network
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate
from tegata.plugin_api.solver import Presentation

ORDER_SECONDS = 90.0


class Site:
    """The web server of all names: a solver for http-01, and how often each token was asked for.

    It keeps everybody waiting while ``may_answer`` is not set.
    """

    challenge_type = challenges.HTTP_01

    def __init__(self, port: int) -> None:
        self.asked: Counter[str] = Counter()
        self._answers: dict[str, str] = {}
        self.was_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            """Answers what is presented."""

            def do_GET(self) -> None:
                site.asked[self.path] += 1
                site.was_asked.set()
                site.may_answer.wait()
                content = site._answers.get(self.path, "").encode()
                self.send_response(200 if content else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                with suppress(OSError):  # who asked may be dead
                    self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)

    def present(self, presentation: Presentation) -> None:
        self._answers[challenges.http01_path(presentation.token)] = presentation.key_authorization

    def cleanup(self, presentation: Presentation) -> None:
        """What was shown stays: a CA may look again after its node died."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="site", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Seen:
    """What the customers saw: orders by URL, chains by the order's URL, what was retried, what failed for good."""

    orders: list[str] = field(default_factory=list)
    chains: dict[str, bytes] = field(default_factory=dict)
    retried: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


class Customers:
    """``count`` accounts, each with one order after the other until ``stop``; as a context manager, until the end."""

    def __init__(self, directory_url: str, root: Path, credential: dict[str, str], site: Site, *, count: int) -> None:
        self.seen = Seen()
        self._url, self._network, self._site = directory_url, Network(roots=(root,), timeout=15), site
        self._credential = EabCredential(credential["kid"], eab.decode_mac(credential["hmac"]))
        self._key: PrivateKey = generate(KeyType.RSA2048)
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(number,)) for number in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop_after_this_order(self) -> None:
        """Let each finish the order it has."""
        self._stopping.set()

    def stop(self) -> None:
        """Let each finish the order it has, and wait for it."""
        self.stop_after_this_order()
        for thread in self._threads:
            thread.join()

    def _live(self, number: int) -> None:
        placed: list[str] = []

        def report(event: object) -> None:
            if isinstance(event, events.OrderCreated):
                placed.append(event.url)
                self.seen.orders.append(event.url)
            elif isinstance(event, events.Retrying):
                self.seen.retried[_kind(event.error)] += 1

        key = generate(KeyType.EC256)
        with Client(self._url, key, network=self._network, report=report) as client:
            client.register(contacts=[], terms_agreed=True, eab=self._credential)
            count = 0
            while count == 0 or not self._stopping.is_set():
                name = f"n{count}.c{number}.example.com"
                count += 1
                try:
                    done = client.obtain(
                        [name], self._key, solvers={self._site.challenge_type: self._site}, deadline=ORDER_SECONDS
                    )
                except Exception as error:  # noqa: BLE001 - whatever it is, the test fails with it
                    self.seen.failed.append(f"{name}: {error!r}")
                else:
                    self.seen.chains[placed[-1]] = done.chain_pem


def _kind(error: Exception) -> str:
    """The class of what was retried, with a problem document's status."""
    status = getattr(getattr(error, "problem", None), "status", "")
    return f"{type(error).__name__} {status}".strip()
