"""pkilint in a CA that serves: every certificate passes it, or none is issued."""

import json
import sqlite3

import pytest

from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA

pytestmark = pytest.mark.forked


@pytest.fixture
def ca(tmp_path):
    with TegataCA(tmp_path / "ca", serves=False) as server:
        yield server


def test_nothing_is_signed_that_it_finds_fault_with(ca, tegata):
    """The customer has a reference number, with which the log says what was found; what is sound is issued (B-80)."""
    settings = ca.home / "settings.toml"
    nowhere = ca.add_contract("ov.example.com")
    # That an address is in this CA's own URLs is accepted from init on; that an organization is nowhere is not.
    settings.write_text(settings.read_text("utf-8").replace("pkilint = false", "pkilint = true"), "utf-8")
    customer = tegata.trusting(ca.ca_file)
    ca.start()
    try:
        refused = customer.run(*first_run(ca, nowhere, "ov.example.com"))
        contract = ca.add_contract("dv.example.com", service="dv-acme-1y", user="other@example.com")
        issued = customer.run("--path", "other", *first_run(ca, contract, "dv.example.com"))
    finally:
        ca.stop()
    issued.check()
    assert refused.code != 0
    [line] = [json.loads(one) for one in ca.log.read_text().splitlines() if '"lint.failed"' in one and '"order"' in one]
    assert line["findings"] == "cabf.serverauth.subscriber_stateprovince_and_locality_missing"
    assert line["reference"] in refused.output
    assert [one["names"] for one in ca.json("cert", "list")] == [["dv.example.com"]]
    audited = ca.json("audit", "certificates")
    assert (audited["certificates"], audited["faults"]) == (1, [])
    assert audited["linted"].startswith("pkilint ")
    with sqlite3.connect(ca.home / "tegata-ca.db") as database:
        database.execute("UPDATE certificates SET chain_pem = x'00' WHERE issued_at IS NOT NULL")
    told = ca.run("audit", "certificates")
    assert told.code == 1
    assert ca.json("cert", "list")[0]["serial"] in told.stdout
