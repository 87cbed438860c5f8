"""Answers about objects in states seldom seen: an order that is being issued, a name proved twice, many chains."""

from types import SimpleNamespace
from typing import Any

import pytest

from tegata.acme.identifiers import Identifier
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus, OrderStatus
from tegata.acme.wire import links
from tegata.ca.api import authorizations, orders
from tegata.ca.api.links import Links
from tegata.text.language import Language
from tests.ca.api.asgi import BASE, body
from tests.ca.services.house import NOW

pytestmark = pytest.mark.anyio

CALL: Any = SimpleNamespace(payload=b"", id="one", actor=None, language=Language.EN)


def context(**members) -> Any:
    return SimpleNamespace(links=Links(BASE), issuer_domains=(), **members)


def giving(value):
    async def give(*_):
        return value

    return give


@pytest.mark.parametrize("status", [OrderStatus.PROCESSING, OrderStatus.INVALID])
async def test_a_certificate_is_told_of_once_it_is_there(status):
    """Not its number as it is to be, while it is made or when that has failed; who waits is told for how long."""
    order: Any = dict.fromkeys(("identifiers", "authorization_ids"), ())
    order |= dict.fromkeys(("not_before", "not_after", "replaces", "profile"))
    view = SimpleNamespace(
        status=status, fault=None, order=SimpleNamespace(id="one", expires_at=NOW, serial="0a", **order)
    )
    answer = await orders.show(context(orders=SimpleNamespace(get=giving(view))), CALL)
    assert (body(answer)["status"], "certificate" in body(answer)) == (status, False)
    assert answer.headers.get("Retry-After") == ("1" if status is OrderStatus.PROCESSING else None)


async def test_a_decided_name_waits_for_no_other_challenge():
    """One that was taken up besides may take its time."""
    ways = ("http-01", ChallengeStatus.VALID), ("dns-01", ChallengeStatus.PROCESSING)
    challenges = [SimpleNamespace(id=kind, type=kind, token="t", validated_at=None, fault=None) for kind, _ in ways]
    told = {
        "identifier": Identifier("dns", "www.example.com"),
        "expires_at": NOW,
        "wildcard": False,
        "subdomains": False,
    }
    view = SimpleNamespace(
        status=AuthorizationStatus.VALID,
        challenge_statuses=dict(ways),
        authorization=SimpleNamespace(id="one", account_id="a", challenges=tuple(challenges), **told),
    )
    answer = await authorizations.respond(context(orders=SimpleNamespace(authorization=giving(view))), CALL)
    assert [one["type"] for one in body(answer)["challenges"]] == ["http-01"]
    assert answer.headers.get("Retry-After") is None


async def test_each_chain_leads_to_all_others(world, client, monkeypatch):
    """A-88; and no other number is one."""
    monkeypatch.setattr(world.ca.certificates, "chains", giving((b"usual", b"first", b"second")))
    usual, *others = f"{BASE}/acme/certificate/0a", *(f"{BASE}/acme/certificate/alternate/0a.{one}" for one in (1, 2))
    for url, chain in zip((usual, *others), (b"usual", b"first", b"second"), strict=True):
        answer = await client.post(url)
        assert answer.body == chain
        assert [to for kind, to in links(answer) if kind == "alternate"] == [
            one for one in (usual, *others) if one != url
        ]
    for number in ("", ".", ".0", ".01", ".3", ".-1", ".x", ".1.1", ".100", ".1 "):
        assert (await client.post(f"/acme/certificate/alternate/0a{number}")).status == 404
