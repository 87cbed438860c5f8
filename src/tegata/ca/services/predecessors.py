"""Certificates by their renewal identifier (RFC 9773 §4.1): of renewalInfo requests and of orders that replace one.

What is done with the certificate is the caller's matter.
"""

from tegata.acme import ari
from tegata.ca.model import Certificate
from tegata.ca.policy import shards
from tegata.ca.ports import Store
from tegata.ca.services.issuers import Issuers
from tegata.pki.certs import serial_hex


class Predecessors:
    """Looks up certificates that these issuers have signed."""

    def __init__(self, store: Store, issuers: Issuers) -> None:
        self._store, self._issuers = store, issuers

    async def find(self, cert_id: str) -> Certificate | None:
        """The issued certificate of an identifier, or None; raises acme's Malformed.

        It has one identifier only: its own issuer's key belongs to it, not another's of this CA.
        """
        key_id, serial = ari.parse_cert_id(cert_id)
        if key_id not in self._issuers.key_ids.values():
            return None
        certificate = await self._store.certificates.get(serial_hex(serial))
        if certificate is None or certificate.issued_at is None:
            return None
        return certificate if self._issuers.key_ids.get(shards.issuer_of(certificate.crl)) == key_id else None
