"""Checks of revocation (RFC 8555 §7.6). They need a way to prove names."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import b64
from tegata.conformance.answers import has_status, refused
from tegata.conformance.bench import Bench
from tegata.conformance.check import Checklist, expect
from tegata.conformance.walk import Issued, first, issued, proved
from tegata.pki import csr
from tegata.pki.keys import PrivateKey

check = Checklist()


@check("RFC 8555 §7.6, A-90", "無関係なアカウントは証明書を失効できない。")
def revoked_by_a_stranger(bench: Bench) -> None:
    """An account that has nothing to do with a certificate cannot revoke it."""
    refused(bench.stranger.post(bench.url("revokeCert"), _revocation(first(bench))), "unauthorized", status=403)


@check("RFC 8555 §7.6, A-93", "あり得ない失効理由は拒否される。")
def impossible_reason(bench: Bench) -> None:
    """An impossible reason is refused so."""
    for reason in (7, 99):
        answer = bench.account.post(bench.url("revokeCert"), {**_revocation(first(bench)), "reason": reason})
        refused(answer, "badRevocationReason", status=400)


@check("RFC 8555 §7.6, A-91", "サーバーが発行していない証明書は拒否される。")
def foreign_certificate(bench: Bench) -> None:
    """A certificate that the server did not issue is refused."""
    certificate = first(bench)
    made = _like(certificate.chain[0], certificate.key)
    refused(bench.account.post(bench.url("revokeCert"), {"certificate": b64.encode(made)}))
    own = {"certificate": b64.encode(made)}
    refused(bench.post(certificate.key, bench.url("revokeCert"), own))


@check("RFC 8555 §7.6, A-92, A-96", "失効は 1 回だけで、2 回目は alreadyRevoked になる。")
def revocation(bench: Bench) -> None:
    """A certificate is revoked once: 200, then alreadyRevoked."""
    url, body = bench.url("revokeCert"), _revocation(first(bench))
    answer = bench.account.post(url, body)
    has_status(answer, 200)
    expect("an empty body", f"{len(answer.body)} octets", holds=not answer.body)
    refused(bench.account.post(url, body), "alreadyRevoked", status=400)


@check("RFC 8555 §7.6, A-90", "すべての名前を証明したアカウントは、他のアカウントの証明書を失効できる。")
def revoked_by_who_proved(bench: Bench) -> None:
    """An account that has proved all names of a certificate revokes it, whoever ordered it."""
    certificate, account = issued(bench.account), bench.new_account()
    proved(account)
    has_status(account.post(bench.url("revokeCert"), _revocation(certificate)), 200)


@check("RFC 8555 §7.6, A-90", "証明書の鍵だけで、アカウントなしに失効できる。")
def revoked_by_its_key(bench: Bench) -> None:
    """A certificate's own key revokes it, without an account."""
    certificate = issued(bench.account)
    answer = bench.post(certificate.key, bench.url("revokeCert"), {**_revocation(certificate), "reason": 1})
    has_status(answer, 200)


@check("CA/Browser Forum BR 4.9.1.1, 6.1.1.3, A-94", "危殆化した鍵には証明書もアカウントも発行されない。")
def compromised_key(bench: Bench) -> None:
    """A key that was revoked as compromised gets no certificate and no account."""
    certificate = issued(bench.account)
    answer = bench.post(certificate.key, bench.url("revokeCert"), {**_revocation(certificate), "reason": 1})
    has_status(answer, 200)
    request = csr.build(certificate.key, bench.names(), common_name=None)
    refused(proved(bench.account).finalize(request), "badCSR", "badPublicKey", "unauthorized")
    refused(bench.register(certificate.key, bench.registration(certificate.key)), "badPublicKey", "unauthorized")


def _revocation(certificate: Issued) -> dict[str, object]:
    return {"certificate": b64.encode(certificate.chain[0].public_bytes(Encoding.DER))}


def _like(certificate: x509.Certificate, key: PrivateKey) -> bytes:
    """A certificate of the same names, key and serial number that the server never signed, in DER."""
    builder = x509.CertificateBuilder(
        issuer_name=certificate.issuer,
        subject_name=certificate.subject,
        public_key=certificate.public_key(),
        serial_number=certificate.serial_number,
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
        extensions=list(certificate.extensions),
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
