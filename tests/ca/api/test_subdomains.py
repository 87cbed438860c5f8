"""RFC 9444 over the ACME interface, with records in a real DNS: one proof at a domain for the names below it (X-60)."""

import asyncio
import json

import pytest

from tegata.acme import b64, challenges, jwk
from tegata.ca import bootstrap, faces
from tegata.ca.cli import grammar, initialise
from tegata.ca.services.evidence import EvidenceService
from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.testing.dns import DnsServer
from tests.ca.api.asgi import BASE, body, call, kind
from tests.ca.api.site import Site
from tests.ca.api.world import PASSPHRASE, World
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio

SERVICE = """
[services.below]
label = "DV"
validation = "dv"
challenges = ["http-01", "dns-01"]
key_types = ["ec256"]
subdomains = true
[services.ov-acme-1y]
label = "OV"
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def dns(engine):
    """Where names are, anew for each engine."""
    with DnsServer() as server:
        yield server


@pytest.fixture(scope="module")
def made(tmp_path_factory, request, dns, engine):
    """The directory of a CA with a service that has it and one that has it not."""
    home = tmp_path_factory.mktemp("below") / "ca"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEGATA_CA_PASSPHRASE", PASSPHRASE)
        line = f"init --dir {home} --url {BASE} --public-url http://127.0.0.1:8080 --resolver {dns.address}"
        if engine == "postgresql":
            line += f" --database {request.getfixturevalue('postgresql').database()}"
        initialise.run(grammar.parse(line.split(), {}))
    settings = home / "settings.toml"
    named = settings.read_text().replace("issuer_domains = []", 'issuer_domains = ["ca.example.net"]')
    settings.write_text(named + SERVICE)
    return home


@pytest.fixture(scope="module")
async def below(made, anyio_backend):
    """That CA, open, with its jobs running."""
    ca = bootstrap.open_ca(made, {"TEGATA_CA_PASSPHRASE": PASSPHRASE})
    jobs = asyncio.create_task(ca.runner.run())
    yield World(ca, faces.acme_and_portal(ca), made, Site(free_port()))
    ca.runner.stop()
    await jobs
    await ca.store.close()


def wanted(*names, above=None):
    """A newOrder's payload."""
    said = {"ancestorDomain": above} if above else {}
    return {"identifiers": [{"type": "dns", "value": name, **said} for name in names]}


async def show(client, dns, url):
    """Answer the one challenge of an authorization, and give it as it is then."""
    authorization = body(await client.post(url))
    [challenge] = authorization["challenges"]
    thumbprint = jwk.thumbprint(jwk.from_public(client.key.public_key()))
    value = challenges.dns01_value(challenges.key_authorization(challenge["token"], thumbprint))
    dns.set(challenges.dns01_name(authorization["identifier"]["value"]), "TXT", f'"{value}"')
    await client.post(challenge["url"], {})
    for _ in range(200):
        if body(await client.post(url))["status"] != "pending":
            break
        await asyncio.sleep(0.01)
    return body(await client.post(url))


async def finalize(client, order, *names):
    der = csr.build(generate(KeyType.EC256), names, common_name=None)
    return await client.post(order["finalize"], {"csr": b64.encode(der)})


async def test_the_directory_says_so(below, world):
    """Only where a service has it (RFC 9444 §4.4)."""
    assert body(await call(below.app, "GET", "/acme/"))["meta"]["subdomainAuthAllowed"] is True
    assert "subdomainAuthAllowed" not in body(await call(world.app, "GET", "/acme/"))["meta"]


async def test_names_below_a_domain(below, dns):
    """The domain's authorization says that it counts for them; their CAA records decide (RFC 9444 §4.1, §4.3, X-60)."""
    client = await below.client(".example.com", service="below")
    names = ("a.example.com", "*.b.example.com")
    response = await client.post("/acme/new-order", wanted(*names, above="Example.com"))
    order = body(response)
    assert order["identifiers"] == [{"type": "dns", "value": name} for name in names]
    [url] = order["authorizations"]
    pending = body(await client.post(url))
    assert (pending["identifier"], pending["subdomainAuthAllowed"]) == ({"type": "dns", "value": "example.com"}, True)
    assert "wildcard" not in pending
    dns.set("example.com", "CAA", '0 issue "other.example"')
    assert (await show(client, dns, url))["status"] == "valid", "nobody asks for a certificate of the domain itself"
    refused = await finalize(client, order, *names)
    assert kind(refused) == "caa"
    assert [one["identifier"]["value"] for one in body(refused)["subproblems"]] == list(names)
    dns.set("a.example.com", "CAA", '0 issue "ca.example.net; validationmethods=dns-01"')
    dns.set("b.example.com", "CAA", '0 issue ";"', '0 issuewild "ca.example.net"')
    done = body(await finalize(client, order, *names))
    assert done["status"] == "valid"
    serial = done["certificate"].rpartition("/")[2]
    [proof] = await EvidenceService(below.ca.store).of_certificate(serial)
    seen = json.loads(proof.challenge.evidence or b"")
    assert seen.keys() == {"proof"}
    assert (seen["proof"]["domain_name"], seen["proof"]["section"]) == ("example.com", "BR 3.2.2.4.7")
    assert proof.names == names
    *_, last = proof.observations
    assert {name: (one["asked"][0], one["domain"]) for name, one in json.loads(last.evidence).items()} == {
        "a.example.com": ("a.example.com", "a.example.com"),
        "*.b.example.com": ("b.example.com", "b.example.com"),
    }


async def test_a_domain_before_any_order(below, dns):
    """The flag stands in the identifier (§4.2), and the next orders need not say what is above (§5, X-60)."""
    client = await below.client(".example.org", service="below")
    identifier = {"type": "dns", "value": "example.org", "subdomainAuthAllowed": True}
    response = await client.post("/acme/new-authz", {"identifier": identifier})
    assert response.status == 201
    assert body(response)["identifier"] == {"type": "dns", "value": "example.org"}
    assert body(response)["subdomainAuthAllowed"] is True
    url = response.headers.get("Location")
    assert (await show(client, dns, url))["status"] == "valid"
    order = body(await client.post("/acme/new-order", wanted("sub1.example.org")))
    assert (order["status"], order["authorizations"]) == ("ready", [url])
    assert body(await finalize(client, order, "sub1.example.org"))["status"] == "valid"
    order = body(await client.post("/acme/new-order", wanted("sub2.example.org", above="example.org")))
    await client.post(url, {"status": "deactivated"})
    assert kind(await finalize(client, order, "sub2.example.org")) == "orderNotReady"


@pytest.mark.parametrize(
    ("above", "told"),
    [
        ("www.example.net", "malformed"),
        ("a.www.example.net", "malformed"),
        ("ample.net", "malformed"),
        ("*.example.net", "malformed"),
        ("example.net.", "malformed"),
        ("", "malformed"),
        ("net", "rejectedIdentifier"),
    ],
)
async def test_what_is_no_domain_above(below, above, told):
    """Nothing is stored; the subproblem has the identifier of the order (RFC 8555 §6.7.1)."""
    client = await below.client(".example.net", service="below")
    payload = {"identifiers": [{"type": "dns", "value": "www.example.net", "ancestorDomain": above}]}
    answer = await client.post("/acme/new-order", payload)
    assert kind(answer) == told
    [subproblem] = body(answer)["subproblems"]
    assert subproblem["identifier"] == {"type": "dns", "value": "www.example.net"}


@pytest.mark.parametrize("above", [1, ["example.net"], {"type": "dns"}])
async def test_what_is_no_text(below, above):
    """It is no request."""
    client = await below.client(".example.net", service="below")
    payload = {"identifiers": [{"type": "dns", "value": "www.example.net", "ancestorDomain": above}]}
    assert kind(await client.post("/acme/new-order", payload)) == "malformed"


async def test_a_service_without_it(below):
    """It makes authorizations for the names themselves, which say nothing of names below (RFC 9444 §4.3)."""
    client = await below.client(".example.edu")
    order = body(await client.post("/acme/new-order", wanted("a.example.edu", above="www.example.edu")))
    authorization = body(await client.post(order["authorizations"][0]))
    assert authorization["identifier"]["value"] == "a.example.edu"
    assert "subdomainAuthAllowed" not in authorization
