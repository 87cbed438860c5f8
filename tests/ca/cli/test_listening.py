"""Where the servers listen."""

import errno
import os
import resource
import socket
from pathlib import Path

import pytest

from tegata.ca.cli.listening import (
    BadListenAddress,
    CannotListen,
    allow_many_sockets,
    default_for,
    open_sockets,
    parse,
)

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


@pytest.mark.parametrize(
    ("url", "listen"),
    [
        ("https://127.0.0.1:8443", "127.0.0.1:8443"),
        ("https://127.0.0.1", "127.0.0.1:443"),
        ("http://127.0.0.1", "127.0.0.1:80"),
        ("https://192.0.2.1:8443", ":8443"),
        ("https://no-such-host.invalid:8443", ":8443"),
    ],
)
def test_the_default_is_the_own_address_or_all(url, listen):
    """An address of another machine (a balancer's) cannot be bound: all of this one's are taken."""
    assert default_for(url) == listen


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("[::1]:443", ("::1", 443)),
        (":0", ("", 0)),
        ("ca.example:1", ("ca.example", 1)),
    ],
)
def test_addresses(text, parsed):
    """HOST:PORT, brackets around IPv6, no host for all."""
    assert parse(text) == parsed


@pytest.mark.parametrize(
    "text", ["", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "a:-1", "a:१"]
)
def test_what_is_no_address(text):
    """Named as it was given."""
    with pytest.raises(BadListenAddress) as raised:
        parse(text)
    assert raised.value.facts["address"] == text


def test_sockets_accept_at_once():
    """Each listens before anything is served."""
    (opened,) = open_sockets("127.0.0.1:0")
    with opened, socket.create_connection(opened.getsockname(), timeout=60):
        pass


def test_all_addresses_are_those_of_both_families():
    """IPv6 where the machine has it, each family by a socket of its own."""
    opened = open_sockets(":0")
    for one in opened:
        with one, socket.create_connection((LOOPBACK[one.family], one.getsockname()[1]), timeout=60):
            pass
    addresses = Path("/proc/net/if_inet6")
    has_ipv6 = addresses.exists() and bool(addresses.read_text())
    assert {one.family for one in opened} == {socket.AF_INET, *([socket.AF_INET6] if has_ipv6 else [])}


@pytest.mark.parametrize("reason", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
def test_a_machine_without_ipv6(monkeypatch, reason):
    """It listens where it can."""

    class Only4(socket.socket):
        def __init__(self, family, *more):
            if family == socket.AF_INET6:
                raise OSError(reason, os.strerror(reason))
            super().__init__(family, *more)

    monkeypatch.setattr(socket, "socket", Only4)
    [opened] = open_sockets(":0")
    with opened:
        assert opened.family == socket.AF_INET


def test_a_port_in_use_is_told():
    """With the address and the system's reason."""
    (opened,) = open_sockets("127.0.0.1:0")
    with opened:
        address = f"127.0.0.1:{opened.getsockname()[1]}"
        with pytest.raises(CannotListen) as raised:
            open_sockets(address)
    assert raised.value.facts["address"] == address
    assert "in use" in str(raised.value.facts["reason"])


def test_a_host_that_is_not_ours_is_told():
    """No fallback to other addresses."""
    with pytest.raises(CannotListen):
        open_sockets("192.0.2.1:0")


def test_as_many_sockets_as_there_may_be():
    """The limit that is there by custom is reached by a hundred looks at once."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1000, most))
    try:
        allow_many_sockets()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
