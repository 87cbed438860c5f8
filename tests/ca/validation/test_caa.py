"""The climb to the CAA records that count, against a real DNS server, and what stops it."""

import asyncio
import json
import socket
from datetime import UTC, datetime

import dns.flags
import msgspec
import pytest
from dns.rcode import Rcode

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import CaaForbids, CaaUnknown
from tegata.ca.ports import Question
from tegata.ca.validation.caa import Caa
from tegata.ca.validation.resolver import CaaRecords, Resolver
from tegata.testing.dns import DnsServer
from tegata.text.errors_validation import REASONS

pytestmark = pytest.mark.anyio

NAME = "a.www.example.org"
NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
OURS, THEIRS = '0 issue "ca.example.com"', '0 issue "other.example"'


@pytest.fixture
def server():
    with DnsServer({NAME: "192.0.2.1"}) as server:
        yield server


def asked(name=NAME, *, kind="dns", wildcard=False):
    return Question(
        identifier=Identifier(kind, name),
        wildcard=wildcard,
        challenge_type="http-01",
        token="token",
        key_authorization="token.thumbprint",
        account_uri="https://ca.example.com/acme/account/7",
    )


async def check(address, name=NAME, *, kind="dns", wildcard=False, seconds=5.0, total=10.0):
    caa = Caa(
        resolver=Resolver([address], seconds=seconds),
        issuers=["ca.example.com"],
        clock=lambda: NOW,
        total_seconds=total,
    )
    return await caa.check(asked(name, kind=kind, wildcard=wildcard))


def failing(server, monkeypatch, name, rcode):
    """Make the server fail for CAA questions about one name."""
    answer = server.respond

    def respond(query):
        response = answer(query)
        if query.question[0].name.to_text() == f"{name}.":
            response.answer.clear()
            response.set_rcode(rcode)
        return response

    monkeypatch.setattr(server, "respond", respond)


async def test_no_record_anywhere(server):
    """Everybody may issue; every level was asked for, the root not (X-25)."""
    verdict = await check(server.address)
    assert verdict.error is None
    assert json.loads(verdict.evidence) == {
        "resolvers": [f"Do53:127.0.0.1@{server.port}"],
        "started": "2026-11-24T02:31:00Z",
        "finished": "2026-11-24T02:31:00Z",
        "asked": [NAME, "www.example.org", "example.org", "org"],
        "secure": [],
        "domain": "",
        "records": [],
        "error": "",
    }
    assert server.count(".", "CAA") == 0


@pytest.mark.parametrize("domain", [NAME, "www.example.org", "example.org", "org"])
async def test_the_nearest_records_decide(server, domain):
    """Whatever stands above them (X-25)."""
    server.set(domain, "CAA", THEIRS)
    verdict = await check(server.address)
    assert type(verdict.error) is CaaForbids
    assert verdict.error.facts["domain"] == domain
    seen = json.loads(verdict.evidence)
    assert (seen["domain"], seen["records"]) == (domain, [THEIRS])
    server.set(NAME, "CAA", OURS)
    assert (await check(server.address)).error is None


async def test_a_set_without_issue_ends_the_climb(server):
    """It is the relevant one, and it permits (RFC 8659 §3)."""
    server.set("www.example.org", "CAA", '0 iodef "mailto:security@example.org"')
    server.set("example.org", "CAA", THEIRS)
    assert (await check(server.address)).error is None


async def test_an_aliass_target_counts_but_not_its_parents(server):
    """The alias is followed at each step, and the climb goes on from the name itself (X-25, RFC 8659 §3)."""
    server.remove(NAME)
    server.set(NAME, "CNAME", "host.cdn.example.")
    server.set("host.cdn.example", "A", "192.0.2.2")
    server.set("cdn.example", "CAA", THEIRS)
    assert (await check(server.address)).error is None
    server.set("host.cdn.example", "CAA", THEIRS)
    assert type((await check(server.address)).error) is CaaForbids
    server.set("host.cdn.example", "CAA", OURS)
    server.set("example.org", "CAA", THEIRS)
    assert (await check(server.address)).error is None


async def test_an_alias_above_is_followed_too(server):
    """A parent may be an alias of a zone of records."""
    server.set("www.example.org", "CNAME", "policy.example.net.")
    server.set("policy.example.net", "CAA", THEIRS)
    verdict = await check(server.address)
    assert verdict.error is not None
    assert verdict.error.facts["domain"] == "www.example.org"


@pytest.mark.parametrize(
    ("rcode", "told"),
    [
        (Rcode.SERVFAIL, "its DNS servers fail or its DNSSEC is broken (SERVFAIL)"),
        (Rcode.REFUSED, "the DNS server refuses the question (REFUSED)"),
        (Rcode.FORMERR, "there was no usable answer"),
    ],
)
async def test_a_failure_on_the_way_is_no_permission(server, monkeypatch, rcode, told):
    """Below the records that permit it stands an unknown; above them it does not matter (X-25, B-41, B-31)."""
    server.set("example.org", "CAA", OURS)
    failing(server, monkeypatch, "org", rcode)
    assert (await check(server.address)).error is None
    failing(server, monkeypatch, "www.example.org", rcode)
    verdict = await check(server.address)
    assert type(verdict.error) is CaaUnknown
    assert (verdict.error.facts["domain"], verdict.error.facts["reason"]) == ("www.example.org", told)
    assert told in REASONS
    assert json.loads(verdict.evidence)["error"]


async def test_a_silent_server_is_given_up():
    """Within the time of one question, and of the whole climb."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        for limits in ({"seconds": 0.2, "total": 60}, {"seconds": 60, "total": 0.2}):
            async with asyncio.timeout(10):
                verdict = await check(address, **limits)
            assert type(verdict.error) is CaaUnknown
            assert verdict.error.facts["reason"] == "there was no answer in time"


async def test_an_answer_that_was_cut_off_is_asked_for_by_tcp(server, monkeypatch):
    """And never judged: what is missing might be a critical property (X-28)."""
    many = [f'0 issue "ca{number}.example.net; policy={"x" * 40}"' for number in range(40)]
    server.set("example.org", "CAA", *many, OURS)
    assert (await check(server.address)).error is None
    server.set("example.org", "CAA", *many, OURS, '128 unknown "x"')
    assert type((await check(server.address)).error) is CaaForbids
    answer = server.respond

    def respond(query):
        """The permission stands in what arrives; it is marked as cut off, by TCP too."""
        response = answer(query)
        response.flags |= dns.flags.TC
        return response

    server.set("example.org", "CAA", OURS)
    monkeypatch.setattr(server, "respond", respond)
    assert type((await check(server.address, seconds=1.0)).error) is CaaUnknown


async def test_a_name_of_many_labels(server):
    """Asked for a few at a time, whole."""
    name = ".".join(["a"] * 100) + ".example.org"
    server.set("org", "CAA", THEIRS)
    verdict = await check(server.address, name)
    assert type(verdict.error) is CaaForbids
    assert len(json.loads(verdict.evidence)["asked"]) == 102


async def test_levels_are_asked_for_side_by_side(server, monkeypatch):
    """A slow server costs its slowness once, not once a label."""
    resolver, seen = Resolver([server.address]), []

    async def caa(domains):
        seen.append(domains)
        return [CaaRecords((), secure=False) for _ in domains]

    monkeypatch.setattr(resolver, "caa", caa)
    caa_check = Caa(resolver=resolver, issuers=[], clock=lambda: NOW)
    assert (await caa_check.check(asked())).error is None
    assert seen == [[NAME, "www.example.org", "example.org", "org"]]


async def test_a_wildcard_begins_at_its_base(server):
    """The label ``*`` is removed first (X-25); its own property counts."""
    server.set("example.org", "CAA", OURS, '0 issuewild ";"')
    assert (await check(server.address, "example.org")).error is None
    verdict = await check(server.address, "example.org", wildcard=True)
    assert type(verdict.error) is CaaForbids
    assert verdict.error.facts["name"] == "*.example.org"


async def test_a_record_may_name_a_former_url_of_the_account(server):
    """As whoever wrote it knew the account by it (X-29); it is one of the question, and no other."""
    server.set("example.org", "CAA", f'{OURS[:-1]}; accounturi=https://old.example/acct/7"')
    caa = Caa(resolver=Resolver([server.address]), issuers=["ca.example.com"], clock=lambda: NOW)
    assert type((await caa.check(asked())).error) is CaaForbids
    former = msgspec.structs.replace(asked(), former_uris=("https://old.example/acct/7",))
    assert (await caa.check(former)).error is None


async def test_an_address_has_no_caa(server):
    """RFC 8659 speaks of domain names."""
    assert (await check(server.address, "192.0.2.1", kind="ip")).error is None
    assert server.count("192.0.2.1") == 0


async def test_that_a_domain_has_no_records_is_known_for_seconds(server):
    """Names of one domain ask for it once; what was found, failed or is the name's own is always asked for."""
    server.set("b.www.example.org", "A", "192.0.2.1")
    caa = Caa(resolver=Resolver([server.address]), issuers=["ca.example.com"], clock=lambda: NOW, fresh_seconds=1)
    for name in (NAME, "b.www.example.org", NAME):
        assert (await caa.check(asked(name))).error is None
    assert [server.count(domain, "CAA") for domain in (NAME, "www.example.org", "org")] == [2, 1, 1]
    assert (await caa.check(asked("www.example.org"))).error is None
    assert server.count("www.example.org", "CAA") == 2, "what is known of it as another's parent does not do for itself"
    server.set("example.org", "CAA", THEIRS)
    server.set(NAME, "CAA", THEIRS)
    assert type((await caa.check(asked())).error) is CaaForbids
    server.remove(NAME, "CAA")
    await asyncio.sleep(1.1)
    assert type((await caa.check(asked())).error) is CaaForbids
    server.set("example.org", "CAA", OURS)
    assert (await caa.check(asked())).error is None, "records are not remembered"


async def test_what_is_remembered_has_an_end(server, monkeypatch):
    """Names of many labels, of which every domain above would be kept, do not fill the memory (S-20)."""
    resolver, seen = Resolver([server.address]), set()

    async def caa(domains):
        seen.update(domains)
        return [CaaRecords((), secure=False) for _ in domains]

    monkeypatch.setattr(resolver, "caa", caa)
    caa_check = Caa(resolver=resolver, issuers=[], clock=lambda: NOW, fresh_seconds=3600)
    await caa_check.check(asked("a.example.net"))
    for number in range(50):
        await caa_check.check(asked(".".join(["a"] * 100) + f".n{number}.example.org"))
    seen.clear()
    await caa_check.check(asked("b.example.net"))
    assert "example.net" in seen


async def test_a_failure_is_not_remembered(server, monkeypatch):
    """Once the server answers, so do we."""
    caa = Caa(resolver=Resolver([server.address]), issuers=["ca.example.com"], clock=lambda: NOW)
    with monkeypatch.context() as patch:
        failing(server, patch, "example.org", Rcode.SERVFAIL)
        assert type((await caa.check(asked())).error) is CaaUnknown
    assert (await caa.check(asked())).error is None
