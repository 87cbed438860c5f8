"""The manual in ``docs/manual``: every command in it is run, in its order, and both languages show the same ones."""

import re
import shlex
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tegata.pki import csr, csr_file
from tegata.pki.keys import describe
from tests.e2e import customer
from tests.e2e.certificates import serial
from tests.plugins.dns.web import Service

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
NAMES = ("www.example.com", "www2.example.com")
BLOCK = re.compile(r"```(?P<kind>console|crontab)\n(?P<text>.*?)```", re.DOTALL)
PRINTED = re.compile(r"^ {4,}(sudo certbot|tegata|openssl) (.*)$", re.MULTILINE)
pytestmark = pytest.mark.peer("lego")


def commands(document):
    """Each command line of a manual, cron's without its times."""
    return [
        line.removeprefix("$ ") if block["kind"] == "console" else line.split(maxsplit=5)[5]
        for block in BLOCK.finditer((MANUAL / document).read_text("utf-8"))
        for line in block["text"].splitlines()
    ]


def printed(document):
    """The command lines beside those: the EAB file's, one that takes another EAB, one that makes a request."""
    return {match[1]: match[0].strip() for match in PRINTED.finditer((MANUAL / document).read_text("utf-8"))}


def test_both_languages_show_the_same_commands():
    """A reader of either gets the same procedure."""
    assert commands("manual.ja.md") == commands("manual.en.md")
    assert len(commands("manual.en.md")) > 15
    assert printed("manual.ja.md") == printed("manual.en.md")
    assert printed("manual.en.md").keys() == {"sudo certbot", "tegata", "openssl"}


class Reader:
    """Somebody who types the manual's commands: own values for its examples, and ports nobody needs root for."""

    def __init__(self, ca, contract, directory, programs):
        self.ca, self.contract, self.directory, self.programs = ca, contract, directory, programs
        self.webroot = directory / "html"
        self.webroot.mkdir()
        (directory / "eab.txt").write_text(ca.run("eab", "file", contract["contract"]).check().stdout)
        self.values = {
            "https://ca.example/acme/": ca.directory_url,
            "MAC": contract["eab"]["hmac"],
            "KID": contract["eab"]["kid"],
            "/var/www/html": str(self.webroot),
            "/etc/tegata": str(directory / ".lego"),
            "systemctl reload nginx": f"touch {directory}/reloaded",
            "EXEC_PATH=/usr/local/bin/dns-record": f"EXEC_PATH={directory}/dns-record",
        }

    def typed(self, line):
        """The words of a line with this reader's values in place of the examples'."""
        words = [self.values.get(word, word) for word in shlex.split(line)]
        if "--http" in words and "--http.webroot" not in words:
            words[words.index("--http") : words.index("--http") + 1] = customer.http(self.ca)[:3]
        if "--standalone" in words:
            words += ["--http-01-port", str(self.ca.http_port), "--http-01-address", "127.0.0.1"]
        if "--dns" in words:
            words[-1:-1] = ["--dns.resolvers", self.ca.dns.address, "--dns.disable-cp"]
        if words[:2] == ["certbot", "renew"]:
            words += ["--http-01-port", str(self.ca.http_port)]
        return words

    def type(self, line):
        """Run a line as it is typed; the terms are agreed to where they are asked about."""
        words = self.typed(line)
        variables = dict(word.split("=", 1) for word in words if word.startswith("EXEC_PATH="))
        program, *words = words[len(variables) :]
        if (
            program == "tegata"
            and "run" in words
            and "--eab" in words
            and not {"--accept-tos", "--change-eab"} & {*words}
        ):
            answers = [("Do you accept the TOS? Y/n", "y")]
            return self.programs["tegata"].interact(*words, answers=answers)
        if program == "certbot":
            return self.programs[program].run(*words)
        return self.programs[program].run(*words, env=variables)


# The customer's program for DNS records: here it tells them to a service, which tells them to the CA's DNS server.
DNS_RECORD = """\
#!{python}
import json, sys, urllib.request

urllib.request.urlopen("{url}", json.dumps(sys.argv[1:]).encode()).close()
"""


def dns_records(ca):
    """The service for the program above."""

    def answer(asked):
        action, name, value = asked.body
        if action == "present":
            ca.dns.set(name, "TXT", value)
        else:
            ca.dns.remove(name, "TXT")
        return 200

    return Service(answer)


@pytest.fixture
def reader(ca, tmp_path, tegata, lego, certbot):
    contract = ca.add_contract(*NAMES)
    programs = {"tegata": tegata, "lego": lego, "certbot": certbot}
    trusting = {name: program.trusting(ca.ca_file) for name, program in programs.items()}
    program = tmp_path / "dns-record"
    with dns_records(ca) as service:
        program.write_text(DNS_RECORD.format(python=sys.executable, url=service.url))
        program.chmod(0o755)
        yield Reader(ca, contract, tmp_path, trusting)
    assert [asked.body[0] for asked in service.asked] == ["present", "cleanup"] * 2, "tegata and lego, once each"


def test_every_command_works(reader, tmp_path):
    """From the first certificate to its revocation, by tegata, lego and certbot."""
    seen = {}
    for line in commands("manual.en.md"):
        before = {path: serial(path) for path in tmp_path.rglob("certificates/www*.example.com.crt")}
        if "--http.webroot" in line:
            with Site(reader.webroot, reader.ca.http_port):
                done = reader.type(line)
        else:
            done = reader.type(line)
        assert done.code == 0, f"{line}\n{done}"
        after = {path: serial(path) for path in tmp_path.rglob("certificates/www*.example.com.crt")}
        seen[line] = (before, after)
    for line, (before, after) in seen.items():
        is_forced = " 999" in line or line.split()[-1] == "run"
        if "renew" in line and not is_forced:
            assert before == after, f"{line} replaced a certificate that was not due"
        elif not line.startswith(("certbot", "tegata dnshelp")):
            assert before != after, f"{line} changed nothing"
    issued = reader.ca.json("cert", "list", "--contract", reader.contract["contract"])
    assert {entry["reason"] for entry in issued if entry["status"] == "revoked"} == {4, 5}


def test_the_line_of_the_eab_file_is_as_printed(ca):
    """What the portal gives, word for word."""
    contract = ca.add_contract(*NAMES)
    own = {ca.directory_url: "https://ca.example/acme/", contract["eab"]["hmac"]: "MAC", contract["eab"]["kid"]: "KID"}
    line = ca.run("eab", "file", contract["contract"]).check().stdout
    assert " ".join(own.get(word, word) for word in line.split()) == printed("manual.en.md")["sudo certbot"]


def test_an_account_takes_another_eab_by_the_printed_line(ca, tmp_path, tegata):
    """After the first certificate and a rotation: nothing hangs on the old EAB any more."""
    contract = ca.add_contract(*NAMES)
    reader = Reader(ca, contract, tmp_path, {"tegata": tegata.trusting(ca.ca_file)})
    first, *_ = commands("manual.en.md")
    assert reader.type(first).code == 0
    new = ca.json("eab", "rotate", contract["eab"]["kid"], "--until", "2099-01-01T00:00:00Z")
    reader.values |= {"NEW_MAC": new["hmac"], "NEW_KID": new["kid"]}
    reader.type(printed("manual.en.md")["tegata"]).check()
    assert ca.json("eab", "show", contract["eab"]["kid"])["depending"]["accounts"] == 0
    assert ca.json("eab", "show", new["kid"])["depending"]["accounts"] == 1


@pytest.mark.peer("openssl")
def test_a_request_is_made_by_the_printed_line(tmp_path):
    """For the service without ACME: RSA 2048, the name and nothing else."""
    line = printed("manual.en.md")["openssl"]
    subprocess.run(shlex.split(line), cwd=tmp_path, check=True, capture_output=True)
    request = csr.parse(csr_file.read((tmp_path / "www.csr").read_bytes()).der)
    assert request.names == {"www.example.com"}
    assert describe(request.public_key) == "RSA 2048"
    assert request.common_name is None


class Site:
    """A web server that serves a folder on the port of http-01, as the reader's own would."""

    def __init__(self, webroot, port):
        handler = partial(Quiet, directory=str(webroot))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a log."""

    def log_message(self, *args):
        pass
