"""The issuing CA with its key in this process: signs the exact bytes of linted certificates, and CRLs.

The only user of the issuing key. Knows no order, no contract and no store.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography import x509

from tegata.ca.issuing import algorithms, crl, der, keys, layout
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.model import Certificate


class SoftwareAuthority:
    """An Authority whose key was read from a file. ``chain`` goes out after each leaf; the root is not in it."""

    def __init__(self, key: IssuerKey, certificate: x509.Certificate) -> None:
        self.certificate = certificate
        self.chain = (certificate,)
        self._key = key
        self._algorithm = algorithms.of(key.public_key()).identifier

    @classmethod
    def load(cls, directory: Path, secret: bytes) -> Self:
        """The issuing CA of a CA's directory; raises FileUnusable."""
        certificate = keys.load_certificate(directory / layout.ISSUING_CERTIFICATE)
        return cls(keys.load(directory / layout.ISSUING_KEY, certificate, secret), certificate)

    async def sign(self, tbs: bytes) -> bytes:
        """The certificate (DER) over these bytes; signed again, they give the same certificate.

        Raises ValueError for bytes that do not name this CA as issuer and its algorithm. The finished certificate is
        verified before it is given away.
        """
        return await asyncio.to_thread(self._sign, tbs)

    async def sign_crl(
        self, *, number: int, this_update: datetime, next_update: datetime, revoked: Sequence[Certificate]
    ) -> bytes:
        """A full CRL (DER); see ``crl.build`` for what it raises."""
        return await asyncio.to_thread(
            lambda: crl.build(
                self._key,
                self.certificate,
                number=number,
                this_update=this_update,
                next_update=next_update,
                revoked=revoked,
            )
        )

    def _sign(self, tbs: bytes) -> bytes:
        """Runs in a thread: RSA takes a third of a millisecond or more, and lets the others run meanwhile."""
        fields = der.elements(der.only(tbs, der.SEQUENCE).content)
        if self._algorithm != fields[2].encoded or self.certificate.subject.public_bytes() != fields[3].encoded:
            raise ValueError("these bytes are not for this issuing CA to sign")
        signature = der.write(der.BIT_STRING, b"\x00", algorithms.sign(self._key, tbs))
        encoded = der.write(der.SEQUENCE, tbs, self._algorithm, signature)
        x509.load_der_x509_certificate(encoded).verify_directly_issued_by(self.certificate)
        return encoded
