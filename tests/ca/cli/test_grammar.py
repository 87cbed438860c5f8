"""The grammar of tegata-ca: options anywhere, exact words, errors that show how it is written."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tegata import __version__
from tegata.ca.cli import commands, tables
from tegata.ca.cli.grammar import BadUsage, parse
from tegata.pki.reasons import NUMBERS
from tegata.text.catalogue import entries, explain
from tegata.text.language import Language


def asked(line, environ=None):
    return parse(line.split(), environ or {})


@pytest.mark.parametrize(
    "line",
    [
        "contract renew ABC --ends 2027-01-01T09:00:00+09:00 --dir /ca --json",
        "--dir /ca --json --ends 2027-01-01T00:00:00Z contract renew ABC",
        "--dir=/ca contract --json renew --ends=2027-01-01T00:00:00Z ABC",
        "contract --dir /ca renew --json ABC --ends 2027-01-01T00:00:00Z",
    ],
)
def test_options_stand_anywhere(line):
    """Before the command, between its words, after it."""
    found = asked(line)
    assert (found.words, found.home, found.json) == (("contract", "renew"), Path("/ca"), True)
    assert dict(found.values) == {"id": "ABC", "ends": datetime(2027, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    "domains",
    [
        "--domain a.example --domain .b.example",
        "--domain a.example .b.example",
        "--domain=a.example --domain .b.example",
    ],
)
@pytest.mark.parametrize("form", ["{0} {1}", "{1} {0}"])
def test_several_domains(domains, form):
    """Repeated or one after the other, before the command too."""
    command = "contract add --organization O --country JP --service ov-acme-1y --user a@example.com"
    assert asked(form.format(domains, command))["domain"] == ["a.example", ".b.example"]


def test_the_commands_of_messages_are_whole():
    """What somebody in trouble is told to run is understood as it stands, once the words for values are filled in."""
    told = [text for entry in entries().values() for sentence in entry for text in sentence]
    pattern = r"tegata-ca ([a-z]+(?: [a-z]+)?(?: (?:\{[a-z]+\}|[A-Z]{2,}|--[a-z]+|[ぁ-んァ-ヶー一-龠]+(?= で| を)))+)"
    lines = {line for text in told for line in re.findall(pattern, text)}
    assert {"ceremony request {ca} --by NAME", "ceremony request {ca} --by 氏名", "customer password MAIL"} <= lines
    for line in lines:
        asked(line.replace("{ca}", "issuing"))


def test_the_directory():
    """The option goes before the variable, that before the default."""
    variable = {"TEGATA_CA_DIR": "/variable"}
    assert asked("contract list").home == Path("tegata-ca")
    assert asked("contract list", variable).home == Path("/variable")
    assert asked("--dir /option contract list", variable).home == Path("/option")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "required: COMMAND"),
        ("contract", "required: COMMAND"),
        ("issue", "invalid choice: 'issue'"),
        ("contract remove X", "invalid choice: 'remove'"),
        ("contract show", "required: ID"),
        ("contract show A B", "unrecognized arguments: B"),
        ("contract list --ends 2027-01-01T00:00:00Z", "unrecognized arguments"),
        ("contract list --js", "unrecognized arguments: --js"),
        ("contract renew A --ends 2027-01-01", "--ends: not an instant"),
        ("contract renew A --ends", "--ends: expected one argument"),
        ("cert revoke AB", "required: --reason"),
        ("--bogus list", "unrecognized arguments: --bogus"),
        ("list --bogus=1", "unrecognized arguments: --bogus"),
        ("--bogus contract", "unrecognized arguments: --bogus"),
        ("--json list", "invalid choice: 'list'"),
        ("cert revoke AB --reason superseded", "--reason: invalid int"),
        ("init --url https://ca.example", "required: --public-url"),
        ("contract show \udc8b", "argument id: not text in UTF-8"),
        ("eab add C --domain a.example b\udcff.example", "argument domain: not text in UTF-8"),
    ],
)
def test_what_is_wrong_is_said(line, reason):
    """And how the command is written."""
    with pytest.raises(BadUsage) as raised:
        asked(line)
    assert reason in str(raised.value.facts["reason"])
    assert str(raised.value.facts["usage"]).startswith("tegata-ca")
    with pytest.raises(BadUsage) as raised:
        asked(line, JAPANESE)
    assert str(raised.value.facts["usage"]).startswith("tegata-ca")
    said = explain(raised.value, Language.JA).what
    assert not any(word in said for word in ("required", "argument", "choice", "expected", "invalid", "instant"))


def test_the_help_of_a_group_shows_every_option(capsys):
    """``tegata-ca contract --help`` is enough to write any of its commands."""
    for noun in sorted({command.words[0] for command in commands.COMMANDS}):
        with pytest.raises(SystemExit) as ended:
            asked(f"{noun} --help")
        assert ended.value.code == 0
        text = capsys.readouterr().out
        for command in commands.COMMANDS:
            if command.words[0] == noun:
                assert all(f"--{option.name}" in text for option in command.options)


JAPANESE = {"LANG": "ja_JP.UTF-8"}


def told(line, capsys):
    """The help that was asked for, in Japanese."""
    with pytest.raises(SystemExit) as ended:
        asked(line, JAPANESE)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_names_of_files_are_as_the_disk_has_them():
    """Whatever their encoding."""
    assert asked("backup \udc8b")["file"] == "\udc8b"
    assert asked("cert replace --serials \udc8b --by 2027-01-01T00:00:00Z")["serials"] == "\udc8b"


@pytest.mark.parametrize(
    ("command", "reasons"),
    [
        (("cert", "revoke"), {0, 1, 3, 4, 5, 9}),
        (("report", "revoke"), {0, 1, 3, 4, 5, 9}),
        (("ceremony", "crl"), {1, 2, 3, 4, 5, 9}),
    ],
)
def test_the_help_names_the_reasons(command, reasons):
    """B-90: In both languages each that the command takes, by number and name, and no other."""
    (found,) = [one for one in commands.COMMANDS if one.words == command]
    (option,) = [one for one in found.options if one.name == "reason"]
    for about in option.about:
        named = dict(re.findall(r"([0-9]+)=(\w+)", about))
        assert {int(number) for number in named} == reasons
        assert all(NUMBERS[name] == int(number) for number, name in named.items())


def test_the_help_in_japanese(capsys, monkeypatch):
    """Of every command, with argparse's own words, and no line wider than the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    pages: dict[tuple[str, ...], str] = {(): told("--help", capsys)}
    for command in commands.COMMANDS:
        pages[command.words] = page = told(f"{' '.join(command.words)} --help", capsys)
        for about in (command.about, *(option.about for option in command.options)):
            assert "".join(about.ja.split()) in "".join(page.split())
            assert about.en not in page
        pages[command.words[:1]] = told(f"{command.words[0]} --help", capsys)
    for page in pages.values():
        assert "書式: tegata-ca" in page
        assert "このヘルプを表示して終了" in page
        assert not any(word in page for word in ("usage", "options:", "positional", "show this", "show program"))
        assert all(tables._width(line) <= 80 for line in page.splitlines())


@pytest.mark.parametrize("width", [4, 9, 78])
def test_lines_of_a_text(width):
    """Nothing is lost; a word that is too long has a line of its own."""
    text = "契約の終了日時（RFC 3339、UTC。省略時はサービスの期間）を見る。"
    found = tables.lines(text, width)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert not any(line[0] in "、。）" for line in found)


@pytest.mark.parametrize("line", ["--dir x --version", "--json --version", "--version --dir x"])
def test_the_version_with_options_of_every_command(line):
    with pytest.raises(SystemExit) as ended:
        asked(line)
    assert ended.value.code == 0


def test_options_without_a_command():
    """What is missing is named, not the directory."""
    with pytest.raises(BadUsage) as caught:
        asked("--dir /path/X")
    assert "COMMAND" in str(caught.value.facts["reason"])
    assert "/path/X" not in str(caught.value.facts["reason"])


def test_the_version(capsys):
    """The distribution's own."""
    with pytest.raises(SystemExit) as ended:
        asked("--version")
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"tegata-ca {__version__}\n"
