"""Which addresses the validator may enter and a certificate may hold: a filter over the special-purpose registries.

Pure: knows no name look-up and no socket; whether an address is one of the CA's own listeners is the validator's
question (S-07, X-07).
"""

from collections.abc import Iterable
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

from tegata.ca.errors import AddressForbidden, Refused

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


class Opening(Enum):
    """When an address range may be entered."""

    OPEN = "always"
    LISTED = "if an allowed network holds it"
    NAMED = "if an allowed network lies inside this very range"
    NEVER = "never"


# The IANA IPv4 and IPv6 special-purpose address registries (RFC 6890) and the clouds' metadata services, as a table
# where the longest prefix decides. Written out, because `ipaddress.is_global` changes between versions of Python.
_RANGES: dict[Network, Opening] = {
    ip_network(text): entry
    for entry, texts in {
        Opening.OPEN: "0.0.0.0/0 2000::/3 64:ff9b::/96",
        Opening.LISTED: """
            10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
            192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
            ::/0 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 fc00::/7 fe80::/10""",
        Opening.NAMED: """
            127.0.0.0/8 ::1/128 169.254.169.254/32 169.254.170.2/32 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32
            fd00:ec2::254/128 fd20:ce::254/128""",
        Opening.NEVER: "0.0.0.0/8 224.0.0.0/4 240.0.0.0/4 ::/96 ::ffff:0:0/96 ff00::/8",
    }.items()
    for text in texts.split()
}
# The same by the addresses' version, the longest prefix first: numbers are compared in a tenth of the time.
_BY_LENGTH = {
    version: [
        (int(network.netmask), int(network.network_address), network)
        for network in sorted(_RANGES, key=lambda network: -network.prefixlen)
        if network.version == version
    ]
    for version in (4, 6)
}
_NAT64 = IPv6Network("64:ff9b::/96")


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read the setting ``validation.allow_networks``; raises Refused naming the entry that is no network."""
    networks = []
    for text in texts:
        try:
            networks.append(ip_network(text))
        except ValueError as error:
            raise Refused(reason=f"allow_networks: {error}") from None
    return tuple(networks)


class AddressFilter:
    """Public addresses and the explicitly allowed networks; everything else is closed.

    A wide network (``0.0.0.0/0``) opens private ranges but neither loopback nor metadata services: those must be named
    by a network that lies inside them.
    """

    def __init__(self, allowed: Iterable[Network]) -> None:
        self._allowed = tuple(allowed)

    def check(self, name: str, address: Address) -> None:
        """Raise AddressForbidden if ``name`` may not be looked at under this address.

        An IPv6 address that carries an IPv4 address (NAT64, 6to4, Teredo) must be allowed in both forms.
        """
        if not self.is_open(address):
            raise AddressForbidden(name=name, address=str(address))

    def is_open(self, address: Address) -> bool:
        """Whether the address, and any that it carries, may be entered."""
        return all(self._is_open(reached) for reached in (address, *carried(address)))

    def is_certifiable(self, address: Address) -> bool:
        """Whether a certificate may hold the address: a translator's way to another (RFC 6052) is nobody's own."""
        is_own = address not in _NAT64 or any(address in network for network in self._allowed)
        return is_own and self.is_open(address)

    def _is_open(self, address: Address) -> bool:
        number = int(address)
        span = next(span for mask, base, span in _BY_LENGTH[address.version] if number & mask == base)
        match _RANGES[span]:
            case Opening.OPEN:
                return True
            case Opening.LISTED:
                return any(address in network for network in self._allowed)
            case Opening.NAMED:
                # Two networks that both hold the address lie one in the other: the one with the longer prefix inside.
                return any(address in network and network.prefixlen >= span.prefixlen for network in self._allowed)
            case Opening.NEVER:
                return False


def is_public(address: Address) -> bool:
    """Whether anybody's packets may end there: what is read there, others can read."""
    return _PUBLIC.is_open(address)


def carried(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 address that a packet to this address ends at, where the form of the IPv6 address tells."""
    if isinstance(address, IPv4Address):
        return ()
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    return address.teredo[1:] if address.teredo is not None else ()


_PUBLIC = AddressFilter(())
