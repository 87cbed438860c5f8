"""The client's verbs where a real CA cannot easily be brought to the point, over real TLS."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tegata.acme import ari, b64, jws, problems
from tegata.acme.problems import ErrorType
from tegata.client import errors, events
from tegata.client.api import Client, EabCredential, Network
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tests.client.clock import SteppingClock
from tests.client.https_peer import Answer, Asked, Peer
from tests.pki import issued

KEY = keys.generate(KeyType.EC256)
ACCOUNT = {
    "status": "valid",
    "contact": ["mailto:a@example.com"],
    "tegata": {"contract": "C1", "contractEnds": "2027-01-01T00:00:00Z"},
}
MAC = b64.encode(b"0123456789abcdef0123456789abcdef")
LEAF = issued.root().issue(KEY.public_key(), ["a.example"])


class Desk:
    """What the peer answers as a CA: a directory, nonces, and for each path what the test puts there."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.meta: dict[str, Any] = {}
        self.elsewhere: dict[str, str] = {}
        self.paths = {"newNonce": "nonce", "newAccount": "account", "newOrder": "order", "revokeCert": "revoke"}
        self.answers: dict[str, Answer] = {
            "/account": Answer(201, json.dumps(ACCOUNT).encode(), {"Location": f"{peer.url}/acct/1"})
        }
        peer.answers = self.answer

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/dir":
            directory: dict[str, Any] = {name: f"{self.peer.url}/{path}" for name, path in self.paths.items()}
            directory |= {"meta": self.meta, "iNB0gMk": "https://random.test", **self.elsewhere}
            return Answer(body=json.dumps(directory).encode())
        given = self.answers.get(asked.path, Answer(404, problem(ErrorType.MALFORMED)))
        if asked.path == "/" + self.paths["newNonce"]:
            given = Answer()
        return Answer(given.status, given.body, {**given.headers, "Replay-Nonce": "aaaa"})

    def asked(self, path: str) -> list[Asked]:
        return [asked for asked in self.peer.asked if asked.path == path]

    def payload(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(jws.parse(self.asked(path)[-1].body).payload)
        return found


def problem(kind: ErrorType) -> bytes:
    return problems.encode(problems.problem(kind, "because"))


@pytest.fixture
def desk(peer: Peer) -> Desk:
    return Desk(peer)


def client_of(desk: Desk, account: str | None = None, report: events.Report = events.ignore) -> Client:
    """A client, with an account at this path if one is named."""
    return Client(
        f"{desk.peer.url}/dir",
        KEY,
        network=Network(roots=(desk.peer.root,)),
        account_url=account and desk.peer.url + account,
        clock=SteppingClock(),
        report=report,
    )


@pytest.fixture
def client(desk: Desk) -> Iterator[Client]:
    with client_of(desk) as opened:
        yield opened


def register(client: Client, eab: EabCredential | None = None) -> str:
    return client.register(contacts=["a@example.com"], terms_agreed=True, eab=eab).url


@pytest.mark.parametrize(("longest", "gave_up"), [(90, (80, 90)), (3600, (3590, 3600))])
def test_an_outage_at_an_order_is_sat_out_as_long_as_was_said(desk: Desk, longest: float, gave_up: tuple[float, float]):
    """What an order may take as a whole does not cut it short."""
    desk.answers["/order"] = Answer(503)
    clock = SteppingClock()
    network = Network(roots=(desk.peer.root,), outage=longest)
    url = desk.peer.url
    with (
        Client(f"{url}/dir", KEY, network=network, account_url=f"{url}/acct/1", clock=clock) as client,
        pytest.raises(errors.CaFailed),
    ):
        client.obtain(["a.example"], KEY, solvers={})
    assert gave_up[0] < clock.monotonic() <= gave_up[1]


def test_the_directory_is_read_once_and_unknown_members_are_ignored(desk: Desk, client: Client):
    """A-32: the directory lives as long as the run; random keys do no harm."""
    register(client)
    assert (client.terms, client.eab_required) == (None, False)
    assert client.directory.new_order == f"{desk.peer.url}/order"
    assert len(desk.asked("/dir")) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Thu, 01 Jan 2026 00:05:00 GMT", []),
        ("Thu, 01 Jan 2026 00:05:01 GMT", [events.ClockDiffers(301, "behind")]),
        ("Wed, 31 Dec 2025 22:00:00 GMT", [events.ClockDiffers(7200, "ahead of")]),
        ("yesterday", []),
        ("Wed, 31 Dec 99999 22:00:00 GMT", []),
    ],
)
def test_a_clock_that_is_wrong_is_told(desk: Desk, said: str, told: list[events.Event]):
    """C-24: by the directory's answer, some minutes aside; the clock here says the beginning of 2026 (S-39)."""
    heard: list[events.Event] = []
    honest = desk.answer
    desk.peer.answers = lambda asked: replace(honest(asked), headers={"Date": said, "Replay-Nonce": "aaaa"})
    with client_of(desk, report=heard.append) as client:
        assert client.directory.new_order
    assert heard == told


def test_nothing_is_asked_before_there_is_something_to_do(desk: Desk, client: Client):
    assert desk.peer.connections == 0


def test_a_directory_that_has_moved_its_resources_is_read_again(desk: Desk, client: Client):
    """A-32: a 404 from one of its URLs; the request is then repeated, EAB and all, for the new URL."""
    assert client.directory.new_account.endswith("/account")
    desk.answers["/account2"] = desk.answers.pop("/account")
    desk.paths["newAccount"] = "account2"
    assert register(client, EabCredential.parse("kid", MAC)) == f"{desk.peer.url}/acct/1"
    assert len(desk.asked("/dir")) == 2
    binding = desk.payload("/account2")["externalAccountBinding"]
    assert json.loads(b64.decode(binding["protected"]))["url"] == f"{desk.peer.url}/account2"


def test_a_404_that_is_no_matter_of_the_directory_is_told(desk: Desk, client: Client):
    """A-32: read again only where it may help, and once."""
    del desk.answers["/account"]
    with pytest.raises(errors.ProblemReceived) as caught:
        register(client)
    assert caught.value.problem.status == 404
    assert len(desk.asked("/dir")) == 2
    with client_of(desk, account="/acct/9") as other, pytest.raises(errors.ProblemReceived):
        other.read_account()
    assert len(desk.asked("/dir")) == 3


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, b"<html>"),
        Answer(403, b""),
        Answer(200, b"<html>hello"),
        Answer(200, b"{}"),
        Answer(200, b'{"newNonce":"x"}'),
    ],
)
def test_what_is_no_directory(desk: Desk, client: Client, answer: Answer):
    desk.peer.queue(answer)
    with pytest.raises(errors.NotADirectory) as caught:
        _ = client.directory
    assert caught.value.facts["url"] == f"{desk.peer.url}/dir"


@pytest.mark.parametrize(("status", "error"), [(503, errors.CaFailed), (429, errors.ProblemReceived)])
def test_an_outage_is_not_taken_for_a_wrong_address(desk: Desk, client: Client, status: int, error: type[Exception]):
    desk.peer.queue(Answer(status))
    with pytest.raises(error):
        _ = client.directory


@pytest.mark.parametrize(
    ("resource", "verb"),
    [
        ("newNonce", register),
        ("newAccount", register),
        ("newOrder", lambda client: client.obtain(["a.example"], KEY, solvers={})),
        ("revokeCert", lambda client: client.revoke(LEAF)),
        ("renewalInfo", lambda client: client.renewal_info(LEAF)),
    ],
)
@pytest.mark.parametrize(
    ("url", "refusal"), [("http://ca.example/x", errors.InsecureUrl), ("https://10.0.0.1/x", errors.ForeignUrl)]
)
def test_a_directory_that_leads_elsewhere(
    desk: Desk, resource: str, verb: Callable[[Client], object], url: str, refusal: type[Exception]
):
    """A-01, S-10: http URLs and foreign hosts inside a directory are refused when they would be used."""
    desk.elsewhere = {resource: url}
    with client_of(desk, account="/acct/1") as client, pytest.raises(refusal):
        verb(client)


def test_registers_and_speaks_for_the_account_from_then_on(desk: Desk, client: Client):
    registration = client.register(contacts=["a@example.com"], terms_agreed=True)
    assert registration.raw == json.dumps(ACCOUNT).encode()
    assert registration.body.tegata is not None
    assert registration.body.tegata.contract_ends == "2027-01-01T00:00:00Z"
    assert desk.payload("/account") == {"contact": ["mailto:a@example.com"], "termsOfServiceAgreed": True}
    desk.answers["/acct/1"] = Answer(body=json.dumps({**ACCOUNT, "status": "deactivated"}).encode())
    assert client.read_account().body.status == "deactivated"
    asked = jws.parse(desk.asked("/acct/1")[0].body)
    assert (asked.header.kid, asked.payload) == (registration.url, b"")


def test_terms_must_be_agreed_to(desk: Desk, client: Client):
    desk.meta = {"termsOfService": "https://ca.example/terms"}
    with pytest.raises(errors.TermsNotAgreed) as caught:
        client.register(contacts=[], terms_agreed=False)
    assert caught.value.facts == {"terms": "https://ca.example/terms"}
    assert desk.asked("/account") == []


def test_where_there_are_no_terms_nobody_agrees_to_any(desk: Desk, client: Client):
    client.register(contacts=[], terms_agreed=False)
    assert "termsOfServiceAgreed" not in desk.payload("/account")


def test_eab_is_asked_for_before_anything_is_sent(desk: Desk, client: Client):
    desk.meta = {"externalAccountRequired": True}
    assert client.eab_required
    with pytest.raises(errors.EabRequired):
        register(client)
    assert desk.asked("/account") == []
    assert register(client, EabCredential.parse("kid", MAC))


def test_eab_goes_to_new_account_and_nowhere_else(desk: Desk, client: Client):
    """A-42: the MAC key in any spelling; never asked for or sent again."""
    for text in (MAC, MAC + "=", " " + MAC + "\n", MAC.replace("-", "+").replace("_", "/")):
        register(client, EabCredential.parse("kid-1", text))
    assert desk.payload("/account")["externalAccountBinding"].keys() == {"protected", "payload", "signature"}
    again = client.register(contacts=[], terms_agreed=True, eab=EabCredential.parse("kid-1", MAC))
    assert json.loads(again.raw).keys() == {*ACCOUNT, "externalAccountBinding"}
    desk.answers["/acct/1"] = Answer(body=json.dumps(ACCOUNT).encode())
    client.find_account()
    assert "externalAccountBinding" not in desk.payload("/account")
    client.read_account()
    desk.answers["/revoke"] = Answer()
    client.revoke(LEAF, 5)
    assert desk.payload("/revoke").keys() == {"certificate", "reason"}


def test_a_mac_key_is_never_shown():
    credential = EabCredential.parse("kid-1", MAC)
    assert MAC not in repr(credential)
    assert "0123456789abcdef" not in repr(credential)
    assert "kid-1" in repr(credential)


@pytest.mark.parametrize("kind", [ErrorType.UNAUTHORIZED, ErrorType.EXTERNAL_ACCOUNT_REQUIRED])
def test_a_wrong_eab_is_told_apart(desk: Desk, client: Client, kind: ErrorType):
    desk.answers["/account"] = Answer(403, problem(kind))
    with pytest.raises(errors.WrongEab):
        register(client, EabCredential.parse("kid", MAC))


def test_what_is_not_the_eab_s_fault(desk: Desk, client: Client):
    """Another reason is told as such; and what the CA says of trying again counts for a wrong EAB, too (S-17)."""
    desk.answers["/account"] = Answer(400, problem(ErrorType.INVALID_CONTACT))
    with pytest.raises(errors.ContactRefused):
        register(client, EabCredential.parse("kid", MAC))
    desk.answers["/account"] = Answer(403, problem(ErrorType.UNAUTHORIZED), {"Retry-After": "7200"})
    with pytest.raises(errors.WrongEab) as caught:
        register(client, EabCredential.parse("kid", MAC))
    assert caught.value.retry_after == 7200


def test_a_ca_that_asks_for_eab_only_when_it_is_missing(desk: Desk, client: Client):
    desk.answers["/account"] = Answer(403, problem(ErrorType.EXTERNAL_ACCOUNT_REQUIRED))
    with pytest.raises(errors.EabRequired):
        register(client)
    assert client.find_account() is None


@pytest.mark.parametrize("location", [None, "http://ca.example/acct/1", "https://elsewhere.test/acct/1"])
def test_an_account_without_a_usable_url(desk: Desk, client: Client, location: str | None):
    """A-01: the account's URL, too."""
    desk.answers["/account"] = Answer(201, json.dumps(ACCOUNT).encode(), {"Location": location} if location else {})
    with pytest.raises((errors.BadAnswer, errors.InsecureUrl, errors.ForeignUrl)):
        register(client)
    with pytest.raises(errors.NoAccount):
        client.read_account()


def test_an_account_that_cannot_be_read(desk: Desk, client: Client):
    desk.answers["/account"] = Answer(201, b"[]", {"Location": f"{desk.peer.url}/acct/1"})
    with pytest.raises(errors.BadAnswer):
        register(client)


def test_finding_an_account_opens_none(desk: Desk, client: Client):
    """A-34: onlyReturnExisting alone is sent, neither consent nor EAB."""
    desk.answers["/account"] = Answer(400, problem(ErrorType.ACCOUNT_DOES_NOT_EXIST))
    assert client.find_account() is None
    assert desk.payload("/account") == {"onlyReturnExisting": True}
    desk.answers["/account"] = Answer(429, problem(ErrorType.RATE_LIMITED))
    with pytest.raises(errors.RateLimited):
        client.find_account()


def test_finding_an_account_by_another_eab(desk: Desk, client: Client):
    """A-39: that the EAB is refused is told; that there is no account is not the EAB's fault."""
    other = EabCredential.parse("kid-2", MAC)
    desk.answers["/account"] = Answer(403, problem(ErrorType.UNAUTHORIZED))
    with pytest.raises(errors.WrongEab):
        client.find_account(other)
    desk.answers["/account"] = Answer(400, problem(ErrorType.ACCOUNT_DOES_NOT_EXIST))
    assert client.find_account(other) is None


@pytest.mark.parametrize("status", [401, 403])
def test_a_deactivated_account_is_not_found_nor_made_again(desk: Desk, client: Client, status: int):
    """RFC 8555 §7.3.6 says 401, some CAs say 403; whoever only looks for an account is told the same of both."""
    desk.answers["/account"] = Answer(status, problem(ErrorType.UNAUTHORIZED))
    with pytest.raises(errors.AccountClosed):
        client.find_account()
    # With an EAB, 403 speaks of the EAB; 401 never does.
    refusal = errors.AccountClosed if status == 401 else errors.WrongEab
    with pytest.raises(refusal):
        client.register(contacts=[], terms_agreed=True, eab=EabCredential.parse("kid-1", MAC))


def test_without_an_account_nothing_is_ordered_or_revoked(desk: Desk, client: Client):
    for act in (lambda: client.obtain(["a.example"], KEY, solvers={}), lambda: client.revoke(LEAF)):
        with pytest.raises(errors.NoAccount):
            act()
    desk.answers["/revoke"] = Answer()
    client.revoke(LEAF, with_key=KEY)
    assert "reason" not in desk.payload("/revoke")


@pytest.mark.parametrize("offered", [True, False])
def test_replaces_goes_only_to_cas_with_renewal_information(desk: Desk, offered: bool):
    """RFC 9773 §5, X-16, C-17."""
    if offered:
        desk.paths["renewalInfo"] = "ari"
    desk.answers["/order"] = Answer(403, problem(ErrorType.REJECTED_IDENTIFIER))
    with client_of(desk, account="/acct/1") as client, pytest.raises(errors.NameRefused):
        client.obtain(["a.example"], KEY, solvers={}, replaces="aki.serial")
    assert desk.payload("/order").get("replaces") == ("aki.serial" if offered else None)


def renewal_answer(start: datetime, end: datetime, page: str = "https://ca.example/why", **headers: str) -> Answer:
    window = {"start": start.isoformat(), "end": end.isoformat()}
    body = {"suggestedWindow": window, "explanationURL": page}
    return Answer(
        body=json.dumps(body).encode(), headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


START = datetime(2026, 3, 1, tzinfo=UTC)


def test_renewal_information_is_read_by_the_certificates_identifier(desk: Desk, client: Client):
    desk.paths["renewalInfo"] = "ari"
    desk.answers[f"/ari/{ari.cert_id(LEAF)}"] = renewal_answer(START, START + timedelta(days=1), Retry_After="3600")
    answer = client.renewal_info(LEAF)
    assert answer is not None
    assert (answer.window.start, answer.window.end) == (START, START + timedelta(days=1))
    assert (answer.retry_after, answer.explanation) == (3600.0, "https://ca.example/why")


def test_an_explanation_without_end_is_none(desk: Desk, client: Client):
    """S-20: it would be written to the disk, in a file that is too long to be read again."""
    desk.paths["renewalInfo"] = "ari"
    desk.answers[f"/ari/{ari.cert_id(LEAF)}"] = renewal_answer(
        START, START + timedelta(days=1), "https://" + "<" * 9000
    )
    answer = client.renewal_info(LEAF)
    assert answer is not None
    assert answer.explanation is None


@pytest.mark.parametrize(("retry_after", "seconds"), [("1", 60.0), ("999999999", 86400.0)])
def test_renewal_information_is_asked_for_again_in_good_time(
    desk: Desk, client: Client, retry_after: str, seconds: float
):
    desk.paths["renewalInfo"] = "ari/"
    desk.answers[f"/ari/{ari.cert_id(LEAF)}"] = renewal_answer(START, START + timedelta(1), Retry_After=retry_after)
    answer = client.renewal_info(LEAF)
    assert answer is not None
    assert answer.retry_after == seconds


def test_renewal_information_of_a_ca_that_is_silent():
    """It is not waited for as a CA is that is to issue: a renewal that is not due goes on without (X-15)."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/dir"
        started = time.monotonic()
        with Client(url, KEY, clock=SteppingClock()) as client, pytest.raises(errors.CaUnreachable):
            client.renewal_info(LEAF, 0.5)
        assert time.monotonic() - started < 20


def test_where_there_is_no_renewal_information(desk: Desk, client: Client):
    """X-12: a window that ends when it starts is no answer."""
    assert client.renewal_info(LEAF) is None
    desk.paths["renewalInfo"] = "ari"
    path = f"/ari/{ari.cert_id(LEAF)}"
    with client_of(desk) as later:
        assert later.renewal_info(issued.root().issue(KEY.public_key(), ["a.example"], key_id=False)) is None
        desk.answers[path] = renewal_answer(START, START)
        assert later.renewal_info(LEAF) is None
        desk.answers[path] = Answer(body=b"{}")
        with pytest.raises(errors.BadAnswer):
            later.renewal_info(LEAF)
        del desk.answers[path]
        with pytest.raises(errors.ProblemReceived):
            later.renewal_info(LEAF)


def test_a_directory_must_be_https():
    """A-01"""
    with pytest.raises(errors.InsecureUrl):
        Client("http://ca.example/dir", KEY)


def test_a_closed_client_opens_again(desk: Desk, client: Client):
    register(client)
    client.close()
    client.close()
    register(client)
    assert desk.peer.connections == 2


def test_retries_are_told(desk: Desk):
    told: list[events.Event] = []
    desk.peer.queue(Answer(503), Answer(404))
    with client_of(desk, report=told.append) as client, pytest.raises(errors.NotADirectory):
        _ = client.directory
    assert [type(event) for event in told] == [events.Retrying]


def test_the_api_loads_no_http_before_it_is_needed():
    """A renewal that is not due never pays for it."""
    program = (
        "import sys, tegata.client.api, tegata.client.renewal; print({'httpx2', 'h11', 'asyncio'} & set(sys.modules))"
    )
    # Without ``site``, whose .pth files may load anything.
    program = f"import sys; sys.path[:] = {sys.path!r}; {program}"
    found = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
