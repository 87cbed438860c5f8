"""A certification request that somebody brings: its forms, its names, and what is none."""

from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.pki import csr, csr_file, keys
from tegata.pki.forms import KeyForm
from tegata.pki.names import BadName

KEY = ec.generate_private_key(ec.SECP256R1())


def request(common_name: str | None, *names: x509.GeneralName) -> x509.CertificateSigningRequest:
    """A request with more of a subject than a CA would take."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "株式会社サンプル")]
    if common_name:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, SHA256())


def test_three_forms() -> None:
    """DER, and PEM under either of its two labels, with text around it; what is sent is the DER in all cases."""
    made = request("www.example.com", x509.DNSName("b.example"))
    der, pem = made.public_bytes(Encoding.DER), made.public_bytes(Encoding.PEM)
    old = pem.replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST")
    for content in (der, pem, old, b"subject: somebody\r\n" + pem.replace(b"\n", b"\r\n")):
        brought = csr_file.read(content)
        assert brought.der == der
        assert brought.names == ("www.example.com", "b.example")
        assert keys.spki(brought.public_key) == keys.spki(KEY.public_key())


def test_names() -> None:
    """The common name first, then the others, each once and in the one form names have."""
    names = [x509.DNSName("WWW.example.com"), x509.DNSName("*.b.example"), x509.IPAddress(ip_address("192.0.2.1"))]
    brought = csr_file.read(request("www.example.com", *names).public_bytes(Encoding.DER))
    assert brought.names == ("www.example.com", "*.b.example", "192.0.2.1")
    alone = csr_file.read(request(None, x509.DNSName("b.example")).public_bytes(Encoding.PEM))
    assert alone.names == ("b.example",)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", csr.BadCSR),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", csr.BadCSR),
        (keys.to_pem(KEY, KeyForm.PKCS8), csr.BadCSR),
        (b"0" * (csr_file.FILE_LIMIT + 1), csr.BadCSR),
        (request(None).public_bytes(Encoding.DER), csr.BadCSR),
        (request("www.example.com", x509.RFC822Name("a@example.com")).public_bytes(Encoding.DER), csr.BadCSR),
        (request("My Server").public_bytes(Encoding.DER), BadName),
        (
            request("evil").public_bytes(Encoding.DER).replace(b"\x55\x04\x03\x0c", b"\x55\x04\x03\x03"),
            csr.BadCSR,
        ),
    ],
)
def test_what_is_none(content: bytes, error: type[Exception]) -> None:
    """Rubbish, a key, no names, names that are no server's."""
    with pytest.raises(error):
        csr_file.read(content)
