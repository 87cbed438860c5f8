"""tegata with Pebble: the hooks around an order, and what becomes of one that fails."""

from pathlib import Path

import pytest

from tests.e2e.certificates import crt, leaf
from tests.e2e.pebble_words import order
from tests.peers.pebble import Pebble
from tests.peers.ports import free_port
from tests.peers.tegata import Tegata

NAME = "www.example.com"
NOW = ["--days", "9999", "--no-random-sleep"]


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def all_hooks(tegata: Tegata, *, deploy: str = "deploy") -> list[str]:
    """Hooks that write their name and whether the certificate is there; ``deploy`` may be another command."""
    script = tegata.directory / "note"
    script.write_text('#!/bin/sh\n[ -f "$LEGO_HOOK_CERT_PATH" ] && there=yes || there=no\necho "$1 $there" >> noted\n')
    script.chmod(0o755)
    command = f"{script} deploy" if deploy == "deploy" else deploy
    return ["--pre-hook", f"{script} pre", "--deploy-hook", command, "--post-hook", f"{script} post"]


def noted(tegata: Tegata) -> list[str]:
    file = tegata.directory / "noted"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_before_between_and_after(tegata: Tegata, pebble: Pebble) -> None:
    """In this order, by run and by renew; where nothing is due none of them starts."""
    hooks = all_hooks(tegata)
    tegata.run(*order(pebble, NAME), "-a", "run", *hooks).check()
    assert noted(tegata) == ["pre no", "deploy yes", "post yes"]
    tegata.run(*order(pebble, NAME), "renew", *hooks).check()
    assert noted(tegata) == []
    done = tegata.run(*order(pebble, NAME), "renew", *NOW, *hooks, "--renew-hook", "echo v4").check()
    assert noted(tegata) == ["pre yes", "deploy yes", "post yes"]
    assert done.stdout == "v4\n"


def test_a_hook_before_that_fails(tegata: Tegata, pebble: Pebble) -> None:
    """Nothing is ordered, its exit code is ours, and the last hook still tidies up."""
    hooks = all_hooks(tegata)
    hooks[1] = "sh -c 'exit 9'"
    before = pebble.log.read_text().count("POST /order-plz")
    assert tegata.run(*order(pebble, NAME), "-a", "run", *hooks).code == 9
    assert pebble.log.read_text().count("POST /order-plz") == before
    assert noted(tegata) == ["post no"]


def test_an_order_that_fails(tegata: Tegata, pebble: Pebble) -> None:
    """Nothing is deployed; the last hook starts all the same, and its own failure hides nothing."""
    hooks = all_hooks(tegata)
    hooks[5] = "sh -c 'exit 9'"
    elsewhere = ["--http.port", f":{free_port()}"]  # where Pebble does not ask
    done = tegata.run(*order(pebble, NAME), *elsewhere, "-a", "run", *hooks)
    assert done.code == 1
    assert "The post hook failed too" in done.stderr
    assert noted(tegata) == ["pre no"]


def test_a_deployment_that_failed_is_made_good(tegata: Tegata, pebble: Pebble) -> None:
    """At the next run, without a new order, until it works; the exit code is the hook's (C-20)."""
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    failing = all_hooks(tegata, deploy="sh -c 'exit 7'")
    assert tegata.run(*order(pebble, NAME), "renew", *NOW, *failing).code == 7
    serial = leaf(crt(tegata.path, NAME)).serial_number
    noted(tegata)
    again = tegata.run(*order(pebble, NAME), "renew", *failing)
    assert again.code == 7
    assert "it is started again, without a new order" in again.stderr
    made_good = tegata.run(*order(pebble, NAME), "renew", *all_hooks(tegata)).check()
    assert "it is started again" in made_good.stderr
    assert noted(tegata) == ["deploy yes"]
    assert "it is started again" not in tegata.run(*order(pebble, NAME), "renew", *all_hooks(tegata)).check().stderr
    assert noted(tegata) == []
    assert leaf(crt(tegata.path, NAME)).serial_number == serial


def test_time_outs(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """Each hook has its own; lego's words, exit 1, and the deployment is made good later."""
    done = tegata.run(*order(pebble, NAME), "-a", "run", "--run-hook", "sleep 60", "--run-hook-timeout", "300ms")
    assert done.code == 1
    assert "hook timed out" in done.stderr
    assert "it is started again" in tegata.run(*order(pebble, NAME), "renew", "--renew-hook", "true").check().stderr


def test_the_pem_file_is_told(tegata: Tegata, pebble: Pebble) -> None:
    """Where one was asked for."""
    hook = ["--run-hook", "sh -c 'echo $LEGO_CERT_PEM_PATH'"]
    done = tegata.run(*order(pebble, NAME), "-a", "run", "--pem", *hook).check()
    assert f"{tegata.path}/certificates/{NAME}.pem" in done.stdout


def test_a_run_that_meets_another_s_hook(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """It has not failed: the other waits for its end, says nothing of a failure and starts none."""
    hook = f"sh -c 'echo once >> {tmp_path}/ran; until [ -e {tmp_path}/go ]; do sleep 0.05; done'"
    first = tegata.start(*order(pebble, NAME), "-a", "run", "--run-hook", hook)
    first.wait_for((tmp_path / "ran").exists, "its hook has started")
    second = tegata.start(*order(pebble, NAME), "renew", "--renew-hook", hook)
    second.wait_for_line("Another tegata is at work here; waiting for it", 60)
    (tmp_path / "go").touch()
    assert [first.wait(60), second.wait(60)] == [0, 0]
    assert "did not succeed" not in second.text
    assert (tmp_path / "ran").read_text() == "once\n"
