"""Questions on the network: ports and ids nobody can guess, forged answers passed over, servers that take turns."""

import asyncio
import socket
import struct
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import dns.message
import dns.rcode
import pytest

from tegata.ca.errors import NameNotResolved, TxtNotFound
from tegata.ca.validation import dnsmessage
from tegata.ca.validation.nameservers import Server
from tegata.ca.validation.questions import Datagrams, Unheard
from tegata.ca.validation.resolver import NoUsableAnswer, Resolver
from tegata.testing.dns import DnsServer
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio

NAME = "www.example.com"


class Rude(asyncio.DatagramProtocol):
    """Answers each datagram with those that ``says`` makes of it, and notes it with its source."""

    def __init__(self, says):
        self.says, self.heard = says, []
        self.port, self.address = 0, ""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.heard.append((data, addr))
        for answer in self.says(data):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def rude(says):
    """A server, and its address."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: Rude(says), local_addr=("127.0.0.1", 0))
    server.port = transport.get_extra_info("sockname")[1]
    server.address = f"127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        transport.close()


def answered(query, address="192.0.2.1"):
    """A good answer to a question on the wire."""
    response = dns.message.make_response(dns.message.from_wire(query))
    if response.question[0].rdtype == dns.rdatatype.A:
        response.answer.append(dns.rrset.from_text(response.question[0].name, 0, "IN", "A", address))
    return response.to_wire()


async def found(*servers, seconds=2.0):
    resolver = Resolver([server.address for server in servers], seconds=seconds)
    return [str(address) for address in (await resolver.addresses(NAME)).found]


async def test_every_question_has_an_id_of_its_own_and_every_look_up_a_port():
    """Both are random, so that an answer that was not seen asked cannot be forged (RFC 5452 §9.2, S-26)."""
    async with rude(lambda query: [answered(query)]) as server:
        for _ in range(100):
            await found(server)
        ids = [struct.unpack_from("!H", query)[0] for query, _ in server.heard[::2]]
        ports = [source[1] for _, source in server.heard[::2]]
        pairs = [
            (first[:2], second[:2])
            for (first, _), (second, _) in zip(server.heard[::2], server.heard[1::2], strict=True)
        ]
    assert len(ids) == 100
    assert all(first != second for first, second in pairs), "what is asked at once is told apart by its id"
    for numbers in (ids, ports):
        assert len(set(numbers)) > 90, "a few may be alike by chance"
        steps = {second - first for first, second in pairwise(numbers)}
        assert len(steps) > 60, "they are not counted up"


def forgeries(query):
    """Answers that somebody made who does not know the question, or has another in mind."""
    good, wrong = answered(query, "198.51.100.66"), dns.message.make_query("other.example.com", "A")
    wrong.id = struct.unpack_from("!H", query)[0]
    yield bytes([good[0] ^ 1]) + good[1:]
    yield answered(wrong.to_wire(), "198.51.100.66")
    yield query
    yield b""
    yield b"\0"
    yield good[:12]


async def test_forged_answers_are_passed_over():
    """The right one is waited for, and counts alone (RFC 5452 §9.1, S-26)."""
    async with rude(lambda query: [*forgeries(query), answered(query)]) as server:
        assert await found(server) == ["192.0.2.1"]


async def test_nobody_else_is_heard():
    """An answer from another port of the same machine does not reach us, whatever it says (RFC 5452 §9.1, S-26)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))

        def says(query):
            other.sendto(answered(query, "198.51.100.66"), server.heard[-1][1])
            yield answered(query)

        async with rude(says) as server:
            assert await found(server) == ["192.0.2.1"]


def failing(rcode):
    """The answer of a server that fails."""

    def says(query):
        response = dns.message.make_response(dns.message.from_wire(query))
        response.set_rcode(rcode)
        yield response.to_wire()

    return says


async def test_the_next_server_is_asked():
    """Where one fails, gives no answer, or is not there; one that failed is asked once."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        good = await enter(rude(lambda query: [answered(query)]))
        broken = await enter(rude(failing(dns.rcode.SERVFAIL)))
        garbled = await enter(rude(lambda query: [answered(query)[:-1]]))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
            closed.bind(("127.0.0.1", 0))
            nobody = Server("127.0.0.1", closed.getsockname()[1])
        resolver = Resolver([f"127.0.0.1:{nobody.port}", broken.address, garbled.address, good.address])
        assert [str(address) for address in (await resolver.addresses(NAME)).found] == ["192.0.2.1"]
        assert [len(server.heard) for server in (broken, garbled, good)] == [2, 2, 2]


async def test_a_question_that_was_lost_is_asked_again(monkeypatch):
    """By another port, with another id; until the time is over."""
    monkeypatch.setattr("tegata.ca.validation.resolver._TRY_SECONDS", 0.1)
    lost: list[bytes] = []

    def says(query):
        if len(lost) < 3:
            lost.append(query)
        else:
            yield answered(query)

    async with rude(says) as server:
        assert await found(server) == ["192.0.2.1"]
        assert len({query[:2] for query, _ in server.heard}) == len(server.heard)
        lost.clear()
        with pytest.raises(NameNotResolved, match="in time"):
            await found(server, seconds=0.15)


async def test_a_referral_is_not_no_records():
    """A server that only names others has not said that there is no CAA record (RFC 2308 §2.2, B-41)."""

    def says(query):
        response = dns.message.make_response(dns.message.from_wire(query))
        response.authority.append(dns.rrset.from_text("example.com.", 60, "IN", "NS", "ns.example.com."))
        yield response.to_wire()

    async with rude(says) as server:
        (answer,) = await Resolver([server.address]).caa([NAME])
        assert isinstance(answer, NoUsableAnswer)


async def test_an_answer_by_tcp_is_of_that_question_too():
    """Another id, or part of it only, by TCP: no answer (RFC 7766 §7, X-28)."""
    with DnsServer() as server:
        server.set(NAME, "TXT", *(f'"{number:0200}"' for number in range(20)))
        resolver = Resolver([server.address])
        assert len((await resolver.texts(NAME)).values) == 20

    def says(query):
        yield query[:2] + b"\x82\x00" + query[4:]

    async with rude(says) as server:

        async def answer(reader, writer):
            query = (await reader.readexactly(2)) and await reader.readuntil(b"\0\0")
            wire = bytes([query[0] ^ 1]) + query[1:2] + b"\x81\x80\0\1\0\0\0\0\0\0" + query[12:]
            writer.write(len(wire).to_bytes(2, "big") + wire)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", server.port):
            with pytest.raises(TxtNotFound, match="no usable answer"):
                await Resolver([server.address], seconds=1).texts(NAME)


async def test_nothing_is_left_open():
    """Neither a socket nor a timer, when an answer is missing or nobody waits any more."""
    before = len(open_files())
    async with rude(lambda _: ()) as server:
        asked = [dnsmessage.query(NAME, dnsmessage.A, number) for number in range(20)]
        here = Server("127.0.0.1", server.port)
        assert await Datagrams(here, asked, 0.05).answers() == [Unheard.SILENT] * 20
        waiting = asyncio.create_task(Datagrams(here, asked, 60).answers())
        async with asyncio.timeout(60):
            while len(server.heard) < 40:  # noqa: ASYNC110 - a list sets no event
                await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.sleep(0.01)
    assert len(open_files()) == before


def open_files():
    return list(Path("/proc/self/fd").iterdir())


async def test_a_server_that_cannot_be_asked():
    """An address that no route leads to, a port where nobody listens, nothing to ask: nothing is waited for."""
    asked = [dnsmessage.query(NAME, dnsmessage.A, number) for number in (1, 2)]
    async with asyncio.timeout(20):
        for server in (Server("255.255.255.255", 53), Server("127.0.0.1", free_port())):
            assert await Datagrams(server, asked, 60).answers() == [Unheard.BROKEN] * 2
            assert await Datagrams(server, [], 60).answers() == []
