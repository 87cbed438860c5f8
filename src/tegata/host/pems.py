"""What is in the files of certificates and keys, read whole. Apart from the files, because it loads all of X.509."""

from pathlib import Path

from cryptography import x509

from tegata.errors import TegataError
from tegata.host.errors import CertificateDamaged
from tegata.host.files import read
from tegata.pki.certs import load_chain, load_leaf
from tegata.pki.keys import BadKey, PrivateKey, PublicKey, from_pem, spki


def read_leaf(file: Path) -> x509.Certificate:
    """The certificate in a file, without its issuers; raises CertificateDamaged, NotReadable."""
    try:
        return load_leaf(read(file) or b"")
    except TegataError as error:
        raise CertificateDamaged(file=file, reason=error.facts["reason"]) from error


def chain_in(file: Path, content: bytes) -> list[x509.Certificate]:
    """The certificates in a file of this content; raises CertificateDamaged."""
    try:
        return load_chain(content)
    except TegataError as error:
        raise CertificateDamaged(file=file, reason=error.facts["reason"]) from error


def fits(key: bytes, certificate: x509.Certificate) -> bool:
    """Whether a certificate is for the private key in this PEM; raises BadKey."""
    public_key = certificate.public_key()
    return isinstance(public_key, PublicKey) and spki(from_pem(key).public_key()) == spki(public_key)


def key_in(file: Path, content: bytes) -> PrivateKey:
    """The private key in a file of this content; raises CertificateDamaged."""
    try:
        return from_pem(content)
    except BadKey as error:
        raise CertificateDamaged(file=file, reason=error.facts["reason"]) from error
