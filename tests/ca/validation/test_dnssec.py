"""DNSSEC by a real validating resolver: what is authentic is noted, what does not validate counts for nothing."""

import json
from datetime import UTC, datetime

import dns.flags
import pytest
from dns.rdatatype import RdataType

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import CaaUnknown, NameNotResolved, Refused, TxtNotFound
from tegata.ca.ports import Question
from tegata.ca.settings import Network
from tegata.ca.validation import nameservers
from tegata.ca.validation.caa import Caa
from tegata.ca.validation.check import NetworkValidator
from tegata.ca.validation.resolver import Resolver
from tegata.testing.dns import DnsServer
from tegata.text.errors_validation import REASONS
from tests.peers.unbound import Unbound

pytestmark = [pytest.mark.anyio, pytest.mark.peer("unbound")]

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
BROKEN = "its DNSSEC is broken (SERVFAIL)"


@pytest.fixture(scope="module")
def unbound(tmp_path_factory):
    """unbound with the recommended settings, and zones of three kinds."""
    with Unbound(tmp_path_factory.mktemp("unbound")) as server:
        yield server


def question(name, challenge_type="http-01"):
    return Question(
        identifier=Identifier("dns", name),
        wildcard=False,
        challenge_type=challenge_type,
        token=TOKEN,
        key_authorization=f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
        account_uri="https://ca.example/acme/account/1",
    )


async def caa(unbound, name):
    """The verdict on CAA, and the record of it."""
    resolver = Resolver([unbound.address], dnssec=True)
    check = Caa(resolver=resolver, issuers=["ca.example"], clock=lambda: datetime.now(UTC))
    verdict = await check.check(question(name))
    return verdict.error, json.loads(verdict.evidence)


async def test_what_is_signed_is_authentic(unbound):
    """By the AD bit, for records and for their absence (B-31)."""
    resolver = Resolver([unbound.address], dnssec=True)
    assert (await resolver.addresses("www.signed.example")).secure
    assert (await resolver.texts("_acme-challenge.www.signed.example")).secure
    assert await resolver.validates()
    error, seen = await caa(unbound, "www.signed.example")
    assert error is None
    assert (seen["domain"], seen["secure"]) == ("www.signed.example", ["www.signed.example"])
    error, seen = await caa(unbound, "bare.signed.example")
    assert error is None
    assert seen["secure"] == seen["asked"] == ["bare.signed.example", "signed.example", "example"]


async def test_what_is_not_signed_counts_as_that(unbound):
    """It may be used; nobody vouches for it (B-31)."""
    resolver = Resolver([unbound.address], dnssec=True)
    found = await resolver.addresses("www.plain.example")
    assert (found.secure, [str(address) for address in found.found]) == (False, ["127.0.0.1"])
    error, seen = await caa(unbound, "www.plain.example")
    assert error is None
    assert seen["secure"] == ["example"]


async def test_what_does_not_validate_is_no_answer(unbound):
    """Neither address, nor value, nor permission, although the records are there and would permit (B-31, B-41)."""
    resolver = Resolver([unbound.address], dnssec=True)
    with pytest.raises(NameNotResolved) as address:
        await resolver.addresses("www.forged.example")
    with pytest.raises(TxtNotFound) as text:
        await resolver.texts("_acme-challenge.www.forged.example")
    error, seen = await caa(unbound, "www.forged.example")
    assert type(error) is CaaUnknown
    assert address.value.facts["reason"] == text.value.facts["reason"] == error.facts["reason"] == BROKEN
    assert BROKEN in REASONS
    assert seen["records"] == []


@pytest.mark.parametrize("challenge_type", ["http-01", "dns-01", "tls-alpn-01"])
async def test_no_proof_by_a_forged_answer(unbound, challenge_type):
    """For every method (B-31)."""
    settings = Network(resolvers=(unbound.address,), dnssec=True, allow_networks=("127.0.0.0/8",))
    validator = NetworkValidator(settings, forbidden=(), clock=lambda: datetime.now(UTC))
    await validator.require_dnssec()
    verdict = await validator.check(question("www.forged.example", challenge_type))
    assert verdict.error is not None
    assert verdict.error.facts["reason"] == BROKEN


async def test_a_resolver_that_does_not_validate_is_refused():
    """When the CA starts: it does not vouch for the root (B-31)."""
    with DnsServer({"www.example.com": "192.0.2.1"}) as server:
        settings = Network(resolvers=(server.address,), dnssec=True)
        validator = NetworkValidator(settings, forbidden=(), clock=lambda: datetime.now(UTC))
        with pytest.raises(Refused, match="do not validate"):
            await validator.require_dnssec()
        await NetworkValidator(
            Network(resolvers=(server.address,)), forbidden=(), clock=lambda: datetime.now(UTC)
        ).require_dnssec()


async def test_one_of_several_that_does_not_validate_is_refused(unbound):
    """Wherever it stands: it would be asked for what the others have found bogus (B-31)."""
    with DnsServer({"www.example.com": "192.0.2.1"}) as server:
        for servers in ((unbound.address, server.address), (server.address, unbound.address)):
            settings = Network(resolvers=servers, dnssec=True)
            with pytest.raises(Refused, match="do not validate"):
                await NetworkValidator(settings, forbidden=(), clock=lambda: datetime.now(UTC)).require_dnssec()
    both = Network(resolvers=(unbound.address, unbound.address), dnssec=True)
    await NetworkValidator(both, forbidden=(), clock=lambda: datetime.now(UTC)).require_dnssec()


@pytest.mark.parametrize(
    ("servers", "believed"),
    [
        (["127.0.0.1"], True),
        (["[::1]:5353", "127.0.0.2:53"], True),
        (["tls://192.0.2.53#dns.example"], True),
        (["tls://[2001:db8::1]:8853#dns.example"], True),
        (["192.0.2.53"], False),
        (["10.0.0.53"], False),
        (["127.0.0.1", "192.0.2.53"], False),
    ],
)
async def test_whose_word_is_believed(servers, believed):
    """One bit of a datagram from elsewhere is anybody's (B-31)."""
    assert nameservers.are_trusted([nameservers.parse(server) for server in servers]) is believed
    if believed:
        Resolver(servers, dnssec=True)
    else:
        with pytest.raises(Refused, match="on this machine"):
            Resolver(servers, dnssec=True)
    Resolver(servers)


async def test_a_claim_from_elsewhere_is_not_believed(monkeypatch):
    """The AD bit of a server that is not on this machine changes nothing (B-31)."""
    with DnsServer({"www.example.com": "192.0.2.1"}) as server:
        answer = server.respond

        def respond(query):
            response = answer(query)
            response.flags |= dns.flags.AD
            return response

        monkeypatch.setattr(server, "respond", respond)
        assert (await Resolver([server.address]).addresses("www.example.com")).secure
        monkeypatch.setattr(
            server, "respond", lambda query: (respond if query.question[0].rdtype == RdataType.A else answer)(query)
        )
        half = await Resolver([server.address]).addresses("www.example.com")
        assert not half.secure, "somebody may have kept back an AAAA record"
        monkeypatch.setattr(server, "respond", respond)
        monkeypatch.setattr(nameservers, "are_trusted", lambda _: False)
        assert not (await Resolver([server.address]).addresses("www.example.com")).secure


@pytest.mark.parametrize(
    "text", ["tls://192.0.2.53", "tls://dns.example#dns.example", "tls://192.0.2.53/x#y", "tls://#x"]
)
async def test_tls_needs_an_address_and_a_name(text):
    """Without a name to verify, TLS proves nothing."""
    with pytest.raises(Refused, match="tls://IP#NAME"):
        nameservers.parse(text)


async def test_a_resolver_by_tls(unbound, monkeypatch):
    """Its word is believed if the system's roots vouch for its name, and it is not heard otherwise (B-31)."""
    address = f"tls://127.0.0.1:{unbound.tls_port}"
    monkeypatch.setenv("SSL_CERT_FILE", str(unbound.root_pem))
    assert (await Resolver([f"{address}#localhost"], dnssec=True).addresses("www.signed.example")).secure
    for server, root in ((f"{address}#other.example", unbound.root_pem), (f"{address}#localhost", "/dev/null")):
        monkeypatch.setenv("SSL_CERT_FILE", str(root))
        with pytest.raises(NameNotResolved):
            await Resolver([server], dnssec=True, seconds=1).addresses("www.signed.example")
