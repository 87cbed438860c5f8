"""Every kind of service with every key, under an issuing CA of every key: sound by the CA's own lint and by pkilint."""

from datetime import timedelta
from functools import cache

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.pkilint_process import lint
from tegata.ca.settings import SERVICES, Service
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey
from tests.ca.issuing.conftest import NOW, PUBLIC_URL

pytestmark = pytest.mark.anyio

KEY_TYPES = (KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA4096, KeyType.EC256, KeyType.EC384)
COMMON_NAME = ("WARNING", "cabf.serverauth.ov.common_name_attribute_present")
NO_CRL = ("ERROR", "msft.end_entity.revocation_information_absent")
# What is found with each, and wanted so: see [lint] accepted.
KINDS = {
    "dv": (SERVICES["dv-acme-1y"], []),
    "ov": (SERVICES["ov-acme-1y"], [COMMON_NAME]),
    "short-lived dv": (
        msgspec.structs.replace(SERVICES["dv-acme-1y"], short_lived=True, certificate_days=7),
        [NO_CRL],
    ),
    "short-lived ov": (
        msgspec.structs.replace(SERVICES["ov-acme-1y"], short_lived=True, certificate_days=7),
        [COMMON_NAME, NO_CRL],
    ),
}


@cache
def key_of(key_type: KeyType) -> PrivateKey:
    """One key a type: making them is what takes time."""
    return keys.generate(key_type)


def issuing_ca(ca, key_type: KeyType) -> SoftwareAuthority:
    key = key_of(key_type)
    assert isinstance(key, IssuerKey)
    certificate = (
        x509.CertificateBuilder(ca.hierarchy.root.subject, ca.hierarchy.issuing.subject, key.public_key(), 1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1000))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key_of(KeyType.EC256), hashes.SHA256())
    )
    return SoftwareAuthority(key, certificate)


@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("issuer", KEY_TYPES)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_combination_is_sound(ca, wanted, kind, issuer, key_type):
    """And pkilint finds nothing but what is wanted so (B-55, B-56, B-60, B-62, B-67, B-69, B-71, B-72, B-73)."""
    service, found = KINDS[kind]
    service = msgspec.structs.replace(service, key_types=(key_type,))
    assert isinstance(service, Service)
    authority = issuing_ca(ca, issuer)
    tbs = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL).template(
        **wanted._replace(
            service=service,
            public_key=key_of(key_type).public_key(),
            not_after=NOW + timedelta(days=service.certificate_days, seconds=-1),
        )._asdict()
    )
    assert lint(await authority.sign(tbs)) == found
