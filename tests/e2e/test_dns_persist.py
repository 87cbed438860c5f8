"""dns-persist-01 by the installed command: a CA that offers it looks at a real BIND, and the record stays for the next.

The CA is a double; what it thinks of the records is what tegata-ca thinks of them.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tegata.acme.challenges import dnspersist01_account
from tegata.acme.jwk import from_public, thumbprint
from tegata.ca.policy.persistence import PersistRequest, objection
from tegata.pki.keys import from_pem
from tests.client.https_peer import Answer
from tests.e2e.acme_play import NAME, Play, acme_play, json_answer
from tests.e2e.dns_site import DnsSite
from tests.peers.bind import Bind
from tests.peers.command import Finished
from tests.peers.tegata import Tegata

pytestmark = [pytest.mark.peer("named"), pytest.mark.forked]

PLACE = f"_validation-persist.{NAME}"
ISSUERS = ("ca.example", "authority.example")


class PersistPlay:
    """Twists a play's authorization and challenge."""

    def __init__(self, play: Play, bind: Bind) -> None:
        self.play = play
        self.looks = 0
        self._bind = bind
        self._objection: str | None = None
        play.twists |= {"/authz/1": self._authorization, "/chall/1": self._look, "/newOrder": self._ordered}

    def _ordered(self, honest: Answer) -> Answer:
        self.looks = 0
        return honest

    def _look(self, _: Answer) -> Answer:
        self.looks += 1
        request = PersistRequest(
            issuers=ISSUERS, account_uri=self.play.url("/account/1"), wildcard=False, at=datetime.now(UTC)
        )
        self._objection = objection([text.encode() for text in self._bind.texts(PLACE)], request)
        return json_answer(self._challenge("processing"))

    def _authorization(self, honest: Answer) -> Answer:
        status = "pending" if not self.looks else "invalid" if self._objection else "valid"
        body = {**json.loads(honest.body), "status": status, "challenges": [self._challenge(status)]}
        return json_answer(body, honest.status, honest.headers)

    def _challenge(self, status: str) -> dict[str, object]:
        error = {"error": {"type": "urn:ietf:params:acme:error:unauthorized", "detail": self._objection}}
        return {
            "type": "dns-persist-01",
            "url": self.play.url("/chall/1"),
            "status": status,
            "accounturi": self.play.url("/account/1"),
            "issuer-domain-names": ISSUERS,
            **(error if status == "invalid" else {}),
        }


@pytest.fixture
def persist(tmp_path: Path, dns_site: DnsSite) -> Iterator[PersistPlay]:
    with acme_play(tmp_path) as play:
        yield PersistPlay(play, dns_site.network.bind)


def run(tegata: Tegata, site: DnsSite, persist: PersistPlay, *words: str, stdin: str = "") -> Finished:
    play = persist.play
    line = ["-s", play.directory_url, "-a", "-m", "test@example.com", "-d", NAME, "--key-type", "rsa2048"]
    line += ["--dns-persist", "--dns.resolvers", site.network.resolver, *words, "run"]
    return tegata.trusting(play.peer.root).run(*line, env=site.environment("rfc2136"), stdin=stdin)


def test_a_provider_makes_it_once(dns_site: DnsSite, persist: PersistPlay, tegata: Tegata):
    """By signed updates; the next order needs no provider, and writes nothing."""
    wanted = f"authority.example; accounturi={persist.play.url('/account/1')}; persistUntil=4102444800"
    flags = ["--dns-persist.issuer-domain-name", ISSUERS[1], "--dns-persist.persist-until", "2100-01-01T00:00:00Z"]
    run(tegata, dns_site, persist, *flags, "--dns", "rfc2136").check()
    assert dns_site.network.bind.texts(PLACE) == {wanted}
    assert persist.looks == 1
    done = run(tegata, dns_site, persist).check()
    assert f'this record is there already: {PLACE}. TXT "{wanted}"' in done.stderr
    assert "Please create" not in done.stdout
    assert dns_site.network.bind.texts(PLACE) == {wanted}


def test_by_hand(dns_site: DnsSite, persist: PersistPlay, tegata: Tegata):
    """It is told in the words of the provider ``manual``, and the CA's refusal if it was not made."""
    done = run(tegata, dns_site, persist, "--dns.propagation-wait", "10ms", stdin="\n")
    assert done.code == 1
    account = persist.play.url("/account/1")
    assert f'{PLACE}. 120 IN TXT "ca.example; accounturi={account}"\n' in done.stdout
    assert "can now remove" not in done.stdout
    assert "_validation-persist.NAME: it must name this CA" in done.stderr


def test_a_name_the_ca_has_not_and_an_end_that_is_past(dns_site: DnsSite, persist: PersistPlay, tegata: Tegata):
    done = run(tegata, dns_site, persist, "--dns-persist.issuer-domain-name", "other.example")
    assert done.code == 1
    assert "ca.example, authority.example" in done.stderr
    assert persist.looks == 0
    done = run(tegata, dns_site, persist, "--dns-persist.persist-until", "2020-01-01T00:00:00Z")
    assert done.code == 1
    assert "2020-01-01T00:00:00Z is past" in done.stderr


class PersistPlay02(PersistPlay):
    """The same as draft 02 has it: the directory says how accounts are hashed, the challenge names none."""

    def __init__(self, play: Play, bind: Bind) -> None:
        super().__init__(play, bind)
        self.prefix = f"{play.url('/hash')}/"
        play.twists["/dir"] = self._directory

    def account(self, jwk: Any) -> str:
        """What the account is called in the record."""
        return dnspersist01_account(self.prefix, thumbprint(jwk), self.play.url("/account/1"), NAME)

    def _directory(self, honest: Answer) -> Answer:
        body = json.loads(honest.body)
        body.setdefault("meta", {}).update(
            accountHashPrefix=self.prefix, issuerDomainNames=ISSUERS[:1], caaIdentities=ISSUERS
        )
        return json_answer(body, honest.status, honest.headers)

    def _look(self, _: Answer) -> Answer:
        self.looks += 1
        self._objection = None if self._bind.texts(PLACE) else "there is no record"
        return json_answer(self._challenge("processing"))

    def _challenge(self, status: str) -> dict[str, object]:
        challenge = super()._challenge(status)
        names = challenge.pop("issuer-domain-names")
        del challenge["accounturi"]
        return {**challenge, "issuerDomainNames": names}


def test_as_draft_02_has_it(dns_site: DnsSite, tmp_path: Path, tegata: Tegata):
    """A hash names the account, and whose key it takes is warned of (X-50); the next order finds the record."""
    with acme_play(tmp_path) as play:
        persist = PersistPlay02(play, dns_site.network.bind)
        done = run(tegata, dns_site, persist, "--dns", "rfc2136").check()
        (key_file,) = (tegata.path / "accounts").glob("**/*.key")
        account = persist.account(from_public(from_pem(key_file.read_bytes()).public_key()))
        wanted = f"ca.example; accounturi={account}"
        assert wanted in dns_site.network.bind.texts(PLACE)
        assert "guard the key like the zone itself" in done.stderr
        done = run(tegata, dns_site, persist).check()
        assert f'this record is there already: {PLACE}. TXT "{wanted}"' in done.stderr
        assert "that name the former account" not in done.stderr
        done = run(tegata, dns_site, persist, "--dns", "rfc2136", "--new-account").check()
        assert "that name the former account" in done.stderr
