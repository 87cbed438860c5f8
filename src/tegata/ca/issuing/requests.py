"""What an issuing CA asks the root for, as it goes from the one machine to the other: a file, and its SHA-256.

Made beside the CA's key, read and judged beside the root's. Pure but for the signature; knows no directory.
"""

from datetime import datetime
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.ca.errors import Refused
from tegata.ca.issuing import algorithms, hierarchy, layout
from tegata.ca.issuing.algorithms import IssuerKey, IssuerPublicKey
from tegata.ca.issuing.hierarchy import CaWithKey, Role
from tegata.ca.policy import keys
from tegata.ca.settings import Service
from tegata.pki.key_types import KeyType
from tegata.pki.names import BadName, normalise
from tegata.text.catalogue import is_printable

SERVICES = "services"
_KEY_TYPES = (KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA4096, KeyType.EC256, KeyType.EC384)
# The keys that a CA may have are judged as those of certificates are (BR 6.1.5, 6.1.6).
_KEYS = Service(label="CA", key_types=_KEY_TYPES)


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate that a CA wants of the root: its name there, where its files are fetched, its key and its subject.

    ``host`` is the one host that the services CA is for; ``made`` tells the requests for one key apart.
    """

    version: Literal[1] = 1
    ca: str
    public_url: str
    host: str | None = None
    made: str
    csr: str

    def encoded(self) -> bytes:
        """As it is written."""
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A request, once everything in it was judged."""

    ca: str
    role: Role
    subject: x509.Name
    public_key: IssuerPublicKey
    public_url: str
    digest: str


def make(ca: str, key: IssuerKey, subject: x509.Name, *, public_url: str, host: str | None, now: datetime) -> Request:
    """The request of a CA, with the proof that it has the key."""
    builder = x509.CertificateSigningRequestBuilder(subject)
    csr = builder.sign(key, algorithms.of(key.public_key()).hash)
    pem = csr.public_bytes(Encoding.PEM).decode()
    return Request(ca=ca, public_url=public_url, host=host, made=now.isoformat(), csr=pem)


def digest(content: bytes) -> str:
    """What both sides compare."""
    return sha256(content).hexdigest()


def read(content: bytes) -> Wish:
    """Judge a request; raises Refused, and the refusals of ``policy.keys.check``."""
    try:
        request = msgspec.json.decode(content, type=Request)
        csr = x509.load_pem_x509_csr(request.csr.encode())
        key, is_proved = csr.public_key(), csr.is_signature_valid
        url = urlsplit(request.public_url)
    except (ValueError, RecursionError, InvalidSignature, UnsupportedAlgorithm):
        raise Refused(reason="the file holds no request of a CA") from None
    if not is_proved:
        raise Refused(reason="the request is not signed by the key that it is for")
    if not isinstance(key, IssuerPublicKey):
        raise Refused(reason="a CA's key is RSA, P-256 or P-384")
    keys.check(key, _KEYS)
    if url.scheme != "http" or not url.hostname or not request.public_url.isascii():
        raise Refused(reason="the request has no http:// URL for certificates and CRLs")
    return Wish(
        ca=request.ca,
        role=_role(request),
        subject=_subject(csr.subject),
        public_key=key,
        public_url=request.public_url,
        digest=digest(content),
    )


def certify(root: CaWithKey, wish: Wish, now: datetime) -> x509.Certificate:
    """The certificate; raises Refused for a CA of another organization, or one called as the root is."""
    if _organization(wish.subject) != _organization(root.certificate.subject):
        raise Refused(reason="the request is of another organization than the root's")
    if wish.subject == root.certificate.subject or wish.public_key == root.key.public_key():
        raise Refused(reason="the request has the root's own name or key")
    return hierarchy.certify(root, wish.role, wish.subject, wish.public_key, public_url=wish.public_url, now=now)


def _role(request: Request) -> Role:
    if request.ca == SERVICES:
        try:
            return hierarchy.services_for(normalise(request.host or ""))
        except BadName:
            raise Refused(reason="the request of the services CA names no host") from None
    if layout.issuer_number(request.ca) is None or request.host is not None:
        raise Refused(reason="the request is of no CA that there is: issuing, issuing2 …, services")
    return hierarchy.ISSUING


def _subject(name: x509.Name) -> x509.Name:
    """A subject of exactly country, organization and common name, each printable and not too long."""
    oids = [attribute.oid for attribute in name]
    texts = [attribute.value for attribute in name]
    if oids != [NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME] or not all(
        isinstance(text, str) and is_printable(text) and 0 < len(text) <= 64 for text in texts
    ):
        raise Refused(reason="the subject of a CA is its country, organization and common name")
    return name


def _organization(name: x509.Name) -> str | bytes:
    return name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
