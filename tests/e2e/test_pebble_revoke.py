"""tegata with Pebble: revocation, proved by what Pebble itself says of the certificate."""

import pytest

from tests.e2e.certificates import crt, serial
from tests.e2e.pebble_words import account, names, order
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    """One that has an account and a certificate."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    return tegata


def revoke(pebble: Pebble, *words: str) -> list[str]:
    return [*account(pebble), *names(NAME), *words]


def test_the_manual_s_command(tegata: Tegata, pebble: Pebble) -> None:
    """Section 6: the reason stands before the command and arrives; the files are archived under lego's names."""
    number = serial(crt(tegata.path, NAME))
    assert pebble.status(number)["Status"] == "Valid"
    done = tegata.run(*revoke(pebble, "--reason", "5", "revoke")).check()
    status = pebble.status(number)
    assert (status["Status"], str(status["Reason"])) == ("Revoked", "5")
    assert [line[20:] for line in done.stderr.splitlines()] == [
        f"Trying to revoke certificate for domain {NAME}",
        "Certificate was revoked.",
        f"Certificate was archived for domain: {NAME}",
    ]
    archived = sorted(file.name.split(".", 1) for file in (tegata.path / "archives").iterdir())
    assert [name for _, name in archived] == [f"{NAME}{ending}" for ending in (".crt", ".issuer.crt", ".json", ".key")]
    assert all(stamp.isdigit() for stamp, _ in archived)
    assert not list((tegata.path / "certificates").iterdir())


def test_behind_the_command_and_kept(tegata: Tegata, pebble: Pebble) -> None:
    """--keep leaves the files where they are."""
    number = serial(crt(tegata.path, NAME))
    tegata.run(*revoke(pebble, "revoke", "--reason", "4", "--keep")).check()
    assert str(pebble.status(number)["Reason"]) == "4"
    assert crt(tegata.path, NAME).is_file()


def test_a_revocation_that_was_cut_off_is_finished(tegata: Tegata, pebble: Pebble) -> None:
    """The CA has done it, the files are still here: the next run puts them away."""
    tegata.run(*revoke(pebble, "revoke", "--keep")).check()
    done = tegata.run(*revoke(pebble, "revoke")).check()
    assert "Certificate was already revoked." in done.stderr
    assert not crt(tegata.path, NAME).exists()


def test_a_reason_that_the_ca_refuses(tegata: Tegata, pebble: Pebble) -> None:
    """It is passed on, and what the CA says is told; nothing is moved."""
    done = tegata.run(*revoke(pebble, "revoke", "--reason", "7"))
    assert done.code == 1
    assert f"Error while revoking the certificate for domain {NAME}\n\tacme: error: 400 :: POST :: " in done.stderr
    assert "badRevocationReason" in done.stderr
    assert crt(tegata.path, NAME).is_file()


def test_several_names(tegata: Tegata, pebble: Pebble) -> None:
    """Each is a certificate of its own; the one that is missing is named."""
    tegata.run(*order(pebble, "www2.example.com"), "run").check()
    done = tegata.run(*account(pebble), *names(NAME, "www2.example.com", "www3.example.com"), "revoke")
    assert done.code == 1
    assert done.stderr.count("Certificate was archived for domain") == 2
    assert "Error while revoking the certificate for domain www3.example.com\n\topen " in done.stderr


def test_a_reason_by_its_name(tegata: Tegata, pebble: Pebble) -> None:
    """In any case; a word that is none is told before the CA hears of it (A-95)."""
    number = serial(crt(tegata.path, NAME))
    done = tegata.run(*revoke(pebble, "revoke", "--reason", "because"))
    assert done.code == 1
    assert 'invalid value "because" for flag -reason: parse error' in done.stderr
    assert "cessationOfOperation" in done.stderr
    tegata.run(*revoke(pebble, "revoke", "--reason", "Superseded")).check()
    assert str(pebble.status(number)["Reason"]) == "4"


def test_one_name_that_is_missing_stops_none_of_the_others(tegata: Tegata, pebble: Pebble) -> None:
    """Wherever it stands; it is told where it stands, and makes the exit code."""
    done = tegata.run(*account(pebble), *names("www3.example.com", NAME), "revoke")
    assert done.code == 1
    assert "Error while revoking the certificate for domain www3.example.com\n\topen " in done.stderr
    assert f"Certificate was archived for domain: {NAME}" in done.stderr


def test_without_the_account(tegata: Tegata, pebble: Pebble) -> None:
    """Gone from the disk, or unknown to the CA: the certificate's key on the disk proves the right as well (A-95)."""
    number = serial(crt(tegata.path, NAME))
    (folder,) = (tegata.path / "accounts").iterdir()
    folder.rename(tegata.directory / "gone")
    tegata.run(*revoke(pebble, "revoke", "--reason", "5")).check()
    assert pebble.status(number)["Status"] == "Revoked"
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    number = serial(crt(tegata.path, NAME))
    (account_file,) = (tegata.path / "accounts").rglob("account.json")
    account_file.write_text(account_file.read_text().replace("/my-account/", "/my-account/9"))
    done = tegata.run(*revoke(pebble, "revoke")).check()
    assert "The certificate's own key does" in done.stderr
    assert pebble.status(number)["Status"] == "Revoked"


def test_with_a_damaged_account_key(tegata: Tegata, pebble: Pebble) -> None:
    """The certificate's key asks in its place; where that is gone too, it is told how to bring it along (A-95)."""
    number = serial(crt(tegata.path, NAME))
    (account_key,) = (tegata.path / "accounts").rglob("*.key")
    account_key.write_bytes(account_key.read_bytes()[:60])
    (tegata.path / "certificates" / f"{NAME}.key").rename(tegata.directory / "my.key")
    done = tegata.run(*revoke(pebble, "revoke"))
    assert done.code == 1
    assert str(account_key) in done.stderr
    assert "--private-key" in done.stderr
    (tegata.directory / "my.key").rename(tegata.path / "certificates" / f"{NAME}.key")
    done = tegata.run(*revoke(pebble, "revoke")).check()
    assert "The certificate's own key does" in done.stderr
    assert pebble.status(number)["Status"] == "Revoked"


def test_with_a_key_that_is_given(tegata: Tegata, pebble: Pebble) -> None:
    """No account is asked for; a key that is not the certificate's is told here, not by the CA (A-95)."""
    number = serial(crt(tegata.path, NAME))
    key = tegata.directory / "my.key"
    (tegata.path / "certificates" / f"{NAME}.key").rename(key)
    (account_key,) = (tegata.path / "accounts").rglob("*.key")
    words = ["-s", pebble.directory_url, *names(NAME), "revoke", "--private-key"]
    done = tegata.run(*words, str(account_key))
    assert done.code == 1
    assert f"is not the one of the certificate for {NAME}" in done.stderr
    tegata.run(*words, str(key), "--keep").check()
    assert pebble.status(number)["Status"] == "Revoked"


def test_a_revoked_certificate_is_renewed_when_it_is_known(tegata: Tegata, pebble: Pebble) -> None:
    """Pebble has neither renewal information nor a list; what is remembered of it decides."""
    before = serial(crt(tegata.path, NAME))
    tegata.run(*order(pebble, NAME), "renew").check()
    (watch,) = (tegata.path / ".tegata" / "renewals").iterdir()
    watch.write_text(watch.read_text().replace('"revoked": false', '"revoked": true'))
    done = tegata.run(*order(pebble, NAME), "renew", "--days", "10").check()
    assert "The certificate has been revoked: renewing it" in done.stderr
    assert serial(crt(tegata.path, NAME)) != before
