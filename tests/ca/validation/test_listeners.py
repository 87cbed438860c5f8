"""The CA never validates against itself."""

import socket
from ipaddress import ip_address

import pytest

from tegata.ca.errors import AddressForbidden
from tegata.ca.validation.listeners import OwnListeners


def own_address() -> str:
    """This machine's address on the way out; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@pytest.mark.parametrize(
    ("pairs", "address", "port"),
    [
        ([("127.0.0.1", 8443)], "127.0.0.1", 8443),
        ([("127.0.0.1", 80), ("::1", 8443)], "::1", 8443),
        ([("0.0.0.0", 8443)], "127.0.0.1", 8443),
        ([("0.0.0.0", 8443)], "127.5.6.7", 8443),
        ([("0.0.0.0", 8443)], "::1", 8443),
        ([("::", 8443)], "127.0.0.1", 8443),
        ([("", 8443)], "::1", 8443),
        ([("::", 8443)], own_address(), 8443),
        ([("192.0.2.1", 8443)], "64:ff9b::192.0.2.1", 8443),
        ([("::", 8443)], f"64:ff9b::{own_address()}", 8443),
    ],
)
def test_an_own_listener_is_refused(pairs, address, port):
    """By its address, or by any address of this machine when it listens on all of them (S-09)."""
    with pytest.raises(AddressForbidden):
        OwnListeners(pairs).check("www.example.com", ip_address(address), port)


@pytest.mark.parametrize(
    ("pairs", "address", "port"),
    [
        ([("127.0.0.1", 8443)], "127.0.0.1", 80),
        ([("127.0.0.1", 8443)], "127.0.0.2", 8443),
        ([("0.0.0.0", 8443)], "127.0.0.1", 80),
        ([("0.0.0.0", 8443)], "192.0.2.1", 8443),
        ([("::", 8443)], "2001:db8::1", 8443),
        ([("192.0.2.1", 8443)], "64:ff9b::192.0.2.2", 8443),
        ([], "127.0.0.1", 80),
    ],
)
def test_others_are_not(pairs, address, port):
    """Another port, or another machine's address."""
    OwnListeners(pairs).check("www.example.com", ip_address(address), port)
