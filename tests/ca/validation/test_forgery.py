"""The validator as a tool against somebody's inner network: every class of address, by every way that leads there.

What counts is that nothing was connected to; the system's own look-up of names must not even be asked.
"""

import asyncio
import json
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from dns import rdatatype

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import AddressForbidden, NameNotResolved, RedirectRefused
from tegata.ca.ports import Question
from tegata.ca.settings import Network
from tegata.ca.validation.check import NetworkValidator
from tegata.pki import names
from tegata.testing.dns import DnsServer
from tests.ca.policy.test_addresses import CLASSES
from tests.ca.validation.web import Web, redirect

pytestmark = pytest.mark.anyio

NAME, INSIDE = "www.example.com", "inside.example.net"
SITE = "127.0.0.9"
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"


@pytest.fixture(scope="module")
def dns():
    """The name of the site, and a name that each test leads elsewhere."""
    with DnsServer({NAME: SITE}) as server:
        yield server


@pytest.fixture
async def site():
    """The customer's own site, which may be entered."""
    async with Web(SITE) as web:
        yield web


@pytest.fixture
def opened(monkeypatch):
    """The addresses that were connected to; names are looked up by the named resolver or not at all."""
    addresses = []
    really, look_up = BaseSelectorEventLoop.sock_connect, socket.getaddrinfo

    async def sock_connect(loop, sock, address):
        addresses.append(address[0])
        await really(loop, sock, address)

    def getaddrinfo(host, *arguments, **more):
        assert names.is_ip(host), f"the system was asked for {host}"
        return look_up(host, *arguments, **more)

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", sock_connect)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return addresses


async def look(dns, port, name, challenge_type="http-01", *, kind="dns", own=(), allow=(f"{SITE}/32",)):
    settings = Network(resolvers=(dns.address,), http01_port=port, tlsalpn01_port=port, allow_networks=allow)
    validator = NetworkValidator(settings, forbidden=own, clock=lambda: datetime.now(UTC))
    question = Question(
        identifier=Identifier(kind, name),
        wildcard=False,
        challenge_type=challenge_type,
        token=TOKEN,
        key_authorization=f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
        account_uri="https://ca.example/acme/account/1",
    )
    return await validator.check(question)


def lead(dns, address):
    """Let the inner name have this address only."""
    dns.remove(INSIDE)
    dns.set(INSIDE, "AAAA" if ":" in address else "A", address)


@pytest.mark.parametrize("address", CLASSES.values(), ids=CLASSES.keys())
async def test_no_way_leads_there(dns, site, opened, address):
    """Not a name, nor the address itself, by either method that connects; not a redirect to either (S-07, X-07)."""
    lead(dns, address)
    for method in ("http-01", "tls-alpn-01"):
        assert type((await look(dns, site.port, INSIDE, method)).error) is AddressForbidden
        assert type((await look(dns, site.port, address, method, kind="ip")).error) is AddressForbidden
    assert opened == []
    literal = f"[{address}]" if ":" in address else address
    for scheme, host in (("http", INSIDE), ("https", INSIDE), ("http", literal), ("https", literal)):
        site.at(SITE, redirect(f"{scheme}://{host}/"))
        # An IPv4 address in the form of IPv6 is no host of a URL here.
        assert type((await look(dns, site.port, NAME)).error) in {AddressForbidden, RedirectRefused}
    assert set(opened) == {SITE}


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000009",
        "0177.0.0.9",
        "127.9",
        "127.0.9",
        "127.0.0.9.",
        "0",
        "localhost",
        "localhost.localdomain",
    ],
)
async def test_other_spellings_of_an_address(dns, site, opened, host):
    """They are names, for the named resolver alone, or nothing; the system might take them for loopback (S-07)."""
    site.at(SITE, redirect(f"http://{host}/"))
    verdict = await look(dns, site.port, NAME, allow=(f"{SITE}/32", "127.0.0.0/8"))
    assert type(verdict.error) in {NameNotResolved, RedirectRefused}
    assert opened == [SITE]


async def test_one_closed_address_among_open_ones(dns, site, opened):
    """It is left out, and the others are looked at (S-07)."""
    dns.set(INSIDE, "A", "10.0.0.1", SITE, "169.254.169.254")
    dns.set(INSIDE, "AAAA", "fd00:ec2::254", "::1")
    site.at(SITE, b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
    verdict = await look(dns, site.port, INSIDE)
    assert opened == [SITE]
    assert json.loads(verdict.evidence)["proof"]["hops"][0]["attempts"] == [{"address": SITE, "failure": ""}]


@pytest.mark.parametrize("method", ["http-01", "tls-alpn-01"])
async def test_rebinding(dns, opened, method, monkeypatch):
    """A name that has another address a moment later is connected to at the one that was judged (S-08)."""
    lead(dns, SITE)
    answer = dns.respond

    def rebind(query):
        made = answer(query)
        if query.question[0].rdtype == rdatatype.A and query.question[0].name.to_text() == f"{INSIDE}.":
            dns.set(INSIDE, "A", "10.0.0.1")
        return made

    monkeypatch.setattr(dns, "respond", rebind)
    before = dns.count(INSIDE, "A")
    async with await asyncio.start_server(lambda _, writer: writer.close(), SITE, 0) as server:
        await look(dns, server.sockets[0].getsockname()[1], INSIDE, method)
    assert opened == [SITE]
    assert dns.count(INSIDE, "A") == before + 1


async def test_rebinding_between_hops(dns, site, opened):
    """A redirect to the same name is resolved and judged anew (S-08)."""
    lead(dns, SITE)

    async def rebind(_, writer):
        lead(dns, "10.0.0.1")
        writer.write(redirect(f"http://{INSIDE}/again"))

    site.at(SITE, rebind)
    verdict = await look(dns, site.port, INSIDE)
    assert type(verdict.error) is AddressForbidden
    assert opened == [SITE]


async def test_a_private_ca_opens_what_it_names(dns, opened):
    """The site's network, and neither loopback nor metadata nor its own listener in it (S-09)."""
    async with Web(SITE) as site:
        site.at(SITE, b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n")
        lead(dns, SITE)
        for allow in (["10.0.0.0/8"], ["0.0.0.0/0", "::/0"]):
            assert type((await look(dns, site.port, INSIDE, allow=tuple(allow))).error) is AddressForbidden
        assert opened == []
        own = [(SITE, site.port)]
        assert type((await look(dns, site.port, INSIDE, own=own)).error) is AddressForbidden
        assert opened == []
        await look(dns, site.port, INSIDE)
        assert opened == [SITE]
        assert ip_address(SITE).is_loopback, "it was named itself"
