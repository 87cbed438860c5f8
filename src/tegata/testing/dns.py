"""A small DNS server for tests and demonstrations: it answers from a table that the test changes while it runs.

Serves UDP and TCP on one loopback port from a thread of its own, and needs dnspython (the ``ca`` extra). Like a
recursive server it follows CNAMEs through its own table; it asks nobody else, caches nothing and every answer has
TTL 0. No zones, no DNSSEC, no transfers; it knows nothing of ACME.

As a command: ``python -m tegata.testing.dns --address 127.0.0.1:5353 --answer www.example.com=127.0.0.1`` prints one
line ``ready HOST:PORT`` and serves until SIGINT or SIGTERM.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import signal
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self, TypeAlias

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset

Values: TypeAlias = str | Iterable[str]
"""One record's text as in a zone file, or several."""

Records: TypeAlias = Values | Mapping[str, Values]
"""What a name has: addresses (A or AAAA by their form), or values by record type."""

_ADDRESS_TYPES = {dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.CNAME}
_LONGEST_CHAIN = 8
_UDP_SIZE_WITHOUT_EDNS = 512
_UDP_SIZE_LARGEST = 1232
# Whatever buffer the asker has for UDP.
_TCP_SIZE = 65_535
_START_SECONDS = 10


class DnsServer:
    """A DNS server on ``host``; use it as a context manager. ``port`` 0 takes a free one.

    ``zones`` are the first records by name. ``default_address`` is the address of every name that has none of its own
    and is no alias; without it a name that was never set does not exist (NXDOMAIN). Every method may be called from any
    thread, before the start too.
    """

    def __init__(
        self,
        zones: Mapping[str, Records] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        default_address: str | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self._default = default_address
        self._lock = threading.Lock()
        self._table: dict[dns.name.Name, dict[dns.rdatatype.RdataType, dns.rrset.RRset]] = {}
        self._asked: Counter[tuple[dns.name.Name, dns.rdatatype.RdataType]] = Counter()
        self._listeners: list[asyncio.BaseTransport | asyncio.Server] = []
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        for name, records in (zones or {}).items():
            by_type = records if isinstance(records, Mapping) else _addresses_by_type(records)
            for record_type, values in by_type.items():
                self.set(name, record_type, *([values] if isinstance(values, str) else values))

    @property
    def address(self) -> str:
        """``host:port``, as a resolver setting takes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def set(self, name: str, record_type: str, *values: str) -> None:
        """Make ``values`` (zone file text) the name's whole record set of this type.

        Raises dns.exception.DNSException for a value that is none of its type, ValueError when there is no value.
        """
        if not values:
            raise ValueError(f"no value for {name} {record_type}; remove() takes records away")
        key, kind = dns.name.from_text(name), dns.rdatatype.from_text(record_type)
        answer = dns.rrset.from_text(key, 0, "IN", kind, *values)
        with self._lock:
            self._table.setdefault(key, {})[kind] = answer

    def remove(self, name: str, record_type: str | None = None) -> None:
        """Take the name's records of this type away, or all of them; what is not there is no error."""
        key = dns.name.from_text(name)
        with self._lock:
            if record_type is not None:
                self._table.get(key, {}).pop(dns.rdatatype.from_text(record_type), None)
            if record_type is None or not self._table.get(key):
                self._table.pop(key, None)

    def count(self, name: str, record_type: str | None = None) -> int:
        """How often the name was asked for, with this type or with any."""
        key = dns.name.from_text(name)
        with self._lock:
            if record_type is not None:
                return self._asked[key, dns.rdatatype.from_text(record_type)]
            return sum(times for (asked, _), times in self._asked.items() if asked == key)

    def __enter__(self) -> Self:
        """Bind, start the thread, and answer from now on. Raises OSError when a given port is taken."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dns-server", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(_START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Close the port and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to one parsed query."""
        response = dns.message.make_response(query, recursion_available=True)
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return response
        response.flags |= dns.flags.AA
        name, kind = query.question[0].name, query.question[0].rdtype
        with self._lock:
            self._asked[name, kind] += 1
            for _ in range(_LONGEST_CHAIN):
                records = self._records(name)
                alias = records and kind != dns.rdatatype.CNAME and records.get(dns.rdatatype.CNAME)
                if not alias:
                    break
                response.answer.append(alias)
                name = alias[0].target
            if records is None:
                response.set_rcode(dns.rcode.NXDOMAIN)
            elif kind in records:
                response.answer.append(records[kind])
        return response

    def _records(self, name: dns.name.Name) -> Mapping[dns.rdatatype.RdataType, dns.rrset.RRset] | None:
        """What the name has by type (nothing, for a name that only has names below it); None when there is no such."""
        own = self._table.get(name)
        if self._default is not None and not (own and own.keys() & _ADDRESS_TYPES):
            kind = dns.rdatatype.from_text(_address_type(self._default))
            return {**(own or {}), kind: dns.rrset.from_text(name, 0, "IN", kind, self._default)}
        if own is None and any(known.is_subdomain(name) for known in self._table):
            return {}
        return own

    async def _listen(self) -> None:
        """Bind TCP first, then UDP on the same number; a number that only TCP has free is given back."""
        while True:
            server = await asyncio.start_server(self._accept, self.host, self.port)
            port: int = server.sockets[0].getsockname()[1]
            try:
                transport, _ = await self._loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(self.host, port)
                )
            except OSError:
                server.close()
                if self.port:
                    raise
                continue
            self.port = port
            self._listeners = [server, transport]
            return

    async def _close(self) -> None:
        for listener in self._listeners:
            listener.close()
        for writer in self._connections:
            writer.close()
        await asyncio.gather(*self._connections.values())

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = self._loop.create_task(self._serve_tcp(reader, writer))
        self._connections[writer] = connection
        connection.add_done_callback(lambda _: self._connections.pop(writer))

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the queries of one connection in turn (RFC 1035 §4.2.2: a two-byte length before each message)."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, dns.exception.DNSException):
            while True:
                length = int.from_bytes(await reader.readexactly(2))
                query = dns.message.from_wire(await reader.readexactly(length))
                writer.write(self.respond(query).to_wire(max_size=_TCP_SIZE, prepend_length=True))
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP side: one datagram in, one out, cut with the TC bit when the asker's buffer is too small."""

    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # a datagram endpoint hands over no other kind
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        with contextlib.suppress(dns.exception.DNSException):
            query = dns.message.from_wire(data)
            room = max(query.payload, _UDP_SIZE_WITHOUT_EDNS) if query.edns >= 0 else _UDP_SIZE_WITHOUT_EDNS
            wire = self._server.respond(query).to_wire(max_size=min(room, _UDP_SIZE_LARGEST), prefer_truncation=True)
            self._transport.sendto(wire, addr)


def _address_type(address: str) -> str:
    return "AAAA" if ipaddress.ip_address(address).version == 6 else "A"


def _addresses_by_type(addresses: Values) -> dict[str, list[str]]:
    by_type: dict[str, list[str]] = {}
    for address in [addresses] if isinstance(addresses, str) else addresses:
        by_type.setdefault(_address_type(address), []).append(address)
    return by_type


def main() -> None:
    """Run the server as a command until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m tegata.testing.dns", description="A DNS server for demonstrations."
    )
    parser.add_argument("--address", default="127.0.0.1:0", metavar="HOST:PORT", help="where to listen; port 0 is any")
    parser.add_argument("--answer", action="append", default=[], metavar="NAME=ADDRESS", help="may be repeated")
    parser.add_argument("--default-address", metavar="ADDRESS", help="the answer for every other name")
    options = parser.parse_args()
    host, _, port = options.address.rpartition(":")
    zones: dict[str, list[str]] = {}
    for answer in options.answer:
        name, _, address = answer.partition("=")
        zones.setdefault(name, []).append(address)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with DnsServer(zones, host=host.strip("[]"), port=int(port), default_address=options.default_address) as server:
        print(f"ready {server.address}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
