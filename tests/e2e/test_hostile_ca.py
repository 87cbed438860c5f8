"""A hostile CA against the installed client: it ends with an error and exit code 1, soon, and leaves nothing behind.

What single answers do to the transport, the session and the order's machine is shown in ``tests/client``; here it is
the whole command as a process, with a limit on its memory, its files and its words looked at afterwards.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tegata.acme.problems import DOCUMENT_LIMIT
from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, Play, acme_play, endless, json_answer
from tests.peers.command import Finished, run
from tests.peers.tegata import IMPATIENT, Tegata

TEGATA = Path(sys.executable).with_name("tegata")
# An honest run takes 60 MB; the rest is room for other machines, not for what a CA sends.
MEMORY = 200 * 1024 * 1024
SECONDS = 15.0
INTERNAL = "https://169.254.169.254/latest/meta-data/"
ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\nfake line\x00\x9b31m\u202etxt"
YEAR = str(365 * 86_400)

pytestmark = pytest.mark.peer("prlimit")


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    peer = tmp_path / "peer"
    peer.mkdir()
    with acme_play(peer) as started:
        yield started


@pytest.fixture
def tegata(tmp_path: Path, play: Play) -> Tegata:
    home = tmp_path / "home"
    home.mkdir()
    return Tegata(home, play.peer.root)


def call(tegata: Tegata, play: Play, *command: str) -> Finished:
    """Run the command; what holds after every one is looked at here."""
    before = surroundings(tegata)
    words = ["-s", play.directory_url, "-a", "-m", "test@example.com", "-d", NAME, "--key-type", "rsa2048"]
    words += ["--http", "--http.webroot", str(play.webroot)]
    started = time.monotonic()
    argv = ["prlimit", f"--data={MEMORY}", str(TEGATA), *words, *command]
    done = run(argv, cwd=tegata.directory, env=tegata.environment(IMPATIENT), timeout=60)
    assert time.monotonic() - started < SECONDS, f"{time.monotonic() - started:.1f} s\n{done}"
    assert "Traceback" not in done.output, done
    assert "internal error" not in done.output, done
    assert len(done.output) < 3 * DOCUMENT_LIMIT
    assert all(sign.isprintable() or sign in "\n\t" for sign in done.output), ascii(done.output)
    assert surroundings(tegata) == before, "something outside its folder"
    assert [path for path in play.webroot.rglob("*") if path.is_file()] == [], "a challenge is left"
    return done


def surroundings(tegata: Tegata) -> list[Path]:
    """Every file around the client's folder: its home, and what is beside it."""
    files = (path for path in tegata.directory.parent.rglob("*") if path.is_file())
    return sorted(path for path in files if tegata.path not in path.parents)


def refused(tegata: Tegata, play: Play) -> str:
    """The command ends with 1 and no certificate; what it said."""
    done = call(tegata, play, "run")
    assert done.code == 1, done
    asked = [each.path for each in play.peer.asked]
    assert any(path in asked for path in play.twists), f"never came to {list(play.twists)}: {asked}"
    assert not list((tegata.path / "certificates").glob(f"{NAME}*")), "something is kept of what was refused"
    return done.output


def test_the_play_is_honest_without_a_twist(tegata: Tegata, play: Play) -> None:
    """Otherwise the refusals below would prove nothing."""
    call(tegata, play, "run").check()
    assert play.shown
    assert (tegata.path / "certificates" / f"{NAME}.crt").exists()


MEMBERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "http in the directory": ("/dir", {"newOrder": "http://localhost/newOrder"}, "http://localhost/newOrder"),
    "an internal host in the directory": ("/dir", {"newAccount": INTERNAL}, "169.254.169.254"),
    "an internal host for authorizations": ("/newOrder", {"authorizations": [INTERNAL]}, "169.254.169.254"),
    "http for authorizations": ("/newOrder", {"authorizations": ["http://localhost/authz/1"]}, "http://localhost"),
    "a file to finalize": ("/newOrder", {"finalize": "file:///etc/passwd"}, "file:///etc/passwd"),
    "an internal host to finalize": ("/newOrder", {"finalize": INTERNAL}, "169.254.169.254"),
    "an internal host for the certificate": ("/finalize/1", {"certificate": INTERNAL}, "169.254.169.254"),
    "thousands of authorizations": (
        "/newOrder",
        {"authorizations": [f"https://localhost/authz/{number}" for number in range(10_000)]},
        "10000 authorizations",
    ),
    "another name": ("/newOrder", {"identifiers": [{"type": "dns", "value": "evil.example"}]}, "evil.example"),
}


@pytest.mark.parametrize("case", MEMBERS)
def test_evil_members(tegata: Tegata, play: Play, case: str) -> None:
    """URLs that are not https or lead elsewhere are not asked (S-10); numbers and names are checked (S-01)."""
    path, members, word = MEMBERS[case]
    play.twist(path, **members)
    assert word in refused(tegata, play)


TOKENS = ("../../../../etc/cron.d/evil", "..%2f..%2fevil", "/etc/passwd", "a/b" * 8, "\x00" * 20, "t" * 5000, "..", "")


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_that_are_paths(tegata: Tegata, play: Play, token: str) -> None:
    """A-66: nothing is written for them (S-01)."""
    challenge = {"type": "http-01", "url": play.url("/chall/1"), "status": "pending", "token": token}
    play.twist("/authz/1", challenges=[challenge])
    refused(tegata, play)
    assert play.shown == []


def whole(answer: Answer) -> Callable[[Answer], Answer]:
    return lambda _honest: answer


def for_ever(head: bytes, piece: bytes) -> Callable[[Answer], Answer]:
    return lambda _honest: Answer(raw=endless(head, piece))


OK = b"HTTP/1.1 200 OK\r\n"
BODIES: dict[str, Callable[[Answer], Answer]] = {
    "endless": for_ever(OK + b"Content-Type: application/json\r\n\r\n", b" " * 65_536),
    "claims a terabyte": for_ever(OK + b"Content-Length: 1099511627776\r\n\r\n", b" " * 65_536),
    "truncated": lambda honest: replace(honest, claimed=len(honest.body) + 10),
    "deep": whole(Answer(200, b"[" * 200_000)),
    "deep objects": whole(Answer(200, b'{"a":' * 100_000)),
    "not JSON": whole(Answer(200, b"\xff\xfe\x00")),
    "empty": whole(Answer(200, b"")),
    "a number": whole(Answer(200, b"9" * 100_000)),
    "headers without an end": for_ever(OK, b"X-Filler: " + b"x" * 1000 + b"\r\n"),
    "no HTTP": whole(Answer(raw=[b"SSH-2.0-OpenSSH_9.2\r\n"])),
    "redirect": whole(Answer(302, b"", {"Location": INTERNAL})),
    "redirect within": lambda honest: Answer(307, b"", {"Location": "/dir", **honest.headers}),
    "gone": whole(Answer(410, b"<html>" * 10_000)),
    "unavailable for ever": whole(Answer(503, b"")),
    "unavailable for a year": whole(Answer(503, b"", {"Retry-After": YEAR})),
    "too many requests, for a year": whole(Answer(429, b"", {"Retry-After": YEAR})),
    "unavailable since yesterday": whole(Answer(503, b"", {"Retry-After": "-86400"})),
    "unavailable for garbage": whole(Answer(503, b"", {"Retry-After": "31 Dec 99999999999999999999 25:61:00 +9999"})),
    "hangs up": whole(Answer(hang_up=True)),
}


@pytest.mark.parametrize(
    ("path", "case"),
    [
        *(("/newOrder", case) for case in BODIES),
        *((path, case) for path in ("/dir", "/cert/1") for case in ("endless", "deep", "headers without an end")),
    ],
)
def test_evil_answers(tegata: Tegata, play: Play, path: str, case: str) -> None:
    """S-20: no answer takes more time or memory than it is worth, at the beginning, in the middle, or at the end.

    S-01.
    """
    play.twists[path] = BODIES[case]
    refused(tegata, play)


def problem(detail: str = "no", **more: Any) -> Callable[[Answer], Answer]:
    document = {"type": "urn:ietf:params:acme:error:malformed", "detail": detail, "status": 400, **more}
    return lambda honest: json_answer(document, 400, {**honest.headers, "Content-Type": "application/problem+json"})


def nested(depth: int) -> dict[str, object]:
    found: dict[str, object] = {"type": "x", "detail": "deepest"}
    for _ in range(depth):
        found = {"type": "x", "detail": "d", "subproblems": [found]}
    return found


PROBLEMS = {
    "escapes": problem(ESCAPES, title=ESCAPES, instance=ESCAPES, type=ESCAPES),
    "escapes in subproblems": problem(
        subproblems=[{"type": ESCAPES, "detail": ESCAPES, "identifier": {"type": ESCAPES, "value": ESCAPES}}]
    ),
    "a bomb of subproblems": problem(subproblems=[{"type": "x", "detail": "d"}] * 1000),
    "a larger bomb": problem(subproblems=[{"type": "x", "detail": "d" * 100}] * 100_000),
    "nested subproblems": problem(subproblems=[nested(30)]),
    "deeply nested subproblems": problem(subproblems=[nested(400)]),
    "a long text": problem("word " * 10_000),
    "a bad nonce for ever": problem(type="urn:ietf:params:acme:error:badNonce"),
    "a wrong kind of everything": problem(type=[], status="x", subproblems={}, identifier=3),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_evil_problems(tegata: Tegata, play: Play, case: str) -> None:
    """S-37: what a CA writes cannot move the terminal's cursor, forge a line or fill the screen."""
    play.twists["/newOrder"] = PROBLEMS[case]
    assert "\nfake line" not in refused(tegata, play)


def test_subproblems_are_explained_each(tegata: Tegata, play: Play) -> None:
    """RFC 8555 §6.7.1: what to do about each kind once, with all the names it is about, in the reader's language."""
    kind = "urn:ietf:params:acme:error:"
    found = [("caa", "a.example"), ("dns", f"b.example{ESCAPES}"), ("caa", "c.example"), ("odd", "d.example")]
    subproblems = [
        {"type": kind + word, "detail": "x", "identifier": {"type": "dns", "value": name}} for word, name in found
    ]
    play.twists["/newOrder"] = problem(type=f"{kind}compound", subproblems=subproblems)
    said = refused(tegata, play)
    assert "[a.example, c.example] A CAA record in the DNS of the name" in said
    assert said.count("A CAA record in the DNS of the name") == 1
    (line,) = (line for line in said.splitlines() if "The CA looked at the names from outside" in line)
    assert "[b.example\\x1b[2J" in line
    assert "what to do about each follows" in said


CHAINS = {
    "with a private key": lambda chain: chain + b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "a private key first": lambda chain: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + chain,
    "twice the same": lambda chain: chain + chain,
    "hundreds": lambda chain: chain * 300,
    "text between": lambda chain: chain.replace(b"-----\n-----", b"-----\n\x1b[2J\n-----"),
    "not base64": lambda chain: chain.replace(b"MII", b"!!!"),
    "nothing": lambda chain: chain[:0],
}


@pytest.mark.parametrize("case", CHAINS)
def test_evil_chains(tegata: Tegata, play: Play, case: str) -> None:
    """A-77: a file with anything but the certificates in it is not kept."""
    play.twists["/cert/1"] = lambda honest: replace(honest, body=CHAINS[case](honest.body))
    refused(tegata, play)


def test_escapes_in_texts_that_are_no_errors(tegata: Tegata, play: Play) -> None:
    """The directory's terms and website, and the address of an explanation: said, but made harmless."""
    play.twist("/dir", meta={"termsOfService": ESCAPES, "website": ESCAPES, "caaIdentities": [ESCAPES]})
    play.start = datetime.now(UTC)
    call(tegata, play, "run").check()
    window = {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}
    certificate = (tegata.path / "certificates" / f"{NAME}.crt").read_bytes()
    for path in list(play.twists):
        del play.twists[path]
    honest = play.peer.answers
    answer = json_answer({"suggestedWindow": window, "explanationURL": ESCAPES}, headers={"Retry-After": YEAR})
    play.peer.answers = lambda asked: answer if asked.path.startswith("/ari/") else honest(asked)
    done = call(tegata, play, "renew", "--no-random-sleep").check()
    assert (tegata.path / "certificates" / f"{NAME}.crt").read_bytes() != certificate
    assert "owned" in done.output
    assert json.loads(json.dumps(done.output))
