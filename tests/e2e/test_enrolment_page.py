"""A certificate without ACME, in a real browser: CSR, proof by a file, certificate, revocation (M13)."""

import shlex
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tegata.pki.certs import load_chain
from tests.e2e import portal
from tests.e2e.web_server import web_server
from tests.peers import command

pytestmark = [pytest.mark.peer("chromium", "openssl"), pytest.mark.forked]
MANUAL = Path(__file__).parents[2] / "docs" / "manual" / "manual.en.md"
NAME = "enrol.example.com"
MAIL = "enrol@example.com"


@pytest.fixture
def request_text(tmp_path):
    """A CSR for the name, made as the manual says; the key lies beside it as ``www.key``."""
    (line,) = [one.strip() for one in MANUAL.read_text("utf-8").splitlines() if one.strip().startswith("openssl req ")]
    command.run(shlex.split(line.replace("www.example.com", NAME)), cwd=tmp_path).check()
    return (tmp_path / "www.csr").read_text("ascii")


@pytest.fixture(scope="module")
def contract(ca):
    return ca.add_contract(NAME, user=MAIL, service="ov-csr-6m")


@pytest.fixture
def inside(ca, contract, page):
    """The contract's page, as the log-in leads there."""
    page.goto(f"{ca.portal_url}orders/{contract['contract']}")
    portal.log_in(page, MAIL, contract["user"]["password"])
    page.click("text=発行申請はこちら")
    return page


def download(page, what):
    with page.expect_download() as got:
        page.click(what)
    return got.value


def test_from_the_csr_to_the_certificate_and_its_revocation(ca, contract, inside, request_text, tmp_path):
    """Only what the pages say is done; the file lies on a web server that knows nothing of ACME."""
    inside.fill("textarea", request_text)
    inside.click("text=確認する")
    assert "このCSRで証明書を発行できます" in inside.content()
    assert "利用規定" in inside.content()
    inside.click("text=この内容で申請する")
    assert "ドメイン審査待ち" in inside.content()

    # Before the file is there, a look finds nothing: the order comes to an end, and is placed once more.
    with web_server(tmp_path, ca.http_port):
        inside.click("text=設定したので確認を依頼する >> nth=0")
        inside.wait_for_selector("text=同じCSRで申請し直す", timeout=30_000)
        assert "参照番号" in inside.locator("[role=alert]").inner_text()
        inside.click("text=同じCSRで申請し直す")
        got = download(inside, "text=ファイルをダウンロード")
        where = inside.locator("section dd code >> nth=0").inner_text()
        assert where == f"http://{NAME}/.well-known/acme-challenge/{got.suggested_filename}"
        file = tmp_path / ".well-known" / "acme-challenge" / got.suggested_filename
        file.parent.mkdir(parents=True)
        got.save_as(file)
        assert file.read_text() == inside.locator("section dd code >> nth=1").inner_text()
        inside.click("text=設定したので確認を依頼する >> nth=0")
        # The page asks again by itself while the CA looks.
        inside.wait_for_selector("text=証明書を発行する", timeout=30_000)
        inside.click("text=証明書を発行する")
    assert "発行済" in inside.content()
    chain = load_chain(download(inside, "text=証明書をダウンロード").path().read_bytes())
    key = load_pem_private_key((tmp_path / "www.key").read_bytes(), None)
    assert chain[0].public_key() == key.public_key()
    chain[0].verify_directly_issued_by(chain[1])

    inside.click("text=戻る")
    inside.click("tbody >> text=失効")
    inside.select_option("select", "4")
    inside.click("text=失効する")
    assert inside.locator("#certificates ~ div tbody td:nth-child(4)").inner_text() == "失効"
    shown = ca.json("cert", "show", f"{chain[0].serial_number:x}")
    assert shown["status"] == "revoked"
    assert shown["reason"] == 4


def test_a_file_is_shown_before_it_is_applied_for(inside, request_text, tmp_path):
    """M13: one that is chosen beside a request that was looked at is looked at, too, before anything is ordered."""
    inside.fill("textarea", request_text)
    inside.click("text=確認する")
    (tmp_path / "other.csr").write_text(request_text.replace("\n", "\r\n") + "\r\n")
    inside.set_input_files("input[type=file]", tmp_path / "other.csr")
    inside.click("text=この内容で申請する")
    inside.wait_for_load_state()
    assert inside.url.endswith("/request")
    assert "このCSRで証明書を発行できます" in inside.content()
    inside.click("text=この内容で申請する")
    inside.wait_for_url("**/requests/*")


def test_an_application_is_found_again(ca, contract, inside, request_text):
    """Whoever closes the window in the middle goes on from the list, in either language."""
    inside.fill("textarea", request_text)
    inside.click("text=確認する")
    inside.click("text=この内容で申請する")
    inside.goto(f"{ca.portal_url}orders/{contract['contract']}/request?lang=en")
    inside.click("tbody >> text=Details >> nth=0")
    assert "Application for a certificate" in inside.content()


def test_there_is_no_eab_for_it(ca, contract, inside):
    """Neither on the download page nor by the operator's command, once the CA keeps an account for the contract."""
    inside.goto(f"{ca.portal_url}orders/{contract['contract']}/download?lang=ja")
    assert inside.locator("text=EABをダウンロード").count() == 0
    assert ca.json("eab", "list", contract["contract"]) == []
