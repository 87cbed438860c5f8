"""A publicly trusted CA on the days on which the Baseline Requirements change, on a clock of the test's."""

from datetime import UTC, datetime

import msgspec
import pytest

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import ExaminationTooOld, OrderNotReady
from tegata.ca.policy.calendar import ISSUING
from tegata.ca.settings import Policy
from tegata.clock import rfc3339
from tegata.pki.life import life
from tests.ca.services.house import DAY, HOUR, NOW, SECOND, House, Killed, leaf, made_at

pytestmark = pytest.mark.anyio

HUNDRED_DAYS = datetime(2027, 3, 15, tzinfo=UTC)
FORTY_SEVEN_DAYS = datetime(2029, 3, 15, tzinfo=UTC)
MINUTE = 60 * SECOND
LONG = {"certificate_days": 365, "term_days": 1000}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """One that lives from now until after the last boundary."""
    return made_at(NOW, tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def public(tmp_path, authority, anyio_backend):
    """A publicly trusted CA that would sell certificates of a year."""
    house = House(tmp_path / "public.db", authority, policy=Policy(public=True))
    for key, service in list(house.products.items()):
        house.products[key] = msgspec.structs.replace(service, **LONG)
    yield house
    await house.store.close()


async def life_at(house, at):
    """How long a certificate lives that is made then."""
    house.clock.now = at
    actor = await house.register(await house.sell())
    certificate = await house.issue(actor)
    return life(leaf(certificate).not_valid_before_utc, leaf(certificate).not_valid_after_utc)


async def test_lives_by_the_day_of_signing(public):
    """A second makes the difference (B-01, B-06)."""
    assert await life_at(public, HUNDRED_DAYS - SECOND) == 199 * DAY
    assert await life_at(public, HUNDRED_DAYS) == 99 * DAY


async def test_an_order_from_before_the_boundary(public):
    """What counts is when the certificate is signed, not when it was ordered (B-01)."""
    public.clock.now = HUNDRED_DAYS - HOUR
    actor = await public.register(await public.sell())
    view = await public.ready(actor)
    public.clock.now = HUNDRED_DAYS
    done = await public.finalize(actor, view)
    assert done.order.serial is not None
    certificate = await public.certificates.show(done.order.serial)
    assert life(certificate.not_before, certificate.not_after) == 99 * DAY


async def test_an_issuance_interrupted_before_the_boundary(public):
    """The bytes that were kept are too long-lived now, and are never signed (B-01)."""
    public.clock.now = HUNDRED_DAYS - HOUR
    actor = await public.register(await public.sell())
    view = await public.ready(actor)
    public.signer.before = Killed()
    with pytest.raises(Killed):
        await public.finalize(actor, view)
    await public.restart()
    public.signer.before = None
    public.clock.now = HUNDRED_DAYS
    await public.work()
    assert (await public.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert public.signer.signed == []


async def test_a_certificate_that_begins_on_the_day(public):
    """It was asked for some minutes before, and is held to that day's rules by whoever reads it (B-01)."""
    public.clock.now = HUNDRED_DAYS - 5 * MINUTE
    actor = await public.register(await public.sell())
    certificate = await public.issue(actor, not_before=rfc3339(HUNDRED_DAYS))
    assert certificate.not_before == HUNDRED_DAYS
    assert life(certificate.not_before, certificate.not_after) == 99 * DAY


class Slow:
    """A second lint in which the day changes."""

    name = "slow 1"

    def __init__(self, house: House) -> None:
        self._house = house

    def takes(self, serial: str) -> bool:
        return True

    async def check(self, tbs: bytes) -> None:
        self._house.clock.now = HUNDRED_DAYS

    async def findings(self, der: bytes) -> list[str]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


async def test_a_lint_in_which_the_day_changes(public):
    """What was judged before it is not signed on it (B-01, B-06)."""
    public.clock.now = HUNDRED_DAYS - SECOND
    actor = await public.register(await public.sell())
    view = await public.ready(actor)
    public.issuance._linter = Slow(public)
    assert (await public.finalize(actor, view)).status is OrderStatus.PROCESSING
    public.clock.advance(5 * SECOND)
    await public.work()
    assert (await public.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert public.signer.signed == []


async def test_a_proof_too_old_for_the_new_limit(public):
    """Proved twelve days before, valid until then; from that second on the name is proved anew (B-04)."""
    public.clock.now = FORTY_SEVEN_DAYS - 12 * DAY
    actor = await public.register(await public.sell())
    first = await public.ready(actor)
    public.clock.now = FORTY_SEVEN_DAYS - 2 * HOUR
    again = await public.order(actor)
    assert again.status is OrderStatus.READY, "the proof is used again"
    public.clock.now = FORTY_SEVEN_DAYS - ISSUING - SECOND
    assert (await public.finalize(actor, again)).status is OrderStatus.VALID
    new = await public.order(actor)
    assert new.order.authorization_ids != first.order.authorization_ids, "it would be too old before it is used"
    assert new.status is OrderStatus.PENDING


async def test_a_proof_is_too_old_when_the_signature_comes(public):
    """An order that was ready the second before is not issued by it: it is signed a moment later (A-84, B-04)."""
    public.clock.now = FORTY_SEVEN_DAYS - 12 * DAY
    actor = await public.register(await public.sell())
    await public.ready(actor)
    public.clock.now = FORTY_SEVEN_DAYS - 2 * HOUR
    again = await public.order(actor)
    public.clock.now = FORTY_SEVEN_DAYS - SECOND
    with pytest.raises(OrderNotReady):
        await public.finalize(actor, again)


async def test_an_examination_that_is_too_old(public):
    """After 398 days the organization is in no certificate until it is examined again (B-05)."""
    actor = await public.register(await public.sell())
    public.clock.advance(398 * DAY - ISSUING)
    await public.order(actor)
    public.clock.advance(SECOND)
    with pytest.raises(ExaminationTooOld):
        await public.order(actor)
    await public.contracts.renew(actor.contract.id)
    with pytest.raises(ExaminationTooOld):
        await public.order(actor)
    await public.examine(actor.contract.id)
    await public.order(actor)


async def test_an_examination_that_became_too_old_before_the_signature(public):
    """What a dead process left to be signed does not name the organization any more (B-05, A-84)."""
    actor = await public.register(await public.sell())
    public.clock.advance(398 * DAY - ISSUING)
    await public.contracts.renew(actor.contract.id)
    view = await public.ready(actor)
    public.signer.before = Killed()
    with pytest.raises(Killed):
        await public.finalize(actor, view)
    await public.restart()
    public.signer.before = None
    public.clock.advance(5 * SECOND)
    await public.work()
    failed = await public.orders.get(actor, view.order.id)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault is not None
    assert failed.fault.code == ExaminationTooOld.code
    assert public.signer.signed == []


async def test_a_private_ca_keeps_to_its_own_settings(house):
    """No date changes anything."""
    house.products["ov-acme-1y"] = msgspec.structs.replace(house.products["ov-acme-1y"], **LONG)
    assert await life_at(house, HUNDRED_DAYS) == 365 * DAY
