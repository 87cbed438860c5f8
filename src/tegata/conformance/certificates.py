"""Checks of proving, finalizing and downloading (RFC 8555 §7.4, §7.4.2, §7.5.1). They need a way to prove names."""

import re
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.acme import b64
from tegata.acme.challenges import DNS_01, DNS_ACCOUNT_01, DNS_PERSIST_01, HTTP_01, TLS_ALPN_01
from tegata.acme.wire import links
from tegata.conformance.answers import document, has_status, instant, is_ahead, is_refusal, refused, said, same, text
from tegata.conformance.bench import Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.conformance.walk import (
    Placed,
    challenge_of,
    downloaded,
    first,
    give_up,
    placed,
    presentation,
    presented,
    proved,
    solvable,
    until,
)
from tegata.pki import certs, csr
from tegata.pki.keys import PrivateKey, generate
from tegata.plugin_api.solver import Presentation

_SUBJECT = "Tegata Conformance"
_ADDRESS = "someone@example.org"
_CHAIN_TYPE = "application/pem-certificate-chain"
_DER_TYPE = "application/pkix-cert"
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
        expect("no error of a valid challenge", valid[0].get("error"), holds="error" not in valid[0])
        expires = authorization.get("expires")
        expect("an end of the authorization in the future", expires, holds=is_ahead(expires, bench.clock.now()))


@check("RFC 8555 §7.1.3, A-54, A-55", "valid の注文に証明書の URL と有効期限があり、エラーはない。")
def valid_order(bench: Bench) -> None:
    """A valid order has a certificate and an end, and no error."""
    order = first(bench).placed.read()
    text(order, "certificate")
    expect("an instant as expires", order.get("expires"), holds=instant(order.get("expires")) is not None)
    expect("no error", order.get("error"), holds="error" not in order)


@check("RFC 8555 §7.1.6, A-54, A-58", "注文が ready になるのは、すべての認可が valid のときだけである。")
def ready_when_proved(bench: Bench) -> None:
    """An order is ready when all of its authorizations are valid, also by those of an earlier order, and not before."""
    first(bench)
    order = placed(bench.account)
    statuses = [each.get("status") for each in order.authorizations()]
    expect("authorizations that are pending or valid", statuses, holds=set(statuses) <= {"pending", "valid"})
    wanted = "pending" if "pending" in statuses else "ready"
    status = order.read().get("status")
    expect(f"the status {wanted} while the authorizations are {statuses}", status, holds=status == wanted)


@check("RFC 8555 §7.5.2, A-57, A-63", "valid の認可を無効化すると、ready の注文は invalid になる。")
def deactivated_proof(bench: Bench) -> None:
    """A valid authorization that is deactivated ends the order that was ready by it."""
    order = proved(bench.new_account())
    give_up(order)
    refused(order.finalize(csr.build(generate(bench.means.key_type), bench.names(), common_name=None)))


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


@check("RFC 8555 §8.1, §8.3, §8.4, A-67, A-69", "別のアカウント鍵による応答では証明されない。")
def answer_of_another(bench: Bench) -> None:
    """What another account's key makes of the token proves nothing."""
    kinds = [kind for kind in (HTTP_01, DNS_01, TLS_ALPN_01) if kind in bench.means.solvers]
    if not kinds:
        raise NotPossible(reason="no way to answer http-01, dns-01 or tls-alpn-01 was given (--http, --dns, --tls)")
    for kind in kinds:
        account = bench.new_account()
        order = placed(account)
        authorization = order.authorizations()[0]
        challenge = solvable(account, authorization, kind)
        _proves_nothing(order, challenge, presentation(bench.stranger, authorization, challenge))


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
        _proves_nothing(order, challenge, presentation(account, authorization, challenge, owner=bench.stranger))


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


@check("RFC 8555 §7.4, A-81", "注文にない種類の名前を求める CSR は拒否されるか、その名前が無視される。")
def other_kinds_of_names(bench: Bench) -> None:
    """A request for a mail address beside the order's names is refused, or gets none."""
    order, key = proved(bench.account), generate(bench.means.key_type)
    answer = order.finalize(_with_address(key, bench.names()))
    if is_refusal(answer):
        refused(answer, "badCSR", "unauthorized", "malformed")
        return
    extensions = downloaded(order, key, answer).chain[0].extensions
    names = [each.value for each in extensions if isinstance(each.value, x509.SubjectAlternativeName)]
    expect("no mail address", _ADDRESS, holds=not any(each.get_values_for_type(x509.RFC822Name) for each in names))


@check("RFC 8555 §7.4, A-85", "finalize は注文を返し、その状態は processing か valid である。")
def finalize_answer(bench: Bench) -> None:
    """Finalize answers with the order, which is being processed or valid."""
    certificate = first(bench)
    has_status(certificate.finalized, 200)
    found = document(certificate.finalized)
    status = found.get("status")
    expect("the status processing or valid", status, holds=status in ("processing", "valid"))
    is_same = same(certificate.placed.order.get("identifiers"), found.get("identifiers"))
    expect("the order's identifiers", found.get("identifiers"), holds=is_same)


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
    padded = {"csr": f"{b64.encode(good)}="}
    refused(order.account.post(text(order.order, "finalize"), padded), "badCSR", "malformed", what="padding")


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
    leaf = downloaded(order, key, answer).chain[0]
    constraints = [each.value for each in leaf.extensions if isinstance(each.value, x509.BasicConstraints)]
    expect("no CA's certificate", constraints, holds=not any(each.ca for each in constraints))
    expect("no subject of the request's own", leaf.subject.rfc4514_string(), holds=_SUBJECT not in str(leaf.subject))


@check("RFC 8555 §11.1, A-48", "アカウント鍵の証明書は発行されない。")
def account_key(bench: Bench) -> None:
    """An account's key is no certificate's key, whosever account it is."""
    order = proved(bench.account)
    for account, whose in ((bench.account, "its own account"), (bench.stranger, "another account")):
        request = csr.build(account.key, bench.names(), common_name=None)
        refused(order.finalize(request), "badCSR", "badPublicKey", what=f"the key of {whose}")


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


@check("RFC 8555 §7.4.2, A-86", "形式の指定にかかわらず証明書が返り、DER には発行者へのリンクが付く。")
def other_formats(bench: Bench) -> None:
    """Whatever format is asked for, the certificate comes: as PEM, or as DER that leads up to its issuers."""
    certificate = first(bench)
    for wanted in (_CHAIN_TYPE, _DER_TYPE, "application/x-unknown"):
        answer = bench.account.post(certificate.url, None, accept=wanted)
        has_status(answer, 200)
        kind = (answer.headers.get("Content-Type") or "").partition(";")[0].strip()
        expect(f"{_CHAIN_TYPE} to Accept: {wanted}", kind, holds=kind == _CHAIN_TYPE or kind == wanted == _DER_TYPE)
        if kind == _DER_TYPE:
            expect("a Link up to the issuer", "none", holds="up" in dict(links(answer)))
            same_one = x509.load_der_x509_certificate(answer.body) == certificate.chain[0]
            expect("the same certificate", "another one", holds=same_one)


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


def _proves_nothing(order: Placed, challenge: dict[str, Any], wrong: Presentation) -> None:
    """Expect the order's first authorization to fail, while this is shown for its challenge."""
    account = order.account
    with presented(account, [wrong]):
        document(account.post(text(challenge, "url"), {}))
        url = str(order.order["authorizations"][0])
        found = until(account, url, lambda found: found.get("status") != "pending")
    told = f"the status invalid, by {wrong.challenge_type}"
    expect(told, found.get("status"), holds=found.get("status") == "invalid")


def _with_address(key: PrivateKey, names: Sequence[str]) -> bytes:
    """A request for these names and a mail address, in DER."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    wanted: list[x509.GeneralName] = [*(x509.DNSName(name) for name in names), x509.RFC822Name(_ADDRESS)]
    builder = builder.add_extension(x509.SubjectAlternativeName(wanted), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _greedy(key: PrivateKey, names: Sequence[str]) -> bytes:
    """A request for these names and more than a subscriber may have, in DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, _SUBJECT)])
    builder = x509.CertificateSigningRequestBuilder(subject)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
