"""tegata with Pebble: the ways of http-01 besides the plain listener, pauses, and addresses for names."""

import http.server
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.certificates import crt
from tests.e2e.pebble_words import account, names, order
from tests.peers import openssl
from tests.peers.memcached import Memcached
from tests.peers.pebble import Pebble
from tests.peers.ports import free_port
from tests.peers.tegata import Tegata

NAME = "www.example.com"


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64  # Pebble asks three times for each name, all at once


@contextmanager
def answering(port: int, respond: "type[http.server.BaseHTTPRequestHandler]") -> Iterator[None]:
    with Server(("127.0.0.1", port), respond) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.peer("memcached")
def test_memcached(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """A web server that looks paths up there; a web root given besides would come first, a listener last."""
    with Memcached(tmp_path) as memcached:

        class Respond(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                value = memcached.get(self.path) or b""
                self.send_response(200 if value else 404)
                self.send_header("Content-Length", str(len(value)))
                self.end_headers()
                self.wfile.write(value)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with answering(pebble.http_port, Respond):
            words = [*account(pebble), *names(NAME), "--http", "--http.memcached-host", memcached.host]
            tegata.run(*words, "--http.port", f":{pebble.http_port}", "-a", "run").check()
            (tmp_path / "www").mkdir()
            assert tegata.run(*words, "--http.webroot", str(tmp_path / "www"), "run").code == 1
    done = tegata.run(*words, "run")
    assert done.code == 1
    assert "Connection refused" in done.stderr


@pytest.mark.parametrize(
    ("header", "value"), [("X-Forwarded-Host", "{}, inner.example"), ("Forwarded", 'for=192.0.2.1;host="{}:80"')]
)
def test_behind_a_proxy(tegata: Tegata, pebble: Pebble, header: str, value: str) -> None:
    """The proxy asks for a host of its own and tells in a header which one it was asked for."""
    port = free_port()

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            url = f"http://127.0.0.1:{port}{self.path}"
            with urllib.request.urlopen(urllib.request.Request(url, headers={header: value.format(host)})) as answer:
                body = answer.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with answering(pebble.http_port, Proxy):
        words = [*account(pebble), *names(NAME), "--http", "--http.port", f":{port}", "-a", "run"]
        tegata.run(*words, "--http.proxy-header", header).check()


def test_a_pause_before_the_ca_looks(tegata: Tegata, pebble: Pebble) -> None:
    """For each type its own; one pause for all names."""
    started = time.monotonic()
    fresh = ("pause1.example.com", "pause2.example.com")  # Pebble reuses an authorization now and then
    tegata.run(*order(pebble, *fresh), "-a", "--http.delay", "1500ms", "run").check()
    assert time.monotonic() - started > 1.5
    words = [*account(pebble), *names("pause3.example.com"), "--tls", "--tls.port", f":{pebble.tls_port}"]
    started = time.monotonic()
    tegata.run(*words, "--tls.delay", "1500ms", "run").check()
    assert time.monotonic() - started > 1.5


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("way", ["http", "tls"])
def test_an_address(tegata: Tegata, pebble: Pebble, way: str) -> None:
    """RFC 8738: an identifier of its own type, and the reverse name in TLS."""
    port = pebble.http_port if way == "http" else pebble.tls_port
    words = [*account(pebble), "-d", "127.0.0.1", f"--{way}", f"--{way}.port", f":{port}"]
    tegata.run(*words, "-a", "run").check()
    assert "IP Address:127.0.0.1" in openssl.text(crt(tegata.path, "127.0.0.1"))
