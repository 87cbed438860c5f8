"""tegata with a Pebble that refuses every fifth good nonce, every second, nine of ten: nobody notices."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.certificates import crt
from tests.e2e.pebble_words import account, eab, names, order
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAMES = ("www.example.com", "www2.example.com", "www3.example.com")
# Requests that tegata sends once: two of them in a row are one whose nonce was refused and its second try.
ONCE = ("/sign-me-up", "/order-plz", "/chalZ/", "/finalize-order/", "/revoke-cert")


def was_refused(pebble: Pebble) -> bool:
    requests = [line.split(" ", 3)[-1] for line in pebble.log.read_text().splitlines() if "POST " in line]
    return any(first == second and any(each in first for each in ONCE) for first, second in pairwise(requests))


@pytest.mark.parametrize("percent", [20, 50, 90])
def test_all_commands(tegata: Tegata, tmp_path: Path, percent: int) -> None:
    """Three names with external account binding, forced renewals until a nonce was refused, revocation."""
    with Pebble(tmp_path / "pebble", eab=True, nonce_reject=percent) as pebble:
        tegata = tegata.trusting(pebble.ca_file)
        tegata.run(*order(pebble, *NAMES), *eab(pebble), "-a", "run").check()
        renewals = 0
        while renewals < 2 or not was_refused(pebble):
            tegata.run(*order(pebble, *NAMES), "renew", "--days", "9999", "--no-random-sleep").check()
            renewals += 1
            assert renewals < 20, "no nonce was refused: nothing was shown"
        tegata.run(*account(pebble), *names(NAMES[0]), "revoke").check()
        assert not crt(tegata.path, NAMES[0]).exists()
