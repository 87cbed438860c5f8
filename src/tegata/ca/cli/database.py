"""``tegata-ca migrate``: the database brought up to date, and what became of it."""

import os

from tegata.ca import bootstrap
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked
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


def migrate(asked: Asked) -> Answer:
    """Bring the schema up to date."""
    done = bootstrap.migrate(asked.home, os.environ, finish=asked["finish"])
    told = _LEFT if done.left else _APPLIED if done.applied else _CURRENT
    return Answer({"applied": list(done.applied), "left": list(done.left)}, told=told)
