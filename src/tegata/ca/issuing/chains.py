"""Alternate chains: what else may follow a certificate, such as the root as an older one has certified it.

Reads and judges files that the operator has put there; knows no certificate of a customer (RFC 8555 §7.4.2).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from tegata.ca.issuing.keys import FileUnusable
from tegata.pki.certs import BadChain, check_order, load_chain


def load(directory: Path, files: Sequence[str], issuers: Iterable[x509.Certificate]) -> list[list[x509.Certificate]]:
    """The chains in these files (PEM, below the CA's directory), each from an issuing CA on.

    The first certificate of each is an issuing CA's own or another for the same name and key; each is certified by the
    next. Raises FileUnusable.
    """
    known = [(issuer.subject, issuer.public_key()) for issuer in issuers]
    return [_load(directory / file, known) for file in files]


def _load(path: Path, issuers: Sequence[tuple[x509.Name, CertificatePublicKeyTypes]]) -> list[x509.Certificate]:
    try:
        chain = load_chain(path.read_bytes())
        check_order(chain)
    except OSError as error:
        raise FileUnusable(path=path, reason=error.strerror) from None
    except BadChain as error:
        raise FileUnusable(path=path, reason=error.facts["reason"]) from None
    if (chain[0].subject, chain[0].public_key()) not in issuers:
        raise FileUnusable(path=path, reason="it does not begin with a certificate of the issuing CA")
    return chain
