"""Checks of proving, finalizing and downloading (RFC 8555 §7.4, §7.4.2, §7.5.1). They need a way to prove names."""

import re
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.acme import b64
from tegata.acme.challenges import DNS_ACCOUNT_01, DNS_PERSIST_01
from tegata.acme.wire import links
from tegata.conformance.answers import document, has_status, is_refusal, refused, said, text
from tegata.conformance.bench import Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.conformance.walk import (
    Issued,
    challenge_of,
    downloaded,
    first,
    issued,
    placed,
    presentation,
    presented,
    proved,
    solvable,
    until,
)
from tegata.pki import certs, csr
from tegata.pki.keys import PrivateKey, generate

_SUBJECT = "Tegata Conformance"
_CHAIN_TYPE = "application/pem-certificate-chain"
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")

check = Checklist()


@check("RFC 8555 §7.1.4, §8, A-57, A-70", "証明されたチャレンジと認可は valid になり、検証時刻が示される。")
def proof(bench: Bench) -> None:
    """A proved challenge is valid and says when, and so is its authorization."""
    for authorization in first(bench).placed.authorizations():
        status = authorization.get("status")
        expect("the authorization's status valid", status, holds=status == "valid")
        valid = [each for each in authorization["challenges"] if each.get("status") == "valid"]
        expect("a valid challenge", authorization["challenges"], holds=bool(valid))
        expect("the member validated", valid[0], holds=isinstance(valid[0].get("validated"), str))


@check("RFC 8555 §7.5.1, A-60", "証明済みのチャレンジにもう一度応答しても、何も変わらない。")
def answered_again(bench: Bench) -> None:
    """To answer a proved challenge once more changes nothing."""
    order = first(bench).placed
    authorization = order.authorizations()[0]
    valid = [each for each in authorization["challenges"] if each.get("status") == "valid"]
    answer = bench.account.post(str(valid[0]["url"]), {})
    expect("the challenge, or a refusal", said(answer), holds=answer.status < 500)
    status = order.authorizations()[0].get("status")
    expect("the authorization's status valid", status, holds=status == "valid")


@check("RFC 8555 §8, X-42, X-43", "指定したすべての方法で、名前を証明できる。")
def every_way(bench: Bench) -> None:
    """Every way that was given proves the names, if it is offered for them."""
    kinds = list(bench.means.solvers)
    offered = placed(bench.new_account()).authorizations()
    ways = [kind for kind in kinds if all(challenge_of(each, kind) for each in offered)]
    if not ways:
        raise NotPossible(reason=f"none of the ways given is offered for all names: {', '.join(kinds) or 'none'}")
    for kind in ways:
        proved(bench.new_account(), kind)


@check(
    "draft-ietf-acme-dns-account-label §3, draft-ietf-acme-dns-persist §4, X-42, X-44",
    "別のアカウントのためのレコードでは証明されない。",
)
def record_of_another(bench: Bench) -> None:
    """A record for another account proves nothing (dns-account-01, dns-persist-01)."""
    kinds = [kind for kind in (DNS_ACCOUNT_01, DNS_PERSIST_01) if kind in bench.means.solvers]
    if not kinds:
        raise NotPossible(reason="no way to make records for an account was given (--dns-account, --dns-persist)")
    for kind in kinds:
        account = bench.new_account()
        order = placed(account)
        authorization = order.authorizations()[0]
        challenge = solvable(account, authorization, kind)
        wrong = presentation(account, authorization, challenge, owner=bench.stranger)
        with presented(account, [wrong]):
            document(account.post(text(challenge, "url"), {}))
            url = str(order.order["authorizations"][0])
            found = until(account, url, lambda found: found.get("status") != "pending")
        expect(f"the status invalid, by {kind}", found.get("status"), holds=found.get("status") == "invalid")


@check("RFC 8555 §7.4, A-81", "注文と異なる名前の CSR は badCSR で拒否され、注文は ready のままである。")
def other_names(bench: Bench) -> None:
    """A request for other names than the order's is refused as badCSR, and the order stays ready."""
    order, key = proved(bench.account), generate(bench.means.key_type)
    fewer = [bench.names()[:-1]] if len(bench.names()) > 1 else []
    for names in (["other.invalid"], [*bench.names(), "other.invalid"], *fewer):
        refused(order.finalize(csr.build(key, names, common_name=None)), "badCSR", "unauthorized")
    status = order.read().get("status")
    expect("the order's status ready", status, holds=status == "ready")


@check("RFC 8555 §7.4, §10.5, A-49", "ready の注文を finalize できるのは、所有するアカウントだけである。")
def finalized_by_a_stranger(bench: Bench) -> None:
    """An order that is ready is finalized by its own account only."""
    order, key = proved(bench.account), generate(bench.means.key_type)
    request = {"csr": b64.encode(csr.build(key, bench.names(), common_name=None))}
    refused(bench.stranger.post(text(order.order, "finalize"), request))
    status = order.read().get("status")
    expect("the order's status ready", status, holds=status == "ready")


@check("RFC 8555 §7.4, A-81", "署名が誤っている CSR は拒否される。")
def wrong_request(bench: Bench) -> None:
    """A request whose signature is wrong is refused."""
    order, key = proved(bench.account), generate(bench.means.key_type)
    good = csr.build(key, bench.names(), common_name=None)
    forged = good[:-1] + bytes([good[-1] ^ 1])
    for bad, what in (
        (b"no request", "text that is none"),
        (good[:40], "half a request"),
        (forged, "a forged request"),
    ):
        refused(order.finalize(bad), "badCSR", "malformed", what=what)


@check("RFC 8555 §7.4, A-83", "注文にないコモンネームの CSR は拒否される。")
def common_name(bench: Bench) -> None:
    """A request whose common name is none of the order's is refused."""
    order, key = proved(bench.account), generate(bench.means.key_type)
    refused(order.finalize(csr.build(key, bench.names(), common_name="other.invalid")), "badCSR", "unauthorized")


@check("RFC 8555 §7.4, A-81, A-82", "認証局の証明書や他の主体者を求める CSR は拒否されるか、その部分が無視される。")
def more_than_names(bench: Bench) -> None:
    """A request for a CA's certificate, or for another subject, is refused, or gets neither."""
    order, key = proved(bench.account), generate(bench.means.key_type)
    answer = order.finalize(_greedy(key, bench.names()))
    if is_refusal(answer):
        refused(answer, "badCSR", "unauthorized", "malformed")
        return
    leaf = downloaded(order, key).chain[0]
    constraints = [each.value for each in leaf.extensions if isinstance(each.value, x509.BasicConstraints)]
    expect("no CA's certificate", constraints, holds=not any(each.ca for each in constraints))
    expect("no subject of the request's own", leaf.subject.rfc4514_string(), holds=_SUBJECT not in str(leaf.subject))


@check("RFC 8555 §11.1, A-48", "アカウント鍵の証明書は発行されない。")
def account_key(bench: Bench) -> None:
    """The account's key is no certificate's key."""
    order = proved(bench.account)
    request = csr.build(bench.account.key, bench.names(), common_name=None)
    refused(order.finalize(request), "badCSR", "badPublicKey")


@check("RFC 8555 §7.4.2, A-86", "証明書チェーンは専用のメディアタイプの PEM で、末端から順に並ぶ。")
def chain(bench: Bench) -> None:
    """The chain is PEM of its own media type, leaf first, each certified by the next."""
    certificate = first(bench)
    kind = (certificate.answer.headers.get("Content-Type") or "").partition(";")[0].strip()
    expect(_CHAIN_TYPE, kind, holds=kind == _CHAIN_TYPE)
    strange = _BLOCK.sub("", certificate.answer.body.decode("ascii", "replace")).strip()
    expect("CERTIFICATE blocks only", strange, holds=not strange)
    try:
        certs.check_chain(certificate.chain, certificate.key.public_key(), bench.names())
    except certs.BadChain as error:
        expect("a chain for the request's key and the order's names", error.facts.get("reason"), holds=False)


@check("RFC 8555 §6.3, A-13", "証明書への署名のない GET は 405 で拒否される。")
def certificate_by_get(bench: Bench) -> None:
    """A plain GET of a certificate is refused."""
    refused(bench.send("GET", first(bench).url), "malformed", status=405)


@check("RFC 8555 §10.5, A-49", "証明書の URL は所有者にだけ応答する。")
def certificate_of_another(bench: Bench) -> None:
    """A certificate's URL answers its account only."""
    refused(bench.stranger.post(first(bench).url, None))


@check("RFC 8555 §7.4.2, A-88", "代替チェーンは同じ証明書から始まる。")
def alternate_chains(bench: Bench) -> None:
    """Alternate chains lead from the same certificate."""
    certificate = first(bench)
    for url in (url for rel, url in links(certificate.answer) if rel == "alternate"):
        answer = bench.account.post(url, None)
        has_status(answer, 200)
        same = certs.load_leaf(answer.body) == certificate.chain[0]
        expect("a chain from the same certificate", "another one", holds=same)


@check("RFC 8555 §7.4, A-80", "注文の finalize は 1 回だけである。")
def finalized_once(bench: Bench) -> None:
    """An order is finalized once."""
    certificate = first(bench)
    again = certificate.placed.finalize(csr.build(generate(bench.means.key_type), bench.names(), common_name=None))
    refused(again, "orderNotReady", status=403)


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
    refused(bench.account.post(url, body), "alreadyRevoked", status=400)


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


def _greedy(key: PrivateKey, names: Sequence[str]) -> bytes:
    """A request for these names and more than a subscriber may have, in DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, _SUBJECT)])
    builder = x509.CertificateSigningRequestBuilder(subject)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


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
