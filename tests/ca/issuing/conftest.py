"""One CA hierarchy for all tests of issuing, and what is certified under it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509

from tegata.ca.issuing import hierarchy
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.hierarchy import Hierarchy
from tegata.ca.issuing.ocsp import Responders
from tegata.ca.issuing.profiles import Issuer, Wanted, issuing_ca
from tegata.ca.model import Application, Contract, Organization
from tegata.ca.settings import SERVICES
from tegata.pki import keys
from tegata.pki.certs import serial_hex
from tegata.pki.key_types import KeyType

NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
PUBLIC_URL = "http://ca.example.com:8080"
SECRET = b"correct horse"


class Ca(NamedTuple):
    """A CA made by ``hierarchy.create``."""

    directory: Path
    hierarchy: Hierarchy
    authority: SoftwareAuthority
    builder: ProfileBuilder
    issuer: Issuer


@pytest.fixture(scope="session")
def ca(tmp_path_factory) -> Ca:
    """A new CA; tests read it and sign with it."""
    directory = tmp_path_factory.mktemp("ca")
    hierarchy.create(
        directory,
        name="Example CA",
        url="https://ca.example.com:8443",
        public_url=PUBLIC_URL,
        secret=SECRET,
        now=NOW - timedelta(days=400),
    )
    authority = SoftwareAuthority.load(directory, SECRET)
    builder = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL)
    return Ca(directory, hierarchy.load(directory), authority, builder, issuing_ca(authority.certificate, PUBLIC_URL))


def responders_of(ca: Ca) -> Responders:
    """The CA's OCSP responder, certified and not recorded."""

    async def certify(issuer: str, serial: str, tbs: bytes) -> bytes:
        made = await ca.authority.sign(tbs)
        assert (issuer, serial) == ("issuing", serial_hex(x509.load_der_x509_certificate(made)))
        return made

    return Responders({"issuing": ca.authority.certificate}, certify)


@pytest.fixture(scope="session")
def rsa_key() -> keys.PrivateKey:
    return keys.generate(KeyType.RSA2048)


@pytest.fixture
def contract() -> Contract:
    return Contract(
        id="C23456789",
        customer_id="customer",
        service="ov-acme-1y",
        organization=Organization(name="株式会社エグザンプル", country="JP", state="Tokyo", locality="Mitaka-shi"),
        domains=(".example.com",),
        application=Application.NEW,
        applied_at=NOW - timedelta(days=31),
        starts=NOW - timedelta(days=30),
        ends=NOW + timedelta(days=335),
    )


@pytest.fixture
def wanted(contract, rsa_key) -> Wanted:
    """A certificate that conforms in everything."""
    return Wanted(
        contract=contract,
        service=SERVICES["ov-acme-1y"],
        names=("www.example.com", "example.com", "*.shop.example.com"),
        public_key=rsa_key.public_key(),
        not_before=NOW,
        not_after=NOW + timedelta(days=90, seconds=-1),
        serial=(1 << 126) + 0x80,
    )
