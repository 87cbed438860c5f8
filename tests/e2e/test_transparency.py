"""A CA whose certificates are in logs: a customer's client gets them with the SCTs in them, and waits for no more."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from tegata.pki.certs import load_chain
from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA
from tests.peers.ctlog import CtLog, write_list

pytestmark = pytest.mark.forked

NAME = "logged.example.com"


@pytest.fixture
def logs():
    with ExitStack() as stack:
        yield [stack.enter_context(CtLog(*one)) for one in (("A",), ("B", "refuses"), ("B",))]


@pytest.fixture
def ca(tmp_path, logs):
    with TegataCA(tmp_path / "ca", serves=False) as server:
        write_list(server.home / "logs.json", *logs, made_at=datetime.now(UTC))
        settings = server.home / "settings.toml"
        text = settings.read_text("utf-8").replace('log_list = ""', 'log_list = "logs.json"')
        settings.write_text(text, "utf-8")
        server.start()
        yield server
        server.stop()


def test_a_certificate_with_its_scts(ca, logs, tegata):
    """B-82, B-83: the chain is whole, both SCTs hold, and the audit finds it to be what was logged."""
    contract = ca.add_contract(NAME, service="dv-acme-1y")
    tegata.trusting(ca.ca_file).run(*first_run(ca, contract, NAME)).check()
    leaf, issuer = load_chain((tegata.path / "certificates" / f"{NAME}.crt").read_bytes())
    assert [log.verify(leaf, issuer) for log in logs] == [True, False, True]
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.PrecertPoison)
    audited = ca.json("audit", "certificates")
    assert (audited["certificates"], audited["faults"]) == (1, [])
    matters = {one["check"]: one["status"] for one in ca.json("check")}
    assert matters["transparency"] == "ok"
    write_list(ca.home / "logs.json", *logs, made_at=datetime.now(UTC) - timedelta(days=71))
    assert '"transparency", "status": "error"' in ca.run("check", "--json").stdout
