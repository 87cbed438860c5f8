"""The units of ``deploy/``: systemd takes them, each command is one of ours, and what they close stays closed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tegata.ca.cli import grammar
from tests.peers.command import require

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
INSTALLED = "/opt/tegata/bin/"
# systemd-analyze's figure, from 0 (closed) to 10: what is left is low ports, the network, and for the client root.
MOST_EXPOSED = {"tegata-ca.service": 1.6, "tegata-perspective.service": 1.6, "tegata.service": 1.9}


def read(unit: Path) -> list[tuple[str, str, str]]:
    """A unit's section, key and value, line by line."""
    found, section = [], ""
    for line in unit.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.append((section, key, value))
    return found


def values(unit: Path, key: str) -> list[str]:
    return [value for _, name, value in read(unit) if name == key]


def name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_it_says_what_it_is_for(unit: Path) -> None:
    """A purpose line first, as every file has one."""
    assert unit.read_text("utf-8").startswith("# ")
    assert values(unit, "Description")


def test_the_client_looks_often_and_at_an_instant_of_its_own() -> None:
    """At least once an hour, for certificates of a few days; no two machines at once (C-02)."""
    timer = DEPLOY / "tegata.timer"
    minutes = {key: int(value.removesuffix("min")) for _, key, value in read(timer) if value.endswith("min")}
    assert minutes["OnUnitActiveSec"] + minutes["RandomizedDelaySec"] <= 60
    assert minutes["OnBootSec"] >= 1
    assert minutes["RandomizedDelaySec"] >= 5
    assert values(timer, "FixedRandomDelay") == ["yes"]
    assert not values(timer, "OnCalendar")


@pytest.mark.parametrize("unit", SERVICES, ids=name)
def test_each_command_is_one_of_ours(unit: Path) -> None:
    """By the programs' own grammars."""
    commands = values(unit, "ExecStartPre") + values(unit, "ExecStart")
    assert commands
    for line in commands:
        program, *words = shlex.split(line)
        assert program.startswith(INSTALLED)
        if program == f"{INSTALLED}tegata-ca":
            asked = grammar.parse(words, {})
            assert asked.home.is_relative_to(Path("/var/lib", *values(unit, "StateDirectory")))
        else:
            assert (program, words) == (f"{INSTALLED}tegata", ["renew"])


def test_the_clients_variables_are_understood() -> None:
    """Those of the example and of the unit: ``--explain`` says that each counts."""
    lines = (DEPLOY / "renew.env").read_text("utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    told |= dict(value.split("=", 1) for value in values(DEPLOY / "tegata.service", "Environment"))
    command = str(Path(sys.executable).with_name("tegata"))
    done = subprocess.run(
        [command, "renew", "--explain"], check=True, capture_output=True, text=True, timeout=60, env=told
    )
    assert told["TEGATA_PATH"] == "/var/lib/" + "".join(values(DEPLOY / "tegata.service", "StateDirectory"))
    for variable in told:
        assert f"(variable {variable})" in done.stdout, done.stdout


@pytest.mark.peer("systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_systemd_takes_it(unit: Path, tmp_path: Path) -> None:
    """Nothing that it does not know, nothing that it would pass over."""
    require("systemd-analyze")
    # It looks whether the programs are there, which on this machine they are elsewhere.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace(INSTALLED, f"{Path(sys.executable).parent}/"))
    if unit.suffix == ".timer":
        (tmp_path / "tegata.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/true\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.peer("systemd-analyze")
@pytest.mark.parametrize("unit", SERVICES, ids=name)
def test_it_is_closed(unit: Path) -> None:
    """As far as a service can be that listens and asks (S-40)."""
    require("systemd-analyze")
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
    figure = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert figure, done.stdout
    assert float(figure[1]) <= MOST_EXPOSED[unit.name]


def test_nothing_is_installed_that_is_not_named_by_its_digest() -> None:
    """S-40: each locked dependency has its SHA-256, and pip is told to take nothing without one."""
    root = DEPLOY.parent
    lock = (root / "requirements.lock").read_text("utf-8")
    entries = re.findall(r"^[A-Za-z0-9][^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)+", lock, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[A-Za-z0-9]", lock, re.MULTILINE)) > 50
    assert "install --require-hashes --requirement requirements.lock" in (root / "Makefile").read_text("utf-8")
