"""PKCS#12 files for Windows and IIS, in the two forms that its versions can read.

Builds bytes; writes no file and keeps no password. RC2, lego v4's default, is not offered: OpenSSL 3 refuses it.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, PrivateFormat, pkcs12

from tegata.pki.forms import EmptyPassword, PfxForm, PfxImpossible
from tegata.pki.keys import PrivateKey

_ROUNDS = 20_000


def build(
    key: PrivateKey, chain: Sequence[x509.Certificate], password: str, form: PfxForm, friendly_name: str
) -> bytes:
    """A PKCS#12 file of a key, its certificate and the intermediates; the root is left out.

    ``chain`` is leaf first. Raises EmptyPassword.
    """
    if not password:
        raise EmptyPassword
    leaf, *issuers = chain
    return pkcs12.serialize_key_and_certificates(
        friendly_name.encode(),
        key,
        leaf,
        [issuer for issuer in issuers if issuer.issuer != issuer.subject],
        _encryption(form, password),
    )


def check(key: PrivateKey, password: str, form: PfxForm) -> None:
    """Pass if a file can be made with this key, without a certificate yet; raises EmptyPassword, PfxImpossible.

    A system that is set up for FIPS 140 has no 3DES, say; and no program reads a password with a NUL.
    """
    if not password:
        raise EmptyPassword
    if "\0" in password:
        raise PfxImpossible(form=form, reason="there is a NUL in the password")
    try:
        pkcs12.serialize_key_and_certificates(None, key, None, None, _encryption(form, password))
    except (UnsupportedAlgorithm, InternalError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        raise PfxImpossible(form=form, reason=reason) from error


def _encryption(form: PfxForm, password: str) -> KeySerializationEncryption:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(_ROUNDS)
    if form is PfxForm.DES:
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303 - the form old Windows versions need
    else:
        builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    return builder.build(password.encode())
