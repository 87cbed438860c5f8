"""The command ``doctor``: what stands in the way of a certificate for a name, told before any order (C-23).

Asks the CA for its directory, the DNS for records, and connects to the names' addresses; changes nothing. What the
look sees is from here, which the CA's is not.
"""

import contextlib
import json
from collections.abc import Iterator

import msgspec

from tegata.acme.caa import CaaRequest, advised, blanket, is_free, objection
from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.plans.plan import Doctor
from tegata.cli.plans.ways import Ways
from tegata.cli.steps.account import existing
from tegata.cli.steps.connection import client_for, reach
from tegata.cli.steps.dnsproving import lookup_for
from tegata.client.dnserrors import LookupFailed
from tegata.client.precheck import PORTS, Door, Permission, Precheck
from tegata.host.errors import AccountNotFound
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.pki.names import is_ip
from tegata.text.catalogue import Sentence

_FREE = Sentence("CAA: no records, every CA may issue", "CAA: レコードなし（すべての認証局が発行できます）")
_PERMITS = Sentence(
    "CAA at {domain}: this CA may issue, the names proved by {methods}",
    "CAA（{domain}）: この認証局は {methods} の認証で発行できます",
)
_FORBIDS = Sentence(
    "CAA at {domain}: not by {method}, {reason}: {records}", "CAA（{domain}）: {method} は不可。{reason}: {records}"
)
_NAMELESS = Sentence(
    "CAA at {domain}: the CA does not say what it is called in such records: {records}",
    "CAA（{domain}）: 認証局が CAA レコードでの自身の名前を示していないため、判定できません: {records}",
)
_ADVICE = Sentence(
    "this would permit this account, and nobody else: {record}", "このアカウントだけに許可するレコード: {record}"
)
_UNSEEN = Sentence(
    "CAA: it cannot be looked up, by which no CA issues: {reason}",
    "CAA: 検索できません（この状態ではどの認証局も発行しません）: {reason}",
)
_BOGUS = Sentence(
    "DNSSEC: the signatures of this name do not hold; mend them, or remove its DS record",
    "DNSSEC: この名前の署名が正しくありません。署名を修正するか、DS レコードを削除してください",
)
_NOWHERE = Sentence(
    "addresses: there is none (A, AAAA), so {method} proves nothing",
    "アドレス: A も AAAA もないため、{method} では認証できません",
)
_UNKNOWN = Sentence("addresses: they cannot be looked up: {reason}", "アドレス: 検索できません: {reason}")
_OPEN = Sentence("{address}, port {port}: somebody listens", "{address} ポート {port}: 応答あり")
_TAKEN = Sentence(
    "{address}, port {port}: somebody listens, who must pass {method} on to the own listener",
    "{address} ポート {port}: 応答あり（{method} をこのプログラムの待ち受けへ転送する必要があります）",
)
_FOR_US = Sentence(
    "{address}, port {port}: nobody listens, as it should be for the own listener",
    "{address} ポート {port}: 待ち受けなし（発行時にこのプログラムが待ち受けます）",
)
_CLOSED = Sentence("{address}, port {port}: nobody listens", "{address} ポート {port}: 待ち受けなし")
_SILENT = Sentence(
    "{address}, port {port}: no answer; open the firewall, or remove the address from the DNS",
    "{address} ポート {port}: 応答なし。ファイアウォールを開けるか、DNS からアドレスを削除してください",
)
_NO_WAY = Sentence(
    "{address}, port {port}: there is no way there from this machine, so it cannot be told what the CA will see",
    "{address} ポート {port}: このマシンからの経路がないため、認証局から見た状態は確認できません",
)
_WELL = Sentence(
    "Nothing stands in the way, as far as it can be seen from here.", "ここから見える範囲では問題ありません。"
)
_NOT_WELL = Sentence(
    "{names}: see the lines that begin with an exclamation mark.", "{names}: 「!」で始まる行を確認してください。"
)

# What a program knows the findings by.
_CODES = {
    _FREE: "caa-none",
    _PERMITS: "caa-permits",
    _FORBIDS: "caa-forbids",
    _NAMELESS: "caa-name-unknown",
    _ADVICE: "caa-advice",
    _UNSEEN: "caa-not-seen",
    _BOGUS: "dnssec-broken",
    _NOWHERE: "addresses-none",
    _UNKNOWN: "addresses-not-seen",
    _OPEN: "door-open",
    _TAKEN: "door-taken",
    _FOR_US: "door-free",
    _CLOSED: "door-closed",
    _SILENT: "door-silent",
    _NO_WAY: "door-not-seen",
}

_IN_THE_DNS = ("dns-01", "dns-account-01", "dns-persist-01")
# Where nobody said how names are to be proved.
_USUAL = ("http-01", "dns-01", "tls-alpn-01")
_LONGEST_SECONDS = 10


class _Ca(msgspec.Struct, frozen=True):
    """Who would issue."""

    names: tuple[str, ...]
    """In CAA records; empty: it does not say them."""
    account: str
    """Its URL; empty: there is none yet."""


class _Finding(msgspec.Struct, frozen=True):
    """A line, and whether it tells what stands in the way."""

    sentence: Sentence
    facts: dict[str, object]
    is_obstacle: bool = False

    def as_json(self, context: Context) -> dict[str, object]:
        """For a program; texts from outside are as safe to show as in the line."""
        facts = {fact: value if isinstance(value, int) else shown(value) for fact, value in self.facts.items()}
        text = self.sentence.fill(context.language, self.facts)
        return {"finding": _CODES[self.sentence], "obstacle": self.is_obstacle, "text": text, "facts": facts}


def doctor(context: Context, plan: Doctor) -> int:
    """Look at each name and tell; 0 if nothing stands in the way, otherwise 1. Raises what keeps the CA from us."""
    ca = _ca(context, plan)
    precheck = Precheck(lookup_for(plan.dns), seconds=min(plan.dns.timeout, _LONGEST_SECONDS))
    unwell, objects = [], []
    for name in plan.names:
        found = list(_look(precheck, ca, plan.ways, name))
        is_well = not any(each.is_obstacle for each in found)
        if not is_well:
            unwell.append(name)
        if plan.json:
            findings = [each.as_json(context) for each in found]
            objects.append({"name": shown(name), "well": is_well, "findings": findings})
            continue
        context.console.say(shown(name))
        for each in found:
            mark = "!" if each.is_obstacle else " "
            context.console.say(f"  {mark} {each.sentence.fill(context.language, each.facts)}")
    end = _NOT_WELL if unwell else _WELL
    said = end.fill(context.language, {"names": ", ".join(unwell)})
    context.console.say(json.dumps(objects, ensure_ascii=False, indent=2) if plan.json else said)
    return 1 if unwell else 0


def _ca(context: Context, plan: Doctor) -> _Ca:
    """What the directory says; the account is the one on the disk, if there is one.

    Where its key alone is there, the CA is asked, and what it says is kept nowhere.
    """
    account = None
    with contextlib.suppress(AccountNotFound):
        account = existing(Tree(plan.path), plan.account)
    url = account.url if account else ""
    key = account.key if account and url is None else generate(KeyType.EC256)  # the latter signs nothing
    with client_for(context, plan.account, key) as client:
        reach(client, plan.account.server)
        if url is None:
            found = client.find_account()
            url = found.url if found else ""
        return _Ca(client.caa_names, url)


def _look(precheck: Precheck, ca: _Ca, ways: Ways, name: str) -> Iterator[_Finding]:
    host = name.removeprefix("*.")
    methods = _methods(ways, wildcard=host != name)
    if not is_ip(name):
        try:
            yield from _permission(precheck.permission(host), ca, methods, name)
        except LookupFailed as failed:
            yield _Finding(_UNSEEN, {"reason": failed.facts["reason"]}, is_obstacle=True)
            if precheck.is_bogus(host):
                yield _Finding(_BOGUS, {}, is_obstacle=True)
            return
    for method in PORTS:
        if (ways and method in methods) and host == name:
            yield from _doors(precheck, method, host, ways)


def _methods(ways: Ways, *, wildcard: bool) -> tuple[str, ...]:
    """The challenges that the name may be proved by; of a wildcard those in the DNS (A-71)."""
    asked = {
        "http-01": ways.http,
        "tls-alpn-01": ways.tls,
        "dns-01": ways.dns,
        "dns-account-01": ways.dns_account,
        "dns-persist-01": ways.persist,
    }
    chosen = tuple(method for method, way in asked.items() if way) or _USUAL
    return tuple(method for method in chosen if not wildcard or method in _IN_THE_DNS)


def _permission(found: Permission, ca: _Ca, methods: tuple[str, ...], name: str) -> Iterator[_Finding]:
    domain, records = found
    host = name.removeprefix("*.")
    refusal = blanket(records, wildcard=host != name)
    if records and not ca.names and not is_free(records, wildcard=host != name) and refusal is None:
        yield _Finding(_NAMELESS, {"domain": domain, "records": _told(found)})
        return
    requests = {
        method: CaaRequest(issuers=ca.names, name=host, wildcard=host != name, method=method, account_uri=ca.account)
        for method in methods
    }
    refused = {method: said for method, request in requests.items() if (said := refusal or objection(records, request))}
    permitted = [method for method in methods if method not in refused]
    if not records:
        yield _Finding(_FREE, {})
    elif permitted:
        yield _Finding(_PERMITS, {"domain": domain, "methods": ", ".join(permitted)})
    for method, (_, reason) in refused.items():
        facts: dict[str, object] = {"domain": domain, "method": method, "reason": reason, "records": _told(found)}
        yield _Finding(_FORBIDS, facts, is_obstacle=not permitted)
    if ca.names and ca.account and (not records or not permitted):
        tag = next(iter(refused.values()), ("issue", ""))[0]
        yield _Finding(_ADVICE, {"record": advised(domain, requests[methods[0]], tag=tag)})


def _told(found: Permission) -> str:
    return "; ".join(map(str, found.records[:5])) + ("; …" if len(found.records) > 5 else "")


def _doors(precheck: Precheck, method: str, host: str, ways: Ways) -> Iterator[_Finding]:
    """What is behind each address at the port where the CA will look."""
    http = ways.http
    own = method != "http-01" or not (http and (http.webroot or http.memcached or http.s3_bucket))
    try:
        addresses = [host] if is_ip(host) else precheck.addresses(host)
    except LookupFailed as failed:
        yield _Finding(_UNKNOWN, {"reason": failed.facts["reason"]}, is_obstacle=True)
        return
    if not addresses:
        yield _Finding(_NOWHERE, {"method": method}, is_obstacle=True)
    for address in addresses:
        facts: dict[str, object] = {"address": address, "port": PORTS[method], "method": method}
        match precheck.door(address, PORTS[method]):
            case Door.OPEN:
                yield _Finding(_TAKEN if own else _OPEN, facts)
            case Door.CLOSED:
                yield _Finding(_FOR_US if own else _CLOSED, facts, is_obstacle=not own)
            case Door.SILENT:
                yield _Finding(_SILENT, facts, is_obstacle=True)
            case Door.UNSEEN:
                yield _Finding(_NO_WAY, facts)
