"""A certificate's life at a glance is what reading it whole says, and nothing out of the ordinary is understood."""

from base64 import encodebytes
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from tegata.pki.certs import life_of, load_leaf, to_pem
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.pki.life import glance
from tests.pki import issued

KEY = generate(KeyType.EC256)
ROOT = issued.root()
LEAF = ROOT.issue(KEY.public_key(), ("www.example.com",))
DER = LEAF.public_bytes(Encoding.DER)
PEM = to_pem([LEAF, ROOT.certificate])


def pem_of(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"


@given(st.datetimes(datetime(1950, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - it gets UTC
def test_it_is_what_the_whole_certificate_says(start: datetime) -> None:
    """Both forms of time, from 1950 on (RFC 5280 §4.1.2.5)."""
    certificate = ROOT.issue(KEY.public_key(), ("www.example.com",), start=start)
    assert glance(to_pem([certificate])) == life_of(certificate)


def test_the_first_certificate_counts() -> None:
    """Whatever follows, and however lines end."""
    assert glance(PEM) == glance(PEM.replace(b"\n", b"\r\n")) == glance(PEM + b"\n\n") == life_of(LEAF)


@given(st.integers(0, len(DER) - 1), st.integers(0, 255))
def test_an_octet_changed(place: int, octet: int) -> None:
    """Where the library reads a certificate all the same, it reads that life, or it was not read at a glance."""
    pem = pem_of(DER[:place] + bytes([octet]) + DER[place + 1 :])
    try:
        whole = life_of(load_leaf(pem))
    except Exception:  # noqa: BLE001 - whatever the library raises for a damaged certificate
        return
    assert glance(pem) in (None, whole)


@given(st.binary(max_size=300))
def test_what_is_no_certificate_is_not_understood(octets: bytes) -> None:
    """Neither as PEM nor as what stands in it."""
    assert glance(octets) is None
    assert glance(pem_of(octets)) is None


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"text before\n" + PEM,
        PEM.replace(b"BEGIN CERTIFICATE", b"BEGIN TRUSTED CERTIFICATE", 1),
        PEM[:200],
        pem_of(DER + b"\0"),
        pem_of(DER[:-1]),
    ],
)
def test_other_files(pem: bytes) -> None:
    """They are read whole, by whoever says what is wrong with them."""
    assert glance(pem) is None
