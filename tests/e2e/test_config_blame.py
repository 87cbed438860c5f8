"""A value of the configuration file that cannot be used: file, line and key are named, wherever it is found out."""

import pytest

from tests.peers.tegata import Tegata

HEAD = """\
servers: {ca: {url: "https://127.0.0.1:9/dir", outageWait: 0}}
accounts: {me: {server: ca}}
challenges: {web: {http: {}}}
certificates:
"""


@pytest.mark.parametrize(
    ("entry", "line", "key"),
    [
        ("one: {challenge: web, domains: [a.example]\n  , keyType: rsa1024}", 6, "certificates.one.keyType"),
        ("one: {challenge: web, domains: [a.example]\n  , pfx: {format: none}}", 6, "certificates.one.pfx.format"),
        ("one: {challenge: web, domains: [a.example]\n  , pfx: {password: ''}}", 6, "certificates.one.pfx.password"),
        ("one: {challenge: web,\n  domains: [a..example]}", 6, "certificates.one.domains"),
        ("one: {challenge: web,\n  domains: ['*.a.example']}", 6, "certificates.one.domains"),
        ("one: {challenge: web,\n  csr: no-such-file}", 6, "certificates.one.csr"),
        ("one: {challenge: web, domains: [a.example]}", 5, "certificates.one"),
    ],
)
def test_the_value_at_fault(tegata: Tegata, entry: str, line: int, key: str) -> None:
    """Also what only reading a file, or making the plan, shows; a CA that is not there is no value's fault."""
    assert_told(tegata, HEAD + "  " + entry, line, key)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (HEAD.replace("ca}", "ca,\n keyType: rsa1}"), 3, "accounts.me.keyType"),
        (HEAD.replace("https://127.0.0.1:9/dir", "ftp://x"), 1, "servers.ca.url"),
        (HEAD.replace("server: ca", "server: 'not a server'"), 2, "accounts.me.server"),
        (HEAD.replace("http: {}", "http: {webroot: /nowhere}"), 3, "challenges.web.http.webroot"),
        (HEAD.replace("http: {}", "dns: {provider: nobody}"), 3, "challenges.web.dns.provider"),
    ],
)
def test_a_value_that_a_certificate_has_from_elsewhere(tegata: Tegata, text: str, line: int, key: str) -> None:
    """Its account's, challenge's or server's, before the CA is asked; the certificate's type of key is its own."""
    assert_told(tegata, text + "  one: {challenge: web, domains: [a.example], keyType: ec256}", line, key)


def assert_told(tegata: Tegata, text: str, line: int, key: str) -> None:
    (tegata.directory / "many.yml").write_text(text)
    done = tegata.run("--config", "many.yml", env={"TEGATA_LANG": "en"})
    assert done.code == 1
    assert f"[one] This certificate failed ({tegata.directory}/many.yml, line {line}, {key}):" in done.stderr
