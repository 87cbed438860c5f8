"""What was issued, linted again: sound it stays whatever the settings became, and no change of it goes unseen."""

from datetime import timedelta

import msgspec
import pytest
from cryptography import x509

from tegata.ca.issuing import precertificates
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.relint import Relint
from tegata.ca.model import Certificate, Organization
from tegata.ca.settings import SERVICES, Policy
from tegata.pki.certs import serial_hex, to_pem
from tegata.pki.key_types import KeyType
from tegata.pki.keys import spki_digest
from tests.ca.issuing.conftest import NOW, PUBLIC_URL

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PRIVATE = Policy()


@pytest.fixture
async def issue(ca, wanted):
    """Issue what is wanted, with changes; the record."""

    async def _issue(**changes):
        this = wanted._replace(**changes)
        tbs = ca.builder.template(**this._asdict())
        leaf = x509.load_der_x509_certificate(await ca.authority.sign(tbs))
        return Certificate(
            serial=serial_hex(leaf),
            order_id="order",
            account_id="account",
            contract_id=this.contract.id,
            names=this.names,
            not_before=this.not_before,
            not_after=this.not_after,
            spki_digest=spki_digest(this.public_key),
            tbs=tbs,
            intended_at=NOW,
            chain_pem=to_pem([leaf, *ca.authority.chain]),
            issued_at=NOW,
        )

    return _issue


@pytest.fixture
def relint(ca):
    def make(issuer=ca.authority.certificate, services=SERVICES, policy=PRIVATE):
        return Relint(issuers={"issuing": issuer}, public_url=PUBLIC_URL, services=services, policy=policy)

    return make


def rule(fault):
    return None if fault is None else fault.facts["rule"]


async def test_what_was_issued_is_sound(issue, relint, wanted):
    """OV, DV and short-lived, and also once the service takes other keys and lives than it did."""
    short = msgspec.structs.replace(SERVICES["dv-acme-1y"], short_lived=True, certificate_days=7)
    narrow = {
        name: msgspec.structs.replace(service, key_types=(KeyType.EC384,), certificate_days=10)
        for name, service in SERVICES.items()
    }
    assert relint().fault(await issue(), wanted.contract) is None
    assert relint(services=narrow).fault(await issue(), wanted.contract) is None
    dv = msgspec.structs.replace(wanted.contract, service="dv-acme-1y")
    assert relint().fault(await issue(service=SERVICES["dv-acme-1y"], contract=dv), dv) is None
    assert relint().fault(await issue(service=short, contract=dv, not_after=NOW + 7 * DAY - SECOND), dv) is None
    brief = msgspec.structs.replace(short, short_lived=False)
    assert relint().fault(await issue(service=brief, contract=dv, not_after=NOW + 7 * DAY - SECOND), dv) is None


async def test_a_record_that_does_not_fit(issue, relint, wanted):
    """Whichever of them is wrong: certificate, record or contract."""
    made = await issue()
    other = await issue(serial=wanted.serial + 1)
    change = msgspec.structs.replace
    moved = change(wanted.contract, organization=Organization(name="別会社", country="JP", locality="Mitaka-shi"))
    for record, contract, found in (
        (change(made, chain_pem=b""), wanted.contract, "it can be read"),
        (change(made, chain_pem=other.chain_pem), wanted.contract, "it is what was recorded before it was signed"),
        (change(made, serial=other.serial), wanted.contract, "its serial number is the record's"),
        (change(made, spki_digest=bytes(32)), wanted.contract, "its key is the record's"),
        (change(made, crl="issuing2"), wanted.contract, "its issuing CA is here"),
        (change(made, names=("www.example.com",)), wanted.contract, "the names are exactly the ones ordered"),
        (change(made, not_after=made.not_after - DAY), wanted.contract, "notAfter is the one recorded"),
        (made, moved, "the subject is the contract's organization, in order"),
        (made, change(wanted.contract, service="gone"), "its service is in the settings"),
    ):
        assert rule(relint().fault(record, contract)) == found


async def test_another_issuer(issue, relint, wanted, ca):
    """One of the same name and place, but with another key."""
    fault = relint(issuer=ca.hierarchy.services).fault(await issue(), wanted.contract)
    assert rule(fault) == "its issuing CA has signed it"


async def test_a_life_that_was_too_long_when_it_was_signed(issue, relint, wanted):
    """By the table of the Baseline Requirements at that day, if the root is publicly trusted."""
    services = {"ov-acme-1y": msgspec.structs.replace(SERVICES["ov-acme-1y"], certificate_days=300)}
    made = await issue(service=services["ov-acme-1y"], not_after=NOW + 220 * DAY)
    assert relint(services=services).fault(made, wanted.contract) is None
    fault = relint(services=services, policy=Policy(public=True)).fault(made, wanted.contract)
    assert rule(fault) == "it lives no longer than was allowed"


async def test_a_certificate_that_names_ocsp(ca, wanted, issue, relint):
    """OCSP before the issuer's certificate; sound it stays when OCSP is set otherwise later, as those without are."""
    issuer = ca.authority.certificate
    with_ocsp = ProfileBuilder(issuer=issuer, public_url=PUBLIC_URL, has_ocsp=True)
    tbs = with_ocsp.template(**wanted._asdict())
    leaf = x509.load_der_x509_certificate(await ca.authority.sign(tbs))
    access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [one.access_location.value for one in access] == [f"{PUBLIC_URL}/ocsp", f"{PUBLIC_URL}/issuing.cer"]
    plain = await issue()
    named = msgspec.structs.replace(plain, tbs=tbs, chain_pem=to_pem([leaf, *ca.authority.chain]))
    for certificate in (plain, named):
        assert relint().fault(certificate, wanted.contract) is None


def test_a_short_lived_certificate_names_no_ocsp(ca, wanted):
    """As it names no CRL."""
    service = msgspec.structs.replace(wanted.service, short_lived=True, certificate_days=7)
    brief = wanted._replace(service=service, not_after=wanted.not_before + 7 * DAY - SECOND)
    builder = ProfileBuilder(issuer=ca.authority.certificate, public_url=PUBLIC_URL, has_ocsp=True)
    assert b"/ocsp" not in builder.template(**brief._asdict())


async def test_what_became_of_a_precertificate(issue, relint, wanted, ca):
    """The same but for the SCTs is sound, and so is the precertificate itself; anything else is another (B-82)."""
    sound = await issue()
    tbs = precertificates.precertificate(sound.tbs)

    async def finished(made):
        leaf = x509.load_der_x509_certificate(await ca.authority.sign(made))
        chain_pem = to_pem([leaf, *ca.authority.chain])
        return msgspec.structs.replace(sound, tbs=tbs, chain_pem=chain_pem)

    scts = b"\x00\x00"
    for same in (tbs, precertificates.certificate(tbs, scts)):
        assert relint().fault(await finished(same), wanted.contract) is None
    longer = ca.builder.template(**wanted._replace(not_after=wanted.not_after - DAY)._asdict())
    other = precertificates.precertificate(longer)
    for another in (longer, other, precertificates.certificate(other, scts)):
        assert rule(relint().fault(await finished(another), wanted.contract)) == (
            "it is what was recorded before it was signed"
        )
