"""The command ``dnshelp``: the list, one provider by any of its codes, and what there is not."""

from pathlib import Path

import pytest

from tegata.cli.errors import UnknownProvider
from tegata.cli.program import program
from tegata.cli.steps.dnsproviders import find
from tegata.plugin_api.dns import Variable
from tegata.plugins.dns import CODES, RENAMED
from tegata.plugins.dns.exec import ExecProvider
from tegata.text.catalogue import Sentence


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a run prints."""
    assert program(words) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def test_the_list(capsys: pytest.CaptureFixture[str]):
    """lego's frame around our codes."""
    assert said(capsys, "dnshelp") == (
        "Credentials for DNS providers must be passed through environment variables.\n\n"
        "To display the documentation for a DNS providers:\n\n"
        "  $ tegata dnshelp -c code\n\n"
        "All DNS codes:\n"
        f"  {', '.join(sorted(CODES))}\n\n"
    )


def test_the_list_by_another_name(capsys: pytest.CaptureFixture[str]):
    """Called by the name ``lego``, the line to type is lego's."""
    assert program(["dnshelp"], "lego") == 0
    assert "  $ lego dnshelp -c code\n" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["dnshelp", "-c", "httpreq"], ["--code=HTTPREQ", "dnshelp"]])
def test_one_provider(capsys: pytest.CaptureFixture[str], words: list[str]):
    """By its code in any case, before the command or after it, in lego's form."""
    assert said(capsys, *words) == (
        "Configuration for HTTP request.\n"
        "Code:   'httpreq'\n"
        "Since:  'v2.0.0'\n\n"
        "Credentials:\n"
        '  - "HTTPREQ_ENDPOINT":  The URL of the service\n'
        '  - "HTTPREQ_MODE":      RAW: send domain, token and key authorization in place of the record\n\n'
        "Additional Configuration:\n"
        '  - "HTTPREQ_HTTP_TIMEOUT":         Seconds to wait for an answer of the service (default: 30)\n'
        '  - "HTTPREQ_PASSWORD":             Password for Basic authentication\n'
        '  - "HTTPREQ_POLLING_INTERVAL":     Seconds between two looks whether a record can be seen (default: 2)\n'
        '  - "HTTPREQ_PROPAGATION_TIMEOUT":  Seconds after which a record that cannot be seen is given up'
        " (default: 60)\n"
        '  - "HTTPREQ_USERNAME":             User name for Basic authentication\n\n'
    )


def test_in_japanese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert '"HTTPREQ_ENDPOINT":  サービスの URL\n' in said(capsys, "dnshelp", "-c", "httpreq")


@pytest.mark.parametrize("code", ["nix", "_http", "../exec", "ＥＸＥＣ"])
def test_what_there_is_not(capsys: pytest.CaptureFixture[str], code: str):
    """lego's words and exit code; and what there is."""
    output = said(capsys, "dnshelp", "-c", code, code=1)
    assert f'"{code}" is not yet supported' in output
    assert "httpreq" in output


@pytest.mark.parametrize("code", [*CODES, *RENAMED])
def test_every_code_leads_to_a_provider_that_is_explained(code: str):
    """And its variables have sentences in both languages."""
    found, factory = find(code.upper())
    about = factory.about
    assert about.code == found == RENAMED.get(code, code)
    assert about.since.startswith("v")
    for variable in (*about.credentials, *about.additional):
        assert isinstance(variable, Variable)
        assert isinstance(variable.help, Sentence)
        assert variable.help.en != variable.help.ja
    assert len({each.name for each in about.credentials + about.additional}) == len(
        about.credentials + about.additional
    )


def test_a_provider_that_there_is_not():
    with pytest.raises(UnknownProvider) as caught:
        find("route54")
    assert caught.value.facts["word"] == "route54"


def test_a_provider_of_somebody_else_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """By an installed distribution's entry point; a code of ours stays ours."""
    (tmp_path / "foreign_dns.py").write_text("class Provider: pass\n")
    information = tmp_path / "foreign_dns-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-dns\nVersion: 1\n")
    (information / "entry_points.txt").write_text(
        "[tegata.dns]\nvaluedomain = foreign_dns:Provider\nexec = foreign_dns:Provider\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    code, factory = find("valuedomain")
    assert (code, factory.__module__) == ("valuedomain", "foreign_dns")
    assert find("exec")[1] is ExecProvider
