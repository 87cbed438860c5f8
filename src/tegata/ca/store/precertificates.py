"""Precertificates as rows, from the signature to the certificate with its SCTs."""

from datetime import datetime

from tegata.ca.model import Precertificate
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import digest, instant, instant_or_none, micros
from tegata.ca.store.engine import Engine


class PrecertificateRows:
    """Precertificates (``ports.Precertificates``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, serial: str) -> Precertificate | None:
        """The precertificate of this serial number."""
        for serial_, der, signed_at, scts, finished_at in await self._database.fetch(
            "precertificates.get", serial=serial
        ):
            return Precertificate(
                serial=serial_,
                der=der,
                signed_at=instant(signed_at),
                scts=scts,
                finished_at=instant_or_none(finished_at),
            )
        return None

    def insert(self, work: Work, serial: str, der: bytes, at: datetime) -> None:
        """Store a signed precertificate, once."""
        work.add("precertificates.insert", rows=1, serial=serial, der=der, at=micros(at))
        audit.record(work, "certificate.precertified", serial, precertificate=digest(der))

    def stamp(self, work: Work, serial: str, scts: bytes) -> None:
        """Store its SCTs, once."""
        work.add("precertificates.stamp", rows=1, serial=serial, scts=scts)
        audit.record(work, "certificate.logged", serial, scts=digest(scts))

    def finish(self, work: Work, serial: str, chain_pem: bytes, at: datetime) -> None:
        """Put the certificate in the place of the precertificate, once."""
        work.add("precertificates.finish", rows=1, serial=serial, at=micros(at))
        work.add("certificates.finish", rows=1, serial=serial, chain_pem=chain_pem)
        audit.record(work, "certificate.finished", serial, chain=digest(chain_pem))
