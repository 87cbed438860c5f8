"""``tegata-ca customer``: a new password in place of a lost one, another mail address in place of a wrong one."""

import os
import pwd

import pytest

from tests.ca.cli.conftest import JAPANESE

ADD = ("contract", "add", "--organization", "例", "--country", "JP", "--service", "dv-acme-1y", "--domain", "a.example")


@pytest.fixture
def first(answer):
    """The password that the customer was told with the contract."""
    return answer(*ADD, "--user", "lost@example.com")["user"]["password"]


def test_a_new_password(ca, answer, home, first):
    """B-93: Shown once, in either form; who asked for it is in the audit log, the password nowhere."""
    made = answer("customer", "password", "Lost@example.com")
    assert list(made) == ["login", "password"]
    assert made["login"] == "lost@example.com"
    assert len(made["password"]) > 12
    assert made["password"] != first
    told = ca("customer", "password", "lost@example.com").stdout.splitlines()
    assert told[0] == "Login: lost@example.com"
    assert told[1].startswith("Password: ")
    assert made["password"] not in told[1]
    assert "パスワード: " in ca("customer", "password", "lost@example.com", environ=JAPANESE).stdout
    events = answer("audit", "show", f"operator {pwd.getpwuid(os.getuid()).pw_name}")
    assert {"command": "customer password", "of": "lost@example.com"} in [event["facts"] for event in events]
    kept = b"".join(file.read_bytes() for file in home.glob("tegata-ca.db*"))
    assert b"lost@example.com" in kept
    assert made["password"].encode() not in kept
    assert told[1].removeprefix("Password: ").encode() not in kept


def test_who_is_not_there(ca, refusal):
    """Refused, with the address that was given."""
    error = refusal("customer", "password", "nobody@example.com")
    assert error["code"] == "operator.unknown"
    assert "nobody@example.com" in error["detail"]
    assert "ログインID nobody@example.com" in ca("customer", "password", "nobody@example.com", environ=JAPANESE).stderr


def test_another_mail_address(ca, answer, refusal):
    """Who asked for it is on record; the new password goes by the new address."""
    answer(*ADD, "--user", "typo@example.com")
    renamed = answer("customer", "rename", "typo@example.com", "--to", "Found@example.com")
    assert renamed == {"login": "found@example.com"}
    assert answer("customer", "password", "found@example.com")["login"] == "found@example.com"
    assert "mail address" in refusal("customer", "rename", "found@example.com", "--to", "nothing")["detail"]
    taken = ca("customer", "rename", "found@example.com", "--to", "found@example.com", environ=JAPANESE)
    assert "このメールアドレスはすでにログインに使われています" in taken.stderr
