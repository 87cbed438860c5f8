"""The container file, command by command: what it copies is there, what it runs works, and root is not needed.

No image is built: that needs a registry.
"""

import json
import re
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tegata.ca.cli import grammar
from tests.peers.ca import TegataCA
from tests.peers.command import absent, require
from tests.peers.ports import free_port
from tests.peers.process import Process

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Each instruction and its words, lines that go on joined."""
    text = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    lines = re.sub(r"\\\n", " ", "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("#")))
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines.splitlines() if line]


def only(kind: str) -> str:
    (found,) = [words for name, words in instructions() if name == kind]
    return found


def test_it_is_not_root_and_keeps_one_place() -> None:
    """By number, so that a cluster can see it; all that is written is below the volume."""
    stages = [number for number, (name, _) in enumerate(instructions()) if name == "FROM"]
    last = instructions()[stages[-1] :]
    assert ("USER", "10001:10001") in last
    assert last.index(("USER", "10001:10001")) > max(i for i, (kind, _) in enumerate(last) if kind in ("RUN", "COPY"))
    volume = only("VOLUME")
    assert only("WORKDIR" if len(stages) == 1 else "ENV").partition("=")[2].startswith(f"{volume}/")


def test_what_is_copied_is_there() -> None:
    """And let through to the builder."""
    let_through = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sources = [
        source
        for kind, words in instructions()
        if kind == "COPY" and not words.startswith("--from")
        for source in words.split()[:-1]
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in let_through


def test_every_version_is_the_locks(tmp_path: Path) -> None:
    """The command that makes constraints of the lock leaves all its versions and none of its digests."""
    (command,) = [words for kind, words in instructions() if kind == "RUN" and words.startswith("sed ")]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    (tmp_path / "requirements.lock").write_text(lock)
    subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)
    made = (tmp_path / "constraints.txt").read_text("utf-8")
    pins = re.findall(r"^\S+==\S+", lock, re.MULTILINE)
    assert re.findall(r"^\S+==\S+", made, re.MULTILINE) == pins
    assert "--hash" not in made
    assert "\\" not in made


def test_the_extras_that_it_installs_exist() -> None:
    """A name that pip does not know would be a warning only."""
    (command,) = [words for kind, words in instructions() if kind == "RUN" and "pip install" in words]
    extras = re.search(r"\[(.+)\]", shlex.split(command)[-1])
    assert extras
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras[1].split(","))


def test_its_command_serves() -> None:
    """By the grammar; where is said by the environment."""
    (program,), words = json.loads(only("ENTRYPOINT")), json.loads(only("CMD"))
    assert program == "/opt/tegata/bin/tegata-ca"
    name, _, home = only("ENV").partition("=")
    asked = grammar.parse(words, {name: home})
    assert (asked.words, str(asked.home)) == (("serve",), home)
    assert set(only("EXPOSE").split()) == {word.rpartition(":")[2] for word in words if ":" in word}


def test_its_health_is_looked_at(tmp_path: Path) -> None:
    """The very command, at a CA that serves and at one that does not."""
    words = json.loads(only("HEALTHCHECK").partition(" CMD ")[2])
    with TegataCA(tmp_path / "ca") as ca:
        code = words[-1].replace("127.0.0.1:8080", ca.public_url.partition("//")[2])
        assert code != words[-1]
        subprocess.run([sys.executable, *words[1:-1], code], check=True, timeout=30)
        ca.stop()
        done = subprocess.run(
            [sys.executable, *words[1:-1], code], check=False, capture_output=True, text=True, timeout=30
        )
        assert done.returncode != 0
        assert urllib.error.URLError.__name__ in done.stderr


READ_ONLY = """
mount --make-rprivate / && mount -t tmpfs tmpfs "$1"
mount --bind / / && mount -o remount,bind,ro /
if mountpoint -q /tmp; then mount -o remount,bind,ro /tmp; fi
if touch "$2"; then exit 9; fi
"$3" --dir "$1/ca" init --url "https://$4" --public-url "http://$5" >/dev/null
exec "$3" --dir "$1/ca" serve
"""


def test_nothing_is_written_but_the_volume(tmp_path: Path) -> None:
    """As with ``--read-only``, in a mount namespace of its own: it is made and serves. Needs root."""
    require("unshare", "mountpoint")
    volume, elsewhere = tmp_path / "volume", tmp_path / "elsewhere"
    volume.mkdir()
    trial = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True)
    if trial.returncode != 0:
        absent("there is no mount namespace: run as root")
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    program = str(Path(sys.executable).with_name("tegata-ca"))
    argv = ["unshare", "--mount", "sh", "-euc", READ_ONLY, "sh", str(volume), str(elsewhere), program, *addresses]
    with Process(argv, log=tmp_path / "log", env={"PYTHONDONTWRITEBYTECODE": "1"}) as process:
        process.wait_for_line("^ready acme=", 60)
        with urllib.request.urlopen(f"http://{addresses[1]}/readyz", timeout=20) as answer:
            assert answer.status == 200
        assert process.stop() == 0
    assert not elsewhere.exists()
    assert not list(volume.iterdir()), "what was mounted there is gone with the process"
