"""The keys that a CA made for itself are nobody else's."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

from tegata.ca import bootstrap
from tegata.pki.certs import key_digests
from tests.ca.cli.conftest import ENVIRONMENT


def test_nobody_gets_a_certificate_for_a_key_of_the_cas(home):
    """B-54: root, issuing and server's CA; no subscriber's key was ever made here."""

    async def blocked():
        ca = bootstrap.open_ca(home, ENVIRONMENT)
        await ca.close()
        return ca.issuance._check._blocked, key_digests([one for one in ca.hierarchy[:3] if one])

    found, own = asyncio.run(blocked())
    assert len(own) == 3
    assert own <= found


def test_what_the_keys_of_a_publicly_trusted_ca_did_is_kept(home, tmp_path):
    """B-94: since the issuing key's beginning, and of proofs as long as they serve."""
    own = tmp_path / "own"
    shutil.copytree(home, own)
    settings = own / "settings.toml"
    settings.write_text(settings.read_text().replace("public = false", "public = true"))

    async def kept(of):
        ca = bootstrap.open_ca(of, ENVIRONMENT)
        await ca.close()
        now = ca.now()
        begins = ca.hierarchy.issuing.not_valid_before_utc
        return ca.housekeeping._reuse, now - ca.housekeeping._log_since(now), now - begins

    reuse, since, begins = asyncio.run(kept(own))
    assert (reuse, since) == (timedelta(days=30), begins)
    assert asyncio.run(kept(home))[1] == timedelta(0) < begins


def test_commands_while_the_token_is_away(called, home, tmp_path):
    """What signs nothing is done, and a revocation counts: its CRL is left to ``serve`` (B-95). ``check`` tells."""
    own = tmp_path / "own"
    shutil.copytree(home, own)
    settings = own / "settings.toml"
    away = "pkcs11:token=away;object=issuing?module-path=/nonexistent.so&pin-source=env:PIN"
    text = settings.read_text()
    settings.write_text(text.replace("file:keys/issuing.key", away))
    assert settings.read_text() != text
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        database.execute(
            "INSERT INTO certificates (serial, order_id, account_id, contract_id, names, names_digest, not_before,"
            " not_after, spki_digest, tbs, intended_at, chain_pem, issued_at)"
            " VALUES ('a1', 'o', 'a', 'c', '[]', x'', 0, 4000000000000000, x'', x'', 0, x'00', 0)"
        )
        database.commit()
    environ = {**ENVIRONMENT, "PIN": "1234"}
    listed = called("--dir", str(own), "contract", "list", "--json", environ=environ)
    assert (listed.code, json.loads(listed.stdout)) == (
        0,
        json.loads(called("--dir", str(home), "contract", "list", "--json").stdout),
    )
    done = called("--dir", str(own), "cert", "revoke", "a1", "--reason", "4", environ=environ)
    assert done.code == 0, done.stderr
    with closing(sqlite3.connect(own / "tegata-ca.db")) as database:
        assert database.execute("SELECT reason FROM certificates WHERE serial = 'a1'").fetchone() == (4,)
        assert database.execute("SELECT subject FROM jobs WHERE kind = 'crl'").fetchall() == [("a1:4",)]
    checked = called("--dir", str(own), "check", "--json", environ=environ)
    matters = {one["check"]: one for one in json.loads(checked.stdout)}
    assert (checked.code, matters["key of issuing"]["status"]) == (1, "error")
    assert "token=away" in matters["key of issuing"]["detail"]
    assert {"database", "CRL", "issuing CA"} <= set(matters), "the rest is looked at all the same"
