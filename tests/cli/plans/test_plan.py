"""From what was given to what is done: defaults, flags that need each other, values that cannot be."""

from pathlib import Path

import pytest

from tegata.cli.errors import (
    AddressInDns,
    BadExitCode,
    BadServer,
    NoChallenge,
    NoNames,
    PfxFormatRefused,
    UnknownPfxFormat,
)
from tegata.cli.grammar.commands import Generation
from tegata.cli.grammar.words import parse
from tegata.cli.plans.eabfile import EabFile
from tegata.cli.plans.listening import HttpPlan, TlsPlan
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import ALWAYS, Eab, Ensure, List, Plan, Renew, Revoke, Run, Trust
from tegata.cli.plans.wishes import Hooks
from tegata.host.errors import MalformedHook
from tegata.pki.forms import EmptyPassword, PfxForm
from tegata.pki.key_types import KeyType, UnknownKeyType
from tegata.pki.names import BadName

HERE = Path("/here")
FILE = EabFile("https://file.example/acme/", "file-kid", "file-mac", ("file.example",), "rsa2048")


def plan(line: str, environ: dict[str, str] | None = None, eab_file: EabFile | None = None) -> Plan:
    return make(parse(line.split(), environ or {}), environ or {}, eab_file, HERE)


def run_plan(line: str, environ: dict[str, str] | None = None, eab_file: EabFile | None = None) -> Run:
    made = plan(f"{line} --http run", environ, eab_file)
    assert isinstance(made, Run)
    return made


def test_defaults_are_lego_s() -> None:
    """Without flags: Let's Encrypt, ./.lego, ec256, port 80, no account mail (A-36)."""
    made = run_plan("-d www.example.com")
    assert made.path == HERE / ".lego"
    assert made.account.server == "https://acme-v02.api.letsencrypt.org/directory"
    assert (made.account.email, made.account.user) == (None, "noemail@example.com")
    assert made.account.trust == Trust((), system_roots_too=False, server_name=None, hosts=frozenset())
    assert made.issue.key_type is KeyType.EC256
    assert made.issue.ways.http == HttpPlan(":80", None, (), None, "Host", 0.0)
    assert (made.issue.outputs.pfx, made.issue.hooks, made.issue.ways.tls) == (None, Hooks(), None)
    assert not made.new_account


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
        ("ZeroSSL", "https://acme.zerossl.com/v2/DV90"),
        ("secom", "https://secomtrustacme.com/acme/"),
        ("jprs", "https://acme.amecert.jprs.jp/DV/getDirectory"),
        ("https://ca.example/acme/", "https://ca.example/acme/"),
    ],
)
def test_short_names_of_cas(word: str, url: str) -> None:
    """lego v5's, in any case, and Japanese CAs."""
    assert run_plan(f"-d x.example -s {word}").account.server == url


def test_where_challenges_are_shown() -> None:
    """Every flag of http-01 and tls-alpn-01, in v4's words."""
    made = run_plan(
        "-d x.example --http.port :81 --http.webroot /www --http.memcached-host a:1,b --http.proxy-header Forwarded "
        "--http.s3-bucket c --http.delay 5s --tls --tls.port :444 --tls.delay 500ms"
    )
    assert made.issue.ways.http == HttpPlan(":81", Path("/www"), ("a:1", "b"), "c", "Forwarded", 5.0)
    assert made.issue.ways.tls == TlsPlan(":444", 0.5)


def test_names_are_brought_into_one_form() -> None:
    """Upper case, IDNA and duplicates are settled before anything else looks at them."""
    names = run_plan("-d WWW.Example.com -d 日本語.example.com -d www.example.com").issue.names
    assert names == ("www.example.com", "xn--wgv71a119e.example.com")


@pytest.mark.parametrize(
    ("line", "eab"),
    [
        ("", None),
        ("--eab", Eab(None, None)),
        ("--eab --kid k --hmac m", Eab("k", "m")),
        ("--kid k --hmac m", Eab("k", "m")),
        ("--kid k", Eab("k", None)),
        ("--eab=false --kid k --hmac m", None),
    ],
)
def test_external_account_binding(line: str, eab: Eab | None) -> None:
    """Either value means it, unless it is denied; what is missing matters only if an account has to be made."""
    assert run_plan(f"-d x.example {line}").account.eab == eab


def test_an_eab_file_fills_the_gaps() -> None:
    """Flags and environment beat the file."""
    made = run_plan("-m a@x", eab_file=FILE)
    assert made.account.server == FILE.server
    assert made.account.eab == Eab("file-kid", "file-mac")
    assert made.account.key_type is KeyType.RSA2048
    assert made.issue.names == ("file.example",)
    made = run_plan("-s https://flag.example/ -k ec384 -d flag.example", {"TEGATA_EAB_KID": "env-kid"}, FILE)
    assert made.account.server == "https://flag.example/"
    assert made.account.eab == Eab("env-kid", "file-mac")
    assert made.account.key_type is KeyType.EC384
    assert made.issue.names == ("flag.example",)


def test_run_by_v5_s_words() -> None:
    """Obtain or renew; further names are a reason; a forced renewal waits for nothing."""
    made = plan("-d x.example --http --renew-days 20 run")
    assert isinstance(made, Ensure)
    assert made.run.issue == made.renew.issue
    assert (made.renew.days, made.renew.exact_names, made.renew.random_sleep) == (20, False, True)
    exact = plan("-d x.example --http --renew-days 20 --force-cert-domains run")
    assert isinstance(exact, Ensure)
    assert exact.renew.exact_names
    named = plan("--cert.name *.x.example --http run")
    assert isinstance(named, Ensure)
    assert (named.run.issue.names, named.renew.issue.names, named.renew.issue.file_name) == ((), (), "*.x.example")
    forced = plan("-d x.example --http --renew-force run")
    assert isinstance(forced, Ensure)
    assert (forced.renew.days, forced.renew.random_sleep, forced.renew.back_off) == (ALWAYS, False, False)


def test_secrets_are_not_in_any_repr() -> None:
    """A plan in a traceback or log gives nothing away (S-38)."""
    made = run_plan("-d x.example --kid k --hmac topsecret --pfx --pfx.pass alsosecret")
    assert "secret" not in repr(made)


def test_trust_from_the_environment() -> None:
    """lego's variables for the CA's TLS, ours before them."""
    environ = {
        "LEGO_CA_CERTIFICATES": "/a.pem:/b.pem",
        "LEGO_CA_SYSTEM_CERT_POOL": "true",
        "LEGO_CA_SERVER_NAME": "lego.example",
        "TEGATA_CA_SERVER_NAME": "tegata.example",
        "TEGATA_CA_HOSTS": "a.example, B.example",
    }
    assert run_plan("-d x.example", environ).account.trust == Trust(
        roots=(Path("/a.pem"), Path("/b.pem")),
        system_roots_too=True,
        server_name="tegata.example",
        hosts=frozenset({"a.example", "b.example"}),
    )


@pytest.mark.parametrize(
    ("line", "form", "given"),
    [("", PfxForm.DES, False), ("--pfx.format DES", PfxForm.DES, True), ("--pfx.format sha256", PfxForm.SHA256, True)],
)
def test_pfx(line: str, form: PfxForm, given: bool) -> None:
    """3DES unless told otherwise, and lego's password (F-32)."""
    pfx = run_plan(f"-d x.example --pfx {line}").issue.outputs.pfx
    assert pfx is not None
    assert (pfx.form, pfx.form_was_given, pfx.password) == (form, given, "changeit")


def test_the_other_commands() -> None:
    """Each has what it needs."""
    renew = plan("-d x.example --http renew --no-random-sleep")
    assert isinstance(renew, Renew)
    assert (renew.days, renew.random_sleep) == (None, False)
    revoke = plan("-d x.example -d y.example revoke --keep")
    assert isinstance(revoke, Revoke)
    assert (revoke.names, revoke.reason, revoke.keep) == (("x.example", "y.example"), 0, True)
    assert plan("--path /p list -a -n") == List(
        Path("/p"),
        accounts=True,
        certificates=True,
        names_only=True,
        json=False,
        prometheus=False,
        generation=Generation.V4,
    )
    assert plan("accounts list --json") == List(
        HERE / ".lego",
        accounts=True,
        certificates=False,
        names_only=False,
        json=True,
        prometheus=False,
        generation=Generation.V5,
    )


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("--http run", NoNames),
        ("revoke", NoNames),
        ("-d x.example run", NoChallenge),
        ("-d x.example --http.webroot /www run", NoChallenge),
        ("-d x..example --http run", BadName),
        ("-d x.example --http -k dsa run", UnknownKeyType),
        ("-d x.example --http -s ca.example/acme run", BadServer),
        ("-d x.example --http -s https:/// run", BadServer),
        ("-d x.example --http -s https://../ run", BadServer),
        ("-d x.example --http -s https://[::1/ run", BadServer),
        ("-d x.example --http --pfx --pfx.format RC2 run", PfxFormatRefused),
        ("-d x.example --http --pfx --pfx.format PEM run", UnknownPfxFormat),
        ("-d x.example --http --pfx --pfx.pass= run", EmptyPassword),
        ("-d x.example --http run --run-hook 'unclosed", MalformedHook),
        ("-d x.example --http renew --exit-code-not-due 256", BadExitCode),
        ("-d x.example -d 192.0.2.1 dnspersist", AddressInDns),
    ],
)
def test_what_cannot_be_done(line: str, error: type[Exception]) -> None:
    """Every fault that the words show is told before anything is touched (F-32)."""
    with pytest.raises(error):
        plan(line)
