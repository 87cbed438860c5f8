"""The tls-alpn-01 check as the CA makes it (RFC 8737 §3, RFC 8738 §6): look-up, TLS handshake, certificate.

The connection goes to an address that was judged, and nothing but the handshake passes over it. Knows no account, order
or store; never raises for what the other side did.
"""

import asyncio
import base64
import ssl
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509

from tegata.acme import challenges, identifiers
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import AcmeTlsFailed, ConnectionFailed, WrongCertificate
from tegata.ca.policy.addresses import Address
from tegata.ca.ports import Verdict
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.evidence import Evidence, Hop, verdict
from tegata.ca.validation.ours import require_theirs
from tegata.pki import names
from tegata.pki.certs import UNREADABLE

# One connection with its handshake; the whole check, however many addresses it takes.
STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0

_IDENTIFIER = x509.ObjectIdentifier(challenges.ACME_IDENTIFIER_OID)
# Of the drafts before RFC 8737: taken by CAs until it had to be undone for two million certificates (S-14).
_DRAFT_IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.30.1")
# A challenge's certificate has some 400 octets; this much of any other one tells whose it is.
_RECORDED = 4096

# What the TLS library calls it when a handshake fails, in our words.
_FAILURES = {
    "UNSUPPORTED_PROTOCOL": "it speaks no TLS 1.2 or later",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it speaks no TLS 1.2 or later",
    "WRONG_VERSION_NUMBER": "it speaks no TLS",
    "TLSV1_UNRECOGNIZED_NAME": "it knows no such name",
    "EXCESSIVE_MESSAGE_SIZE": "its certificates are too large",
}


class TlsAlpn01:
    """Checks identifiers by tls-alpn-01.

    ``port`` is 443, unless the settings move it. ``clock`` gives the evidence its times.
    """

    def __init__(
        self,
        *,
        destinations: Destinations,
        port: int,
        clock: Callable[[], datetime],
        step_seconds: float = STEP_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._destinations = destinations
        self._port = port
        self._clock = clock
        self._step_seconds = step_seconds
        self._total_seconds = total_seconds
        self._tls = _context()

    async def check(self, identifier: Identifier, token: str, key_authorization: str) -> Verdict:
        """Whether the identifier's server shows the challenge's certificate. X-01, X-02, X-03."""
        name = identifier.value
        evidence = Evidence(
            identifier=name,
            domain_name=name,
            method=challenges.TLS_ALPN_01,
            section="BR 3.2.2.5.7" if identifier.type == identifiers.IP else "BR 3.2.2.4.20",
            token=token,
            resolvers=self._destinations.resolvers,
            started=self._clock(),
        )
        return await verdict(evidence, self._look(name, key_authorization, evidence), self._clock)

    async def _look(self, name: str, key_authorization: str, evidence: Evidence) -> None:
        hop = Hop(f"https://{f'[{name}]' if ':' in name else name}:{self._port}")
        evidence.hops.append(hop)
        until = asyncio.get_running_loop().time() + self._total_seconds
        address, der = await self._destinations.reach(
            name, self._port, hop, until, lambda address: self._handshake(name, address, until)
        )
        evidence.certificate = base64.b64encode(der[:_RECORDED]).decode("ascii")
        reason = defect(der, name, challenges.tlsalpn01_extension(key_authorization))
        if reason is not None:
            raise WrongCertificate(name=name, address=str(address), port=self._port, reason=reason)

    async def _handshake(self, name: str, address: Address, until: float) -> bytes:
        """The certificate that is shown, in DER: connect, let TLS greet, and drop the connection.

        Raises ConnectionFailed, AcmeTlsFailed, and OSError where this machine has no socket to spare.
        """
        where: dict[str, object] = {"name": name, "address": str(address), "port": self._port}
        until = min(until, asyncio.get_running_loop().time() + self._step_seconds)
        try:
            async with asyncio.timeout_at(until):
                _, writer = await asyncio.open_connection(
                    str(address), self._port, ssl=self._tls, server_hostname=challenges.tlsalpn01_server_name(name)
                )
        except TimeoutError:
            raise ConnectionFailed(**where, reason="there was no answer in time") from None
        except ConnectionRefusedError:
            raise ConnectionFailed(**where, reason="the connection was refused") from None
        except ssl.SSLError as error:
            raise AcmeTlsFailed(**where, reason=_failure(error)) from None
        except ConnectionError:
            raise ConnectionFailed(**where, reason="the connection was closed") from None
        except OSError as error:
            require_theirs(error)
            raise ConnectionFailed(**where, reason="the network or the host cannot be reached") from None
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        negotiated, der = tls.selected_alpn_protocol(), tls.getpeercert(binary_form=True)
        # Not closed politely: that would wait for the other side once more.
        writer.transport.abort()
        if negotiated != challenges.ACME_TLS:
            raise AcmeTlsFailed(**where, reason="it does not take acme-tls/1")
        assert der is not None, "no TLS server is without a certificate: anonymous ciphers are not offered"
        return der


def _context() -> ssl.SSLContext:
    """TLS 1.2 or later, acme-tls/1 only; whoever signed the certificate is as good as the next."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([challenges.ACME_TLS])
    return context


def _failure(error: ssl.SSLError) -> str:
    # Python has no name for this alert; OpenSSL's words are all there is.
    if "no application protocol" in str(error):
        return "it does not take acme-tls/1"
    return _FAILURES.get(error.reason or "", "the TLS handshake failed")


def defect(der: bytes, name: str, expected: bytes) -> str | None:
    """Why this is not the certificate for a name or address and acmeIdentifier, or None. Its dates do not matter."""
    try:
        extensions = x509.load_der_x509_certificate(der).extensions
        alternative = [each.value for each in extensions if isinstance(each.value, x509.SubjectAlternativeName)]
        shown = [each for each in extensions if each.oid == _IDENTIFIER]
        has_draft = any(each.oid == _DRAFT_IDENTIFIER for each in extensions)
    except x509.DuplicateExtension:
        return "its certificate has an extension twice"
    except UNREADABLE:
        return "its certificate cannot be read"
    return _wrong_name(alternative, name) or _wrong_identifier(shown, expected, has_draft=has_draft)


def _wrong_name(alternative: list[x509.SubjectAlternativeName], name: str) -> str | None:
    if not alternative:
        return "its certificate has no subjectAltName"
    found = list(alternative[0])
    if len(found) != 1:
        return "its certificate has not exactly one name"
    shown = found[0]
    is_right = (isinstance(shown, x509.DNSName) and not names.is_ip(name) and shown.value.lower() == name) or (
        isinstance(shown, x509.IPAddress) and names.is_ip(name) and shown.value == ip_address(name)
    )
    return None if is_right else "its certificate is for another name"


def _wrong_identifier(
    shown: list[x509.Extension[x509.ExtensionType]], expected: bytes, *, has_draft: bool
) -> str | None:
    if has_draft:
        return "its certificate has an acmeIdentifier of a draft"
    if not shown:
        return "its certificate has no acmeIdentifier"
    value = shown[0].value
    assert isinstance(value, x509.UnrecognizedExtension)
    if not shown[0].critical:
        return "its acmeIdentifier is not critical"
    if len(value.value) != len(expected) or value.value[:2] != expected[:2]:
        return "its acmeIdentifier is malformed"
    return None if value.value == expected else "its acmeIdentifier holds another digest"
