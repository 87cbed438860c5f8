"""The issuing CAs: the newest signs certificates, and each goes on publishing the CRLs of those that it has signed.

Which of them a certificate is of, is told by the CRL that it is on. Knows no key and no file.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography import x509

from tegata.ca.errors import IssuerAway, IssuerRevoked
from tegata.ca.policy import shards
from tegata.ca.ports import Authority


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

    def of(self, crl: str) -> Authority:
        """The issuing CA of the certificates on this CRL; raises IssuerAway."""
        authority = self.authorities.get(shards.issuer_of(crl))
        if authority is None:
            raise IssuerAway(issuer=shards.issuer_of(crl))
        return authority

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
    def certificates(self) -> dict[str, x509.Certificate]:
        """The certificate of each."""
        return {name: authority.certificate for name, authority in self.authorities.items()}


def _key_id(certificate: x509.Certificate) -> bytes:
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
