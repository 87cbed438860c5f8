"""What several end-to-end tests set up at some expense, once a file."""

from collections.abc import Iterator

import pytest

from tests.e2e.dns_site import DnsSite, serving
from tests.peers.dns_network import DnsNetwork


@pytest.fixture(scope="module")
def dns_site(dns_network: DnsNetwork, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    """A CA among real DNS servers."""
    with serving(dns_network, tmp_path_factory.mktemp("ca")) as site:
        yield site
