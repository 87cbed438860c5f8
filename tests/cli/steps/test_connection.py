"""How long a CA that is away is waited for, and that what is learned of an account is kept by one at a time."""

import io
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from tegata.acme.messages import Account as AccountObject
from tegata.cli.console import Console
from tegata.cli.context import Context
from tegata.cli.grammar.words import parse
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import AccountPlan, Run
from tegata.cli.sharing import Shared
from tegata.cli.steps.account import Account
from tegata.cli.steps.connection import address, client_for
from tegata.client.api import Client, Registration
from tegata.client.errors import CaUnreachable
from tegata.clock import Clock
from tegata.host.accounts import AccountFolder
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.text.language import Language
from tests.client.clock import SteppingClock
from tests.peers.ports import free_port

KEY = generate(KeyType.EC256)


def plan(*words: str) -> AccountPlan:
    server = f"https://127.0.0.1:{free_port()}/dir"
    made = make(parse(["-s", server, "-d", "x.example", "--http", *words, "run"], {}), {}, None, Path("/"))
    assert isinstance(made, Run)
    return made.account


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def context(clock: Clock, log: io.StringIO) -> Context:
    console = Console(io.StringIO(), io.StringIO(), log, clock.now)
    return Context(console, clock, {}, Language.EN, chance=lambda: 0.5)


@pytest.fixture
def waited(context: Context, clock: SteppingClock) -> Callable[..., float]:
    """Asks for a directory that is not there, and says how many seconds that took."""

    def asking(wanted: AccountPlan, shared: Shared | None = None) -> float:
        before = clock.monotonic()
        with (
            client_for(msgspec.structs.replace(context, shared=shared), wanted, KEY) as client,
            suppress(CaUnreachable),
        ):
            _ = client.directory
        return clock.monotonic() - before

    return asking


def test_as_long_as_was_said(waited: Callable[..., float], log: io.StringIO) -> None:
    """A minute and a half by itself, and each time it is said how long the next pause is."""
    assert 80 < waited(plan()) <= 90
    assert "cannot be reached: Connection refused. Trying again in 10.0 seconds" in log.getvalue()
    assert 5 < waited(plan("--outage-wait", "20")) <= 20
    assert 290 < waited(plan("--outage-wait", "300")) <= 300
    assert waited(plan("--outage-wait", "0")) == 3.75


def test_one_outage_for_all_certificates_of_a_file(waited: Callable[..., float]) -> None:
    """Whoever comes to the CA after it was waited for in vain tries a few times; another CA is another matter."""
    with Shared() as shared:
        wanted = plan()
        assert waited(wanted, shared) > 80
        assert waited(wanted, shared) == 3.75
        assert waited(plan(), shared) > 80


def test_the_account_that_has_moved_is_kept_by_one_at_a_time(context: Context, tmp_path: Path) -> None:
    """As many find that out as there are certificates, and all write the same file."""
    wanted, tree, waits = plan("-m", "a@example.com"), Tree(tmp_path), threading.Event()
    folder = AccountFolder(tree, wanted.server, wanted.user)
    folder.save_key(KEY)
    folder.save(wanted.email, "https://former.example/1", b'{"status":"valid"}')

    class Log(io.StringIO):
        def write(self, text: str) -> int:
            waits.set()
            return super().write(text)

    moved = Registration("https://127.0.0.1/1", AccountObject(status="valid"), b'{"status":"valid"}')
    client = cast("Client", SimpleNamespace(directory=None, find_account=lambda: moved))
    console = Console(io.StringIO(), io.StringIO(), Log(), context.clock.now)
    account = Account(wanted, folder, "https://former.example/1")
    with tree.locked(folder.lock, lambda: None):
        other = threading.Thread(
            target=address, args=(msgspec.structs.replace(context, console=console), client, account)
        )
        other.start()
        assert waits.wait(30)
        stored = folder.stored()
        assert stored is not None
        assert stored.url == "https://former.example/1"
    other.join(30)
    stored = folder.stored()
    assert stored is not None
    assert stored.url == moved.url
