"""Certificates as rows, from the intent to the revocation."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from tegata.ca.model import Certificate, Contract, Replacement, Revocation
from tegata.ca.ports import Named, Revocable, Work
from tegata.ca.store import audit
from tegata.ca.store.columns import digest, instant, instant_or_none, json, micros, micros_or_none, strings
from tegata.ca.store.engine import Engine, Row

PART = 500
"""Certificates that are read by one statement where very many are asked for."""

_NEVER = 2**63 - 1  # later than any instant


class CertificateRows:
    """Certificates (``ports.Certificates``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, serial: str) -> Certificate | None:
        """The certificate of this serial number (lower-case hex)."""
        rows = await self._database.fetch("certificates.get", serial=serial)
        return _certificate(rows[0]) if rows else None

    async def intended_for(self, order_id: str) -> Certificate | None:
        """The order's certificate, from the intent on."""
        rows = await self._database.fetch("certificates.intended_for", order_id=order_id)
        return _certificate(rows[0]) if rows else None

    async def issued_before(self, contract_id: str, before: Certificate | None, most: int) -> list[Certificate]:
        """The contract's issued certificates, newest first: the first ones, or those after one of them."""
        at, serial = (micros(before.intended_at), before.serial) if before else (_NEVER, "")
        rows = await self._database.fetch(
            "certificates.issued_before", contract_id=contract_id, at=at, serial=serial, most=most
        )
        return _certificates(rows)

    async def issued_after(self, after: str, most: int) -> list[Certificate]:
        """Issued certificates by their serials, those after one."""
        return _certificates(await self._database.fetch("certificates.issued_after", after=after, most=most))

    async def current_for(
        self, contract_id: str, names: Sequence[str], until: datetime, most: int
    ) -> list[Certificate]:
        """The contract's issued, unrevoked certificates for exactly these names that last until then, newest first."""
        rows = await self._database.fetch(
            "certificates.current_for",
            contract_id=contract_id,
            names_digest=_digest(names),
            until=micros(until),
            most=most,
        )
        return _certificates(rows)

    async def count_valid(self, contract_id: str, now: datetime) -> int:
        """How many of the contract's certificates are issued, unrevoked and unexpired."""
        rows = await self._database.fetch("certificates.count_valid", contract_id=contract_id, now=micros(now))
        ((count,),) = rows
        return int(count)

    async def last_of_names(
        self, contract: Contract, now: datetime, after: Certificate | None, most: int
    ) -> list[Certificate]:
        """Of the contract's certificates in force those that are the newest for their names, by their ends."""
        rows = await self._database.fetch(
            "certificates.last_of_names",
            contract_id=contract.id,
            renewed_at=0 if contract.renewed_at is None else micros(contract.renewed_at),
            now=micros(now),
            not_after=micros(now) if after is None else micros(after.not_after),
            serial="" if after is None else after.serial,
            most=most,
        )
        return _certificates(rows)

    async def latest_names(
        self, contract_id: str, now: datetime, after: Named | None, since: datetime, most: int
    ) -> list[Named]:
        """What names the contract's certificates in force have that were intended since, newest first."""
        rows = await self._database.fetch(
            "certificates.latest_names",
            contract_id=contract_id,
            now=micros(now),
            at=_NEVER if after is None else micros(after.intended_at),
            serial="" if after is None else after.serial,
            since=micros(since),
            most=most,
        )
        return [Named(strings(names), instant(at), serial) for names, at, serial in rows]

    async def many(self, serials: Sequence[str]) -> list[Certificate]:
        """The certificates of these serial numbers, in this order; an unknown one has none."""
        found: dict[str, Certificate] = {}
        for start in range(0, len(serials), PART):
            part = json(dict.fromkeys(serials[start : start + PART]))
            rows = await self._database.fetch("certificates.many", serials=part)
            found |= {row[0]: _certificate(row) for row in rows}
        return [found[serial] for serial in serials if serial in found]

    async def of_key(self, spki_digest: bytes) -> list[Revocable]:
        """Issued certificates for the key with this digest, newest first."""
        rows = await self._database.fetch("certificates.of_key", spki_digest=spki_digest)
        return [
            Revocable(serial, account_id, crl, instant(not_after), reason)
            for serial, account_id, crl, not_after, reason in rows
        ]

    async def is_compromised(self, spki_digest: bytes, account_id: str) -> bool:
        """Whether the key with this digest is blocked, or compromised by the word of this account."""
        rows = await self._database.fetch("certificates.is_compromised", spki_digest=spki_digest, account_id=account_id)
        return bool(rows[0][0])

    async def revoked(self, crl: str, since_not_after: datetime, after: str, most: int) -> list[Revocation]:
        """Revoked certificates of this CRL that had not expired at that instant, by their serials."""
        rows = await self._database.fetch(
            "certificates.revoked", crl=crl, since=micros(since_not_after), after=after, most=most
        )
        return [Revocation(serial, instant(revoked_at), reason) for serial, revoked_at, reason in rows]

    def intend(self, work: Work, certificate: Certificate) -> None:
        """Store what is about to be signed; Conflict if the order already has an intent."""
        work.add(
            "certificates.insert",
            rows=1,
            serial=certificate.serial,
            order_id=certificate.order_id,
            account_id=certificate.account_id,
            contract_id=certificate.contract_id,
            names=json(certificate.names),
            names_digest=_digest(certificate.names),
            not_before=micros(certificate.not_before),
            not_after=micros(certificate.not_after),
            spki_digest=certificate.spki_digest,
            tbs=certificate.tbs,
            intended_at=micros(certificate.intended_at),
            chain_pem=certificate.chain_pem,
            issued_at=micros_or_none(certificate.issued_at),
            revoked_at=micros_or_none(certificate.revoked_at),
            reason=certificate.reason,
            crl=certificate.crl,
        )
        audit.record(
            work,
            "certificate.intended",
            certificate.serial,
            order=certificate.order_id,
            account=certificate.account_id,
            contract=certificate.contract_id,
            tbs=digest(certificate.tbs),
        )

    def issue(self, work: Work, serial: str, chain_pem: bytes, at: datetime, linted: str | None = None) -> None:
        """Store the signed certificate, once; ``linted`` names the second lint that it has passed."""
        work.add("certificates.issue", rows=1, serial=serial, chain_pem=chain_pem, at=micros(at))
        audit.record(work, "certificate.issued", serial, chain=digest(chain_pem), linted=linted)

    def revoke(self, work: Work, serial: str, reason: int, at: datetime, by: str) -> None:
        """Revoke an issued certificate, once."""
        work.add("certificates.revoke", rows=1, serial=serial, reason=reason, at=micros(at))
        audit.record(work, "certificate.revoked", serial, reason=reason, by=by)

    def replace(self, work: Work, serial: str, wanted: Replacement) -> None:
        """Want an issued certificate replaced that has not been revoked."""
        starts, ends = micros(wanted.starts), micros(wanted.ends)
        work.add("certificates.replace", rows=1, serial=serial, starts=starts, ends=ends, page=wanted.page)
        audit.record(work, "certificate.to-be-replaced", serial, starts=starts, ends=ends, page=wanted.page)

    def revoke_for_key_compromise(self, work: Work, serial: str) -> None:
        """Change a revoked certificate's reason to keyCompromise, once."""
        work.add("certificates.revoke_for_key_compromise", rows=1, serial=serial)
        audit.record(work, "certificate.key-compromised", serial)


def _digest(names: Iterable[str]) -> bytes:
    """Stands for a set of names, whatever their order; no name contains a space."""
    return sha256(" ".join(sorted(set(names))).encode()).digest()


def _certificates(rows: list[Row]) -> list[Certificate]:
    return [_certificate(row) for row in rows]


def _certificate(row: Row) -> Certificate:
    (serial, order_id, account_id, contract_id, names, not_before, not_after, spki_digest, tbs, intended_at) = row[:10]
    (chain_pem, issued_at, revoked_at, reason, crl, replace_from, replace_by, replace_page) = row[10:]
    wanted = None
    if replace_from is not None:
        wanted = Replacement(instant(replace_from), instant(replace_by), replace_page)
    return Certificate(
        serial=serial,
        order_id=order_id,
        account_id=account_id,
        contract_id=contract_id,
        names=strings(names),
        not_before=instant(not_before),
        not_after=instant(not_after),
        spki_digest=spki_digest,
        tbs=tbs,
        intended_at=instant(intended_at),
        chain_pem=chain_pem,
        issued_at=instant_or_none(issued_at),
        revoked_at=instant_or_none(revoked_at),
        reason=reason,
        crl=crl,
        replacement=wanted,
    )
