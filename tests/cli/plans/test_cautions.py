"""What is warned of before an order: too many names, addresses, a CA that nobody trusts."""

from datetime import timedelta

import pytest

from tegata.cli.plans.cautions import cautions, each_run
from tegata.cli.plans.servers import DIRECTORIES
from tegata.text.language import Language

OWN = "https://ca.example/acme/"


def told(server: str, count: int, profile: str | None = None, *more: str) -> str:
    names = [f"n{number}.example" for number in range(count)] + list(more)
    return " ".join(each.fill(Language.EN, facts) for each, facts in cautions(server, names, profile))


@pytest.mark.parametrize(
    ("count", "profile", "most"),
    [
        (100, None, None),
        (101, None, "101 names. Most CAs take at most 100 (classic)"),
        (101, "classic", "at most 100 (classic)"),
        (25, "tlsserver", None),
        (26, "tlsserver", "26 names. Most CAs take at most 25 (tlsserver)"),
        (26, "shortlived", "at most 25 (shortlived)"),
        (26, "house", None),
    ],
)
def test_many_names(count: int, profile: str | None, most: str | None) -> None:
    """Of which a CA may refuse the whole certificate (C-16)."""
    said = told(OWN, count, profile)
    assert (most in said) if most else not said


def test_addresses() -> None:
    """Let's Encrypt has them in short-lived certificates only (C-16); of other CAs that is not known."""
    lets_encrypt = DIRECTORIES["letsencrypt"]
    assert "--profile shortlived" in told(lets_encrypt, 1, None, "192.0.2.1")
    assert told(lets_encrypt, 1, "shortlived", "192.0.2.1") == ""
    assert told(lets_encrypt, 1) == ""
    assert told(OWN, 1, None, "192.0.2.1") == ""


@pytest.mark.parametrize("name", ["letsencrypt-staging", "googletrust-staging"])
def test_a_ca_to_try_things_out(name: str) -> None:
    """It is told from the real one (C-06)."""
    assert "no browser trusts" in told(DIRECTORIES[name], 1)
    assert told(DIRECTORIES[name.removesuffix("-staging")], 1) == ""
    assert told("https://[::1/", 1) == ""


@pytest.mark.parametrize(
    ("days", "hours", "is_told"),
    [
        (999, 25, True),
        (90, 25, True),
        (-1, 25, True),
        (89, 25, False),
        (None, 25, False),
        (999, 33, True),
        (999, 34, False),
        (999, 24 * 30, False),
        (999, -2, True),
    ],
)
def test_days_that_renew_in_each_run(days: int | None, hours: int, *, is_told: bool) -> None:
    """Each night it is more than a CA gives of the same names; once a month, as printed, nothing is wrong (C-03)."""
    told = [each.fill(Language.EN, facts) for each, facts in each_run(days, timedelta(days=90), timedelta(hours=hours))]
    assert len(told) == is_told
    assert not told or f"{max(0, hours)} hours old" in told[0]
