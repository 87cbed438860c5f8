"""``tegata-ca serve`` as a process: the ready line, what answers, and how it ends."""

import json
import os
import resource
import shutil
import signal
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ca.cli.conftest import COMMAND, ENVIRONMENT, error_of, run
from tests.peers.ca import change
from tests.peers.ports import free_port
from tests.peers.process import Process
from tests.peers.server_certificate import write_server_certificate


class Serving:
    """A CA that serves, and the addresses it does it at."""

    def __init__(self, home, log, *words, env=None):
        self.acme, self.public = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.home = home
        argv = [COMMAND, "serve", "--dir", str(home), "--listen", self.acme, "--public-listen", self.public, *words]
        self.process = Process(argv, log=log, env={**ENVIRONMENT, **(env or {})})
        self.ready = self.process.wait_for_line(r"^ready .*$", 30)[0]
        self.tls = ssl.create_default_context(cafile=str(home / "root.pem"))

    def get(self, url):
        """The answer at a URL, TLS checked by the CA's root."""
        with urllib.request.urlopen(url, timeout=60, context=self.tls if url.startswith("https") else None) as answer:
            return answer.read()

    def connect(self):
        """A TLS connection to the ACME listener."""
        host, port = self.acme.split(":")
        return self.tls.wrap_socket(socket.create_connection((host, int(port)), timeout=60), server_hostname=host)


@pytest.fixture
def serving(home, tmp_path) -> Iterator[Serving]:
    """The CA, serving."""
    found = Serving(home, tmp_path / "log")
    yield found
    found.process.stop()


def test_it_answers_when_it_says_so(serving):
    """One line, with the URLs of the settings; TLS by the own root; health on the public listener."""
    line = "ready acme=https://127.0.0.1:8443/acme/ portal=https://127.0.0.1:8443/portal/ public=http://127.0.0.1:8080"
    assert serving.ready == line
    directory = json.loads(serving.get(f"https://{serving.acme}/acme/"))
    assert directory["newOrder"] == "https://127.0.0.1:8443/acme/new-order"
    assert b"<form" in serving.get(f"https://{serving.acme}/portal/login")
    assert json.loads(serving.get(f"http://{serving.public}/readyz")) == {
        "store": "ok",
        "crl": "current",
        "keys": "ready",
        "clock": "right",
    }
    assert serving.get(f"http://{serving.public}/root.cer")


def test_a_certificate_that_the_operator_gives(home, tmp_path):
    """Is what clients see, and ``check`` looks at it in place of the CA's own one's, which need not be there."""
    own = shutil.copytree(home, tmp_path / "ca")
    (own / "services.pem").unlink()
    write_server_certificate(tmp_path / "root.pem", own / "given.pem", own / "given.key")
    change(
        own / "settings.toml",
        {'\ncertificate = ""': '\ncertificate = "given.pem"', 'certificate_key = ""': 'certificate_key = "given.key"'},
    )
    found = Serving(own, tmp_path / "log")
    try:
        found.tls = ssl.create_default_context(cafile=str(tmp_path / "root.pem"))
        assert b"newOrder" in found.get(f"https://{found.acme}/acme/")
    finally:
        found.process.stop()
    checked = json.loads(run("check", "--json", "--dir", str(own)).stdout)
    matters = {one["check"]: one["status"] for one in checked}
    assert (matters["server's certificate"], "services CA" in matters) == ("ok", False)
    change(own / "settings.toml", {'certificate_key = "given.key"': 'certificate_key = "keys/issuing.key"'})
    matters = {one["check"]: one for one in json.loads(run("check", "--json", "--dir", str(own)).stdout)}
    assert "not the key" in matters["server's certificate"]["detail"]
    change(own / "settings.toml", {'certificate_key = "keys/issuing.key"': 'certificate_key = ""'})
    assert "go together" in run("serve", "--dir", str(own)).stderr


def test_it_has_all_the_sockets_it_may_have(home, tmp_path):
    """What the shell gives it to begin with is not the end."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1000, most))
    try:
        serving = Serving(home, tmp_path / "log")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
    limits = Path(f"/proc/{serving.process.pid}/limits").read_text("ascii")
    serving.process.stop()
    assert f"Max open files {most} {most}" in " ".join(limits.split())


def test_the_audit_log_knows_when_it_served(home, tmp_path):
    """B-93: start and end of each run, and that the settings were changed between two of them."""
    subject = f"node {socket.gethostname()}"

    def served():
        Serving(home, tmp_path / "log").process.stop()
        shown = json.loads(run("--dir", str(home), "audit", "show", subject, "--json").stdout)
        return [event["kind"] for event in shown]

    served()
    before = len(served())
    settings = home / "settings.toml"
    text = settings.read_text("utf-8")
    settings.write_text(f"{text}# a comment\n", "utf-8")
    try:
        found = served()[before:]
    finally:
        settings.write_text(text, "utf-8")
    assert sorted(found) == ["node.started", "node.stopped", "settings.changed"]


def test_systemd_is_told(home, tmp_path):
    """sd_notify: ready when it answers, stopping when it drains; each a message of its own."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(60)
        # A name in the abstract namespace: the path of a test's folder may be too long for a socket.
        systemd.bind(f"\0tegata-{os.getpid()}-{tmp_path.name}")
        serving = Serving(home, tmp_path / "log", env={"NOTIFY_SOCKET": f"@tegata-{os.getpid()}-{tmp_path.name}"})
        assert systemd.recv(100) == b"READY=1"
        assert serving.get(f"http://{serving.public}/healthz") == b"ok\n"
        serving.process.signal(signal.SIGTERM)
        assert systemd.recv(100) == b"STOPPING=1"
        assert serving.process.wait() == 0


def test_no_acme_without_tls(serving):
    """A-01: the public listener has none of it, and the ACME listener speaks TLS only."""
    with pytest.raises(urllib.error.HTTPError) as raised:
        serving.get(f"http://{serving.public}/acme/")
    raised.value.close()
    assert raised.value.code == 404
    with pytest.raises(OSError):
        serving.get(f"http://{serving.acme}/acme/")


def test_a_command_counts_at_once(serving):
    """What another process stores is seen by the next request."""
    add = (
        "contract",
        "add",
        "--organization",
        "O",
        "--country",
        "JP",
        "--service",
        "dv-acme-1y",
        "--domain",
        "a.example",
    )
    made = json.loads(run("--dir", str(serving.home), *add, "--user", "a@example.com", "--json").stdout)
    seal = f"http://{serving.public}/seal/{made['contract']}?lang=en"
    assert b"in force (" in serving.get(seal)
    run("--dir", str(serving.home), "contract", "suspend", made["contract"])
    assert b"not in force" in serving.get(seal)


def test_it_ends_with_what_was_begun(serving):
    """SIGTERM: a request that is coming in is answered, no new connection is taken, exit code 0."""
    with serving.connect() as connection:
        body = b'{"protected":"","payload":"","signature":""}'
        connection.sendall(
            b"POST /acme/new-order HTTP/1.1\r\nHost: x\r\nContent-Type: application/jose+json\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body[:10]
        )
        serving.process.wait_for(lambda: _idle(serving), "the request to have begun")
        serving.process.signal(15)
        serving.process.wait_for(lambda: '"draining"' in serving.process.text, "the drain")
        connection.sendall(body[10:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")
    assert serving.process.wait(15) == 0
    with pytest.raises(ConnectionRefusedError):
        serving.connect()


def test_it_does_not_wait_for_who_is_silent(serving):
    """A client that keeps its connection open after an answer holds nothing up."""
    with serving.connect() as connection:
        connection.sendall(b"GET /acme/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        serving.process.signal(15)
        assert serving.process.wait(15) == 0


def _idle(serving):
    """Another request was answered since: the first one's head has been read."""
    return serving.get(f"https://{serving.acme}/acme/")


def test_a_port_in_use(home):
    """The address, and what to do; nothing of the CA is touched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("serve", "--listen", address, "--dir", str(home))
        assert (done.code, done.stdout) == (1, "")
        assert address in done.stderr
        assert "--listen" in done.stderr
        done = run("serve", "--listen", address, "--dir", str(home), "--json")
        assert error_of(done)["code"] == "operator.listen"


def test_a_second_one_on_the_same_directory(serving, home, tmp_path):
    """It is refused, whatever its ports and the way to the directory; a first one that was killed holds nothing."""
    way = tmp_path / "way"
    way.symlink_to(home)
    words = ("serve", "--listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0", "--dir", str(way))
    done = run(*words)
    assert (done.code, done.stdout) == (1, "")
    assert f"runs on {way}" in done.stderr
    assert error_of(run(*words, "--json"))["code"] == "operator.served"
    assert _idle(serving)
    serving.process.kill()
    after = Serving(home, tmp_path / "after")
    assert after.ready
    assert after.process.stop() == 0
    assert (home / "serve.lock").stat().st_mode & 0o777 == 0o600


def test_an_address_that_is_none(home):
    """Said before anything is opened."""
    done = run("serve", "--public-listen", "8080", "--dir", str(home))
    assert done.code == 1
    assert "8080" in done.stderr
