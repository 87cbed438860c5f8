"""Several ``tegata-ca serve`` on one PostgreSQL behind one address: work is done once, and a dead node's by another."""

import time

import pytest

from tests.chaos.customers import Customers, Site
from tests.peers.nodes import Nodes


@pytest.fixture(scope="module")
def nodes(tmp_path_factory, postgresql):
    """Two nodes."""
    with Nodes(tmp_path_factory.mktemp("nodes"), postgresql, 2) as running:
        yield running


@pytest.fixture
def site(nodes):
    """Where every name leads."""
    with Site(nodes.ca.http_port) as serving:
        yield serving


@pytest.fixture(scope="module")
def credential(nodes):
    """The EAB of a contract."""
    return nodes.ca.add_contract(".example.com")["eab"]


def test_no_challenge_is_worked_on_twice(nodes, site, credential):
    """While nobody dies, each token is asked for once, whichever node was told that it is ready; both nodes work."""
    with Customers(nodes.ca.directory_url, nodes.ca.ca_file, credential, site, count=4) as customers:
        time.sleep(3)
    assert customers.seen.failed == []
    assert len(customers.seen.chains) > 8
    assert set(site.asked.values()) == {1}
    assert sum(site.asked.values()) == len(customers.seen.orders)


def test_a_dead_nodes_validation_is_taken_over(nodes, site, credential):
    """Killed while it waits for the customer's web server: the other node looks within seconds, and issues."""
    first, second = nodes.nodes
    second.kill()
    site.may_answer.clear()
    with Customers(nodes.ca.directory_url, nodes.ca.ca_file, credential, site, count=1) as customers:
        customers.stop_after_this_order()
        assert site.was_asked.wait(60)
        second.start()
        first.kill()
        began = time.monotonic()
        site.may_answer.set()
    taken = time.monotonic() - began
    first.start()
    assert customers.seen.failed == []
    assert len(customers.seen.chains) == 1
    assert list(site.asked.values()) == [2]
    assert taken < 20, "a lease is ten seconds"
