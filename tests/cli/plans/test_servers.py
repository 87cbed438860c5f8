"""Whose a directory is."""

import pytest

from tegata.cli.plans.servers import is_zerossl


@pytest.mark.parametrize(
    ("server", "whose"),
    [
        ("https://acme.zerossl.com/v2/DV90", True),
        ("https://ACME.zerossl.com:443/v2/DV90", True),
        ("https://acme.zerossl.com.example/v2/DV90", False),
        ("https://ca.example/acme.zerossl.com", False),
    ],
)
def test_whose_a_directory_is(server: str, whose: bool) -> None:
    """By its host alone."""
    assert is_zerossl(server) is whose
