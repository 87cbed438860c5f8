"""Whether TXT records can be seen: at every authoritative server of their zones, and at the recursive ones if wanted.

All servers are asked side by side, soon and often at first, because most have a record at once. Authoritative servers
come first: a recursive one that is asked too early remembers for a while that there was nothing. Knows no provider.
"""

import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import dns.message
import dns.name
import dns.rcode
import msgspec
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType

from tegata.client.dnserrors import NotPropagated
from tegata.client.dnslookup import Lookup, Server, Silent
from tegata.client.dnszones import Zones
from tegata.client.events import AwaitingPropagation, Report
from tegata.client.pace import Pace
from tegata.clock import Clock
from tegata.plugin_api.environment import Timing

_MOST_THREADS = 16
# A provider that says 0 seconds is not to have its servers asked without a pause.
_SHORTEST_INTERVAL = 0.5


class Looks(msgspec.Struct, frozen=True):
    """Where it is looked, by lego's flags."""

    authoritative: bool = True
    recursive: bool = False
    wait: float | None = None
    """Seconds to wait in place of any look."""


class _Question(NamedTuple):
    """Whether one server has all values at a name; it may have several addresses."""

    name: str
    values: frozenset[str]
    server: str
    addresses: tuple[Server, ...]
    recursive: bool


class Propagation:
    """Waits until records can be seen."""

    def __init__(self, lookup: Lookup, zones: Zones, looks: Looks, *, clock: Clock, report: Report) -> None:
        self._lookup = lookup
        self._zones = zones
        self._looks = looks
        self._clock = clock
        self._report = report

    def wait(self, wanted: Mapping[str, Collection[str]], timing: Timing) -> None:
        """Return when all values at all names are seen (A-62); raises NotPropagated, and what ``Zones`` raises.

        Where nobody is to be believed, it returns when the recursive servers have them, but after one interval, which
        is what lego waits then, whatever they say.
        """
        looks = self._looks
        if looks.wait is not None:
            self._clock.sleep(looks.wait)
        elif looks.authoritative or looks.recursive:
            authorities = self._to_authorities(wanted) if looks.authoritative else []
            resolvers = self._to_resolvers(wanted) if looks.recursive else []
            self._see((authorities, resolvers), timing, timing.timeout)
        else:
            with contextlib.suppress(NotPropagated):
                self._see((self._to_resolvers(wanted),), timing, timing.interval)

    def _see(self, rounds: Iterable[list[_Question]], timing: Timing, seconds: float) -> None:
        """Ask these questions, those of each round once all of the one before are answered."""
        end = self._clock.monotonic() + seconds
        self._report(AwaitingPropagation(timing.timeout, timing.interval))
        threads = ThreadPoolExecutor(_MOST_THREADS, "dns-check")
        try:
            for questions in rounds:
                self._ask_until_seen(questions, timing, end, functools.partial(threads.map, self._answered))
        finally:  # an interruption does not wait for servers that are silent: records are to be taken away
            threads.shutdown(wait=False, cancel_futures=True)

    def _to_authorities(self, wanted: Mapping[str, Collection[str]]) -> list[_Question]:
        return [
            _Question(name, frozenset(values), server.name, server.addresses, recursive=False)
            for name, values in wanted.items()
            for server in self._zones.servers_of(self._zones.zone_of(name))
        ]

    def _to_resolvers(self, wanted: Mapping[str, Collection[str]]) -> list[_Question]:
        return [
            _Question(name, frozenset(values), str(server), (server,), recursive=True)
            for name, values in wanted.items()
            for server in self._lookup.servers
        ]

    def _ask_until_seen(
        self,
        questions: list[_Question],
        timing: Timing,
        end: float,
        ask_all: Callable[[Iterable[_Question]], Iterable[str | None]],
    ) -> None:
        """Ask again what is not answered yet, and pause in between."""
        pace = Pace(max(timing.interval, _SHORTEST_INTERVAL))
        while questions:
            missing = [
                (question, lack)
                for question, lack in zip(questions, ask_all(questions), strict=True)
                if lack is not None
            ]
            questions = [question for question, _ in missing]
            if not missing:
                return
            left = end - self._clock.monotonic()
            if left <= 0:
                name = questions[0].name
                lacks = "; ".join(f"{each.server} {lack}" for each, lack in missing if each.name == name)
                raise NotPropagated(name=name, seconds=f"{timing.timeout:g}", missing=lacks)
            self._clock.sleep(min(pace.next(None), left))

    def _answered(self, question: _Question) -> str | None:
        """None when the server has all values, otherwise what it answers; its first address that answers counts."""
        name = dns.name.from_text(question.name)
        lack = "gives no answer"
        for address in question.addresses:
            try:
                response = self._lookup.ask(address, name, RdataType.TXT, recursive=question.recursive)
            except Silent as silent:
                lack = f"({address}) gives no answer: {silent}"
                continue
            if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return f"({address}) answers {dns.rcode.to_text(response.rcode())}"
            lacking = question.values - set(_texts(response))
            return f"({address}) lacks {', '.join(sorted(lacking))}" if lacking else None
        return lack


def _texts(response: dns.message.Message) -> Iterable[str]:
    """The TXT values of an answer, the strings of each joined."""
    for records in response.answer:
        if records.rdtype == RdataType.TXT and records.rdclass == RdataClass.IN:
            for record in records:
                yield b"".join(record.strings).decode("latin-1")
