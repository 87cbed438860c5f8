"""The issuing CAs: the newest signs certificates, and each goes on publishing the CRLs of those that it has signed.

Which of them a certificate is of, is told by the CRL that it is on. One whose key is out of reach is known to be so
from look to look, and nobody waits for it. Knows no key and no file.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tegata.ca.errors import IssuerAway, IssuerRevoked, TokenUnusable
from tegata.ca.journal import Journal
from tegata.ca.policy import shards
from tegata.ca.ports import Authority

log = Journal("issuers")


class Issuers:
    """The issuing CAs by their names, the newest last; at least one.

    ``is_revoked`` says of a CA's certificate whether the root has revoked it by now.
    """

    def __init__(
        self,
        authorities: Mapping[str, Authority],
        clock: Callable[[], datetime],
        is_revoked: Callable[[x509.Certificate], bool] = lambda _: False,
    ) -> None:
        self.authorities, self._clock, self._is_revoked = dict(authorities), clock, is_revoked
        self.name = list(authorities)[-1]
        """The newest one's."""
        self.newest = self.authorities[self.name]
        self.key_ids = {name: _key_id(one.certificate) for name, one in self.authorities.items()}
        """The subjectKeyIdentifier of each."""
        self._away: dict[str, TokenUnusable | None] = {}

    def of(self, crl: str) -> Authority:
        """The issuing CA of the certificates on this CRL; raises IssuerAway."""
        authority = self.authorities.get(shards.issuer_of(crl))
        if authority is None:
            raise IssuerAway(issuer=shards.issuer_of(crl))
        return authority

    def signer(self, crl: str) -> Authority:
        """As ``of``, to have something signed; raises IssuerAway too where its key was out of reach a moment ago."""
        if shards.issuer_of(crl) in self._away:
            raise IssuerAway(issuer=shards.issuer_of(crl))
        return self.of(crl)

    @property
    def away(self) -> Mapping[str, TokenUnusable | None]:
        """The issuing CAs whose keys were out of reach when they were looked for last; None: it does not answer."""
        return self._away

    async def look(self) -> None:
        """Reach for the key of each that has not ended; that one is out of reach, or back, is told in the log once.

        Raises what is wrong for good, as a key that is another's.
        """
        await asyncio.gather(*(self._reach(name) for name in self.authorities if self.publishes(name)))

    async def _reach(self, name: str) -> None:
        try:
            await self.authorities[name].reach()
        except (TokenUnusable, TimeoutError) as failure:
            if name not in self._away:
                log.error("issuer.key-away", issuer=name, reason=repr(failure))  # noqa: TRY400 - no fault of ours
            self._away[name] = failure if isinstance(failure, TokenUnusable) else None
        else:
            if name in self._away:
                del self._away[name]
                log.info("issuer.key-back", issuer=name)

    def require_unrevoked(self, crl: str) -> None:
        """Pass if the issuing CA of the certificates on this CRL may sign more; raises IssuerAway, IssuerRevoked.

        Nobody accepts what one signs that the root has revoked (RFC 5280 §6.1.3); its CRLs go on.
        """
        if self._is_revoked(self.of(crl).certificate):
            raise IssuerRevoked(issuer=shards.issuer_of(crl))

    def publishes(self, crl: str) -> bool:
        """Whether this CRL is published here: its issuing CA is here, and has not ended."""
        authority = self.authorities.get(shards.issuer_of(crl))
        return authority is not None and self._clock() <= authority.certificate.not_valid_after_utc

    @property
    def lives(self) -> list[tuple[datetime, datetime]]:
        """The first and the last second of each issuing key, as its certificates say."""
        found: dict[bytes, tuple[datetime, datetime]] = {}
        for one in self.certificates.values():
            key = one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            begins, ends = found.get(key, (one.not_valid_before_utc, one.not_valid_after_utc))
            found[key] = min(begins, one.not_valid_before_utc), max(ends, one.not_valid_after_utc)
        return list(found.values())

    @property
    def certificates(self) -> dict[str, x509.Certificate]:
        """The certificate of each."""
        return {name: authority.certificate for name, authority in self.authorities.items()}


def _key_id(certificate: x509.Certificate) -> bytes:
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
