"""``tegata-ca audit``: the log of what happened, shown and checked."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked
from tegata.text.catalogue import Sentence

_HOLDS = Sentence(
    "The audit log holds: {links} links over {events} events; {unbound} more events have no link yet.\n"
    "Note the newest link elsewhere, for --head: {head}",
    "監査ログに問題はありません。リンク {links} 件、イベント {events} 件、リンク未作成のイベント {unbound} 件。\n"
    "最新のリンクを別の場所に控えてください（--head で指定できます）: {head}",
)


async def verify(ca: Ca, asked: Asked) -> Answer:
    """Check the whole chain."""
    found = await ca.audit.verify(asked["head"])
    head = f"{found.head.number}:{found.head.digest.hex()}" if found.head else ""
    shape = {"links": found.links, "events": found.events, "unbound": found.unbound, "head": head}
    return Answer(shape, told=_HOLDS)


async def show(ca: Ca, asked: Asked) -> Answer:
    """What happened to one thing, in order."""
    found = await ca.store.audit.of_subject(asked["id"])
    return Answer([shapes.event(one) for one in found], ("at", "kind", "facts"))
