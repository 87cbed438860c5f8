"""What several files of end-to-end tests set up alike."""

from collections.abc import Iterator

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


@pytest.fixture(scope="module")
def zone_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zone]:
    """The server of ``zone`` and ``ca_of_zone``."""
    with Zone(tmp_path_factory.mktemp("zone") / "records") as server:
        yield server


@pytest.fixture
def zone(zone_of_module: Zone) -> Zone:
    """A DNS server whose TXT records are files, for any client's hook to write; none is left of another test."""
    for record in zone_of_module.left():
        record.unlink()
    return zone_of_module


@pytest.fixture(scope="module")
def ca_of_zone(tmp_path_factory: pytest.TempPathFactory, zone_of_module: Zone) -> Iterator[TegataCA]:
    """A CA that asks this server alone; a file that wants it calls it its ``ca``."""
    with TegataCA(tmp_path_factory.mktemp("ca"), dns=zone_of_module) as server:
        yield server
