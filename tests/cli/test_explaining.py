"""``--explain``: every word with its meaning, every value with its origin, the rule, and no secret."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tegata.cli.explaining import _RULE, _told, is_asked
from tegata.cli.grammar.flags import Flag, Kind
from tegata.text.catalogue import Sentence
from tests.peers.tegata import Tegata

ROOT = Path(__file__).parents[2]


def lines(text: str) -> list[str]:
    return [re.sub(r" +", " ", line.strip()) for line in text.splitlines()]


def test_words_and_values(tegata: Tegata) -> None:
    """Each flag by its name, each value with the flag, variable, file or default it comes from."""
    (tegata.directory / "eab.txt").write_text(
        "sudo certbot --server https://file.example/ --eab-hmac-key topsecret --eab-kid filekid -d file.example"
    )
    words = [
        "-s",
        "https://ca.example/",
        "-days=0x1e",
        "--pfx.pass",
        "topsecret",
        "renew",
        "?",
        "--eab-file",
        "eab.txt",
    ]
    hook = ["-renew-hook", "systemctl --token topsecret"]
    done = tegata.run(*words, *hook, "--explain", env={"LEGO_EMAIL": "a@x.example", "TEGATA_HTTP": "1"}).check()
    assert "topsecret" not in done.output
    assert not tegata.path.exists()
    said = lines(done.stdout)
    for line in (
        "Spoken here: lego v4.",
        "-s https://ca.example/ is --server",
        "-days 0x1e is --days",
        "--pfx.pass ********",
        "renew the command renew",
        "? means nothing here",
        "--server = https://ca.example/ (flag -s)",
        "--days = 30 (flag -days)",
        "--pfx.pass = ******** (flag --pfx.pass)",
        "--email = a@x.example (variable LEGO_EMAIL)",
        "--http = true (variable TEGATA_HTTP)",
        "--kid = filekid (file eab.txt)",
        "--hmac = ******** (file eab.txt)",
        "--domains = file.example (file eab.txt)",
        "--renew-hook = systemctl ******** (flag -renew-hook)",
        "--key-type = ec256 (default)",
    ):
        assert line in said, f"{line}\n{done.stdout}"
    assert not [line for line in said if line.startswith("--reason")]


def test_a_file_of_variables(tegata: Tegata) -> None:
    """Its values are shown as the variables that they are."""
    (tegata.directory / "x.env").write_text("LEGO_EMAIL=file@x\nLEGO_EAB_HMAC=topsecret\n")
    done = tegata.run("run", "--env-file", "x.env", "--explain").check()
    assert "--email = file@x (variable LEGO_EMAIL)" in lines(done.stdout)
    assert "topsecret" not in done.output


def test_the_generation(tegata: Tegata) -> None:
    """With the words it was told by, in the reader's language."""
    done = tegata.run("--eab.kid", "k", "certificates", "revoke", "--explain", env={"TEGATA_LANG": "ja"}).check()
    assert "lego v5（certificates revoke, --eab.kid による）" in done.stdout
    assert "v4 の意味に解釈します" in done.stdout
    assert "-c は v4 では --csr、v5 では --cert.name です。" in done.stdout
    for flag in ("--disable-cn", "--pfx.format がない場合", "新しいディレクトリは、どちらの語でも v4 の形式"):
        assert flag in done.stdout


def test_the_generation_by_a_variable(tegata: Tegata) -> None:
    """It is named."""
    done = tegata.run("run", "--explain", env={"LEGO_DOMAINS": "x.example", "TEGATA_LANG": "en"}).check()
    assert "Spoken here: lego v5, because of LEGO_DOMAINS." in lines(done.stdout)
    done = tegata.run("run", "-d", "y.example", "--kid", "k", "--explain", env={"LEGO_DOMAINS": "x.example"}).check()
    assert "Spoken here: lego v4." in lines(done.stdout)


def test_what_cannot_be_understood(tegata: Tegata) -> None:
    """As far as it goes; then the error, as without --explain."""
    done = tegata.run("-m", "a@x.example", "--quux", "renew", "--explain")
    assert done.code == 1
    assert "-m a@x.example is --email" in lines(done.stdout)
    assert "flag provided but not defined: -quux" in done.stderr
    done = tegata.run("renew", "--days", "ten", "--explain")
    assert (done.code, "--days ten" in lines(done.stdout)) == (1, True)
    assert 'invalid value "ten" for flag -days' in done.stderr


def test_without_a_command(tegata: Tegata) -> None:
    """The rule alone."""
    assert "Spoken here: lego v4." in tegata.run("--explain").check().stdout


@pytest.mark.parametrize(
    ("words", "asked"),
    [(["run", "-explain"], True), (["run", "--explain"], True), (["run", "--", "--explain"], False), (["run"], False)],
)
def test_when_it_is_asked(words: list[str], asked: bool) -> None:
    """As a flag, and not among the words behind a bare double dash."""
    assert is_asked(words) is asked


def test_values_are_told_as_they_are_typed() -> None:
    """Control characters made visible (S-37)."""
    flag = Flag(("x",), Kind.TIME, Sentence("", ""))
    assert _told(flag, datetime(2026, 1, 30, 12, tzinfo=UTC)) == "2026-01-30T12:00:00Z"
    assert _told(flag, False) == "false"
    assert _told(flag, "a\x1b[2J") == "a\\x1b[2J"


def test_the_rule_is_written_down() -> None:
    """The document says it in the same words."""
    text = " ".join((ROOT / "docs" / "command-line.md").read_text("utf-8").split())
    assert _RULE.en in text


def test_a_configuration_file(tegata: Tegata) -> None:
    """Each certificate's values with file and line, and no secret."""
    (tegata.directory / "many.yml").write_text(
        "networkStack: ipv4only\n"
        "servers:\n"
        "  ca:\n"
        "    url: https://ca.example/dir\n"
        "accounts:\n"
        "  main: {server: ca, eab: {kid: k, hmacKey: topsecret}}\n"
        "challenges: {web: {http: {webroot: /www}}}\n"
        "certificates:\n"
        "  one:\n"
        "    domains:\n"
        "      - www.example.com\n"
        "    pfx: {password: topsecret}\n"
        "  two: {domains: [two.example.com], keyType: rsa2048}\n"
    )
    done = tegata.run("--config", "many.yml", "--explain", env={"TEGATA_LANG": "en"}).check()
    assert "topsecret" not in done.output
    said = lines(done.stdout)
    for line in (
        "one:",
        "--ipv4only = true (many.yml, line 1)",
        "--server = https://ca.example/dir (many.yml, line 4)",
        "--account-id = main (many.yml, line 6)",
        "--hmac = ******** (many.yml, line 6)",
        "--http.webroot = /www (many.yml, line 7)",
        "--domains = www.example.com (many.yml, line 11)",
        "--pfx.pass = ******** (many.yml, line 12)",
        "two:",
        "--key-type = rsa2048 (many.yml, line 13)",
    ):
        assert line in said, f"{line}\n{done.stdout}"
    assert not tegata.path.exists()
    (tegata.directory / "many.yml").write_text("certificates: {one: {}}\n")
    done = tegata.run("--config", "many.yml", "--explain", env={"TEGATA_LANG": "en"})
    assert (done.code, "many.yml, line 1, certificates.one: " in done.stderr) == (1, True)
