"""Looking names up: both address types, the reasons told apart, and only the named servers asked."""

import socket

import anyio.to_thread
import pytest
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from dns.resolver import BaseResolver, NoResolverConfiguration

from tegata.ca.errors import NameNotResolved, Refused, TxtNotFound
from tegata.ca.validation.resolver import NoUsableAnswer, Resolver
from tegata.testing.dns import DnsServer
from tegata.text.errors_validation import REASONS

pytestmark = pytest.mark.anyio


async def reason(resolver: Resolver, name: str) -> object:
    with pytest.raises(NameNotResolved) as failure:
        await resolver.addresses(name)
    assert failure.value.facts["name"] == name
    assert failure.value.facts["reason"] in REASONS, "every reason has its Japanese"
    return failure.value.facts["reason"]


async def test_both_types_ipv6_first():
    """All addresses are given, IPv6 in front, one query a type."""
    with DnsServer({"www.example.com": ["192.0.2.1", "192.0.2.2", "2001:db8::1"]}) as dns:
        found = (await Resolver([dns.address]).addresses("www.example.com")).found
        assert sorted(str(address) for address in found[1:]) == ["192.0.2.1", "192.0.2.2"]
        assert str(found[0]) == "2001:db8::1"
        assert dns.count("www.example.com") == 2


async def test_the_server_follows_an_alias():
    """The addresses of a CNAME's target are the name's (RFC 1034 §3.6.2)."""
    with DnsServer({"www.example.com": {"CNAME": "host.example.net."}, "host.example.net": "192.0.2.9"}) as dns:
        assert [str(a) for a in (await Resolver([dns.address]).addresses("www.example.com")).found] == ["192.0.2.9"]


async def test_the_reasons_are_told_apart():
    """A missing name, a name without address and a server that refuses are three things to a customer."""
    with DnsServer({"mail.example.com": {"TXT": '"x"'}}) as dns:
        resolver = Resolver([dns.address])
        assert await reason(resolver, "nothing.example.org") == "there is no such name (NXDOMAIN)"
        assert await reason(resolver, "mail.example.com") == "it has no A or AAAA record"


@pytest.mark.parametrize(
    ("rcode", "told"),
    [
        (Rcode.SERVFAIL, "its DNS servers fail or its DNSSEC is broken (SERVFAIL)"),
        (Rcode.REFUSED, "the DNS server refuses the question (REFUSED)"),
        (Rcode.NOTIMP, "there was no usable answer"),
    ],
)
async def test_what_the_server_answered_is_told(rcode, told, monkeypatch):
    """SERVFAIL is the server's trouble (or a broken DNSSEC chain), not a missing name."""
    with DnsServer() as dns:
        answer = dns.respond

        def respond(query):
            response = answer(query)
            response.set_rcode(rcode)
            return response

        monkeypatch.setattr(dns, "respond", respond)
        assert await reason(Resolver([dns.address]), "www.example.com") == told


async def test_a_silent_server_is_given_up():
    """Within the time limit, with its own reason."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = Resolver([f"127.0.0.1:{silent.getsockname()[1]}"], seconds=0.2)
        assert await reason(resolver, "www.example.com") == "there was no answer in time"


@pytest.mark.parametrize(
    ("flags", "seconds", "told"),
    [
        (b"\x84\x00\xff\xff", 0.3, "there was no answer in time"),
        (b"\x86\x00\x00\x01", 60, "there was no usable answer"),
    ],
)
async def test_rubbish_is_no_answer(flags, seconds, told):
    """A datagram that is no DNS message, one that sends us to TCP where nobody listens: failures, no crash (S-19)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rude:
        rude.bind(("127.0.0.1", 0))
        rude.settimeout(60)

        def answer() -> None:
            for _ in range(2):
                query, sender = rude.recvfrom(4096)
                rude.sendto(query[:2] + flags + bytes(6) + query[12:], sender)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, answer)
            resolver = Resolver([f"127.0.0.1:{rude.getsockname()[1]}"], seconds=seconds)
            assert await reason(resolver, "www.example.com") == told


async def test_a_name_that_cannot_be_asked_for():
    """It is not known to have no records, however it came here (X-25)."""
    resolver = Resolver(["127.0.0.1:9"])
    long = "a" * 64 + ".example.com"
    for answer in await resolver.caa(["example.com", long]):
        assert isinstance(answer, NoUsableAnswer)
        assert answer.reason == "it is longer than a name in DNS can be"
    with pytest.raises(TxtNotFound, match="longer than a name"):
        await resolver.texts(long)


async def test_one_broken_type_does_no_harm(monkeypatch):
    """Some servers fail at AAAA; the A record serves."""
    with DnsServer({"www.example.com": "192.0.2.1"}) as dns:
        answer = dns.respond

        def respond(query):
            response = answer(query)
            if query.question[0].rdtype == RdataType.AAAA:
                response.set_rcode(Rcode.SERVFAIL)
            return response

        monkeypatch.setattr(dns, "respond", respond)
        assert [str(a) for a in (await Resolver([dns.address]).addresses("www.example.com")).found] == ["192.0.2.1"]


async def test_an_answer_too_long_for_udp_is_asked_for_again():
    """A truncated answer is fetched over TCP, not taken in part."""
    addresses = [f"192.0.2.{number}" for number in range(1, 251)]
    with DnsServer({"many.example.com": addresses}) as dns:
        assert len((await Resolver([dns.address]).addresses("many.example.com")).found) == 250


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("192.0.2.53", "Do53:192.0.2.53@53"),
        ("192.0.2.53:5353", "Do53:192.0.2.53@5353"),
        ("[2001:db8::53]:5353", "Do53:2001:db8::53@5353"),
        ("[2001:db8::53]", "Do53:2001:db8::53@53"),
        ("2001:db8::53", "Do53:2001:db8::53@53"),
    ],
)
async def test_server_texts(text, shown):
    """With or without port; the evidence names them."""
    assert Resolver([text]).servers == (shown,)


@pytest.mark.parametrize("text", ["", "dns.example.com:53", "192.0.2.53:x", "192.0.2.53:99999", "[2001:db8::53"])
async def test_a_server_that_is_no_address_is_refused(text):
    """The operator is told which one."""
    with pytest.raises(Refused) as refusal:
        Resolver([text])
    assert repr(text) in str(refusal.value.facts["reason"])


def test_a_server_may_be_named():
    """HOST:PORT, as the options say; the system knows the name."""
    assert Resolver(["localhost:5353"]).servers[0] in ("Do53:127.0.0.1@5353", "Do53:::1@5353")


async def test_without_a_named_server_the_systems_are_asked(monkeypatch):
    """The resolvers of this machine's configuration; without that, the operator is told."""
    assert Resolver([]).servers

    def missing(*_: object) -> None:
        raise NoResolverConfiguration

    monkeypatch.setattr(BaseResolver, "read_resolv_conf", missing)
    with pytest.raises(Refused, match="this system has none"):
        Resolver([])
