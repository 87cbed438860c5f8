"""Orders whose names a domain above proves (RFC 9444, X-60): what is proved, for what it counts, and what ends it."""

import json

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme.identifiers import Identifier
from tegata.acme.messages import AskedIdentifier, NewOrder
from tegata.acme.problems import ErrorType
from tegata.acme.statuses import AuthorizationStatus, OrderStatus
from tegata.ca.api import render
from tegata.ca.cli import shapes
from tegata.ca.errors import (
    AuthorizationRefused,
    CaaForbids,
    NamesPaused,
    NamesRefused,
    OrderNotReady,
    PermissionMissing,
    RevocationRefused,
    TooManyOrders,
    WrongTxtValue,
)
from tegata.ca.model import Limit, Look
from tegata.ca.ports import Sighting, Verdict
from tegata.ca.services.evidence import EvidenceService
from tegata.ca.settings import Limits
from tegata.pki.certs import load_chain
from tegata.text.language import Language
from tests.ca.services.house import DAY, HOUR, SECOND

pytestmark = pytest.mark.anyio

NAMES = ("a.example.net", "c.b.example.net", "*.d.example.net", "*.example.net", "example.net")
PASSED = Verdict(None, b"{}")
FORBIDDEN = Verdict(
    CaaForbids(
        name="a.example.net", domain="a.example.net", records="-", reason="they do not name this CA", wanted="x"
    ),
    b'{"records":[]}',
)
WRONG = Verdict(WrongTxtValue(name="_acme-challenge.example.net", got='"x"'), b"{}")


def serve(house, **changes):
    """Set what the service is from now on."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, **changes)


@pytest.fixture
async def actor(house):
    """An account whose service has both a way in the DNS and one elsewhere, and lets domains prove what is below."""
    serve(house, challenges=("http-01", "dns-01"), subdomains=True)
    return await house.register(await house.sell(".example.net", "www.example.com", "1.1.1.1"))


def proved(view):
    """What an order wants proved, and whether for all below."""
    found = [one.authorization for one in view.authorizations]
    return [(one.identifier.value, one.wildcard, one.subdomains) for one in found]


async def refusal(house, actor, *identifiers):
    """The subproblems of an order for these names, each with what is said to be above it."""
    wanted = tuple(AskedIdentifier("dns", name, ancestor_domain=above) for name, above in identifiers)
    with pytest.raises(NamesRefused) as caught:
        await house.orders.create(await house.again(actor), NewOrder(identifiers=wanted))
    document = render.problem(caught.value, Language.EN, "T-7KM2Q9XZ")
    return [(one.kind, one.identifier and one.identifier.value) for one in document.subproblems], document.kind


async def test_one_proof_for_all_names_below(house, actor):
    """In the DNS alone, once for all, with wildcards and the domain itself (RFC 9444 §4.1, §4.3; B-21, X-60)."""
    view = await house.order(actor, *NAMES, above="example.net")
    assert proved(view) == [("example.net", False, True)]
    [authorization] = view.authorizations
    assert [one.type for one in authorization.authorization.challenges] == ["dns-01"]
    assert [each.value for each in view.order.identifiers] == list(NAMES)
    view = await house.prove(actor, view)
    [asked] = house.network.asked
    assert (asked.identifier.value, asked.wildcard, asked.subdomains) == ("example.net", False, True)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


async def test_caa_is_looked_for_with_every_name(house, actor):
    """However fresh the proof is; what each place saw of each name is on record (B-22, B-23, B-40, X-60)."""
    view = await house.ready(actor, *NAMES, above="example.net")
    assert house.network.asked_caa == []
    house.network.verdicts = [
        Verdict(None, f'{{"of":"{name}"}}'.encode(), (Sighting("osaka", "APNIC", error, b'{"a":1}'),))
        for name, error in zip(NAMES, (None, "validation.caa", None, None, None), strict=True)
    ]
    done = await house.finalize(actor, view)
    asked = [(one.identifier.value, one.wildcard, one.subdomains) for one in house.network.asked_caa]
    assert asked == [(name.removeprefix("*."), name.startswith("*."), False) for name in NAMES]
    assert {one.challenge_type for one in house.network.asked_caa} == {"dns-01"}
    assert done.order.serial is not None
    [proof] = await EvidenceService(house.store).of_certificate(done.order.serial)
    told = json.loads(json.dumps(shapes.proof(proof)))
    assert (told["name"], told["certified"], told["method"]) == ("example.net", list(NAMES), "dns-01")
    own, osaka = told["observations"]
    assert (own["look"], own["perspective"], own["error"]) == (Look.CAA, "", None)
    assert own["evidence"] == {name: {"of": name} for name in NAMES}
    assert (osaka["look"], osaka["perspective"], osaka["error"]) == (Look.CAA, "osaka", "validation.caa")
    assert osaka["evidence"] == {name: {"a": 1} for name in NAMES}


async def test_a_name_that_caa_forbids(house, actor):
    """It alone is told, as the order has it, and no certificate is made; mended, the order goes on."""
    view = await house.ready(actor, "b.example.net", "*.a.example.net", above="example.net")
    house.network.verdicts = [PASSED, FORBIDDEN]
    with pytest.raises(PermissionMissing) as caught:
        await house.finalize(actor, view)
    assert [identifier.value for identifier, _ in caught.value.refusals] == ["*.a.example.net"]
    assert house.signer.signed == []
    [failed] = await house.store.limits.held(actor.account.id, Limit(1, DAY), house.clock())
    assert failed.name == "a.example.net"
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


async def test_each_domain_above_once(house, actor):
    """The nearest proves a name; one that would prove nothing is not asked for, and other names prove themselves."""
    wanted = (
        AskedIdentifier("dns", "x.b.example.net", ancestor_domain="example.net"),
        AskedIdentifier("dns", "y.b.example.net", ancestor_domain="b.example.net"),
        AskedIdentifier("dns", "www.example.com"),
        AskedIdentifier("dns", "y.b.example.net", ancestor_domain="b.example.net"),
    )
    view = await house.orders.create(actor, NewOrder(identifiers=wanted))
    assert proved(view) == [("b.example.net", False, True), ("www.example.com", False, False)]


async def test_a_proof_is_used_again_for_names_below(house, actor):
    """Whether or not the client says so again (RFC 9444 §5), as long as it counts (A-58, B-04, X-60)."""
    first = await house.ready(actor, "a.example.net", above="example.net")
    for names, above in ((NAMES[1:3], None), (NAMES[-1:], None), (NAMES, "example.net")):
        again = await house.order(actor, *names, above=above)
        assert (again.status, again.order.authorization_ids) == (OrderStatus.READY, first.order.authorization_ids)
    assert (await house.finalize(actor, again)).status is OrderStatus.VALID
    mixed = await house.order(actor, "b.example.net", "www.example.com")
    assert proved(mixed) == [("example.net", False, True), ("www.example.com", False, False)]
    house.clock.advance(30 * DAY - HOUR + SECOND)
    late = await house.order(actor, "b.example.net")
    assert proved(late) == [("b.example.net", False, False)]


async def test_a_proof_of_a_name_itself_is_used_first(house, actor):
    """There CAA was looked for with it; and it counts for nothing below."""
    own = await house.ready(actor, "b.example.net")
    await house.ready(actor, "a.example.net", above="example.net")
    assert (await house.order(actor, "b.example.net", above="example.net")).order.authorization_ids == (
        own.order.authorization_ids
    )
    other = await house.register(await house.sell(".example.net"))
    await house.ready(other, "b.example.net")
    assert proved(await house.order(other, "a.b.example.net")) == [("a.b.example.net", False, False)]


async def test_proofs_of_domains_are_not_lent(house, actor):
    """Another account proves its names itself (S-27, S-32)."""
    await house.ready(actor, "a.example.net", above="example.net")
    other = await house.register(await house.sell(".example.net"))
    assert proved(await house.order(other, "a.example.net")) == [("a.example.net", False, False)]


async def test_a_domain_that_was_given_up(house, actor):
    """Its orders are invalid, also one that was ready, and the next one proves it anew (RFC 8555 §7.5.2, X-60)."""
    view = await house.ready(actor, "a.example.net", above="example.net")
    await house.orders.deactivate(actor, view.order.authorization_ids[0])
    with pytest.raises(OrderNotReady):
        await house.finalize(actor, view)
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert proved(await house.order(actor, "a.example.net")) == [("a.example.net", False, False)]
    assert house.signer.signed == []


async def test_a_domain_that_is_given_up_while_caa_is_looked_for(house, actor):
    """A-84."""
    view = await house.ready(actor, "a.example.net", above="example.net")

    async def check_caa(_):
        await house.orders.deactivate(actor, view.order.authorization_ids[0])
        return PASSED

    house.network.check_caa = check_caa
    with pytest.raises(OrderNotReady):
        await house.finalize(actor, view)
    assert house.signer.signed == []


async def test_what_cannot_be_above(house, actor):
    """As the order's own identifier has it, each for its reason: malformed, or a domain that nobody proves (X-60)."""
    assert await refusal(house, actor, ("a.example.net", "b.example.net")) == (
        [("malformed", "a.example.net")],
        ErrorType.MALFORMED,
    )
    assert await refusal(house, actor, ("www.example.com", "example.com")) == (
        [("rejectedIdentifier", "www.example.com")],
        ErrorType.REJECTED_IDENTIFIER,
    ), "the contract has www.example.com alone"
    both = ("a.example.net", "b.example.net"), ("*.b.example.net", "b.example.net.")
    assert await refusal(house, actor, *both, ("ok.example.net", "example.net")) == (
        [("malformed", "a.example.net"), ("malformed", "*.b.example.net")],
        ErrorType.MALFORMED,
    )
    assert await refusal(house, actor, ("a.example.net", "net")) == (
        [("rejectedIdentifier", "a.example.net")],
        ErrorType.REJECTED_IDENTIFIER,
    ), "names are registered below net"


async def test_only_domains_of_the_eab(house, actor):
    """An EAB for a part of the contract proves no more than that (X-60)."""
    added = await house.sell(".example.net")
    credential = await house.credentials.add(added.contract.id, domains=("www.example.net",))
    limited = await house.register(added._replace(credential=credential))
    kinds = await refusal(house, limited, ("www.example.net", "example.net"))
    assert kinds == ([("rejectedIdentifier", "www.example.net")], ErrorType.REJECTED_IDENTIFIER)
    assert (await house.order(limited, "www.example.net")).status is OrderStatus.PENDING


async def test_a_service_that_does_not_offer_it(house):
    """By default: what is said of domains above is passed over, and each name proved itself (RFC 9444 §4.3, B-22)."""
    serve(house, challenges=("http-01", "dns-01"))
    actor = await house.register(await house.sell(".example.net"))
    view = await house.order(actor, "a.example.net", "*.b.example.net", above="example.net")
    assert proved(view) == [("a.example.net", False, False), ("b.example.net", True, False)]
    alone = await house.orders.authorize(actor, Identifier("dns", "example.net"), subdomains=True)
    assert not alone.authorization.subdomains
    assert [one.type for one in alone.authorization.challenges] == ["http-01", "dns-01"]


async def test_a_service_that_ends_it(house, actor):
    """From then on no certificate rests on a domain above, whatever was proved and ordered before (A-84, X-60)."""
    ready = await house.ready(actor, "a.example.net", above="example.net")
    own = await house.order(actor, "example.net")
    serve(house, subdomains=False)
    with pytest.raises(OrderNotReady):
        await house.finalize(actor, ready)
    assert house.signer.signed == []
    assert proved(await house.order(actor, "a.example.net")) == [("a.example.net", False, False)]
    assert (await house.finalize(actor, own)).status is OrderStatus.VALID
    assert [one.identifier.value for one in house.network.asked_caa] == ["example.net"]


async def test_a_domain_before_any_order(house, actor):
    """Proved in the DNS, and then good for names below; a wildcard is none (RFC 9444 §4.2)."""
    view = await house.orders.authorize(actor, Identifier("dns", "example.net"), subdomains=True)
    assert view.authorization.subdomains
    assert [one.type for one in view.authorization.challenges] == ["dns-01"]
    [event] = await house.store.audit.of_subject(view.authorization.id)
    assert event.facts["subdomains"] == "all"
    await house.challenges.accept(actor, view.authorization.challenges[0].id)
    await house.work()
    ordered = await house.order(actor, "a.example.net")
    assert (ordered.status, ordered.order.authorization_ids) == (OrderStatus.READY, (view.authorization.id,))
    address = await house.orders.authorize(actor, Identifier("ip", "1.1.1.1"), subdomains=True)
    assert not address.authorization.subdomains
    for name in ("*.example.net", "example.org", "net"):
        with pytest.raises(AuthorizationRefused):
            await house.orders.authorize(actor, Identifier("dns", name), subdomains=True)


async def test_a_record_that_stays_at_the_domain(house, actor):
    """It counts for its own order (X-47), which then knows that all below is meant (X-45); alone, for the name only."""
    serve(house, challenges=("http-01", "dns-persist-01"))
    view = await house.ready(actor, "a.example.net", above="example.net")
    [asked] = house.network.asked
    assert (asked.challenge_type, asked.subdomains) == ("dns-persist-01", True)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID
    assert proved(await house.order(actor, "a.example.net")) == [("a.example.net", False, False)]
    alone = await house.orders.authorize(actor, Identifier("dns", "example.net"), subdomains=True)
    assert not alone.authorization.subdomains
    assert [one.type for one in alone.authorization.challenges] == ["http-01"]


async def test_a_domain_that_fails_is_held_back(house, actor):
    """Under whatever names it is tried; what is counted for names is counted for the order's (X-19)."""
    house.limited = Limits(pause_after=2, orders_per_name="3/1d")
    await house.restart()
    for name in ("a.example.net", "b.example.net"):
        house.network.verdicts = [WRONG] * 3
        view = await house.order(actor, name, above="example.net")
        await house.challenges.accept(actor, view.authorizations[0].authorization.challenges[0].id)
        while await house.work():
            house.clock.advance(3 * SECOND)
        assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    with pytest.raises(NamesPaused) as paused:
        await house.order(actor, "c.example.net", above="example.net")
    assert paused.value.facts["names"] == "example.net"
    await house.limits.resume(actor.contract.id, actor.account.id, "example.net")
    for _ in range(3):
        await house.order(actor, "c.example.net", above="example.net")
    with pytest.raises(TooManyOrders):
        await house.order(actor, "c.example.net", above="example.net")
    await house.order(actor, "d.example.net", above="example.net")


async def test_whoever_proved_the_domain_revokes_what_is_below(house, actor):
    """It could have all these names itself (A-90); a certificate with one more name it could not (X-60)."""
    other = await house.register(await house.sell(".example.net"))
    below = await house.issue(actor, "a.example.net", "*.b.example.net")
    more = await house.issue(actor, "a.example.net", "www.example.com")
    der = {one.serial: load_chain(one.chain_pem)[0].public_bytes(Encoding.DER) for one in (below, more)}
    await house.ready(other, "example.net")
    with pytest.raises(RevocationRefused):
        await house.certificates.revoke_by_account(other, der[below.serial], 4)
    await house.orders.deactivate(other, (await house.order(other, "example.net")).order.authorization_ids[0])
    view = await house.ready(other, "x.example.net", above="example.net")
    with pytest.raises(RevocationRefused):
        await house.certificates.revoke_by_account(other, der[more.serial], 4)
    await house.certificates.revoke_by_account(other, der[below.serial], 4)
    assert (await house.certificates.show(below.serial)).reason == 5
    [authorization] = view.authorizations
    assert authorization.status is AuthorizationStatus.VALID
