"""EAB credentials as rows; the MAC key comes and goes sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tegata.ca.model import Credential
from tegata.ca.ports import Usage, Use, Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, instant_or_none, json, micros, micros_or_none, strings
from tegata.ca.store.engine import Engine, Row

_EVER = 2**62


class CredentialRows:
    """EAB credentials (``ports.Credentials``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, kid: str) -> Credential | None:
        """The credential of this key identifier."""
        rows = await self._database.fetch("credentials.get", kid=kid)
        return credential_of(rows[0]) if rows else None

    async def of_contract(self, contract_id: str) -> list[Credential]:
        """The contract's credentials, newest first."""
        rows = await self._database.fetch("credentials.of_contract", contract_id=contract_id)
        return [credential_of(row) for row in rows]

    async def principal(self, contract_id: str, *, kept: str, now: datetime) -> Credential | None:
        """The credential that stands for the contract now, of all but the one of this key identifier.

        An active one before others, and one that is not limited before those that are; of equals the newest.
        """
        rows = await self._database.fetch("credentials.principal", contract_id=contract_id, kept=kept, now=micros(now))
        return credential_of(rows[0]) if rows else None

    async def page(self, contract_id: str, after: Credential | None, most: int) -> list[Credential]:
        """Up to so many of them, newest first: the first ones, or those after this one."""
        place = (
            {"before": _EVER, "after": ""}
            if after is None
            else {"before": micros(after.created_at), "after": after.kid}
        )
        rows = await self._database.fetch("credentials.page", contract_id=contract_id, most=most, **place)
        return [credential_of(row) for row in rows]

    async def usage(self, credential: Credential, now: datetime) -> Usage:
        """What was made by the credential, and what of it lives now."""
        rows = await self._database.fetch(
            "credentials.usage", kid=credential.kid, contract_id=credential.contract_id, now=micros(now)
        )
        return await self._usage(credential.kid, rows[0])

    async def usages(self, credentials: Sequence[Credential], now: datetime) -> dict[str, Usage]:
        """The same of several of one contract, which stand together in its list, by their key identifiers."""
        if not credentials:
            return {}
        made = [micros(one.created_at) for one in credentials]
        rows = await self._database.fetch(
            "credentials.usages",
            contract_id=credentials[0].contract_id,
            now=micros(now),
            first=min(made),
            last=max(made),
        )
        wanted = {one.kid for one in credentials}
        return {kid: await self._usage(kid, row) for kid, *row in rows if kid in wanted}

    async def _usage(self, kid: str, row: Sequence[Any]) -> Usage:
        registered, accounts, certificates, first_end = row
        used_at, used_by = (await self._database.fetch("credentials.last_use", kid=kid))[0]
        last_use = None if used_at is None else Use(instant(used_at), used_by)
        return Usage(registered, accounts, certificates, instant_or_none(first_end), last_use)

    def insert(self, work: Work, credential: Credential) -> None:
        """Add a credential."""
        work.add(
            "credentials.insert",
            rows=1,
            kid=credential.kid,
            contract_id=credential.contract_id,
            sealed_mac=credential.sealed_mac,
            created_at=micros(credential.created_at),
            superseded_at=micros_or_none(credential.superseded_at),
            disabled_at=micros_or_none(credential.disabled_at),
            domains=json(credential.domains),
            expires_at=micros_or_none(credential.expires_at),
            most_accounts=credential.most_accounts,
            label=credential.label,
        )
        audit.record(
            work,
            "credential.added",
            credential.kid,
            contract=credential.contract_id,
            domains=" ".join(credential.domains),
            expires=credential.expires_at.isoformat() if credential.expires_at else "",
            accounts="" if credential.most_accounts is None else str(credential.most_accounts),
            label=credential.label,
        )

    def label(self, work: Work, kid: str, label: str) -> None:
        """Call the credential so."""
        work.add("credentials.label", rows=1, kid=kid, label=label)
        audit.record(work, "credential.labelled", kid, label=label)

    def use(self, work: Work, kid: str, account_id: str, at: datetime) -> None:
        """Count an account that is registered now, if the credential may register another."""
        work.add("credentials.use", rows=1, kid=kid, account_id=account_id, at=micros(at))

    def supersede(self, work: Work, kid: str, at: datetime) -> None:
        """Let the credential bind no more accounts from an instant on; once."""
        work.add("credentials.supersede", rows=1, kid=kid, at=micros(at))
        audit.record(work, "credential.superseded", kid, since=at.isoformat())

    def disable(self, work: Work, kid: str, at: datetime) -> None:
        """Stop the credential and its accounts; once."""
        work.add("credentials.disable", rows=1, kid=kid, at=micros(at))
        audit.record(work, "credential.disabled", kid)


def credential_of(row: Row) -> Credential:
    """The record of a row."""
    kid, contract_id, sealed_mac, created_at, superseded_at, disabled_at, domains, expires_at, most_accounts, label = (
        row
    )
    return Credential(
        kid=kid,
        contract_id=contract_id,
        sealed_mac=sealed_mac,
        created_at=instant(created_at),
        superseded_at=instant_or_none(superseded_at),
        disabled_at=instant_or_none(disabled_at),
        domains=strings(domains),
        expires_at=instant_or_none(expires_at),
        most_accounts=most_accounts,
        label=label,
    )
