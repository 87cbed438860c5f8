"""``tegata-ca ceremony``: the root and the issuing CAs, made and renewed on two machines, with a transcript on each.

The root's directory is offline; requests, certificates and the root's CRL are carried between it and the CA's. Every
step can be repeated: what is there already is found, not made again. Files are whole or not there, and a step is in the
transcript once its files are.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.ca import configuration
from tegata.ca.cli import carried
from tegata.ca.cli.answers import Answer, refused_by_disk
from tegata.ca.cli.grammar import Asked
from tegata.ca.cli.shapes import Shape
from tegata.ca.errors import Refused
from tegata.ca.issuing import hierarchy, key_uri, keys, layout, requests, transcript
from tegata.ca.issuing.algorithms import public_key_of
from tegata.ca.issuing.hierarchy import CaWithKey
from tegata.ca.issuing.key_uri import KeyFile
from tegata.ca.issuing.keys import Found
from tegata.ca.issuing.requests import SERVICES
from tegata.ca.issuing.transcript import Entry
from tegata.ca.model import Revocation
from tegata.ca.policy.certificates import Reason, ca_reason
from tegata.ca.settings import Keys, Settings
from tegata.clock import SystemClock, rfc3339
from tegata.pki.certs import serial_hex
from tegata.pki.key_types import KeyType
from tegata.pki.keys import spki_digest
from tegata.text.catalogue import Sentence

ISSUED = Path("issued")
_COMPROMISES = {str(int(reason)) for reason in (Reason.KEY_COMPROMISE, Reason.CA_COMPROMISE)}
_ROOT_URI = f"file:{layout.ROOT_KEY}"

_ROOT_MADE = Sentence(
    "The root is in {file}, its key at {key}.\nSHA-256 of the certificate: {certificate_sha256}",
    "ルート証明書は {file}、鍵は {key} にあります。\n証明書の SHA-256: {certificate_sha256}",
)
_REQUESTED = Sentence(
    "The request is in {file}. Carry it to the root's machine and run there:\n"
    "tegata-ca --dir ROOT ceremony sign {name} --sha256 {sha256} --by NAME\n"
    "SHA-256 of the request, to be compared by those present: {sha256}",
    "要求は {file} にあります。ルートの機器へ運び、次のコマンドを実行してください:\n"
    "tegata-ca --dir ROOT ceremony sign {name} --sha256 {sha256} --by 氏名\n"
    "立会者が照合する要求の SHA-256: {sha256}",
)
_SIGNED = Sentence(
    "The certificate of {ca} is in {file}. Carry it to the CA's machine and run there:\n"
    "tegata-ca ceremony install {name} --by NAME\nSHA-256 of the certificate: {certificate_sha256}",
    "{ca} の証明書は {file} にあります。認証局の機器へ運び、次のコマンドを実行してください:\n"
    "tegata-ca ceremony install {name} --by 氏名\n証明書の SHA-256: {certificate_sha256}",
)
_INSTALLED = Sentence(
    "{file} is in place. It counts from the next start of serve on, on this and on every other node.",
    "{file} を配置しました。すべてのノードで serve を再起動すると有効になります。",
)
_CRL_INSTALLED = Sentence(
    "{file} is in place, and serve gives it out from now on. Every other node needs it too.",
    "{file} を配置しました。serve は今後この CRL を配布します。ほかのノードにも配置してください。",
)
_LISTED = Sentence(
    "The root's CRL number {number} is in {file}. Carry it to the CA's machine and run there:\n"
    "tegata-ca ceremony install {name} --by NAME",
    "ルートの CRL（番号 {number}）は {file} にあります。認証局の機器へ運び、次のコマンドを実行してください:\n"
    "tegata-ca ceremony install {name} --by 氏名",
)
_VERIFIED = Sentence(
    "The transcript is whole (entries: {entries}, the last of {at}); the files that it names are as it says.\n"
    "Note elsewhere what stands for all of it: {sha256}",
    "記録は完全です: {entries} 件、最後の記録は {at} です。記録にあるファイルも記録どおりです。\n"
    "記録全体を表す次の値を別の場所に控えてください: {sha256}",
)


def run(asked: Asked) -> Answer:
    """One step of a ceremony; raises Refused, FileUnusable, TokenUnusable, BadKeyUri, PassphraseMissing."""
    try:
        return STEPS[asked.words[1]](asked)
    except OSError as error:
        raise refused_by_disk(error, asked.home) from error


def _root(asked: Asked) -> Answer:
    """The root: its key, its certificate, its first CRL."""
    hierarchy.check_name(asked["name"])
    country = asked["country"] or hierarchy.COUNTRY
    hierarchy.check_country(country)
    home, now = asked.home.absolute(), SystemClock().now().replace(microsecond=0)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    uri = asked["key"] or _ROOT_URI
    with transcript.held(home, asked["by"] or (), now) as record:
        secret, _ = keys.first_passphrase(home, Keys(), os.environ)
        path, crl_path = home / layout.ROOT_CERTIFICATE, home / layout.ROOT_CRL
        key, is_new = _key(uri, hierarchy.ROOT_KEY_TYPE, path, secret)
        if not path.exists():
            root = hierarchy.self_signed(key, asked["name"], now, country)
            keys.put(path, root.certificate.public_bytes(Encoding.PEM))
        root = CaWithKey(key, keys.load_certificate(path))
        if not crl_path.exists():
            keys.put(crl_path, hierarchy.root_list(root, 1, (), now))
        facts = _facts(root.certificate) | {"key": _shown(uri), "key_made": str(is_new)}
        if not record.knows(path) or not record.knows(crl_path):
            record.add("root", facts, [path, crl_path, *_key_file(home, uri)])
    return Answer({"file": str(path), **facts, "key_made": is_new}, told=_ROOT_MADE)


def _request(asked: Asked) -> Answer:
    """A request for a CA's certificate: the first, one for a new issuing CA, or another for a key that is there."""
    home, ca = asked.home.absolute(), asked["ca"]
    settings, now = configuration.load_settings(home), SystemClock().now()
    uri = _uri(settings, ca)
    if settings.policy.public and ca == SERVICES:
        raise Refused(reason="below a publicly trusted root no CA is for the server's own name: see acme.certificate")
    if settings.policy.public and uri.startswith("file:"):
        raise Refused(reason="a publicly trusted CA's keys are in tokens: name this one's in [keys] first (BR 6.2.7)")
    present = home / layout.issuer_certificate(ca)
    _check_next(home, ca)
    host = hierarchy.host_of(settings.acme.url) if ca == SERVICES else None
    role = hierarchy.services_for(host) if host else hierarchy.ISSUING
    with transcript.held(home, asked["by"] or (), now) as record:
        secret = keys.passphrase(home, settings.keys, os.environ)
        found = _key(uri, role.key_type, present, secret)
        path = home / f"{ca}.request"
        if present.exists():
            subject = keys.load_certificate(present).subject
        else:
            hierarchy.check_name(settings.name)
            # A services CA with another key has another name: the root certifies none twice.
            asked_before = [one.facts for one in record.entries if one.action == "request" and one.facts["ca"] == ca]
            former = {facts["key_sha256"] for facts in asked_before} - {spki_digest(found.key.public_key()).hex()}
            number = layout.issuer_number(ca) or 1 + len(former)
            label = role.label + (f" {number}" if number > 1 else "")
            country = hierarchy.country_of(keys.load_certificate(home / layout.ROOT_CERTIFICATE))
            subject = hierarchy.subject_of(settings.name, label, now, country)
        if not path.exists():
            wish = requests.make(ca, found.key, subject, public_url=settings.public.url, host=host, now=now)
            keys.put(path, wish.encoded())
        content = path.read_bytes()
        kept = requests.read(content)
        if kept.public_key != found.key.public_key():
            raise keys.FileUnusable(path=path, reason="it is a request for another key; take it away")
        if (kept.role, kept.public_url) != (role, settings.public.url):
            raise keys.FileUnusable(path=path, reason="it is a request by other settings; take it away")
        facts = {
            "ca": ca,
            "sha256": requests.digest(content),
            "key": _shown(uri),
            "key_made": str(found.is_new),
            "key_sha256": spki_digest(found.key.public_key()).hex(),
        }
        if not record.knows(path):
            record.add("request", facts, [path, *_key_file(home, uri)])
    return Answer({"file": str(path), "name": path.name, **facts, "key_made": found.is_new}, told=_REQUESTED)


def _sign(asked: Asked) -> Answer:
    """A request signed by the root, if it is the one that was compared; one that was signed before is found."""
    home, now = asked.home.absolute(), SystemClock().now().replace(microsecond=0)
    source = Path(asked["file"])
    content = source.read_bytes()
    if requests.digest(content) != asked["sha256"].strip().lower().replace(":", ""):
        raise Refused(reason="the request is not the one with this SHA-256")
    wish = requests.read(content)
    with transcript.held(home, asked["by"] or (), now) as record:
        root = _open_root(home, asked)
        path = home / ISSUED / f"{wish.ca}-{wish.digest[:16]}.pem"
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            _check_unused(path.parent, record.entries, wish)
            keys.put(path, requests.certify(root, wish, now).public_bytes(Encoding.PEM))
        certificate = keys.load_certificate(path)
        facts = {"ca": wish.ca, "request_sha256": wish.digest, "public_url": wish.public_url} | _facts(certificate)
        if not record.knows(path):
            record.add("sign", facts, [source, path])
    return Answer({"file": str(path), "name": path.name, **facts}, told=_SIGNED)


def _crl(asked: Asked) -> Answer:
    """Another CRL of the root, with one more CA on it if that is asked; what a crash left without its line is kept."""
    home, now = asked.home.absolute(), SystemClock().now().replace(microsecond=0)
    path = home / layout.ROOT_CRL
    with transcript.held(home, asked["by"] or (), now) as record:
        root = _open_root(home, asked)
        last = carried.load_crl(path, root.certificate)
        if carried.number_of(last) < max(
            (int(one.facts["number"]) for one in record.entries if one.action == "crl"), default=0
        ):
            # An earlier one was put back: its number would be used twice, and whoever is on the later ones forgotten.
            raise keys.FileUnusable(path=path, reason="it is not what the transcript says")
        revoked = [
            Revocation(f"{one.serial_number:x}", one.revocation_date_utc, carried.reason_of(one)) for one in last
        ]
        files = [path]
        facts: dict[str, str] = {}
        number, is_there = carried.number_of(last), False
        if asked["revoke"]:
            files.append(Path(asked["revoke"]))
            certificate = carried.child(files[-1], root.certificate)
            if asked["reason"] is None:
                raise Refused(reason="a revocation has a reason: --reason N")
            wanted = Revocation(serial_hex(certificate), now, int(ca_reason(asked["reason"])))
            facts = _facts(certificate) | {"reason": str(asked["reason"])}
            same = next((one for one in revoked if one.serial == wanted.serial), None)
            is_there = same is not None
            if same and (same.reason != wanted.reason or record.knows(path) or not record.has_had(path)):
                raise Refused(reason="the certificate is on the root's CRL already")
            revoked = revoked if is_there else [*revoked, wanted]
        if not is_there:
            if not record.knows(path):  # of a step that a crash ended, or from before there was a transcript
                record.add("found", {}, [path])
            number += 1
            keys.put(path, hierarchy.root_list(root, number, revoked, now))
        facts |= {"number": str(number), "revoked": str(len(revoked))}
        record.add("crl", facts, files)
    numbers: Shape = {name: int(facts[name]) for name in ("reason", "number", "revoked") if name in facts}
    return Answer({"file": str(path), "name": path.name, **facts, **numbers}, told=_LISTED)


def _install(asked: Asked) -> Answer:
    """A certificate or a CRL of the root put into the CA's directory, once it was seen to belong there."""
    home, now = asked.home.absolute(), SystemClock().now().replace(microsecond=0)
    settings = configuration.load_settings(home)
    source = Path(asked["file"])
    root = keys.load_certificate(home / layout.ROOT_CERTIFICATE)
    with transcript.held(home, asked["by"] or (), now) as record:
        content = source.read_bytes()
        if content.startswith(b"-----BEGIN CERTIFICATE"):
            path, facts = _place(home, settings, source, root, now)
        else:
            path, facts = home / layout.ROOT_CRL, {}
            fresh, last = carried.load_crl(source, root), carried.load_crl(path, root)
            facts = {"number": str(carried.number_of(fresh))}
            if content != path.read_bytes():
                if carried.number_of(fresh) <= carried.number_of(last):
                    raise Refused(reason="the root's CRL in place is a newer one")
                carried.check_now(fresh.last_update_utc, fresh.next_update_utc, now)
        is_new = not path.exists() or path.read_bytes() != content
        if is_new:
            keys.put(path, content)
        if not record.knows(path):
            record.add("install", facts, [path])
        if is_new or not _is_asked_since(record.entries, facts.get("ca")):
            path.with_suffix(".request").unlink(missing_ok=True)
    if "number" in facts:
        return Answer({"file": str(path), "number": int(facts["number"])}, told=_CRL_INSTALLED)
    return Answer({"file": str(path), **facts}, told=_INSTALLED)


def _verify(asked: Asked) -> Answer:
    """Whether each line of the transcript follows the one before it, and its files are what it says last of each."""
    entries = transcript.read(asked.home)
    if not entries:
        raise Refused(reason="there is no transcript in this directory")
    if altered := transcript.altered(asked.home, entries):
        raise keys.FileUnusable(path=altered, reason="it is not what the transcript says")
    shape: Shape = {"entries": len(entries), "at": entries[-1].at, "sha256": transcript.head(asked.home)}
    return Answer(shape, told=_VERIFIED)


def _place(
    home: Path, settings: Settings, source: Path, root: x509.Certificate, now: datetime
) -> tuple[Path, dict[str, str]]:
    """Where a certificate belongs: it is there, or it answers a request of this CA, which has its key."""
    certificate = carried.child(source, root)
    there = {name: home / layout.issuer_certificate(name) for name in (*hierarchy.issuers(home), SERVICES)}
    for name, path in there.items():
        if path.exists() and keys.load_certificate(path) == certificate:
            return path, {"ca": name} | _facts(certificate)
    wishes = {path.stem: requests.read(path.read_bytes()) for path in sorted(home.glob("*.request"))}
    asked_as = (certificate.public_key(), certificate.subject)
    ca = next((name for name, wish in wishes.items() if (wish.public_key, wish.subject) == asked_as), None)
    if ca is None:
        raise Refused(reason="the certificate answers no request of this CA")
    carried.check_now(certificate.not_valid_before_utc, certificate.not_valid_after_utc, now)
    secret = keys.passphrase(home, settings.keys, os.environ)
    keys.open_at(_uri(settings, ca), certificate, directory=home, secret=secret, environ=os.environ)
    path = home / layout.issuer_certificate(ca)
    if path.exists() and keys.load_certificate(path).not_valid_before_utc > certificate.not_valid_before_utc:
        raise Refused(reason="the certificate in place is a newer one")
    return path, {"ca": ca} | _facts(certificate)


def _is_asked_since(entries: Sequence[Entry], ca: str | None) -> bool:
    """Whether a CA has asked for another certificate since its last one was installed: that request is open still."""
    steps = [one.action for one in entries if one.action in {"request", "install"} and one.facts.get("ca") == ca]
    return steps[-1:] == ["request"]


def _open_root(home: Path, asked: Asked) -> CaWithKey:
    certificate = keys.load_certificate(home / layout.ROOT_CERTIFICATE)
    uri = asked["key"] or _ROOT_URI
    secret = keys.passphrase(home, Keys(), os.environ) if uri.startswith("file:") else b""
    return CaWithKey(keys.open_at(uri, certificate, directory=home, secret=secret, environ=os.environ), certificate)


def _key(uri: str, key_type: KeyType, certificate: Path, secret: bytes) -> Found:
    """The key of the CA whose certificate is in this file; made where there is neither."""
    home = certificate.parent
    if not certificate.exists():
        return keys.open_or_make(uri, key_type, directory=home, secret=secret, environ=os.environ)
    known = keys.load_certificate(certificate)
    return Found(keys.open_at(uri, known, directory=home, secret=secret, environ=os.environ), is_new=False)


def _uri(settings: Settings, ca: str) -> str:
    if ca != SERVICES and layout.issuer_number(ca) is None:
        raise Refused(reason="the request is of no CA that there is: issuing, issuing2 …, services")
    return settings.keys.of_issuer(ca)


def _check_next(home: Path, ca: str) -> None:
    """Pass a CA that is there, or the next one that there may be."""
    number = layout.issuer_number(ca)
    if number is None or number == 1:
        return
    if number > (layout.issuer_number(hierarchy.issuers(home)[-1]) or 1) + 1:
        raise Refused(reason="issuing CAs are numbered one after the other")


def _check_unused(issued: Path, entries: Sequence[Entry], wish: requests.Wish) -> None:
    """Pass a request that was not certified yet, for a name that no other key has: who looks for an issuer finds one.

    A certificate may have been carried away, but stands in the transcript; after a crash it may be there alone.
    """
    signed = [entry.facts for entry in entries if entry.action == "sign"]
    if any(facts["request_sha256"] == wish.digest for facts in signed):
        raise Refused(reason="the request was certified before, and its certificate is in issued/ no more")
    subject, key = wish.subject.rfc4514_string(), spki_digest(wish.public_key).hex()
    for entry in entries:
        is_compromise = entry.facts.get("reason") in _COMPROMISES
        if entry.action == "crl" and is_compromise and entry.facts["key_sha256"] == key:
            raise Refused(reason="the root has revoked this key as compromised: make another one")
    for other in (*signed, *(_facts(keys.load_certificate(path)) for path in issued.glob("*.pem"))):
        if other["subject"] == subject and other["key_sha256"] != key:
            raise Refused(reason="the root has certified this name for another key")


def _facts(certificate: x509.Certificate) -> dict[str, str]:
    return {
        "subject": certificate.subject.rfc4514_string(),
        "serial": serial_hex(certificate),
        "not_before": rfc3339(certificate.not_valid_before_utc),
        "not_after": rfc3339(certificate.not_valid_after_utc),
        "certificate_sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "key_sha256": spki_digest(public_key_of(certificate)).hex(),
    }


def _key_file(home: Path, uri: str) -> list[Path]:
    """The key's file, encrypted as it is; a token has none."""
    where = key_uri.parse(uri)
    return [home / where.path] if isinstance(where, KeyFile) else []


def _shown(uri: str) -> str:
    return uri.partition("?")[0]


STEPS: dict[str, Callable[[Asked], Answer]] = {
    "root": _root,
    "request": _request,
    "sign": _sign,
    "crl": _crl,
    "install": _install,
    "verify": _verify,
}
