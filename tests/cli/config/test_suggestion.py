"""The configuration file that a migration suggests: it is one, once the challenge is said."""

import pytest
import yaml

from tegata.cli.config.file import read
from tegata.cli.config.suggestion import Known, text
from tegata.cli.config.wanted import wanted
from tegata.cli.errors import BadConfig
from tegata.text.language import Language

ACCOUNTS = {"a@x": ("https://ca.example/dir", "a@x"), "noemail@example.com": ("https://other.example/dir", "")}
CERTIFICATES = [
    Known("*.example.com", ["*.example.com", "example.com"], "RSA2048", "a@x"),
    Known("no: &evil", ["a.example"], "", None),
]


@pytest.mark.parametrize("language", list(Language))
def test_it_is_read_once_the_challenge_is_said(language: Language) -> None:
    """All else is there, whatever certificates are called."""
    suggested = text(language, "/srv/.lego", ACCOUNTS, CERTIFICATES)
    with pytest.raises(BadConfig) as caught:
        wanted(read(suggested, "x.yml"), "x.yml")
    faults = [caught.value, *caught.value.others]
    assert {fault.facts["reason"] for fault in faults} == {"it needs a challenge", "there are several to choose from"}
    filled = suggested.replace("#  web:", "  web:").replace("no: &evil':", "no: &evil':\n    account: a@x")
    first, second = wanted(read(filled, "x.yml"), "x.yml")
    assert first.invocation.given["server"] == "https://ca.example/dir"
    assert first.invocation.given["domains"] == ("*.example.com", "example.com")
    assert first.invocation.given["key-type"] == "rsa2048"
    assert first.invocation.given["path"] == "/srv/.lego"
    assert (second.name, second.invocation.given["http.webroot"]) == ("no: &evil", "/var/www/html")


def test_accounts_alone() -> None:
    """Without certificates there is no section for them."""
    content = yaml.safe_load(text(Language.EN, "/srv", ACCOUNTS, []))
    assert set(content) == {"storage", "accounts", "challenges"}
    assert "email" not in content["accounts"]["noemail@example.com"]
