"""What several end-to-end tests set up at some expense, once a file."""

from collections.abc import Iterator

import pytest

from tests.e2e.dns_site import DnsSite
from tests.peers.ca import TegataCA
from tests.peers.dns_network import COM, IDN, NET, DnsNetwork


@pytest.fixture(scope="module")
def dns_site(dns_network: DnsNetwork, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    """A CA among real DNS servers, with a contract for all their zones."""
    with TegataCA(tmp_path_factory.mktemp("ca"), resolver=dns_network.resolver) as ca:
        yield DnsSite(dns_network, ca, ca.add_contract(f".{COM}", f".{NET}", f".{IDN}"))
