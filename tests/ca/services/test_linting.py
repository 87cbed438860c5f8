"""The second lint in an issuance: what it finds ends the order unsigned, and while it is silent nothing is signed."""

import msgspec
import pytest

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import IssuanceFailed, LintFindings, LintSilent
from tegata.ca.issuing.pkilint_pool import PkilintPool
from tegata.ca.services.rehearsal import Rehearsal
from tegata.ca.settings import Lint, Profile
from tegata.pki.key_types import KeyType
from tests.ca.services.house import SECOND, House

pytestmark = pytest.mark.anyio


class Critic:
    """Takes every certificate and says what the test wants to be said of it."""

    name = "critic 1"

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.error: Exception | None = None
        self.takes_all = True

    def takes(self, serial: str) -> bool:
        return self.takes_all

    async def check(self, tbs: bytes) -> None:
        self.seen.append(tbs)
        if self.error is not None:
            raise self.error

    async def findings(self, certificate: bytes) -> list[str]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


@pytest.fixture
def critic():
    return Critic()


@pytest.fixture
async def house(tmp_path, authority, critic):
    house = House(tmp_path / "tegata-ca.db", authority)
    house.issuance._linter = critic
    yield house
    await house.store.close()


@pytest.fixture
async def ready(house):
    actor = await house.register(await house.sell())
    return actor, await house.ready(actor)


async def test_the_very_bytes_are_linted_before_the_signature(house, ready, critic):
    """B-80, F-14."""
    house.signer.before = OSError("no signature yet")
    await house.finalize(*ready)
    intended = await house.store.certificates.intended_for(ready[1].order.id)
    assert critic.seen == [intended.tbs]


async def test_what_was_linted_is_on_record(house, ready, critic):
    """With whose rules; so is what was not (B-80)."""
    for takes_all, linted in ((True, "critic 1"), (False, None)):
        critic.takes_all = takes_all
        view = await house.finalize(ready[0], await house.ready(ready[0]))
        events = await house.store.audit.of_subject(view.order.serial)
        [issued] = [event for event in events if event.kind == "certificate.issued"]
        assert issued.facts.get("linted") == linted


async def test_a_finding_ends_the_order(house, ready, critic):
    """Nothing was signed; what was found is no matter of the client's (B-80)."""
    critic.error = LintFindings(findings="cabf.something")
    view = await house.finalize(*ready)
    assert view.status is OrderStatus.INVALID
    assert view.order.fault.code == IssuanceFailed.code
    assert "cabf" not in str(view.order.fault)
    assert house.signer.signed == []
    assert await house.store.jobs.next_due() is None


async def test_a_linter_that_is_silent_for_a_moment(house, ready, critic):
    """The client is told that it takes longer; it is signed once somebody has said that it is sound."""
    critic.error = LintSilent(reason="it did not answer in time")
    assert (await house.finalize(*ready)).status is OrderStatus.PROCESSING
    house.clock.advance(5 * SECOND)
    with pytest.raises(LintSilent):
        await house.work()
    assert house.signer.signed == []
    critic.error = None
    house.clock.advance(20 * SECOND)
    await house.work()
    assert (await house.orders.get(ready[0], ready[1].order.id)).status is OrderStatus.VALID
    assert len(set(critic.seen)) == 1


async def test_a_finding_after_an_interruption(house, ready, critic):
    """Who goes on with an order lints it again."""
    house.signer.before = OSError("the HSM is busy")
    await house.finalize(*ready)
    house.signer.before, critic.error = None, LintFindings(findings="cabf.something")
    house.clock.advance(5 * SECOND)
    await house.work()
    assert (await house.orders.get(ready[0], ready[1].order.id)).status is OrderStatus.INVALID
    assert house.signer.signed == []


async def test_a_linter_that_stays_silent(house, ready, critic):
    """After some attempts the order is invalid, as with a signer that does not come back."""
    critic.error = LintSilent(reason="it did not answer in time")
    await house.finalize(*ready)
    house.clock.advance(5 * SECOND)
    [job] = await house.store.jobs.claim("test", house.clock(), house.clock() + SECOND, 10)
    await house.issuance.resume(msgspec.structs.replace(job, attempts=5))
    assert (await house.orders.get(ready[0], ready[1].order.id)).status is OrderStatus.INVALID
    assert house.signer.signed == []


async def test_a_certificate_that_is_not_of_the_share(house, ready, critic):
    critic.takes_all = False
    assert (await house.finalize(*ready)).status is OrderStatus.VALID
    assert critic.seen == []


async def test_every_service_is_rehearsed(house):
    """By service and profile: a short-lived one has to be allowed what Microsoft does not like (S-16)."""
    dv = house.products["dv-acme-1y"]
    services = {
        **house.products,
        "short": msgspec.structs.replace(dv, short_lived=True, certificate_days=7),
        "both": msgspec.structs.replace(dv, profiles=("long", "week")),
    }
    profiles = {
        "long": Profile(description="the usual", certificate_days=90),
        "week": Profile(description="a week", certificate_days=7, short_lived=True),
    }
    linter = PkilintPool(Lint(pkilint=True))
    rehearsal = Rehearsal(
        services=services,
        profiles=profiles,
        policy=house.policy,
        builder=house.issuance._builder,
        linter=linter,
        ids=house.ids,
        ends=house.authority.certificate.not_valid_after_utc,
        clock=house.clock,
    )
    try:
        refusals = await rehearsal.refusals()
    finally:
        await linter.close()
    assert house.signer.signed == [], "the issuing key never sees a rehearsal"
    assert {name: error.facts["findings"] for name, error in refusals.items()} == {
        "short": "msft.end_entity.revocation_information_absent",
        "both week": "msft.end_entity.revocation_information_absent",
    }


async def test_every_type_of_key_is_rehearsed(house):
    """A lint may take the one and not the other."""
    dv = msgspec.structs.replace(house.products["dv-acme-1y"], key_types=(KeyType.EC256, KeyType.ED25519))

    class Choosy(Critic):
        async def check(self, tbs: bytes) -> None:
            await super().check(tbs)
            if bytes.fromhex("06032b6570") in tbs:
                raise LintFindings(findings="no Ed25519")

    linter = Choosy()
    rehearsal = Rehearsal(
        services={"dv": dv},
        profiles={},
        policy=house.policy,
        builder=house.issuance._builder,
        linter=linter,
        ids=house.ids,
        ends=house.authority.certificate.not_valid_after_utc,
        clock=house.clock,
    )
    assert {name: error.facts["findings"] for name, error in (await rehearsal.refusals()).items()} == {
        "dv": "no Ed25519"
    }
    assert len(linter.seen) == 2
