"""Certificates by their renewal identifier (RFC 9773 §4.1): of renewalInfo requests and of orders that replace one.

Knows one issuer; what is done with the certificate is the caller's matter.
"""

from cryptography import x509

from tegata.acme import ari
from tegata.ca.model import Certificate
from tegata.ca.ports import Store
from tegata.pki.certs import serial_hex


class Predecessors:
    """Looks up certificates that this issuer has signed."""

    def __init__(self, store: Store, issuer: x509.Certificate) -> None:
        self._store = store
        self._key_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest

    async def find(self, cert_id: str) -> Certificate | None:
        """The issued certificate of an identifier, or None; raises acme's Malformed."""
        key_id, serial = ari.parse_cert_id(cert_id)
        if key_id != self._key_id:
            return None
        certificate = await self._store.certificates.get(serial_hex(serial))
        return certificate if certificate is not None and certificate.issued_at is not None else None
