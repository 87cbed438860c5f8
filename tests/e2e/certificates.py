"""What the end-to-end tests ask of certificates: read a file, and compare with what the CA says it issued."""

from pathlib import Path

from cryptography import x509


def leaf(path: Path) -> x509.Certificate:
    """The first certificate of a PEM file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def serial(path: Path) -> str:
    """The serial number of a PEM file's first certificate, as tegata-ca writes it."""
    return f"{leaf(path).serial_number:x}"


def names_of(path: Path) -> set[str]:
    """The names of a PEM file's first certificate, and its addresses as text."""
    names = leaf(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def crt(directory: Path, name: str) -> Path:
    """Where lego's v4 layout keeps a certificate."""
    return directory / "certificates" / f"{name}.crt"


def crl_url(certificate: x509.Certificate) -> str:
    """Where the list is that a certificate would be on if it were revoked."""
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name is not None
    return str(points[0].full_name[0].value)
