"""A name as people write it, 日本語.example, from the contract to the files: by its A-labels wherever machines look.

Shown with real programs and by http-01; ``test_dns01_servers`` and ``test_dns01_servers_tegata`` prove it in the DNS.
"""

import json
import shlex
from urllib.parse import urlsplit

import pytest

from tests.e2e import customer, portal
from tests.e2e.certificates import crt, names_of, serial

pytestmark = pytest.mark.forked

NAME, OTHER_SPELLING = "日本語.example", "日本語。ＥＸＡＭＰＬＥ"
A_LABELS = "xn--wgv71a119e.example"
MAIL = "idn@example.com"


@pytest.fixture(scope="module")
def contract(ca):
    return ca.add_contract(NAME, user=MAIL)


def test_tegata(ca, contract, tegata, tmp_path):
    """From the CA's EAB file; files are named as lego names them, and every spelling is the same name (A-51)."""
    tegata = tegata.trusting(ca.ca_file)
    assert contract["domains"] == [A_LABELS]
    file = tmp_path / "eab.txt"
    file.write_text(ca.run("eab", "file", contract["contract"]).check().stdout, "utf-8")
    common = ["-s", ca.directory_url, "-m", customer.MAIL, *customer.http(ca)]
    tegata.run(*common, "-a", "--eab-file", str(file), "run").check()
    folder = tegata.path / "certificates"
    assert {path.name for path in folder.iterdir()} == {
        f"{A_LABELS}.{end}" for end in ("crt", "issuer.crt", "json", "key")
    }
    assert json.loads((folder / f"{A_LABELS}.json").read_text())["domain"] == A_LABELS
    first = serial(crt(tegata.path, A_LABELS))

    tegata.run(*common, "-d", OTHER_SPELLING, "renew", "--days", "999").check()
    second = serial(crt(tegata.path, A_LABELS))
    assert second != first
    assert names_of(crt(tegata.path, A_LABELS)) == {A_LABELS}
    assert A_LABELS in tegata.run("list").check().stdout

    tegata.run("-s", ca.directory_url, "-m", customer.MAIL, "-d", NAME, "revoke").check()
    assert ca.json("cert", "show", second)["status"] == "revoked"


def test_certbot_by_the_eab_file(ca, contract, certbot):
    """certbot takes no other letters than ASCII, and the file has none."""
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    assert shlex.split(text)[shlex.split(text).index("-d") + 1] == A_LABELS
    challenge = ["certonly", "--standalone", "--http-01-port", str(ca.http_port)]
    certbot.trusting(ca.ca_file).run_text(text, *challenge, "--agree-tos", "-m", customer.MAIL).check()
    assert names_of(certbot.live(A_LABELS) / "cert.pem") == {A_LABELS}


@pytest.mark.peer("chromium")
def test_the_portal_shows_both_forms(ca, contract, page):
    """On the order's page, and on the sticker's."""
    page.goto(f"{ca.portal_url}orders/{contract['contract']}")
    portal.log_in(page, MAIL, contract["user"]["password"])
    page.goto(f"{ca.portal_url}orders/{contract['contract']}")
    assert urlsplit(page.url).path.endswith(contract["contract"])
    assert f"{A_LABELS} ({NAME})" in page.locator("main").inner_text()
    seal = ca.get(f"{ca.public_url}/seal/{contract['contract']}").decode()
    assert f"{A_LABELS} ({NAME})" in seal


@pytest.mark.peer("lego")
def test_lego_and_tegata_take_each_other_s_files(ca, contract, lego, tegata):
    """lego converts what is typed, too, and has the same file names: either continues what the other began."""
    lego, tegata = lego.trusting(ca.ca_file), tegata.trusting(ca.ca_file)
    common = ["-s", ca.directory_url, "-m", customer.MAIL, "-d", NAME]
    lego.run(*common, "-a", *customer.eab(contract), *customer.http(ca), "run").check()
    first = serial(crt(lego.path, A_LABELS))
    tegata.run(*common, *customer.http(ca), "renew", "--days", "999").check()
    assert serial(crt(tegata.path, A_LABELS)) != first
