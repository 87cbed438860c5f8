"""What a customer is told of a certification request before any order: what is in it, and all that is wrong."""

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.ca.errors import ServiceWithoutAcme
from tegata.ca.settings import SERVICES
from tegata.pki import csr
from tegata.pki.csr import BadCSR
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, spki_digest

pytestmark = pytest.mark.anyio
KEY = generate(KeyType.RSA2048)


def pem(*names, key=KEY, must_staple=False):
    der = csr.build(key, names or ("www.example.com",), common_name=None, must_staple=must_staple)
    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM)


async def look(house, content, **wishes):
    """The names, the key and the codes of what is wrong."""
    added = await house.sell("www.example.com", ".example.net", **wishes)
    looked = await house.requests.look(await house.contracts.show(added.contract.id), content)
    return looked, [fault.code for fault in looked.faults]


async def test_a_request_that_is_good(house):
    """By the word of the services that would issue for it."""
    looked, faults = await look(house, pem("www.example.com", "a.example.net"))
    assert (set(looked.names), looked.key, looked.only_in_dns) == (
        {"www.example.com", "a.example.net"},
        "RSA 2048",
        False,
    )
    assert faults == []


async def test_a_wildcard(house):
    """It takes a proof in the DNS, which the service has to have."""
    looked, faults = await look(house, pem("*.example.net"))
    assert (looked.only_in_dns, faults) == (True, ["order.wildcard"])
    house.products.update(SERVICES)
    looked, faults = await look(house, pem("*.example.net"))
    assert (looked.only_in_dns, faults) == (True, [])


async def test_all_that_is_wrong_is_told_at_once(house):
    """A-81: Each foreign name, the kind of the key, and what no certificate has."""
    content = pem("www.example.org", "www.example.com", "b.example.org", key=generate(KeyType.EC256), must_staple=True)
    looked, faults = await look(house, content)
    assert looked.key == "EC P-256"
    assert faults == ["csr.bad", "csr.key", "order.foreign-name", "order.foreign-name"]


async def test_a_subject_that_no_order_takes(house):
    """Its content is shown all the same."""
    subject = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "www.example.com"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "例"),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(KEY, hashes.SHA256())
    looked, faults = await look(house, request.public_bytes(Encoding.DER))
    assert (looked.names, faults) == (("www.example.com",), ["csr.bad"])


async def test_a_key_that_is_not_to_be_had(house):
    """A-48, A-94: One that is blocked."""
    await house.certificates.block_key(spki_digest(KEY.public_key()), 0)
    _, faults = await look(house, pem())
    assert faults == ["csr.bad"]


async def test_a_contract_that_is_not_in_force(house):
    """It would be refused with the first request."""
    added = await house.sell("www.example.com")
    await house.contracts.suspend(added.contract.id)
    looked = await house.requests.look(await house.contracts.show(added.contract.id), pem())
    assert [fault.code for fault in looked.faults] == ["contract.suspended"]


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n", b"x" * 200_000])
async def test_what_is_no_request(house, content):
    """There is nothing to show."""
    with pytest.raises(BadCSR):
        await look(house, content)


async def test_a_service_without_acme(house):
    """Its contract has no EAB, and needs none."""
    assert (await look(house, pem(), service="ov-csr-6m"))[1] == []
    assert (await look(house, pem("www.example.org"), service="ov-csr-6m"))[1] == ["order.foreign-name"]


async def test_a_service_without_certificates(house):
    """There is no order to be had."""
    house.products["ov-csr-6m"] = msgspec.structs.replace(house.products["ov-csr-6m"], challenges=())
    with pytest.raises(ServiceWithoutAcme):
        await look(house, pem(), service="ov-csr-6m")


async def test_a_contract_from_before_its_service_had_acme(house):
    """It has no EAB with which anything could be ordered."""
    added = await house.sell("www.example.com", service="ov-csr-6m")
    house.products["ov-csr-6m"] = msgspec.structs.replace(house.products["ov-csr-6m"], acme=True)
    with pytest.raises(ServiceWithoutAcme):
        await house.requests.look(await house.contracts.show(added.contract.id), pem())
