"""The issuing CA's signatures: over exactly the bytes given, and only over its own."""

import asyncio
import shutil
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tegata.ca.errors import IssuerAway
from tegata.ca.issuing import crl, layout
from tegata.ca.issuing import keys as ca_keys
from tegata.ca.issuing.algorithms import public_key_of
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.elsewhere import key_of
from tegata.ca.settings import Keys
from tegata.pki import certs
from tests.ca.issuing.conftest import NOW, PUBLIC_URL, SECRET
from tests.ca.issuing.doctored import ALGORITHM, ISSUER, Tbs, name
from tests.peers import openssl

pytestmark = pytest.mark.anyio


async def test_the_signed_certificate_is_the_bytes_given(ca, wanted):
    """Kept bytes signed again after a crash give the very same certificate."""
    tbs = ca.builder.template(**wanted._asdict())
    encoded = await ca.authority.sign(tbs)
    certificate = x509.load_der_x509_certificate(encoded)
    assert certificate.tbs_certificate_bytes == tbs
    certificate.verify_directly_issued_by(ca.hierarchy.issuing)
    assert await ca.authority.sign(tbs) == encoded


async def test_many_at_once(ca, wanted):
    """Signing runs beside the event loop; each gets its own."""
    templates = [ca.builder.template(**(wanted._asdict() | {"serial": wanted.serial + n})) for n in range(20)]
    signed = await asyncio.gather(*(ca.authority.sign(tbs) for tbs in templates))
    serials = [x509.load_der_x509_certificate(encoded).serial_number for encoded in signed]
    assert serials == [wanted.serial + n for n in range(20)]


async def test_the_chain_leaves_the_root_out(ca):
    """What follows the leaf: the issuing certificate alone."""
    assert ca.authority.chain == (ca.authority.certificate,) == (ca.hierarchy.issuing,)


async def test_openssl_verifies_the_certificate(ca, wanted, tmp_path):
    """An independent implementation agrees, strictly."""
    leaf = x509.load_der_x509_certificate(await ca.authority.sign(ca.builder.template(**wanted._asdict())))
    (tmp_path / "leaf.pem").write_bytes(certs.to_pem([leaf]))
    openssl.verify(
        tmp_path / "leaf.pem",
        *openssl.at(NOW),
        root=ca.directory / layout.ROOT_CERTIFICATE,
        chain=ca.directory / layout.ISSUING_CERTIFICATE,
    ).check()


@pytest.mark.parametrize(
    "doctor",
    [
        lambda tbs: tbs.with_field(ISSUER, name()).encode(),
        lambda tbs: tbs.with_field(ALGORITHM, bytes.fromhex("300a06082a8648ce3d040302")).encode(),
        lambda tbs: tbs.encode() + b"\x05\x00",
        lambda _: b"",
    ],
    ids=["issuer", "algorithm", "two elements", "nothing"],
)
async def test_other_bytes_are_not_signed(ca, wanted, doctor):
    """The issuing key signs certificates of its own CA, nothing else that somebody may pass in."""
    doctored = doctor(Tbs(ca.builder.template(**wanted._asdict())))
    with pytest.raises(ValueError):
        await ca.authority.sign(doctored)


async def test_a_template_of_another_ca_is_not_signed(ca, wanted):
    """Bytes laid out under the root's certificate are not the issuing CA's to sign."""
    foreign = ProfileBuilder(issuer=ca.hierarchy.root, public_url=PUBLIC_URL).template(**wanted._asdict())
    with pytest.raises(ValueError, match="not for this issuing CA"):
        await ca.authority.sign(foreign)


async def test_loading_with_a_wrong_pass_phrase(ca):
    """Told as such."""
    with pytest.raises(ca_keys.FileUnusable) as failure:
        SoftwareAuthority.load(ca.directory, SECRET + b"x")
    assert failure.value.facts["path"] == ca.directory / layout.ISSUING_KEY
    assert "pass phrase" in str(failure.value.facts["reason"])


async def test_an_issuing_ca_that_has_ended_needs_no_key(ca, wanted, tmp_path):
    """Its certificate is there as long as what it has signed is looked at; its key may be destroyed (BR 6.2.10)."""
    for file in ("issuing.pem", "keys/issuing.key"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ca.directory / file, tmp_path / file)
    ends = ca.authority.certificate.not_valid_after_utc
    [known] = SoftwareAuthority.load_all(tmp_path, SECRET, Keys(), {}, now=ends).values()
    tbs = ca.builder.template(**wanted._asdict())
    assert await known.sign(tbs) == await ca.authority.sign(tbs)
    (tmp_path / "keys/issuing.key").unlink()
    with pytest.raises(ca_keys.FileUnusable):
        SoftwareAuthority.load_all(tmp_path, SECRET, Keys(), {}, now=ends)
    [ended] = SoftwareAuthority.load_all(tmp_path, SECRET, Keys(), {}, now=ends + timedelta(seconds=1)).values()
    assert ended.certificate == ca.authority.certificate
    with pytest.raises(IssuerAway):
        await ended.sign(tbs)


async def test_signing_a_crl(ca):
    """The authority's CRL verifies with the issuing certificate."""
    tbs = await ca.authority.lay_out_crl(
        (), number=1, this_update=NOW, next_update=NOW.replace(day=28), url=ca.issuer.crl_url
    )
    read = x509.load_der_x509_crl(await ca.authority.sign_crl(tbs))
    assert read.tbs_certlist_bytes == tbs
    assert read.is_signature_valid(ca.hierarchy.issuing.public_key())


async def test_what_is_no_crl_is_not_signed_as_one(ca, wanted):
    """Nor one of another issuer."""

    def laid_out(issuer):
        return crl.lay_out(issuer, (), number=1, this_update=NOW, next_update=NOW.replace(day=28))

    for tbs in (
        ca.builder.template(**wanted._asdict()),
        laid_out(ca.hierarchy.root),
        b"\x30\x00",
        b"",
        b"\x31" + laid_out(ca.authority.certificate)[1:],
    ):
        with pytest.raises(ValueError, match="no CRL of this issuing CA"):
            await ca.authority.sign_crl(tbs)


async def test_a_signature_that_does_not_hold_is_given_to_nobody(ca):
    """A token that errs: neither a certificate nor a CRL comes of it."""
    issuer = ca.authority.certificate
    erring = SoftwareAuthority(key_of(public_key_of(issuer), lambda *_: bytes(256)), issuer)
    tbs = crl.lay_out(issuer, (), number=1, this_update=NOW, next_update=NOW.replace(day=28))
    with pytest.raises(InvalidSignature):
        await erring.sign_crl(tbs)


async def test_a_weak_algorithm_is_not_signed(ca, wanted):
    """Nor any but the key's own, whoever laid it out (B-56)."""
    tbs = ca.builder.template(**wanted._asdict())
    doctored = Tbs(tbs).with_field(ALGORITHM, bytes.fromhex("300d06092a864886f70d0101050500")).encode()
    with pytest.raises(ValueError, match="not for this issuing CA"):
        await ca.authority.sign(doctored)


async def test_what_does_not_verify_is_not_given_away(ca, wanted, rsa_key):
    """By a key that is not the certificate's, or a token that signs wrongly."""
    with pytest.raises(InvalidSignature):
        await SoftwareAuthority(rsa_key, ca.authority.certificate).sign(ca.builder.template(**wanted._asdict()))
