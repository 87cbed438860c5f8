"""The CA that the tests of the ACME interface share, a client with an account, and an order of its."""

import pytest

from tests.ca.api.asgi import body
from tests.ca.api.world import anyio_backend, home, site_port, world

__all__ = ["anyio_backend", "home", "site_port", "world"]


@pytest.fixture(scope="module")
async def client(world):
    """A client with a good account."""
    return await world.client()


@pytest.fixture
async def order(client):
    """A pending order of the client's: its URL and its object, its authorization and challenge."""
    response = await client.post("/acme/new-order", {"identifiers": [{"type": "dns", "value": "www.example.com"}]})
    found = body(response)
    authorization = body(await client.post(found["authorizations"][0]))
    return {
        "order": response.headers.get("Location"),
        "finalize": found["finalize"],
        "authorization": found["authorizations"][0],
        "challenge": authorization["challenges"][0]["url"],
    }
