"""The peers as pytest fixtures, and the mark for tests that need a program; holds no logic of its own."""

from collections.abc import Iterator
from pathlib import Path

import playwright.sync_api
import pytest

from tegata.testing.dns import DnsServer
from tests.peers.browser import Browser
from tests.peers.ca import TegataCA
from tests.peers.certbot import Certbot
from tests.peers.command import require
from tests.peers.dehydrated import Dehydrated
from tests.peers.dns_network import DnsNetwork
from tests.peers.lego import Lego
from tests.peers.pebble import Pebble
from tests.peers.postgresql import PostgreSQL
from tests.peers.smtp import Smtp
from tests.peers.softhsm import SoftHsm
from tests.peers.tegata import ForkedTegata, Tegata
from tests.peers.uacme import Uacme


def pytest_runtest_setup(item: pytest.Item) -> None:
    """``@pytest.mark.peer("openssl")``: the test needs this program."""
    for mark in item.iter_markers("peer"):
        require(*mark.args)


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    """A DNS server that knows no name yet."""
    with DnsServer() as server:
        yield server


@pytest.fixture(scope="module")
def dns_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsNetwork]:
    """Real DNS servers in a network of their own, in which everything is that the module's tests start."""
    with DnsNetwork(tmp_path_factory.mktemp("network")) as network:
        yield network


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """A token in software; one for all tests of the process, as its module is loaded once."""
    with SoftHsm(tmp_path_factory.mktemp("softhsm")) as token:
        yield token


@pytest.fixture(scope="module")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """Pebble, strict, without EAB."""
    with Pebble(tmp_path_factory.mktemp("pebble")) as server:
        yield server


@pytest.fixture(scope="module")
def pebble_eab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """Pebble, strict, that requires an EAB."""
    with Pebble(tmp_path_factory.mktemp("pebble-eab"), eab=True) as server:
        yield server


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TegataCA]:
    """A serving tegata-ca to whose DNS every name is 127.0.0.1."""
    with TegataCA(tmp_path_factory.mktemp("ca")) as server:
        yield server


@pytest.fixture
def lego(tmp_path: Path) -> Lego:
    """Real lego in a folder of its own; it trusts no test server yet (``lego.trusting(ca.ca_file)``)."""
    return Lego(tmp_path)


@pytest.fixture
def certbot(tmp_path: Path) -> Certbot:
    """Real certbot in a folder of its own; it trusts no test server yet."""
    return Certbot(tmp_path)


@pytest.fixture
def dehydrated(tmp_path: Path) -> Dehydrated:
    """Real dehydrated in a folder of its own, not configured yet."""
    return Dehydrated(tmp_path)


@pytest.fixture
def uacme(tmp_path: Path) -> Uacme:
    """Real uacme in a folder of its own; it trusts no test server yet."""
    return Uacme(tmp_path)


@pytest.fixture
def tegata(tmp_path: Path, request: pytest.FixtureRequest) -> Tegata:
    """The installed tegata in a folder of its own; it trusts no test server yet.

    ``@pytest.mark.forked``: its runs are no starts of Python (``ForkedTegata``).
    """
    kind = ForkedTegata if request.node.get_closest_marker("forked") else Tegata
    return kind(tmp_path)


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    """An SMTP server without messages."""
    with Smtp() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; each test makes databases of its own."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium."""
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[playwright.sync_api.Page]:
    """An empty Japanese page."""
    opened = browser.new_page()
    yield opened
    opened.context.close()
