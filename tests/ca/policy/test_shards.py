"""Which CRL a certificate is on."""

from tegata.ca.policy import shards


def test_one_for_all():
    """As long as nobody wants more."""
    assert shards.names(1) == ["issuing"]
    assert shards.name_for(12345, 1) == "issuing"


def test_each_serial_has_one_of_them():
    """Always the same one, and no shard is left empty."""
    names = shards.names(8)
    assert len(set(names)) == 8
    assert {shards.name_for(serial, 8) for serial in range(1000, 1100)} == set(names)
    assert shards.name_for(77, 8) == shards.name_for(77, 8)
