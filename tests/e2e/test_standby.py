"""The database's first server is lost while nodes work: its standby is promoted, nothing handed out is missing."""

import json
import time

import pytest

from tests.chaos import nodes as chaos
from tests.chaos.customers import Customers, Site
from tests.peers.nodes import Nodes
from tests.peers.postgresql import PostgreSQL, Standby

SECONDS = 30.0
FEW, COUNT = 6, 3


class Pair(PostgreSQL):
    """A first server whose databases' URLs name its standby too; once that is first, it is asked."""

    standby: Standby

    def database(self, like: str = "") -> str:
        return self.by_sockets(super().database(like), self.standby)


@pytest.fixture
def pair():
    """They follow each other as the guide has it: a commit waits for the standby."""
    with Pair() as first, Standby(first) as standby:
        first.standby = standby
        yield first


def finding(nodes):
    """What ``check`` says of the database."""
    (found,) = [one for one in json.loads(nodes.ca.run("check", "--json").stdout) if one["check"] == "database"]
    return found["detail"]


def test_a_lost_first_server(pair, tmp_path):
    """Nodes go on within seconds of the promotion; the books agree; the old server that comes back is left alone."""
    with Nodes(tmp_path / "ca", pair, 2) as nodes:
        assert "waits for no standby" in finding(nodes)
        pair.set("synchronous_standby_names", Standby.NAME)
        assert "waits for no standby" not in finding(nodes)
        contract = nodes.ca.add_contract(".example.com", service="ov-acme-1y")
        url, root = nodes.ca.directory_url, nodes.ca.ca_file
        with Site(nodes.ca.http_port) as site, Customers(url, root, contract["eab"], site, count=COUNT) as customers:
            wait_for(customers, FEW)
            pair.kill()
            pair.standby.promote()
            wait_for(customers, FEW)
            pair.start()
            nodes.nodes[0].kill()
            nodes.nodes[0].start()
            wait_for(customers, FEW)
        nodes.postgresql = pair.standby
        chaos.wait_until_settled(nodes)
        chaos.check_the_books(nodes, customers.seen, print, customers=COUNT)
        nodes.ca.run("audit", "verify").check()


def wait_for(customers, more):
    """Until so many more certificates were delivered."""
    before, deadline = len(customers.seen.chains), time.monotonic() + SECONDS
    while len(customers.seen.chains) < before + more:
        assert time.monotonic() < deadline, customers.seen.retried
        time.sleep(0.05)
