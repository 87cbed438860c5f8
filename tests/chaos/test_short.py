"""The loop of ``make chaos``, short: every run of the tests kills a client in its first run and renewal, and a CA."""

from pathlib import Path

from tests.chaos.rounds import fight


def test_one_round_of_each(tmp_path: Path) -> None:
    fight(tmp_path / "chaos", seed=20261124, kills=1)
