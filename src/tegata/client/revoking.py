"""Revoking a certificate (RFC 8555 §7.6)."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import b64, codec
from tegata.acme.messages import Directory, RevokeCert
from tegata.client.errors import NoAccount
from tegata.client.exchange import Exchange
from tegata.pki.keys import PrivateKey


def revoke(
    exchange: Exchange,
    directory: Directory,
    certificate: x509.Certificate,
    reason: int | None,
    *,
    with_key: PrivateKey | None,
    deadline: float,
) -> None:
    """Have a certificate revoked, as its account or with the certificate's own key.

    Any ``reason`` of RFC 5280 §5.3.1 is passed on; which are taken is the CA's choice. Raises NoAccount without either
    account or key, and ProblemReceived (ReasonRefused, AlreadyRevoked, NotAuthorized among them).
    """
    if with_key is None and exchange.session.kid is None:
        raise NoAccount
    der = certificate.public_bytes(Encoding.DER)
    request = codec.encode(RevokeCert(certificate=b64.encode(der), reason=reason))
    exchange.post(directory.revoke_cert, request, new_nonce=directory.new_nonce, deadline=deadline, with_key=with_key)
