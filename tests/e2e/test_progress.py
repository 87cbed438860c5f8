"""What a real terminal shows of an order at Pebble, and that a pipe gets plain lines."""

import json
from pathlib import Path

import pytest

from tests.e2e.pebble_words import names
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata
from tests.peers.terminal import screen

NAMES = ["a.example.com", "b.example.com", "c.example.com"]


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def words(pebble: Pebble, *more: str) -> list[str]:
    return ["-s", pebble.directory_url, "-a", *names(*NAMES), "--http", "--http.port", f":{pebble.http_port}", *more]


def test_names_in_place(tegata: Tegata, pebble: Pebble) -> None:
    """Each state is drawn; afterwards the screen holds lego's lines and the hook's, and nothing of the board."""
    env = {"TERM": "xterm-256color", "TEGATA_LANG": "en"}
    done = tegata.interact(*words(pebble, "run", "--run-hook", "echo from the hook"), answers=[], env=env)
    assert done.code == 0
    for word in ("waiting", "presented", "the CA is looking", "valid", "3 of 3 names validated"):
        assert word in done.stdout
    held = "\n".join(screen(done.stdout))
    for name in NAMES:
        assert f"[INFO] [{name}] acme: Trying to solve HTTP-01" in held
        assert f"[INFO] [{name}] The server validated our request" in held
    assert "from the hook" in held
    for word in ("waiting", "the CA is looking", "names validated"):
        assert word not in held


def test_one_that_is_invalid(tegata: Tegata, pebble: Pebble) -> None:
    """It is shown as that; the reason comes after, and the screen is clean."""
    root = tegata.directory / "htdocs"
    root.mkdir()
    line = ["-s", pebble.directory_url, "-a", *names(NAMES[0]), "--http", "--http.webroot", str(root), "run"]
    done = tegata.interact(*line, answers=[], env={"TERM": "xterm", "TEGATA_LANG": "ja"})
    assert done.code == 1
    assert "検証失敗" in done.stdout
    held = "\n".join(screen(done.stdout))
    assert "検証失敗" not in held
    assert "error: one or more domains had a problem:" in held


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_plain_lines_on_a_terminal(tegata: Tegata, pebble: Pebble, env: dict[str, str]) -> None:
    """Where somebody wants no sequences."""
    done = tegata.interact(*words(pebble, "run"), answers=[], env=env)
    assert done.code == 0
    assert "\x1b" not in done.stdout
    assert "The server validated our request" in done.stdout


def test_json_on_a_terminal(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """An object a line, as in a file."""
    done = tegata.interact(*words(pebble, "run", "--log.format", "json"), answers=[], env={"TERM": "xterm"})
    assert done.code == 0
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert any("validated our request" in line["msg"] for line in lines)
    assert "\x1b" not in done.stdout
