"""The command ``dnspersist``: the records that dns-persist-01 will want, told before any order, and which are there.

Asks the CA for its directory and the DNS for records; changes neither, and needs an account that is registered.
"""

from collections.abc import Collection
from datetime import datetime

from tegata.acme import challenges
from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.errors import CaWithoutName
from tegata.cli.plans.plan import DnsPersist
from tegata.cli.steps.account import existing
from tegata.cli.steps.connection import connected, reach
from tegata.cli.steps.dnsproving import check_end, zones_for
from tegata.client import lasting
from tegata.client.dnszones import Zones
from tegata.clock import rfc3339
from tegata.host.files import Tree
from tegata.plugin_api.dns import TxtRecord
from tegata.plugin_api.solver import Presentation
from tegata.text.catalogue import Sentence

_THERE = Sentence("there: {text}", "登録済み: {text}")
_ENDS = Sentence("there until {until}, replace it before: {text}", "{until} まで有効（期限前に差し替えが必要）: {text}")
_FORMER = Sentence(
    "there as up to draft 01 only, which the CA may take no longer: {text}",
    "draft 01 までの形式でのみ登録済み（認証局が受け付けなくなっている可能性があります）: {text}",
)
_ANOTHER = Sentence(
    "there for another account, or for a former key of this one: remove it unless that account is yours: {text}",
    "別のアカウントまたは以前の鍵を許可するレコードがあります。不要であれば削除してください: {text}",
)
_MISSING = Sentence("not there yet", "未登録")
_KEY = Sentence(
    "While a record is there, whoever has the account's private key ({file}) can have certificates for its name: guard "
    "the key like the zone itself.",
    "レコードがある間は、アカウントの秘密鍵（{file}）を持つ者が、その名前の証明書を取得できます。"
    "秘密鍵はゾーンと同じ厳重さで管理してください。",
)


def show(context: Context, plan: DnsPersist) -> int:
    """Show them; 0 if all are there, otherwise 1 (X-50).

    Raises CaWithoutName, PersistUntilPast, and whatever stands in the way of account, CA and DNS.
    """
    check_end(plan.persist, context.clock.now())
    account = existing(Tree(plan.path), plan.account)
    zones = zones_for(plan.persist.dns)
    with connected(context, account, "") as client:
        reach(client, plan.account.server)
        wanted: dict[str, Presentation] = {}
        for name in sorted(plan.names, key=lambda each: each.startswith("*.")):
            record = client.lasting_record(name, plan.persist.issuer)
            if record is None:
                raise CaWithoutName(server=plan.account.server)
            wanted[record.name] = record  # the wildcard's will do for the name too
        url = existing(Tree(plan.path), plan.account).url or ""  # asked of the CA by now, if it was not known
    is_there = [_show(context, plan, zones, each, url) for each in wanted.values()]
    context.console.say(_KEY.fill(context.language, {"file": account.folder.key_file}))
    return 0 if all(is_there) else 1


def _show(context: Context, plan: DnsPersist, zones: Zones, wanted: Presentation, account_url: str) -> bool:
    """Show one, and say whether a record that will do is there; one by the account's URL is told where hashes are."""
    place = zones.end_of(f"{challenges.dnspersist01_name(wanted.name)}.")
    text = lasting.value(wanted.issuers[0], wanted.account_url, plan.persist.until, wildcard=wanted.wildcard)
    context.console.say(f"{place} IN TXT {TxtRecord(place, text, wanted).quoted}")
    now = context.clock.now()
    texts = zones.texts_at(place)

    def by(accounts: Collection[str]) -> list[str]:
        return [
            each for each in texts if lasting.permits(each, wanted.issuers, accounts, now, wildcard=wanted.wildcard)
        ]

    found = by((wanted.account_url, *wanted.also_called))
    context.console.say("  " + (_state(context, found, now) if found else _lack(context, by((account_url,)))))
    own = (wanted.account_url, *wanted.also_called, account_url)
    for each in texts:
        if lasting.lets_another(each, wanted.issuers, own, now):
            context.console.say("  " + _ANOTHER.fill(context.language, {"text": shown(each)}))
    return bool(found)


def _lack(context: Context, former: list[str]) -> str:
    if not former:
        return _MISSING.fill(context.language, {})
    return _FORMER.fill(context.language, {"text": shown(former[0])})


def _state(context: Context, found: list[str], now: datetime) -> str:
    # Of several the one that stays longest counts.
    text = max(found, key=lambda each: (lasting.end_of(each) is None, lasting.end_of(each) or now))
    until = lasting.end_of(text)
    is_near = until is not None and until - now < lasting.NEAR
    facts: dict[str, object] = {"text": shown(text), "until": rfc3339(until) if until else ""}
    return (_ENDS if is_near else _THERE).fill(context.language, facts)
