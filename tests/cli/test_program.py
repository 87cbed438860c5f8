"""The command as a process, without a CA: exit codes, where things are printed, lego's phrases and both languages."""

import signal
from pathlib import Path

import pytest

from tegata.cli.errors import UnknownCommand, UnknownFlag
from tegata.cli.program import exit_code
from tegata.host.errors import HookFailed
from tests.client.https_peer import https_peer
from tests.peers.connect_proxy import connect_proxy
from tests.peers.tegata import IMPATIENT, Tegata

NOBODY = "https://127.0.0.1:1/dir"


@pytest.mark.parametrize(
    ("error", "code"),
    [(UnknownFlag(flag="x"), 1), (UnknownCommand(word="x", known=""), 3), (HookFailed(7), 7)],
)
def test_exit_codes(error, code: int) -> None:
    """lego's: 1, 3 for an unknown command, a hook's own."""
    assert exit_code(error) == code


@pytest.mark.parametrize(
    ("line", "code", "phrase", "sentence"),
    [
        ("quux", 3, "No help topic for 'quux'", "There is no command “quux”"),
        ("run --dsn cloudflare", 1, "flag provided but not defined: -dsn", "There is no flag “dsn”"),
        ("--reason 5 run", 1, "flag provided but not defined: -reason", "it belongs to revoke"),
        ("run -d", 1, "flag needs an argument: -d", "needs a value"),
        ("run --http=x", 1, 'invalid boolean value "x" for -http: parse error', "true or false"),
        ("renew --days x", 1, 'invalid value "x" for flag -days: parse error', "whole number"),
        ("run --http", 1, "Please specify --domains/-d", "-d"),
        (
            "-d x.example run",
            1,
            "No challenge selected. You must specify at least one challenge: `--http`, `--tls`, `--dns`.",
            "--http",
        ),
        ("-d x.example --http -k dsa run", 1, "Unsupported KeyType: dsa", "rsa2048"),
        ("-d x.example --http.webroot run", 1, None, "“run” was taken as the value of “http.webroot”"),
        ("-d x.example", 1, None, "the commands are run, renew, revoke, list"),
        ("--config x.yml run", 1, None, "--config processes a whole file; run does not go with it"),
        ("--config x.yml -m a@x", 1, None, "-m does not go with it"),
        ("--env-file nothing list", 1, None, "nothing cannot be used: No such file or directory"),
        ("--config nothing.yml", 1, None, "nothing.yml cannot be used: No such file or directory. Check its name"),
        ("certificates quux", 3, "No help topic for 'certificates quux'", "certificates list, certificates revoke"),
        (f"-s {NOBODY} accounts register", 1, f"get directory at '{NOBODY}'", "cannot be reached"),
        ("-d x..example --http run", 1, None, "x..example"),
        ("-d x.example --dns nix run", 1, "unrecognized DNS provider: nix", "httpreq"),
        (
            "-d x.example --dns EXEC --dns.resolvers 127.0.0.1 run",
            1,
            "exec: some credentials information are missing: EXEC_PATH",
            "dnshelp -c exec",
        ),
        ("-d *.x.example --http run", 1, None, "*.x.example"),
        ("-d x.example --http --eab-file nothing run", 1, None, "No such file or directory"),
        ("-d x.example --http --pfx --pfx.format RC2 run", 1, None, "OpenSSL 3 refuses"),
        (
            "-d x.example --http --http.port 80 run",
            1,
            "The --http switch only accepts interface:port or :port for its argument.",
            "--http.port as :PORT",
        ),
        (
            "-d x.example --http --tls --tls.port 443 run",
            1,
            "The --tls switch only accepts interface:port or :port for its argument.",
            "--tls.port as :PORT",
        ),
        ("-d x.example --http --http.webroot nowhere run", 1, "webroot path does not exist", "nowhere"),
        (
            "-d x.example -m a@x --http renew",
            1,
            "Account a@x is not registered. Use 'run' to register a new account.",
            "name it by --path",
        ),
        ("-d x.example -m a@x revoke", 1, "Account a@x is not registered.", "name it by --path"),
        (f"-s {NOBODY} -m a\udcff@x -d x.example --http run", 1, None, "The value of -m is no text in UTF-8"),
        (f"-s {NOBODY} --http-timeout 99999999999 -d x.example --http run", 1, None, "cannot be reached"),
        ("-d x.example –-http run", 1, None, "“–-http” begins with a dash of print"),
        ("-d x.example --http renew –days 10", 1, None, "“–days” begins with a dash of print"),
        ("-d x.example --http renew ーdays 10", 1, None, "“ーdays” begins with a dash of print"),
        ("-d x.example --http renew --renew-hook “systemctl restart httpd”", 1, None, "those of print"),
        ("renew --cert.timeout -1", 1, 'invalid value "-1" for flag -cert.timeout', "a whole number, 0 or more"),
        (f"-s {NOBODY} -d x.example --http run", 1, f"get directory at '{NOBODY}'", "cannot be reached"),
        ("-s http://127.0.0.1:1/ -d x.example --http run", 1, None, "is not an https address"),
    ],
)
def test_what_goes_wrong_is_told(tegata: Tegata, line: str, code: int, phrase: str | None, sentence: str) -> None:
    """lego's phrase first where it has one, then why and what to do; all on standard error."""
    done = tegata.run(*line.split(), env=IMPATIENT)
    assert (done.code, done.stdout) == (code, "")
    first, *_ = [text.split(" ", 2)[2] for text in done.stderr.splitlines() if "[WARN]" not in text and text[0] == "2"]
    if phrase is not None:
        assert phrase in first
    assert sentence in done.stderr


def test_the_directory_searched_is_named(tegata: Tegata) -> None:
    """cron starts in another one; nothing is made there."""
    elsewhere = tegata.directory / "elsewhere"
    elsewhere.mkdir()
    done = tegata.run("-s", NOBODY, "-d", "x.example", "-m", "a@x", "--http", "renew", cwd=elsewhere)
    assert f"The directory searched is {elsewhere}/.lego" in done.stderr
    assert "--path" in done.stderr
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"TEGATA_LANG": "ja"}, "「dsn」というオプションはありません。"),
        ({"LC_ALL": "ja_JP.UTF-8"}, "「dsn」というオプションはありません。"),
        ({"LC_ALL": "ja_JP.UTF-8", "TEGATA_LANG": "en"}, "There is no flag “dsn”."),
        ({"LC_ALL": "C"}, "There is no flag “dsn”."),
    ],
)
def test_the_language_of_the_explanation(tegata: Tegata, variables: dict[str, str], sentence: str) -> None:
    """The environment decides; lego's phrase stays as scripts know it."""
    done = tegata.run("run", "--dsn", "x", env={"PYTHONUTF8": "1", **variables})
    assert sentence in done.stderr
    assert "flag provided but not defined: -dsn" in done.stderr


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--eab-file nothing", "nothing を使えません: ファイルまたはフォルダーがありません。"),
        ("--eab-file empty", "empty を使えません: --server がありません。"),
        (f"-s {NOBODY}", "接続できません: 接続が拒否されました。"),
    ],
)
def test_what_the_system_says_in_japanese(tegata: Tegata, line: str, sentence: str) -> None:
    """Reasons are in the sentence's language."""
    (tegata.directory / "empty").touch()
    variables = {"TEGATA_LANG": "ja", **IMPATIENT}
    assert sentence in tegata.run("-d", "x.example", "--http", *line.split(), "run", env=variables).stderr


def test_help(tegata: Tegata) -> None:
    """On standard output; a command's own flags first; the default port and the variables."""
    general = tegata.run("--help").check().stdout
    assert general == tegata.run().check().stdout == tegata.run("help").check().stdout
    assert "--domains value, -d value" in general
    assert "$TEGATA_EAB_KID, $LEGO_EAB_KID" in general
    assert "--days" not in general
    assert "--code" not in general
    renew = tegata.run("renew", "-h").check().stdout
    assert renew == tegata.run("help", "renew").check().stdout
    assert renew.index("--days value") < renew.index("--domains value")
    assert "--eab.kid value" in general
    assert "$LEGO_HTTP_ADDRESS" in general
    revoke = tegata.run("certificates", "revoke", "--help").check().stdout
    assert "tegata certificates revoke - " in revoke
    assert "--reason" in revoke
    group = tegata.run("certificates").check().stdout
    assert "certificates revoke" in group
    assert "accounts list" not in group
    assert "証明書" in tegata.run("help", env={"TEGATA_LANG": "ja"}).check().stdout


def test_a_file_of_variables(tegata: Tegata) -> None:
    """Its values are read like the environment's, which counts more."""
    (tegata.directory / "x.env").write_text("LEGO_PATH=elsewhere\nLEGO_SERVER=x\n")
    words = ["--env-file", "x.env", "-d", "x.example", "-m", "a@x", "--http"]
    told = tegata.run(*words, "renew", env={"LEGO_SERVER": NOBODY}).stderr
    assert f"{tegata.directory}/elsewhere/accounts/127.0.0.1_1/a@x" in told


def test_a_file_of_variables_says_the_way_to_the_ca(tegata: Tegata) -> None:
    """Proxy and roots, as with lego, where the environment does not say them itself in whatever letters."""
    ca = "https://ca.behind.test/dir"
    with (
        https_peer(tegata.directory, ["ca.behind.test"]) as peer,
        connect_proxy(int(peer.url.rpartition(":")[2])) as (proxy, asked),
    ):
        (tegata.directory / "x.env").write_text(f"HTTPS_PROXY={proxy}\nSSL_CERT_FILE={peer.root}\n")
        words = ["--env-file", "x.env", "-s", ca, "-d", "x.example", "--http", "run"]
        told = tegata.run(*words, env=IMPATIENT).stderr
        assert f"{ca} is not an ACME directory" in told
        assert [head.splitlines()[0] for head in asked] == ["CONNECT ca.behind.test:443 HTTP/1.1"]
        assert "LEGO_CA_CERTIFICATES" in tegata.run(*words, env={"SSL_CERT_FILE": "/dev/null", **IMPATIENT}).stderr
        asked.clear()
        tegata.run(*words, env={"https_proxy": "http://127.0.0.1:1", **IMPATIENT})
        assert asked == []


def test_words_that_mean_nothing_are_ignored_aloud(tegata: Tegata) -> None:
    """As lego ignores them, but with a line."""
    done = tegata.run("list", "?").check()
    assert "[WARN] Words that mean nothing here were ignored: ?" in done.stderr


def test_an_empty_directory_is_listed_and_not_made(tegata: Tegata) -> None:
    """lego's words for nothing; unlike lego, looking makes no folder."""
    assert tegata.run("list").check().stdout == "No certificates found.\n"
    assert tegata.run("list", "-a").check().stdout == "No accounts found.\nNo certificates found.\n"
    assert tegata.run("list", "-n").check().stdout == ""
    assert not tegata.path.exists()


def test_a_path_that_cannot_be_written(tegata: Tegata, tmp_path: Path) -> None:
    """It is told before the CA is asked for anything."""
    (tmp_path / "file").touch()
    done = tegata.run("-s", NOBODY, "-d", "x.example", "--http", "--path", str(tmp_path / "file"), "run")
    assert done.code == 1
    assert f"{tmp_path}/file" in done.stderr
    assert "cannot be written" in done.stderr
    assert "cannot be reached" not in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(tegata: Tegata, number: signal.Signals, code: int) -> None:
    """While it waits to try an unreachable CA again; without a traceback."""
    process = tegata.start("-s", NOBODY, "-d", "x.example", "--http", "run")
    with process:
        process.wait_for_line("Trying again")
        process.signal(number)
        assert process.wait() == code
        assert "Traceback" not in process.text
        assert f"Ended by {number.name}" in process.text
