"""EAB credentials: shown, rotated, disabled, and the EAB file that is handed to the customer.

Whose contract a caller may touch is decided before; registering by a credential is the account service's matter.
"""

from collections.abc import Callable
from datetime import datetime

from tegata.acme import b64
from tegata.ca.errors import CredentialDisabled, Refused, ServiceWithoutAcme, UnknownObject
from tegata.ca.model import Credential
from tegata.ca.policy import names
from tegata.ca.ports import Conflict, Ids, Sealer, Store, Work
from tegata.pki.names import is_ip


def seal_name(kid: str) -> str:
    """The name a credential's key is sealed under."""
    return f"eab:{kid}"


def new_credential(contract_id: str, *, ids: Ids, sealer: Sealer, now: datetime) -> Credential:
    """A fresh credential of a contract, not yet stored."""
    kid = ids.kid()
    return Credential(
        kid=kid, contract_id=contract_id, sealed_mac=sealer.seal(seal_name(kid), ids.mac()), created_at=now
    )


class CredentialService:
    """EAB credentials; ``server`` is the directory URL they are used at."""

    def __init__(self, *, store: Store, server: str, sealer: Sealer, ids: Ids, clock: Callable[[], datetime]) -> None:
        self._store, self._server = store, server
        self._sealer, self._ids, self._clock = sealer, ids, clock

    async def show(self, kid: str) -> Credential:
        """A credential; raises UnknownObject."""
        credential = await self._store.credentials.get(kid)
        if credential is None:
            raise UnknownObject(kind="EAB", name=kid)
        return credential

    async def mac(self, kid: str) -> str:
        """The credential's key in base64url, a secret; raises UnknownObject."""
        return self._mac(await self.show(kid))

    async def rotate(self, kid: str) -> Credential:
        """A new credential in place of this one, which keeps its accounts and binds no new ones.

        Raises UnknownObject, or Refused where it was rotated or disabled before.
        """
        old = await self.show(kid)
        if old.disabled_at is not None:
            raise Refused(reason="the EAB is disabled")
        now = self._clock()
        new = new_credential(old.contract_id, ids=self._ids, sealer=self._sealer, now=now)
        work = Work()
        self._store.credentials.supersede(work, kid, now)
        self._store.credentials.insert(work, new)
        await self._commit(work, "the EAB was rotated before")
        return new

    async def disable(self, kid: str) -> Credential:
        """Stop the credential and every account bound by it, from the next request on.

        Raises UnknownObject, or Refused where it is disabled already.
        """
        await self.show(kid)
        work = Work()
        self._store.credentials.disable(work, kid, self._clock())
        await self._commit(work, "the EAB is disabled already")
        return await self.show(kid)

    async def eab_file(self, contract_id: str) -> tuple[str, str]:
        """The name and the one line of the contract's EAB file: a certbot command.

        Raises UnknownObject, ServiceWithoutAcme for a contract without EAB, CredentialDisabled.
        """
        contract = await self._store.contracts.get(contract_id)
        if contract is None:
            raise UnknownObject(kind="contract", name=contract_id)
        credentials = await self._store.credentials.of_contract(contract_id)
        if not credentials:
            raise ServiceWithoutAcme(contract=contract_id)
        newest = credentials[0]
        if newest.disabled_at is not None:
            raise CredentialDisabled(kid=newest.kid, contract=contract_id)
        flags = "".join(f" {'--ip-address' if is_ip(name) else '-d'} {name}" for name in names.named(contract))
        command = (
            f"sudo certbot --server {self._server} --eab-hmac-key {self._mac(newest)} --eab-kid {newest.kid}"
            f"{flags} --key-type rsa\n"
        )
        return f"eab-{contract_id}.txt", command

    def _mac(self, credential: Credential) -> str:
        return b64.encode(self._sealer.open(seal_name(credential.kid), credential.sealed_mac))

    async def _commit(self, work: Work, lost: str) -> None:
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason=lost) from None
