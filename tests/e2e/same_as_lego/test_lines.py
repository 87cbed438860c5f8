"""Each line of ``lines`` is run by both programs on one Pebble; what differs is a row of docs/lego-divergences.md."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.e2e.same_as_lego.lines import CA, EAB, MAIL, ONE, RSA, WORDS, Line, Start
from tests.e2e.same_as_lego.outcome import HOOK, Outcome, observe
from tests.peers.command import Finished, Program
from tests.peers.lego import Lego
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.peer("lego")
PROGRAMS: tuple[type[Lego | Tegata], ...] = (Lego, Tegata)
DOCUMENT = Path(__file__).parents[3] / "docs" / "lego-divergences.md"
ROWS = frozenset(re.findall(r"^\| (.+?) \| ", DOCUMENT.read_text("utf-8"), re.MULTILINE))
ACCOUNT_KEY = f"{MAIL}.key"

# What has been done before a line, each in its turn; Pebble is told apart by the external account binding.
BEFORE = {
    Start.ONE: (f"{ONE} -a run",),
    Start.RSA: (f"{RSA} -a run",),
    Start.TWO: (f"{ONE} -a run", f"{CA} -d www2.example.com -d www3.example.com --http --http.port :{{port}} run"),
    Start.BOUND: (f"{ONE} {EAB} -a run",),
}


class House:
    """The servers, and what each program has at the start of a line: made once, and copied for each."""

    def __init__(self, directory: Path, plain: Pebble, bound: Pebble) -> None:
        self._directory, self._plain, self._bound = directory, plain, bound
        request = csr.build(generate(KeyType.EC256), ["www.example.com"], common_name="www.example.com")
        self._request = x509.load_der_x509_csr(request).public_bytes(Encoding.PEM)

    def play(self, program: type[Lego | Tegata], line: Line, home: Path) -> Outcome:
        """Run a line from its start."""
        if line.start is Start.EMPTY:
            home.mkdir()
        else:
            shutil.copytree(self._prepared(program, line.start, home.parent if line.spends else self._directory), home)
        (home / "request.pem").write_bytes(self._request)
        hook = home / "hook"
        hook.write_text(HOOK)
        hook.chmod(0o755)
        return observe(self._run(program(home), line.words, eab=line.eab, line=line), home)

    def _prepared(self, program: type[Lego | Tegata], start: Start, directory: Path) -> Path:
        home = directory / f"{program.__name__}-{start.name}"
        if not home.exists():
            home.mkdir()
            for words in BEFORE[start]:
                self._run(program(home), words, eab=start is Start.BOUND).check()
        return home

    def _run(self, program: Lego | Tegata, words: str, *, eab: bool, line: Line | None = None) -> Finished:
        pebble = self._bound if eab else self._plain
        said = fill(words, program, pebble)
        trusting = program.trusting(pebble.ca_file)
        return trusting.run(*said, stdin=line.stdin if line else "", env=line.variables if line else None)


def fill(words: str, program: Program, pebble: Pebble) -> list[str]:
    """The words with this server's and this folder's values in them."""
    values = {"url": pebble.directory_url, "port": pebble.http_port, "home": program.directory}
    return [word.format(**values, kid=pebble.eab_kid, mac=pebble.eab_mac) for word in shlex.split(words)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two Pebbles that ask nobody, so that lego does not wait; one wants an external account binding."""
    directory = tmp_path_factory.mktemp("same-as-lego")
    with (
        Pebble(directory / "plain", validates=False) as plain,
        Pebble(directory / "eab", validates=False, eab=True) as bound,
    ):
        yield House(directory, plain, bound)


@pytest.mark.parametrize("line", WORDS, ids=lambda line: f"{line.words} ({line.start.name})")
def test_a_line(house: House, line: Line, tmp_path: Path) -> None:
    """Exit codes, files, phrases and hooks are the same; what is not is documented, and really differs."""
    theirs, ours = (house.play(program, line, tmp_path / program.__name__) for program in PROGRAMS)
    homes = {"lego": tmp_path / "Lego", "tegata": tmp_path / "Tegata"}
    told = f"lego: {theirs}\n\ntegata: {ours}"
    for row in line.unlike.values():
        assert row in ROWS, row
    for aspect in ("code", "files", "hook"):
        before, after = comparable(theirs, aspect, homes["lego"]), comparable(ours, aspect, homes["tegata"])
        assert (before == after) != (aspect in line.unlike), f"{aspect}: {before}\n{after}\n{told}"
    for aspect in ("stdout", "stderr"):
        before, after = getattr(theirs, aspect), getattr(ours, aspect)
        if aspect in line.unlike:
            assert before != after, told
    for phrase in line.same:
        streams = {
            name: [
                stream
                for stream in ("stdout", "stderr")
                if phrase.replace("{home}", str(homes[name])) in getattr(each, stream)
            ]
            for name, each in (("lego", theirs), ("tegata", ours))
        }
        assert streams["lego"], f"lego does not say: {phrase}\n{told}"
        assert set(streams["lego"]) & set(streams["tegata"]), f"{phrase}: {streams}\n{told}"


def comparable(outcome: Outcome, aspect: str, home: Path) -> object:
    """An aspect without what every line differs in: the folder, and that lego leaves its account key to everybody."""
    if aspect == "files":
        return {
            path: what.replace("644", "600", 1) if path.endswith(ACCOUNT_KEY) else what
            for path, what in outcome.files.items()
        }
    value = getattr(outcome, aspect)
    return value.replace(str(home), "HOME") if isinstance(value, str) else value


def test_there_are_enough() -> None:
    """Good ones and bad ones."""
    assert len(WORDS) >= 60


def test_every_account_key_is_closed(house: House, tmp_path: Path) -> None:
    """The one difference that every line has."""
    line = Line(f"{ONE} -a run")
    theirs, ours = (house.play(program, line, tmp_path / program.__name__) for program in PROGRAMS)
    for outcome, mode in ((theirs, "644"), (ours, "600")):
        (key,) = (what for path, what in outcome.files.items() if path.endswith(ACCOUNT_KEY))
        assert key.startswith(mode)
