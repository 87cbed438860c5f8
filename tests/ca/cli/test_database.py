"""A CA whose records are on a PostgreSQL, and databases of earlier releases, by the command line."""

import json
import os
import pwd
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing

import pytest

from tegata.ca.store import migrations
from tests.ca.cli.conftest import ENVIRONMENT, URLS, error_of, run

MAKE = (
    *("contract", "add", "--organization", "例", "--country", "JP", "--service", "dv-acme-1y"),
    *("--domain", "www.example.com", "--user", "a@example.com"),
)


def test_a_ca_on_postgresql(postgresql, tmp_path):
    """Made, used, and never made a second time in the same database; the password is in the environment."""
    url = postgresql.by_tcp(postgresql.database())
    environ = {**ENVIRONMENT, "TEGATA_CA_DATABASE_PASSWORD": postgresql.password}
    home = str(tmp_path / "ca")
    done = run("init", *URLS, "--dir", home, "--database", url, environ=environ)
    assert (done.code, done.stderr) == (0, "")
    settings = tomllib.loads((tmp_path / "ca" / "settings.toml").read_text())
    assert settings["database"] == {"url": url, "password_file": "", "connections": 10}
    assert not list((tmp_path / "ca").glob("*.db"))
    assert run("--dir", home, *MAKE, environ=environ).code == 0
    (contract,) = json.loads(run("--dir", home, "contract", "list", "--json", environ=environ).stdout)
    assert contract["domains"] == ["www.example.com"]
    again = run("init", *URLS, "--dir", str(tmp_path / "second"), "--database", url, "--json", environ=environ)
    assert (again.code, error_of(again)["code"]) == (1, "store.unusable")
    assert not (tmp_path / "second").exists()
    locked_out = run("--dir", home, "contract", "list", "--json")
    assert (locked_out.code, error_of(locked_out)["code"]) == (1, "store.unusable")
    told = run("--dir", home, "migrate", environ=environ)
    assert (told.code, told.stdout) == (0, "The database is up to date.\n")


KILLED = """
import os, signal, sys
from pathlib import Path
from tegata.ca.cli.main import main
Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.exit(main())
"""


def test_init_killed_before_its_end_is_repeated(postgresql, tmp_path):
    """B-88: The database is taken as it was left, for no CA was in it; the dead one's keys are gone."""
    url = postgresql.database()
    words = ("init", *URLS, "--dir", str(tmp_path / "ca"), "--database", url)
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], check=False, env=ENVIRONMENT, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    [left] = tmp_path.iterdir()
    assert left.name.startswith(".tegata-ca-unfinished-")
    done = run(*words)
    assert (done.code, done.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]
    second = run("init", *URLS, "--dir", str(tmp_path / "second"), "--database", url, "--json")
    assert (second.code, error_of(second)["code"]) == (1, "store.unusable"), "a CA is in it from its making on"
    who = f"operator {pwd.getpwuid(os.getuid()).pw_name}"
    [made] = json.loads(run("--dir", str(tmp_path / "ca"), "audit", "show", who, "--json").stdout)
    assert made["facts"] == {"command": "init", "of": str(tmp_path / "ca")}


def test_a_url_with_a_password_is_refused_unseen(tmp_path):
    """What stands in settings.toml, in messages and in logs is no place for it."""
    url = "postgresql://ca:hunter2@127.0.0.1/ca"
    done = run("init", *URLS, "--dir", str(tmp_path / "ca"), "--database", url)
    assert done.code == 1
    assert "URL holds a password" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_database_that_is_gone_is_not_made_anew(called, home, tmp_path, is_empty):
    """B-88, B-92: what was issued and revoked would be forgotten, and CRL numbers begin again; a backup is put back."""
    own, backup = tmp_path / "own", str(tmp_path / "backup.db")
    shutil.copytree(home, own)
    assert called("--dir", str(own), "backup", backup).code == 0
    database = own / "tegata-ca.db"
    database.unlink()
    if is_empty:
        database.touch()
    serve = ("serve", "--listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0")
    for command in (serve, ("contract", "list"), ("migrate",), ("migrate", "--finish")):
        refused = run("--dir", str(own), *command, "--json")
        assert (refused.code, error_of(refused)["code"]) == (1, "store.unusable"), command
        assert "restore" in error_of(refused)["detail"]
    assert "keys and database" in called("--dir", str(own), "check").stdout
    assert database.exists() is is_empty
    database.unlink(missing_ok=True)
    assert called("--dir", str(own), "restore", backup).code == 0
    who = f"operator {pwd.getpwuid(os.getuid()).pw_name}"
    last = json.loads(called("--dir", str(own), "audit", "show", who, "--json").stdout)[-1]
    assert last["facts"] == {"command": "restore", "of": backup}, "B-93: in the database that was put there"
    assert called("--dir", str(own), "contract", "list").code == 0


def test_a_database_of_the_first_release_is_brought_up_to_date(home, tmp_path):
    """By ``migrate``, which says what it did, in words or JSON; then there is nothing left to do."""
    old = tmp_path / "old"
    shutil.copytree(home, old)
    (old / "tegata-ca.db").unlink()
    first = migrations.known()[0]
    with closing(sqlite3.connect(old / "tegata-ca.db")) as database:
        database.executescript(first.text)
        database.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT")
        database.execute("INSERT INTO migrations VALUES (1, ?)", (first.checksum,))
        database.commit()
    told = run("--dir", str(old), "migrate")
    assert told.code == 0, told.stderr
    assert re.fullmatch(
        r"Applied: 0002_account_lifecycle\.sql(, \w+\.sql)+\. The database is up to date\.\n", told.stdout
    )
    done = run("--dir", str(old), "migrate", "--json")
    assert json.loads(done.stdout) == {"applied": [], "left": []}
    assert run("--dir", str(old), "contract", "list", "--json").stdout == "[]\n"
    [migrated] = commanded(old)
    assert migrated["command"] == "migrate", "B-93: once, by whom the schema became another"
    assert "0002_account_lifecycle.sql" in migrated["of"]


def commanded(home):
    """What the audit log says that this user has done."""
    who = f"operator {pwd.getpwuid(os.getuid()).pw_name}"
    return [event["facts"] for event in json.loads(run("--dir", str(home), "audit", "show", who, "--json").stdout)]


def test_who_made_a_backup(home, tmp_path):
    """B-93: It holds all that the CA knows. What cannot be written to any more is copied all the same."""
    own, backup = tmp_path / "own", tmp_path / "backup.db"
    shutil.copytree(home, own)
    assert run("--dir", str(own), "backup", str(backup)).code == 0
    assert commanded(own)[-1] == {"command": "backup", "of": str(backup)}
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        events = "SELECT count(*) FROM events WHERE kind = 'operator.commanded'"
        [noted] = database.execute(events).fetchone()
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute(events).fetchone() == (noted,)
    assert run("--dir", str(own), "backup", str(tmp_path / "second.db")).code == 0
    assert (tmp_path / "second.db").exists()


def test_a_backup_that_lacks_a_certificate(home, tmp_path):
    """It is put back only if that is asked for, and said what would be lost."""
    own = tmp_path / "own"
    shutil.copytree(home, own)
    backup = str(tmp_path / "backup.db")
    assert run("--dir", str(own), "backup", backup).code == 0
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        database.execute(
            "INSERT INTO certificates (serial, order_id, account_id, contract_id, names, names_digest, not_before,"
            " not_after, spki_digest, tbs, intended_at, chain_pem, issued_at)"
            " VALUES ('a1', 'o', 'a', 'c', '[]', x'', 0, 1, x'', x'', 0, x'00', 0)"
        )
        database.commit()
    refused = run("--dir", str(own), "restore", backup)
    assert refused.code == 1
    assert "(certificates: 1, revocations: 0)" in refused.stderr
    assert run("--dir", str(own), "restore", backup, "--force").code == 0
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        assert database.execute("SELECT * FROM certificates").fetchall() == []


def test_back_from_a_newer_program(home, tmp_path):
    """The backup that was made before it is put in the place of what that has made of the database, as is advised."""
    own, backup = tmp_path / "own", str(tmp_path / "backup.db")
    shutil.copytree(home, own)
    assert run("--dir", str(own), "backup", backup).code == 0
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        database.execute("INSERT INTO migrations (number, checksum) VALUES (9999, 'later')")
        database.execute("INSERT INTO blocked_keys (spki_digest, blocked_at, cause) VALUES (x'aa', 0, 'it leaked')")
        database.commit()
    refused = run("--dir", str(own), "contract", "list", "--json")
    assert (refused.code, error_of(refused)["code"]) == (1, "store.too-new")
    assert "restore" in error_of(refused)["detail"]
    done = run("--dir", str(own), "restore", backup)
    assert (done.code, done.stderr) == (0, "")
    assert run("--dir", str(own), "contract", "list").code == 0
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        assert database.execute("SELECT spki_digest FROM blocked_keys").fetchall() == [(b"\xaa",)]


def test_a_damaged_database(home, tmp_path):
    """Is told, with what to do; once it is moved away a backup takes its place."""
    own, backup = tmp_path / "own", str(tmp_path / "backup.db")
    shutil.copytree(home, own)
    assert run("--dir", str(own), "backup", backup).code == 0
    (own / "tegata-ca.db").write_bytes(b"no database" * 1000)
    refused = run("--dir", str(own), "restore", backup, "--force", "--json")
    assert (refused.code, error_of(refused)["code"]) == (1, "store.unusable")
    assert "damaged and moved away" in error_of(refused)["detail"]
    (own / "tegata-ca.db").rename(tmp_path / "damaged.db")
    assert run("--dir", str(own), "restore", backup).code == 0
