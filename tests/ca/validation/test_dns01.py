"""The dns-01 check against a real DNS server: which values pass, and how each failure is told."""

import json
import socket
import threading
import time
from datetime import UTC, datetime

import pytest
from dns.rcode import Rcode

from tegata.acme import challenges
from tegata.acme.identifiers import Identifier
from tegata.ca import errors
from tegata.ca.validation.dns01 import MOST_RECORDED, Dns01
from tegata.ca.validation.resolver import Resolver
from tegata.testing.dns import DnsServer
from tegata.text import catalogue
from tegata.text.errors_validation import REASONS
from tegata.text.language import Language

pytestmark = pytest.mark.anyio

NAME = "www.example.org"
RECORD = f"_acme-challenge.{NAME}"
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
VALUE = "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"
NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)


@pytest.fixture
def dns():
    with DnsServer() as server:
        yield server


async def check(address, name=NAME, *, seconds=5.0):
    dns01 = Dns01(resolver=Resolver([address], seconds=seconds), clock=lambda: NOW)
    return await dns01.check(Identifier("dns", name), TOKEN, KEY_AUTHORIZATION)


ACCOUNT = "https://example.com/acme/acct/ExampleAccount"
ACCOUNTS_RECORD = f"_ujmmovf2vn55tgye.{RECORD}"


async def check_account(address, *accounts):
    dns01 = Dns01(resolver=Resolver([address]), clock=lambda: NOW)
    return await dns01.check_account(Identifier("dns", NAME), TOKEN, KEY_AUTHORIZATION, accounts or (ACCOUNT,))


def not_found(verdict):
    """The reason of the fault, which has its Japanese."""
    assert type(verdict.error) is errors.TxtNotFound, verdict
    assert verdict.error.facts["reason"] in REASONS
    assert json.loads(verdict.evidence)["error"]
    return verdict.error.facts["reason"]


def found(verdict):
    """What a refused value was told as."""
    assert type(verdict.error) is errors.WrongTxtValue, verdict
    return verdict.error.facts["got"]


@pytest.mark.parametrize(
    "values",
    [
        [f'"{VALUE}"'],
        [f'"{VALUE[:9]}" "{VALUE[9:30]}" "" "{VALUE[30:]}"'],
        ['"the value of another order"', f'"{VALUE}"', '"v=spf1 -all"'],
        [" ".join(f'"{character}"' for character in VALUE)],
        [*(f'"{number:0200}"' for number in range(250)), f'"{VALUE}"'],
    ],
    ids=["the-rfcs-value", "several-strings", "several-values", "a-string-each-character", "giant-answer-over-tcp"],
)
async def test_any_matching_value_passes(dns, values):
    """The strings of a value joined, whatever else stands beside it, by TCP where UDP is too small (A-69, F-07)."""
    dns.set(RECORD, "TXT", *values)
    assert (await check(dns.address)).error is None


async def test_an_accounts_own_record(dns):
    """dns-account-01 is looked for at the account's name, with dns-01's value, and at no other (X-42, F-08)."""
    dns.set(RECORD, "TXT", f'"{VALUE}"')
    assert not_found(await check_account(dns.address)) == "there is no such name (NXDOMAIN)"
    dns.remove(RECORD)
    dns.set(ACCOUNTS_RECORD, "TXT", '"of an earlier order"', f'"{VALUE}"')
    verdict = await check_account(dns.address)
    assert verdict.error is None
    seen = json.loads(verdict.evidence)
    assert (seen["method"], seen["section"]) == ("dns-account-01", "BR 3.2.2.4.21")
    assert (seen["domain_name"], seen["lookup"]["name"]) == (NAME, ACCOUNTS_RECORD)
    assert not_found(await check_account(dns.address, f"{ACCOUNT}2")) == "there is no such name (NXDOMAIN)"
    assert not_found(await check(dns.address)) == "it has no TXT record"
    dns.set(ACCOUNTS_RECORD, "TXT", '"of an earlier order"')
    assert found(await check_account(dns.address)) == '"of an earlier order"'


async def test_the_record_of_an_account_of_a_ca_that_has_moved(dns):
    """Its client goes by the URL that it has, or has had; of a record that is wrong is told where it is (X-51)."""
    moved = (f"{ACCOUNT}-now", ACCOUNT)
    now = challenges.dnsaccount01_name(NAME, moved[0])
    verdict = await check_account(dns.address, *moved)
    assert not_found(verdict) == "there is no such name (NXDOMAIN)"
    assert json.loads(verdict.evidence)["lookup"]["name"] == now
    dns.set(ACCOUNTS_RECORD, "TXT", '"of an earlier order"')
    assert found(await check_account(dns.address, *moved)) == '"of an earlier order"'
    dns.set(ACCOUNTS_RECORD, "TXT", f'"{VALUE}"')
    verdict = await check_account(dns.address, *moved)
    assert verdict.error is None
    assert json.loads(verdict.evidence)["lookup"]["name"] == ACCOUNTS_RECORD
    dns.set(now, "TXT", f'"{VALUE}"')
    assert json.loads((await check_account(dns.address, *moved)).evidence)["lookup"]["name"] == now


async def test_an_alias_is_followed(dns):
    """The record may live in another zone; the name that is validated stays the asked-for one (A-69, B-22, B-21)."""
    dns.set(RECORD, "CNAME", "one.example.net.")
    dns.set("one.example.net", "CNAME", "two.example.net.")
    dns.set("two.example.net", "TXT", VALUE)
    verdict = await check(dns.address)
    assert verdict.error is None
    assert json.loads(verdict.evidence) == {
        "identifier": NAME,
        "domain_name": NAME,
        "method": "dns-01",
        "section": "BR 3.2.2.4.7",
        "token": TOKEN,
        "resolvers": [f"Do53:127.0.0.1@{dns.port}"],
        "started": "2026-11-24T02:31:00Z",
        "finished": "2026-11-24T02:31:00Z",
        "hops": [],
        "snippet": "",
        "lookup": {
            "name": RECORD,
            "target": "two.example.net",
            "count": 1,
            "values": [f'"{VALUE}"'],
            "matched": True,
            "secure": False,
            "until": None,
        },
        "certificate": "",
        "error": "",
    }


async def test_only_the_challenge_name_counts(dns):
    """A value at the name itself or at its parent's challenge name proves nothing (A-69, B-22, B-21)."""
    dns.set(NAME, "TXT", VALUE)
    dns.set("_acme-challenge.example.org", "TXT", VALUE)
    assert not_found(await check(dns.address)) == "there is no such name (NXDOMAIN)"
    # Nor one at the challenge name of the name that it is an alias of.
    dns.remove(NAME)
    dns.set(NAME, "CNAME", "alias.example.net.")
    dns.set("_acme-challenge.alias.example.net", "TXT", VALUE)
    assert not_found(await check(dns.address)) == "there is no such name (NXDOMAIN)"


async def test_no_txt_record(dns):
    """A name without the record is another matter than no name."""
    dns.set(RECORD, "A", "192.0.2.1")
    assert not_found(await check(dns.address)) == "it has no TXT record"


async def test_an_alias_that_leads_nowhere_or_in_a_circle(dns):
    """The alias's end decides."""
    dns.set(RECORD, "CNAME", "gone.example.net.")
    assert not_found(await check(dns.address)) == "there is no such name (NXDOMAIN)"
    dns.set(RECORD, "CNAME", f"{RECORD}.")
    assert not_found(await check(dns.address)) in {"it has no TXT record", "there was no usable answer"}


@pytest.mark.parametrize(
    ("rcode", "told"),
    [
        (Rcode.SERVFAIL, "its DNS servers fail or its DNSSEC is broken (SERVFAIL)"),
        (Rcode.REFUSED, "the DNS server refuses the question (REFUSED)"),
    ],
)
async def test_a_server_that_fails(dns, rcode, told, monkeypatch):
    """The server's trouble is told as that, even beside a right value."""
    dns.set(RECORD, "TXT", VALUE)
    answer = dns.respond

    def respond(query):
        response = answer(query)
        response.set_rcode(rcode)
        return response

    monkeypatch.setattr(dns, "respond", respond)
    assert not_found(await check(dns.address)) == told


async def test_a_slow_server_is_given_up():
    """No answer, by UDP or by TCP drop by drop, holds the check longer than its time (S-19)."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(tcp.getsockname())
        address = f"127.0.0.1:{udp.getsockname()[1]}"
        begun = time.monotonic()
        assert not_found(await check(address, seconds=0.3)) == "there was no answer in time"

        def truncate_then_drip():
            query, sender = udp.recvfrom(4096)
            while sender is not None:
                udp.sendto(query[:2] + b"\x86\x00\x00\x01" + bytes(6) + query[12:], sender)
                connection, _ = tcp.accept()
                with connection:
                    connection.sendall(b"\xff\xff")
                    connection.settimeout(60)
                    while connection.recv(4096):
                        pass
                sender = None

        udp.setblocking(False)
        try:
            while True:
                udp.recvfrom(4096)
        except BlockingIOError:
            udp.setblocking(True)
        thread = threading.Thread(target=truncate_then_drip)
        thread.start()
        assert not_found(await check(address, seconds=2)) == "there was no answer in time"
        thread.join(60)
        assert not thread.is_alive()
        assert time.monotonic() - begun < 9


async def test_a_wrong_value_is_shown(dns):
    """The customer sees what the CA saw, in both languages."""
    dns.set(RECORD, "TXT", '"wrong"')
    verdict = await check(dns.address)
    assert found(verdict) == '"wrong"'
    for language in Language:
        told = catalogue.explain(verdict.error, language).what
        assert RECORD in told
        assert '"wrong"' in told


@pytest.mark.parametrize(
    ("near", "shown"),
    [
        (f'"\\"{VALUE}\\""', f'""{VALUE}""'),
        (f'"{VALUE} "', f'"{VALUE} "'),
        (f'"{VALUE.lower()}"', f'"{VALUE.lower()}"'),
        (f'"{KEY_AUTHORIZATION}"', f'"{KEY_AUTHORIZATION[:60]}…"'),
        ('""', '""'),
    ],
    ids=["quoted", "blank", "lower-case", "the-key-authorization", "empty"],
)
async def test_nearly_right_is_wrong(dns, near, shown):
    """The value is compared octet by octet (A-69)."""
    dns.set(RECORD, "TXT", near)
    assert found(await check(dns.address)) == shown


async def test_hostile_values_are_shortened_and_escaped(dns):
    """No control character, no invalid UTF-8 and no flood gets into sentences or evidence (S-19)."""
    dns.set(RECORD, "TXT", '"\\027[2J\\255"')
    assert found(await check(dns.address)) == '"\\x1b[2J\\xff"'
    dns.set(RECORD, "TXT", '"1"', '"2"', '"3"')
    assert found(await check(dns.address)).count("…") == 0
    dns.set(RECORD, "TXT", *(f'"{number:0200}" "{number:0200}"' for number in range(150)))
    verdict = await check(dns.address)
    assert found(verdict).endswith(", … (+147)")
    assert len(found(verdict)) < 250
    lookup = json.loads(verdict.evidence)["lookup"]
    assert (lookup["count"], len(lookup["values"]), lookup["matched"]) == (150, MOST_RECORDED, False)
    assert len(verdict.evidence) < 4096


async def test_values_behind_an_alias_are_not_shown(dns):
    """They may be another's, in a zone that only the CA's resolvers know (S-07)."""
    dns.set(RECORD, "CNAME", "internal.example.net.")
    dns.set("internal.example.net", "TXT", "a secret")
    verdict = await check(dns.address)
    assert found(verdict) == "1 × TXT (internal.example.net)"


async def test_a_name_too_long_for_its_record(dns):
    """A name may be valid with 253 characters and have no room for the label in front."""
    name = ".".join(["a" * 60] * 4) + ".example"
    assert len(name) > 237
    assert not_found(await check(dns.address, name)) == "it is longer than a name in DNS can be"


async def test_an_international_name_is_asked_for_by_its_a_labels(dns):
    """As it stands in the identifier."""
    dns.set("_acme-challenge.xn--wgv71a119e.example.com", "TXT", VALUE)
    assert (await check(dns.address, "xn--wgv71a119e.example.com")).error is None
