"""The command ``migrate``: a tree of lego 4 made one of lego 5, or with --undo back; shown first, then done."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tegata.cli.console import WARN, shown
from tegata.cli.context import Context
from tegata.cli.plans.upkeep import Migrate
from tegata.cli.steps.asking import may_go_on
from tegata.cli.steps.waiting import locked
from tegata.host import accounts, layout, migrating
from tegata.host.certificates import CERTIFICATE, FACTS, listed
from tegata.host.facts import authority
from tegata.host.files import Tree, write_new
from tegata.host.layout_v5 import V5
from tegata.host.migrating import Account, Certificate
from tegata.text.catalogue import Sentence

_THERE = Sentence(
    "These become lego 5's; keys and certificates stay as they are. “tegata migrate --undo” takes it back.",
    "以下を lego 5 の形式に変換します。鍵と証明書の内容は変わりません。「tegata migrate --undo」で元に戻せます。",
)
_BACK = Sentence("These become lego 4's again.", "以下を lego 4 の形式に戻します。")
_NOTHING = Sentence("There is nothing to migrate in {path}.", "{path} に変換するものはありません。")
_LEFT = Sentence("{subject} is left as it is: {reason}.", "{subject} は変換しません: {reason}")
_DONE = Sentence("{number} migrated.", "{number} 件を変換しました。")
_SUGGESTED = Sentence(
    "A configuration file to begin with is in {file}.", "設定ファイルの案を {file} に書き出しました。"
)
_ACCOUNT = Sentence("account {name}", "アカウント {name}")
_CERTIFICATE = Sentence("certificate {name}", "証明書 {name}")


def migrate(context: Context, plan: Migrate) -> None:
    """Show, ask, do; what cannot be migrated is told and left. Raises what the disk raises."""
    console, tree = context.console, Tree(plan.path)
    found = migrating.found_back(tree) if plan.undo else migrating.found(tree, accounts_only=plan.accounts_only)
    for each in found:
        if each.obstacle:
            console.log(_told(context, _LEFT, subject=_subject(context, each), reason=each.obstacle), WARN)
    wanted = [each for each in found if not each.obstacle]
    if not wanted:
        console.say(_told(context, _NOTHING, path=plan.path))
        return
    console.say(_told(context, _BACK if plan.undo else _THERE))
    for each in wanted:
        console.say(f"  {_subject(context, each)}")
    if not may_go_on(console, "Continue?", agreed=plan.agreed):
        return
    for each in wanted:
        with locked(context, tree, each.lock, _subject(context, each)):
            if plan.undo:
                migrating.undo(tree, each)
            else:
                migrating.migrate(tree, each, plan.server)
    console.say(_told(context, _DONE, number=len(wanted)))
    if not plan.undo:
        file = _suggest(context, tree, with_certificates=not plan.accounts_only)
        console.say(_told(context, _SUGGESTED, file=shown(file)))


def _suggest(context: Context, tree: Tree, *, with_certificates: bool) -> Path:
    """Write a configuration file to begin with into the current folder, as lego 5 does; where it is."""
    from tegata.cli.config import suggestion

    found = accounts.listed(tree)
    known = {each.user: (each.directory, each.email) for each in found if each.directory}
    hosts = Counter(each.server for each in found if each.user in known)
    of_host = {each.server: each.user for each in found if hosts[each.server] == 1 and each.user in known}
    certificates = [
        suggestion.Known(facts.called, facts.names, facts.key_type, of_host.get(authority(facts.url)))
        for file in _facts_files(tree)
        if with_certificates and (facts := V5.certificate_facts(layout.load(file)))
    ]
    text = suggestion.text(context.language, str(tree.path), known, certificates)
    seconds = int(context.clock.now().timestamp())
    file = next(
        each for number in count(seconds) if not (each := Path.cwd() / f".lego.migration.{number}.yml").exists()
    )
    write_new(file, text.encode())
    return file


def _facts_files(tree: Tree) -> Iterator[Path]:
    """The JSON files of a tree's certificates."""
    return (file.with_name(f"{file.name.removesuffix(CERTIFICATE)}{FACTS}") for file in listed(tree))


def _subject(context: Context, each: Account | Certificate) -> str:
    if isinstance(each, Account):
        return _told(context, _ACCOUNT, name=f"{each.host}/{each.user}")
    return _told(context, _CERTIFICATE, name=each.stem)


def _told(context: Context, sentence: Sentence, **facts: object) -> str:
    return sentence.fill(context.language, facts)
