"""A TBSCertificate taken apart into its DER, so that a test can change one thing and put it together again."""

from typing import Self

from tegata.ca.issuing import der

VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY = range(7)


def sequence(*contents: bytes) -> bytes:
    """A SEQUENCE."""
    return der.write(der.SEQUENCE, *contents)


def oid(content: str) -> bytes:
    """An OBJECT IDENTIFIER by its content in hex."""
    return der.write(der.OBJECT_IDENTIFIER, bytes.fromhex(content))


def attribute(kind: str, text: str, tag: int = der.UTF8_STRING) -> bytes:
    """One AttributeTypeAndValue; ``kind`` is the OID's content in hex."""
    return sequence(oid(kind), der.write(tag, text.encode()))


def name(*rdns: bytes) -> bytes:
    """A Name of these RDNs' contents."""
    return sequence(*(der.write(der.SET, rdn) for rdn in rdns))


def utc(text: str) -> bytes:
    """A UTCTime."""
    return der.write(der.UTC_TIME, text.encode())


def generalized(text: str) -> bytes:
    """A GeneralizedTime."""
    return der.write(der.GENERALIZED_TIME, text.encode())


class Tbs:
    """The fields of a TBSCertificate as encoded bytes, and its extensions by OID (content in hex)."""

    def __init__(self, tbs: bytes) -> None:
        *fields, extensions = der.elements(der.only(tbs, der.SEQUENCE).content)
        self.fields = [field.encoded for field in fields]
        self.extensions = [part.encoded for part in der.elements(der.only(extensions.content, der.SEQUENCE).content)]

    def with_field(self, index: int, encoded: bytes) -> Self:
        """One field replaced."""
        self.fields[index] = encoded
        return self

    def with_extension(self, kind: str, value: bytes | None, *, critical: bool = False) -> Self:
        """One extension replaced or added; None takes it away."""
        self.extensions = [extension for extension in self.extensions if oid(kind) not in extension[:13]]
        if value is not None:
            flag = bytes.fromhex("0101ff") if critical else b""
            self.extensions.append(sequence(oid(kind), flag, der.write(der.OCTET_STRING, value)))
        return self

    def encode(self, *more: bytes) -> bytes:
        """The bytes again, with further elements between fields and extensions."""
        return sequence(*self.fields, *more, der.write(0xA3, sequence(*self.extensions)))
