"""tegata with Pebble: renewals that are due and that are not, new keys, hooks, and the lock between runs."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, leaf
from tests.e2e.pebble_words import account, names, order
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    """One that has an account and a certificate."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    return tegata


def test_not_due(tegata: Tegata, pebble: Pebble) -> None:
    """lego's line, exit 0, no hook, no change."""
    before = crt(tegata.path, NAME).read_bytes()
    done = tegata.run(*order(pebble, NAME), "renew", "--renew-hook", "touch hooked").check()
    assert (
        f"[{NAME}] The certificate expires in 1825 days, the number of days defined to perform the renewal is 30: "
        "no renewal."
    ) in done.stderr
    done = tegata.run(*order(pebble, NAME), "renew", "--days", "10").check()
    assert "defined to perform the renewal is 10: no renewal." in done.stderr
    assert crt(tegata.path, NAME).read_bytes() == before
    assert not (tegata.directory / "hooked").exists()


def test_not_due_needs_no_ca(tegata: Tegata, pebble: Pebble) -> None:
    """What the first run has learned is on the disk: no line of Pebble's log is about the second."""
    tegata.run(*order(pebble, NAME), "renew").check()
    before = pebble.log.stat().st_size
    tegata.run(*order(pebble, NAME), "renew").check()
    asked = pebble.log.read_bytes()[before:].decode()
    assert "POST" not in asked
    assert "/dir" not in asked


def test_a_ca_that_is_down_does_not_fail_what_is_not_due(tegata: Tegata) -> None:
    """Nothing is remembered, nobody answers: the thirty days decide, and the next run does not try at once again."""
    (folder,) = (tegata.path / "accounts").iterdir()
    folder.rename(folder.with_name("127.0.0.1_1"))
    (remembered,) = (tegata.path / ".tegata" / "renewals").iterdir()
    remembered.unlink()
    words = ["-s", "https://127.0.0.1:1/dir", "-m", "test@example.com", *names(NAME), "--http"]
    done = tegata.run(*words, "renew").check()
    assert "[WARN] The CA's renewal information cannot be had" in done.stderr
    assert ": no renewal." in done.stderr
    again = tegata.run(*words, "renew").check()
    assert "[WARN]" not in again.stderr


@pytest.mark.parametrize("flag", ["--days", "-days"])
def test_forced_re_issue(tegata: Tegata, pebble: Pebble, flag: str) -> None:
    """Section 5: another certificate with another key, for all names of the one before and the new ones (C-08)."""
    before = leaf(crt(tegata.path, NAME))
    done = tegata.run(*order(pebble, NAME, "www2.example.com"), "renew", flag, "9999", "--no-random-sleep").check()
    assert "acme: Trying renewal with " in done.stderr
    after = leaf(crt(tegata.path, NAME))
    assert after.serial_number != before.serial_number
    assert after.public_key() != before.public_key()
    tegata.run(*order(pebble, NAME), "renew", flag, "9999", "--no-random-sleep").check()
    assert "www2.example.com" in tegata.run("list").check().stdout


def test_the_random_sleep(tegata: Tegata, pebble: Pebble) -> None:
    """Without a terminal and a CA that spreads the load it is there, in lego's words; a signal ends it (C-21, C-02)."""
    process = tegata.start(*order(pebble, NAME), "renew", "--days", "9999")
    with process:
        process.wait_for_line(r"\[INFO\] renewal: random delay of \d+s")
        assert process.stop() == 143


def test_a_hook_is_told_where_everything_is(tegata: Tegata, pebble: Pebble) -> None:
    """Quoted words, lego's variables, its output on ours; and its own exit code becomes ours."""
    script = tegata.directory / "my hook.py"
    script.write_text(
        "import json, os, sys\njson.dump(dict(os.environ), open('env', 'w'))\nprint('hook', *sys.argv[1:])\n"
    )
    line = [*order(pebble, NAME), "renew", "--days", "9999", "--no-random-sleep", "--pfx"]
    done = tegata.run(*line, "--renew-hook", f"'{sys.executable}' '{script}' 'a b' $HOME").check()
    assert done.stdout == "hook a b $HOME\n"
    told = json.loads((tegata.directory / "env").read_text())
    folder = tegata.path / "certificates"
    own = {name: value for name, value in told.items() if name.startswith("LEGO_") and name != "LEGO_CA_CERTIFICATES"}
    paths = {
        "CERT_PATH": f"{folder}/{NAME}.crt",
        "CERT_KEY_PATH": f"{folder}/{NAME}.key",
        "ISSUER_CERT_PATH": f"{folder}/{NAME}.issuer.crt",
        "CERT_PFX_PATH": f"{folder}/{NAME}.pfx",
    }
    v4 = {"ACCOUNT_EMAIL": "test@example.com", "CERT_DOMAIN": NAME, **paths}
    v5 = {
        "ACCOUNT_ID": "test@example.com",
        "ACCOUNT_EMAIL": "test@example.com",
        "ACCOUNT_SERVER": pebble.directory_url,
        "CERT_NAME": NAME,
        "CERT_NAME_SANITIZED": NAME,
        "CERT_KEY_TYPE": "RSA2048",
        "CERT_DOMAINS": NAME,
        **paths,
    }
    assert own == {f"LEGO_{n}": v for n, v in v4.items()} | {f"LEGO_HOOK_{n}": v for n, v in v5.items()}
    failed = tegata.run(*line, "-renew-hook", "sh -c 'exit 7'")
    assert failed.code == 7
    assert "a certificate that was obtained is saved" in failed.stderr


def test_runs_at_once_order_once(tegata: Tegata, pebble: Pebble) -> None:
    """Those who find the lock taken say so, and see then that there is nothing left to do."""
    tegata.run(*order(pebble, NAME), "renew").check()
    (watch,) = (tegata.path / ".tegata" / "renewals").iterdir()
    watch.write_text(watch.read_text().replace('"revoked": false', '"revoked": true'))
    before = pebble.log.read_text().count("POST /order-plz")
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda _: tegata.run(*order(pebble, NAME), "renew").check().stderr, range(6)))
    assert pebble.log.read_text().count("POST /order-plz") - before == 1
    assert sum("Server responded with a certificate." in each for each in said) == 1
    assert sum(": no renewal." in each for each in said) == 5
    assert any("Another tegata is at work here; waiting for it" in each for each in said)


def test_the_run_hook(tegata: Tegata, pebble: Pebble) -> None:
    """run has one of its own."""
    assert tegata.run(*order(pebble, NAME), "run", "--run-hook", "echo done").check().stdout == "done\n"


def test_no_certificate(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """Another name, and another directory."""
    done = tegata.run(*order(pebble, "other.example.com"), "renew")
    assert done.code == 1
    assert (
        "Error while loading the certificate for domain other.example.com\n\topen "
        f"{tegata.path}/certificates/other.example.com.crt: no such file or directory"
    ) in done.stderr
    assert f"The directory searched is {tegata.path}" in done.stderr
    done = tegata.run(*account(pebble), *names(NAME), "--http", "--path", str(tmp_path / "other"), "renew")
    assert done.code == 1
    assert f"The directory searched is {tmp_path}/other" in done.stderr
    assert not (tmp_path / "other").exists()
