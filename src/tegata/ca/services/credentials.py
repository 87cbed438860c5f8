"""EAB credentials: shown, labelled, rotated, disabled, and the EAB file that is handed to the customer.

Whose contract a caller may touch is decided before; registering by a credential is the account service's matter.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from tegata.acme import b64
from tegata.ca.errors import NotFound, Refused, ServiceWithoutAcme, UnknownObject
from tegata.ca.model import Contract, Credential
from tegata.ca.policy import contracts, names
from tegata.ca.policy.calendar import whole_second
from tegata.ca.ports import Conflict, Ids, Sealer, Store, Usage, Work
from tegata.ca.services import once as forms
from tegata.ca.services.limits import LimitService
from tegata.ca.services.once import SentBefore
from tegata.pki.names import is_ip
from tegata.text.catalogue import is_printable

LABEL_CHARACTERS = 64
PAGE = 50


def seal_name(kid: str) -> str:
    """The name a credential's key is sealed under."""
    return f"eab:{kid}"


def new_credential(
    contract_id: str,
    *,
    ids: Ids,
    sealer: Sealer,
    now: datetime,
    domains: tuple[str, ...] = (),
    expires_at: datetime | None = None,
    most_accounts: int | None = None,
    label: str = "",
    kid: str | None = None,
) -> Credential:
    """A fresh credential of a contract, not yet stored; ``kid`` where it is not to be just any."""
    kid = kid or ids.kid()
    return Credential(
        kid=kid,
        contract_id=contract_id,
        sealed_mac=sealer.seal(seal_name(kid), ids.mac()),
        created_at=now,
        domains=domains,
        expires_at=expires_at,
        most_accounts=most_accounts,
        label=label,
    )


class CredentialService:
    """EAB credentials; ``server`` is the directory URL they are used at."""

    def __init__(
        self,
        *,
        store: Store,
        server: str,
        limits: LimitService,
        sealer: Sealer,
        ids: Ids,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._server, self._limits = store, server, limits
        self._sealer, self._ids, self._clock = sealer, ids, clock

    async def show(self, kid: str) -> Credential:
        """A credential; raises UnknownObject."""
        credential = await self._store.credentials.get(kid)
        if credential is None or not contracts.handed_out([credential]):
            raise UnknownObject(kind="EAB", name=kid)
        return credential

    async def mac(self, kid: str) -> str:
        """The credential's key in base64url, a secret; raises UnknownObject."""
        return self._mac(await self.show(kid))

    async def of_contract(self, contract_id: str) -> list[Credential]:
        """The contract's credentials, newest first; raises UnknownObject."""
        await self._contract(contract_id)
        return contracts.handed_out(await self._store.credentials.of_contract(contract_id))

    async def page(self, contract_id: str, after: str | None) -> tuple[list[Credential], str | None]:
        """Up to ``PAGE`` of them, newest first, and what the next page begins after.

        ``after`` is what the last page said; raises NotFound for anything else.
        """
        last = None if after is None else await self._store.credentials.get(after)
        if after is not None and (last is None or last.contract_id != contract_id):
            raise NotFound
        found = await self._store.credentials.page(contract_id, last, PAGE + 1)
        shown = found[:PAGE]
        return contracts.handed_out(shown), shown[-1].kid if len(found) > PAGE else None

    async def usage(self, credential: Credential) -> Usage:
        """What hangs on a credential now: what would stop with it."""
        return await self._store.credentials.usage(credential, self._clock())

    async def usages(self, credentials: Sequence[Credential]) -> dict[str, Usage]:
        """The same for credentials of a contract that stand together in its list, by their key identifiers."""
        return await self._store.credentials.usages(credentials, self._clock())

    async def add(
        self,
        contract_id: str,
        *,
        domains: Sequence[str] = (),
        expires_at: datetime | None = None,
        most_accounts: int | None = None,
        label: str = "",
        once: str = "",
    ) -> Credential:
        """One more credential of a contract, beside those that it has.

        Its accounts may have only these of the contract's names, if any are given, and nothing from ``expires_at`` on.
        ``label`` as in ``label``. ``once``, if given, tells a form that is sent again, as by a second click, from
        another one. Raises UnknownObject, ServiceWithoutAcme, BadName, Refused, SentBefore, and the refusals of
        ``policy.contracts.require_not_over``.
        """
        contract, now = await self._contract(contract_id), self._clock()
        contracts.require_not_over(contract, now)
        await self._principal(contract_id, now)
        if most_accounts is not None and most_accounts < 1:
            raise Refused(reason="an EAB is for at least one account")
        credential = new_credential(
            contract_id,
            ids=self._ids,
            sealer=self._sealer,
            now=now,
            domains=tuple(dict.fromkeys(names.within(domain, contract) for domain in domains)),
            expires_at=_later(expires_at, now),
            most_accounts=most_accounts,
            label=_label(label),
        )
        work, form = self._form(once, contract_id, now)
        self._limits.spend_eab(work, contract_id, now)
        self._store.credentials.insert(work, credential)
        await self._commit(work, form=form)
        return credential

    async def rotate(
        self, kid: str, *, until: datetime | None = None, expires_at: datetime | None = None, once: str = ""
    ) -> Credential:
        """A new credential in place of this one, which keeps its accounts and binds no new ones.

        Both bind accounts ``until`` then, where it is given. The new one is limited as the old one is, to
        ``expires_at`` instead of the old one's end if that is given; ``once`` as in ``add``. Raises UnknownObject,
        SentBefore, Refused where it was rotated or disabled before, or as ``policy.contracts.require_not_over``.
        """
        old = await self.show(kid)
        if old.disabled_at is not None:
            raise Refused(reason="the EAB is disabled")
        now = self._clock()
        contracts.require_not_over(await self._contract(old.contract_id), now)
        new = new_credential(
            old.contract_id,
            ids=self._ids,
            sealer=self._sealer,
            now=now,
            domains=old.domains,
            expires_at=_later(expires_at or old.expires_at, now),
            most_accounts=old.most_accounts,
            label=old.label,
        )
        work, form = self._form(once, kid, now)
        self._limits.spend_eab(work, old.contract_id, now)
        self._store.credentials.supersede(work, kid, _later(until, now) or now)
        self._store.credentials.insert(work, new)
        await self._commit(work, "the EAB was rotated before", form=form)
        return new

    async def label(self, kid: str, label: str) -> Credential:
        """Call a credential something of up to 64 characters on one line, or nothing; raises UnknownObject, Refused."""
        credential, label = await self.show(kid), _label(label)
        if label == credential.label:
            return credential
        work = Work()
        self._limits.spend_eab(work, credential.contract_id, self._clock())
        self._store.credentials.label(work, kid, label)
        await self._commit(work)
        return await self.show(kid)

    async def disable(self, kid: str, *, accounts: int | None = None) -> Credential:
        """Stop the credential and every account bound by it, from the next request on.

        ``accounts`` is how many live accounts whoever asks for it knows of, if that is to be checked. Raises
        UnknownObject, or Refused where there are others, or it is disabled already.
        """
        credential = await self.show(kid)
        if accounts is not None and (await self.usage(credential)).accounts != accounts:
            raise Refused(reason="another number of accounts depends on the EAB than was said")
        work = Work()
        self._store.credentials.disable(work, kid, self._clock())
        await self._commit(work, "the EAB is disabled already")
        return await self.show(kid)

    async def eab_file(self, contract_id: str, kid: str | None = None) -> tuple[str, str]:
        """The name and the one line of an EAB file, a certbot command: the contract's, or that of one of its EABs.

        Raises UnknownObject, ServiceWithoutAcme for a contract without EAB, and the refusals of
        ``policy.contracts.require_not_over`` and ``require_registering`` for an EAB that registers nobody any more; of
        a contract that is suspended, or begins later, there is one.
        """
        contract, now = await self._contract(contract_id), self._clock()
        chosen = await self._principal(contract_id, now)
        if kid is not None:
            chosen = await self.show(kid)
            if chosen.contract_id != contract_id:
                raise UnknownObject(kind="EAB", name=kid)
        contracts.require_not_over(contract, now)
        contracts.require_registering(chosen, now)
        named = names.named(chosen.domains or contract.domains)
        flags = "".join(f" {'--ip-address' if is_ip(name) else '-d'} {name}" for name in named)
        command = (
            f"sudo certbot --server {self._server} --eab-hmac-key {self._mac(chosen)} --eab-kid {chosen.kid}"
            f"{flags} --key-type rsa\n"
        )
        return f"eab-{kid or contract_id}.txt", command

    async def _principal(self, contract_id: str, now: datetime) -> Credential:
        """The credential that stands for the contract; raises ServiceWithoutAcme for one that has none."""
        kept = contracts.kept_id(contract_id)
        found = await self._store.credentials.principal(contract_id, kept=kept, now=now)
        if found is None:
            raise ServiceWithoutAcme(contract=contract_id)
        return found

    async def _contract(self, contract_id: str) -> Contract:
        contract = await self._store.contracts.get(contract_id)
        if contract is None:
            raise UnknownObject(kind="contract", name=contract_id)
        return contract

    def _mac(self, credential: Credential) -> str:
        return b64.encode(self._sealer.open(seal_name(credential.kid), credential.sealed_mac))

    def _form(self, once: str, subject: str, now: datetime) -> tuple[Work, str]:
        """Work of a form that is sent once for its subject, if there is a form, and what it is known by."""
        work, form = Work(), forms.form(once, subject)
        forms.spend(self._store, work, form, now)
        return work, form

    async def _commit(self, work: Work, lost: str | None = None, *, form: str = "") -> None:
        """Commit; where another was quicker it is refused as ``lost``, if it can be, or SentBefore by ``form``."""
        try:
            await self._store.commit(work)
        except Conflict as conflict:
            if await forms.was_sent(self._store, form):
                raise SentBefore from None
            reason = "so much was done to the contract's EABs that it has to wait"
            if not self._limits.is_met(conflict):
                if lost is None:
                    raise
                reason = lost
            raise Refused(reason=reason) from None


def _label(text: str) -> str:
    label = text.strip()
    if len(label) > LABEL_CHARACTERS:
        raise Refused(reason="the label has more than 64 characters")
    if not is_printable(label):
        raise Refused(reason="the label has characters that cannot be shown")
    return label


def _later(at: datetime | None, now: datetime) -> datetime | None:
    """An instant to the second, if one is given; raises Refused for one that has passed."""
    if at is None:
        return None
    if at <= now:
        raise Refused(reason="the instant has passed")
    return whole_second(at)
