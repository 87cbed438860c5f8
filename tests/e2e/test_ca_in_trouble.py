"""An honest CA that has a bad day, and the installed client: it waits where that helps, and says what is wrong.

Outages, limits, slowness, certificates of its server that nobody can trust, connections that break, short lives.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, Play, acme_play, json_answer
from tests.e2e.certificates import crt, leaf, serial
from tests.e2e.pebble_words import order
from tests.peers.command import Finished
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

STEPS = ("/dir", "/newAccount", "/newOrder", "/authz/1", "/chall/1", "/finalize/1", "/cert/1")


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with acme_play(tmp_path) as started:
        yield started


def run(tegata: Tegata, play: Play, *more: str, root: Path | None = None) -> Finished:
    words = ["-s", play.directory_url, "-a", "-m", "test@example.com", "-d", NAME, "--key-type", "rsa2048"]
    webroot = ["--http", "--http.webroot", str(play.webroot)]
    return tegata.trusting(root or play.peer.root).run(*words, *webroot, *more, "run")


def first(times: int, trouble: Answer) -> Callable[[Answer], Answer]:
    """So many answers are trouble, and then they are honest; a nonce comes with each."""
    left = iter(range(times))
    return lambda honest: replace(trouble, headers={**honest.headers, **trouble.headers}) if left_over(left) else honest


def left_over(left: Iterator[int]) -> bool:
    return next(left, None) is not None


def test_outages_are_sat_out(tegata: Tegata, play: Play) -> None:
    """Of every kind, and one at every step."""
    kinds = (500, 502, 503, 504, 503, 500, 502)
    play.twists = {path: first(1, Answer(kind, b"<html>")) for path, kind in zip(STEPS, kinds, strict=True)}
    run(tegata, play).check()
    assert crt(tegata.path, NAME).exists()
    asked = [each.path for each in play.peer.asked]
    assert [path for path in STEPS if asked.count(path) < 2] == []


@pytest.mark.parametrize("path", ["/newAccount", "/newOrder", "/finalize/1"])
def test_a_limit_is_kept(tegata: Tegata, play: Play, path: str) -> None:
    """429 with Retry-After: not a moment earlier, and then it goes on (C-17)."""
    limited = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many", "status": 429}
    moments: list[float] = []
    trouble = first(1, json_answer(limited, 429, {"Retry-After": "2"}))

    def twist(honest: Answer) -> Answer:
        moments.append(time.monotonic())
        return trouble(honest)

    play.twists[path] = twist
    run(tegata, play).check()
    assert moments[1] - moments[0] >= 2


def test_a_limit_without_an_end_is_told(tegata: Tegata, play: Play) -> None:
    """Nothing says that waiting would help (C-17)."""
    limited = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many", "status": 429}
    play.twists["/newOrder"] = lambda honest: json_answer(limited, 429, honest.headers)
    done = run(tegata, play)
    assert done.code == 1
    assert "too many" in done.stderr
    assert "takes no more of these requests for now" in done.stderr
    assert sum(asked.path == "/newOrder" for asked in play.peer.asked) == 1


def test_a_slow_ca(tegata: Tegata, play: Play) -> None:
    """Every answer takes a while, and the order is processed for a while: that is no error."""

    def slowly(honest: Answer) -> Answer:
        time.sleep(0.4)
        return honest

    looks = iter(range(2))

    def processing(honest: Answer) -> Answer:
        if next(looks, None) is None:
            return honest
        body = {**json.loads(honest.body), "status": "processing"}
        body.pop("certificate", None)
        return json_answer(body, honest.status, {**honest.headers, "Retry-After": "1"})

    for path in STEPS:
        play.twists[path] = slowly
    play.twists["/finalize/1"] = play.twists["/order/1"] = processing
    done = run(tegata, play).check()
    assert "Server responded with a certificate" in done.stderr


def test_a_ca_slower_than_was_allowed(tegata: Tegata, play: Play) -> None:
    """--cert.timeout is kept, and told."""

    def processing(honest: Answer) -> Answer:
        body = {**json.loads(honest.body), "status": "processing"}
        body.pop("certificate", None)
        return json_answer(body, honest.status, honest.headers)

    play.twists = {"/finalize/1": processing, "/order/1": processing}
    started = time.monotonic()
    done = run(tegata, play, "--cert.timeout", "2")
    assert done.code == 1
    assert "within 2 seconds" in done.stderr
    assert time.monotonic() - started < 60, "the default is ten minutes"


def test_a_body_that_breaks_off_once(tegata: Tegata, play: Play) -> None:
    """At the certificate: it is asked for again."""
    left = iter(range(1))
    play.twists["/cert/1"] = lambda honest: (
        honest if next(left, None) is None else replace(honest, claimed=len(honest.body) + 100)
    )
    run(tegata, play).check()
    assert serial(crt(tegata.path, NAME))


def test_a_root_that_nobody_trusts(tegata: Tegata, play: Play, tmp_path: Path) -> None:
    """Told apart from an outage: nothing is tried again, nothing is left."""
    other = tmp_path / "other"
    other.mkdir()
    with acme_play(other) as stranger:
        done = run(tegata, play, root=stranger.peer.root)
    assert done.code == 1
    assert "LEGO_CA_CERTIFICATES" in done.stderr
    assert play.peer.asked == []
    assert not (tegata.path / "certificates").exists()


def test_a_server_for_another_name(tegata: Tegata, play: Play) -> None:
    """It is not trusted, which is not told like a server that cannot be reached."""
    play.peer.url = play.peer.url.replace("localhost", "127.0.0.2")
    done = run(tegata, play)
    assert done.code == 1
    assert "127.0.0.2" in done.stderr
    assert "LEGO_CA_CERTIFICATES" in done.stderr
    assert play.peer.asked == []


@contextmanager
def answering(octets: bytes) -> Iterator[int]:
    """A port where whoever connects hears this, and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(octets)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "octets",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x03\x40\x00" + b"x" * 100],
    ids=["plain HTTP", "breaks off in the handshake"],
)
def test_broken_tls(tegata: Tegata, play: Play, octets: bytes) -> None:
    """It ends soon, with the URL and what is wrong."""
    with answering(octets) as port:
        play.peer.url = f"https://127.0.0.1:{port}"
        started = time.monotonic()
        done = run(tegata, play, "--outage-wait", "0")
    assert done.code == 1
    assert f"https://127.0.0.1:{port}/dir" in done.stderr
    assert "Traceback" not in done.output
    assert time.monotonic() - started < 30


@pytest.mark.peer("pebble")
def test_short_lives(tegata: Tegata, tmp_path: Path) -> None:
    """A third of the life before the end, whatever the life is: here it is as few seconds as this machine needs."""
    for seconds in (12, 60):
        with Pebble(tmp_path / f"pebble-{seconds}", certificate_seconds=seconds) as pebble:
            tegata = tegata.trusting(pebble.ca_file)
            tegata.run(*order(pebble, NAME), "-a", "run").check()
            first = leaf(crt(tegata.path, NAME))
            due = first.not_valid_after_utc - timedelta(seconds=seconds / 3)
            renewal = [*order(pebble, NAME), "renew", "--no-random-sleep"]
            tegata.run(*renewal, "--dynamic").check()
            if datetime.now(UTC) < due:
                assert leaf(crt(tegata.path, NAME)) == first
                time.sleep((due - datetime.now(UTC)).total_seconds() + 1)
                tegata.run(*renewal, "--dynamic").check()
                assert leaf(crt(tegata.path, NAME)) != first
                return
    pytest.fail("two thirds of a minute were over before the certificate was looked at")
