"""What of a CA ends one day, and only people renew: told by ``tegata-ca check`` some time before."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509

from tegata.ca.bootstrap import Ca
from tegata.ca.cli.findings import ERROR, WARNING, Finding
from tegata.ca.issuing import chains, hierarchy, keys, perspectives
from tegata.ca.issuing.aside import Aside
from tegata.ca.issuing.given_certificate import GivenCertificate, ends_soon
from tegata.ca.issuing.hierarchy import Hierarchy
from tegata.ca.issuing.requests import SERVICES
from tegata.ca.issuing.server_certificate import services_ca
from tegata.ca.settings import Settings
from tegata.clock import rfc3339
from tegata.errors import TegataError
from tegata.text.catalogue import Sentence, explain
from tegata.text.language import Language

_CEREMONY_AHEAD = timedelta(days=60)

_ENDED = Sentence("it ended on {ends}: nothing can be issued", "{ends} に満了しており、証明書を発行できません")
_ENDS = Sentence(
    "it ends on {ends}, and certificates with it: renew it",
    "{ends} に満了し、証明書の期限もそこまでになります。更新してください",
)
_SERVICES_ENDED = Sentence(
    "it ended on {ends}: this server has no certificate of its own any more",
    "{ends} に満了しており、このサーバー自身の証明書を作成できません",
)
_SERVICES_ENDS = Sentence(
    "it ends on {ends}, and this server's own certificate with it: renew it",
    "{ends} に満了し、このサーバー自身の証明書もそこまでになります。更新してください",
)
_SERVICES_PUBLIC = Sentence(
    "it is below a publicly trusted root, and certifies this server's name without proof, CAA and logs: have the root"
    " revoke it (ceremony crl --revoke services.pem --reason 5), and destroy its key",
    "公的に信頼されたルートの下にあり、確認、CAA、ログなしでこのサーバーの名前を証明できます。"
    "ルートで失効させ（ceremony crl --revoke services.pem --reason 5）、鍵を破棄してください",
)
_GIVEN_ENDED = Sentence(
    "{file} ended on {ends}, and no client connects: put a new one in its place",
    "{file} は {ends} に満了しており、クライアントは接続できません。新しい証明書に置き換えてください",
)
_GIVEN_ENDS = Sentence(
    "{file} ends on {ends}: renew it; serve takes the new one by itself",
    "{file} は {ends} に満了します。更新してください。新しい証明書は serve が自動的に読み込みます",
)
_ROOT_CRL_ENDED = Sentence(
    "it ended on {ends}: see ceremony crl and ceremony install",
    "{ends} に期限が切れています。ceremony crl と ceremony install を実行してください",
)
_ROOT_CRL_ENDS = Sentence(
    "it ends on {ends}, and only a ceremony makes the next: see ceremony crl and ceremony install",
    "{ends} に期限が切れます。次の CRL は ceremony crl で作成し、ceremony install で配置してください",
)
_REVOKED = Sentence(
    "the root has revoked {names}, and nobody accepts what it signs: see ceremony request",
    "ルートが {names} を失効させており、発行した証明書は受け入れられません。ceremony request を実行してください",
)
ROOT_CRL = (_ROOT_CRL_ENDED, _ROOT_CRL_ENDS)
NO_ANSWER = Sentence("its token does not answer", "トークンから応答がありません")
_CHAIN_ENDED = Sentence(
    "a certificate in one ended on {ends}: take it out of keys.alternate_chains",
    "{ends} に満了した証明書を含むものがあります。keys.alternate_chains から外してください",
)
_CHAIN_ENDS = Sentence(
    "a certificate in one ends on {ends}: see keys.alternate_chains",
    "{ends} に満了する証明書を含むものがあります。keys.alternate_chains を確認してください",
)
_KNOWN_ENDED = Sentence(
    "it ended on {ends}: add every perspective again, move the new directories there, and start serve anew",
    "{ends} に満了しています。すべての確認地点を perspective add で追加し直し、"
    "新しいディレクトリを移して、serve を再起動してください",
)
_KNOWN_ENDS = Sentence(
    "it ends on {ends}: add every perspective again, move the new directories there, and start serve anew",
    "{ends} に満了します。すべての確認地点を perspective add で追加し直し、"
    "新しいディレクトリを移して、serve を再起動してください",
)


def findings(home: Path, ca: Ca, settings: Settings, language: Language) -> Iterator[Finding]:
    """The CAs, the root's CRL, alternate chains, and by what CA and perspectives know each other."""
    yield issuing(ca, settings, language)
    if settings.acme.certificate:
        yield _given(home, ca, settings, language)
        if settings.policy.public and is_trusted(ca.hierarchy, ca.now()):
            yield Finding("services CA", ERROR, _SERVICES_PUBLIC.fill(language, {}))
    else:
        yield _services(home, ca, settings, language)
    root_crl = x509.load_der_x509_crl(ca.hierarchy.root_crl)
    if revoked := _revoked(root_crl, ca):
        yield Finding("root's CRL", ERROR, _REVOKED.fill(language, {"names": ", ".join(revoked)}))
    else:
        yield ending("root's CRL", root_crl.next_update_utc or ca.now(), ROOT_CRL, ca, language)
    others = [one.not_valid_after_utc for chain in _other_chains(home, ca, settings) for one in chain]
    if others:
        yield ending("alternate chains", min(others), (_CHAIN_ENDED, _CHAIN_ENDS), ca, language)
    if ca.remotes:
        yield known("perspectives CA", perspectives.ends(home), ca, language)


def is_trusted(chain: Hierarchy, now: datetime) -> bool:
    """Whether there is a services CA that is good now, as the root's CRL has it."""
    services, listed = chain.services, x509.load_der_x509_crl(chain.root_crl)
    if services is None or services.not_valid_after_utc < now:
        return False
    return listed.get_revoked_certificate_by_serial_number(services.serial_number) is None


def _revoked(root_crl: x509.CertificateRevocationList, ca: Ca) -> list[str]:
    """The CAs in use whose certificates the root has revoked: the newest issuing CA, and the services CA."""
    used = {ca.issuers.name: ca.hierarchy.issuing}
    if ca.hierarchy.services is not None and not ca.settings.acme.certificate:
        used[SERVICES] = ca.hierarchy.services
    return [
        name
        for name, certificate in used.items()
        if root_crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
    ]


def known(check: str, ends: datetime, ca: Ca, language: Language) -> Finding:
    """Until when CA and perspectives know each other."""
    return ending(check, ends, (_KNOWN_ENDED, _KNOWN_ENDS), ca, language)


def issuing(ca: Ca, settings: Settings, language: Language) -> Finding:
    """An issuing CA that ends within the life of what it signs cuts it short, and another takes a ceremony.

    Operators' alarms come no earlier (``surroundings``): who has one, and looks here, finds it.
    """
    ends = ca.hierarchy.issuing.not_valid_after_utc
    lives = [timedelta(days=service.certificate_days) for service in settings.services.values()]
    ahead = max(*lives, _CEREMONY_AHEAD) if lives else timedelta(0)
    facts: dict[str, object] = {"ends": rfc3339(ends)}
    if ends <= ca.now():
        return Finding("issuing CA", ERROR, _ENDED.fill(language, facts))
    if ends <= ca.now() + ahead:
        return Finding("issuing CA", WARNING, _ENDS.fill(language, facts))
    return Finding("issuing CA")


def _other_chains(home: Path, ca: Ca, settings: Settings) -> list[list[x509.Certificate]]:
    """Those that clients may choose; they were read when the CA was opened."""
    return chains.load(home, settings.keys.alternate_chains, ca.issuers.certificates.values())


def _services(home: Path, ca: Ca, settings: Settings, language: Language) -> Finding:
    """What serve makes its own TLS certificate by: it is for the URL's host, and its key is there."""
    try:
        secret = keys.passphrase(home, settings.keys, os.environ)
        uri = settings.keys.of_issuer(SERVICES)
        look = partial(services_ca, home, url=settings.acme.url, secret=secret, now=ca.now(), uri=uri)
        ends = Aside().now(look).certificate.not_valid_after_utc
    except TimeoutError:
        return Finding("services CA", ERROR, NO_ANSWER.fill(language, {}))
    except TegataError as error:
        return Finding("services CA", ERROR, str(explain(error, language)))
    return ending("services CA", ends, (_SERVICES_ENDED, _SERVICES_ENDS), ca, language)


def _given(home: Path, ca: Ca, settings: Settings, language: Language) -> Finding:
    """The TLS certificate that the operator gives: whether serve can use it, and how long."""
    acme = settings.acme
    files = (home / acme.certificate, home / acme.certificate_key)
    try:
        secret = keys.passphrase(home, settings.keys, os.environ)
        given = GivenCertificate(*files, host=hierarchy.host_of(acme.url), secret=secret).certificate
    except TegataError as error:
        return Finding("server's certificate", ERROR, str(explain(error, language)))
    facts: dict[str, object] = {"ends": rfc3339(given.not_valid_after_utc), "file": acme.certificate}
    if given.not_valid_after_utc <= ca.now():
        return Finding("server's certificate", ERROR, _GIVEN_ENDED.fill(language, facts))
    if ends_soon(given, ca.now()):
        return Finding("server's certificate", WARNING, _GIVEN_ENDS.fill(language, facts))
    return Finding("server's certificate")


def ending(check: str, ends: datetime, told: tuple[Sentence, Sentence], ca: Ca, language: Language) -> Finding:
    """What only people at the root's key renew is told of some time before its end (B-03, BR 4.9.7)."""
    ended, will_end = told
    facts: dict[str, object] = {"ends": rfc3339(ends)}
    if ends <= ca.now():
        return Finding(check, ERROR, ended.fill(language, facts))
    if ends <= ca.now() + _CEREMONY_AHEAD:
        return Finding(check, WARNING, will_end.fill(language, facts))
    return Finding(check)
