"""The issuing CA: signs the exact bytes of linted certificates, and CRLs, by its key in this process or in a token.

The only user of the issuing key. Knows no order, no contract and no store.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NoReturn, Self, TypeVar

from cryptography import x509

from tegata.ca.errors import IssuerAway
from tegata.ca.issuing import algorithms, build, crl, der, elsewhere, hierarchy, keys, layout
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.aside import Aside
from tegata.ca.model import Revocation
from tegata.ca.settings import ISSUING_KEY, WHOLE_CRL, Keys

T = TypeVar("T")

_QUICK_BITS = 2048


def _refuse(name: str, *_: object) -> NoReturn:
    raise IssuerAway(issuer=name)


class SoftwareAuthority:
    """An Authority. ``chain`` goes out after each leaf; the root is not in it.

    A key in a token has a thread of its own: one that hangs holds up nothing but signatures.
    """

    def __init__(self, key: IssuerKey, certificate: x509.Certificate, *, in_token: bool = False) -> None:
        self.certificate = certificate
        self.chain = (certificate,)
        self._key = key
        self._algorithm = algorithms.of(key.public_key()).identifier
        self._thread = Aside() if in_token else None
        self._name = certificate.subject.public_bytes()
        # Half a millisecond; to hand it to a thread and back costs a good part of that.
        self._is_quick = not in_token and key.public_key().key_size <= _QUICK_BITS

    @classmethod
    def load(
        cls,
        directory: Path,
        secret: bytes,
        uri: str = ISSUING_KEY,
        environ: Mapping[str, str] = os.environ,
        *,
        name: str = WHOLE_CRL,
    ) -> Self:
        """An issuing CA of a CA's directory, its key where the URI says; raises as ``keys.open_at``.

        A key in a token is looked for when it is to be reached, or signs: the token may be away.
        """
        certificate = keys.load_ca_certificate(directory / layout.issuer_certificate(name))
        key = keys.open_at(uri, certificate, directory=directory, secret=secret, environ=environ, at_once=False)
        return cls(key, certificate, in_token=not uri.startswith("file:"))

    @classmethod
    def load_all(
        cls,
        directory: Path,
        secret: bytes,
        settings: Keys,
        environ: Mapping[str, str],
        *,
        now: datetime,
    ) -> dict[str, Self]:
        """Every issuing CA of a CA's directory by its name, the newest last; raises as ``load``.

        One that has ended signs nothing: its key is not looked for, and may be destroyed (BR 6.2.10).
        """
        found = {}
        for name in hierarchy.issuers(directory):
            certificate = keys.load_ca_certificate(directory / layout.issuer_certificate(name))
            if certificate.not_valid_after_utc < now:
                public_key = algorithms.public_key_of(certificate)
                found[name] = cls(elsewhere.key_of(public_key, partial(_refuse, name)), certificate)
            else:
                uri = settings.of_issuer(name)
                found[name] = cls.load(directory, secret, uri, environ, name=name)
        return found

    async def reach(self) -> None:
        """Pass if the key could sign now; raises TokenUnusable or TimeoutError, and BadKeyUri for another key."""
        if self._thread is not None:
            await self._apart(partial(elsewhere.reach, self._key))

    async def sign(self, tbs: bytes) -> bytes:
        """The certificate (DER) over these bytes; signed again, they give the same certificate.

        Raises ValueError for bytes that do not name this CA as issuer and its algorithm. The finished certificate is
        verified before it is given away. A token may choose another random number for ECDSA each time; then only the
        signature differs, and only one of them is ever stored. Raises TokenUnusable, or TimeoutError for a token.
        """
        return self._sign(tbs) if self._is_quick else await self._apart(lambda: self._sign(tbs))

    def crl_entries(self, revoked: Sequence[Revocation]) -> bytes:
        """Entries of a CRL (DER); raises KeyError for a reason that does not exist."""
        return crl.entries(revoked)

    async def lay_out_crl(
        self, entries: Sequence[bytes], *, number: int, this_update: datetime, next_update: datetime, url: str
    ) -> bytes:
        """The bytes of a CRL that is fetched at ``url``; raises ValueError, as ``crl.lay_out`` and ``require_life``."""
        crl.require_life(this_update, next_update)
        times = {"this_update": this_update, "next_update": next_update}
        return await asyncio.to_thread(crl.lay_out, self.certificate, entries, number=number, url=url, **times)

    async def sign_crl(self, tbs: bytes) -> bytes:
        """The CRL (DER) over these bytes; raises ValueError for any but a CRL's of this CA, otherwise as ``sign``."""
        crl.require_of(tbs, self.certificate)
        return await self._apart(lambda: crl.signed(tbs, self._key))

    async def _apart(self, call: Callable[[], T]) -> T:
        """What a call gives that is made beside the event loop."""
        if self._thread is None:
            return await asyncio.to_thread(call)
        return await self._thread.soon(call)

    def _sign(self, tbs: bytes) -> bytes:
        fields = der.elements(der.only(tbs, der.SEQUENCE).content)
        if self._algorithm != fields[2].encoded or self._name != fields[3].encoded:
            raise ValueError("these bytes are not for this issuing CA to sign")
        encoded = build.signed(tbs, self._key)
        x509.load_der_x509_certificate(encoded).verify_directly_issued_by(self.certificate)
        return encoded
