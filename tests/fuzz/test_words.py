"""Whatever texts a CA puts into its answers, the command prints no control character and no line but its own.

The whole command runs in this process against a real HTTPS server; what it writes to both streams is looked at.
"""

import contextlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tegata.cli.program import program
from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, Play, acme_play, json_answer
from tests.fuzz.extent import EXTENT

FORGED = "FORGED"
# What moves a cursor, ends a line, turns writing round, hides, or rings.
NASTY = (
    f"\x1b[2J \x1b]0;x\x07 \x1bP \x9b31m \x90 \r\n{FORGED} \n{FORGED} \r{FORGED} \x00 \x08 \x7f \x85{FORGED} "
    f"\u2028{FORGED} \u2029 \u202e \u2066 \u200b \ufeff \U000e0041 \t {{url}} %s \\n"
).split(" ")
WORDS = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), min_size=1, max_size=6).map("".join)
PATHS = ("/dir", "/newNonce", "/newAccount", "/newOrder", "/authz/1", "/chall/1", "/finalize/1", "/cert/1")
REVOKING = ("/dir", "/newNonce", "/account/1", "/revokeCert")
COMMANDS = {"run": ["run"], "renew": ["renew", "--no-random-sleep"], "revoke": ["revoke"]}
HEADERS = ("Location", "Content-Type", "Link", "Retry-After", "Replay-Nonce")

# A line up, a line emptied, the cursor hidden and shown, colours, and the return before them.
DRAWING = re.compile(r"\x1b\[(?:1A|2K|\?25[lh]|[0-9;]*m)|\r(?=\x1b\[(?:1A|2K))")

Twist = Callable[[Answer], Answer]


def problem(text: str) -> dict[str, Any]:
    inner = {"type": text, "detail": text, "identifier": {"type": text, "value": text}}
    known = {**inner, "type": "urn:ietf:params:acme:error:caa"}
    return {**inner, "title": text, "instance": text, "reference": text, "subproblems": [inner, known], "status": 403}


def refusing(text: str, kind: str) -> Twist:
    document = problem(text) | ({"type": f"urn:ietf:params:acme:error:{kind}"} if kind else {})
    return lambda honest: json_answer(document, 403, {**honest.headers, "Content-Type": "application/problem+json"})


def failing(text: str) -> Twist:
    """The challenge has failed, for such reasons."""

    def twist(honest: Answer) -> Answer:
        body = json.loads(honest.body)
        for challenge in body.get("challenges", []):
            challenge |= {"status": "invalid", "error": problem(text)}
        return json_answer({**body, "status": "invalid", "error": problem(text)}, honest.status, honest.headers)

    return twist


def replacing(text: str, which: int) -> Twist:
    """One of the texts in the answer is another one."""

    def twist(honest: Answer) -> Answer:
        with contextlib.suppress(ValueError):
            body = json.loads(honest.body)
            places = list(texts(body))
            if places:
                inside, key = places[which % len(places)]
                inside[key] = text
            return json_answer(body, honest.status, honest.headers)
        return honest

    return twist


def texts(body: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ():
        if isinstance(value, str):
            yield body, key
        yield from texts(value)


def heading(text: str, header: str) -> Twist:
    said = "".join(sign for sign in text if sign not in "\r\n").encode("latin-1", "ignore").decode("latin-1")
    return lambda honest: Answer(honest.status, honest.body, {**honest.headers, header: said})


TWISTS = st.one_of(
    st.builds(refusing, WORDS, st.sampled_from(["", "malformed", "compound", "rateLimited", "userActionRequired"])),
    st.builds(failing, WORDS),
    st.builds(replacing, WORDS, st.integers(0, 20)),
    st.builds(heading, WORDS, st.sampled_from(HEADERS)),
)


@pytest.fixture(scope="module")
def on_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Play]]:
    """The CA, behind a call: a report of a failure would print all that it was asked."""
    with acme_play(tmp_path_factory.mktemp("peer")) as started:
        yield lambda: started


@pytest.fixture(scope="module")
def home(on_stage: Callable[[], Play], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return at_home(on_stage(), tmp_path_factory.mktemp("home"))


def at_home(play: Play, directory: Path) -> Path:
    """What ``tegata run`` leaves behind where the CA is honest."""
    play.twists = {}
    said = _said(play, directory, COMMANDS["run"], "en", io.StringIO())
    assert "Server responded with a certificate." in said
    return directory


EXAMPLES = settings(
    EXTENT,
    max_examples=EXTENT.max_examples // 4,
    suppress_health_check=[*EXTENT.suppress_health_check, HealthCheck.function_scoped_fixture],
)


@EXAMPLES
@given(path=st.sampled_from(PATHS), twist=TWISTS, language=st.sampled_from(["en", "ja"]))
def test_no_text_of_a_ca_reaches_the_terminal_raw(
    on_stage: Callable[[], Play], path: str, twist: Twist, language: str
) -> None:
    """S-37, all the way through."""
    play = on_stage()
    play.twists = {path: twist}
    with tempfile.TemporaryDirectory() as directory:
        check(_said(play, Path(directory), COMMANDS["run"], language, io.StringIO()))


@EXAMPLES
@given(
    asked=st.sampled_from([("renew", path) for path in (*PATHS, "/ari")] + [("revoke", path) for path in REVOKING]),
    twist=TWISTS,
    language=st.sampled_from(["en", "ja"]),
)
def test_nor_while_it_renews_or_revokes(
    on_stage: Callable[[], Play], home: Path, asked: tuple[str, str], twist: Twist, language: str
) -> None:
    """S-37, where there is a certificate already."""
    command, path = asked
    play = on_stage()
    play.twists = {path: twist}
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(home, directory, dirs_exist_ok=True)
        check(_said(play, Path(directory), COMMANDS[command], language, io.StringIO()))


@settings(EXAMPLES, max_examples=EXTENT.max_examples // 10)
@given(path=st.sampled_from(PATHS), twist=TWISTS)
def test_nor_between_what_the_board_draws(on_stage: Callable[[], Play], path: str, twist: Twist) -> None:
    """S-37: on a terminal there are the sequences that draw the board, and no other."""
    play = on_stage()
    play.twists = {path: twist}
    with tempfile.TemporaryDirectory() as directory, patch.dict(os.environ, TERM="xterm", COLUMNS="80", LINES="24"):
        check(DRAWING.sub("", _said(play, Path(directory), COMMANDS["run"], "en", Terminal())))


def test_what_failed_before_anything_was_tried_is_ordered_once(on_stage: Callable[[], Play], tmp_path: Path) -> None:
    """C-10: an authorization that is invalid from the start is no reason to try the same way again, for ever."""
    play = on_stage()
    orders: list[Answer] = []

    def counted(honest: Answer) -> Answer:
        orders.append(honest)
        return honest if len(orders) < 4 else refusing("enough", "")(honest)

    play.twists = {"/newOrder": counted, "/authz/1": failing("refused beforehand")}
    check(_said(play, tmp_path, COMMANDS["run"], "en", io.StringIO()))
    assert len(orders) == 1


def check(said: str) -> None:
    """It says something, in lines of its own."""
    assert said
    assert all(sign.isprintable() or sign in "\n\t" for sign in said), ascii(said)
    assert not any(line.startswith(FORGED) for line in said.splitlines()), ascii(said)
    assert "Traceback" not in said


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def _said(play: Play, directory: Path, command: list[str], language: str, log: io.StringIO) -> str:
    """What a command writes to both streams, with this directory."""
    output = io.StringIO()
    variables = {"LEGO_CA_CERTIFICATES": str(play.peer.root), "TEGATA_LANG": language, "HOME": str(directory)}
    words = ["-s", play.directory_url, "-a", "-m", "a@example.com", "-d", NAME, "-k", "rsa2048"]
    words += ["--path", str(directory), "--http", "--http.webroot", str(play.webroot), "--cert.timeout", "1", *command]
    with (
        patch.object(sys, "stdout", output),
        patch.object(sys, "stderr", log),
        patch.object(sys, "stdin", io.StringIO()),
        patch.dict(os.environ, variables),
    ):
        program(words, "tegata")
    assert not Path(directory, FORGED).exists()
    return output.getvalue() + log.getvalue()
