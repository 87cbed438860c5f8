"""What several files of end-to-end tests set up alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.dns_site import DnsSite, serving
from tests.e2e.record_files import Zone
from tests.peers.ca import TegataCA
from tests.peers.dns_network import DnsNetwork


@pytest.fixture(scope="module")
def dns_site(dns_network: DnsNetwork, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    """A CA among real DNS servers."""
    with serving(dns_network, tmp_path_factory.mktemp("ca")) as site:
        yield site


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[Zone]:
    """A DNS server whose TXT records are files, for any client's hook to write."""
    with Zone(tmp_path / "records") as server:
        yield server


@pytest.fixture
def ca_of_zone(tmp_path: Path, zone: Zone) -> Iterator[TegataCA]:
    """A CA that asks this server alone; a file that wants it calls it its ``ca``."""
    with TegataCA(tmp_path / "ca", dns=zone) as server:
        yield server
