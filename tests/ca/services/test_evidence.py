"""What stands behind a certificate comes back whole, for whoever has to account for it."""

import json

import pytest

from tegata.ca.cli import shapes
from tegata.ca.errors import TooFewPerspectives, UnknownObject
from tegata.ca.model import Look
from tegata.ca.ports import Sighting, Verdict
from tegata.ca.services.evidence import EvidenceService
from tests.ca.services.house import HOUR

pytestmark = pytest.mark.anyio

SEEN = Verdict(
    None,
    b'{"own":{"hops":[]},"corroborated":"1/2"}',
    (Sighting("osaka", "APNIC", None, b'{"a":1}'), Sighting("frankfurt", "RIPE", "validation.dns", b'{"b":2}')),
)


async def test_every_name_with_every_sighting(house):
    """The CA's own evidence, each place's, and CAA looked at again before the signature (B-23, B-40)."""
    actor = await house.register(await house.sell("www.example.com", "a.example.net"))
    house.network.verdicts = [SEEN, SEEN]
    view = await house.ready(actor, "www.example.com", "a.example.net")
    house.clock.advance(9 * HOUR)
    house.network.verdicts = [SEEN, SEEN]
    done = await house.finalize(actor, view)
    proofs = await EvidenceService(house.store).of_certificate(done.order.serial)
    told = [json.loads(json.dumps(shapes.proof(one))) for one in proofs]
    assert [one["name"] for one in told] == ["www.example.com", "a.example.net"]
    for one in told:
        assert one["evidence"] == {"own": {"hops": []}, "corroborated": "1/2"}
        assert [(each["look"], each["perspective"], each["error"]) for each in one["observations"]] == [
            (Look.VALIDATION, "frankfurt", "validation.dns"),
            (Look.VALIDATION, "osaka", None),
            (Look.CAA, "", None),
            (Look.CAA, "frankfurt", "validation.dns"),
            (Look.CAA, "osaka", None),
        ]
        assert one["observations"][0]["evidence"] == {"b": 2}


async def test_an_attempt_that_failed_is_on_record_too(house):
    """What places saw before it was tried again stays, and what the CA made of it (B-45)."""
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    challenge = view.authorizations[0].authorization.challenges[0]
    house.network.verdicts = [Verdict(TooFewPerspectives(name="www.example.com"), b"{}", SEEN.sightings)]
    await house.prove(actor, view)
    seen = await house.store.observations.of_challenge(challenge.id)
    assert [one.perspective for one in seen] == ["", "frankfurt", "osaka"]


async def test_a_certificate_that_is_not_there(house):
    """It is said."""
    with pytest.raises(UnknownObject):
        await EvidenceService(house.store).of_certificate("ab12")
