"""The targets of ``make fuzz``: what is fuzzed together in one process, for the same time each.

``python -m tests.fuzz.targets NAME --seconds N --seed N`` runs one: its generated tests in rounds, each with the next
seed, until the time is over. It fails by the first thing found, by a route that no request came to, and by a CA or
agent that has grown. The readers' targets are ``guided``'s, in processes of their own.
"""

import argparse
import signal
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from tests.e2e.acme_play import acme_play
from tests.fuzz import routes, test_acme_requests, test_endpoints, test_resources, test_trees, test_words
from tests.fuzz.routes import Wanted
from tests.fuzz.service import MOST_GROWTH_KIB, memory
from tests.fuzz.world import World, opened

Test = Callable[[int], object]
"""A generated test, called with a seed."""


class Doors(NamedTuple):
    """Tests at a CA in service, and the requests that must have been made at the end."""

    tests: tuple[Callable[..., object], ...]
    wanted: Callable[[], Collection[Wanted]]
    on_postgresql: bool = False


_ACME = (
    test_endpoints.test_what_acme_says_to_anybody,
    test_acme_requests.test_any_payload_signed,
    test_acme_requests.test_any_protected_header,
    test_acme_requests.test_good_requests_in_any_order,
)
DOORS = {
    "acme": Doors(_ACME, routes.acme),
    "acme-on-postgresql": Doors(_ACME, routes.acme, on_postgresql=True),
    "portal": Doors(
        (
            test_endpoints.test_the_portal,
            test_endpoints.test_what_a_customer_fills_in,
            test_endpoints.test_what_an_operator_fills_in,
        ),
        routes.portal,
        on_postgresql=True,
    ),
    "public": Doors((test_endpoints.test_the_public_listener, test_endpoints.test_the_responder), routes.public),
    "agent": Doors(
        (
            test_endpoints.test_the_agent,
            test_endpoints.test_any_octets_on_a_connection,
            test_endpoints.test_any_octets_instead_of_tls,
        ),
        routes.agent,
    ),
}


def doors(name: str, seed: int, seconds: float) -> str:
    """One of the CA's interfaces, over real connections; what was done."""
    target = DOORS[name]
    with (
        tempfile.TemporaryDirectory(prefix="tegata-fuzz-") as directory,
        opened(Path(directory), on_postgresql=target.on_postgresql) as world,
    ):
        before = [memory(process.pid) for process in world.service.processes]
        done = rounds(name, [seeded(test, world=world) for test in target.tests], seed, seconds)
        grown = [memory(one.pid) - had for one, had in zip(world.service.processes, before, strict=True)]
        assert max(grown) < MOST_GROWTH_KIB, f"a process has grown by {max(grown)} KiB"
        return f"{done}, {reached(world, target.wanted())}, grown by {max(0, *grown) / 1024:.0f} MiB"


def reached(world: World, wanted: Collection[Wanted]) -> str:
    """How many requests there were; an AssertionError if one that was wanted is not among them."""
    listeners = (world.service.acme, world.service.public, world.service.agent)
    asked = {key: statuses for each in listeners for key, statuses in each.asked.items()}
    missing = routes.never_called(wanted, asked)
    assert not missing, f"never called: {', '.join(missing)}"
    return f"{sum(each.requests for each in listeners):,} requests, all {len(wanted)} routes"


def orders(name: str, seed: int, seconds: float) -> str:
    """Random lives of orders, in process."""

    def lives(number: int) -> None:
        hypothesis.seed(number)(test_resources.Resources)
        run_state_machine_as_test(test_resources.Resources, settings=test_resources.SETTINGS)

    return rounds(name, [lives], seed, seconds)


def commands(name: str, seed: int, seconds: float) -> str:
    """Whole commands of the client: at any tree of files, and at any texts of a CA."""
    with tempfile.TemporaryDirectory(prefix="tegata-fuzz-") as directory, acme_play(Path(directory)) as play:
        home = test_words.at_home(play, Path(directory, "home"))
        shared = {"on_stage": lambda: play}
        tests = [
            seeded(test_trees.test_any_tree),
            seeded(test_words.test_no_text_of_a_ca_reaches_the_terminal_raw, **shared),
            seeded(test_words.test_nor_while_it_renews_or_revokes, home=home, **shared),
            seeded(test_words.test_nor_between_what_the_board_draws, **shared),
        ]
        return rounds(name, tests, seed, seconds)


def seeded(test: Callable[..., object], **shared: Any) -> Test:
    """A generated test as part of a round."""
    return lambda number: hypothesis.seed(number)(test)(**shared)


def rounds(name: str, tests: Sequence[Test], seed: int, seconds: float) -> str:
    """Each test in its turn, in the next round with the next seed, until the time is over; one round at least."""
    end = time.monotonic() + seconds
    for number in count(seed):
        for test in tests:
            if number > seed and time.monotonic() >= end:
                return f"{number - seed} round(s)"
            try:
                test(number)
            except BaseException:
                print(f"once more: make fuzz TARGETS={name} SEED={number}", flush=True)
                raise
    raise AssertionError("numbers do not end")


ALL: dict[str, Callable[[str, int, float], str]] = {
    **dict.fromkeys(DOORS, doors),
    "orders": orders,
    "commands": commands,
}


def stop_in_order() -> None:
    """SIGTERM ends this process as Ctrl-C does: what it has started is stopped, and its files are removed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def main() -> None:
    """Read the options, run, and say what was done; whatever is found ends it by its exception."""
    stop_in_order()
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz.targets")
    asked.add_argument("name", choices=ALL)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    print(ALL[given.name](given.name, given.seed, given.seconds))


if __name__ == "__main__":
    main()
