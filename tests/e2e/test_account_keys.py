"""``accounts keyrollover`` and ``accounts recover``: in both layouts, at two CAs, and killed at every step."""

import io
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tegata.acme.problems import PREFIX
from tegata.acme.wire import Request, Response
from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.grammar.words import parse
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import KeyRollover
from tegata.cli.steps.account import existing
from tegata.cli.steps.connection import connected
from tegata.cli.verbs import accountkeys
from tegata.client.errors import CaUnreachable, ProblemReceived
from tegata.client.transport import HttpTransport
from tegata.clock import SystemClock
from tegata.host.errors import AccountNotFound
from tegata.host.files import Tree
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.keys import from_pem, generate, spki, to_pem, type_of
from tegata.text.language import Language
from tests.e2e import customer
from tests.e2e.certificates import crt, serial
from tests.e2e.pebble_words import MAIL, account, names, order
from tests.host import lego5
from tests.host.killed import in_a_child_killed_before
from tests.peers.ca import TegataCA
from tests.peers.command import require
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "keys.example.com"
ROLLOVER = ["accounts", "keyrollover"]


@pytest.fixture(params=["4", "5"])
def registered(request: pytest.FixtureRequest, tegata: Tegata, pebble: Pebble) -> Tegata:
    """tegata with an account at Pebble, in either layout."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run(*account(pebble), "-a", "accounts", "register").check()
    if request.param == "5":
        lego5.remake(tegata.path, pebble.directory_url)
    return tegata


def key_file(tegata: Tegata) -> Path:
    [file] = tegata.path.glob(f"accounts/*/{MAIL}/**/*.key")
    return file


def public_key(file: Path) -> bytes:
    return spki(from_pem(file.read_bytes()).public_key())


def test_a_new_key(registered: Tegata, pebble: Pebble) -> None:
    """Of the type asked for, written as the layout wants it; the account goes on with it, in the same place."""
    file = key_file(registered)
    before, first_line = public_key(file), file.read_text().splitlines()[0]
    done = registered.run(*account(pebble), *ROLLOVER, "--key-type", "ec384", stdin="\n").check()
    assert done.stdout == "Do you want to proceed? Y/n\n"
    assert key_file(registered) == file
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_text().splitlines()[0] == first_line
    assert type_of(from_pem(file.read_bytes()).public_key()) is KeyType.EC384
    assert public_key(file) != before
    registered.run(*order(pebble, NAME), "run").check()
    assert "EC384" in registered.run("accounts", "list", "--json").check().stdout
    assert not [each for each in file.parent.iterdir() if each.name.startswith(".")]


def test_no_is_no(registered: Tegata, pebble: Pebble) -> None:
    """And no answer is none: nothing is changed without a yes."""
    before = key_file(registered).read_bytes()
    assert "Aborting." in registered.run(*account(pebble), *ROLLOVER, stdin="n\n").check().stderr
    done = registered.run(*account(pebble), *ROLLOVER)
    assert done.code == 1
    assert "Could not read from console: EOF" in done.stderr
    assert "--yes" in done.stderr
    assert key_file(registered).read_bytes() == before


def test_recovering_by_a_key(registered: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """On another machine, and in place of another account, which is archived; a key nobody knows changes nothing.

    C-19.
    """
    saved = tmp_path / "saved.key"
    shutil.copy(key_file(registered), saved)
    uri = registered.run("accounts", "list").check()
    words = [*account(pebble), "accounts", "recover", "-y", "--private-key", str(saved)]
    elsewhere = ["--path", str(tmp_path / "elsewhere")]
    registered.run(*words, *elsewhere).check()
    [recovered] = (tmp_path / "elsewhere").glob("accounts/*/*/account.json")
    [known] = registered.path.glob("accounts/*/*/account.json")
    assert '"valid"' in recovered.read_text()
    assert uri.stdout.count("Email") == 1
    registered.run(*order(pebble, NAME), *elsewhere, "run").check()

    registered.run(*account(pebble), "-a", "--new-account", "accounts", "register").check()
    second = public_key(key_file(registered))
    done = registered.run(*words).check()
    assert public_key(key_file(registered)) == public_key(saved)
    assert "The former account was moved to" in done.stderr
    assert len(list((registered.path / "archives").rglob("account.json"))) in (0, 2)  # in lego 5's form they are zipped
    assert len(list((registered.path / "archives").rglob("*.zip"))) in (0, 2)
    assert second != public_key(saved)

    stranger = tmp_path / "stranger.key"
    stranger.write_bytes(to_pem(generate(KeyType.EC256), KeyForm.PKCS8))
    before = known.read_bytes()
    done = registered.run(*account(pebble), "accounts", "recover", "-y", "--private-key", str(stranger))
    assert done.code == 1
    assert "has no account with this key" in done.stderr
    assert (known.read_bytes(), public_key(key_file(registered))) == (before, public_key(saved))


def test_recovering_the_account_s_file(registered: Tegata, pebble: Pebble) -> None:
    """Without a key of one's own, by the stored one (C-19)."""
    [file] = registered.path.glob("accounts/*/*/account.json")
    before = file.read_text()
    file.write_text("{")
    registered.run(*account(pebble), "accounts", "recover", "-y").check()
    assert file.read_text().split('"registration"')[1].split() == before.split('"registration"')[1].split()


def test_at_tegata_ca(ca: TegataCA, tegata: Tegata) -> None:
    """Where every account needs an EAB: neither needs one."""
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    tegata.run(*customer.first_run(ca, contract, NAME)).check()
    first = serial(crt(tegata.path, NAME))
    at_ca = ["-s", ca.directory_url, "-m", customer.MAIL]
    tegata.run(*at_ca, *ROLLOVER, "-y").check()
    tegata.run(*at_ca, "accounts", "recover", "-y").check()
    # A key that another account has is refused; the account keeps its own.
    other = ["-s", ca.directory_url, "-m", "other@example.com", *customer.eab(contract)]
    tegata.run(*other, "-a", "accounts", "register").check()
    [taken] = tegata.path.glob("accounts/*/other@example.com/keys/*.key")
    done = tegata.run(*at_ca, *ROLLOVER, "-y", "--private-key", str(taken))
    assert done.code == 1
    assert "could not complete key rollover: acme: error: 409 :: POST" in done.stderr
    tegata.run(*customer.renewal(ca, NAME, more=("--days", "999", "--no-random-sleep"))).check()
    assert serial(crt(tegata.path, NAME)) != first


class InProcess:
    """The command as a function, for what has to happen at an exact moment."""

    def __init__(self, tegata: Tegata, pebble: Pebble) -> None:
        environ = {"LEGO_CA_CERTIFICATES": str(pebble.ca_file)}
        self.log = io.StringIO()
        console = Console(io.StringIO(), io.StringIO(), self.log, SystemClock().now)
        self.context = Context(console, SystemClock(), environ, Language.EN, chance=lambda: 0.5)
        words = [*account(pebble), *ROLLOVER, "-y", "--path", str(tegata.path)]
        plan = make(parse(words, environ), environ, None, tegata.directory)
        assert isinstance(plan, KeyRollover)
        self.plan = plan

    def roll_over(self) -> None:
        accountkeys.keyrollover(self.context, self.plan)

    def act(self) -> str:
        """The account's URL, as the CA says it, by whatever key is on the disk."""
        with connected(self.context, existing(Tree(self.plan.path), self.plan.account), "") as client:
            return client.read_account().url


def test_killed_at_any_step(registered: Tegata, pebble: Pebble) -> None:
    """The next command settles it: the key on the disk is the one that the CA knows, and no other is left. A-46."""
    process = InProcess(registered, pebble)
    url = process.act()  # everything is imported now, so that only the rollover's own steps count
    process.roll_over()
    step, keys = 1, set()
    while in_a_child_killed_before(step, process.roll_over):
        assert process.act() == url
        assert not list(key_file(registered).parent.glob(".*.next"))
        keys.add(public_key(key_file(registered)))
        step += 1
    assert step > 5
    assert len(keys) > 2  # some were cut off before the CA had heard of it, some after


def lose_answers(monkeypatch: pytest.MonkeyPatch, path: str) -> Callable[[], int]:
    """Every answer to a request for this path is lost on its way back; how many there were."""
    send, lost = HttpTransport.send, []

    def losing(self, request, limit):
        response = send(self, request, limit)
        if path not in request.url:
            return response
        lost.append(response)
        raise CaUnreachable(url=request.url, reason="the answer was lost")

    monkeypatch.setattr(HttpTransport, "send", losing)
    return lambda: len(lost)


def test_a_lost_answer(registered: Tegata, pebble: Pebble, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CA has taken the key and nobody heard of it: it is asked, and the new key is in place. A-46."""
    monkeypatch.setattr("tegata.cli.steps.connection.OUTAGE_SECONDS", 0.0)
    monkeypatch.setattr("tegata.client.exchange.FIRST_PAUSE", 0.01)
    process = InProcess(registered, pebble)
    before = public_key(key_file(registered))
    lost = lose_answers(monkeypatch, "rollover-account-key")
    process.roll_over()
    assert lost() > 1
    assert public_key(key_file(registered)) != before
    process.act()


def ask_for_eab(monkeypatch: pytest.MonkeyPatch, *, account_shown: bool = True) -> None:
    """The CA as one that wants an EAB with every newAccount, also with one that is for an account that is there."""
    send = HttpTransport.send
    refusal = {"type": f"{PREFIX}externalAccountRequired", "detail": "no binding", "status": 403}

    def wanting(self: HttpTransport, request: Request, limit: int) -> Response:
        response = send(self, request, limit)
        if request.url.endswith("/dir"):
            directory = json.loads(response.body)
            directory["meta"]["externalAccountRequired"] = True
            return Response(response.status, response.headers, json.dumps(directory).encode())
        if "sign-me-up" in request.url or (not account_shown and "/my-account/" in request.url):
            return Response(403, response.headers, json.dumps(refusal).encode())
        return response

    monkeypatch.setattr(HttpTransport, "send", wanting)


@pytest.mark.parametrize("heard", [True, False], ids=["the CA has heard of it", "the CA has not"])
def test_a_ca_that_wants_an_eab_first(
    registered: Tegata, pebble: Pebble, monkeypatch: pytest.MonkeyPatch, heard: bool
) -> None:
    """That it does not look for the new key by itself does not mean that it knows the old one. A-46."""
    process = InProcess(registered, pebble)
    before = public_key(key_file(registered))
    folder = existing(Tree(process.plan.path), process.plan.account).folder
    new = generate(KeyType.EC256)
    url = process.act()
    with connected(process.context, existing(Tree(process.plan.path), process.plan.account), "") as client:
        folder.save_next_key(new)
        if heard:
            client.change_key(new)
    ask_for_eab(monkeypatch, account_shown=False)
    with suppress(ProblemReceived):
        process.act()
    with pytest.raises(AccountNotFound):
        process.roll_over()
    kept = folder.next_key()
    assert kept is not None, "who knows nothing drops nothing"
    assert spki(kept.public_key()) == spki(new.public_key())
    monkeypatch.undo()
    ask_for_eab(monkeypatch)
    assert process.act() == url
    assert folder.next_key() is None
    assert (public_key(key_file(registered)) == before) != heard


@pytest.mark.parametrize("prefix", ["https://ca.example/account-hash/", None])
def test_records_that_name_the_account_by_its_key(
    registered: Tegata, pebble: Pebble, monkeypatch: pytest.MonkeyPatch, prefix: str | None
) -> None:
    """Whoever changes the key hears that dns-persist-01 wants others, before a night when nobody makes them."""
    send, process = HttpTransport.send, InProcess(registered, pebble)

    def offering(self: HttpTransport, request: Request, limit: int) -> Response:
        response = send(self, request, limit)
        if not request.url.endswith("/dir"):
            return response
        directory = json.loads(response.body)
        directory["meta"]["accountHashPrefix"] = prefix
        return Response(response.status, response.headers, json.dumps(directory).encode())

    monkeypatch.setattr(HttpTransport, "send", offering)
    process.roll_over()
    assert ("Records of dns-persist-01 name the account by a hash of its key" in process.log.getvalue()) is bool(prefix)


def test_two_at_once(registered: Tegata, pebble: Pebble) -> None:
    """One waits for the other, and the account's key is the last one's."""
    words = [*account(pebble), *ROLLOVER, "-y", "--path", str(registered.path)]
    with registered.start(*words) as first:
        second = registered.run(*words)
        assert first.wait() == 0
    second.check()
    registered.run(*order(pebble, NAME), "run").check()


def test_changed_while_another_waited(registered: Tegata, pebble: Pebble) -> None:
    """A process that had read the account before goes on with the key that is on the disk when its turn comes."""
    process = InProcess(registered, pebble)
    early = existing(Tree(process.plan.path), process.plan.account)
    url = process.act()
    process.roll_over()
    with connected(process.context, early, "") as client:
        assert client.read_account().url == url


def test_a_full_disk(registered: Tegata, pebble: Pebble) -> None:
    """The key cannot be kept, so the CA hears of nothing."""
    require("prlimit")
    before = key_file(registered).read_bytes()
    full = registered.started_by(["prlimit", "--fsize=10"])
    done = full.run(*account(pebble), *ROLLOVER, "-y")
    assert done.code == 1
    assert "cannot be written" in done.stderr
    assert key_file(registered).read_bytes() == before
    registered.run(*order(pebble, NAME), "run").check()


def test_revoking_with_the_new_key(registered: Tegata, pebble: Pebble) -> None:
    """What was obtained before the change is the account's still."""
    registered.run(*order(pebble, NAME), "run").check()
    registered.run(*account(pebble), *ROLLOVER, "-y").check()
    registered.run(*account(pebble), *names(NAME), "revoke").check()
