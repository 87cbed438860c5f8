"""Certificates from intent to revocation, and CRLs, in the store."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from tegata.ca.model import Replacement, Revocation, RevocationList
from tegata.ca.ports import Conflict, Named, Store, Work
from tegata.ca.settings import WHOLE_CRL
from tegata.ca.store import migrations, sql
from tests.ca.store.records import DAY, NOW, SECOND, account, certificate, contract, credential, order, populate

pytestmark = pytest.mark.anyio


async def attempt(store: Store, work: Work) -> str | None:
    """Commit; the statement that refused, if one did."""
    try:
        await store.commit(work)
    except Conflict as conflict:
        return conflict.statement
    return None


async def step(store: Store, verb: str, *arguments: object) -> bool:
    """Whether this write on certificates went through."""
    work = Work()
    getattr(store.certificates, verb)(work, *arguments)
    return await attempt(store, work) is None


async def orders(store: Store, *names: str, **changes: object) -> None:
    work = Work()
    for name in names:
        store.orders.insert(work, order(name, **changes))
    await store.commit(work)


async def test_ten_thousand_are_read_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a report may name: not one by one, each of which a server would be asked for."""
    monkeypatch.setattr("tegata.ca.store.certificates.PART", 3)
    await populate(store)
    names = [f"{number:02x}" for number in range(7)]
    await orders(store, *names)
    for name in names:
        assert await step(store, "intend", certificate(name, name))
    engine: Any = getattr(store.certificates, "_database")  # noqa: B009 - no port has it
    fetch, asked = engine.fetch, []

    async def counting(name: str, **parameters: object) -> Any:
        asked.append(name)
        return await fetch(name, **parameters)

    monkeypatch.setattr(engine, "fetch", counting)
    wanted = ["03", "unknown", *reversed(names), "06"]
    assert [one.serial for one in await store.certificates.many(wanted)] == ["03", *reversed(names), "06"]
    assert await store.certificates.many([]) == []
    assert len(asked) == 4


async def test_from_intent_to_revocation(store: Store) -> None:
    """Each step once and in its turn; what was stored before stays, and so do others."""
    await populate(store)
    await orders(store, "order", "intended", "issued", "revoked")
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    await store.commit(work)
    issued_at = {"chain_pem": b"pem", "issued_at": NOW}
    others = [
        certificate("b1", "intended"),
        certificate("b2", "issued", **issued_at),
        certificate("b3", "revoked", revoked_at=NOW, reason=4, **issued_at),
    ]
    for other in others:
        assert await step(store, "intend", other)
    assert not await step(store, "issue", "a1", b"pem", NOW)
    assert await step(store, "intend", certificate())
    assert await store.certificates.get("a1") == certificate()
    assert await store.certificates.intended_for("order") == certificate()
    assert not await step(store, "revoke", "a1", 4, NOW, "operator")
    assert await step(store, "issue", "a1", b"pem", NOW + SECOND)
    issued = certificate(chain_pem=b"pem", issued_at=NOW + SECOND)
    assert await store.certificates.get("a1") == issued
    assert not await step(store, "issue", "a1", b"other", NOW)
    assert await store.certificates.count_valid("contract", issued.not_after) == 2  # with b2
    assert await store.certificates.count_valid("contract", issued.not_after + SECOND) == 0
    assert await store.certificates.count_valid("foreign", issued.not_after) == 0
    assert not await step(store, "revoke_for_key_compromise", "a1")
    assert await step(store, "revoke", "a1", 0, NOW + DAY, "operator")
    assert not await step(store, "revoke", "a1", 5, NOW + 2 * DAY, "operator")
    revoked = certificate(chain_pem=b"pem", issued_at=NOW + SECOND, revoked_at=NOW + DAY, reason=0)
    assert await store.certificates.get("a1") == revoked
    assert await store.certificates.count_valid("contract", issued.not_after) == 1
    assert await step(store, "revoke_for_key_compromise", "a1")
    assert not await step(store, "revoke_for_key_compromise", "a1")
    compromised = certificate(chain_pem=b"pem", issued_at=NOW + SECOND, revoked_at=NOW + DAY, reason=1)
    assert await store.certificates.get("a1") == compromised
    assert [await store.certificates.get(other.serial) for other in others] == others
    assert await store.certificates.get("x") is None
    assert await store.certificates.intended_for("x") is None


async def test_an_order_has_one_certificate_and_a_serial_number_too(store: Store) -> None:
    """A second intent for the order, or with the same serial number, is a conflict (S-33, B-60)."""
    await populate(store)
    await orders(store, "order", "other")
    assert await step(store, "intend", certificate("a1", "order"))
    assert not await step(store, "intend", certificate("a2", "order"))
    assert not await step(store, "intend", certificate("a1", "other"))
    assert await store.certificates.get("a1") == certificate("a1", "order")
    assert await store.certificates.intended_for("other") is None
    assert await store.certificates.get("a2") is None


async def test_current_certificates_for_exactly_these_names(store: Store) -> None:
    """Whatever their order; issued, unrevoked, that last until then, newest first, of this contract, so many."""
    await populate(store)
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    await store.commit(work)
    await orders(store, "o1", "o2", "o3", "o4", "o5", "o6")
    await orders(store, "o7", contract_id="foreign")
    issued = {"chain_pem": b"pem", "issued_at": NOW}
    old = certificate("01", "o1", **issued)
    new = certificate("02", "o2", names=("example.com", "www.example.com"), intended_at=NOW + SECOND, **issued)
    work = Work()
    for record in (
        old,
        new,
        certificate("03", "o3", names=("www.example.com",), **issued),
        certificate("04", "o4"),
        certificate("05", "o5", revoked_at=NOW, reason=4, **issued),
        certificate("06", "o6", not_after=NOW + DAY, **issued),
        certificate("07", "o7", contract_id="foreign", **issued),
    ):
        store.certificates.intend(work, record)
    await store.commit(work)
    names = ["www.example.com", "example.com"]
    assert await store.certificates.current_for("contract", names, NOW + DAY + SECOND, 9) == [new, old]
    found = await store.certificates.current_for("contract", names, NOW + DAY, 9)
    assert [c.serial for c in found] == ["02", "01", "06"]
    assert await store.certificates.current_for("contract", names, NOW + DAY, 2) == [new, old]
    assert await store.certificates.current_for("contract", ["example.com"], NOW, 9) == []
    assert [c.serial for c in await store.certificates.issued_before("foreign", None, 9)] == ["07"]
    assert [c.serial for c in await store.certificates.issued_before("contract", None, 1)] == ["02"]


async def test_issued_certificates_by_serial_and_by_key(store: Store) -> None:
    """What was only intended is none; so many at a time, those after a serial; of a key those of no other."""
    await populate(store)
    await orders(store, "o1", "o2", "o3", "o4")
    issued = {"chain_pem": b"pem", "issued_at": NOW}
    work = Work()
    for record in (
        certificate("01", "o1", **issued),
        certificate("02", "o2", spki_digest=b"another", **issued),
        certificate("03", "o3"),
        certificate("04", "o4", intended_at=NOW + SECOND, **issued),
    ):
        store.certificates.intend(work, record)
    await store.commit(work)
    assert [one.serial for one in await store.certificates.issued_after("", 2)] == ["01", "02"]
    assert [one.serial for one in await store.certificates.issued_after("02", 9)] == ["04"]
    assert [one.serial for one in await store.certificates.of_key(certificate().spki_digest)] == ["04", "01"]


async def test_what_hangs_on_a_credential(store: Store) -> None:
    """Its living accounts and their valid certificates; not another credential's, nor a gone account's."""
    await populate(store)
    await orders(store, *(f"o{number}" for number in range(1, 8)))
    issued = {"chain_pem": b"pem", "issued_at": NOW}
    work = Work()
    store.credentials.insert(work, credential(kid="other"))
    store.accounts.insert(work, account(id="theirs", thumbprint="theirs", kid="other"))
    store.accounts.insert(work, account(id="gone", thumbprint="gone", deactivated_at=NOW))
    for record in (
        certificate("01", "o1", **issued),
        certificate("02", "o2", not_after=NOW + 2 * DAY, **issued),
        certificate("03", "o3", not_after=NOW + DAY),
        certificate("04", "o4", not_after=NOW + DAY, revoked_at=NOW, reason=4, **issued),
        certificate("05", "o5", not_after=NOW - SECOND, **issued),
        certificate("06", "o6", not_after=NOW + DAY, account_id="theirs", **issued),
        certificate("07", "o7", not_after=NOW + DAY, account_id="gone", **issued),
    ):
        store.certificates.intend(work, record)
    await store.commit(work)
    usage = await store.credentials.usage(credential(), NOW)
    assert (usage.accounts, usage.certificates, usage.first_end) == (1, 2, NOW + 2 * DAY)
    in_its_last_second = await store.credentials.usage(credential(), NOW + 2 * DAY)
    assert in_its_last_second.certificates == 2


async def test_a_contracts_certificates_page_by_page(store: Store) -> None:
    """Issued ones of this contract, newest first, each once, those of one instant too."""
    await populate(store)
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    await store.commit(work)
    await orders(store, "o1", "o2", "o3", "o4")
    await orders(store, "o5", contract_id="foreign")
    issued = {"chain_pem": b"pem", "issued_at": NOW}
    work = Work()
    for record in (
        certificate("01", "o1", **issued),
        certificate("02", "o2", intended_at=NOW + SECOND, revoked_at=NOW, reason=4, **issued),
        certificate("03", "o3", **issued),
        certificate("04", "o4", intended_at=NOW + DAY),
        certificate("05", "o5", contract_id="foreign", **issued),
    ):
        store.certificates.intend(work, record)
    await store.commit(work)
    first = await store.certificates.issued_before("contract", None, 2)
    assert [one.serial for one in first] == ["02", "03"]
    assert [one.serial for one in await store.certificates.issued_before("contract", first[-1], 2)] == ["01"]
    assert [one.serial for one in await store.certificates.issued_before("foreign", None, 2)] == ["05"]


async def test_those_whose_renewal_may_be_overdue(store: Store) -> None:
    """The newest for their names, in force, late in their life, wanted replaced or from before a renewal; by ends.

    What a client renews in time, after two thirds of its life, is never among them, nor read for it.
    """
    await populate(store)
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    await store.commit(work)
    await orders(store, *(f"o{number}" for number in range(9)))
    await orders(store, "o9", contract_id="foreign")
    await orders(store, "o10")
    issued = {"chain_pem": b"pem", "issued_at": NOW}
    work = Work()
    for record in (
        certificate("0a", "o10", names=("g",), not_before=NOW + 55 * DAY, not_after=NOW + 64 * DAY, **issued),
        certificate("00", "o0", **issued),
        certificate("01", "o1", intended_at=NOW + SECOND, **issued),
        certificate("02", "o2", names=("a",), **issued),
        certificate("03", "o3", names=("b",), not_after=NOW + 80 * DAY, **issued),
        certificate("04", "o4", names=("b",), intended_at=NOW + SECOND, revoked_at=NOW, reason=4, **issued),
        certificate("05", "o5", names=("c",)),
        certificate("06", "o6", names=("d",), not_after=NOW + 49 * DAY, **issued),
        certificate("07", "o7", names=("e",), not_before=NOW + 40 * DAY, intended_at=NOW + 40 * DAY, **issued),
        certificate("08", "o8", names=("f",), not_before=NOW + 40 * DAY, intended_at=NOW + 40 * DAY, **issued),
        certificate("09", "o9", contract_id="foreign", **issued),
    ):
        store.certificates.intend(work, record)
    store.certificates.replace(work, "08", Replacement(NOW + 50 * DAY, NOW + 51 * DAY, None))
    await store.commit(work)

    async def found(now: datetime, **changes: object) -> list[str]:
        """A page of two after another."""
        pages = [await store.certificates.last_of_names(contract(**changes), now, None, 2)]
        while len(pages[-1]) == 2:
            pages.append(await store.certificates.last_of_names(contract(**changes), now, pages[-1][-1], 2))
        return [one.serial for page in pages for one in page]

    assert await found(NOW + 68 * DAY) == ["03", "01", "02", "08"]
    assert await found(NOW + DAY) == ["08"]
    assert await found(NOW + 60 * DAY - SECOND) == ["0a", "08"]
    assert await found(NOW + 60 * DAY) == ["0a", "03", "08"]
    assert await found(NOW + 68 * DAY, renewed_at=NOW + 41 * DAY) == ["03", "01", "02", "07", "08"]
    assert await found(NOW + 68 * DAY, id="foreign") == ["09"]

    async def named(after: Named | None, since: datetime, now: datetime = NOW + 50 * DAY) -> list[Named]:
        return await store.certificates.latest_names("contract", now, after, since, 2)

    first = await named(None, NOW)
    assert first == [Named(("f",), NOW + 40 * DAY, "08"), Named(("e",), NOW + 40 * DAY, "07")]
    assert [one.serial for one in await named(first[0], NOW)] == ["07", "01"]
    second = await named(first[1], NOW)
    assert second == [Named(("www.example.com", "example.com"), NOW + SECOND, "01")]
    assert await named(second[0], NOW) == []
    assert [one.serial for one in await named(second[0], NOW - SECOND)] == ["0a", "03"]
    assert await named(None, NOW, NOW + 200 * DAY) == []


async def test_revoked_certificates_for_the_crl(store: Store) -> None:
    """Those of the CRL that had not expired, by their serial numbers, so many at a time."""
    await populate(store)
    await orders(store, "o1", "o2", "o3", "o4", "o5")
    issued = {"chain_pem": b"pem", "issued_at": NOW}
    late = certificate("01", "o1", revoked_at=NOW + SECOND, reason=1, spki_digest=b"another", **issued)
    early = certificate("02", "o2", revoked_at=NOW, reason=4, **issued)
    work = Work()
    for record in (
        late,
        early,
        certificate("03", "o3", **issued),
        certificate("05", "o5", revoked_at=NOW, reason=4, crl="issuing-1", **issued),
        certificate("04", "o4", not_after=NOW + DAY, revoked_at=NOW, reason=4, **issued),
    ):
        store.certificates.intend(work, record)
    await store.commit(work)
    first, second = Revocation("01", NOW + SECOND, 1), Revocation("02", NOW, 4)
    assert await store.certificates.revoked("issuing", NOW + DAY + SECOND, "", 9) == [first, second]
    assert await store.certificates.revoked("issuing", NOW + DAY, "", 1) == [first]
    assert [one.serial for one in await store.certificates.revoked("issuing", NOW + DAY, "01", 9)] == ["02", "04"]
    assert [one.serial for one in await store.certificates.revoked("issuing-1", NOW, "", 9)] == ["05"]


def crl(number: int, name: str = WHOLE_CRL) -> RevocationList:
    return RevocationList(number=number, this_update=NOW, next_update=NOW + DAY, der=b"crl %d" % number, crl=name)


async def test_crl_numbers_only_grow_by_one(store: Store) -> None:
    """Of concurrent publishers of one number one wins; the latest of each name is what is read, and no other's."""
    assert await store.revocation_lists.latest() is None

    async def publish(number: int, name: str = WHOLE_CRL) -> bool:
        work = Work()
        store.revocation_lists.claim(work, number, name, "ab")
        store.revocation_lists.publish(work, crl(number, name))
        return await attempt(store, work) is None

    assert not await publish(2)
    assert sorted(await asyncio.gather(*(publish(1) for _ in range(5)))) == [False] * 4 + [True]
    assert await store.revocation_lists.latest() == crl(1)
    assert await publish(2)
    assert not await publish(2)
    assert not await publish(1)
    assert not await publish(4)
    assert await store.revocation_lists.latest() == crl(2)
    assert not await publish(1, "issuing2")
    assert await publish(3, "issuing2")
    assert await publish(4, "issuing2")
    assert await store.revocation_lists.latest() == crl(2)
    assert await store.revocation_lists.latest("issuing2") == crl(4, "issuing2")
    assert await store.revocation_lists.head("issuing") == (2, NOW, NOW + DAY)
    assert {name: head.number for name, head in (await store.revocation_lists.heads()).items()} == {
        WHOLE_CRL: 2,
        "issuing2": 4,
    }


async def test_a_number_is_claimed_once(store: Store) -> None:
    """Whether a CRL comes of it or not (RFC 5280 §5.2.3, B-88): one that was overtaken is not published any more."""

    def claimed(number: int) -> Work:
        work = Work()
        store.revocation_lists.claim(work, number, WHOLE_CRL, "ab")
        return work

    def published(number: int) -> Work:
        work = Work()
        store.revocation_lists.publish(work, crl(number))
        return work

    assert await attempt(store, published(1)) is not None
    outcomes = await asyncio.gather(*(attempt(store, claimed(1)) for _ in range(5)))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert await store.revocation_lists.newest_number() == 1
    assert await store.revocation_lists.heads() == {}
    assert await attempt(store, claimed(2)) is None
    assert await attempt(store, published(1)) is not None
    assert await attempt(store, published(2)) is None
    assert await attempt(store, published(2)) is not None
    assert await store.revocation_lists.latest() == crl(2)
    assert await attempt(store, claimed(2)) is not None


async def test_to_be_replaced(store: Store) -> None:
    """Once it is issued and as long as it is not revoked; what was said last counts, for no other (X-18)."""
    await populate(store)
    await orders(store, "order", "beside")
    assert await step(store, "intend", certificate())
    other = certificate("b1", "beside", chain_pem=b"pem", issued_at=NOW)
    assert await step(store, "intend", other)
    wanted = Replacement(NOW, NOW + DAY, "https://ca.example.com/why")
    assert not await step(store, "replace", "a1", wanted)
    assert await step(store, "issue", "a1", b"pem", NOW)
    for last in (wanted, Replacement(NOW, NOW + 2 * DAY)):
        assert await step(store, "replace", "a1", last)
        found = await store.certificates.get("a1")
        assert found is not None
        assert found.replacement == last
    assert await step(store, "revoke", "a1", 4, NOW, "operator")
    assert not await step(store, "replace", "a1", wanted)
    assert await store.certificates.get("b1") == other


async def test_a_key_given_up(store: Store) -> None:
    """By one account, for itself alone; for another reason it would be no such key (A-94)."""
    await populate(store)
    await orders(store, "order", "intended", "next", "other")
    key = certificate().spki_digest
    work = Work()
    store.accounts.insert(work, account(id="somebody", thumbprint="other"))
    await store.commit(work)
    assert await step(store, "intend", certificate(chain_pem=b"pem", issued_at=NOW))
    assert await step(store, "intend", certificate("a2", "intended"))
    assert not await store.certificates.is_compromised(key, certificate().account_id)
    assert await step(store, "revoke", "a1", 4, NOW, "account")
    assert not await store.certificates.is_compromised(key, certificate().account_id)
    assert await step(store, "revoke_for_key_compromise", "a1")
    assert await store.certificates.is_compromised(key, certificate().account_id)
    assert not await store.certificates.is_compromised(key, "somebody")
    assert not await store.certificates.is_compromised(b"another", certificate().account_id)
    assert not await step(store, "issue", "a2", b"pem", NOW)
    assert not await step(store, "intend", certificate("a3", "next"))
    assert await step(store, "intend", certificate("a4", "other", account_id="somebody"))
    assert await step(store, "issue", "a4", b"pem", NOW)
    work = Work()
    store.blocked_keys.block(work, key, NOW, "operator")
    await store.commit(work)
    assert await store.certificates.is_compromised(key, "somebody")


async def test_a_blocked_key(store: Store) -> None:
    """Nothing is intended for it, and what was intended is not issued (A-94)."""
    await populate(store)
    await orders(store, "order", "other")
    assert await step(store, "intend", certificate())
    assert await store.blocked_keys.all() == []
    for _ in range(2):
        work = Work()
        store.blocked_keys.block(work, certificate().spki_digest, NOW, "operator")
        await store.commit(work)
    assert not await step(store, "issue", "a1", b"pem", NOW)
    assert not await step(store, "intend", certificate(serial="a2", order_id="other"))
    assert await step(store, "intend", certificate(serial="a2", order_id="other", spki_digest=b"another"))
    (blocked,) = await store.blocked_keys.all()
    assert blocked == await store.blocked_keys.get(certificate().spki_digest)
    assert (blocked.blocked_at, blocked.cause) == (NOW, "operator")
    assert await step(store, "issue", "a2", b"pem", NOW)
    assert [one.serial for one in await store.certificates.of_key(b"another")] == ["a2"]


@pytest.mark.parametrize("statement", ["certificates.count_valid", "credentials.usage", "credentials.usages"])
def test_what_is_in_force_is_counted_without_what_has_ended(statement: str) -> None:
    """The page of a seal is anybody's, and what has ended stays for years (S-30)."""
    assert steps_of_a_count(statement, 3000) < 1.5 * steps_of_a_count(statement, 30)


def steps_of_a_count(statement: str, ended: int) -> int:
    """How many instructions of SQLite's it takes where so many certificates of the contract have ended."""
    steps = count()
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript("".join(step.text for step in migrations.known()))
        database.executemany(
            "INSERT INTO certificates (serial, order_id, account_id, contract_id, names, names_digest, not_before,"
            " not_after, spki_digest, tbs, intended_at, chain_pem, issued_at)"
            " VALUES (:name, :name, 'account', 'contract', '[]', x'', 0, :ends, x'', x'', 0, x'', 0)",
            [{"name": str(number), "ends": int(number < 2)} for number in range(ended + 2)],
        )
        database.executescript(
            "INSERT INTO credentials (kid, contract_id, sealed_mac, created_at) VALUES ('kid', 'contract', x'', 0);"
            "INSERT INTO accounts VALUES ('account', '', '{}', 'contract', 'kid', x'', '[]', 0, 0, NULL);"
        )
        database.set_progress_handler(lambda: next(steps) < 0, 1)
        parameters = {"contract_id": "contract", "kid": "kid", "now": 1, "first": 0, "last": 0}
        database.execute(sql.statements()[statement], parameters).fetchall()
    return next(steps)
