"""The signed CRLs as rows; their numbers only grow, all in one row of numbers."""

from tegata.ca.model import RevocationList
from tegata.ca.ports import ListHead, Work
from tegata.ca.settings import WHOLE_CRL
from tegata.ca.store import audit
from tegata.ca.store.columns import digest, instant, micros
from tegata.ca.store.engine import Engine

GREAT_OCTETS = 500_000
"""From here on the engine writes a CRL beside its other work."""


class RevocationListRows:
    """The signed CRLs, of which the latest of each name is kept (``ports.RevocationLists``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def latest(self, crl: str = WHOLE_CRL) -> RevocationList | None:
        """The CRL of this name."""
        rows = await self._database.fetch("revocation_lists.latest", crl=crl)
        if not rows:
            return None
        ((number, this_update, next_update, der, name),) = rows
        return RevocationList(
            number=number, this_update=instant(this_update), next_update=instant(next_update), der=der, crl=name
        )

    async def head(self, crl: str) -> ListHead | None:
        """Number and times of the CRL of this name; what is in it is not read."""
        rows = await self._database.fetch("revocation_lists.head", crl=crl)
        return ListHead(rows[0][0], instant(rows[0][1]), instant(rows[0][2])) if rows else None

    async def heads(self) -> dict[str, ListHead]:
        """Number and times of every CRL there is, by its name."""
        rows = await self._database.fetch("revocation_lists.heads")
        return {
            crl: ListHead(number, instant(this_update), instant(next_update))
            for crl, number, this_update, next_update in rows
        }

    async def newest_number(self) -> int:
        """The greatest number that any CRL had, 0 where there was none."""
        ((number,),) = await self._database.fetch("revocation_lists.newest_number")
        return int(number)

    def claim(self, work: Work, number: int, crl: str, tbs_sha256: str) -> None:
        """Take the greatest number of all plus one, the first is 1; earlier claims that came to nothing go."""
        work.add("revocation_lists.claim", rows=1, number=number, der=b"")
        work.add("revocation_lists.forget_claims", number=number)
        audit.record(work, "crl.intended", str(number), crl=crl, tbs=tbs_sha256)

    def publish(self, work: Work, crl: RevocationList, sha256: str | None = None) -> None:
        """Put a CRL in the place of the one of its name; its number was claimed, and none after it.

        ``sha256`` is its digest, if the caller has it: of a great one it takes long.
        """
        work.is_great = len(crl.der) > GREAT_OCTETS
        work.add(
            "revocation_lists.publish",
            rows=1,
            number=crl.number,
            this_update=micros(crl.this_update),
            next_update=micros(crl.next_update),
            der=crl.der,
            crl=crl.crl,
        )
        audit.record(work, "crl.published", str(crl.number), crl=crl.crl, der=sha256 or digest(crl.der))
        work.add("revocation_lists.forget_before", number=crl.number, crl=crl.crl)
