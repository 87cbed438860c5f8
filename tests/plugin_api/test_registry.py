"""Finding plug-ins by name: ours by module path, others' by entry point."""

import subprocess
import sys
from pathlib import Path

import pytest

from tegata.plugin_api.registry import BrokenPlugin, UnknownPlugin, load
from tegata.plugins.solvers.standalone import StandaloneSolver
from tegata.plugins.solvers.webroot import WebrootSolver


def test_ours_are_found_by_module():
    assert load("solvers", "standalone") is StandaloneSolver
    assert load("solvers", "webroot") is WebrootSolver


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("solvers", "no_such"),
        ("nothings", "standalone"),
        ("solvers", "_listener"),
        ("solvers", "standalone.PLUGIN"),
        ("solvers", "../standalone"),
        ("solvers", ""),
        ("", "standalone"),
        ("solvers", "Standalone"),
    ],
)
def test_what_there_is_not(kind: str, name: str):
    with pytest.raises(UnknownPlugin) as caught:
        load(kind, name)
    assert caught.value.facts == {"kind": kind, "name": name}


def test_others_are_found_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A distribution on the path, as pip would leave it."""
    (tmp_path / "foreign_plug.py").write_text("class Solver: pass\n")
    information = tmp_path / "foreign_plug-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-plug\nVersion: 1\n")
    (information / "entry_points.txt").write_text(
        "[tegata.solvers]\n"
        "theirs = foreign_plug:Solver\n"
        "broken = foreign_plug_missing:Solver\n"
        "standalone = foreign_plug:Solver\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load("solvers", "theirs").__module__ == "foreign_plug"
    assert load("solvers", "standalone") is StandaloneSolver
    with pytest.raises(BrokenPlugin) as caught:
        load("solvers", "broken")
    assert "foreign_plug_missing" in str(caught.value.facts["reason"])


def test_installed_packages_are_not_scanned_for_ours():
    """Scanning costs 50 ms, and other solvers' modules are not loaded either."""
    program = (
        "from tegata.plugin_api.registry import load; load('solvers', 'webroot');"
        "heavy = {'importlib.metadata', 'h11', 'tegata.plugins.solvers.standalone'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-S", "-c", PATHS + program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# Without ``site``: its .pth files may load anything.
PATHS = f"import sys; sys.path[:] = {sys.path!r};"
