"""Every transition leaves its event, in the same unit of work, on each engine."""

import inspect
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from tegata.ca import ports
from tegata.ca.model import Link, RevocationList
from tegata.ca.ports import Conflict, Store, Work
from tegata.ca.store import audit
from tegata.ca.store.accounts import AccountRows
from tegata.ca.store.authorizations import AuthorizationRows
from tegata.ca.store.blocked_keys import BlockedKeyRows
from tegata.ca.store.certificates import CertificateRows
from tegata.ca.store.contracts import ContractRows
from tegata.ca.store.credentials import CredentialRows
from tegata.ca.store.customers import CustomerRows
from tegata.ca.store.examinations import ExaminationRows
from tegata.ca.store.limits import LimitRows
from tegata.ca.store.operators import OperatorRows
from tegata.ca.store.orders import OrderRows
from tegata.ca.store.precertificates import PrecertificateRows
from tegata.ca.store.problem_reports import ProblemReportRows
from tegata.ca.store.revocation_lists import RevocationListRows
from tests.ca.store.records import (
    DAY,
    FAULT,
    NOW,
    account,
    authorization,
    certificate,
    contract,
    credential,
    customer,
    order,
    populate,
)

pytestmark = pytest.mark.anyio


async def kinds(store: Store, subject: str) -> list[str]:
    return [event.kind for event in await store.audit.of_subject(subject)]


@pytest.mark.parametrize("page", [1, 2, 1000])
async def test_certificates_that_are_gone(store: Store, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the log says were issued, lately enough, and that are not there so; in pages of the log (B-93)."""
    monkeypatch.setattr(audit, "PAGE_EVENTS", page)
    await populate(store)
    work = Work()
    store.orders.insert(work, order())
    store.certificates.intend(work, certificate(serial="intended"))
    for serial in ("intended", "lost-2", "lost-1", "lost-1"):
        store.audit.note(work, "certificate.issued", serial, {})
    store.audit.note(work, "certificate.finished", "lost-3", {})
    store.audit.note(work, "certificate.intended", "never issued", {})
    await store.commit(work)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    gone = ["intended", "lost-1", "lost-2", "lost-3"]
    assert sorted(await store.audit.gone(an_hour_ago, 100)) == gone
    assert len(set(await store.audit.gone(an_hour_ago, 2)) & set(gone)) == 2
    assert await store.audit.gone(an_hour_ago + timedelta(hours=2), 100) == []
    work = Work()
    store.certificates.issue(work, "intended", b"chain", NOW)
    await store.commit(work)
    assert sorted(await store.audit.gone(an_hour_ago, 100)) == gone[1:]


@pytest.mark.parametrize("page", [1, 2, 1000])
async def test_events_of_a_kind(store: Store, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it, in order, in pages of the log."""
    monkeypatch.setattr(audit, "PAGE_EVENTS", page)
    for subject in ("one", "other", "two"):
        work = Work()
        store.audit.note(work, subject if subject == "other" else "kind", subject, {})
        await store.commit(work)
    assert [event.subject for event in await store.audit.of_kind("kind")] == ["one", "two"]


async def test_the_life_of_a_certificate(store: Store) -> None:
    """From contract to revocation: what happened, to whom, and digests of what was seen and made."""
    await populate(store)
    units = [Work() for _ in range(5)]
    store.authorizations.insert(units[0], authorization())
    store.orders.insert(units[0], order(authorization_ids=("authorization",), replaces="old", replacement=0))
    store.authorizations.accept_challenge(units[0], "authorization-http", NOW)
    store.authorizations.pass_challenge(units[1], "authorization-http", NOW, NOW + DAY, b"{}")
    store.orders.begin_processing(units[2], "order", b"csr", NOW)
    store.certificates.intend(units[2], certificate())
    store.certificates.issue(units[3], "a1", b"chain", NOW)
    store.orders.complete(units[3], "order", "a1")
    store.certificates.revoke(units[4], "a1", 4, NOW, "operator")
    store.certificates.revoke_for_key_compromise(units[4], "a1")
    before = datetime.now(UTC)
    for unit in units:
        await store.commit(unit)
    assert await kinds(store, "contract") == ["contract.added"]
    assert await kinds(store, "kid") == ["credential.added"]
    assert await kinds(store, "account") == ["account.created"]
    assert await kinds(store, "authorization-http") == ["challenge.passed"]
    assert await kinds(store, "order") == ["order.placed", "order.finalized", "order.completed"]
    issued = await store.audit.of_subject("a1")
    assert [event.kind for event in issued] == [
        "certificate.intended",
        "certificate.issued",
        "certificate.revoked",
        "certificate.key-compromised",
    ]
    tbs = sha256(certificate().tbs).hexdigest()
    assert issued[0].facts == {"order": "order", "account": "account", "contract": "contract", "tbs": tbs}
    assert issued[2].facts == {"reason": "4", "by": "operator"}
    assert all(before.timestamp() - 60 < event.at.timestamp() < before.timestamp() + 60 for event in issued)
    (placed, *_) = await store.audit.of_subject("order")
    assert placed.facts == {
        "account": "account",
        "contract": "contract",
        "names": "www.example.com 192.0.2.7",
        "replaces": "old",
    }


async def test_changes_and_ends(store: Store) -> None:
    """Of contract, credential, account, authorization and order, and the CRL."""
    await populate(store)
    work = Work()
    store.contracts.renew(work, "contract", ends_before=contract().ends, ends=contract().ends + DAY, at=NOW)
    store.contracts.suspend(work, "contract", NOW)
    store.contracts.resume(work, "contract")
    store.contracts.end(work, "contract", NOW)
    store.credentials.supersede(work, "kid", NOW)
    store.credentials.disable(work, "kid", NOW)
    store.accounts.update_contacts(work, "account", ())
    store.accounts.change_key(work, "account", former="thumb", thumbprint="new", jwk={})
    store.accounts.bind(work, "account", former="kid", kid="kid", binding=b"{}")
    store.accounts.deactivate(work, "account", NOW)
    for name in ("failed", "given-up"):
        store.authorizations.insert(work, authorization(name))
        store.authorizations.accept_challenge(work, f"{name}-http", NOW)
    store.authorizations.fail_challenge(work, "failed-http", NOW, FAULT, b"{}")
    store.authorizations.deactivate(work, "given-up", NOW)
    store.orders.insert(work, order())
    store.orders.fail(work, "order", FAULT)
    crl = RevocationList(number=1, this_update=NOW, next_update=NOW + DAY, der=b"crl")
    store.revocation_lists.claim(work, 1, "issuing", "ab")
    store.revocation_lists.publish(work, crl)
    await store.commit(work)
    assert set(await kinds(store, "contract")) == {
        *("contract.added", "contract.renewed", "contract.suspended", "contract.resumed", "contract.ended"),
    }
    assert set(await kinds(store, "kid")) == {"credential.added", "credential.superseded", "credential.disabled"}
    assert set(await kinds(store, "account")) == {
        *("account.created", "account.contacts-changed", "account.key-changed", "account.deactivated"),
        "account.eab-changed",
    }
    (failed,) = await store.audit.of_subject("failed-http")
    assert (failed.kind, failed.facts["code"], failed.facts["reference"]) == (
        *("challenge.failed", FAULT.code, FAULT.reference),
    )
    assert await kinds(store, "given-up") == ["authorization.deactivated"]
    assert set(await kinds(store, "order")) == {"order.placed", "order.failed"}
    assert await kinds(store, "1") == ["crl.intended", "crl.published"]


async def test_what_did_not_happen_leaves_no_event(store: Store) -> None:
    """A unit that is lost takes its events with it."""
    await populate(store)
    before = await store.audit.count_unbound()
    work = Work()
    store.customers.insert(work, customer(id="other", login="other@example.com"))
    store.credentials.insert(work, credential(kid="other"))
    store.accounts.insert(work, account(id="other"))
    with pytest.raises(Conflict):
        await store.commit(work)
    assert await store.audit.count_unbound() == before
    assert await kinds(store, "other") == []


SILENT = {
    "Authorizations": {"insert", "accept_challenge"},  # told by the order, and by the verdict
    "Orders": {"cancel_open"},  # told by the account's end
    "Credentials": {"use"},  # told by the account
    "Customers": {"close_session"},
    "Observations": {"insert"},  # evidence that is only ever added
    "Jobs": {"add", "discard", "finish", "extend", "hasten", "postpone"},
    "SpentNonces": {"spend"},
    "Limits": {"spend", "spend_unless_held", "forget", "failed", "passed"},  # told by the order, and by the verdict
    "Audit": {"bind", "add_link", "note"},  # what is noted is itself the event
}
"""Writes that are no event of their own."""


def writes() -> list[tuple[str, str]]:
    """Every write of the ports, but those that are no event."""
    found = []
    for port in vars(ports).values():
        if inspect.isclass(port) and port.__module__ == ports.__name__:
            for name, verb in inspect.getmembers(port, inspect.isfunction):
                if "work" in inspect.signature(verb).parameters and name not in SILENT.get(port.__name__, set()):
                    found.append((port.__name__, name))
    return sorted(set(found) - {("Store", "commit")})


@pytest.mark.parametrize(("port", "verb"), writes())
def test_every_write_records(port: str, verb: str) -> None:
    """B-93: A new write of the store tells the audit log, or stands in the list above with its reason."""
    rows: dict[str, type] = {
        "Accounts": AccountRows,
        "Authorizations": AuthorizationRows,
        "Certificates": CertificateRows,
    }
    rows |= {"Contracts": ContractRows, "Credentials": CredentialRows, "Customers": CustomerRows, "Orders": OrderRows}
    rows |= {"RevocationLists": RevocationListRows, "Examinations": ExaminationRows}
    rows |= {"ProblemReports": ProblemReportRows, "Operators": OperatorRows}
    rows |= {"Limits": LimitRows, "BlockedKeys": BlockedKeyRows, "Precertificates": PrecertificateRows}
    assert "audit.record(" in inspect.getsource(getattr(rows[port], verb))


async def test_binding(store: Store) -> None:
    """The oldest first, each once; none to a link that is made; a link's number is the next."""
    await populate(store)
    assert await store.audit.count_unbound() == 4
    assert await store.audit.newest_link() is None
    work = Work()
    store.audit.bind(work, 1, 3)
    await store.commit(work)
    bound = await store.audit.of_link(1)
    assert [event.at for event in bound] == sorted(event.at for event in bound)
    assert (len(bound), await store.audit.count_unbound()) == (3, 4)
    first = Link(number=1, previous=b"\x00", digest=b"\xff", events=3)
    work = Work()
    store.audit.add_link(work, first)
    await store.commit(work)
    assert await store.audit.newest_link() == first
    work = Work()
    store.audit.bind(work, 1, 3)
    await store.commit(work)
    assert await store.audit.count_unbound() == 1
    for number in (1, 3):
        work = Work()
        store.audit.add_link(work, Link(number=number, previous=b"", digest=b"", events=0))
        with pytest.raises(Conflict, match=r"audit\.add_link"):
            await store.commit(work)
    work = Work()
    store.audit.bind(work, 2, 3)
    second = Link(number=2, previous=b"\xff", digest=b"\x01", events=1)
    store.audit.add_link(work, second)
    await store.commit(work)
    assert await store.audit.links_from(1, 10) == [first, second]
    assert await store.audit.links_from(2, 10) == [second]
    assert await store.audit.links_from(0, 1) == [first]
