"""The command ``migrate``: a tree of lego 4 made one of lego 5, or with --undo back; shown first, then done."""

from tegata.cli.console import WARN
from tegata.cli.context import Context
from tegata.cli.plans.upkeep import Migrate
from tegata.cli.steps.asking import may_go_on
from tegata.cli.steps.waiting import locked
from tegata.host import migrating
from tegata.host.files import Tree
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


def _subject(context: Context, each: Account | Certificate) -> str:
    if isinstance(each, Account):
        return _told(context, _ACCOUNT, name=f"{each.host}/{each.user}")
    return _told(context, _CERTIFICATE, name=each.stem)


def _told(context: Context, sentence: Sentence, **facts: object) -> str:
    return sentence.fill(context.language, facts)
