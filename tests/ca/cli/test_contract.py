"""``tegata-ca contract`` and ``tegata-ca eab``: what scripts and people get from them."""

import json
import re

import pytest

from tests.ca.cli.conftest import JAPANESE, error_of, run

_LINE = "contract add --organization Example株式会社 --country JP --locality 三鷹市 --service ov-acme-1y"
ADD = (*_LINE.split(), "--domain", "WWW.example.com", ".example.org", "--user")


@pytest.fixture
def contract(answer):
    """A new contract as its JSON."""
    return answer(*ADD, "admin@example.com")


def test_a_new_contract(answer, home):
    """The JSON of a contract; the password is told once, to a customer who is new."""
    done = run(
        "--dir",
        str(home),
        *ADD,
        "New@example.com",
        "--starts",
        "2026-01-01T09:00:00+09:00",
        "--ends",
        "2100-01-01T00:00:00Z",
        "--json",
    )
    assert (done.code, done.stderr) == (0, "")
    first = json.loads(done.stdout)
    assert list(first) == ["contract", "service", "status", "domains", "organization", "starts", "ends", "eab", "user"]
    assert first["service"] == "ov-acme-1y"
    assert first["status"] == "active"
    assert first["domains"] == ["www.example.com", ".example.org"]
    assert first["organization"] == {"name": "Example株式会社", "country": "JP", "state": None, "locality": "三鷹市"}
    assert (first["starts"], first["ends"]) == ("2026-01-01T00:00:00Z", "2100-01-01T00:00:00Z")
    assert list(first["eab"]) == ["kid", "hmac", "server", "status"]
    assert re.fullmatch(r"[A-Za-z0-9]+", first["eab"]["kid"])
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{42}", first["eab"]["hmac"])
    assert first["eab"]["server"] == "https://127.0.0.1:8443/acme/"
    assert first["user"]["login"] == "new@example.com"
    assert len(first["user"]["password"]) > 12
    assert answer(*ADD, "new@example.com")["user"]["password"] is None
    shown = answer("contract", "show", first["contract"])
    assert shown == {**first, "in_use": 0, "user": {"login": "new@example.com", "password": None}}
    secrets = (first["eab"]["hmac"], first["user"]["password"])
    assert not any(secret.encode() in (home / "tegata-ca.db").read_bytes() for secret in secrets)


def test_a_service_without_acme(answer, refusal):
    """It has no EAB; a service may be named by its label."""
    words = [word if word != "ov-acme-1y" else "OV (RSA2024) 半年" for word in ADD]
    made = answer(*words, "csr@example.com")
    assert made["eab"] is None
    assert refusal("eab", "file", made["contract"])["code"] == "contract.no-acme"


def test_the_life_of_a_contract(answer, refusal, contract):
    """Suspended, resumed, renewed, ended; what cannot be is refused."""
    one = contract["contract"]
    assert answer("contract", "suspend", one)["status"] == "suspended"
    assert refusal("contract", "suspend", one)["code"] == "operator.refused"
    assert answer("contract", "resume", one)["status"] == "active"
    assert answer("contract", "renew", one, "--ends", "2101-01-01T00:00:00Z")["ends"] == "2101-01-01T00:00:00Z"
    assert refusal("contract", "renew", one, "--ends", "2099-01-01T00:00:00Z")["code"] == "operator.refused"
    ended = answer("contract", "end", one)
    assert (ended["status"], ended["in_use"]) == ("ended", 0)
    assert answer("contract", "show", one) == ended
    revoking = ("--reason", "5", "--by", "Aoki", "--revoking")
    assert answer("contract", "revoke", one, *revoking, "0") == []
    assert refusal("contract", "revoke", one, *revoking, "1")["code"] == "operator.refused"
    assert refusal("contract", "renew", one)["code"] == "operator.refused"
    (eab,) = answer("eab", "list", one)
    assert (eab["status"], eab["contract_status"]) == ("active", "ended")
    for asked in (("eab", "file", one), ("eab", "add", one), ("eab", "rotate", eab["kid"])):
        assert refusal(*asked)["code"] == "contract.ended"
    assert one in [listed["contract"] for listed in answer("contract", "list")]


def test_the_contracts_of_a_customer(answer, refusal):
    """By the mail address, however it is written."""
    made = [answer(*ADD, "several@example.com")["contract"] for _ in range(2)]
    found = [one["contract"] for one in answer("contract", "list", "--user", " Several@example.com")]
    assert found == made
    assert refusal("contract", "list", "--user", "nobody@example.com")["code"] == "operator.unknown"


def test_a_contract_without_an_end(answer, refusal, ca):
    """Who means none writes the last second there is: it is a date as any other, in lists and on pages."""
    made = answer(*ADD, "forever@example.com", "--ends", "9999-12-31T23:59:59Z")
    assert (made["status"], made["ends"]) == ("active", "9999-12-31T23:59:59Z")
    assert made["contract"] in [listed["contract"] for listed in answer("contract", "list")]
    assert "9999-12-31" in ca("contract", "list").stdout
    assert "9999" in refusal("contract", "renew", made["contract"])["detail"]


def test_an_eab(answer, ca, contract):
    """Shown, rotated, disabled; the file is exactly one line, in either form of output."""
    kid = contract["eab"]["kid"]
    shown = answer("eab", "show", kid)
    assert shown == {
        **contract["eab"],
        "contract": contract["contract"],
        "contract_status": "active",
        "label": "",
        "domains": [],
        "expires": None,
        "registers_until": None,
        "registered": 0,
        "most_accounts": None,
        "depending": {"accounts": 0, "certificates": 0, "first_end": None},
        "last_used": None,
        "last_used_by": None,
    }
    line = (
        f"sudo certbot --server https://127.0.0.1:8443/acme/ --eab-hmac-key {shown['hmac']} --eab-kid {kid}"
        " -d www.example.com -d example.org --key-type rsa\n"
    )
    for words in ([], ["--json"]):
        assert ca("eab", "file", contract["contract"], *words).stdout == line
    new = answer("eab", "rotate", kid)
    assert new["kid"] != kid
    assert new["hmac"] != shown["hmac"]
    assert new["status"] == "active"
    assert answer("eab", "show", kid)["status"] == "superseded"
    assert answer("contract", "show", contract["contract"])["eab"]["kid"] == new["kid"]
    assert answer("eab", "disable", kid)["status"] == "disabled"


def test_eabs_with_limits(answer, refusal, ca, contract):
    """Beside the contract's own, for some names, accounts and a time; replaced with both in use for some days."""
    one, own = contract["contract"], contract["eab"]["kid"]
    end, until = "2099-01-01T00:00:00Z", "2098-01-01T00:00:00Z"
    words = ("--domain", "www.example.com", "--accounts", "2", "--expires", end)
    added = answer("eab", "add", one, *words)
    assert (added["domains"], added["most_accounts"], added["expires"]) == (["www.example.com"], 2, end)
    assert ca("eab", "file", one, "--kid", added["kid"]).stdout.endswith(" -d www.example.com --key-type rsa\n")
    new = answer("eab", "rotate", added["kid"], "--until", until)
    assert (new["domains"], new["most_accounts"], new["expires"]) == (["www.example.com"], 2, end)
    listed = {row["kid"]: row for row in answer("eab", "list", one)}
    assert set(listed) >= {own, added["kid"], new["kid"]}
    assert (listed[added["kid"]]["status"], listed[added["kid"]]["registers_until"]) == ("active", until)
    assert refusal("eab", "disable", new["kid"], "--accounts", "1")["code"] == "operator.refused"
    assert answer("eab", "disable", new["kid"], "--accounts", "0")["status"] == "disabled"
    answer("eab", "rotate", own)
    for kid in (new["kid"], own):
        refused = refusal("eab", "file", one, "--kid", kid)
        assert refused["code"] == "operator.no-eab-file"
        assert f"tegata-ca eab add {one}" in refused["detail"]


def test_what_eabs_are_called(answer, refusal, ca, contract):
    """Told with each, and in the list, in either language."""
    one = contract["contract"]
    added = answer("eab", "add", one, "--label", "www1 (東京)")
    assert added["label"] == "www1 (東京)"
    assert answer("eab", "label", added["kid"], "--label", "www2")["label"] == "www2"
    assert "Label: www2\n" in ca("eab", "show", added["kid"]).stdout
    listed = ca("eab", "list", one, environ=JAPANESE).stdout.splitlines()
    assert listed[0].split()[:2] == ["MAC鍵識別子", "名称"]
    assert [added["kid"], "www2"] in [line.split()[:2] for line in listed]
    told = refusal("eab", "label", added["kid"], "--label", "a\nb")
    assert told["code"] == "operator.refused"
    assert answer("eab", "label", added["kid"], "--label", "")["label"] == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("contract", "show", "C1"), "operator.unknown"),
        (("contract", "suspend", "C1"), "operator.unknown"),
        (("eab", "show", "x"), "operator.unknown"),
        (("eab", "file", "C1"), "operator.unknown"),
        (("cert", "show", "ab"), "operator.unknown"),
        (("cert", "revoke", "ab", "--reason", "4"), "operator.unknown"),
        (("cert", "list", "--contract", "C1"), "operator.unknown"),
    ],
)
def test_what_is_not_there(refusal, words, code):
    """Named in the answer."""
    error = refusal(*words)
    assert error["code"] == code
    assert words[2] in error["detail"] or words[-1] in error["detail"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"--country": "Japan"}, "JP"),
        ({"--country": "XX"}, "ISO 3166-1"),
        ({"--country": "UK"}, "ISO 3166-1"),
        ({"--service": "ev"}, "ov-csr-6m (OV (RSA2024) 半年)"),
        ({"--domain": "-bad-.example"}, "-bad-.example"),
        ({"--user": "nobody"}, "mail address"),
        ({"--ends": "2020-01-01T00:00:00Z"}, "end before it starts"),
        ({"--starts": "9999-12-31T00:00:00Z"}, "9999"),
    ],
)
def test_a_contract_that_cannot_be(refusal, answer, changes, told):
    """Refused with what was wrong; nothing is stored."""
    before = answer("contract", "list")
    options = {
        "--organization": "O",
        "--country": "JP",
        "--service": "ov-acme-1y",
        "--domain": "a.example",
        "--user": "a@b.example",
    }
    words = [word for option in {**options, **changes}.items() for word in option]
    words = [f"{name}={value}" for name, value in zip(words[::2], words[1::2], strict=True)]
    assert told in refusal("contract", "add", *words)["detail"]
    assert answer("contract", "list") == before


def test_a_person_reads_tables(ca, contract):
    """In the language of the environment."""
    listed = ca("contract", "list")
    assert listed.stdout.startswith("Contract ")
    assert contract["contract"] in listed.stdout
    shown = ca("contract", "show", contract["contract"], environ=JAPANESE)
    assert "MAC鍵識別子: " + contract["eab"]["kid"] in shown.stdout
    refused = ca("contract", "show", "C1", environ=JAPANESE)
    assert (refused.code, refused.stdout) == (1, "")
    assert re.search("[ぁ-ん]", refused.stderr)
    assert ca("cert", "list").stdout.startswith("Serial ")


def test_wrong_usage(called, tmp_path):
    """Exit code 2, and how it is written; with --json on one line too."""
    wrong = run("contract", "remove")
    assert (wrong.code, wrong.stdout) == (2, "")
    assert "tegata-ca contract" in wrong.stderr
    wrong = called("contract", "remove", "--json")
    assert (wrong.code, error_of(wrong)["code"]) == (2, "operator.usage")
    nowhere = called("--dir", str(tmp_path / "none"), "contract", "list")
    assert nowhere.code == 1
    assert "settings.toml" in nowhere.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unforeseen_error(called, home, monkeypatch):
    """A person gets the traceback for a report; a program one line without it."""

    def broken(*_, **__):
        raise RuntimeError("deep inside")

    monkeypatch.setattr("tegata.ca.bootstrap.open_ca", broken)
    told = called("contract", "list")
    assert told.code == 1
    assert "RuntimeError: deep inside" in told.stderr
    assert "internal error" in told.stderr
    program = called("contract", "list", "--json")
    assert (program.code, error_of(program)["code"]) == (1, "internal")
    assert "deep inside" not in program.stderr


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (("https://127.0.0.1:8443", "http://127.0.0.1:8443"), "acme.url"),
        (("https://127.0.0.1:8443", "https://127.0.0.1:8443/ca"), "acme.url"),
        (("http01_port = 80", 'http01_port = "eighty"'), "validation"),
        (("name =", "nmae ="), "nmae"),
    ],
)
def test_settings_that_cannot_be_used(called, home, tmp_path, edit, told):
    """A-01: named with the file; an ACME URL is https, whatever somebody edits."""
    text = (home / "settings.toml").read_text("utf-8")
    assert edit[0] in text
    (tmp_path / "settings.toml").write_text(text.replace(*edit), "utf-8")
    done = called("--dir", str(tmp_path), "contract", "list")
    assert done.code == 1
    assert told in done.stderr
    assert str(tmp_path / "settings.toml") in done.stderr


def test_an_examination_by_the_command_line(ca, answer, refusal):
    """B-64: examined by one, released by another, listed; the wrong source is wrong usage."""
    words = ("--organization", "例", "--country", "JP", "--service", "ov-acme-1y", "--domain", "ex.example.com")
    made = answer("contract", "add", *words, "--user", "examined@example.com")["contract"]
    told = ("--evidence", "register 17", "--authority", "called back", "--by", "青木")
    assert answer("contract", "list", "--waiting") == []
    examined = answer("contract", "examine", made, "--source", "government", *told)
    assert (examined["examiner"], examined["releaser"], examined["counts_until"]) == ("青木", None, None)
    assert refusal("contract", "release", made, "--by", "青木")["code"] == "operator.refused"
    assert (
        refusal("contract", "release", made, "--by", "馬場", "--examination", "nothing")["code"] == "operator.unknown"
    )
    (waits,) = answer("contract", "list", "--waiting")
    assert answer("contract", "list", "--waiting", "--user", "examined@example.com") == [waits]
    answer(*_LINE.split(), "--domain", "www.example.com", "--user", "other@example.com")
    assert answer("contract", "list", "--waiting", "--user", "other@example.com") == []
    assert waits == {
        "waits_for": "release",
        "contract": made,
        "service": "ov-acme-1y",
        "name": "例",
        "at": examined["examined"],
        "examination": examined["examination"],
        "order": None,
        "status": None,
        "names": [],
    }
    assert "例" in ca("contract", "list", "--waiting").stdout
    released = answer("contract", "release", made, "--by", "馬場", "--examination", examined["examination"])
    assert answer("contract", "examinations", made) == [released]
    assert released["counts_until"] > released["examined"]
    assert "馬場" in ca("contract", "examinations", made).stdout
    assert ca("contract", "examine", made, "--source", "hearsay", *told).code == 2
