"""DNS updates (RFC 2136) at one name server, signed by TSIG where there is a key, and its answers told apart.

Knows zones and records of that server only; where its address and key come from is its caller's matter. The one
module of our providers that loads dnspython.
"""

import socket
from collections.abc import Callable
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.tsig
import dns.update

from tegata.plugin_api.dns import ProviderFailed, ProviderUnreachable
from tegata.plugins.dns._tsig import TsigKey

_RCODES = {
    dns.rcode.NOTAUTH: "it is not the primary server of the zone, or the key is not one of its keys (NOTAUTH)",
    dns.rcode.NOTZONE: "the name is not in the zone (NOTZONE)",
    dns.rcode.NOTIMP: "it takes no DNS updates (NOTIMP)",
    dns.rcode.SERVFAIL: "it failed (SERVFAIL)",
}
_REFUSED = {
    True: "it does not let this key change the name (REFUSED)",
    False: "it refuses a change without a signature, and no TSIG key is set (REFUSED)",
}
_UNUSABLE: dict[type[dns.exception.DNSException], str] = {
    dns.tsig.PeerBadKey: "it does not know the TSIG key by this name and algorithm (BADKEY)",
    dns.tsig.PeerBadSignature: "its secret for the TSIG key is another one (BADSIG)",
    dns.tsig.PeerBadTime: "its clock and the clock here differ by more than five minutes (BADTIME)",
    dns.tsig.BadTime: "its clock and the clock here differ by more than five minutes (BADTIME)",
    dns.exception.FormError: "its answer is malformed, or not signed by the TSIG key",
}


class BadKeyName(ValueError):
    """The name of a key that is no DNS name."""


class UpdateServer:
    """The primary server at ``host`` (a name or an address) and ``port``; ``provider`` is what messages call it by.

    ``seconds`` is how long an answer may take. May be used from several threads. Raises BadKeyName.
    """

    def __init__(self, provider: str, host: str, port: int, key: TsigKey | None, *, seconds: float) -> None:
        self._provider = provider
        self._host = host
        self._port = port
        self._seconds = seconds
        try:
            self._key = dns.tsig.Key(key.name, key.secret, key.algorithm) if key else None
        except dns.exception.DNSException:
            raise BadKeyName from None

    def zone_of(self, name: str) -> str:
        """The zone that a name lies in as the server has it, with its final dot.

        Raises ProviderFailed where it has none, ProviderUnreachable.
        """
        wanted = dns.name.from_text(name)
        for parts in range(len(wanted), 1, -1):
            asked = wanted.split(parts)[1]
            answer = self._ask(dns.message.make_query(asked, dns.rdatatype.SOA))
            for records in (*answer.answer, *answer.authority):
                # For a name without such a record the server's zone stands in the authority section.
                if records.rdtype == dns.rdatatype.SOA and wanted.is_subdomain(records.name):
                    return records.name.to_text()
        raise self._failed("it has no zone that holds the name")

    def add(self, zone: str, name: str, value: str, ttl: int) -> None:
        """Add one TXT value, beside the others; raises ProviderFailed, ProviderUnreachable."""
        self._change(zone, lambda update: update.add(dns.name.from_text(name), ttl, _txt(value)))

    def remove(self, zone: str, name: str, value: str) -> None:
        """Remove one TXT value, if it is there; raises ProviderFailed, ProviderUnreachable."""
        self._change(zone, lambda update: update.delete(dns.name.from_text(name), _txt(value)))

    def _change(self, zone: str, change: Callable[[dns.update.UpdateMessage], None]) -> None:
        update = dns.update.UpdateMessage(zone, keyring=self._key)
        change(update)
        rcode = self._ask(update).rcode()
        if rcode == dns.rcode.REFUSED:
            raise self._failed(_REFUSED[self._key is not None])
        if rcode != dns.rcode.NOERROR:
            raise self._failed(_RCODES.get(rcode, dns.rcode.to_text(rcode)))

    def _ask(self, query: dns.message.Message) -> dns.message.Message:
        """The server's answer; by TCP when it is too long for UDP or nothing comes back by UDP."""
        try:
            address = _address(self._host)
            try:
                answer, _ = dns.query.udp_with_fallback(query, address, timeout=self._seconds, port=self._port)
            except dns.exception.Timeout:
                answer = dns.query.tcp(query, address, timeout=self._seconds, port=self._port)
        except dns.exception.Timeout:
            raise self._unreachable("no answer in time") from None
        except EOFError:
            raise self._unreachable("the connection was closed") from None
        except OSError as error:
            raise self._unreachable(error.strerror or str(error)) from None
        except dns.exception.DNSException as error:
            reasons = (reason for kind, reason in _UNUSABLE.items() if isinstance(error, kind))
            raise self._failed(next(reasons, "its answer is no answer to this")) from None
        return answer

    def _failed(self, reason: str) -> ProviderFailed:
        return ProviderFailed(provider=self._provider, reason=reason)

    def _unreachable(self, reason: str) -> ProviderUnreachable:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return ProviderUnreachable(provider=self._provider, url=f"{host}:{self._port}", reason=reason)


def _address(host: str) -> str:
    """The address of a host as the system knows it; raises OSError."""
    return str(ip_address(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0]))


def _txt(value: str) -> dns.rdtypes.ANY.TXT.TXT:
    return dns.rdtypes.ANY.TXT.TXT(
        dns.rdataclass.IN,
        dns.rdatatype.TXT,
        [value[start : start + 255].encode("ascii") for start in range(0, len(value), 255)],
    )
