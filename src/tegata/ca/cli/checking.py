"""``tegata-ca check``: everything that is wrong with a set-up, one line a matter, and nothing is mended.

Each matter is looked at by itself: what is wrong with one keeps nobody from hearing of the others. What stands in the
way of all of them, as settings that cannot be read, is the last line.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from tegata.ca import bootstrap, configuration, upkeep
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import checking_clock, checking_contracts, checking_database, checking_disk, checking_ends, tables
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.findings import ERROR, OK, WARNING, Finding
from tegata.ca.cli.grammar import Asked
from tegata.ca.issuing import layout
from tegata.ca.policy import baseline, reports
from tegata.ca.policy.calendar import LAST_SECOND
from tegata.ca.ports import ListHead, Transparency
from tegata.ca.settings import DATABASE_FILE, SETTINGS_FILE, Settings
from tegata.ca.store import opening
from tegata.ca.validation.remote import Silent
from tegata.clock import SystemClock, rfc3339
from tegata.errors import TegataError
from tegata.text.catalogue import Sentence, explain
from tegata.text.language import Language

_COLUMNS = ("check", "status", "detail")
_REACH_SECONDS = 5.0
_RULES_AHEAD = timedelta(days=60)
# A list is fetched every day or week; one that is older than eight weeks is fetched no more.
_LIST_AHEAD = timedelta(days=14)
_SUFFIXES_LIFE = timedelta(days=180)
_OTHERS, _STRANGERS = 0o077, 0o007
_PORTS = {"https": 443, "http": 80, "smtp": 25, "smtps": 465}


_RULES_COME = Sentence(
    "rules that come within {days} days ask for more, and then nothing is validated: {reasons}",
    "{days} 日以内に適用される規則を満たしていません。適用後はドメイン名を確認できなくなります: {reasons}",
)
_READABLE = Sentence(
    "others may read or change {files}: chmod go-rwx",
    "所有者以外が読み書きできます: {files}（chmod go-rwx を実行してください）",
)
_OLDER = Sentence(
    "it is older than this program and was left so, what is in it was not looked at; serve or tegata-ca migrate will"
    " apply {steps}",
    "このプログラムより古い版です。変更はしておらず、内容は確認していません。"
    "serve または tegata-ca migrate を実行すると、次の変更が適用されます: {steps}",
)
_NO_CRL = Sentence("there is none yet: {names}; serve publishes it", "まだありません: {names}。serve が発行します")
_OLD_CRL = Sentence("outdated: {names}; serve publishes them", "期限切れです: {names}。serve が発行します")
_NAMELESS = Sentence(
    "no issuer_domains in {file}: nothing is issued where a CAA record names any CA",
    "{file} に issuer_domains がないため、CAA レコードで認証局を指定したドメイン名には発行できません",
)
_REPORTED = Sentence(
    "{report}: {what} due at {due}; see report list",
    "{report}: {what}の期限は {due} です。report list で確認してください",
)
_OWN_LINT_ALONE = Sentence("by the CA's own rules alone, without pkilint", "認証局自身の規則のみ（pkilint は無効）")
_NO_LOGS = Sentence(
    "no log_list: certificates without SCTs are accepted by no browser",
    "log_list がありません。SCT のない証明書はブラウザーに受け入れられません",
)
_OLD_LIST = Sentence(
    "the list of logs is too old from {ends} on, and then nothing is issued: fetch a new one",
    "ログの一覧は {ends} に古くなり、以後は証明書を発行できません。新しい一覧を取得してください",
)
_ROOT_KEY = Sentence(
    "{file} is here, and the pass phrase that opens it: serve needs neither. Move the key to where nobody serves",
    "{file} とそのパスフレーズがこのサーバーにあります。serve には不要ですので、鍵を別の場所へ移してください",
)
_OLD_SUFFIXES = Sentence(
    "the list is of {day}: pip install -U publicsuffixlist",
    "公開サフィックスの一覧が古くなっています（{day}）。pip install -U publicsuffixlist で更新してください",
)
_MUTE = Sentence(
    "no answer from {servers}: without any that answers no name can be validated",
    "{servers} から応答がありません。応答するサーバーがなければ、ドメイン名を確認できません",
)
_MOVED = Sentence(
    "public.url is {url}, and the issuing CA's certificate names another: put that one back, or CRLs count for no"
    " certificate that names it",
    "public.url は {url} ですが、発行認証局の証明書には別の URL が記載されています。元に戻してください。"
    "このままでは、元の URL を記載した証明書に CRL が適用されません",
)
_SILENT = Sentence("nobody answers at {address} ({reason})", "{address} から応答がありません（{reason}）")


async def check(asked: Asked, language: Language) -> Answer:
    """Look at everything; failed where there is an error, not where there are warnings only."""
    found = [finding async for finding in _findings(asked.home, language)]
    return Answer([one._asdict() for one in found], _COLUMNS, failed=any(one.status == ERROR for one in found))


async def _findings(home: Path, language: Language) -> AsyncIterator[Finding]:
    try:
        settings = configuration.load_settings(home)
        now = SystemClock().now()
        configuration.require_public(home, settings, now)
    except TegataError as error:
        yield Finding("settings", ERROR, str(explain(error, language)))
        return
    yield _rules(settings, now, language)
    yield _files(home, settings, language)
    yield _root_key(home, settings, language)
    yield checking_clock.finding(language)
    if not opening.is_shared(settings.database):
        yield checking_disk.finding(home, language)
    try:
        ca = bootstrap.open_ca(home, os.environ, as_it_is=True)
    except TegataError as error:
        yield Finding("keys and database", ERROR, str(explain(error, language)))
        return
    try:
        async for finding in _keys(ca, language):
            yield finding
        async for finding in _open(home, ca, settings, language):
            yield finding
    finally:
        await ca.close()


def _rules(settings: Settings, now: datetime, language: Language) -> Finding:
    """Whether they are enough for the rules that will hold soon too: more perspectives take time to find (B-46)."""
    if reasons := baseline.shortcomings(settings, now + _RULES_AHEAD):
        facts: dict[str, object] = {"days": _RULES_AHEAD.days, "reasons": "; ".join(reasons)}
        return Finding("settings", WARNING, _RULES_COME.fill(language, facts))
    return Finding("settings")


def _files(home: Path, settings: Settings, language: Language) -> Finding:
    """Nobody else may read keys, pass phrase, passwords and records."""
    own = [home / layout.KEYS, *(home / layout.KEYS).rglob("*"), home / DATABASE_FILE]
    own += (home / layout.PERSPECTIVES).glob(f"*/{layout.AGENT_KEY}")
    # What was put elsewhere by root may be the group's of the service's user.
    named = [settings.keys.passphrase_file, settings.database.password_file, settings.mail.password_file]
    named.append(settings.acme.certificate_key)
    judged = [(path, _OTHERS) for path in own]
    judged += [(home / file, _STRANGERS) for file in named if file]
    open_ones = {
        str(path.relative_to(home) if path.is_relative_to(home) else path)
        for path, those in judged
        if _mode(path) & those
    }
    if open_ones:
        return Finding("files", ERROR, _READABLE.fill(language, {"files": ", ".join(sorted(open_ones))}))
    return Finding("files")


def _root_key(home: Path, settings: Settings, language: Language) -> Finding:
    """The root's key signs CAs alone, by people who are there for it (B-95): whoever takes this machine gets it too."""
    if not (home / layout.ROOT_KEY).exists():
        return Finding("root's key")
    level = ERROR if settings.policy.public else WARNING
    return Finding("root's key", level, _ROOT_KEY.fill(language, {"file": str(layout.ROOT_KEY)}))


def _mode(path: Path) -> int:
    """Who may do what; nothing of what is not there, or out of this user's reach."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


async def _open(home: Path, ca: Ca, settings: Settings, language: Language) -> AsyncIterator[Finding]:
    try:
        missing = await upkeep.missing(home, os.environ)
        heads = {} if missing.now else await ca.store.revocation_lists.heads()
    except TegataError as error:
        yield Finding("database", ERROR, str(explain(error, language)))
        return
    if missing.now:
        yield Finding("database", WARNING, _OLDER.fill(language, {"steps": ", ".join(missing.now)}))
    else:
        yield await checking_database.finding(home, missing.left, language)
        yield await checking_clock.beside_the_databases(ca.clocks, language)
        yield _lists(heads, ca, language)
        yield await _reports(ca, language)
        for finding in await checking_contracts.findings(ca, language):
            yield finding
    for finding in checking_ends.findings(home, ca, settings, language):
        yield finding
    yield _names(settings, language)
    yield _suffixes(ca, language)
    async for finding in _lint(ca, language):
        yield finding
    if ca.logs is not None or settings.policy.public:
        yield _logs(ca.logs, ca, language)
    async for finding in _network(ca, language):
        yield finding
    if settings.mail.smtp:
        yield await _reached("mail", settings.mail.smtp, ERROR, language)
    if settings.tracing.endpoint:
        yield await _reached("tracing", settings.tracing.endpoint, WARNING, language)
    yield await _reached("ACME", settings.acme.url, WARNING, language)
    yield await _public_files(ca, settings, language)


async def _keys(ca: Ca, language: Language) -> AsyncIterator[Finding]:
    """Whether each issuing CA could sign now (B-95); ``serve`` goes on without, and signs once the key is back."""
    is_sound = True
    try:
        await ca.issuers.look()
    except TegataError as error:
        is_sound = False
        yield Finding("issuing keys", ERROR, str(explain(error, language)))
    for name, failure in ca.issuers.away.items():
        detail = explain(failure, language) if failure else checking_ends.NO_ANSWER.fill(language, {})
        yield Finding(f"key of {name}", ERROR, str(detail))
    if is_sound and not ca.issuers.away:
        yield Finding("issuing keys")


def _suffixes(ca: Ca, language: Language) -> Finding:
    """The list of public suffixes comes with its package, which says of which day it is (B-25)."""
    day = version("publicsuffixlist").rpartition(".")[2]
    if ca.now() - datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) > _SUFFIXES_LIFE:
        return Finding("public suffixes", WARNING, _OLD_SUFFIXES.fill(language, {"day": day}))
    return Finding("public suffixes")


async def _lint(ca: Ca, language: Language) -> AsyncIterator[Finding]:
    """Whether the second lint works, and every service's certificates would pass it."""
    if ca.rehearsal is None:
        yield Finding("lint", OK, _OWN_LINT_ALONE.fill(language, {}))
        return
    try:
        refusals = await ca.rehearsal.refusals()
    except TegataError as error:
        yield Finding("lint", ERROR, str(explain(error, language)))
        return
    yield Finding("lint")
    for service, refusal in refusals.items():
        yield Finding(f"lint {service}", ERROR, str(explain(refusal, language)))


def _logs(logs: Transparency | None, ca: Ca, language: Language) -> Finding:
    """Whether there is a list of logs, young enough, and with enough of them for what every service issues now."""
    if logs is None:
        return Finding("transparency", WARNING, _NO_LOGS.fill(language, {}))
    now = ca.now()
    lives = {baseline.bounded(one, ca.settings.policy, now).certificate_days for one in ca.settings.services.values()}
    try:
        for days in sorted(lives):
            logs.require(now, now + timedelta(days=days) - LAST_SECOND)
        ends = logs.ends()
    except TegataError as error:
        return Finding("transparency", ERROR, str(explain(error, language)))
    if ends <= now + _LIST_AHEAD:
        return Finding("transparency", WARNING, _OLD_LIST.fill(language, {"ends": rfc3339(ends)}))
    return Finding("transparency")


async def _network(ca: Ca, language: Language) -> AsyncIterator[Finding]:
    """What validation looks by, and from where."""
    try:
        await ca.network.require_dnssec()
    except TegataError as error:
        yield Finding("resolvers", ERROR, str(explain(error, language)))
    else:
        servers = ", ".join(await ca.network.silent())
        yield (
            Finding("resolvers", WARNING, _MUTE.fill(language, {"servers": servers}))
            if servers
            else Finding("resolvers")
        )
    for remote in ca.remotes:
        try:
            ends = await remote.reach(_REACH_SECONDS)
        except Silent as silence:
            yield Finding(f"perspective {remote.name}", ERROR, str(silence.reason))
        else:
            yield checking_ends.known(f"perspective {remote.name}", ends, ca, language)
        finally:
            await remote.close()


def _lists(heads: Mapping[str, ListHead], ca: Ca, language: Language) -> Finding:
    """Every CRL is to be there, and good still; ``serve`` sees to that."""
    now = ca.now()
    outdated = sorted(name for name, head in heads.items() if ca.issuers.publishes(name) and head.next_update <= now)
    if outdated:
        return Finding("CRL", WARNING, _OLD_CRL.fill(language, {"names": ", ".join(outdated)}))
    if missing := ca.crls.missing(heads):
        return Finding("CRL", WARNING, _NO_CRL.fill(language, {"names": ", ".join(missing)}))
    return Finding("CRL")


async def _reports(ca: Ca, language: Language) -> Finding:
    """What is due of reported problems comes before its term, and what is late is an error (B-86, B-87)."""
    found = [(due, one) async for one in ca.reports.reported() if (due := reports.due(one))]
    if not found:
        return Finding("problem reports")
    due, first = min(found, key=lambda pair: pair[0].at)
    facts: dict[str, object] = {"report": first.id, "what": tables.word(due.what, language), "due": rfc3339(due.at)}
    left = due.at - ca.now()
    level = ERROR if left < timedelta(0) else WARNING if left < reports.SOON else OK
    return Finding("problem reports", level, _REPORTED.fill(language, facts))


def _names(settings: Settings, language: Language) -> Finding:
    """CAA records can permit only a CA that has a name."""
    if settings.validation.issuer_domains:
        return Finding("CAA")
    return Finding("CAA", WARNING, _NAMELESS.fill(language, {"file": SETTINGS_FILE}))


async def _public_files(ca: Ca, settings: Settings, language: Language) -> Finding:
    """Whether they are where certificates say: a CRL counts for those alone that name it as it names itself (B-89)."""
    named = ca.hierarchy.issuing.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    expected = settings.public.url.rstrip("/") + layout.ROOT_CRL_URL_PATH
    if not any(name.value == expected for point in named for name in point.full_name or ()):
        return Finding("public files", ERROR, _MOVED.fill(language, {"url": settings.public.url}))
    return await _reached("public files", settings.public.url, WARNING, language)


async def _reached(check: str, url: str, otherwise: str, language: Language) -> Finding:
    """Whether somebody listens where the settings say."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        facts: dict[str, object] = {"address": f"{parts.hostname}:{port}", "reason": error}
        return Finding(check, otherwise, _SILENT.fill(language, facts))
    writer.close()
    return Finding(check)
