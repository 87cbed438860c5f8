"""Which proxy the environment names for a host: HTTPS_PROXY, ALL_PROXY and NO_PROXY, in small letters too.

lego knows no ALL_PROXY: one by SOCKS, which is often set for other programs, stops nothing here. On Windows and macOS
what the system's settings say, where the environment says nothing. Opens nothing.
"""

import base64
import ipaddress
import os
import sys
from typing import Self
from urllib.parse import unquote, urlsplit

import msgspec

from tegata.client.errors import BadProxy

_PORTS = {"http": 80, "https": 443}


class Proxy(msgspec.Struct, frozen=True):
    """An HTTP proxy, spoken to over TLS itself or not."""

    host: str
    port: int
    is_https: bool
    authorization: str | None
    """The value of Proxy-Authorization; holds the password, and is never shown."""

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port}, is_https={self.is_https})"

    @classmethod
    def of(cls, text: str) -> Self:
        """What a variable's value means; without a scheme it is ``http``. Raises BadProxy, which does not repeat it."""
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if parts.scheme.startswith("socks"):
            raise BadProxy(reason="SOCKS proxies are not supported")
        if not host or parts.scheme not in _PORTS:
            raise BadProxy(reason="it is not the URL of an HTTP proxy")
        authorization = None
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = "Basic " + base64.b64encode(credentials.encode()).decode("ascii")
        return cls(host, port or _PORTS[parts.scheme], parts.scheme == "https", authorization)


class Proxies:
    """What the environment says, read once."""

    def __init__(self) -> None:
        """Raises BadProxy for a value that cannot be used."""
        self._proxy: Proxy | None = None
        self._excepted = ""
        if sys.platform not in ("win32", "darwin") and not any(_is_about_proxies(name) for name in os.environ):
            return  # nothing to read, and what reads it costs a hundredth of a second
        from urllib.request import getproxies  # noqa: PLC0415 - see above

        settings = getproxies()
        general = settings.get("all", "")
        if url := settings.get("https") or ("" if general.lower().startswith("socks") else general):
            self._proxy = Proxy.of(url)
        self._excepted = settings.get("no", "")

    def towards(self, host: str, port: int) -> Proxy | None:
        """The proxy to reach this host by; None: directly.

        As with lego, NO_PROXY may hold domains, addresses and networks, and no proxy leads to this machine itself.
        """
        if self._proxy is None:
            return None
        from urllib.request import proxy_bypass  # noqa: PLC0415 - see above

        return None if self._is_excepted(host) or proxy_bypass(f"{host}:{port}") else self._proxy

    def _is_excepted(self, host: str) -> bool:
        entries = [entry.strip().lower() for entry in self._excepted.split(",")]
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return host == "localhost" or any(entry[:2] == "*." and host.endswith(entry[1:]) for entry in entries)
        return address.is_loopback or any(_is_network_of(entry, address) for entry in entries)


def _is_network_of(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


def _is_about_proxies(name: str) -> bool:
    return name.lower().endswith("_proxy")
