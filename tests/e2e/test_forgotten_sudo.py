"""What root keeps, seen by another user: each command says that it may not look, and none that nothing is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pebble_words import account, names, order
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"
# Root without what lets it pass over rights, if it is root who tests; anybody else has no such thing.
_NOBODY_SPECIAL = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
pytestmark = pytest.mark.peer("setpriv")


@pytest.fixture
def stocked(tegata: Tegata, pebble: Pebble) -> Tegata:
    """tegata with an account and a certificate that were lego 4's, for whom rights count."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    tegata.run("migrate", "-y").check()
    return Tegata(tegata.directory, pebble.ca_file, _NOBODY_SPECIAL)


@pytest.fixture(params=["", "accounts certificates archives"])
def hidden(request: pytest.FixtureRequest, stocked: Tegata) -> Iterator[list[Path]]:
    """Folders that may not be entered: the tree, or its rooms."""
    (stocked.path / "archives").mkdir(exist_ok=True)
    folders = [stocked.path / room for room in request.param.split() or [""]]
    for folder in folders:
        folder.chmod(0)
    yield folders
    for folder in folders:
        folder.chmod(0o700)


@pytest.mark.usefixtures("hidden")
def test_each_command_says_that_it_may_not_look(stocked: Tegata, pebble: Pebble) -> None:
    """Without an empty list, which a monitor would believe, and without a Python traceback."""
    certificate = [*order(pebble, NAME), "-a"]
    for words in (
        ["list"],
        ["list", "-a"],
        ["list", "--json"],
        ["list", "--prometheus"],
        ["archives", "list"],
        ["archives", "restore", "x"],
        ["migrate"],
        ["migrate", "--undo"],
        [*certificate, "run"],
        [*certificate, "renew"],
        [*account(pebble), *names(NAME), "revoke"],
        [*account(pebble), "accounts", "register"],
        [*account(pebble), "accounts", "keyrollover"],
        [*account(pebble), "accounts", "recover"],
    ):
        done = stocked.run(*words)
        assert done.code == 1, words
        assert "Permission denied" in done.stderr, words
        assert "Traceback" not in done.output, words
        assert len(done.stderr.splitlines()) <= 2, words


def test_certificates_that_may_not_be_looked_at(stocked: Tegata, pebble: Pebble) -> None:
    """The account is the user's own, and the folder of certificates root's."""
    (stocked.directory / ".lego.yml").write_text(
        f"servers: {{ca: {{url: '{pebble.directory_url}'}}}}\n"
        f"accounts: {{test@example.com: {{server: ca, email: test@example.com}}}}\n"
        f"challenges: {{web: {{http: {{address: ':{pebble.http_port}'}}}}}}\n"
        f"certificates: {{{NAME}: {{domains: [{NAME}]}}}}\n"
    )
    folder = stocked.path / "certificates"
    folder.chmod(0)
    for words in ([*order(pebble, NAME), "renew"], [*order(pebble, NAME), "--deploy-hook", "true", "run"], []):
        done = stocked.run(*words)
        assert done.code == 1, words
        assert f"{folder}" in done.stderr, words
        assert "Permission denied" in done.stderr, words
        assert "Traceback" not in done.output, words
    folder.chmod(0o700)


def test_a_web_root_that_may_not_be_looked_at(stocked: Tegata, pebble: Pebble) -> None:
    """It fails its own certificate, and no other of the file."""
    hidden = stocked.directory / "hidden"
    (hidden / "www").mkdir(parents=True)
    hidden.chmod(0)
    (stocked.directory / ".lego.yml").write_text(
        f"servers: {{ca: {{url: '{pebble.directory_url}'}}}}\n"
        f"accounts: {{test@example.com: {{server: ca, email: test@example.com}}}}\n"
        f"challenges:\n"
        f"  web: {{http: {{address: ':{pebble.http_port}'}}}}\n"
        f"  root: {{http: {{webroot: {hidden}/www}}}}\n"
        f"certificates:\n"
        f"  x.example.com: {{domains: [x.example.com], challenge: root}}\n"
        f"  {NAME}: {{domains: [{NAME}], challenge: web}}\n"
    )
    done = stocked.run()
    hidden.chmod(0o700)
    assert done.code == 1
    assert "line 5, challenges.root.http.webroot" in done.stderr
    assert f"{hidden}/www cannot be written or removed: Permission denied." in done.stderr
    assert "1 of 2 certificates are in order, 1 failed: x.example.com" in done.stderr


def test_a_room_within_that_may_not_be_entered(stocked: Tegata) -> None:
    """What may be in it is not taken for nothing."""
    for room, words in (
        (stocked.path / ".tegata" / "migrated" / "accounts", ["migrate", "--undo"]),
        (next((stocked.path / "accounts").iterdir()), ["list", "-a"]),
    ):
        room.chmod(0)
        done = stocked.run(*words)
        room.chmod(0o700)
        assert done.code == 1, words
        assert "Permission denied" in done.stderr, words
        assert str(room) in done.stderr, words
