"""``tegata-ca migrate``, ``backup`` and ``restore``: what is done with the database as a whole."""

import os
from pathlib import Path

from tegata.ca import upkeep
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked
from tegata.ca.issuing import transcript
from tegata.text.catalogue import Sentence

_CURRENT = Sentence("The database is up to date.", "データベースは最新です。")
_APPLIED = Sentence(
    "Applied: {applied}. The database is up to date.", "適用しました: {applied}。データベースは最新です。"
)
_LEFT = Sentence(
    "Applied: {applied}. Left until every node runs this release: {left}; then: tegata-ca migrate --finish",
    "適用しました: {applied}。すべてのノードがこの版になるまで保留: {left}。"
    "その後、次のコマンドを実行してください: tegata-ca migrate --finish",
)


_MADE = Sentence(
    "The backup is in {file} ({octets} octets). It holds the database only: keep copies of settings.toml, of the"
    " certificates and of keys/ as well, and the pass phrase elsewhere.",
    "バックアップを {file} に作成しました（{octets} バイト）。含まれるのはデータベースだけです。settings.toml、証明書、"
    "keys/ も複製し、パスフレーズは別の場所に保管してください。",
)
_RESTORED = Sentence(
    "The database is that of {file} now. A server that runs goes on with it.",
    "データベースを {file} の内容に戻しました。稼働中のサーバーもこの内容で動作を続けます。",
)


def migrate(asked: Asked) -> Answer:
    """Bring the schema up to date."""
    done = upkeep.migrate(asked.home, os.environ, who=transcript.operator(os.environ), finish=asked["finish"])
    told = _LEFT if done.left else _APPLIED if done.applied else _CURRENT
    return Answer({"applied": list(done.applied), "left": list(done.left)}, told=told)


def back_up(asked: Asked) -> Answer:
    """Copy the database to a new file."""
    file = Path(asked["file"])
    octets = upkeep.back_up(asked.home, os.environ, file, who=transcript.operator(os.environ))
    return Answer({"file": str(file), "octets": octets}, told=_MADE)


def restore(asked: Asked) -> Answer:
    """Put a backup in the database's place."""
    file = Path(asked["file"])
    upkeep.restore(asked.home, file, who=transcript.operator(os.environ), force=asked["force"])
    return Answer({"file": str(file)}, told=_RESTORED)
