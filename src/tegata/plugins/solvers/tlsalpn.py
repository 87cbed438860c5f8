"""tls-alpn-01 by an own TLS listener (RFC 8737), open only while names are being validated.

Each name has a certificate of its own, shown only to who offers acme-tls/1 and nothing else and asks for that name.
Connections and their limits are ``_listener``'s matter, addresses are ``_address``'s.
"""

import os
import ssl
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.acme.challenges import ACME_IDENTIFIER_OID, ACME_TLS, tlsalpn01_extension
from tegata.clock import SystemClock
from tegata.errors import TegataError
from tegata.pki import keys, names
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.plugin_api.solver import Presentation
from tegata.plugins.solvers import _client_hello
from tegata.plugins.solvers._address import ListenAddress
from tegata.plugins.solvers._client_hello import ClientHello, NoClientHello
from tegata.plugins.solvers._listener import Listener

# The validator's clock may be wrong, and an order may take its time.
_LIFE_BEFORE = timedelta(days=1)
_LIFE_AFTER = timedelta(days=7)


class NoTemporaryFile(TegataError):
    """No file can be kept in the folder for temporary files for a moment: ``reason``."""

    code = "solver.no-temporary-file"


_UNRECOGNIZED_NAME = 112
_NO_APPLICATION_PROTOCOL = 120


class TlsAlpnSolver:
    """One listener for all names: opened for the first, closed after the last.

    ``address`` is lego's ``--tls.port``, see ``ListenAddress``; raises BadListenAddress.
    """

    challenge_type = "tls-alpn-01"

    def __init__(self, address: str = ":443") -> None:
        self._address = ListenAddress(address, "tls")
        self._live: dict[bytes, tuple[str, ssl.SSLContext]] = {}
        self._listener: Listener | None = None

    def present(self, presentation: Presentation) -> None:
        """Show its certificate; raises PortInUse, PortDenied, AddressUnavailable or NoTemporaryFile."""
        if self._listener is None:
            self._listener = Listener(self._address.listen(), lambda: _Handshake(self._live), self.challenge_type)
        self._live[_server_name(presentation.name)] = (presentation.token, _context(presentation))

    def cleanup(self, presentation: Presentation) -> None:
        """Show it no more."""
        name = _server_name(presentation.name)
        if name in self._live and self._live[name][0] == presentation.token:
            del self._live[name]
        if self._listener is not None and not self._live:
            self._listener.stop()
            self._listener = None
            self._address.leave()


class _Handshake:
    """One TLS handshake and nothing after it (X-04); ``live`` are token and TLS context by the name asked for."""

    def __init__(self, live: Mapping[bytes, tuple[str, ssl.SSLContext]]) -> None:
        self.is_over = False
        self._live = live
        self._heard = b""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    def hear(self, octets: bytes) -> bytes:
        """Read on until it is known who is asked for; then it is OpenSSL that answers."""
        self.is_over = not octets
        if self._tls is None:
            self._heard += octets
            try:
                hello = _client_hello.read(self._heard)
            except NoClientHello:
                self.is_over = True
                return b""
            return b"" if hello is None else self._begin(hello)
        return self._go_on(octets)

    def _begin(self, hello: ClientHello) -> bytes:
        if hello.protocols != (ACME_TLS.encode("ascii"),):
            return self._refuse(_NO_APPLICATION_PROTOCOL)
        live = self._live.get((hello.server_name or b"").lower())
        if live is None:
            return self._refuse(_UNRECOGNIZED_NAME)
        self._tls = live[1].wrap_bio(self._incoming, self._outgoing, server_side=True)
        return self._go_on(self._heard)

    def _refuse(self, alert: int) -> bytes:
        self.is_over = True
        return bytes((21, 3, 3, 0, 2, 2, alert))  # a record with a fatal alert (RFC 8446 §6)

    def _go_on(self, octets: bytes) -> bytes:
        assert self._tls is not None
        self._incoming.write(octets)
        try:
            self._tls.do_handshake()
            self.is_over = True
            self._tls.unwrap()  # says goodbye; the answer to that is not waited for
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # what OpenSSL has to say to it is among the outgoing
            self.is_over = True
        return self._outgoing.read()


def _server_name(name: str) -> bytes:
    """What a validator asks for: the name, or that of an address in the reverse DNS (RFC 8738 §6)."""
    return (ip_address(name).reverse_pointer if names.is_ip(name) else name).encode("ascii")


def _context(presentation: Presentation) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    context.set_alpn_protocols([ACME_TLS])
    key = keys.generate(KeyType.EC256)
    assert isinstance(key, EllipticCurvePrivateKey)
    certificate = _certificate(presentation, key).public_bytes(Encoding.PEM)
    try:
        _load(context, keys.to_pem(key, KeyForm.PKCS8) + certificate)
    except OSError as error:
        raise NoTemporaryFile(reason=error.strerror or str(error)) from error
    return context


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    """Give it key and certificate, which ``ssl`` takes from files only; raises OSError."""
    with tempfile.TemporaryDirectory(prefix="tegata-") as directory:
        file = Path(directory) / "certificate.pem"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as writing:
            writing.write(pem)
        context.load_cert_chain(file)


def _certificate(presentation: Presentation, key: EllipticCurvePrivateKey) -> x509.Certificate:
    """The certificate that RFC 8737 §3 asks for: self-signed, one name, and the digest in a critical extension."""
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ACME challenge")])
    name = presentation.name
    alternative = x509.IPAddress(ip_address(name)) if names.is_ip(name) else x509.DNSName(name)
    digest = tlsalpn01_extension(presentation.key_authorization)
    now = SystemClock().now()
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFE_BEFORE)
        .not_valid_after(now + _LIFE_AFTER)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(ACME_IDENTIFIER_OID), digest), critical=True)
        .sign(key, hashes.SHA256())
    )


PLUGIN = TlsAlpnSolver
