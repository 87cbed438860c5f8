"""The loops of ``make chaos``, short: a client killed in its first run and its renewal, a CA, and nodes of one."""

from pathlib import Path

from tests.chaos import nodes
from tests.chaos.rounds import fight


def test_one_round_of_each(tmp_path: Path) -> None:
    fight(tmp_path / "chaos", seed=20261124, kills=1)


def test_nodes_and_their_database_die_under_load(tmp_path: Path) -> None:
    seen = nodes.fight(tmp_path / "nodes", seed=20261126, seconds=9, every=2)
    assert len(seen.chains) > 20
