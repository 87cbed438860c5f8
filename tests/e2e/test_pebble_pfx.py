"""tegata with Pebble: PFX files that OpenSSL 3 reads without its legacy switch."""

import pytest

from tests.e2e.pebble_words import order
from tests.peers import openssl
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"
pytestmark = pytest.mark.peer("openssl")


TRIPLE_DES = "pbeWithSHA1And3-KeyTripleDES-CBC"
AES = "AES-256-CBC, Iteration 20000, PRF hmacWithSHA256"


@pytest.mark.parametrize(
    ("words", "password", "algorithm"),
    [
        ([], "changeit", TRIPLE_DES),
        (["--pfx.pass", "pass word"], "pass word", TRIPLE_DES),
        (["--pfx.format", "SHA256"], "changeit", AES),
    ],
)
def test_forms(tegata: Tegata, pebble: Pebble, words: list[str], password: str, algorithm: str) -> None:
    """3DES unless told otherwise, which is said; key, certificate and intermediates are in it, named (F-34, F-32)."""
    tegata = tegata.trusting(pebble.ca_file)
    done = tegata.run(*order(pebble, NAME), "--pfx", *words, "-a", "run").check()
    assert ("encrypted with 3DES" in done.stderr) is ("--pfx.format" not in words)
    file = tegata.path / "certificates" / f"{NAME}.pfx"
    contents = openssl.pkcs12(file, password).check()
    assert algorithm in contents.stderr
    assert contents.stdout.count("BEGIN CERTIFICATE") == 2
    assert contents.stdout.count("BEGIN PRIVATE KEY") == 1
    assert f"friendlyName: {NAME} " in contents.stdout
    assert openssl.pkcs12(file, "wrong").code != 0
