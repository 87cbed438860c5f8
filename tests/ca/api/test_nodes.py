"""Two nodes of one CA in this process, on PostgreSQL: whichever a request comes to, the answer is the same."""

import asyncio
import itertools

import pytest

from tegata.acme import b64
from tegata.ca import bootstrap, faces
from tegata.ca.cli import grammar, initialise
from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.testing.dns import DnsServer
from tests.ca.api.asgi import BASE, Client, body, issue, kind, prove
from tests.ca.api.site import Site
from tests.ca.api.world import PASSPHRASE, World
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio

ENVIRONMENT = {"TEGATA_CA_PASSPHRASE": PASSPHRASE}
NAME = "www.example.com"


@pytest.fixture(scope="module")
async def nodes(tmp_path_factory, postgresql, anyio_backend):
    """Two CAs opened from one directory, their jobs running, and an application that takes turns."""
    home, site_port = tmp_path_factory.mktemp("nodes") / "ca", free_port()
    with DnsServer(default_address="127.0.0.1") as dns, pytest.MonkeyPatch.context() as environment:
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        line = f"init --dir {home} --url {BASE} --public-url http://127.0.0.1:8080 --tos {BASE}/terms"
        line += f" --resolver {dns.address} --http01-port {site_port} --allow-network 127.0.0.0/8"
        line += f" --database {postgresql.database()}"
        await asyncio.to_thread(initialise.run, grammar.parse(line.split(), {}))
        cas = [bootstrap.open_ca(home, ENVIRONMENT) for _ in range(2)]
        jobs = [asyncio.create_task(ca.runner.run()) for ca in cas]
        apps = [faces.acme_and_portal(ca) for ca in cas]
        async with Site(site_port) as site:
            yield World(cas[0], _in_turns(apps), home, site), apps
        for ca in cas:
            ca.runner.stop()
        await asyncio.gather(*jobs)
        for ca in cas:
            await ca.store.close()


def _in_turns(apps):
    turn = itertools.cycle(apps)

    async def serve(scope, receive, send):
        await next(turn)(scope, receive, send)

    return serve


async def test_a_certificate_by_two_nodes(nodes):
    """Each nonce was issued by the one and is judged by the other; every object is on both."""
    world, _ = nodes
    client = await world.client(NAME)
    url, chain = await issue(world, client, NAME)
    assert chain
    for _ in range(2):
        assert (await client.post(url)).status == 200
    listed = body(await client.post(body(await client.post(client.kid))["orders"]))
    assert len(listed["orders"]) == 1


async def test_a_replay_at_another_node(nodes):
    """A-17: the bytes that one node took are refused by the other, and by the same."""
    world, apps = nodes
    client = await world.client(NAME)
    one, two = (Client(app, client.key, client.kid) for app in apps)
    wanted = {"identifiers": [{"type": "dns", "value": NAME}]}
    nonce = await two.nonce()
    assert (await one.post("/acme/new-order", wanted, nonce=nonce)).status == 201
    for node in (one, two):
        assert kind(await node.post("/acme/new-order", wanted, nonce=nonce)) == "badNonce"


async def test_two_finalize_at_once(nodes):
    """A-54: sent to both, an order has one certificate, and both say the same in the end."""
    world, apps = nodes
    client = await world.client(NAME)
    one, two = (Client(app, client.key, client.kid) for app in apps)
    placed = await one.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": NAME}]})
    await prove(world, client, body(placed))
    request = {"csr": b64.encode(csr.build(generate(KeyType.RSA2048), [NAME], common_name=NAME))}
    answers = await asyncio.gather(*(node.post(body(placed)["finalize"], request) for node in (one, two)))
    assert sorted(answer.status for answer in answers) == [200, 403]
    for node in (one, two):
        assert body(await node.post(placed.headers.get("Location") or ""))["status"] == "valid"
    issued = [each.order_id async for each in world.ca.certificates.listed()]
    assert len(issued) == len(set(issued))
