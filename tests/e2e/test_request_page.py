"""A request (CSR) of the customer's own: pasted into the portal, and the command that it gives run as it is printed."""

import shlex

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tegata.pki import csr, keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tests.e2e import customer, portal
from tests.e2e.certificates import leaf

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.forked]
NAME = "request.example.com"
MAIL = "request@example.com"
KEY = keys.generate(KeyType.RSA2048)


def pem(*names, key=KEY):
    return x509.load_der_x509_csr(csr.build(key, names, common_name=None)).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def contract(ca):
    return ca.add_contract(NAME, f".{NAME}", user=MAIL)


@pytest.fixture
def form(ca, contract, page):
    """The form, as the log-in leads there."""
    page.goto(f"{ca.portal_url}orders/{contract['contract']}/request")
    portal.log_in(page, MAIL, contract["user"]["password"])
    page.wait_for_selector("textarea")
    return page


def look(form, text):
    form.fill("textarea", text)
    form.click("main button")
    form.wait_for_load_state()


def test_the_command_is_run_as_it_is_printed(ca, contract, form, tegata):
    """From the pasted CSR to a certificate for its key; only what stands in brackets is filled in."""
    look(form, pem(NAME, f"www.{NAME}"))
    assert form.locator("textarea").bounding_box()["width"] > 700, "a line of PEM does not fit"
    assert NAME in form.locator("dl >> nth=1").inner_text()
    command = form.locator(".command").inner_text()
    form.click("main p a")
    with form.expect_download() as download:
        form.click("text=EABをダウンロード")
    client = tegata.trusting(ca.ca_file)
    (client.directory / download.value.suggested_filename).write_bytes(download.value.path().read_bytes())
    (client.directory / "my.csr").write_text(pem(NAME, f"www.{NAME}"))
    words = command.replace("[メールアドレス]", customer.MAIL).replace("[CSRのファイル名]", "my.csr")
    program, *words = shlex.split(words)
    assert program == "tegata"
    client.run("--accept-tos", "--http.port", f"127.0.0.1:{ca.http_port}", *words).check()
    found = leaf(next((client.path / "certificates").glob("*.crt")))
    assert found.public_key() == KEY.public_key()


def test_what_is_wrong_is_told_in_either_language(form):
    """All of it at once, whoever wrote the request; what was pasted is there still."""
    text = pem("www.example.org", NAME, key=keys.generate(KeyType.EC256))
    look(form, text)
    said = form.locator("[role=alert]").inner_text()
    assert "www.example.org" in said
    assert "EC P-256" in said
    assert form.locator(".command").count() == 0
    assert form.input_value("textarea").strip() == text.strip()
    form.click("text=English")
    look(form, "</textarea><script>alert(1)</script>")
    assert "cannot be accepted" in form.locator("[role=alert]").inner_text()
    assert form.input_value("textarea") == "</textarea><script>alert(1)</script>"


def test_a_wildcard_takes_the_dns(form):
    look(form, pem(f"*.{NAME}"))
    assert " --dns " in form.locator(".command").inner_text()


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_file_is_uploaded(form, tmp_path, encoding):
    """M13: of either form, in place of what stands in the field, where it is then shown."""
    (tmp_path / "www.csr").write_bytes(x509.load_pem_x509_csr(pem(NAME).encode()).public_bytes(encoding))
    form.fill("textarea", "something else")
    form.set_input_files("input[type=file]", tmp_path / "www.csr")
    form.click("main button")
    form.wait_for_selector(".command")
    assert NAME in form.locator("dl >> nth=1").inner_text()
    assert form.input_value("textarea").strip() == pem(NAME).strip()
    look(form, form.input_value("textarea"))
    assert form.locator(".command").count() == 1, "what the file has filled in is there to be sent again"


def test_a_private_key_in_a_file_is_not_shown(form, tmp_path):
    """Nor the octets of one without the lines that tell what it is."""
    for encoding in (Encoding.PEM, Encoding.DER):
        secret = KEY.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "www.key").write_bytes(secret)
        form.set_input_files("input[type=file]", tmp_path / "www.key")
        form.click("main button")
        form.wait_for_selector("[role=alert]")
        assert form.input_value("textarea") == ""


def test_a_private_key_is_not_shown_again(form):
    """It is told that the key is lost, and how it looks is in no page."""
    secret = keys.to_pem(KEY, KeyForm.PKCS8).decode()
    look(form, secret)
    assert "秘密鍵" in form.locator("[role=alert]").inner_text()
    assert form.input_value("textarea") == ""
    assert secret.splitlines()[1] not in form.content()
