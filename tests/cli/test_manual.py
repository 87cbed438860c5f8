"""Every command line of SECOM's manual (first edition, 17 November 2025), as printed but for the program's name.

The texts are the manual's own, with its placeholders filled in where it prints placeholders; line breaks are its page
layout. A shell's part, splitting into words, is done as the shell of that line does it.
"""

import shlex
from pathlib import Path

import pytest

from tegata.cli.grammar.words import parse
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import Eab, Plan, Renew, Revoke, Run
from tegata.host.hooks import command_line
from tegata.pki.forms import PfxForm
from tegata.pki.key_types import KeyType

SERVER = "https://secomtrustacme.com/acme/"

RUN = """lego -s https://secomtrustacme.com/acme/ --eab --hmac
1aMIni2bcdefgJQFZUfTVSAxndrp3A1ExSy4Sv5W6ic --kid UoRVx1AaBBCC -d
www.example.com -m test@example.com --http --key-type rsa2048 run"""

RENEW = """lego -s https://secomtrustacme.com/acme/ -d www.example.com -m
test@example.com --key-type rsa2048 --http renew"""

CRON = """* 1 * * * sudo lego -s https://secomtrustacme.com/acme/ -d www.example.com -m
test@example.com --http --key-type rsa2048 renew --renew-hook "systemctl restart
httpd" """

IIS = r"""& "[lego.exe のフルパス]" -s https://secomtrust-acme.com/acme/ -d www.example.com --key-type rsa2048 -m test@jrce.com --http.webroot C:\inetpub\wwwroot --path C:/lego --pfx --pfx.pass 'YourPassword' --http renew --days 999 -renew-hook "powershell -Command Import-PfxCertificate -FilePath 'C:\lego\certificates\www.example.com.pfx' -CertStoreLocation Cert:\LocalMachine\My -Password (ConvertTo-SecureString 'YourPassword' -AsPlainText -Force);(Get-WebBinding -Name '[Webサイトの名称]' -Protocol https).AddSslCertificate((Get-ChildItem Cert:\LocalMachine\My | Sort-Object NotAfter -Descending | Select-Object -First 1).Thumbprint, 'My')" """  # noqa: E501 - one line in the manual too, but for its page

IIS_HOOK = IIS.split('-renew-hook "')[1].removesuffix('" ')

TEN_DAYS = """lego -s https://secomtrustacme.com/acme/ -d www.example.com -m test@example.com --key-type rsa2048
--http renew --days 10"""

REVOKE = """lego -s https://secomtrustacme.com/acme/ -d www.example.com -m test@example.com --reason 5 revoke"""


def posix(text: str) -> list[str]:
    """The words a POSIX shell gives the program."""
    words = shlex.split(text)
    return words[words.index("lego") + 1 :]


def powershell(text: str) -> list[str]:
    """The words PowerShell gives the program: quotation marks group, a backslash is a backslash."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    return list(lexer)[2:]


def plan_of(words: list[str]) -> Plan:
    return make(parse(words, {}), {}, None, Path("/home/admin"))


def test_run() -> None:
    """3.2: the first certificate, with external account binding."""
    plan = plan_of(posix(RUN))
    assert isinstance(plan, Run)
    assert plan.account.server == SERVER
    assert plan.account.email == "test@example.com"
    assert plan.account.eab == Eab("UoRVx1AaBBCC", "1aMIni2bcdefgJQFZUfTVSAxndrp3A1ExSy4Sv5W6ic")
    assert plan.issue.names == ("www.example.com",)
    assert plan.issue.key_type is KeyType.RSA2048
    assert plan.issue.ways.http is not None
    assert plan.issue.ways.http.webroot is None
    assert plan.path == Path("/home/admin/.lego")


def test_run_for_several_names() -> None:
    """3.2, マルチドメイン: several -d."""
    names = "-d www.example.com -d www2.example.com -d www3.example.com"
    plan = plan_of(posix(RUN.replace("-d\nwww.example.com", names)))
    assert isinstance(plan, Run)
    assert plan.issue.names == ("www.example.com", "www2.example.com", "www3.example.com")


def test_run_with_the_options_of_the_table() -> None:
    """3.2, コマンド説明: --path, --pfx and --pfx.pass besides."""
    plan = plan_of(posix(RUN.replace(" run", " --path /srv/lego --pfx --pfx.pass 'password' run")))
    assert isinstance(plan, Run)
    assert plan.path == Path("/srv/lego")
    assert plan.issue.outputs.pfx is not None
    assert (plan.issue.outputs.pfx.password, plan.issue.outputs.pfx.form) == ("password", PfxForm.DES)


def test_renew() -> None:
    """4.1: without external account binding."""
    plan = plan_of(posix(RENEW))
    assert isinstance(plan, Renew)
    assert plan.account.eab is None
    assert plan.days is None
    assert plan.random_sleep


def test_the_line_for_cron() -> None:
    """4.2: the hook is one value, of three words."""
    plan = plan_of(posix(CRON))
    assert isinstance(plan, Renew)
    (hook,) = plan.issue.hooks.deploy
    assert command_line(hook.text, windows=False) == ["systemctl", "restart", "httpd"]


def test_the_line_for_cron_with_what_the_scanner_left_on_it() -> None:
    """4.2: the lone question mark behind the line changes nothing."""
    words = [*posix(CRON), "?"]
    assert plan_of(words) == plan_of(posix(CRON))
    assert parse(words, {}).extra == ("?",)


def test_the_script_for_iis() -> None:
    """4.2: both kinds of slashes, --http.webroot with --http, --days behind and a hook with one dash, untouched."""
    plan = plan_of(powershell(IIS))
    assert isinstance(plan, Renew)
    assert plan.account.server == "https://secomtrust-acme.com/acme/"
    assert plan.issue.ways.http is not None
    assert str(plan.issue.ways.http.webroot) == r"C:\inetpub\wwwroot"
    assert str(plan.path).endswith("C:/lego")
    assert plan.issue.outputs.pfx is not None
    assert plan.issue.outputs.pfx.password == "YourPassword"
    assert plan.days == 999
    assert [hook.text for hook in plan.issue.hooks.deploy] == [IIS_HOOK]
    assert command_line(IIS_HOOK, windows=True) == IIS_HOOK


@pytest.mark.parametrize("flag", ["--days", "-days"])
@pytest.mark.parametrize("days", [10, 45])
def test_renew_by_days(flag: str, days: int) -> None:
    """4.3 and 5: the days of the example, and -days as section 5 writes it."""
    plan = plan_of(posix(TEN_DAYS.replace("--days 10", f"{flag} {days}")))
    assert isinstance(plan, Renew)
    assert plan.days == days


@pytest.mark.parametrize("reason", [0, 1, 3, 4, 5])
def test_revoke(reason: int) -> None:
    """6: --reason in front of the command, where no lego ever took it."""
    plan = plan_of(posix(REVOKE.replace("--reason 5", f"--reason {reason}")))
    assert isinstance(plan, Revoke)
    assert plan.reason == reason
    assert plan.names == ("www.example.com",)
    assert plan.account.eab is None
