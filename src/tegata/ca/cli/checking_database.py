"""Whether what the CA has handed out stays in its database: steps that are left, and what a commit waits for.

Asks the database and changes nothing.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from tegata.ca import upkeep
from tegata.ca.cli.findings import ERROR, WARNING, Finding
from tegata.errors import TegataError
from tegata.text.catalogue import Sentence, explain
from tegata.text.language import Language

_LEFT = Sentence(
    "left for tegata-ca migrate --finish: {steps}", "tegata-ca migrate --finish で適用する変更が残っています: {steps}"
)
_FORGETFUL = Sentence(
    "synchronous_commit is off: what was handed out may be gone after a crash of the database's server",
    "synchronous_commit が off です。データベースサーバーの異常終了時に、発行済みの記録が失われることがあります",
)
_BEHIND = Sentence(
    "the server waits for no standby (synchronous_standby_names, synchronous_commit): what was handed out last is gone"
    " when a standby takes its place",
    "データベースサーバーが待機サーバーへの反映を待ちません（synchronous_standby_names、synchronous_commit）。"
    "待機サーバーに切り替えると、直前に発行した記録が失われます",
)


async def finding(home: Path, left: Sequence[str], language: Language) -> Finding:
    """What is to be said of a database that this program can work with."""
    try:
        is_kept, is_elsewhere = await upkeep.durability(home, os.environ)
    except TegataError as error:
        return Finding("database", ERROR, str(explain(error, language)))
    if not is_kept:
        return Finding("database", ERROR, _FORGETFUL.fill(language, {}))
    if left:
        return Finding("database", WARNING, _LEFT.fill(language, {"steps": ", ".join(left)}))
    return Finding("database") if is_elsewhere else Finding("database", WARNING, _BEHIND.fill(language, {}))
