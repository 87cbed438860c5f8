"""What the configuration file says for commands that do not process it."""

from pathlib import Path

import pytest

from tegata.cli.config.file import read
from tegata.cli.config.filed import placed, revocations
from tegata.cli.errors import BadConfig, NoNames
from tegata.cli.grammar.words import Invocation, parse

TEXT = """\
storage: tree
servers: {ca: {url: "https://ca.example/dir", tlsSkipVerify: true}}
accounts:
  main: {server: ca, email: a@x, keyType: ec384, eab: {kid: k, hmacKey: m}}
  other: {server: "https://other.example/dir"}
challenges: {web: {http: {}}}
hooks: {deploy: {command: x}}
certificates:
  mail: {domains: [a.example], account: main}
  "*.example": {domains: ["*.example", example], account: other, challenge: web}
"""
CONFIG = read(TEXT, "x.yml")


def asked(*words: str) -> list[Invocation]:
    return list(revocations(parse(["certificates", "revoke", *words], {}), CONFIG, "x.yml"))


def test_each_by_its_own_account() -> None:
    """With what says where it is and who may speak for it, and nothing of how it is made."""
    first, second = asked("-c", "mail", "--cert.name", "*.example", "--reason", "4", "--keep")
    assert first.given == {
        "path": "tree",
        "server": "https://ca.example/dir",
        "tls-skip-verify": True,
        "account-id": "main",
        "email": "a@x",
        "kid": "k",
        "reason": 4,
        "keep": True,
        "filename": ("mail",),
    }
    assert (second.text("server"), second.list("domains")) == ("https://other.example/dir", ("*.example",))


def test_the_words_count_more() -> None:
    """As everywhere."""
    (only,) = asked("-c", "mail", "--path", "own")
    assert only.text("path") == "own"
    assert placed(parse(["certificates", "list"], {}), CONFIG, Path("/etc/x.yml")).text("path") == "/etc/tree"
    assert placed(parse(["list", "--path", "own"], {}), CONFIG, Path("/etc/x.yml")).text("path") == "own"


def test_what_is_not_there() -> None:
    """Nothing is revoked that was not named, and every name is looked for before the first is."""
    with pytest.raises(NoNames):
        asked()
    with pytest.raises(BadConfig) as caught:
        asked("-c", "mail", "-c", "web")
    assert caught.value.facts["key"] == "certificates.web"
