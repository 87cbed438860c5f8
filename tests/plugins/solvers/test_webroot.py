"""http-01 by files of a web server."""

import os
import stat
from pathlib import Path

import pytest

from tegata.acme.challenges import BadToken
from tegata.plugin_api.solver import Presentation, Solver
from tegata.plugins.solvers.webroot import WebrootMissing, WebrootSolver, WebrootUnwritable

TOKEN = "Abc-_123" * 3


def presentation(token: str = TOKEN) -> Presentation:
    return Presentation("a.example", "http-01", token, f"{token}.thumb")


@pytest.fixture
def challenges(tmp_path: Path) -> Path:
    return tmp_path / ".well-known" / "acme-challenge"


def test_writes_the_file_and_takes_it_away(tmp_path: Path, challenges: Path):
    solver: Solver = WebrootSolver(tmp_path)
    assert solver.challenge_type == "http-01"
    solver.present(presentation())
    assert (challenges / TOKEN).read_bytes() == f"{TOKEN}.thumb".encode()
    assert [path.name for path in challenges.iterdir()] == [TOKEN]
    solver.cleanup(presentation())
    assert list(challenges.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_web_server_can_read_it_whatever_the_umask(tmp_path: Path, challenges: Path):
    before = os.umask(0o077)
    try:
        WebrootSolver(tmp_path).present(presentation())
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (challenges.parent, challenges, challenges / TOKEN)]
    assert modes == [0o755, 0o755, 0o644]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_modes_of_directories_that_were_there_are_left_alone(tmp_path: Path, challenges: Path):
    challenges.mkdir(parents=True)
    challenges.chmod(0o775)
    WebrootSolver(tmp_path).present(presentation())
    assert stat.S_IMODE(challenges.stat().st_mode) == 0o775


@pytest.mark.parametrize(
    "token",
    [
        "../../../../etc/cron.d/evil",
        "..\\..\\..\\windows\\evil..",
        "%2e%2e%2f%2e%2e%2fevil.....",
        "/etc/cron.d/evil-evil-evil",
        "C:evil-evil-evil-evil-evil",
        "evil-evil-evil-evil\0evil",
        ".htaccess.htaccess.htaccess",
        "a" * 8,
        "",
    ],
)
def test_a_token_cannot_lead_out_of_the_directory(tmp_path: Path, token: str):
    """S-02, A-66: neither to write nor to remove."""
    solver = WebrootSolver(tmp_path)
    with pytest.raises(BadToken):
        solver.present(presentation(token))
    with pytest.raises(BadToken):
        solver.cleanup(presentation(token))
    assert list(tmp_path.iterdir()) == []


def test_a_file_left_by_a_crash_is_replaced(tmp_path: Path, challenges: Path):
    WebrootSolver(tmp_path).present(presentation())
    (challenges / TOKEN).write_text("stale")
    again = WebrootSolver(tmp_path)
    again.present(presentation())
    assert (challenges / TOKEN).read_text() == f"{TOKEN}.thumb"
    again.cleanup(presentation())
    assert list(challenges.iterdir()) == []


def test_nothing_is_written_through_a_link(tmp_path: Path, challenges: Path):
    """S-02: whoever may write to the web root cannot have the client write elsewhere."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    challenges.mkdir(parents=True)
    (challenges / TOKEN).symlink_to(victim)
    solver = WebrootSolver(tmp_path)
    solver.present(presentation())
    assert victim.read_text() == "precious"
    assert not (challenges / TOKEN).is_symlink()
    solver.cleanup(presentation())
    assert victim.read_text() == "precious"


def test_only_the_own_file_is_removed(tmp_path: Path, challenges: Path):
    """S-02"""
    solver = WebrootSolver(tmp_path)
    challenges.mkdir(parents=True)
    (challenges / TOKEN).write_text("somebody else's")
    other = challenges / ("other-" * 4)
    other.write_text("another's")
    solver.cleanup(presentation())
    assert (challenges / TOKEN).read_text() == "somebody else's"
    solver.present(presentation())
    solver.cleanup(presentation())
    solver.cleanup(presentation())
    assert list(challenges.iterdir()) == [other]


def test_a_file_that_is_gone_already_is_fine(tmp_path: Path, challenges: Path):
    solver = WebrootSolver(tmp_path)
    solver.present(presentation())
    (challenges / TOKEN).unlink()
    solver.cleanup(presentation())


def test_a_web_root_must_exist(tmp_path: Path):
    for path in (tmp_path / "missing", tmp_path / "file"):
        (tmp_path / "file").touch()
        with pytest.raises(WebrootMissing) as caught:
            WebrootSolver(path)
        assert caught.value.facts == {"path": path}


def test_what_cannot_be_written_is_named(tmp_path: Path, challenges: Path):
    (tmp_path / ".well-known").write_text("a file in the way")
    solver = WebrootSolver(tmp_path)
    with pytest.raises(WebrootUnwritable) as caught:
        solver.present(presentation())
    assert caught.value.facts["path"] == challenges / TOKEN
    assert caught.value.facts["reason"]
    solver.cleanup(presentation())


def test_what_cannot_be_replaced_leaves_no_draft(tmp_path: Path, challenges: Path):
    (challenges / TOKEN).mkdir(parents=True)
    with pytest.raises(WebrootUnwritable):
        WebrootSolver(tmp_path).present(presentation())
    assert [path.name for path in challenges.iterdir()] == [TOKEN]


def test_what_cannot_be_removed_is_named(tmp_path: Path, challenges: Path):
    solver = WebrootSolver(tmp_path)
    solver.present(presentation())
    (challenges / TOKEN).unlink()
    (challenges / TOKEN).mkdir()
    with pytest.raises(WebrootUnwritable):
        solver.cleanup(presentation())
