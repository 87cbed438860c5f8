"""Names a certificate can carry: normalising, wildcards, and whether a contract's name covers another.

A name is a plain string: lower-case A-labels without a trailing dot, with ``*.`` in front for a wildcard, or the
canonical text of an IP address. Whether a name may be had (public suffixes, contracts, reserved addresses) is policy
and unknown here.
"""

import ipaddress
import re

from tegata.errors import TegataError

# No name is longer in characters than in the octets of its A-labels (RFC 1035 §2.3.4).
NAME_LIMIT = 253
LABEL_LIMIT = 63

_LDH = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
# Labels of which nothing more has to be known, the last of them no number.
_PLAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_WILDCARD = "*."


class BadName(TegataError):
    """Text that is no name for a certificate; facts: ``name``, ``reason``."""

    code = "pki.name"


def normalise(text: str) -> str:
    """Bring a DNS name, wildcard or IP address into its one form, or raise BadName.

    Names with other than ASCII letters are converted by IDNA2008 with the mapping of UTS #46 (RFC 8555 §7.1.4, A-51).
    Done once at every edge, so that names are compared as they stand (S-35).
    """
    if not text:
        raise BadName(name=text, reason="it is empty")
    if len(text) > NAME_LIMIT:
        raise BadName(name=text[:NAME_LIMIT], reason="it is longer than 253 characters")
    address = _address(text) if _may_be_address(text) else None
    if address is not None:
        return _canonical(text, address)
    prefix = _WILDCARD if text.startswith(_WILDCARD) else ""
    host = text[len(prefix) :]
    host = host.lower() if host.isascii() else _to_ascii(text, host)
    _check_host(text, host)
    name = prefix + host
    if len(name) > NAME_LIMIT:
        raise BadName(name=text, reason="it is longer than 253 characters")
    return name


def is_ip(name: str) -> bool:
    """Whether a name is an IP address."""
    return _may_be_address(name) and _address(name) is not None


def is_wildcard(name: str) -> bool:
    """Whether a name is a wildcard (``*.example.com``)."""
    return name.startswith(_WILDCARD)


def base_of(name: str) -> str:
    """The name without its wildcard label: what is validated for it (RFC 8555 §7.1.4)."""
    return name.removeprefix(_WILDCARD)


def shown(name: str) -> str:
    """The name for a person to read: one with A-labels has its U-labels beside it, ``xn--wgv71a119e.jp (日本語.jp)``.

    Takes a name in its one form, or a contract's with a dot in front.
    """
    if "xn--" not in name:
        return name
    return f"{name} ({'.'.join(map(_u_label, name.split('.')))})"


def covers(pattern: str, name: str) -> bool:
    """Whether a contract's name covers a normalised name.

    ``www.example.com`` covers itself only; ``.example.com`` covers that name and all below it, wildcards included;
    a network, ``192.0.2.0/24``, covers its addresses.
    """
    if "/" in pattern:
        address = _address(name)
        return address is not None and address in ipaddress.ip_network(pattern)
    if pattern.startswith("."):
        return f".{name}".endswith(pattern)
    return name == pattern


def network(text: str) -> str:
    """A network of IP addresses (``192.0.2.0/24``) in its one form; raises BadName."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise BadName(name=text[:NAME_LIMIT], reason="it is no network of addresses, such as 192.0.2.0/24") from None


def _may_be_address(text: str) -> bool:
    """All IPv6 addresses have a colon, all IPv4 addresses end with a digit: most names need no closer look."""
    return ":" in text or text[-1:].isdigit()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _canonical(text: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            raise BadName(name=text, reason="an address with a zone has a meaning on one machine only")
        if address.ipv4_mapped is not None:
            raise BadName(name=text, reason="it is an IPv4 address written as an IPv6 address")
    return str(address)


def _to_ascii(text: str, host: str) -> str:
    import idna  # noqa: PLC0415 - its tables are large, and few names need them

    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        raise BadName(name=text, reason="it holds a character or combination that IDNA does not allow") from None


def _check_host(text: str, host: str) -> None:
    if _PLAIN.fullmatch(host) and "--" not in host:
        return
    if host.endswith("."):
        raise BadName(name=text, reason="it ends with a dot")
    labels = host.split(".")
    for label in labels:
        _check_label(text, label)
    if labels[-1].isdigit():
        raise BadName(name=text, reason="its last label is a number, as in a mistyped IP address")


def _check_label(text: str, label: str) -> None:
    if not label:
        raise BadName(name=text, reason="it has an empty label")
    if len(label) > LABEL_LIMIT:
        raise BadName(name=text, reason="a label is longer than 63 characters")
    if "*" in label:
        raise BadName(name=text, reason="a wildcard can only be the whole leftmost label")
    if not _LDH.fullmatch(label):
        raise BadName(name=text, reason="a label holds something other than letters, digits and hyphens between them")
    if label[2:4] == "--":
        _check_a_label(text, label)


def _u_label(label: str) -> str:
    import idna  # noqa: PLC0415 - its tables are large, and few names need them

    try:
        return idna.ulabel(label) if label.startswith("xn--") else label
    except idna.IDNAError:  # a name that older tables allowed
        return label


def _check_a_label(text: str, label: str) -> None:
    """Hyphens in the third and fourth place are reserved; only a valid A-label has them (RFC 5891 §4.2.3.1)."""
    import idna  # noqa: PLC0415 - its tables are large, and few names need them

    try:
        if not label.startswith("xn--"):
            raise BadName(name=text, reason="a label has hyphens in third and fourth place but is no xn-- label")
        idna.ulabel(label)
    except idna.IDNAError:
        raise BadName(name=text, reason="an xn-- label is not valid IDNA") from None
