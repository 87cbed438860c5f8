"""The peers themselves: each real program starts and does the one thing the other tests count on."""

import json
import smtplib
import ssl
import sys
import threading
import urllib.request
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import playwright.sync_api
import pytest

from tests.peers import openssl
from tests.peers.certbot import Certbot
from tests.peers.command import run
from tests.peers.forked import run_forked
from tests.peers.lego import Lego
from tests.peers.pebble import Pebble
from tests.peers.smtp import Smtp
from tests.peers.terminal import converse


def directory_of(pebble: Pebble) -> dict[str, object]:
    tls = ssl.create_default_context(cafile=str(pebble.ca_file))
    with urllib.request.urlopen(pebble.directory_url, context=tls, timeout=60) as answer:
        document: dict[str, object] = json.load(answer)
        return document


def test_pebble_answers_and_says_whether_it_requires_eab(pebble: Pebble, pebble_eab: Pebble):
    plain, bound = directory_of(pebble)["meta"], directory_of(pebble_eab)["meta"]
    assert isinstance(plain, dict)
    assert isinstance(bound, dict)
    assert (plain["externalAccountRequired"], bound["externalAccountRequired"]) == (False, True)


def test_lego_gets_a_certificate_from_pebble(pebble: Pebble, lego: Lego):
    lego = lego.trusting(pebble.ca_file)
    account = ["-s", pebble.directory_url, "-m", "admin@example.com", "-a", "-k", "rsa2048"]
    lego.run(*account, "-d", "www.example.com", "--http", "--http.port", f":{pebble.http_port}", "run").check()
    certificate = lego.path / "certificates" / "www.example.com.crt"
    issuer = lego.path / "certificates" / "www.example.com.issuer.crt"
    openssl.verify(certificate, root=pebble.root_file(), chain=issuer).check()
    serial = openssl.serial(certificate)
    assert pebble.status(serial)["Status"] == "Valid"
    assert "DNS:www.example.com" in openssl.text(certificate)


def test_certbot_gets_a_certificate_by_the_words_of_an_eab_file(pebble_eab: Pebble, certbot: Certbot):
    words = f"--eab-hmac-key {pebble_eab.eab_mac} --eab-kid {pebble_eab.eab_kid} -d www.example.com --key-type rsa"
    text = f"sudo certbot --server {pebble_eab.directory_url} {words}\n"
    challenge = ["--standalone", "--http-01-port", str(pebble_eab.http_port)]
    certbot = certbot.trusting(pebble_eab.ca_file)
    certbot.run_text(text, "certonly", *challenge, "--agree-tos", "-m", "admin@example.com").check()
    assert pebble_eab.status(openssl.serial(certbot.live("www.example.com") / "cert.pem"))["Status"] == "Valid"


def test_a_terminal_shows_questions_and_takes_answers(tmp_path: Path):
    script = 'printf "Sure? "; read a; printf "Sure? "; read b; echo "$a $b"; test -t 0 && test -t 1 && exit 7'
    asked = converse(["sh", "-c", script], cwd=tmp_path, answers=[("Sure? ", "yes"), ("Sure? ", "no")])
    assert asked.code == 7
    assert asked.stdout.endswith("yes no\n")
    with pytest.raises(AssertionError, match="never asked 'Really"):
        converse(["true"], cwd=tmp_path, answers=[("Really?", "Y")])


def test_smtp_keeps_messages(smtp: Smtp):
    message = EmailMessage()
    message["Subject"] = "契約申込書承諾"
    message["From"], message["To"] = "ca@example.com", "admin@example.com"
    message.set_content("ご案内\n")
    host, _, port = smtp.url.removeprefix("smtp://").rpartition(":")
    with smtplib.SMTP(host, int(port)) as client:
        client.send_message(message)
    (kept,) = smtp.wait()
    assert kept["subject"] == "契約申込書承諾"
    assert kept.get_content() == "ご案内\r\n"


class _JapanesePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = '<!doctype html><meta charset="utf-8"><title>お客様専用ページ</title><span>契約</span>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def drawing(page: playwright.sync_api.Page, text: str) -> bytes:
    span = page.locator("span")
    span.evaluate("(span, text) => { span.textContent = text }", text)
    return span.screenshot()


def test_chromium_draws_japanese_text(page: playwright.sync_api.Page):
    """Two kanji look different only when there is a font for them: characters without one all look the same."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _JapanesePage) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            assert page.title() == "お客様専用ページ"
            assert drawing(page, "契") != drawing(page, "約")
            assert drawing(page, "\u0378") == drawing(page, "\u0379")  # no font has these: Unicode does not
        finally:
            server.shutdown()


def test_a_forked_command_is_like_one_that_was_started(tmp_path: Path) -> None:
    """The same exit codes and words; in its own directory and environment; and ended when its time is over."""
    program = str(Path(sys.executable).with_name("tegata-ca"))
    first = ["init", "--dir", "ca", "--url", "https://127.0.0.1:8443", "--public-url", "http://127.0.0.1:8080"]
    env = {"TEGATA_CA_PASSPHRASE": "correct horse battery staple"}
    run_forked([program, *first], cwd=tmp_path, env=env).check()
    assert (tmp_path / "ca" / "root.pem").exists()
    for words in (["--help"], ["nonsense"], first, ["--dir", "ca", "contract", "list"]):
        assert run_forked([program, *words], cwd=tmp_path, env=env) == run([program, *words], cwd=tmp_path, env=env)
    refused = run_forked([program, "--dir", "ca", "contract", "list"], cwd=tmp_path)
    assert refused.code == 1
    assert "TEGATA_CA_PASSPHRASE" in refused.stderr
    with pytest.raises(AssertionError, match="still running after 0"):
        run_forked([program, "--dir", "ca", "serve"], cwd=tmp_path, env=env, timeout=0.001)
