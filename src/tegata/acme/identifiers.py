"""Identifiers of orders and authorizations: a type and a value (RFC 8555 §9.7.7, RFC 8738).

Turns names of ``tegata.pki.names`` into identifiers; knows no policy about which may be had.
"""

import msgspec

from tegata.pki import names

DNS = "dns"
IP = "ip"


class Identifier(msgspec.Struct, frozen=True, order=True):
    """What an order asks for or an authorization proves. Types unknown to us decode too."""

    type: str
    value: str


def dns(name: str) -> Identifier:
    """The identifier of a DNS name, normalised; raises BadName, also for an IP address given as a name."""
    value = names.normalise(name)
    if names.is_ip(value):
        raise names.BadName(name=name, reason="it is an IP address, which is no DNS name")
    return Identifier(DNS, value)


def ip(text: str) -> Identifier:
    """The identifier of an IP address in canonical text (RFC 8738 §3); raises BadName for any other text."""
    if not names.is_ip(text):
        raise names.BadName(name=text, reason="it is not an IP address")
    if names.normalise(text) != text:
        raise names.BadName(name=text, reason="the IP address is not in its canonical form")
    return Identifier(IP, text)


def of(name: str) -> Identifier:
    """The identifier of a name as ``names.normalise`` gives it; raises BadName."""
    return ip(name) if names.is_ip(name) else dns(name)
