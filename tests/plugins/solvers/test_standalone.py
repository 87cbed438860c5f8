"""The own web server for http-01, over real sockets."""

import contextlib
import errno
import http.client
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tegata.plugin_api.solver import Presentation, Solver
from tegata.plugins.solvers import _address, _listener
from tegata.plugins.solvers._address import AddressUnavailable, BadListenAddress, PortDenied, PortInUse
from tegata.plugins.solvers.standalone import StandaloneSolver
from tests.peers.ports import free_port

PREFIX = "/.well-known/acme-challenge/"


def presentation(name: str = "a.example", letter: str = "t") -> Presentation:
    token = letter * 22
    return Presentation(name, "http-01", token, f"{token}.thumb-print_1")


@pytest.fixture
def port() -> int:
    return free_port()


@contextlib.contextmanager
def serving(port: int, *shown: Presentation, address: str = "") -> Iterator[StandaloneSolver]:
    solver = StandaloneSolver(address or f":{port}")
    for each in shown:
        solver.present(each)
    try:
        yield solver
    finally:
        for each in shown:
            solver.cleanup(each)


def ask(port: int, path: str, host: str, method: str = "GET", at: str = "127.0.0.1") -> tuple[int, bytes, str | None]:
    connection = http.client.HTTPConnection(at, port, timeout=60)
    try:
        connection.request(method, path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("Content-Type")
    finally:
        connection.close()


def open_ports(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_serves_the_key_authorization_and_nothing_else(port: int):
    """A-68: exactly the key authorization, as octets. S-21: only for live tokens."""
    one, two = presentation(), presentation("b.example", "u")
    with serving(port, one, two):
        assert ask(port, PREFIX + one.token, "a.example") == (
            200,
            one.key_authorization.encode(),
            "application/octet-stream",
        )
        assert ask(port, PREFIX + two.token, "b.example")[:2] == (200, two.key_authorization.encode())
        for path in (
            "/",
            PREFIX,
            PREFIX + "x" * 22,
            PREFIX + one.token + "/",
            "/" + one.token,
            PREFIX + "../" + one.token,
        ):
            assert ask(port, path, "a.example")[:2] == (404, b"")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("a.example", 200),
        ("A.Example", 200),
        ("a.example:80", 200),
        ("a.example.", 200),
        ("b.example", 404),
        ("evil.test", 404),
        ("xa.example", 404),
        ("a.example.evil.test", 404),
        ("", 404),
        ("127.0.0.1", 404),
    ],
)
def test_answers_only_to_the_name_that_is_validated(port: int, host: str, status: int):
    """A name of somebody else's that leads here gets nothing (DNS rebinding)."""
    shown = presentation()
    with serving(port, shown):
        assert ask(port, PREFIX + shown.token, host)[0] == status


@pytest.mark.parametrize(
    ("name", "host"),
    [("192.0.2.7", "192.0.2.7:80"), ("2001:db8::1", "[2001:db8::1]:80"), ("2001:db8::1", "[2001:DB8::1]")],
)
def test_addresses_are_names_too(port: int, name: str, host: str):
    shown = presentation(name)
    with serving(port, shown):
        assert ask(port, PREFIX + shown.token, host)[0] == 200


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "DELETE"])
def test_only_get_is_answered(port: int, method: str):
    shown = presentation()
    with serving(port, shown):
        assert ask(port, PREFIX + shown.token, "a.example", method)[:2] == (404, b"")


def test_listens_on_ipv6_and_ipv4(port: int):
    shown = presentation()
    with serving(port, shown):
        assert ask(port, PREFIX + shown.token, "a.example", at="127.0.0.1")[0] == 200
        assert ask(port, PREFIX + shown.token, "a.example", at="::1")[0] == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost"])
def test_listens_at_one_address_only_when_told_so(port: int, address: str):
    shown = presentation()
    with serving(port, shown, address=f"{address}:{port}"):
        assert ask(port, PREFIX + shown.token, "a.example")[0] == 200
        with contextlib.closing(socket.socket()) as probe:
            assert probe.connect_ex(("127.0.0.2", port)) != 0
    with serving(port, shown, address=f"[::1]:{port}"):
        assert ask(port, PREFIX + shown.token, "a.example", at="::1")[0] == 200
        assert not open_ports(port)


def test_opens_with_the_first_and_closes_with_the_last(port: int):
    one, two = presentation(), presentation("b.example", "u")
    solver = StandaloneSolver(f":{port}")
    assert not open_ports(port)
    for _ in range(2):
        solver.present(one)
        solver.present(two)
        solver.cleanup(one)
        assert ask(port, PREFIX + one.token, "a.example")[0] == 404
        assert ask(port, PREFIX + two.token, "b.example")[0] == 200
        solver.cleanup(two)
        assert not open_ports(port)


def test_cleaning_up_twice_or_what_was_never_shown(port: int):
    solver: Solver = StandaloneSolver(f":{port}")
    assert solver.challenge_type == "http-01"
    solver.cleanup(presentation())
    solver.present(presentation())
    solver.cleanup(presentation("b.example", "u"))
    assert open_ports(port)
    solver.cleanup(presentation())
    solver.cleanup(presentation())
    assert not open_ports(port)


@pytest.mark.parametrize("taken_at", ["127.0.0.1", "0.0.0.0", "::"])
def test_a_port_in_use_is_named(port: int, taken_at: str):
    family = socket.AF_INET6 if ":" in taken_at else socket.AF_INET
    with socket.create_server((taken_at, port), family=family), pytest.raises(PortInUse) as caught:
        StandaloneSolver(f":{port}").present(presentation())
    assert caught.value.facts == {"port": port, "address": f":{port}", "server": "HTTP"}


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """As a user who may not open low ports."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


LOW_PORTS = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


@pytest.mark.skipif(
    not LOW_PORTS.exists() or LOW_PORTS.read_text() == "0\n", reason="here everybody may open every port"
)
def test_a_port_one_may_not_open_is_told():
    with unprivileged(), pytest.raises(PortDenied) as caught:
        StandaloneSolver(":1").present(presentation())
    assert caught.value.facts == {"port": 1, "address": ":1"}


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_that_is_not_here_is_told(port: int, host: str):
    with pytest.raises(AddressUnavailable) as caught:
        StandaloneSolver(f"{host}:{port}").present(presentation())
    assert caught.value.facts["address"] == f"{host}:{port}"


@pytest.mark.parametrize("address", ["80", "", ":", "host", ":http", ":0", ":65536", ":-1", ":８０", "host:"])
def test_what_is_no_address(address: str):
    with pytest.raises(BadListenAddress) as caught:
        StandaloneSolver(address)
    assert caught.value.facts == {"address": address, "flag": "http"}


def test_slow_visitors_do_not_keep_others_out(port: int, monkeypatch: pytest.MonkeyPatch):
    """S-18: a time limit and a cap on connections; the oldest has to go."""
    monkeypatch.setattr(_listener, "CONNECTIONS", 5)
    shown = presentation()
    with serving(port, shown), contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(8)]
        for each in slow:
            with contextlib.suppress(OSError):  # the first ones have been shown the door
                each.sendall(b"GET ")
        assert ask(port, PREFIX + shown.token, "a.example")[0] == 200
        assert ended(slow[0])


def test_a_visitor_has_only_so_much_time(port: int, monkeypatch: pytest.MonkeyPatch):
    """S-18: from the first octet to the last, however often something comes."""
    monkeypatch.setattr(_listener, "LIFE_SECONDS", 0.2)
    shown = presentation()
    with serving(port, shown), socket.create_connection(("127.0.0.1", port), timeout=60) as visitor:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() < began + 60:
                visitor.sendall(b"x")
                time.sleep(0.02)
        assert time.monotonic() < began + 9
        assert ask(port, PREFIX + shown.token, "a.example")[0] == 200


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 20_000,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["TLS", "endless", "two hosts", "no HTTP", "nothing"],
)
def test_what_is_no_request_is_closed_and_harms_nobody(port: int, said: bytes):
    shown = presentation()
    with serving(port, shown):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as visitor:
            with contextlib.suppress(OSError):
                visitor.sendall(said)
                visitor.shutdown(socket.SHUT_WR)
            assert ended(visitor)
        assert ask(port, PREFIX + shown.token, "a.example")[0] == 200


def test_a_request_may_come_in_pieces(port: int):
    shown = presentation()
    with serving(port, shown), socket.create_connection(("127.0.0.1", port), timeout=60) as visitor:
        for piece in (b"GET " + PREFIX.encode(), shown.token.encode() + b" HTTP/1.1\r\nHo", b"st: a.example\r\n\r\n"):
            visitor.sendall(piece)
        answer = b""
        while more := visitor.recv(4096):
            answer += more
        assert answer.endswith(b"\r\n\r\n" + shown.key_authorization.encode())


def ended(visitor: socket.socket) -> bool:
    """Whether the server closed the connection without saying anything."""
    try:
        return visitor.recv(1) == b""
    except ConnectionError:
        return True


def test_runs_that_begin_at_once_listen_one_after_the_other(port: int, monkeypatch: pytest.MonkeyPatch):
    """As those of several lines of one crontab: nobody's order fails for want of the port that another has."""
    first, second, waits = StandaloneSolver(f":{port}"), StandaloneSolver(f":{port}"), threading.Event()
    first.present(presentation())
    monkeypatch.setattr(_address, "_CLOCK", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: waits.set()))
    with ThreadPoolExecutor(1) as other:
        presented = other.submit(second.present, presentation(letter="u"))
        assert waits.wait(30)
        first.cleanup(presentation())
        presented.result(30)
    assert ask(port, f"{PREFIX}{'u' * 22}", "a.example")[0] == 200
    second.cleanup(presentation(letter="u"))


def test_a_turn_that_does_not_end(port: int, monkeypatch: pytest.MonkeyPatch):
    """Is waited for a minute; then whoever has the port is told as ever."""
    now = itertools.count(step=10)
    monkeypatch.setattr(_address, "_CLOCK", SimpleNamespace(monotonic=lambda: next(now), sleep=lambda _: None))
    with serving(port, presentation()), pytest.raises(PortInUse):
        StandaloneSolver(f":{port}").present(presentation(letter="u"))
    assert 60 < next(now) < 120


@pytest.mark.parametrize(
    "missing",
    [
        OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol"),
        OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"),
        ValueError("dualstack_ipv6 not supported on this platform"),
    ],
    ids=["no IPv6", "no address of it", "no dual stack"],
)
def test_a_kernel_without_ipv6(monkeypatch: pytest.MonkeyPatch, missing: Exception) -> None:
    """It listens by IPv4 alone; what is wrong with both is not tried twice."""
    created, asked = socket.create_server, []

    def create(address: tuple[str, int], **how: Any) -> socket.socket:
        asked.append(how.get("family"))
        if how.get("family") is socket.AF_INET6:
            raise missing
        return created(address, **how)

    monkeypatch.setattr(socket, "create_server", create)
    for each in _address.ListenAddress(f":{free_port()}", "http").listen():
        assert each.family is socket.AF_INET
        each.close()
    missing = OSError(errno.EACCES, "Permission denied")
    asked.clear()
    with pytest.raises(PortDenied):
        _address.ListenAddress(":80", "http").listen()
    assert asked == [socket.AF_INET6]
