"""The signed CRL as a row; its number only grows."""

from tegata.ca.model import RevocationList
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import digest, instant, micros
from tegata.ca.store.engine import Engine


class RevocationListRows:
    """The signed CRLs, of which the latest is kept (``ports.RevocationLists``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def latest(self) -> RevocationList | None:
        """The CRL with the highest number."""
        rows = await self._database.fetch("revocation_lists.latest")
        if not rows:
            return None
        ((number, this_update, next_update, der),) = rows
        return RevocationList(
            number=number, this_update=instant(this_update), next_update=instant(next_update), der=der
        )

    def publish(self, work: Work, crl: RevocationList) -> None:
        """Put a CRL in the place of the latest; its number is that one's plus one, the first is 1."""
        work.add(
            "revocation_lists.publish",
            rows=1,
            number=crl.number,
            this_update=micros(crl.this_update),
            next_update=micros(crl.next_update),
            der=crl.der,
        )
        audit.record(work, "crl.published", str(crl.number), der=digest(crl.der))
        work.add("revocation_lists.forget_before", number=crl.number)
