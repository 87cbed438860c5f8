"""The CA's private keys on disk: encrypted PKCS#8, the pass phrase that opens them, and the certificates beside them.

Secret files have mode 0600 from the first byte. Knows files and environment variables; what the keys sign is others'
matter. A pass phrase is never in an exception.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tegata.ca.errors import CaError, TokenUnusable
from tegata.ca.issuing import algorithms, key_uri
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.layout import SEALING_KEY
from tegata.ca.settings import Keys
from tegata.pki import keys as pki_keys
from tegata.pki.key_types import KeyType

PASSPHRASE_VARIABLE = "TEGATA_CA_PASSPHRASE"  # noqa: S105 - a variable's name
PASSPHRASE_FILE_VARIABLE = "TEGATA_CA_PASSPHRASE_FILE"  # noqa: S105 - a variable's name


class PassphraseMissing(CaError):
    """No pass phrase for the keys: neither a variable is set nor does ``path`` hold one (``reason``)."""

    code = "keys.passphrase-missing"


class FileUnusable(CaError):
    """The key or certificate in ``path`` cannot be used: ``reason``."""

    code = "keys.file"


class NotCertified(FileUnusable):
    """A CA below the root has no certificate in ``path``: a ceremony for ``ca`` makes it."""

    code = "keys.not-certified"


class FirstPassphrase(NamedTuple):
    """The pass phrase of a new CA; ``written`` is the file a random one was put in, None if it was given."""

    secret: bytes
    written: Path | None

    def __repr__(self) -> str:
        return f"FirstPassphrase(written={self.written})"


def passphrase(directory: Path, settings: Keys, environ: Mapping[str, str]) -> bytes:
    """The pass phrase: ``TEGATA_CA_PASSPHRASE``, or the file of ``TEGATA_CA_PASSPHRASE_FILE``, or the settings' file.

    A file's trailing line end is no part of it. Raises PassphraseMissing.
    """
    given = environ.get(PASSPHRASE_VARIABLE)
    if given:
        return given.encode()
    path = _passphrase_file(directory, settings, environ)
    try:
        secret = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise PassphraseMissing(path=path, reason=error.strerror) from None
    if not secret:
        raise PassphraseMissing(path=path, reason="the file is empty")
    return secret


def first_passphrase(directory: Path, settings: Keys, environ: Mapping[str, str]) -> FirstPassphrase:
    """The pass phrase for keys to be made: the one that is given, else a random one that is written to the file.

    Raises PassphraseMissing if the file is there but holds none, or cannot be written.
    """
    path = _passphrase_file(directory, settings, environ)
    if environ.get(PASSPHRASE_VARIABLE) or path.exists():
        return FirstPassphrase(passphrase(directory, settings, environ), None)
    secret = secrets.token_urlsafe(32).encode()
    try:
        write_secret(path, secret + b"\n")
    except OSError as error:
        raise PassphraseMissing(path=path, reason=error.strerror) from None
    return FirstPassphrase(secret, path)


def save(path: Path, key: IssuerKey, secret: bytes) -> None:
    """Write a new key file; an existing one is a FileExistsError."""
    write_secret(path, to_pem(key, secret))


def load(path: Path, certificate: x509.Certificate, secret: bytes) -> IssuerKey:
    """Read the key of this certificate; raises FileUnusable, which tells a wrong pass phrase from a missing file."""
    key = _read(path, secret)
    if key.public_key() != certificate.public_key():
        raise FileUnusable(path=path, reason="it is not the key of the CA's certificate")
    return key


def _read(path: Path, secret: bytes) -> IssuerKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), secret)
    except OSError as error:
        raise FileUnusable(path=path, reason=error.strerror) from None
    except TypeError:
        raise FileUnusable(path=path, reason="it is not encrypted") from None
    except (ValueError, UnsupportedAlgorithm):
        raise FileUnusable(path=path, reason="the pass phrase is wrong or the file is damaged") from None
    if not isinstance(key, IssuerKey) or not algorithms.is_known(key.public_key()):
        raise FileUnusable(path=path, reason="a CA's key is RSA, P-256 or P-384")
    return key


def open_at(
    uri: str,
    certificate: x509.Certificate,
    *,
    directory: Path,
    secret: bytes,
    environ: Mapping[str, str],
    at_once: bool = True,
) -> IssuerKey:
    """The key of this certificate, in the file or the token that the URI names.

    A token is asked ``at_once``, or else when the key is reached or signs. Raises BadKeyUri, FileUnusable,
    TokenUnusable.
    """
    where = key_uri.parse(uri)
    if isinstance(where, key_uri.KeyFile):
        return load(directory / where.path, certificate, secret)
    if not at_once:
        later: IssuerKey = _tokens(where).open_later(where, environ, algorithms.public_key_of(certificate))
        return later
    key: IssuerKey = _tokens(where).open_key(where, environ)
    if key.public_key() != certificate.public_key():
        raise TokenUnusable(uri=where.shown, reason="it is not the key of the CA's certificate")
    return key


class Found(NamedTuple):
    """A key, and whether it was made just now."""

    key: IssuerKey
    is_new: bool


def open_or_make(uri: str, key_type: KeyType, *, directory: Path, secret: bytes, environ: Mapping[str, str]) -> Found:
    """The key that the URI names, made if there is none yet; raises as ``open_at``."""
    where = key_uri.parse(uri)
    if isinstance(where, key_uri.TokenKey):
        tokens = _tokens(where)
        is_new = tokens.make_key(where, environ, key_type)
        key: IssuerKey = tokens.open_key(where, environ)
        return Found(key, is_new)
    path = directory / where.path
    if path.exists():
        return Found(_read(path, secret), is_new=False)
    made = pki_keys.generate(key_type)
    assert isinstance(made, IssuerKey)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    put(path, to_pem(made, secret), mode=0o600)
    return Found(made, is_new=True)


def _tokens(where: key_uri.TokenKey) -> ModuleType:
    try:
        from tegata.ca.issuing import tokens  # noqa: PLC0415 - only those with a token have installed its library
    except ImportError:
        raise TokenUnusable(uri=where.shown, reason="install what tokens need: pip install 'tegata[pkcs11]'") from None
    return tokens


def load_certificate(path: Path) -> x509.Certificate:
    """Read a PEM certificate of the CA; raises FileUnusable."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise FileUnusable(path=path, reason=error.strerror) from None
    except ValueError:
        raise FileUnusable(path=path, reason="it is not a PEM certificate") from None


def load_ca_certificate(path: Path) -> x509.Certificate:
    """Read the certificate of a CA below the root; raises NotCertified where it is not there, FileUnusable."""
    if not path.exists():
        raise NotCertified(path=path, ca=path.stem)
    return load_certificate(path)


def create_sealing_key(directory: Path, secret: bytes) -> None:
    """Make the key that EAB keys are sealed with, encrypted with the pass phrase as the other keys are.

    An Ed25519 seed is 32 random octets with a standard encrypted form; this one never signs.
    """
    encryption = serialization.BestAvailableEncryption(secret)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    write_secret(directory / SEALING_KEY, pem)


def load_sealing_key(directory: Path, secret: bytes) -> bytes:
    """Read what ``create_sealing_key`` made; raises FileUnusable."""
    path = directory / SEALING_KEY
    key = None
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), secret)
    except OSError as error:
        raise FileUnusable(path=path, reason=error.strerror) from None
    except (ValueError, TypeError):
        pass
    if not isinstance(key, Ed25519PrivateKey):
        raise FileUnusable(path=path, reason="the pass phrase is wrong or the file is damaged")
    return key.private_bytes_raw()


def to_pem(key: IssuerKey, secret: bytes) -> bytes:
    """The key as encrypted PKCS#8 (PBES2, AES-256)."""
    encryption = serialization.BestAvailableEncryption(secret)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, in a directory that only its owner may enter."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_new(path, content, mode=0o600)


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Write a new file durably, its name too; an existing one is a FileExistsError."""
    _write(path, content, mode)
    keep_names(path.parent)


def put(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all, in the place of one that is there."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    _write(fresh, content, mode)
    fresh.replace(path)
    keep_names(path.parent)


def _write(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def keep_names(directory: Path) -> None:
    """Have the names in a directory on the disk; what is in the files is another matter."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _passphrase_file(directory: Path, settings: Keys, environ: Mapping[str, str]) -> Path:
    named = environ.get(PASSPHRASE_FILE_VARIABLE)
    return Path(named) if named else directory / settings.passphrase_file
