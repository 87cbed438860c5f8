"""The http-01 check against real sockets: what passes, what is refused and why, and what the other side cannot do."""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from dns import rdatatype as dns_type

from tegata.acme.identifiers import Identifier
from tegata.ca import errors
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.ports import Verdict
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.evidence import Hop
from tegata.ca.validation.exchange import BODY_LIMIT
from tegata.ca.validation.http01 import Http01
from tegata.ca.validation.listeners import OwnListeners
from tegata.ca.validation.resolver import Resolver
from tegata.pki import certs, keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.testing.dns import DnsServer
from tegata.text.errors_validation import REASONS
from tests.ca.validation.web import Web, redirect, response

pytestmark = pytest.mark.anyio

NAME = "www.example.com"
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
PATH = f"/.well-known/acme-challenge/{TOKEN}"
NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
GOOD = response(200, KEY_AUTHORIZATION.encode())

TOO_LARGE = "the answer is too large"
NO_HTTP = "the answer is not HTTP, or was cut short"
REFUSED = "the connection was refused"


@pytest.fixture
def dns():
    with DnsServer({NAME: "127.0.0.1"}) as server:
        yield server


@pytest.fixture
async def web():
    async with Web() as site:
        site.at("127.0.0.1", GOOD)
        yield site


@pytest.fixture
def everybodys(monkeypatch) -> None:
    """This machine as everybody's to enter."""
    monkeypatch.setattr("tegata.ca.validation.http01.is_public", lambda _: True)


async def check(
    dns: DnsServer,
    web: Web,
    name: str = NAME,
    *,
    kind: str = "dns",
    allow: Sequence[str] = ("127.0.0.0/8", "::1/128"),
    own: Sequence[tuple[str, int]] = (),
    step_seconds: float = 10.0,
    total_seconds: float = 20.0,
) -> Verdict:
    """Validate the name on the web's port."""
    http01 = Http01(
        destinations=Destinations(
            resolver=Resolver([dns.address]),
            addresses=AddressFilter(parse_networks(allow)),
            listeners=OwnListeners(own),
        ),
        port=web.port,
        clock=lambda: NOW,
        step_seconds=step_seconds,
        total_seconds=total_seconds,
    )
    return await http01.check(Identifier(kind, name), TOKEN, KEY_AUTHORIZATION)


def refusal(verdict: Verdict, kind: type[errors.ValidationFault]) -> dict[str, str]:
    """The facts of the expected fault, as texts."""
    assert type(verdict.error) is kind, verdict
    facts = {name: str(value) for name, value in verdict.error.facts.items()}
    assert facts.get("reason") in {None, *REASONS}, "every reason has its Japanese"
    return facts


# What is asked, and what passes.


@pytest.mark.parametrize(("address", "host"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
async def test_an_address_is_asked_itself(dns, address, host):
    """X-06: no name is looked up, and Host is the address, in brackets if it has colons."""
    async with Web(address) as site:
        site.at(address, GOOD)
        verdict = await check(dns, site, address, kind="ip")
        ((_, request),) = site.requests
    assert verdict.error is None
    assert f"\r\nHost: {host}\r\n" in request
    assert dns.count(address) == 0
    seen = json.loads(verdict.evidence)
    assert (seen["identifier"], seen["section"]) == (address, "BR 3.2.2.5.6")
    assert (seen["hops"][0]["url"], seen["hops"][0]["resolved"]) == (f"http://{host}:{site.port}{PATH}", [])


async def test_an_address_inside(dns, web):
    """X-07: one that is not public needs its network in the settings, as the target of a name does."""
    assert type((await check(dns, web, "127.0.0.1", kind="ip", allow=())).error) is errors.AddressForbidden
    own = [("127.0.0.1", web.port)]
    assert type((await check(dns, web, "127.0.0.1", kind="ip", own=own)).error) is errors.AddressForbidden
    assert web.requests == []


async def test_the_right_answer_passes(dns, web):
    """GET on the configured port with Host = name, one look-up a type, and our own User-Agent (A-67)."""
    verdict = await check(dns, web)
    assert verdict.error is None
    ((_, request),) = web.requests
    lines = request.split("\r\n")
    assert lines[0] == f"GET {PATH} HTTP/1.1"
    assert lines[1:6] == [
        f"Host: {NAME}",
        "User-Agent: tegata-ca/0.1.0 (ACME http-01 validation)",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    assert (dns.count(NAME, "A"), dns.count(NAME, "AAAA")) == (1, 1)


async def test_the_evidence_of_a_pass(dns, web):
    """Everything seen is kept: name, method, token, resolver, addresses, hops, times (B-22, B-23, S-15)."""
    dns.set(NAME, "CNAME", "host.example.net.")
    dns.set("host.example.net", "A", "127.0.0.1")
    evidence = json.loads((await check(dns, web)).evidence)
    assert evidence == {
        "identifier": NAME,
        "domain_name": NAME,
        "method": "http-01",
        "section": "BR 3.2.2.4.19",
        "token": TOKEN,
        "resolvers": [f"Do53:127.0.0.1@{dns.port}"],
        "started": "2026-11-24T02:31:00Z",
        "finished": "2026-11-24T02:31:00Z",
        "hops": [
            {
                "url": f"http://{NAME}:{web.port}{PATH}",
                "resolved": ["127.0.0.1"],
                "attempts": [{"address": "127.0.0.1", "failure": ""}],
                "status": 200,
                "secure": False,
                "location": None,
            }
        ],
        "snippet": "",
        "lookup": None,
        "certificate": "",
        "error": "",
    }


@pytest.mark.parametrize("tail", ["\n", "\r\n", "  \t\r\n", "\n\n\n"])
async def test_trailing_white_space_is_ignored(dns, web, tail):
    """What an editor leaves at the end of a file is no part of the answer (A-67)."""
    web.at("127.0.0.1", response(200, (KEY_AUTHORIZATION + tail).encode()))
    assert (await check(dns, web)).error is None


async def test_the_longest_answer(dns, web):
    """128 octets with all the blanks, and not one more: what would come behind them is not read (A-67)."""
    blanks = b" " * (128 - len(KEY_AUTHORIZATION))
    web.at("127.0.0.1", response(200, KEY_AUTHORIZATION.encode() + blanks))
    assert (await check(dns, web)).error is None
    web.at("127.0.0.1", response(200, KEY_AUTHORIZATION.encode() + blanks + b" "))
    refusal(await check(dns, web), errors.WrongAnswer)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2c\r\n"
        + KEY_AUTHORIZATION[:44].encode()
        + b"\r\n2b;x=y\r\n"
        + KEY_AUTHORIZATION[44:].encode()
        + b"\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + KEY_AUTHORIZATION.encode(),
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD,
        response(200, KEY_AUTHORIZATION.encode(), "Content-Encoding: identity", "Content-Type: text/html"),
        GOOD.replace(b"\r\n", b"\n"),
        GOOD + b"HTTP/1.1 500 Once More\r\n\r\n",
        GOOD.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + b"and more",
    ],
    ids=["chunked", "http/1.0 until closed", "early hints", "identity", "line feeds", "two answers", "more after it"],
)
async def test_other_shapes_of_a_right_answer(dns, web, answer):
    """Every way HTTP has to frame a body."""
    web.at("127.0.0.1", answer)
    assert (await check(dns, web)).error is None


# What does not pass.


@pytest.mark.parametrize(
    "body",
    [
        *("", "404 page", TOKEN, KEY_AUTHORIZATION[:-1], "<meta http-equiv=refresh content='0;url=/x'>"),
        *("\ufeff" + KEY_AUTHORIZATION, " " + KEY_AUTHORIZATION, KEY_AUTHORIZATION + "x", KEY_AUTHORIZATION + "\n."),
    ],
)
async def test_a_wrong_answer(dns, web, body):
    """Only the key authorization itself is right; a meta refresh is a page like any other (A-67, B-30)."""
    web.at("127.0.0.1", response(200, body.encode()))
    facts = refusal(await check(dns, web), errors.WrongAnswer)
    assert facts["url"] == f"http://{NAME}:{web.port}{PATH}"
    assert facts["got"].startswith('"')
    assert len(web.requests) == 1


async def test_what_follows_the_longest_answer_counts_too(dns, web):
    """Not only up to the limit is it compared, however it comes in pieces (A-67)."""
    padded = KEY_AUTHORIZATION.ljust(BODY_LIMIT).encode()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    web.at("127.0.0.1", head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(padded), padded))
    assert (await check(dns, web)).error is None
    web.at("127.0.0.1", head + b"%x\r\n%b\r\n1\r\nx\r\n0\r\n\r\n" % (len(padded), padded))
    refusal(await check(dns, web), errors.WrongAnswer)


async def test_the_snippet_is_short_and_printable(dns, web):
    """At most the first characters of the page come back, none of them a control character (S-07)."""
    web.at("127.0.0.1", response(200, b"\x1b[31m<html>\r\n\xff\x00" + b"secret " * 10))
    verdict = await check(dns, web)
    got = refusal(verdict, errors.WrongAnswer)["got"]
    assert got.startswith('"\\x1b[31m<html>\\r\\n\\xff\\x00secret')
    assert got.isprintable()
    assert len(got) < 90
    assert json.loads(verdict.evidence)["snippet"] == got


async def test_a_giant_body_is_not_read(dns, web):
    """Reading stops after the longest answer that could be right (A-67, S-20)."""
    sent = 0

    async def flood(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    web.at("127.0.0.1", flood)
    got = refusal(await check(dns, web), errors.WrongAnswer)["got"]
    assert got == '"' + "x" * 60 + '…"'
    assert sent < 20_000_000


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000, TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 8_000, TOO_LARGE),
        (response(200, KEY_AUTHORIZATION.encode(), "X: " + "y" * 17_000), TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"y" * 40_000, TOO_LARGE),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2_000, TOO_LARGE),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + KEY_AUTHORIZATION.encode(),
            NO_HTTP,
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n57\r\nabc", NO_HTTP),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            NO_HTTP,
        ),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            NO_HTTP,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nX: y\r\n", NO_HTTP),
        (b"SSH-2.0-OpenSSH_9.2\r\n", NO_HTTP),
        (b"", NO_HTTP),
        (b"\x16\x03\x01\x00\x02\x02\x28", NO_HTTP),
        (
            response(200, b"\x1f\x8b", "Content-Encoding: gzip"),
            "the answer is compressed though that was not asked for",
        ),
    ],
    ids=[
        *(
            "long-line",
            "many-lines",
            "long-head",
            "long-chunk",
            "many-hints",
            "truncated",
            "cut-chunk",
            "gzip-coding",
            "upgrade",
        ),
        *("two-lengths", "cut-head"),
        *("ssh", "nothing", "tls", "gzip"),
    ],
)
async def test_what_is_no_acceptable_http(dns, web, answer, reason):
    """Giant heads, cut answers, other protocols and compression (which could blow up: A-67, S-20) are told apart."""
    web.at("127.0.0.1", answer)
    facts = refusal(await check(dns, web), errors.BadHttpAnswer)
    assert facts == {"url": f"http://{NAME}:{web.port}{PATH}", "reason": reason}


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\nContent-Encoding: gzip\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        response(200, KEY_AUTHORIZATION.encode(), "Content-Encoding: Identity"),
        CHUNKED % (len(KEY_AUTHORIZATION), KEY_AUTHORIZATION.encode()),
        b"HTTP/1.1 103 Early Hints\r\nContent-Encoding: gzip\r\n\r\n" + GOOD,
        GOOD + b"SSH-2.0-OpenSSH_9.2\r\n",
        GOOD + response(404),
        response(200, KEY_AUTHORIZATION.encode(), "Connection: close") + GOOD,
    ],
    ids=["identity", "trailer", "hint", "what-follows", "another-answer", "what-follows-the-end"],
)
async def test_a_good_answer_in_unusual_http(dns, web, answer):
    """What a hint before it says, what follows it, and a trailer, are not the answer's."""
    web.at("127.0.0.1", answer)
    assert (await check(dns, web)).error is None


async def test_the_body_of_a_redirect_is_not_waited_for(dns, web):
    """Nor held (A-67, S-20)."""

    async def never_whole(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"GET /other"):
            writer.write(GOOD)
            return
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 100\r\n\r\nmoved")
        await writer.drain()
        await asyncio.Event().wait()

    web.at("127.0.0.1", never_whole)
    assert (await check(dns, web, step_seconds=30.0, total_seconds=60.0)).error is None


async def test_a_handshake_that_nobody_answers(dns, web):
    """Connecting has its time, TLS behind a redirect too (S-20)."""

    async def to_tls(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect(f"https://{NAME}:{web.port}/"))

    web.at("127.0.0.1", to_tls)
    async with asyncio.timeout(60):
        facts = refusal(await check(dns, web, step_seconds=1.0), errors.ConnectionFailed)
    assert facts["reason"] == "there was no answer in time"


@pytest.mark.parametrize("status", [201, 204, 206, 300, 304, 401, 403, 404, 500, 503])
async def test_only_status_200_is_an_answer(dns, web, status):
    """The right body with another status is none (B-29)."""
    body = b"" if status in {204, 304} else KEY_AUTHORIZATION.encode()
    web.at("127.0.0.1", response(status, body))
    assert refusal(await check(dns, web), errors.UnexpectedStatus)["status"] == str(status)


async def test_a_slow_answer_is_cut_off(dns, web):
    """A byte now and then does not hold the CA: one answer has its time, however alive it looks (S-20)."""

    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    web.at("127.0.0.1", drip)
    started = time.monotonic()
    verdict = await check(dns, web, step_seconds=0.3, total_seconds=60.0)
    assert refusal(verdict, errors.BadHttpAnswer)["reason"] == "there was no complete answer in time"
    assert time.monotonic() - started < 15, "all of it takes twenty seconds"


async def test_the_whole_check_has_its_time(dns, web):
    """Slow redirects cannot add up to more than the total (A-67)."""
    hops, unit = 0, 1.0

    async def slowly(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal hops
        hops += 1
        await asyncio.sleep(0.15 * unit)
        writer.write(redirect(f"http://127.0.0.1:{web.port}/hop{hops}"))

    async def checked() -> tuple[Verdict, float]:
        started = time.monotonic()
        verdict = await check(dns, web, step_seconds=0.3 * unit, total_seconds=0.5 * unit)
        return verdict, time.monotonic() - started

    web.at("127.0.0.1", slowly)
    verdict, took = await checked()
    if hops < 2 or took >= unit or type(verdict.error) is not errors.BadHttpAnswer:
        hops, unit = 0, 10.0  # this machine needs more time for two hops
        verdict, took = await checked()
    refusal(verdict, errors.BadHttpAnswer)
    assert took < unit
    assert 2 <= hops <= 4


async def test_a_reset_connection(dns, web):
    """A server that slams the door."""

    async def slam(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.transport.get_extra_info("socket").setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")  # SO_LINGER 0: RST
        writer.transport.abort()

    web.at("127.0.0.1", slam)
    assert refusal(await check(dns, web), errors.BadHttpAnswer)["reason"] == "the connection was closed"


# Names and addresses.


async def test_a_name_without_address(dns, web):
    """The verdict carries DNS's answer."""
    facts = refusal(await check(dns, web, "nothing.example.org"), errors.NameNotResolved)
    assert facts == {"name": "nothing.example.org", "reason": "there is no such name (NXDOMAIN)"}


async def test_a_name_that_no_server_answers_for(web):
    """The look-up has no more time than the whole check (A-67)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        http01 = Http01(
            destinations=Destinations(
                resolver=Resolver([f"127.0.0.1:{silent.getsockname()[1]}"], seconds=60),
                addresses=AddressFilter(()),
                listeners=OwnListeners(()),
            ),
            port=web.port,
            clock=lambda: NOW,
            total_seconds=0.3,
        )
        async with asyncio.timeout(10):
            verdict = await http01.check(Identifier("dns", NAME), TOKEN, KEY_AUTHORIZATION)
    assert refusal(verdict, errors.NameNotResolved)["reason"] == "there was no answer in time"


async def test_the_families_take_turns(dns):
    """IPv6 first, and IPv4 before IPv6 once more: a route that swallows everything costs one attempt."""
    dns.set(NAME, "A", "192.0.2.1", "192.0.2.2")
    dns.set(NAME, "AAAA", "2001:db8::1", "2001:db8::2")
    destinations = Destinations(
        resolver=Resolver([dns.address]),
        addresses=AddressFilter(parse_networks(("192.0.2.0/24", "2001:db8::/32"))),
        listeners=OwnListeners(()),
    )
    found = await destinations.find(NAME, 80, Hop("http://x/"), asyncio.get_running_loop().time() + 10)
    assert [address.version for address in found] == [6, 4, 6, 4]


async def test_nobody_listens(dns, web):
    """A closed port is told as such, with every address tried."""
    dns.set(NAME, "A", "127.0.0.7", "127.0.0.8")
    verdict = await check(dns, web)
    facts = refusal(verdict, errors.ConnectionFailed)
    assert sorted(facts.pop("address").split(", ")) == ["127.0.0.7", "127.0.0.8"]
    assert facts == {"name": NAME, "port": str(web.port), "reason": REFUSED}
    attempts = json.loads(verdict.evidence)["hops"][0]["attempts"]
    assert [attempt["failure"] for attempt in attempts] == [REFUSED] * 2


async def test_ipv6_alone(dns):
    """A site with an AAAA record only."""
    dns.remove(NAME)
    dns.set(NAME, "AAAA", "::1")
    async with Web("::1") as web:
        web.at("::1", GOOD)
        assert (await check(dns, web)).error is None


async def test_ipv4_is_tried_when_ipv6_does_not_connect(dns, web):
    """IPv6 first; an AAAA record that leads nowhere does no harm."""
    dns.set(NAME, "AAAA", "::1")
    verdict = await check(dns, web)
    assert verdict.error is None
    attempts = json.loads(verdict.evidence)["hops"][0]["attempts"]
    assert [(a["address"], a["failure"]) for a in attempts] == [
        ("::1", REFUSED),
        ("127.0.0.1", ""),
    ]


async def test_a_wrong_answer_is_not_retried_elsewhere(dns):
    """An answer counts: the other address is not asked until one of them says the right thing."""
    dns.set(NAME, "AAAA", "::1")
    async with Web("127.0.0.1", "::1") as web:
        web.at("127.0.0.1", GOOD)
        web.at("::1", response(404))
        refusal(await check(dns, web), errors.UnexpectedStatus)
        assert [host for host, _ in web.requests] == ["::1"]


async def test_a_name_with_many_addresses_is_no_scanner(dns, web):
    """Only the first few are tried, the families in turn; and not all of them are kept."""
    dns.set(NAME, "A", *(f"127.0.1.{number}" for number in range(1, 100)))
    dns.set(NAME, "AAAA", *(f"100::{number}" for number in range(1, 100)))
    verdict = await check(dns, web, allow=["127.0.0.0/8", "100::/64"], step_seconds=0.01)
    (hop,) = json.loads(verdict.evidence)["hops"]
    versions = [ip_address(attempt["address"]).version for attempt in hop["attempts"]]
    assert versions == [6, 4, 6, 4, 6, 4]
    assert len(hop["resolved"]) == 20


async def test_a_forbidden_address_is_not_entered(dns, web):
    """Loopback is closed unless named; nothing is connected to (S-07)."""
    facts = refusal(await check(dns, web, allow=[]), errors.AddressForbidden)
    assert facts == {"name": NAME, "address": "127.0.0.1"}
    assert web.requests == []


async def test_only_the_allowed_addresses_of_a_name_are_entered(dns, web):
    """A name with a public and a private address is looked at under the public one (S-07)."""
    dns.set(NAME, "A", "10.0.0.1", "127.0.0.1", "169.254.169.254")
    verdict = await check(dns, web)
    assert verdict.error is None
    assert [a["address"] for a in json.loads(verdict.evidence)["hops"][0]["attempts"]] == ["127.0.0.1"]


@pytest.mark.parametrize("own", ["127.0.0.1", "0.0.0.0", "::"])
async def test_the_own_listener_is_not_entered(dns, web, own):
    """Even where the settings allow the network, the CA does not ask itself."""
    refusal(await check(dns, web, own=[(own, web.port)]), errors.AddressForbidden)
    assert web.requests == []


async def test_rebinding_finds_no_second_look_up(dns, web):
    """The connection goes to the address that was judged: the name is not looked up again for it (S-08)."""
    answer = dns.respond

    def rebind(query):
        made = answer(query)
        if query.question[0].rdtype == dns_type.A:
            dns.set(NAME, "A", "10.0.0.1")
        return made

    dns.respond = rebind
    assert (await check(dns, web)).error is None
    assert dns.count(NAME, "A") == 1


async def test_rebinding_on_a_redirect_is_judged_again(dns, web):
    """Each hop is resolved and filtered anew, also for the same name (B-30, S-08)."""

    async def rebind(_: bytes, writer: asyncio.StreamWriter) -> None:
        dns.set(NAME, "A", "10.0.0.1")
        writer.write(redirect("/again"))

    web.at("127.0.0.1", rebind)
    assert refusal(await check(dns, web), errors.AddressForbidden)["address"] == "10.0.0.1"
    assert (len(web.requests), dns.count(NAME, "A")) == (1, 2)


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_followed(dns, status):
    """To another name, with the body of the redirect never read as an answer (B-29, B-30)."""
    dns.set("other.example.net", "A", "127.0.0.2")
    async with Web("127.0.0.1", "127.0.0.2") as web:
        web.at("127.0.0.1", redirect(f"http://other.example.net:{web.port}/found?x=1", status))
        web.at("127.0.0.2", GOOD)
        verdict = await check(dns, web)
        assert verdict.error is None
        host, request = web.requests[1]
        assert host == "127.0.0.2"
        assert request.startswith(f"GET /found?x=1 HTTP/1.1\r\nHost: other.example.net:{web.port}\r\n")
        hops = json.loads(verdict.evidence)["hops"]
        assert [hop["status"] for hop in hops] == [status, 200]
        assert hops[0]["location"] == f"http://other.example.net:{web.port}/found?x=1"


async def test_a_redirect_to_https_is_not_verified(dns, self_signed):
    """The certificate there proves nothing, so an expired or foreign one does no harm; its name is told (B-30)."""
    told = []
    self_signed.sni_callback = lambda _, name, __: told.append(name)
    dns.set("secure.example.net", "A", "127.0.0.2")
    async with Web("127.0.0.1", "127.0.0.2", tls=self_signed, tls_hosts=("127.0.0.2",)) as web:
        web.at("127.0.0.1", redirect(f"https://secure.example.net:{web.port}/found"))
        web.at("127.0.0.2", GOOD)
        assert (await check(dns, web)).error is None
        assert f"Host: secure.example.net:{web.port}\r\n" in web.requests[1][1]
    assert told == ["secure.example.net"]


async def test_a_redirect_with_a_compressed_page(dns, web):
    """Its body is nobody's, so what it is compressed by is too (B-30)."""

    async def once(request: bytes, writer: asyncio.StreamWriter) -> None:
        first = len(web.requests) == 1
        writer.write(response(302, b"\x1f\x8b", "Location: /found", "Content-Encoding: gzip") if first else GOOD)

    web.at("127.0.0.1", once)
    assert (await check(dns, web)).error is None


async def test_https_on_a_port_that_speaks_http(dns, web):
    """A failed TLS handshake is told as one."""
    dns.set("plain.example.net", "A", "127.0.0.2")

    def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response(400))
        writer.close()

    plain = await asyncio.start_server(answer, "127.0.0.2", web.port)
    web.at("127.0.0.1", redirect(f"https://plain.example.net:{web.port}/"))
    async with plain:
        assert refusal(await check(dns, web), errors.ConnectionFailed)["reason"] == "the TLS handshake failed"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (redirect("/x", 303), "its status is 303; only 301, 302, 307 and 308 are followed"),
        (redirect(PATH), "it leads in a circle"),
        (redirect(f"http://{NAME}:8080/"), "it leads to another port than 80 and 443"),
        (redirect("ftp://www.example.com/"), "it leads to something else than http or https"),
        (response(302), "it has not exactly one Location header"),
        (response(302, b"", "Location: /a", "Location: /b"), "it has not exactly one Location header"),
        (response(302, b"", "Refresh: 0; url=/x"), "it has not exactly one Location header"),
    ],
    ids=["303", "loop", "port", "scheme", "no-location", "two-locations", "refresh"],
)
async def test_a_redirect_that_is_refused(dns, web, answer, reason):
    """303 and refresh are no redirects here; ports and schemes are few; loops end (B-30)."""
    web.at("127.0.0.1", answer)
    assert refusal(await check(dns, web), errors.RedirectRefused)["reason"] == reason
    assert len(web.requests) == 1


async def test_a_hostile_location_is_kept_short_and_printable(dns, web):
    """Whoever reads the evidence sees text, and not more than it takes to know which (S-30, S-37)."""
    web.at("127.0.0.1", redirect("/\x9b31m" + "a" * 4000))
    verdict = await check(dns, web)
    assert refusal(verdict, errors.RedirectRefused)["reason"] == "it leads to a malformed URL"
    location = json.loads(verdict.evidence)["hops"][0]["location"]
    assert location.startswith("/\\x9b31maaa")
    assert len(location) <= 303


@pytest.mark.usefixtures("everybodys")
async def test_long_urls_are_on_record_in_part(dns, web):
    """Eleven redirects by URLs of thousands of characters, again and again, fill no database (S-30)."""

    async def on(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect(f"/{len(web.requests)}{'a' * 1900}"))

    web.at("127.0.0.1", on)
    verdict = await check(dns, web)
    assert refusal(verdict, errors.RedirectRefused)["reason"] == "there are more than 10 redirects"
    hops = json.loads(verdict.evidence)["hops"]
    assert [len(hop["url"]) for hop in hops[1:]] == [300] * 10
    assert len(verdict.evidence) < 11_000


@pytest.mark.usefixtures("everybodys")
@pytest.mark.parametrize(("redirects", "passes"), [(10, True), (11, False)])
async def test_ten_redirects_are_followed(dns, web, redirects, passes):
    """And not one more (B-30)."""

    async def count(request: bytes, writer: asyncio.StreamWriter) -> None:
        hop = len(web.requests)
        writer.write(redirect(f"/hop{hop}") if hop <= redirects else GOOD)

    web.at("127.0.0.1", count)
    verdict = await check(dns, web)
    assert (verdict.error is None) is passes
    if not passes:
        assert refusal(verdict, errors.RedirectRefused)["reason"] == "there are more than 10 redirects"
    assert len(web.requests) == 11


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("http://inside.example.net/", errors.AddressForbidden),
        ("http://10.0.0.1/", errors.AddressForbidden),
        ("https://[fd00::1]/", errors.AddressForbidden),
        ("http://[::ffff:10.0.0.1]/", errors.RedirectRefused),
    ],
)
async def test_a_redirect_into_a_private_network(dns, web, location, kind):
    """By name or by address: filtered like the first hop, and not connected to (B-30, S-07)."""
    dns.set("inside.example.net", "A", "10.0.0.1")
    web.at("127.0.0.1", redirect(location))
    verdict = await check(dns, web)
    refusal(verdict, kind)
    assert not any(hop["attempts"] for hop in json.loads(verdict.evidence)["hops"][1:])


async def test_no_body_from_behind_a_redirect(dns):
    """A page that only the CA could see is shown to nobody, in the verdict or in the evidence (S-07)."""
    async with Web("127.0.0.1", "127.0.0.2") as web:
        dns.set("inside.example.net", "A", "127.0.0.2")
        web.at("127.0.0.1", redirect(f"http://inside.example.net:{web.port}/admin"))
        web.at("127.0.0.2", response(200, b"top secret page"))
        verdict = await check(dns, web)
        facts = refusal(verdict, errors.WrongAnswer)
        assert facts == {"url": f"http://inside.example.net:{web.port}/admin", "got": "-"}
        assert b"secret" not in verdict.evidence


@pytest.mark.parametrize(
    "answer",
    [
        redirect("http://billing.internal.example:8080/?session=secret"),
        redirect("ftp://secret.internal.example/"),
        redirect("http://secret.internal.example/"),
        redirect("/login?next=secret"),
        redirect("/admin"),
    ],
    ids=["port", "scheme", "name", "status", "circle"],
)
async def test_no_url_from_behind_a_redirect(dns, answer):
    """Where a server in a private network redirects to is told to nobody, nor what is found there (S-07)."""
    async with Web("127.0.0.1", "127.0.0.2") as web:
        url = f"http://inside.example.net:{web.port}/admin"
        dns.set("inside.example.net", "A", "127.0.0.2")
        web.at("127.0.0.1", redirect(url))

        async def inside(request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(answer if b" /admin " in request else response(404, b""))

        web.at("127.0.0.2", inside)
        verdict = await check(dns, web)
        assert refusal(verdict, errors.BadHttpAnswer)["url"] == url
        assert "secret" not in str(verdict.error)
        assert len(json.loads(verdict.evidence)["hops"]) >= 2, "the operator sees what there was"


@pytest.mark.usefixtures("everybodys")
async def test_a_url_that_everybody_can_read(dns):
    """Of servers that are not in a private network it is told where they redirect to: others can look there too."""
    async with Web("127.0.0.1", "127.0.0.2") as web:
        dns.set("www.example.net", "A", "127.0.0.2")
        web.at("127.0.0.1", redirect(f"http://www.example.net:{web.port}/"))
        web.at("127.0.0.2", redirect("ftp://www.example.net/"))
        verdict = await check(dns, web)
        assert refusal(verdict, errors.RedirectRefused)["url"] == "ftp://www.example.net/"


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory) -> ssl.SSLContext:
    """A TLS server nobody would trust: self-signed, expired, for another name."""
    key = keys.generate(KeyType.EC256)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stranger.invalid")])
    long_ago = NOW - timedelta(days=1000)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, long_ago, long_ago + timedelta(days=1))
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(certs.to_pem([builder.sign(key, hashes.SHA256())]) + keys.to_pem(key, KeyForm.PKCS8))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
