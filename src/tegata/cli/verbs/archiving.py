"""The commands ``archives list`` and ``archives restore``, in lego 5's words; both generations' archives are shown."""

from collections.abc import Sequence

from tegata.cli.console import Console, shown
from tegata.cli.context import Context
from tegata.cli.errors import NothingChosen
from tegata.cli.plans.upkeep import ArchivesList, ArchivesRestore
from tegata.cli.steps.waiting import locked
from tegata.clock import rfc3339
from tegata.host import archives
from tegata.host.archives import Archive
from tegata.host.files import Tree

_NONE = "No archives were found."


def show(context: Context, plan: ArchivesList) -> None:
    """Show what was put away."""
    console, found = context.console, archives.found(Tree(plan.path))
    if plan.json:
        import msgspec

        value = [{"name": each.name, "about": each.about, "date": rfc3339(each.since)} for each in found]
        console.say(msgspec.json.encode(value).decode())
        return
    for about in ("account", "certificate"):
        _show(console, about.title(), [each for each in found if each.about == about])
    if not found:
        console.say(_NONE)


def _show(console: Console, title: str, found: Sequence[Archive]) -> None:
    if not found:
        return
    console.say(f"{title} archives:")
    for position, each in enumerate(found, 1):
        console.say(f"{'└' if position == len(found) else '├'}── {shown(each.name)} ({_date(each)})")
    console.say()


def restore(context: Context, plan: ArchivesRestore) -> None:
    """Bring an archive back; raises ArchiveNotFound, NothingChosen, InTheWay and what the disk raises."""
    console, tree = context.console, Tree(plan.path)
    found = archives.found(tree)
    if plan.name is None and not found:
        console.say(_NONE)
        return
    chosen = archives.find(tree, plan.name) if plan.name else _choose(console, found)
    with locked(context, tree, archives.lock(chosen), chosen.subject):
        # Whoever held the lock may have brought it back.
        for file in archives.restore(tree, archives.find(tree, chosen.name)):
            console.log(f"Restored {shown(file)}")


def _choose(console: Console, found: Sequence[Archive]) -> Archive:
    for number, each in enumerate(found, 1):
        console.say(f"{number}: {each.about}s - {_date(each)} - {shown(each.name)}")
    console.say()
    while True:
        console.say("Choose the archive to restore:")
        answer = console.answer()
        if answer is None:
            raise NothingChosen
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(found):
            return found[int(answer) - 1]


def _date(archive: Archive) -> str:
    return f"{archive.since:%Y-%m-%d %H:%M:%S} +0000 UTC"
