"""ZeroSSL played behind a proxy by its real names: an account by a mail address alone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tegata.acme import b64
from tests.client.https_peer import Answer, Asked, Peer, https_peer
from tests.peers.connect_proxy import connect_proxy
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

CA = "https://acme.zerossl.com/v2/DV90"
API = "/acme/eab-credentials-email"
WORDS = ["accounts", "register", "--server", "zerossl", "--accept-tos"]


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def plays(asked: Asked) -> Answer:
    """Both services: the CA's directory and accounts, and the one that gives credentials."""
    match asked.path:
        case "/v2/DV90":
            urls = {name: f"{CA}/{name}" for name in ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")}
            return json_answer({**urls, "meta": {"externalAccountRequired": True}})
        case "/v2/DV90/newNonce":
            return Answer(200, b"", {"Replay-Nonce": "bm9uY2U"})
        case "/v2/DV90/newAccount":
            headers = {"Location": f"{CA}/account/1", "Replay-Nonce": "bm9uY2Uy"}
            return json_answer({"status": "valid"}, 201, **headers)
        case _ if asked.path == API:
            return json_answer({"success": True, "eab_kid": "kid-of-mail", "eab_hmac_key": Pebble.eab_mac})
    return Answer(404)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with https_peer(tmp_path, hosts=("acme.zerossl.com", "api.zerossl.com")) as peer:
        peer.answers = plays
        yield peer


class Behind(Tegata):
    """One that reaches the network by a proxy."""

    proxy = ""

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return super().environment({"HTTPS_PROXY": self.proxy, "TEGATA_LANG": "en", **(more or {})})


@pytest.fixture
def tegata(tmp_path: Path, peer: Peer) -> Iterator[Tegata]:
    home = tmp_path / "home"
    home.mkdir()
    with connect_proxy(int(peer.url.rpartition(":")[2])) as (url, _):
        tegata = Behind(home, peer.root)
        tegata.proxy = url
        yield tegata


def test_by_a_mail_address_alone(tegata: Tegata, peer: Peer) -> None:
    """The credential is asked for once, with the address, and binds the account; the MAC is said nowhere."""
    done = tegata.run(*WORDS, "--email", "a@x.example").check()
    (asked,) = (asked for asked in peer.asked if asked.path == API)
    assert asked.body == b"email=a%40x.example"
    (made,) = (asked for asked in peer.asked if asked.path.endswith("/newAccount"))
    account = json.loads(b64.decode(json.loads(made.body)["payload"]))
    header = json.loads(b64.decode(account["externalAccountBinding"]["protected"]))
    assert header["kid"] == "kid-of-mail"
    assert Pebble.eab_mac not in done.output
    tegata.run(*WORDS, "--email", "a@x.example").check()
    assert sum(asked.path == API for asked in peer.asked) == 1


def test_a_credential_that_was_given_counts(tegata: Tegata, peer: Peer) -> None:
    """Nobody is asked for another; half of one is an error as anywhere."""
    given = ["--kid", "own", "--hmac", Pebble.eab_mac]
    tegata.run(*WORDS, "--email", "a@x.example", *given).check()
    done = tegata.run(*WORDS, "--email", "b@x.example", "--kid", "own")
    assert "--hmac is not given" in done.stderr
    assert not [asked for asked in peer.asked if asked.path == API]


def test_without_an_address(tegata: Tegata, peer: Peer) -> None:
    """It is told what is missing, and nothing is left behind."""
    done = tegata.run(*WORDS)
    assert done.code == 1
    assert "--email" in done.stderr
    assert not [asked for asked in peer.asked if asked.path == API]


def test_a_refusal(tegata: Tegata, peer: Peer) -> None:
    """In the service's words, with what to do."""
    honest = peer.answers
    refusal = json_answer({"success": False, "error": {"code": 2900, "type": "inv\x1b[2Jalid_email"}})
    peer.answers = lambda asked: refusal if asked.path == API else honest(asked)
    done = tegata.run(*WORDS, "--email", "a@x.example")
    assert done.code == 1
    assert "2900 inv\\x1b[2Jalid_email" in done.stderr
    assert "--eab" in done.stderr
