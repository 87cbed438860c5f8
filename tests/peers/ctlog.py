"""Logs of certificates (RFC 6962 §4.2) that really sign: ECDSA P-256 over what they were sent; and such as do not.

They take a precertificate apart by themselves, sharing no code with what is tested.
"""

import hashlib
import json
import struct
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.ca.issuing.doctored import Tbs

_POISON = bytes.fromhex("3013060a2b06010401d6790204030101ff04020500")
ALWAYS = ("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z")


class CtLog:
    """A log of an operator, on loopback while it is entered; ``behaviour`` is what it does instead of its duty."""

    def __init__(
        self,
        operator: str,
        behaviour: str = "honest",
        *,
        interval: tuple[str, str] = ALWAYS,
        state: str = "usable",
        is_tiled: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.operator, self.behaviour, self.interval, self.state, self.now = operator, behaviour, interval, state, now
        self.is_tiled = is_tiled
        self.received: list[bytes] = []
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = self._key.public_key()
        self.key = self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(self.key).digest()
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        log = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = log._answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self._server.server_port}/{self.operator.lower()}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def entry(self) -> dict[str, Any]:
        """The log in a list of logs."""
        start, end = self.interval
        return {
            "description": f"{self.operator} 2026",
            "log_id": b64encode(self.id).decode(),
            "key": b64encode(self.key).decode(),
            "submission_url" if self.is_tiled else "url": self.url,
            "mmd": 86400,
            "state": {self.state: {"timestamp": "2026-01-01T00:00:00Z"}},
            "temporal_interval": {"start_inclusive": start, "end_exclusive": end},
        }

    def sct(self, precertificate: bytes, issuer: bytes) -> dict[str, Any]:
        """The answer to a precertificate below an issuer, both in DER."""
        tbs = Tbs(x509.load_der_x509_certificate(precertificate).tbs_certificate_bytes)
        assert _POISON in tbs.extensions, "a log takes precertificates only"
        tbs.extensions.remove(_POISON)
        made_at = int(self.now() * 1000) + (86_400_000 if self.behaviour == "future" else 0)
        signed = self.signed(tbs.encode(), issuer, made_at)
        signature = self._key.sign(signed[:-1] if self.behaviour == "lies" else signed, ec.ECDSA(SHA256()))
        return {
            "sct_version": 0,
            "id": b64encode(bytes(32) if self.behaviour == "another" else self.id).decode(),
            "timestamp": made_at,
            "extensions": "",
            "signature": b64encode(b"\x04\x03" + struct.pack(">H", len(signature)) + signature).decode(),
        }

    @staticmethod
    def signed(tbs: bytes, issuer: bytes, made_at: int) -> bytes:
        """What an SCT of a precertificate is a signature over (RFC 6962 §3.2)."""
        key = x509.load_der_x509_certificate(issuer).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        entry = hashlib.sha256(spki).digest() + len(tbs).to_bytes(3) + tbs
        return b"\0\0" + struct.pack(">Q", made_at) + b"\0\1" + entry + b"\0\0"

    def verify(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Whether a certificate has this log's SCT, which must hold."""
        extension = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
        assert not extension.critical
        [*own] = [sct for sct in extension.value if sct.log_id == self.id]
        for sct in own:
            made_at = int(sct.timestamp.replace(tzinfo=UTC).timestamp()) * 1000 + sct.timestamp.microsecond // 1000
            tbs = certificate.tbs_precertificate_bytes
            signed = self.signed(tbs, issuer.public_bytes(Encoding.DER), made_at)
            self.public_key.verify(sct.signature, signed, ec.ECDSA(SHA256()))
        return len(own) == 1

    def _answer(self, path: str, body: Any) -> tuple[int, bytes]:
        assert path == f"/{self.operator.lower()}/ct/v1/add-pre-chain"
        precertificate, issuer, *_ = (b64decode(one) for one in body["chain"])
        x509.load_der_x509_certificate(precertificate).verify_directly_issued_by(x509.load_der_x509_certificate(issuer))
        self.received.append(precertificate)
        if self.behaviour == "hangs":
            self._ended.wait()
        if self.behaviour in {"refuses", "hangs"}:
            return 503, b"overloaded"
        if self.behaviour == "floods":
            return 200, bytes(100_000)
        if self.behaviour == "babbles":
            return 200, b'{"sct_version": "zero"}'
        status = 500 if self.behaviour == "errs" else 200
        return status, json.dumps(self.sct(precertificate, issuer)).encode()


def write_list(path: Path, *logs: CtLog, made_at: datetime) -> None:
    """A list of these logs, in the form that browsers publish."""
    listed = [
        {
            "name": name,
            "email": [],
            "logs": [log.entry() for log in logs if log.operator == name and not log.is_tiled],
            "tiled_logs": [log.entry() for log in logs if log.operator == name and log.is_tiled],
        }
        for name in sorted({log.operator for log in logs})
    ]
    text = {"version": "1.2", "log_list_timestamp": made_at.isoformat(), "operators": listed}
    path.write_text(json.dumps(text))
