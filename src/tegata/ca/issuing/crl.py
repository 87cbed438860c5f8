"""Writing and signing a CRL (RFC 5280 §5, BR 7.2). Pure but for the signature: numbers and times are arguments.

The list is written here octet by octet: it may have a million entries, of which the library would make as many objects.
Which certificates belong on it is the services' matter.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cryptography import x509

from tegata.ca.issuing import algorithms, der
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.build import authority_key_identifier
from tegata.ca.model import Revocation

LONGEST_LIFE = timedelta(days=10)

_VERSION_2 = bytes.fromhex("020101")
_REASON_CODE = bytes.fromhex("0603551d15")
# What a subscriber or the CA may say, of a CA also that it is compromised (2); certificateHold (6) does not exist here,
# and 0 is said by saying nothing.
_REASONS = {
    reason: der.write(
        der.SEQUENCE, der.write(der.SEQUENCE, _REASON_CODE, der.write(der.OCTET_STRING, bytes([0x0A, 1, reason])))
    )
    for reason in (1, 2, 3, 4, 5, 9)
} | {0: b""}
_TRUE = bytes.fromhex("0101ff")


def entries(revoked: Iterable[Revocation]) -> bytes:
    """The entries of a CRL (DER), one after another; raises KeyError for another reason code. B-90, F-28."""
    written: list[bytes] = []
    for serial, at, reason in revoked:
        number = bytes.fromhex(serial if len(serial) % 2 == 0 else f"0{serial}")
        if number[0] & 0x80:
            number = b"\x00" + number
        content = b"\x02" + bytes([len(number)]) + number + der.time(at) + _REASONS[reason]
        written.append(b"\x30" + bytes([len(content)]) + content)
    return b"".join(written)


def lay_out(
    issuer: x509.Certificate,
    entries: Sequence[bytes],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
    url: str | None = None,
) -> bytes:
    """The bytes of a CRL to be signed, with the entries in these parts: version 2, authorityKeyIdentifier, CRLNumber.

    ``url`` is where the certificates on it say that it is: the CRL's issuingDistributionPoint (B-89), left out for a
    CRL of CAs. Raises ValueError for a number that is no CRLNumber, or no life.
    """
    if not 0 < number < 1 << 159:
        raise ValueError(f"{number} is no CRLNumber")
    if next_update <= this_update:
        raise ValueError("a CRL lives for a while")
    length = sum(map(len, entries))
    return der.write_long(
        der.SEQUENCE,
        _VERSION_2,
        algorithms.of(algorithms.public_key_of(issuer)).identifier,
        issuer.subject.public_bytes(),
        der.time(this_update),
        der.time(next_update),
        der.header(der.SEQUENCE, length) if length else b"",
        *entries,
        der.write(0xA0, der.write(der.SEQUENCE, *_extensions(issuer, number, url))),
    )


def signed(tbs: bytes, key: IssuerKey) -> bytes:
    """The CRL (DER) over these bytes, by its issuer's key.

    Verified before it is given away, as certificates are: raises InvalidSignature.
    """
    public_key = key.public_key()
    signature = algorithms.sign(key, tbs)
    algorithms.verify(public_key, signature, tbs)
    encoded = der.write(der.BIT_STRING, b"\x00", signature)
    return der.write_long(der.SEQUENCE, tbs, algorithms.of(public_key).identifier, encoded)


def require_of(tbs: bytes, issuer: x509.Certificate) -> None:
    """Pass bytes that begin as a CRL of this issuer and by its algorithm does; raises ValueError."""
    algorithm = algorithms.of(algorithms.public_key_of(issuer)).identifier
    begins = _VERSION_2 + algorithm + issuer.subject.public_bytes()
    length = tbs[1] if len(tbs) > 1 else 0
    header = 2 + (length & 0x7F if length & 0x80 else 0)
    if tbs[:1] != bytes([der.SEQUENCE]) or tbs[header : header + len(begins)] != begins:
        raise ValueError("these bytes are no CRL of this issuing CA")


def require_life(this_update: datetime, next_update: datetime) -> None:
    """Pass a CRL of certificates that lives ten days at most (B-88); raises ValueError."""
    if next_update - this_update > LONGEST_LIFE:
        raise ValueError("a CRL lives ten days at most")


def _extensions(issuer: x509.Certificate, number: int, url: str | None) -> list[bytes]:
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (authority_key_identifier(issuer), False),
        (x509.CRLNumber(number), False),
    ]
    if url is not None:
        # The same octets as in the certificates, and nothing else: one issuer, all reasons, all kinds of certificates.
        point = x509.IssuingDistributionPoint(
            full_name=[x509.UniformResourceIdentifier(url)],
            relative_name=None,
            only_contains_user_certs=False,
            only_contains_ca_certs=False,
            only_some_reasons=None,
            indirect_crl=False,
            only_contains_attribute_certs=False,
        )
        extensions.append((point, True))
    return [
        der.write(
            der.SEQUENCE,
            der.object_identifier(extension.oid.dotted_string),
            _TRUE if critical else b"",
            der.write(der.OCTET_STRING, extension.public_bytes()),
        )
        for extension, critical in extensions
    ]
