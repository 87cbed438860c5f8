"""Keys in a token (an HSM) over PKCS #11: found, proved to be the certificate's, and asked for signatures.

A session that was lost is opened and logged in again once for each signature, by a module that begins anew where the
token is not found otherwise. A PIN that the token refused is not tried again until it is another, and a token's last
try is never used, however often a service is started again: so nothing here locks the token, if it counts as PKCS #11
says. Knows URIs and public keys, no certificate.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag, exceptions
from pkcs11.exceptions import PKCS11Error
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from tegata.ca.errors import TokenUnusable
from tegata.ca.issuing import algorithms, elsewhere
from tegata.ca.issuing.algorithms import IssuerKey, IssuerPublicKey
from tegata.ca.issuing.key_uri import BadKeyUri, PinSource, TokenKey
from tegata.pki.key_types import KeyType as PkiKeyType

# What PKCS #1 v1.5 has before the hash (RFC 8017 §9.2).
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
}
_CURVES = {PkiKeyType.EC256: "secp256r1", PkiKeyType.EC384: "secp384r1"}
_BITS = {PkiKeyType.RSA2048: 2048, PkiKeyType.RSA3072: 3072, PkiKeyType.RSA4096: 4096}
# python-pkcs11 initialises modules without locking, so one call at a time is made in this process.
_turn = threading.Lock()


def open_key(uri: TokenKey, environ: Mapping[str, str]) -> IssuerKey:
    """The key in a token; raises TokenUnusable, as each signature does when the token is lost for good."""
    token = Token(uri, environ)
    return elsewhere.key_of(token.public_key(), token.sign)


def open_later(uri: TokenKey, environ: Mapping[str, str], public_key: IssuerPublicKey) -> IssuerKey:
    """The key to this public one, looked for when it is reached or signs first; that raises TokenUnusable."""
    token = Token(uri, environ, public_key)

    def reach() -> None:
        if token.public_key() != public_key:
            raise BadKeyUri(uri=uri.shown, reason="it is not the key of the CA's certificate")

    return elsewhere.key_of(public_key, token.sign, reach)


def make_key(uri: TokenKey, environ: Mapping[str, str], key_type: PkiKeyType) -> bool:
    """Make a key pair that never leaves the token, unless there is one of that name; whether it was made.

    Raises TokenUnusable.
    """
    pin = _pin(uri.pin, environ, uri.shown)
    names = {"label": uri.label, "id": uri.id or (uri.label or "").encode()}
    stays = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    known: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    known |= {Attribute.LABEL: uri.label} if uri.label else {Attribute.ID: uri.id}
    with _turn:
        try:
            token = pkcs11.lib(uri.module).get_token(token_label=uri.token, token_serial=uri.serial)
            _spare_the_last_try(token, uri.shown)
            with _log_in(token, pin, rw=True) as session:
                if any(True for _ in session.get_objects(known)):
                    return False
                if key_type in _CURVES:
                    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(_CURVES[key_type])}
                    parameters: Any = session.create_domain_parameters(KeyType.EC, curve, local=True)
                    parameters.generate_keypair(store=True, private_template=stays, **names)
                else:
                    bits = _BITS[key_type]
                    session.generate_keypair(KeyType.RSA, bits, store=True, private_template=stays, **names)
        except (PKCS11Error, RuntimeError) as error:
            reason = ": ".join(filter(None, (type(error).__name__, str(error))))
            raise TokenUnusable(uri=uri.shown, reason=reason) from None
    return True


class Token:
    """A session with the token of a key, as long as it lasts; ``environ`` is where a PIN may be.

    Whoever knows the public key already need not ask the token for it.
    """

    def __init__(self, uri: TokenKey, environ: Mapping[str, str], public_key: IssuerPublicKey | None = None) -> None:
        self._uri, self._environ = uri, environ
        self._key: Any = None
        self._is_ec = isinstance(public_key, EllipticCurvePublicKey)
        self._refused: bytes | None = None

    def public_key(self) -> IssuerPublicKey:
        """What the token's public key object of the same label and id says."""
        encoded: bytes = self._attempt(self._read_public)
        try:
            key = serialization.load_der_public_key(encoded)
        except ValueError:
            raise TokenUnusable(uri=self._uri.shown, reason="its public key cannot be read") from None
        if not isinstance(key, IssuerPublicKey) or not algorithms.is_known(key):
            raise TokenUnusable(uri=self._uri.shown, reason="a CA's key is RSA, P-256 or P-384")
        self._is_ec = isinstance(key, EllipticCurvePublicKey)
        return key

    def sign(self, data: bytes, algorithm: HashAlgorithm) -> bytes:
        """The signature, as ``elsewhere.Sign``."""
        digest = hashes.Hash(algorithm)
        digest.update(data)  # here, as a CRL of many megabytes is too long for many a token
        hashed = digest.finalize()
        if not self._is_ec:
            info = _DIGEST_INFO[algorithm.name] + hashed
            signature: bytes = self._attempt(lambda: self._key.sign(info, mechanism=Mechanism.RSA_PKCS))
            return signature
        raw: bytes = self._attempt(lambda: self._key.sign(hashed, mechanism=Mechanism.ECDSA))
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    def _attempt(self, call: Callable[[], bytes]) -> bytes:
        """What the call gives, with a new session if the one there is has been lost."""
        with _turn:
            try:
                if self._key is not None:
                    with suppress(PKCS11Error):
                        return call()
                self._open_anew()
                return call()
            except (PKCS11Error, RuntimeError) as error:
                # RuntimeError is what a module that cannot be loaded raises, with its path.
                self._key = None
                reason = ": ".join(filter(None, (type(error).__name__, str(error))))
                raise TokenUnusable(uri=self._uri.shown, reason=reason) from None

    def _open_anew(self) -> None:
        """Log in and find the key, by a module that begins anew if need be; raises PKCS11Error, TokenUnusable.

        Many a module does not find a token again that was away until then. Other keys' sessions are lost with it.
        """
        try:
            self._open()
        except PKCS11Error:
            pkcs11.lib(self._uri.module).reinitialize()
            self._open()

    def _open(self) -> None:
        """Log in and find the key; raises PKCS11Error, TokenUnusable."""
        self._key = None
        pin = _pin(self._uri.pin, self._environ, self._uri.shown)
        if sha256(pin.encode()).digest() == self._refused:
            raise TokenUnusable(uri=self._uri.shown, reason="the PIN was refused and is not tried again")
        module = pkcs11.lib(self._uri.module)
        token = module.get_token(token_label=self._uri.token, token_serial=self._uri.serial)
        _spare_the_last_try(token, self._uri.shown)
        try:
            session = _log_in(token, pin, rw=False)
        except (exceptions.PinIncorrect, exceptions.PinLocked, exceptions.PinInvalid, exceptions.PinLenRange):
            self._refused = sha256(pin.encode()).digest()
            raise TokenUnusable(uri=self._uri.shown, reason="the PIN is wrong or locked") from None
        self._key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._uri.label, id=self._uri.id)

    def _read_public(self) -> bytes:
        public = self._key.session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=self._uri.label, id=self._uri.id)
        if public.key_type is KeyType.EC:
            return encode_ec_public_key(public)
        return encode_rsa_public_key(public)


def _log_in(token: Any, pin: str, *, rw: bool) -> Any:  # noqa: ANN401 - python-pkcs11 has no types
    try:
        return token.open(rw=rw, user_pin=pin)
    except exceptions.UserAlreadyLoggedIn:  # by another key of this process
        return token.open(rw=rw)


def _spare_the_last_try(token: Any, shown: str) -> None:  # noqa: ANN401 - python-pkcs11 has no types
    """Pass unless one wrong PIN more would lock the token: that is a person's to try. Raises TokenUnusable."""
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        raise TokenUnusable(uri=shown, reason="one wrong PIN more would lock it: log in once by its own tools")


def _pin(source: PinSource, environ: Mapping[str, str], shown: str) -> str:
    """The PIN; a file's trailing line end is no part of it. Read at each log-in, so it may change meanwhile."""
    if source.file is None:
        pin = environ.get(source.variable or "", "")
    else:
        try:
            pin = Path(source.file).read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError):
            raise TokenUnusable(uri=shown, reason="the file of the PIN cannot be read") from None
    if not pin:
        raise TokenUnusable(uri=shown, reason="there is no PIN where its URI says")
    return pin
