"""The audit of everything that was issued: each certificate once, with what either lint has against it."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import b64
from tegata.ca.issuing.relint import Relint
from tegata.ca.policy.certificates import Reason
from tegata.ca.ports import Work
from tegata.ca.services import relinting
from tegata.ca.services.relinting import RelintService
from tegata.ca.services.responders import ResponderService
from tegata.pki.certs import load_leaf
from tests.ca.services.house import PUBLIC_URL
from tests.ca.services.test_linting import Critic

pytestmark = pytest.mark.anyio


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def service(house, linter=None, kept_since=LONG_AGO):
    relint = Relint(
        issuers={"issuing": house.authority.certificate},
        public_url=PUBLIC_URL,
        services=house.products,
        policy=house.policy,
    )
    return RelintService(store=house.store, relint=relint, linter=linter, kept_since=kept_since)


@pytest.fixture
async def issued(house, monkeypatch):
    """Five of two contracts, more than two pages, and an intent that became nothing."""
    monkeypatch.setattr(relinting, "PAGE", 2)
    actors = [await house.register(await house.sell(user=f"{n}@example.com")) for n in range(2)]
    made = [await house.issue(actors[n % 2]) for n in range(5)]
    house.signer.before = OSError("the HSM is busy")
    await house.finalize(actors[0], await house.ready(actors[0]))
    return made


async def test_all_are_looked_at_once(house, issued):
    """B-81: An intent is no certificate yet."""
    judged = [one async for one in service(house).all()]
    assert [one.certificate.serial for one in judged] == sorted(one.serial for one in issued)
    assert all(one.is_sound for one in judged)


async def test_one_that_was_changed_is_found(house, issued):
    """In the database, behind the CA's back."""
    with sqlite3.connect(house.path) as database:
        database.execute(
            "UPDATE certificates SET chain_pem = ? WHERE serial = ?", (issued[0].chain_pem, issued[3].serial)
        )
    faulty = [one async for one in service(house).all() if not one.is_sound]
    assert [one.certificate.serial for one in faulty] == [issued[3].serial]
    assert faulty[0].fault.facts["rule"] == "it is what was recorded before it was signed"


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("tbs = x'00'", "what it was to be"),
        ("chain_pem = x'0a'", "what was issued"),
        ("revoked_at = 1, reason = 4", "whether it is revoked"),
    ],
)
async def test_one_that_the_log_knows_otherwise_is_found(house, issued, change, difference):
    """B-93: in the database, behind the CA's back; the log's chain still holds."""
    changed(house, f"UPDATE certificates SET {change}", issued[3].serial)
    faulty = [one async for one in service(house).all() if not one.is_sound]
    assert [(one.certificate.serial, one.difference) for one in faulty] == [(issued[3].serial, difference)]


@pytest.mark.parametrize("reason", [Reason.SUPERSEDED, Reason.KEY_COMPROMISE])
async def test_a_revocation_that_the_log_knows_otherwise_is_found(house, issued, reason):
    """B-93: taken back, or with another reason; as it was written it is sound."""
    record, work = issued[1], Work()
    house.store.certificates.revoke(work, record.serial, int(Reason.SUPERSEDED), house.clock(), "operator")
    if reason is Reason.KEY_COMPROMISE:
        house.store.certificates.revoke_for_key_compromise(work, record.serial)
    await house.store.commit(work)
    assert all([one.is_sound async for one in service(house).all()])
    for change, difference in (
        ("reason = 5", "why it is revoked"),
        ("revoked_at = NULL, reason = NULL", "whether it is revoked"),
    ):
        changed(house, f"UPDATE certificates SET {change}", record.serial)
        [faulty] = [one async for one in service(house).all() if not one.is_sound]
        assert (faulty.certificate.serial, faulty.difference) == (record.serial, difference)


async def test_one_that_is_gone_is_told(house, issued):
    """B-93: The log knows it; an intent that became nothing is not missed, nor what house-keeping may have dropped."""
    assert await service(house).gone() == []
    with sqlite3.connect(house.path) as database:
        database.execute("UPDATE orders SET serial = NULL WHERE serial = ?", (issued[0].serial,))
        database.execute("DELETE FROM certificates WHERE serial = ?", (issued[0].serial,))
    assert await service(house).gone() == [issued[0].serial]
    assert await service(house, kept_since=datetime.now(UTC) + timedelta(hours=1)).gone() == []


def changed(house, statement, serial):
    with sqlite3.connect(house.path) as database:
        assert database.execute(f"{statement} WHERE serial = ?", (serial,)).rowcount == 1


async def test_the_second_lint_finds_its_own(house, issued):
    """It sees the certificates as they are; one that cannot be read is a fault already."""

    class Finds(Critic):
        async def findings(self, certificate: bytes) -> list[str]:
            self.seen.append(certificate)
            return ["cabf.something"] * (len(self.seen) == 1)

    with sqlite3.connect(house.path) as database:
        database.execute("UPDATE certificates SET chain_pem = ? WHERE serial = ?", (b"-", issued[2].serial))
    critic = Finds()
    faulty = [one async for one in service(house, critic).all() if not one.is_sound]
    assert len(critic.seen) == 4
    assert sorted(one.findings for one in faulty) == [[], ["cabf.something"]]
    assert [one.certificate.serial for one in faulty if one.fault] == [issued[2].serial]


async def test_cas_crls_and_ocsp_answers(house):
    """B-81: The second lint is asked about each, and what it finds is told by the name; without one nobody says."""

    class Finds(Critic):
        async def findings(self, certificate: bytes) -> list[str]:
            return ["cabf.something"] if certificate == b"crl" else []

    async def made():
        for name in ("root", "crl", "OCSP a1"):
            yield name, name.encode()

    told = await service(house, Finds()).beside(made())
    assert [(one.name, one.findings) for one in told] == [("root", []), ("crl", ["cabf.something"]), ("OCSP a1", [])]
    assert await service(house).beside(made()) == []


async def test_ocsp_responders(house, issued):
    """B-81, B-93: Each that is on record is looked at; one of which only the intent is, is no fault."""

    class Finds(Critic):
        async def findings(self, certificate: bytes) -> list[str]:
            self.seen.append(certificate)
            return ["cabf.something"]

    house.signer.before = None
    certified = ResponderService(store=house.store, authorities={"issuing": house.signer})
    tbs = load_leaf(issued[0].chain_pem).tbs_certificate_bytes
    der = await certified.certify("issuing", issued[0].serial, tbs)
    house.signer.before = OSError("the HSM is busy")
    with pytest.raises(OSError, match="busy"):
        await certified.certify("issuing", "ab", b"what was to be signed")
    assert [one.findings for one in await service(house).responders()] == [[], []]
    critic = Finds()
    assert [one.findings for one in await service(house, critic).responders() if one.findings] == [["cabf.something"]]
    assert critic.seen == [der]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"issuer": "gone"}, "its issuing CA is here"),
        ({"certificate": "AA"}, "it can be read"),
        ({"tbs": "AA"}, "it is what was recorded before it was signed"),
        ({"serial": "ab"}, "it is what was recorded before it was signed"),
    ],
)
async def test_a_responder_that_is_not_what_was_recorded(house, issued, changes, fault):
    """B-93: or that another than its issuing CA has signed."""
    house.signer.before = None
    leaf = load_leaf(issued[0].chain_pem)
    der, tbs = leaf.public_bytes(Encoding.DER), leaf.tbs_certificate_bytes
    facts = {"issuer": "issuing", "tbs": b64.encode(tbs), "certificate": b64.encode(der)} | changes
    serial, work = facts.pop("serial", issued[0].serial), Work()
    for kind in ("responder.intended", "responder.issued"):
        house.store.audit.note(work, kind, serial, facts)
    await house.store.commit(work)
    [found] = await service(house).responders()
    assert found.name == f"OCSP responder {serial}"
    assert [each.partition(":")[0] for each in found.findings] == [fault]


async def test_a_responder_that_another_has_signed(house, issued):
    """B-93."""
    leaf = load_leaf(issued[0].chain_pem)
    forged = bytearray(leaf.public_bytes(Encoding.DER))
    forged[-1] ^= 1
    relint = service(house)._relint
    fault = relint.responder_fault("issuing", issued[0].serial, leaf.tbs_certificate_bytes, bytes(forged))
    assert fault.facts["rule"] == "its issuing CA has signed it"
