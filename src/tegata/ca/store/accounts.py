"""Accounts as rows."""

from collections.abc import Sequence
from datetime import datetime

from tegata.acme.jwk import JWK
from tegata.ca.model import Account
from tegata.ca.ports import Bound, Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, instant_or_none, json, micros, micros_or_none, string_map, strings
from tegata.ca.store.contracts import contract_of
from tegata.ca.store.credentials import credential_of
from tegata.ca.store.engine import Engine, Row

MOST_KNOWN = 2_000
"""Accounts of which the records are kept, beside the row that they were read from: making them takes longer."""

MOST_FORMER_KEYS = 1000
"""Of an account, which may change its key as often as it likes: each is looked for in every record that stays."""


class AccountRows:
    """Accounts by id and by key (``ports.Accounts``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._known: dict[str, tuple[Row, Bound]] = {}

    async def get(self, account_id: str) -> Account | None:
        """The account of this id."""
        rows = await self._database.fetch("accounts.get", id=account_id)
        return _account(rows[0]) if rows else None

    async def bound(self, account_id: str) -> Bound | None:
        """The account of this id with its contract and credential."""
        rows = await self._database.fetch("accounts.bound", id=account_id)
        return self._recalled(account_id, rows[0]) if rows else None

    def _recalled(self, account_id: str, row: Row) -> Bound:
        """The records of a row; the same as last time if the row is."""
        known = self._known.get(account_id)
        if known is None or known[0] != row:
            if len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            known = row, Bound(_account(row[:10]), contract_of(row[10:23]), credential_of(row[23:]))
            self._known[account_id] = known
        return known[1]

    async def by_thumbprint(self, thumbprint: str) -> Account | None:
        """The account of the key with this RFC 7638 thumbprint."""
        rows = await self._database.fetch("accounts.by_thumbprint", thumbprint=thumbprint)
        return _account(rows[0]) if rows else None

    async def of_contract(self, contract_id: str) -> list[Account]:
        """The contract's accounts, oldest first."""
        return [_account(row) for row in await self._database.fetch("accounts.of_contract", contract_id=contract_id)]

    async def former_keys(self, account_id: str) -> tuple[str, ...]:
        """The thumbprints of the keys that the account has had."""
        return tuple(row[0] for row in await self._database.fetch("accounts.former_keys", id=account_id))

    def insert(self, work: Work, account: Account, terms: str = "") -> None:
        """Add an account that agrees to these terms of service, if any; Conflict if the key already has one."""
        work.add(
            "accounts.insert",
            rows=1,
            id=account.id,
            thumbprint=account.thumbprint,
            jwk=json(account.jwk),
            contract_id=account.contract_id,
            kid=account.kid,
            binding=account.binding,
            contacts=json(account.contacts),
            terms_agreed_at=micros_or_none(account.terms_agreed_at),
            created_at=micros(account.created_at),
            deactivated_at=micros_or_none(account.deactivated_at),
        )
        audit.record(
            work,
            "account.created",
            account.id,
            contract=account.contract_id,
            kid=account.kid,
            thumbprint=account.thumbprint,
            terms=terms or None,
        )

    async def are_without_agreement(self, contract_id: str, since: datetime) -> bool:
        """Whether one of the contract's accounts has not agreed to the terms of service since then."""
        rows = await self._database.fetch("accounts.without_agreement", contract_id=contract_id, since=micros(since))
        return bool(rows[0][0])

    def update_contacts(self, work: Work, account_id: str, contacts: Sequence[str]) -> None:
        """Replace the contacts of an account that is not deactivated."""
        work.add("accounts.update_contacts", rows=1, id=account_id, contacts=json(tuple(contacts)))
        audit.record(work, "account.contacts-changed", account_id)

    def change_key(self, work: Work, account_id: str, *, former: str, thumbprint: str, jwk: JWK) -> None:
        """Replace the key, if it is still the former and no account has the new one; the former is remembered.

        No more than ``MOST_FORMER_KEYS`` are.
        """
        work.add("accounts.change_key", rows=1, id=account_id, former=former, thumbprint=thumbprint, jwk=json(jwk))
        work.add("accounts.remember_key", id=account_id, former=former, most=MOST_FORMER_KEYS)
        audit.record(work, "account.key-changed", account_id, former=former, thumbprint=thumbprint)

    def bind(self, work: Work, account_id: str, *, former: str, kid: str, binding: bytes) -> None:
        """Put an account under another credential, if it is under the former, which keeps when it was used last."""
        work.add("credentials.leave", kid=former, account_id=account_id)
        work.add("accounts.bind", rows=1, id=account_id, former=former, kid=kid, binding=binding)
        audit.record(work, "account.eab-changed", account_id, former=former, kid=kid)

    def agree(self, work: Work, contract_id: str, at: datetime, terms: str, since: datetime | None) -> None:
        """Note that the accounts of a contract that have not since an instant agree to the terms of service."""
        work.add("accounts.agree", contract_id=contract_id, at=micros(at), since=0 if since is None else micros(since))
        audit.record(work, "contract.terms-agreed", contract_id, terms=terms)

    def deactivate(self, work: Work, account_id: str, at: datetime) -> None:
        """Note that the account gave itself up, once."""
        work.add("accounts.deactivate", rows=1, id=account_id, at=micros(at))
        audit.record(work, "account.deactivated", account_id)


def _account(row: Row) -> Account:
    (id_, thumbprint, jwk, contract_id, kid, binding, contacts, terms_agreed_at, created_at, deactivated_at) = row
    return Account(
        id=id_,
        thumbprint=thumbprint,
        jwk=string_map(jwk),
        contract_id=contract_id,
        kid=kid,
        binding=binding,
        contacts=strings(contacts),
        terms_agreed_at=instant_or_none(terms_agreed_at),
        created_at=instant(created_at),
        deactivated_at=instant_or_none(deactivated_at),
    )
