"""The certificates of OCSP responders, each on record before an issuing key signs it (B-93).

The record is the audit log: nobody looks one of them up, and whoever goes through what an issuing key has signed finds
all of them there. What is in them is the responder's matter.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tegata.acme import b64
from tegata.ca.ports import Authority, Store, Work

INTENDED, ISSUED = "responder.intended", "responder.issued"


class Recorded(NamedTuple):
    """What the log says of a responder's certificate: the bytes that were to be signed, and what was signed (DER).

    Neither has to be there: a process may die before it writes down the latter, and a log may have been cut.
    """

    serial: str
    issuer: str
    tbs: bytes
    der: bytes


class ResponderService:
    """Has responders certified by the issuing CAs (``ports.Certify``)."""

    def __init__(self, *, store: Store, authorities: Mapping[str, Authority]) -> None:
        self._store, self._authorities = store, authorities

    async def certify(self, issuer: str, serial: str, tbs: bytes) -> bytes:
        """The certificate (DER) over these bytes of an issuing CA of this name; raises as ``Authority.sign``."""
        await self._note(INTENDED, serial, {"issuer": issuer, "tbs": b64.encode(tbs)})
        der = await self._authorities[issuer].sign(tbs)
        await self._note(ISSUED, serial, {"issuer": issuer, "certificate": b64.encode(der)})
        return der

    async def _note(self, kind: str, serial: str, facts: Mapping[str, str]) -> None:
        work = Work()
        self._store.audit.note(work, kind, serial, facts)
        await self._store.commit(work)


async def recorded(store: Store) -> list[Recorded]:
    """Every responder's certificate that the log knows, by its serial number."""
    intended = {event.subject: event.facts for event in await store.audit.of_kind(INTENDED)}
    issued = {event.subject: event.facts for event in await store.audit.of_kind(ISSUED)}
    return [
        Recorded(
            serial,
            (issued.get(serial) or intended[serial])["issuer"],
            b64.decode(intended.get(serial, {}).get("tbs", "")),
            b64.decode(issued.get(serial, {}).get("certificate", "")),
        )
        for serial in sorted(intended.keys() | issued.keys())
    ]
