"""The table of countries, held against another's."""

import iso3166

from tegata.ca.policy.countries import COUNTRIES


def test_the_countries_are_those_of_the_standard() -> None:
    """B-63: every official code, and none that is somebody's own; XK is a user-assigned one."""
    assert {*COUNTRIES, "XK"} == {*iso3166.countries_by_alpha2, "XK"}
    assert not {"XX", "ZZ", "EU", "UK", "XK", "jp"} & COUNTRIES
