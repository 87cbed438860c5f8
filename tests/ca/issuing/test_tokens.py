"""Keys in a real token: found, used, lost and found again."""

import asyncio
import threading
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, ObjectClass, TokenFlag, exceptions

from tegata.ca.errors import TokenUnusable
from tegata.ca.issuing import algorithms, key_uri, keys, layout
from tegata.ca.issuing import tokens as token_keys
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.key_uri import BadKeyUri, TokenKey
from tegata.pki import keys as pki_keys
from tegata.pki.key_types import KeyType
from tests.ca.issuing.conftest import NOW, PUBLIC_URL, SECRET
from tests.peers.softhsm import PIN

pytestmark = pytest.mark.anyio


def token_key(uri):
    found = key_uri.parse(uri)
    assert isinstance(found, TokenKey)
    return found


def opened(softhsm, label, **more):
    return token_keys.open_key(token_key(softhsm.uri(label, **more)), {"PIN": PIN})


@pytest.fixture(scope="module")
def tokens(softhsm):
    """The token with a key of each type, and one that no CA has."""
    softhsm.make_rsa("rsa")
    softhsm.make_ec("ec256")
    softhsm.make_ec("ec384", "secp384r1")
    softhsm.make_ec("p521", "secp521r1")
    return softhsm


@pytest.fixture
def issuing(ca, tokens, tmp_path):
    """Makes the directory of an issuing CA whose key is in the token."""

    def make(label):
        key = opened(tokens, label)
        certificate = (
            x509.CertificateBuilder(ca.hierarchy.root.subject, ca.hierarchy.issuing.subject, key.public_key(), 1)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1000))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(pki_keys.generate(KeyType.EC256), hashes.SHA256())
        )
        (tmp_path / layout.ISSUING_CERTIFICATE).write_bytes(certificate.public_bytes(Encoding.PEM))
        return SoftwareAuthority.load(tmp_path, SECRET, tokens.uri(label), {})

    return make


@pytest.mark.parametrize("label", ["rsa", "ec256", "ec384"])
async def test_certificates_and_crls_by_a_token(wanted, issuing, label):
    """The same way from the template to the certificate as with a file, and the signatures verify (B-95)."""
    authority = issuing(label)
    tbs = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL).template(**wanted._asdict())
    certificate = x509.load_der_x509_certificate(await authority.sign(tbs))
    certificate.verify_directly_issued_by(authority.certificate)
    assert certificate.tbs_certificate_bytes == tbs
    life = {"this_update": NOW, "next_update": NOW + timedelta(days=4)}
    tbs = await authority.lay_out_crl((), number=1, url=f"{PUBLIC_URL}/crl/issuing.crl", **life)
    crl = x509.load_der_x509_crl(await authority.sign_crl(tbs))
    assert crl.is_signature_valid(authority.certificate.public_key())


@pytest.mark.parametrize("label", ["rsa", "ec256"])
async def test_a_token_that_is_asked_with_the_first_signature(wanted, issuing, tokens, label):
    """As by a command, which may sign nothing: whether the token is there matters only then."""
    aside = tokens.pin_file.with_name("aside")
    authority = issuing(label)
    tbs = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL).template(**wanted._asdict())
    tokens.pin_file.rename(aside)
    with pytest.raises(TokenUnusable):
        await authority.sign(tbs)
    aside.rename(tokens.pin_file)
    signed = x509.load_der_x509_certificate(await authority.sign(tbs))
    signed.verify_directly_issued_by(authority.certificate)


async def test_many_at_once(wanted, issuing):
    """Signatures asked for at the same time are made one after another, and none is lost."""
    authority = issuing("ec256")
    builder = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL)
    templates = [builder.template(**(wanted._asdict() | {"serial": wanted.serial + n})) for n in range(50)]
    signed = await asyncio.gather(*map(authority.sign, templates))
    serials = [x509.load_der_x509_certificate(one).serial_number for one in signed]
    assert serials == [wanted.serial + n for n in range(50)]


def test_a_session_is_kept(tokens, monkeypatch):
    """Nobody logs in for each signature, while the token is there."""
    times = []
    log_in = token_keys._log_in

    def counted(token, pin, *, rw):
        times.append(rw)
        return log_in(token, pin, rw=rw)

    monkeypatch.setattr(token_keys, "_log_in", counted)
    key = opened(tokens, "ec256")
    for _ in range(3):
        algorithms.sign(key, b"data")
    assert times == [False]


async def test_a_lost_session_is_opened_again(wanted, issuing, tokens):
    """The token starts anew between two signatures; nobody notices (B-95)."""
    authority = issuing("rsa")
    tbs = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL).template(**wanted._asdict())
    before = await authority.sign(tbs)
    tokens.restart()
    assert await authority.sign(tbs) == before


async def test_a_token_away_and_back(wanted, issuing, tokens):
    """While its PIN cannot be had nothing is signed; once it can, signing goes on without a restart."""
    authority = issuing("rsa")
    tbs = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL).template(**wanted._asdict())
    aside = tokens.pin_file.rename(tokens.pin_file.with_name("aside"))
    tokens.restart()
    with pytest.raises(TokenUnusable) as failure:
        await authority.sign(tbs)
    assert "PIN" in str(failure.value.facts["reason"])
    aside.rename(tokens.pin_file)
    assert await authority.sign(tbs)


async def test_a_token_that_went_away_with_its_module(wanted, issuing, tokens):
    """A module that does not find the token again begins anew once it is back; another key signs on too (B-95)."""
    authorities_of_both = [issuing("rsa"), issuing("ec256")]
    templates = [
        ProfileBuilder(issuer=one.certificate, public_url=PUBLIC_URL).template(**wanted._asdict())
        for one in authorities_of_both
    ]
    folder = tokens.configuration.with_name("tokens")
    aside = folder.rename(folder.with_name("aside"))
    for authority, tbs in zip(authorities_of_both, templates, strict=True):
        with pytest.raises(TokenUnusable):
            await authority.reach()
        with pytest.raises(TokenUnusable):
            await authority.sign(tbs)
    aside.rename(folder)
    for authority, tbs in zip(authorities_of_both, templates, strict=True):
        await authority.reach()
        signed = x509.load_der_x509_certificate(await authority.sign(tbs))
        signed.verify_directly_issued_by(authority.certificate)


async def test_a_token_that_hangs_holds_up_only_signatures(wanted, issuing, monkeypatch):
    """The wait ends, and other threads are free all the while."""
    authority = issuing("ec256")
    tbs = ProfileBuilder(issuer=authority.certificate, public_url=PUBLIC_URL).template(**wanted._asdict())
    monkeypatch.setattr("tegata.ca.issuing.aside.TOKEN_SECONDS", 0.05)
    released = threading.Event()
    monkeypatch.setattr(authority, "_sign", lambda _: released.wait(60))
    with pytest.raises(TimeoutError):
        await asyncio.gather(*(authority.sign(tbs) for _ in range(20)))
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 30) == "free"
    released.set()


@pytest.mark.parametrize(("key_type", "size"), [(KeyType.RSA2048, 2048), (KeyType.EC256, 256), (KeyType.EC384, 384)])
def test_a_key_is_made_in_the_token(tokens, key_type, size):
    """Once, and so that it never leaves it (B-95)."""
    uri = token_key(tokens.uri(f"made-{size}"))
    assert token_keys.make_key(uri, {"PIN": PIN}, key_type)
    key = opened(tokens, f"made-{size}")
    assert not token_keys.make_key(uri, {"PIN": PIN}, key_type)
    public_key = opened(tokens, f"made-{size}").public_key()
    assert public_key == key.public_key()
    assert (public_key.key_size, isinstance(public_key, RSAPublicKey)) == (size, key_type is KeyType.RSA2048)
    token = pkcs11.lib(uri.module).get_token(token_label=uri.token)
    with token.open() as session:
        private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=uri.label)
        assert (private[Attribute.SENSITIVE], private[Attribute.EXTRACTABLE]) == (True, False)
        assert private[Attribute.ID] == uri.label.encode()


@pytest.mark.parametrize("key_type", [KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA4096, KeyType.EC384])
def test_what_a_token_is_asked_for(monkeypatch, key_type):
    """In so many words: another token than this one may let keys out by default (B-95)."""
    asked = []

    class Session(nullcontext[Any]):
        def get_objects(self, _):
            return []

        def create_domain_parameters(self, kind, curve, *, local):
            assert (kind, list(curve), local) == (pkcs11.KeyType.EC, [Attribute.EC_PARAMS], True)
            return self

        def generate_keypair(self, *what, **how):
            asked.append((what, how))

    session = Session()
    session.enter_result = session
    token = SimpleNamespace(flags=TokenFlag(0), open=lambda *, rw, user_pin: session if rw and user_pin else None)
    monkeypatch.setattr("pkcs11.lib", lambda _: SimpleNamespace(get_token=lambda **_: token))
    uri = token_key("pkcs11:token=t;object=o?module-path=/m.so&pin-source=env:PIN")
    assert token_keys.make_key(uri, {"PIN": PIN}, key_type)
    what = () if key_type is KeyType.EC384 else (pkcs11.KeyType.RSA, int(key_type.value.removeprefix("rsa")))
    private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    assert asked == [(what, {"store": True, "private_template": private, "label": "o", "id": b"o"})]


def test_a_key_is_made_by_its_id(tokens):
    """One without a label, and one that has both: it is found by either."""
    by_id = token_key(tokens.uri("x").replace("object=x", "id=%AB%CD"))
    assert (by_id.id, by_id.label) == (b"\xab\xcd", None)
    assert token_keys.make_key(by_id, {"PIN": PIN}, KeyType.EC256)
    assert not token_keys.make_key(by_id, {"PIN": PIN}, KeyType.EC256)
    key = token_keys.open_key(by_id, {"PIN": PIN})
    other = token_key(tokens.uri("both").replace("object=both", "object=both;id=%AB%CE"))
    assert token_keys.make_key(other, {"PIN": PIN}, KeyType.EC256)
    both = opened(tokens, "both").public_key()
    assert both != key.public_key()
    again = token_key(tokens.uri("x").replace("object=x", "id=%AB%CE"))
    assert token_keys.open_key(again, {"PIN": PIN}).public_key() == both


def test_a_wrong_pin_is_tried_once(tokens, tmp_path):
    """A token counts the failures and locks; the same wrong PIN is not given to it again (B-95)."""
    wrong = tmp_path / "pin"
    wrong.write_text("not-the-pin\n")
    uri = token_key(tokens.uri("rsa", pin_source=str(wrong)))
    tokens.restart()
    token = token_keys.Token(uri, {})
    with pytest.raises(TokenUnusable) as first:
        token.public_key()
    assert "wrong" in str(first.value.facts["reason"])
    with pytest.raises(TokenUnusable) as second:
        token.public_key()
    assert "not tried again" in str(second.value.facts["reason"])
    wrong.write_text(PIN)
    assert token.public_key().key_size == 2048


@pytest.mark.parametrize(
    "refusal", [exceptions.PinIncorrect, exceptions.PinLocked, exceptions.PinInvalid, exceptions.PinLenRange]
)
def test_a_pin_that_a_token_refuses(monkeypatch, refusal):
    """By whichever of its words: it is not given to it again (B-95)."""
    tried = []

    def refuse(*, rw, user_pin):
        assert not rw
        tried.append(user_pin)
        raise refusal

    module = SimpleNamespace(
        get_token=lambda **_: SimpleNamespace(flags=TokenFlag(0), open=refuse), reinitialize=lambda: None
    )
    monkeypatch.setattr("pkcs11.lib", lambda _: module)
    token = token_keys.Token(token_key("pkcs11:token=t;object=o?module-path=/m.so&pin-source=env:PIN"), {"PIN": PIN})
    for reason in ("wrong or locked", "not tried again", "not tried again"):
        with pytest.raises(TokenUnusable, match=reason):
            token.public_key()
    assert tried == [PIN]


def test_a_last_try_is_left(monkeypatch):
    """A service that is started again and again would lock the token by a wrong PIN in its settings (B-95)."""
    token = SimpleNamespace(flags=TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY)
    monkeypatch.setattr("pkcs11.lib", lambda _: SimpleNamespace(get_token=lambda **_: token))
    uri = token_key("pkcs11:token=t;object=o?module-path=/m.so&pin-source=env:PIN")
    for use in (
        lambda: token_keys.open_key(uri, {"PIN": PIN}),
        lambda: token_keys.make_key(uri, {"PIN": PIN}, KeyType.EC256),
    ):
        with pytest.raises(TokenUnusable, match="would lock it"):
            use()


def test_the_pin_from_a_variable(tokens):
    """Named by the URI."""
    assert opened(tokens, "rsa", pin_source="env:PIN").public_key().key_size == 2048
    tokens.restart()
    with pytest.raises(TokenUnusable):
        token_keys.open_key(token_key(tokens.uri("rsa", pin_source="env:PIN")), {})


def test_a_key_that_is_not_there(tokens):
    """The reason is the token's own."""
    with pytest.raises(TokenUnusable) as failure:
        opened(tokens, "nobody")
    assert "NoSuchKey" in str(failure.value.facts["reason"])
    assert failure.value.facts["uri"] == "pkcs11:token=tegata;object=nobody"
    elsewhere = token_key(tokens.uri("rsa").replace("token=tegata", "token=elsewhere"))
    with pytest.raises(TokenUnusable, match="NoSuchToken"):
        token_keys.make_key(elsewhere, {"PIN": PIN}, KeyType.EC256)


def test_a_key_that_no_ca_has(tokens, monkeypatch):
    """P-521 has no algorithm here, and what is no key at all is told."""
    with pytest.raises(TokenUnusable, match="RSA, P-256 or P-384"):
        opened(tokens, "p521")
    monkeypatch.setattr(token_keys, "encode_ec_public_key", lambda _: b"no key")
    with pytest.raises(TokenUnusable, match="cannot be read"):
        opened(tokens, "ec256")


def test_a_module_that_is_not_there():
    """Told, not raised as whatever the loader raises."""
    uri = token_key("pkcs11:token=t;object=o?module-path=/nowhere.so&pin-source=env:PIN")
    with pytest.raises(TokenUnusable):
        token_keys.open_key(uri, {"PIN": "1"})
    with pytest.raises(TokenUnusable):
        token_keys.make_key(uri, {"PIN": "1"}, KeyType.EC256)


def test_another_key_than_the_certificates(ca, tokens):
    """Refused before anything is signed."""
    with pytest.raises(TokenUnusable) as failure:
        keys.open_at(tokens.uri("rsa"), ca.hierarchy.issuing, directory=ca.directory, secret=SECRET, environ={})
    assert "not the key" in str(failure.value.facts["reason"])


async def test_another_key_than_the_certificates_is_reached(issuing, tokens, tmp_path):
    """That is no token that is away: ``serve`` does not start by it."""
    issuing("ec256")
    other = SoftwareAuthority.load(tmp_path, SECRET, tokens.uri("rsa"), {})
    with pytest.raises(BadKeyUri, match="not the key"):
        await other.reach()
