"""tegata with Pebble: files in a web server's folder, ports that are taken, names that fail, signals on the way."""

import signal
import socket
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, names_of
from tests.e2e.pebble_words import account, http, names, order
from tests.e2e.web_server import web_server
from tests.peers.pebble import Pebble
from tests.peers.ports import free_port
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def test_the_folder_of_a_running_web_server(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """--http.webroot beside --http, two names; what was put there is gone afterwards, what was there is not."""
    root = tmp_path / "htdocs"
    root.mkdir()
    (root / "index.html").write_text("hello")
    words = [*account(pebble), *names(NAME, "www2.example.com"), "--http", "--http.webroot", str(root)]
    with web_server(root, pebble.http_port):
        tegata.run(*words, "-a", "run").check()
    assert [file.name for file in root.rglob("*") if file.is_file()] == ["index.html"]


def test_a_port_that_is_taken(tegata: Tegata, pebble: Pebble) -> None:
    """The port is named, with how to see who has it; nothing is left behind."""
    with socket.create_server(("127.0.0.1", pebble.http_port)):
        done = tegata.run(*order(pebble, NAME), "-a", "run")
    assert done.code == 1
    assert "could not start HTTP server for challenge: listen tcp" in done.stderr
    assert f"Port {pebble.http_port}" in done.stderr
    assert not list((tegata.path / "certificates").iterdir())


def test_a_name_that_leads_elsewhere(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """Each name with the CA's own words, in lego's form; the key made for it is cleared away."""
    with web_server(tmp_path, pebble.http_port):
        words = [
            *account(pebble),
            *names(NAME, "www2.example.com"),
            "--http",
            "--http.webroot",
            str(tmp_path / "other"),
        ]
        (tmp_path / "other").mkdir()
        done = tegata.run(*words, "-a", "run")
    assert done.code == 1
    assert "Could not obtain certificates:\n\terror: one or more domains had a problem:\n[www.example.com] acme: " in (
        done.stderr
    )
    assert "\n[www2.example.com] acme: error: " in done.stderr
    assert not list((tegata.path / "certificates").iterdir())


def test_another_way_where_one_does_not_work(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """Of several that were named, each is tried once, until one works (C-10); where none does, the last is told."""
    ways = ["--tls", "--tls.port", f"127.0.0.1:{free_port()}"]  # the CA looks at another one
    tegata.run(*account(pebble), *names(NAME), *ways, *http(pebble), "-a", "run").check()
    done = tegata.run(*account(pebble), *names("www2.example.com"), *ways, *http(pebble), "run").check()
    assert "Trying http-01 in place of tls-alpn-01" in done.stderr
    assert names_of(crt(tegata.path, "www2.example.com")) == {"www2.example.com"}
    (tmp_path / "root").mkdir()
    elsewhere = ["--http", "--http.webroot", str(tmp_path / "root")]
    done = tegata.run(*account(pebble), *names("www3.example.com"), *ways, *elsewhere, "run")
    assert done.code == 1
    assert done.stderr.count("Trying to solve") == 2
    assert done.stderr.count("in place of") == 1
    assert not crt(tegata.path, "www3.example.com").exists()


def test_many_names_are_warned_of(tegata: Tegata, pebble: Pebble) -> None:
    """Before the CA is asked, in the reader's language; it may take them all the same (C-16)."""
    many = names(*(f"n{number}.example.com" for number in range(101)))
    words = [*account(pebble), *many, *http(pebble), "-a", "run"]
    done = tegata.run(*words, env={"TEGATA_LANG": "ja"}).check()
    assert "証明書に 101 個の名前があります" in done.stderr
    assert done.stderr.index("101 個") < done.stderr.index("AuthURL")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_ca_looks(
    tegata: Tegata, pebble: Pebble, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """The CA is kept waiting for its answer; the token's file goes, the staged key goes, the code is a shell's."""
    root = tmp_path / "htdocs"
    root.mkdir()
    words = [*account(pebble), *names(NAME), "--http", "--http.webroot", str(root)]
    silent = socket.create_server(("127.0.0.1", pebble.http_port))  # accepts and never answers
    with silent, tegata.start(*words, "-a", "run") as process:
        process.wait_for_line("Trying to solve HTTP-01")
        assert [file for file in root.rglob("*") if file.is_file()]
        process.signal(number)
        assert process.wait() == code
        assert "Traceback" not in process.text
    assert not [file for file in root.rglob("*") if file.is_file()]
    assert not list((tegata.path / "certificates").iterdir())
    tegata.run(*account(pebble), *names(NAME), *http(pebble), "run").check()
