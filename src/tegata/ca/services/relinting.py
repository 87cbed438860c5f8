"""Everything that was issued, linted once more by the rules of today and held against the audit log, page by page.

Nothing is changed by it: what to do about a certificate that should not be is the operator's matter.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding

from tegata.ca.model import Certificate, Contract
from tegata.ca.ports import Linter, Relint, Store
from tegata.ca.services import recorded, responders
from tegata.errors import TegataError
from tegata.pki.certs import load_leaf

PAGE = 100


class Judged(NamedTuple):
    """A certificate; what the own lint and the audit log have against it, and what the second lint finds, by codes."""

    certificate: Certificate
    fault: TegataError | None
    difference: str | None
    findings: list[str]

    @property
    def is_sound(self) -> bool:
        """Whether nobody finds fault with it."""
        return self.fault is None and self.difference is None and not self.findings


class Signed(NamedTuple):
    """What the CA says of itself and of certificates: the certificate of a CA, a CRL, an OCSP answer."""

    name: str
    findings: list[str]


class RelintService:
    """Looks at every issued certificate; ``linter`` is the second lint, where there is one.

    ``kept_since`` is when one was issued at the earliest that house-keeping may not have dropped.
    """

    def __init__(self, *, store: Store, relint: Relint, linter: Linter | None, kept_since: datetime) -> None:
        self._store, self._relint, self._linter, self._kept_since = store, relint, linter, kept_since

    async def all(self) -> AsyncIterator[Judged]:
        """Every issued certificate, judged, by serial number; raises LintSilent."""
        contracts: dict[str, Contract] = {}
        after = ""
        while page := await self._store.certificates.issued_after(after, PAGE):
            for contract_id in {certificate.contract_id for certificate in page} - contracts.keys():
                contract = await self._store.contracts.get(contract_id)
                assert contract is not None, "the store keeps the contract of every certificate"
                contracts[contract_id] = contract
            for judged in await asyncio.gather(*(self._judge(one, contracts[one.contract_id]) for one in page)):
                yield judged
            after = page[-1].serial

    async def gone(self) -> list[str]:
        """Serial numbers, a page at most, of certificates that the audit log knows and the table does not (B-93)."""
        return await self._store.audit.gone(self._kept_since, PAGE)

    async def beside(self, made: AsyncIterator[tuple[str, bytes]]) -> list[Signed]:
        """What the second lint finds in CA certificates, CRLs and OCSP answers, by their names (B-81).

        Nothing is judged where there is none. Raises LintSilent.
        """
        if self._linter is None:
            return []
        return [Signed(name, await self._linter.findings(der)) async for name, der in made]

    async def responders(self) -> list[Signed]:
        """The OCSP responders' certificates that the audit log knows, and what is wrong with each (B-81, B-93).

        Of one that was intended alone nobody can say whether it was signed. Raises LintSilent.
        """
        found = []
        for one in await responders.recorded(self._store):
            fault = self._relint.responder_fault(one.issuer, one.serial, one.tbs, one.der)
            findings = [] if fault is None else [f"{fault.facts['rule']}: {fault.facts['found']}"]
            if fault is None and one.der and self._linter is not None:
                findings = await self._linter.findings(one.der)
            found.append(Signed(f"OCSP responder {one.serial}", findings))
        return found

    async def _judge(self, certificate: Certificate, contract: Contract) -> Judged:
        fault = self._relint.fault(certificate, contract)
        difference = recorded.difference(certificate, await self._store.audit.of_subject(certificate.serial))
        findings: list[str] = []
        if self._linter is not None and certificate.chain_pem is not None:
            try:
                der = load_leaf(certificate.chain_pem).public_bytes(Encoding.DER)
            except TegataError:
                return Judged(certificate, fault, difference, [])  # which is the fault
            findings = await self._linter.findings(der)
        return Judged(certificate, fault, difference, findings)
