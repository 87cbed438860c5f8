"""A full disk, a read-only directory, two processes at once, in both layouts: nothing lost, nothing half-written."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, leaf, serial
from tests.e2e.pebble_words import MAIL, account, names, order
from tests.e2e.test_killed import assert_a_pair
from tests.host import lego5
from tests.peers import mounts
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"
DUE = ["--days", "9999", "--no-random-sleep", "--no-back-off"]
PAGE = 4096


@pytest.fixture(params=["4", "5"])
def stocked(request: pytest.FixtureRequest, tegata: Tegata, pebble: Pebble) -> Tegata:
    """tegata with an account, a certificate and an archive, in either layout."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    tegata.run(*order(pebble, "old.example.com"), "run").check()
    if request.param == "5":
        lego5.remake(tegata.path, pebble.directory_url)
    tegata.run(*account(pebble), *names("old.example.com"), "revoke").check()
    return tegata


def contents(path: Path) -> dict[str, bytes]:
    """Every file but locks and what is remembered about renewals."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file() and ".tegata" not in file.parts
    }


def test_a_full_disk(stocked: Tegata, pebble: Pebble) -> None:
    """With room for ever more of what a renewal writes: the old set or the new one; with room again, all is well."""
    template = stocked.path.with_name("template")
    shutil.move(stocked.path, template)
    stocked.path.mkdir()
    outcomes = []
    with mounts.disk(stocked.path, f"{200 * PAGE}"):
        shutil.copytree(template, stocked.path, dirs_exist_ok=True)
        for pages in (0, 2, 6, 20):
            before, filler = serial(crt(stocked.path, NAME)), stocked.path / "filler"
            fill(filler, leaving=pages * PAGE)
            done = stocked.run(*order(pebble, NAME), "renew", *DUE)
            assert "Traceback" not in done.output
            if done.code:
                assert "No space left on device" in done.stderr
                assert "AuthURL" not in done.stderr
            filler.unlink()
            assert_a_pair(stocked.path, NAME)
            assert (serial(crt(stocked.path, NAME)) != before) == (done.code == 0)
            outcomes.append(done.code)
        stocked.run(*order(pebble, NAME), "renew", *DUE).check()
        assert not [file for file in (stocked.path / "certificates").iterdir() if file.name.startswith(".")]
    assert set(outcomes) == {0, 1}
    assert outcomes == sorted(outcomes, reverse=True)


def test_a_disk_that_is_full_from_the_start(tegata: Tegata, pebble: Pebble) -> None:
    """With ever more room for a first ``run``: what could not be kept is not ordered, what is ordered is kept."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.path.mkdir()
    with mounts.disk(tegata.path, f"{100 * PAGE}"):
        outcomes = []
        for pages in (0, 1, 2, 3, 4, 6, 10, 15, 20, 24):
            filler = tegata.path / "filler"
            fill(filler, leaving=pages * PAGE)
            done = tegata.run(*order(pebble, NAME), "-a", "--pfx", "--pem", "run", "--run-hook", "true")
            if done.code:
                assert "There is no room for" in done.stderr
                assert "No space left on device" in done.stderr
                assert "AuthURL" not in done.stderr
                assert not crt(tegata.path, NAME).exists()
            outcomes.append(done.code)
            for each in list(tegata.path.iterdir()):
                each.unlink() if each.is_file() else shutil.rmtree(each)
        assert set(outcomes) == {0, 1}
        assert outcomes == sorted(outcomes, reverse=True)


def fill(file: Path, leaving: int) -> None:
    """Write until the disk has only so much room."""
    file.touch()
    file.write_bytes(bytes(max(shutil.disk_usage(file.parent).free - leaving, 0)))


def commands(stocked: Tegata, pebble: Pebble) -> list[list[str]]:
    """One line of each command that writes."""
    [archive] = [line.split()[1] for line in stocked.run("archives", "list").stdout.splitlines() if "──" in line]
    return [
        [*order(pebble, NAME), "run"],
        [*order(pebble, NAME), "renew", *DUE],
        [*account(pebble), *names(NAME), "revoke"],
        [*account(pebble), "-m", "new@example.com", "-a", "accounts", "register"],
        [*account(pebble), "accounts", "keyrollover", "-y"],
        [*account(pebble), "accounts", "recover", "-y"],
        ["archives", "restore", "--archive", archive],
    ]


def test_a_read_only_directory(stocked: Tegata, pebble: Pebble) -> None:
    """Each command that writes says so, before the CA is asked for anything that would be lost; looking works."""
    before, number = contents(stocked.path), leaf(crt(stocked.path, NAME)).serial_number
    lines = commands(stocked, pebble)
    if list(stocked.path.glob("accounts/*/*/keys")):
        lines.append(["migrate", "-y"])
    with mounts.read_only(stocked.path):
        for line in lines:
            done = stocked.run(*line)
            assert done.code == 1, str(done)
            assert "Read-only file system" in done.stderr, str(done)
            assert "Traceback" not in done.output
        assert NAME in stocked.run("list", "--names").check().stdout
        stocked.run("accounts", "list").check()
        stocked.run("archives", "list").check()
    assert contents(stocked.path) == before
    assert pebble.status(number)["Status"] == "Valid"
    stocked.run(*order(pebble, NAME), "renew", *DUE).check()


def at_once(tegata: Tegata, *lines: list[str]) -> list[int]:
    """The exit codes of several runs side by side."""
    with ThreadPoolExecutor(len(lines)) as pool:
        return [future.result().code for future in [pool.submit(tegata.run, *line) for line in lines]]


def test_at_once(stocked: Tegata, pebble: Pebble) -> None:
    """Two restore one archive: one does it; two renew, one migrates (there and back): each sees whole sets."""
    restore = commands(stocked, pebble)[-1]
    assert sorted(at_once(stocked, restore, restore)) == [0, 1]
    assert_a_pair(stocked.path, "old.example.com")
    renewal = [*order(pebble, NAME), "renew"]
    for migration in (["migrate", "-y"], ["migrate", "--undo", "-y"]):
        before = serial(crt(stocked.path, NAME))
        codes = at_once(stocked, migration, migration, [*renewal, *DUE], ["list"])
        assert codes == [0, 0, 0, 0]
        assert serial(crt(stocked.path, NAME)) != before
        assert_a_pair(stocked.path, NAME)
        stocked.run(*renewal).check()
    [account_file] = stocked.path.glob(f"accounts/*/{MAIL}/account.json")
    assert "valid" in account_file.read_text()


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.45, 0.6])
def test_killed_in_a_directory_of_lego_5(stocked: Tegata, pebble: Pebble, seconds: float) -> None:
    """A renewal killed at some moment: the next one needs no help, in either layout."""
    words = [*order(pebble, NAME), "renew", *DUE]
    with stocked.start(*words, "--path", str(stocked.path)) as process:
        time.sleep(seconds)
        process.kill()
    assert_a_pair(stocked.path, NAME)
    stocked.run(*words).check()
    assert_a_pair(stocked.path, NAME)
