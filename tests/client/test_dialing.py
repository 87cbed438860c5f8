"""Connecting to a host of several addresses, some of them dead."""

import contextlib
import errno
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tegata.client.dialing import dial
from tests.peers.ports import free_port

HOST = "several.example"


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the name lead to these sockets' addresses, in this order."""

    def answer(*addresses: tuple[str, int]) -> None:
        found = [
            (socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))
            for host, port in addresses
        ]

        def of(_host: str, _port: int, family: int, _kind: int) -> list[object]:
            return [each for each in found if family in (0, each[0])]

        monkeypatch.setattr(socket, "getaddrinfo", of)

    return answer


@pytest.fixture
def alive() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()


@pytest.fixture
def dead() -> Iterator[tuple[str, int]]:
    """An address that neither accepts nor refuses: as many wait for it already as may."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()


def refusing() -> tuple[str, int]:
    return "127.0.0.1", free_port()


@pytest.mark.parametrize("count", [1, 3])
def test_a_dead_address_does_not_hold_up(
    resolve: Callable[..., None], dead: tuple[str, int], alive: tuple[str, int], count: int
):
    resolve(*[dead] * count, alive)
    started = time.monotonic()
    with dial(HOST, 443, seconds=60) as connection:
        assert connection.getpeername() == alive
        assert connection.gettimeout() == 60
        connection.sendall(b"x")
    assert time.monotonic() - started < 30


def test_an_address_that_refuses_is_left_at_once(resolve: Callable[..., None], alive: tuple[str, int]):
    resolve(refusing(), ("::1", free_port()), alive)
    with dial(HOST, 443, seconds=60) as connection:
        assert connection.getpeername() == alive


def test_nobody_takes_it(resolve: Callable[..., None]):
    resolve(refusing(), refusing())
    with pytest.raises(ConnectionRefusedError) as caught:
        dial(HOST, 443, seconds=60)
    assert caught.value.errno == errno.ECONNREFUSED


def test_nobody_answers(resolve: Callable[..., None], dead: tuple[str, int]):
    resolve(dead, refusing(), dead)
    with pytest.raises(TimeoutError):
        dial(HOST, 443, seconds=0.5)


def test_only_one_version_of_ip_is_tried(resolve: Callable[..., None], alive: tuple[str, int]):
    resolve(alive, ("::1", free_port()))
    with pytest.raises(OSError, match=r"refused|assign|unreachable|not supported"):
        dial(HOST, 443, seconds=60, family=6)
    with dial(HOST, 443, seconds=60, family=4) as connection:
        assert connection.getpeername() == alive
