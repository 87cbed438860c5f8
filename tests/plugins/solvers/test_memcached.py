"""http-01 by memcached: Debian's real server, and servers that are none."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tegata.plugin_api.solver import Presentation, Solver
from tegata.plugins.solvers.memcached import BadMemcachedHost, MemcachedFailed, MemcachedSolver, _split
from tests.peers.memcached import Memcached
from tests.peers.ports import free_port

TOKEN = "t" * 22
SHOWN = Presentation("a.example", "http-01", TOKEN, f"{TOKEN}.thumb-print_1")
KEY = f"/.well-known/acme-challenge/{TOKEN}"


@pytest.fixture
def memcached(tmp_path: Path) -> Iterator[Memcached]:
    with Memcached(tmp_path) as server:
        yield server


@contextlib.contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """A server that says this to everybody and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            with contextlib.suppress(OSError):
                while True:
                    visitor, _ = listening.accept()
                    with visitor:
                        visitor.recv(1000)
                        visitor.sendall(answer)

        threading.Thread(target=talk, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.peer("memcached")
def test_it_is_there_and_then_gone(memcached: Memcached) -> None:
    """Under the path that a web server looks up; what an earlier run has left is replaced."""
    solver: Solver = MemcachedSolver([memcached.host])
    solver.present(Presentation("a.example", "http-01", TOKEN, "old"))
    solver.present(SHOWN)
    assert memcached.get(KEY) == SHOWN.key_authorization.encode()
    solver.cleanup(SHOWN)
    assert memcached.get(KEY) is None
    solver.cleanup(SHOWN)


@pytest.mark.peer("memcached")
def test_one_of_several_is_enough(memcached: Memcached) -> None:
    """As with lego: a server that is down takes nobody's certificate."""
    solver = MemcachedSolver([f"127.0.0.1:{free_port()}", memcached.host])
    solver.present(SHOWN)
    assert memcached.get(KEY)
    solver.cleanup(SHOWN)


@pytest.mark.parametrize("answer", [b"SERVER_ERROR out of memory\r\n", b"", b"x" * 5000, b"\x1b[2J\r\n"])
def test_none_has_taken_it(answer: bytes) -> None:
    """Each is told with what it said, and nobody's answer is read without end (S-20)."""
    with saying(answer) as host, pytest.raises(MemcachedFailed) as caught:
        MemcachedSolver([host, f"127.0.0.1:{free_port()}"]).present(SHOWN)
    reason = str(caught.value.facts["reason"])
    assert host in reason
    assert "Connection refused" in reason
    assert len(reason) < 2000


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("cache.example", ("cache.example", 11211)),
        ("cache.example:1", ("cache.example", 1)),
        ("[::1]:2", ("::1", 2)),
        ("[::1]", ("::1", 11211)),
        ("::1", ("::1", 11211)),
    ],
)
def test_hosts(text: str, address: tuple[str, int]) -> None:
    """With and without a port."""
    assert _split(text) == address


@pytest.mark.parametrize("text", ["", ":1", "a:0", "a:65536", "a:x", "a:"])
def test_what_is_no_host(text: str) -> None:
    """Told before anything is ordered."""
    with pytest.raises(BadMemcachedHost):
        MemcachedSolver([text])
