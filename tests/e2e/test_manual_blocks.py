"""tegata with tegata-ca: each block of the manual, in its order, with the manual's own words."""

import pytest

from tests.e2e.certificates import crt, leaf, serial
from tests.e2e.customer import MAIL, eab, first_run, http, names, renewal
from tests.e2e.web_server import web_server
from tests.peers import openssl

NAME = "www.example.com"
pytestmark = pytest.mark.peer("openssl")


class Site:
    """One customer's directory through the whole manual."""

    def __init__(self, ca, tegata, contract):
        self.ca, self.tegata, self.contract = ca, tegata, contract

    def run(self, *words):
        return self.tegata.run("-s", self.ca.directory_url, *words)

    def renew(self, *words):
        return self.tegata.run(*renewal(self.ca, NAME, more=words))

    def first_run(self, *names, answer="y"):
        """3.2, with the question about the terms answered on a terminal."""
        words = first_run(self.ca, self.contract, *(names or (NAME,)), agree=False)
        return self.tegata.interact(*words, answers=[("Do you accept the TOS? Y/n", answer)])

    @property
    def crt(self):
        return crt(self.tegata.path, NAME)


@pytest.fixture
def site(ca, tegata):
    contract = ca.add_contract(NAME, "www2.example.com")
    return Site(ca, tegata.trusting(ca.ca_file), contract)


def test_the_manual_in_order(site):
    """3.2 run, 3.3 files, 4.1 renew, 4.2 cron, 4.3 --days 10, 5 --days 45 and -days, 6 --reason 5 before revoke."""
    done = site.first_run()
    assert done.code == 0, str(done)
    assert "Please review the TOS at" in done.output
    assert "Your account credentials have been saved in your" in done.output

    files = sorted(path.name for path in (site.tegata.path / "certificates").iterdir() if not path.name.startswith("."))
    assert files == [f"{NAME}{ending}" for ending in (".crt", ".issuer.crt", ".json", ".key")]
    issuer = site.crt.with_name(f"{NAME}.issuer.crt")
    openssl.verify(site.crt, root=site.ca.root_pem, chain=issuer).check()
    assert leaf(site.crt).subject.rfc4514_string().startswith(f"CN={NAME},O=")

    first = serial(site.crt)
    cron = ("--renew-hook", "systemctl restart httpd")
    for words in ((), cron, ("--days", "10"), ("--days", "45"), ("-days", "45")):
        assert site.renew(*words).code == 0
        assert serial(site.crt) == first, f"renew {words} replaced a certificate that was not due"

    site.renew("-days", "90").check()
    second = serial(site.crt)
    assert second != first

    site.run("-d", NAME, "-m", MAIL, "--reason", "5", "revoke").check()
    assert site.ca.json("cert", "show", second)["reason"] == 5
    assert not site.crt.exists(), "a revoked certificate is moved to the archives, as lego does"


def test_several_domains(site):
    """3.2, a multi-domain contract: every -d is in the certificate."""
    done = site.first_run(NAME, "www2.example.com")
    assert done.code == 0, str(done)
    listed = site.ca.json("cert", "list", "--contract", site.contract["contract"])
    assert [sorted(entry["names"]) for entry in listed] == [[NAME, "www2.example.com"]]


def test_a_revoked_certificate_is_renewed(site):
    """Chapter 4: what the CA has revoked is replaced at the next run, due or not."""
    assert site.first_run().code == 0
    first = serial(site.crt)
    site.ca.run("cert", "revoke", first, "--reason", "4").check()
    site.renew().check()
    assert serial(site.crt) != first


def test_the_script_for_iis(site, tmp_path):
    """4.2 for Windows, its paths and hook those of this machine: web root, own folder, PFX, --days 999, -renew-hook."""
    root, home = tmp_path / "wwwroot", tmp_path / "lego"
    root.mkdir()
    line = [*names(NAME), "--key-type", "rsa2048", "-m", MAIL, "--http.webroot", str(root), "--path", str(home)]
    pfx = ["--pfx", "--pfx.pass", "YourPassword"]
    with web_server(root, site.ca.http_port):
        site.run("-a", *eab(site.contract), *line, "--http", "run").check()
        first = serial(crt(home, NAME))
        hook = f"cp {home}/certificates/{NAME}.pfx {tmp_path}/imported.pfx"
        site.run(*line, *pfx, "--http", "renew", "--days", "999", "-renew-hook", hook).check()
    assert serial(crt(home, NAME)) != first
    openssl.pkcs12(tmp_path / "imported.pfx", "YourPassword").check()
    assert not [file for file in root.rglob("*") if file.is_file()]


def test_a_key_of_another_kind_is_refused(site):
    """3.2: the product takes RSA 2048 only, and the refusal says so, in the reader's language."""
    words = first_run(site.ca, site.contract, NAME)
    words[words.index("rsa2048")] = "ec256"
    english = site.tegata.run(*words)
    assert english.code == 1
    assert "badCSR" in english.stderr
    assert "RSA 2048" in english.stderr
    japanese = site.tegata.run(*words, env={"LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8"})
    assert "RSA 2048" in japanese.stderr
    assert any("\u3040" <= character <= "\u30ff" for character in japanese.stderr)
    assert not site.crt.exists()


def test_refused_terms_register_nothing(site):
    """Answering n ends with lego's words and exit status 1."""
    done = site.first_run(answer="n")
    assert done.code == 1
    assert "You did not accept the TOS" in done.output


def test_the_eab_file_is_read_directly(site, tmp_path):
    """``--eab-file`` takes the portal's file as it is, whatever an editor did to its line ends."""
    text = site.ca.run("eab", "file", site.contract["contract"]).check().stdout
    file = tmp_path / "eab.txt"
    file.write_bytes(b"\xef\xbb\xbf" + text.replace(" -d", "\r\n -d").encode())
    site.run("-a", "--eab-file", str(file), *names(NAME), "-m", MAIL, *http(site.ca), "run").check()
    assert site.crt.exists()


def test_refusals_are_explained_with_their_reference(site):
    """A wrong MAC: what happened, what to do, and the CA's reference number; in Japanese for a Japanese reader."""
    contract = {"eab": {**site.contract["eab"], "hmac": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}}
    words = first_run(site.ca, contract, NAME)
    english = site.tegata.run(*words)
    assert english.code == 1
    assert "unauthorized" in english.stderr
    assert "reference T-" in english.stderr
    japanese = site.tegata.run(*words, env={"LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8"})
    assert any("\u3040" <= character <= "\u30ff" for character in japanese.stderr)


def test_another_directory_is_told_where_it_looked(site, tmp_path):
    """cron runs elsewhere: the missing account is told with the directory searched and ``--path``."""
    assert site.first_run().code == 0
    done = site.renew("--path", str(tmp_path / "elsewhere"))
    assert done.code == 1
    assert str(tmp_path / "elsewhere") in done.stderr
    assert "--path" in done.stderr
