"""A CA whose root an older one has certified: clients choose by the older root's name, or get the usual chain."""

from datetime import UTC, datetime

import pytest
from cryptography import x509

from tegata.pki.certs import load_chain, to_pem
from tests.ca.issuing import crossing
from tests.e2e import customer
from tests.e2e.certificates import crt
from tests.peers import openssl
from tests.peers.ca import TegataCA

NAME = "chains.example.com"
pytestmark = pytest.mark.peer("openssl")


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    with TegataCA(tmp_path_factory.mktemp("ca"), serves=False) as server:
        issuing, root = (
            x509.load_pem_x509_certificate((server.home / name).read_bytes()) for name in ("issuing.pem", "root.pem")
        )
        chain = [issuing, *crossing.cross(root, datetime.now(UTC))]
        (server.home / "crossed.pem").write_bytes(to_pem(chain))
        settings = server.home / "settings.toml"
        text = settings.read_text().replace("alternate_chains = []", 'alternate_chains = ["crossed.pem"]')
        settings.write_text(text)
        server.start()
        yield server
        server.stop()


@pytest.mark.parametrize("name", ["tegata", pytest.param("lego", marks=pytest.mark.peer("lego"))])
def test_a_preferred_chain(request, ca, tmp_path, name):
    """By --preferred-chain the one under the older root, which openssl follows; else the usual one (A-88)."""
    client = request.getfixturevalue(name).trusting(ca.ca_file)
    words = ["-s", ca.directory_url, "-a", *customer.eab(ca.add_contract(NAME)), "-d", NAME, "-m", customer.MAIL]
    words += [*customer.http(ca), "run"]
    client.run(*words).check()
    assert len(load_chain(crt(client.path, NAME).read_bytes())) == 2
    client.run(*words, "--preferred-chain", crossing.OLD_ROOT).check()
    chain = crt(client.path, NAME)
    assert len(load_chain(chain.read_bytes())) == 3
    old = tmp_path / "old.pem"
    old.write_bytes(to_pem([crossing.old_root(datetime.now(UTC))]))
    openssl.verify(chain, root=old, chain=chain).check()
