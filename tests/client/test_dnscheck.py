"""Waiting until records can be seen: which servers are asked, how often, and what is said when time runs out."""

import signal
import socket
import time
from collections.abc import Iterator

import dns.flags
import dns.rcode
import pytest
from dns.rdatatype import RdataType

from tegata.client import events
from tegata.client.dnscheck import Looks, Propagation
from tegata.client.dnserrors import NotPropagated
from tegata.clock import SystemClock
from tegata.plugin_api.environment import Timing
from tests.client.clock import SteppingClock
from tests.client.dns_zone import NAME, TwoServers

A, B = "a" * 43, "b" * 43
QUICK = Timing(timeout=0.4, interval=2, ttl=120)


@pytest.fixture
def site() -> Iterator[TwoServers]:
    with TwoServers() as servers:
        yield servers


def propagation(site: TwoServers, looks: Looks | None = None, *, clock=None, report=events.ignore) -> Propagation:
    return Propagation(site.lookup(), site.zones(), looks or Looks(), clock=clock or SystemClock(), report=report)


def lacks(site: TwoServers, looks: Looks | None = None, values: tuple[str, ...] = (A,)) -> dict[str, object]:
    """What is said when it is not seen in time."""
    with pytest.raises(NotPropagated) as caught:
        propagation(site, looks).wait({NAME: values}, QUICK)
    return caught.value.facts


def test_all_authoritative_servers_must_have_all_values(site: TwoServers):
    """Other values at the name do not matter, nor does the resolver (A-62, C-11)."""
    site.ns1.set(NAME, "TXT", A, B, "other")
    site.ns2.set(NAME, "TXT", A)
    assert lacks(site, values=(A, B)) == {
        "name": NAME,
        "seconds": "0.4",
        "missing": f"ns2.example.com. ({site.ns2.address}) lacks {B}",
    }
    site.ns2.set(NAME, "TXT", B, A)
    propagation(site).wait({NAME: [A, B]}, QUICK)
    assert site.resolver.count(NAME, "TXT") == 0


def test_strings_are_joined(site: TwoServers):
    for server in (site.ns1, site.ns2):
        server.set(NAME, "TXT", f'"{A[:20]}" "{A[20:]}"')
    propagation(site).wait({NAME: [A]}, QUICK)


def test_a_server_that_is_down_or_fails_is_named(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    site.ns1.set(NAME, "TXT", A)
    original = site.ns2.respond

    def failing(query):
        response = original(query)
        response.set_rcode(dns.rcode.SERVFAIL)
        return response

    monkeypatch.setattr(site.ns2, "respond", failing)
    assert lacks(site)["missing"] == f"ns2.example.com. ({site.ns2.address}) answers SERVFAIL"
    site.ns2.__exit__()
    missing = str(lacks(site)["missing"])
    assert missing.startswith(f"ns2.example.com. ({site.ns2.address}) gives no answer")
    site.ns2.__enter__()


def test_it_returns_soon_after_the_last_server_has_it(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """lego sleeps a whole interval first and between; here the first pauses are some milliseconds."""
    told: list[events.Event] = []
    site.ns1.set(NAME, "TXT", A)
    respond = site.ns2.respond

    def once_without(query):
        response = respond(query)
        site.ns2.set(NAME, "TXT", A)
        return response

    monkeypatch.setattr(site.ns2, "respond", once_without)
    before = time.monotonic()
    propagation(site, report=told.append).wait({NAME: [A]}, Timing(60, 2, 120))
    assert time.monotonic() - before < 1
    assert told == [events.AwaitingPropagation(60, 2)]
    assert site.ns1.count(NAME, "TXT") == 1
    assert site.ns2.count(NAME, "TXT") == 2


def test_recursive_servers_come_after_the_authoritative_ones(site: TwoServers):
    """Asked too early, they would remember that there was nothing."""
    looks = Looks(recursive=True)
    lacks(site, looks)
    assert site.resolver.count(NAME, "TXT") == 0
    for server in (site.ns1, site.ns2):
        server.set(NAME, "TXT", A)
    assert lacks(site, looks)["missing"] == f"{site.resolver.address} ({site.resolver.address}) lacks {A}"
    site.resolver.set(NAME, "TXT", A)
    propagation(site, looks).wait({NAME: [A]}, QUICK)


def test_recursive_servers_alone(site: TwoServers):
    site.resolver.set(NAME, "TXT", A)
    propagation(site, Looks(authoritative=False, recursive=True)).wait({NAME: [A]}, QUICK)
    site.resolver.set(NAME, "TXT", B)
    lacks(site, Looks(authoritative=False, recursive=True))
    assert site.ns1.count(NAME) == 0


def test_only_recursive_servers_are_asked_to_look_for_others(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """Without that a resolver tells what it happens to remember."""
    asked = []
    for server in (site.ns1, site.resolver):

        def respond(query, server=server, honest=server.respond):
            if query.question[0].rdtype == RdataType.TXT:
                asked.append((server, bool(query.flags & dns.flags.RD)))
            return honest(query)

        monkeypatch.setattr(server, "respond", respond)
    for server in (site.ns1, site.ns2, site.resolver):
        server.set(NAME, "TXT", A)
    propagation(site, Looks(authoritative=True, recursive=True)).wait({NAME: [A]}, QUICK)
    assert asked == [(site.ns1, False), (site.resolver, True)]


@pytest.mark.parametrize("seconds", [90, 0])
def test_waiting_in_place_of_looking(site: TwoServers, seconds: float):
    """The given time."""
    clock = SteppingClock()
    propagation(site, Looks(wait=seconds), clock=clock).wait({NAME: [A]}, QUICK)
    assert clock.slept == [seconds]
    assert site.resolver.count(NAME) == site.ns1.count(NAME) == 0


def test_where_nobody_is_to_be_believed_an_interval_is_the_most(site: TwoServers):
    """lego waits one whatever is seen; here a recursive server that has the record ends the wait."""
    clock = SteppingClock()
    nobody = Looks(authoritative=False)
    propagation(site, nobody, clock=clock).wait({NAME: [A]}, QUICK)
    assert sum(clock.slept) == pytest.approx(2)
    site.resolver.set(NAME, "TXT", A)
    propagation(site, nobody, clock=clock).wait({NAME: [A]}, QUICK)
    assert sum(clock.slept) == pytest.approx(2)
    assert site.ns1.count(NAME) == 0


def test_an_interruption_does_not_wait_for_a_silent_server(site: TwoServers):
    """Records are to be taken away now, not when its time is over (A-60)."""

    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    site.ns2.__exit__()
    before = signal.signal(signal.SIGALRM, interrupt)
    started = time.monotonic()
    try:
        with socket.socket(type=socket.SOCK_DGRAM) as silent:
            silent.bind((site.ns2.host, site.ns2.port))
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            patient = site.lookup(timeout=3)
            with pytest.raises(Interrupted):
                Propagation(patient, site.zones(), Looks(), clock=SystemClock(), report=events.ignore).wait(
                    {NAME: [A]}, QUICK
                )
    finally:
        signal.signal(signal.SIGALRM, before)
        site.ns2.__enter__()
    assert time.monotonic() - started < 2
