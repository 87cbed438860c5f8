"""The strict reader and writer of DER."""

import pytest
from cryptography import x509

from tegata.ca.issuing import der


@pytest.mark.parametrize(
    ("content", "encoded"),
    [
        (b"", "0400"),
        (b"\x01", "040101"),
        (b"x" * 127, "047f" + "78" * 127),
        (b"x" * 128, "048180" + "78" * 128),
        (b"x" * 256, "04820100" + "78" * 256),
    ],
)
def test_write_and_read(content, encoded):
    """Lengths in their shortest form, there and back (X.690 §10.1)."""
    assert der.write(der.OCTET_STRING, content).hex() == encoded
    assert der.elements(bytes.fromhex(encoded)) == [der.Element(der.OCTET_STRING, content, bytes.fromhex(encoded))]


def test_several_elements():
    """What follows an element is the next one."""
    data = der.write(der.SEQUENCE, der.write(der.INTEGER, b"\x05"), der.write(der.UTF8_STRING, "é".encode()))
    inside = der.elements(der.only(data, der.SEQUENCE).content)
    assert [(part.tag, part.content) for part in inside] == [(der.INTEGER, b"\x05"), (der.UTF8_STRING, b"\xc3\xa9")]


@pytest.mark.parametrize(
    "encoded",
    [
        "04",
        "0402ff",
        "0480" + "78" * 128,
        "04817f" + "78" * 127,
        "04820080" + "78" * 128,
        "0482",
        "1f0100",
        "040101ff",
        "0485ffffffffff",
    ],
    ids=["no length", "cut", "indefinite", "long form", "leading zero", "cut length", "high tag", "rest", "giant"],
)
def test_what_is_no_der(encoded):
    """Everything but the one encoding is refused."""
    with pytest.raises(ValueError):
        der.elements(bytes.fromhex(encoded))


@pytest.mark.parametrize("encoded", ["", "0500", "30003000"])
def test_only_one_element_of_its_tag(encoded):
    """Nothing, another tag, and two elements are not the one asked for."""
    with pytest.raises(ValueError, match="not a single element"):
        der.only(bytes.fromhex(encoded), der.SEQUENCE)


@pytest.mark.parametrize("dotted", ["2.5.29.17", "1.3.6.1.5.5.7.1.1", "2.23.140.1.2.2", "1.3.6.1.4.1.11129.2.4.2"])
def test_object_identifiers(dotted):
    """As the X.509 library writes them, with arcs above 127 and above 16,383."""
    name = x509.Name([x509.NameAttribute(x509.ObjectIdentifier(dotted), "x")])
    assert der.object_identifier(dotted) in name.public_bytes()
