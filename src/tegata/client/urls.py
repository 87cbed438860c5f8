"""URLs of a CA, taken apart: one reading for whoever judges where a request may go and for whoever sends it.

Pure; knows no ACME.
"""

import re

import msgspec

from tegata.client.errors import InsecureUrl

HTTPS_PORT = 443
# Stricter than RFC 3986: without user, backslash or blank there is nothing for two readers to read differently.
_URL = re.compile(
    r"(?i:https)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^][\s/?#@:\\]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^\s\\?#]*)?(?P<query>\?[^\s\\#]*)?(?:#[^\s\\]*)?"
)
_NOT_IN_A_REQUEST = re.compile(r"[^!-~]")


class Url(msgspec.Struct, frozen=True):
    """An https URL: the host in small letters and in A-labels (RFC 5890), an IPv6 address in brackets."""

    host: str
    port: int
    target: str
    """Path and query as a request line has them (RFC 9112 §3.2.1): what is not ASCII is percent-encoded."""

    @property
    def authority(self) -> str:
        """Host and port, the latter where it is not https's own."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def split(url: str) -> Url:
    """Take an https URL apart; raises InsecureUrl for any other text (A-01, S-03)."""
    parts = _URL.fullmatch(url)
    port = int(parts["port"] or HTTPS_PORT) if parts else 0
    if parts is None or not 0 < port < 65536:
        raise InsecureUrl(url=url)
    target = (parts["path"] or "/") + (parts["query"] or "")
    return Url(_host(url, parts["host"].lower()), port, _NOT_IN_A_REQUEST.sub(_percent, target))


def _host(url: str, host: str) -> str:
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 - its tables are large, and few hosts need them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise InsecureUrl(url=url) from None


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in found[0].encode(errors="replace"))
