"""Alternate chains as the operator puts them into files: taken whole, or refused when the CA starts (A-88)."""

import pytest

from tegata.ca.issuing import chains
from tegata.ca.issuing.keys import FileUnusable
from tegata.pki.certs import to_pem
from tests.ca.issuing import crossing
from tests.ca.issuing.conftest import NOW


def test_chains_that_begin_with_the_issuing_ca(tmp_path, ca):
    """Its own certificate and what certifies its root, or another certificate of the same key and name (A-88)."""
    issuing = ca.hierarchy.issuing
    crossed = [[issuing, *crossing.cross(ca.hierarchy.root, NOW)], crossing.cross(issuing, NOW)]
    for number, chain in enumerate(crossed):
        (tmp_path / f"{number}.pem").write_bytes(to_pem(chain))
    assert chains.load(tmp_path, ["0.pem", "1.pem"], [issuing]) == crossed


@pytest.mark.parametrize("what", ["missing", "empty", "another CA", "order"])
def test_files_that_hold_no_such_chain(tmp_path, ca, what):
    issuing = ca.hierarchy.issuing
    content = {
        "empty": b"",
        "another CA": to_pem(crossing.cross(ca.hierarchy.root, NOW)),
        "order": to_pem([issuing, *crossing.cross(issuing, NOW)]),
    }
    if what in content:
        (tmp_path / "chain.pem").write_bytes(content[what])
    with pytest.raises(FileUnusable, match=r"chain\.pem"):
        chains.load(tmp_path, ["chain.pem"], [issuing])
