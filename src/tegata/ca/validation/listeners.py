"""The CA's own listening sockets, which validation must never reach, whatever networks are allowed.

Knows no name look-up and no protocol.
"""

import socket
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address

from tegata.ca.errors import AddressForbidden
from tegata.ca.policy.addresses import Address, carried


class OwnListeners:
    """The (IP address, port) pairs this CA listens on.

    A wildcard (``0.0.0.0``, ``::`` or the empty text) stands for every address of this machine, of both families: a
    socket bound to ``::`` may answer IPv4 too.
    """

    def __init__(self, pairs: Collection[tuple[str, int]]) -> None:
        parsed = [(ip_address(host or "::"), port) for host, port in pairs]
        self._pairs = frozenset(parsed)
        self._wildcard_ports = frozenset(port for address, port in parsed if address.is_unspecified)

    def check(self, name: str, address: Address, port: int) -> None:
        """Raise AddressForbidden if a connection there would end at the CA itself, by way of a translator too."""
        for reached in (address, *carried(address)):
            if (reached, port) in self._pairs or (port in self._wildcard_ports and _is_local(reached)):
                raise AddressForbidden(name=name, address=str(address))


def _is_local(address: Address) -> bool:
    """Whether the address is this machine's: only then a socket can be bound to it."""
    if address.is_loopback:
        return True
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True
