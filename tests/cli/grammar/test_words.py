"""lego's grammar: spellings, places, values, the environment, and what is told of a line that cannot be meant."""

import pytest

from tegata.cli.errors import (
    BadNumber,
    BadSwitch,
    MisplacedFlag,
    MissingValue,
    MistypedFlag,
    NoCommand,
    PrintedDash,
    SwallowedCommand,
    UnknownCommand,
    UnknownFlag,
)
from tegata.cli.grammar.commands import COMMANDS, Generation, known
from tegata.cli.grammar.flags import FLAGS
from tegata.cli.grammar.generations import V5_SPELLINGS
from tegata.cli.grammar.words import Invocation, _flag_of, parse
from tegata.errors import TegataError


def given(line: str, environ: dict[str, str] | None = None) -> dict[str, object]:
    return dict(parse(line.split(), environ or {}).given)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-d a.example run", {"domains": ("a.example",)}),
        ("--d a.example run", {"domains": ("a.example",)}),
        ("-domains a.example run", {"domains": ("a.example",)}),
        ("--domains=a.example run", {"domains": ("a.example",)}),
        ("run --domains a.example", {"domains": ("a.example",)}),
        ("-d a.example run -d b.example", {"domains": ("a.example", "b.example")}),
        ("-d a.example,b.example, run", {"domains": ("a.example", "b.example")}),
        ("-m one@x -m two@x run", {"email": "two@x"}),
        ("-email one@x -m two@x run", {"email": "two@x"}),
        ("--http run", {"http": True}),
        ("--http=false run", {"http": False}),
        ("-http=T run", {"http": True}),
        ("run --http.port :80 -http.webroot=C:/web", {"http.port": ":80", "http.webroot": "C:/web"}),
        ("renew -days 45", {"days": 45}),
        ("-days=45 renew", {"days": 45}),
        ("renew --days -1", {"days": -1}),
        ("renew --days 0x1e", {"days": 30}),
        ("--reason 5 revoke", {"reason": 5}),
        ("revoke --reason 5", {"reason": 5}),
        ("revoke --reason cessationofoperation", {"reason": 5}),
        ("--path= run", {"path": ""}),
        ("--hmac -AbCd run", {"hmac": "-AbCd"}),
        ("--hmac=--kid run", {"hmac": "--kid"}),
        ("-- run", {}),
        ("run --renew-days 30 --reuse-key", {"days": 30, "reuse-key": True}),
        ("run --renew-force --days 3", {"renew-force": True, "days": 3}),
        ("--eab.kid k --eab.hmac=m run", {"kid": "k", "hmac": "m"}),
        ("run --http.address :5002 -tls.address=:5001", {"http.port": ":5002", "tls.port": ":5001"}),
        ("run --pfx --pfx.password x", {"pfx": True, "pfx.pass": "x"}),
        ("certificates revoke --reason 4", {"reason": 4}),
        ("--path x certificates -s y list", {"path": "x", "server": "y"}),
    ],
)
def test_spellings(line: str, expected: dict[str, object]) -> None:
    """One dash or two, a blank or an equals sign, before the command or after it: all the same."""
    assert given(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-a list", {"accept-tos": True}),
        ("list -a", {"accounts": True}),
        ("run -a", {"accept-tos": True}),
        ("-k rsa2048 revoke", {"key-type": "rsa2048"}),
        ("revoke -k", {"keep": True}),
        ("run -k rsa2048", {"key-type": "rsa2048"}),
        ("-n list", {"names": True}),
    ],
)
def test_a_letter_with_two_meanings(line: str, expected: dict[str, object]) -> None:
    """Behind a command its own flag is meant, as in lego; in front of it the one of all commands."""
    assert given(line) == expected


def test_words_after_the_command_are_kept_apart() -> None:
    """lego ignores them; they are not lost, so that they can be told."""
    assert parse(["run", "extra", "-a", "?"], {}) == Invocation(
        "run", {"accept-tos": True}, extra=("extra", "?"), spoken="run"
    )


def test_a_bare_double_dash_ends_flags() -> None:
    """What follows is words, whatever it looks like."""
    assert parse(["run", "--", "-d", "x"], {}).extra == ("-d", "x")


@pytest.mark.parametrize(
    ("line", "error", "facts"),
    [
        ("--dsn cloudflare run", MistypedFlag, {"flag": "dsn"}),
        ("--quux run", UnknownFlag, {"flag": "quux"}),
        ("--tlss run", UnknownFlag, {"flag": "tlss"}),
        ("---http run", UnknownFlag, {"flag": "-http"}),
        ("--=x run", UnknownFlag, {"flag": ""}),
        (
            "--reason 5 run",
            MisplacedFlag,
            {"flag": "reason", "command": "run", "owners": "revoke, certificates revoke"},
        ),
        (
            "run --reason 5",
            MisplacedFlag,
            {"flag": "reason", "command": "run", "owners": "revoke, certificates revoke"},
        ),
        ("run --days 3", MisplacedFlag, {"flag": "days", "command": "run", "owners": "renew"}),
        ("run --reuse-key", MisplacedFlag, {"flag": "reuse-key", "command": "run", "owners": "renew"}),
        ("run -d", MissingValue, {"flag": "d"}),
        ("run --kid --hmac x", MissingValue, {"flag": "kid"}),
        ("run --kid --hmac=x", MissingValue, {"flag": "kid"}),
        ("-d x --http.webroot run", SwallowedCommand, {"flag": "http.webroot", "word": "run"}),
        ("-d x.example", NoCommand, {"known": known()}),
        ("-d x.example y.example run", UnknownCommand, {"word": "y.example", "known": known()}),
        ("certificates quux", UnknownCommand, {"word": "certificates quux", "known": known("certificates")}),
        ("certificates run", UnknownCommand, {"word": "certificates run", "known": known("certificates")}),
        ("-d x accounts", NoCommand, {"known": known("accounts")}),
        ("-m accounts", SwallowedCommand, {"flag": "m", "word": "accounts"}),
        ("accounts list --keep", MisplacedFlag, {"command": "accounts list"}),
        ("help quux", UnknownCommand, {"word": "quux", "known": known()}),
        ("--http=yes run", BadSwitch, {"source": "-http", "value": "yes"}),
        ("renew --days ten", BadNumber, {"source": "-days", "value": "ten"}),
        ("revoke --reason -1", BadNumber, {"source": "-reason", "value": "-1"}),
    ],
)
def test_what_cannot_be_meant(line: str, error: type[TegataError], facts: dict[str, object]) -> None:
    """Each fault has its own error, with what a sentence about it needs."""
    with pytest.raises(error) as caught:
        parse(line.split(), {})
    found = caught.value.facts
    assert {name: found[name] for name in facts} == facts


def test_near_misses_are_named() -> None:
    """A slip of the finger is answered by what was probably meant."""
    with pytest.raises(MistypedFlag) as caught:
        parse(["run", "--renewhook", "x"], {})
    assert "--renew-hook" in str(caught.value.facts["near"])


def test_flags_beat_tegata_beat_lego() -> None:
    """Of the three places, the nearer one counts."""
    environ = {"LEGO_SERVER": "https://lego/", "LEGO_EMAIL": "lego@x", "TEGATA_EMAIL": "tegata@x", "LEGO_PATH": "/lego"}
    assert given("-m flag@x run", environ) == {"server": "https://lego/", "email": "flag@x", "path": "/lego"}
    assert given("run", environ)["email"] == "tegata@x"


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("LEGO_EAB", "true", {"eab": True}),
        ("LEGO_EAB_KID", "kid-1", {"kid": "kid-1"}),
        ("LEGO_EAB_HMAC", "abc", {"hmac": "abc"}),
        ("LEGO_PFX_PASSWORD", "secret", {"pfx.pass": "secret"}),
        ("TEGATA_DOMAINS", "a.example, b.example", {"domains": ("a.example", "b.example")}),
        ("TEGATA_HTTP", "0", {"http": False}),
        ("TEGATA_EMAIL", "", {}),
        ("TEGATA_DAYS", "10", {}),  # belongs to renew
        ("LEGO_RENEW_DAYS", "10", {"days": 10}),  # only lego v5 reads it, whose run renews
        ("TEGATA_RENEW_DAYS", "10", {}),
        ("TEGATA_REASON", "1", {}),  # no variable decides about a revocation
        ("LEGO_HTTP_ADDRESS", ":5002", {"http.port": ":5002"}),  # v5's name
        ("TEGATA_TLS_ADDRESS", ":5001", {"tls.port": ":5001"}),
    ],
)
def test_the_environment(variable: str, value: str, expected: dict[str, object]) -> None:
    """Values in the environment are read like flags; an empty one is none, and other commands' flags are not read."""
    assert given("run", {variable: value}) == expected


def test_a_wrong_value_in_the_environment_is_told_by_its_name() -> None:
    """Nobody looks for a fault in a flag that was not given."""
    with pytest.raises(BadSwitch) as caught:
        parse(["run"], {"LEGO_PFX": "ja"})
    assert caught.value.facts == {"source": "LEGO_PFX", "value": "ja"}


@pytest.mark.parametrize("line", ["", "help", "h", "--help", "-h", "-d x --help"])
def test_help_about_everything(line: str) -> None:
    """With nothing to do, the help is shown."""
    assert parse(line.split(), {}) == Invocation(None, {}, wants_help=True)


@pytest.mark.parametrize("line", ["help run", "run --help", "run -h -d x", "-h run"])
def test_help_about_a_command(line: str) -> None:
    """Asked anywhere, it is about the command that is named."""
    assert parse(line.split(), {}) == Invocation("run", {}, wants_help=True, spoken="run")


@pytest.mark.parametrize("line", ["certificates", "help certificates", "certificates --help"])
def test_help_about_a_group(line: str) -> None:
    """The first of two words alone asks for what the second may be."""
    assert parse(line.split(), {}) == Invocation(None, {}, wants_help=True, spoken="certificates")


@pytest.mark.parametrize(
    ("line", "command", "spoken"),
    [
        ("revoke", "revoke", "revoke"),
        ("certificates revoke", "revoke", "certificates revoke"),
        ("certificates list", "list", "certificates list"),
        ("accounts list", "accounts list", "accounts list"),
        ("accounts register", "accounts register", "accounts register"),
    ],
)
def test_commands_of_both_generations(line: str, command: str, spoken: str) -> None:
    """One name in code for one thing, however it was typed."""
    assert parse(line.split(), {})[:1] == (command,)
    assert parse(line.split(), {}).spoken == spoken


@pytest.mark.parametrize(
    ("line", "generation"),
    [
        ("run -d x", Generation.V4),
        ("renew --days 3", Generation.V4),
        ("run --kid k", Generation.V4),
        ("run --eab.kid k", Generation.V5),
        ("--http.address :80 run", Generation.V5),
        ("certificates list", Generation.V5),
        ("accounts register", Generation.V5),
        ("run --eab-file x", Generation.V4),
    ],
)
def test_the_generation_spoken(line: str, generation: Generation) -> None:
    """v4's, unless a word is there that only v5 has."""
    assert parse(line.split(), {"LEGO_EMAIL": "a@x", "TEGATA_HTTP_ADDRESS": ":80"}).generation is generation


@pytest.mark.parametrize(
    "variable", ["LEGO_HTTP", "LEGO_DOMAINS", "LEGO_HTTP_ADDRESS", "LEGO_CERT_NAME", "LEGO_ENV_FILE"]
)
def test_variables_that_only_v5_reads(variable: str) -> None:
    """Where the words leave it open, they say that v5 is spoken; a word of either generation counts more."""
    environ = {variable: "true"}
    assert parse(["run"], environ).generation is Generation.V5
    assert parse(["run", "-d", "x", "--http"], environ).generation is Generation.V5
    for line in (
        "run --kid k",
        "run --http.port :80",
        "renew",
        "list",
        "revoke",
        "run --run-hook x",
        "run --filename x",
    ):
        assert parse(line.split(), environ).generation is Generation.V4
    assert parse(["run", "--kid", "k", "--cert.name", "x"], environ).generation is Generation.V5


@pytest.mark.parametrize(
    "variable",
    [
        *("SERVER", "EMAIL", "PATH", "EAB", "EAB_KID", "EAB_HMAC", "PFX", "PFX_PASSWORD", "PFX_FORMAT"),
        *("EAB_FILE", "ANCESTOR_DOMAIN", "DNS_ACCOUNT", "OUTAGE_WAIT"),
    ],
)
def test_variables_that_decide_nothing(variable: str) -> None:
    """Those that lego v4 reads, and ours."""
    value = "9" if variable == "OUTAGE_WAIT" else "true"
    assert parse(["run"], {f"LEGO_{variable}": value}).generation is Generation.V4
    assert parse(["run"], {"TEGATA_HTTP": "true", "LEGO_CA_CERTIFICATES": "x"}).generation is Generation.V4
    assert parse(["run"], {"LEGO_HTTP": ""}).generation is Generation.V4


def test_the_version_anywhere() -> None:
    """It beats whatever else is asked."""
    assert parse(["-d", "x", "-v"], {}).wants_version


def test_the_table_is_sound() -> None:
    """No spelling means two things at one place, names are unique, commands are those that exist."""
    assert len({flag.name for flag in FLAGS}) == len(FLAGS)
    does = {command.does for command in COMMANDS.values()}
    for owned in [*(lambda flag, each=each: each in flag.commands for each in does), lambda flag: not flag.commands]:
        for names in (lambda flag: flag.names, lambda flag: flag.v5):
            spellings = [name for flag in FLAGS if owned(flag) for name in names(flag)]
            assert len(spellings) == len(set(spellings))
    assert {command for flag in FLAGS for command in flag.commands} <= does
    variables = [variable for flag in FLAGS for variable in flag.variables]
    assert len(variables) == len(set(variables))


@pytest.mark.parametrize("command", [None, *COMMANDS.values()], ids=str)
def test_the_generation_never_decides_whether_a_value_follows(command) -> None:
    """Words are told from values before it is known which generation is spoken."""
    for name in {name for flag in FLAGS for name in flag.spellings}:
        both = {_flag_of(name, command, generation).kind.takes_value for generation in Generation}
        assert len(both) == 1, name


def test_words_that_only_v5_has() -> None:
    """They are what v5 calls things that v4 calls otherwise or has not."""
    assert {"eab.kid", "eab.hmac", "http.address", "tls.address", "pfx.password"} <= V5_SPELLINGS
    assert not V5_SPELLINGS & {name for flag in FLAGS for name in flag.names}


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("–days", "–days"),
        ("––pfx.pass=secret", "––pfx.pass=…"),
        ("—-hmac=secret", "—-hmac=…"),
        ("–secret", "–…"),
        ("ーse=cret", "ー…"),
        ("––", "––…"),
    ],
)
def test_a_dash_of_print_is_told_without_a_secret(word: str, shown: str) -> None:
    """A value that stands behind it, or a password that begins with one, is not for a log."""
    with pytest.raises(PrintedDash) as caught:
        parse(["run", word], {})
    assert caught.value.facts == {"word": shown}
