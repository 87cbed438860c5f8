"""What orders at work at once have in common: what is lent, to whom, and that all of it is closed in the end."""

import threading

import pytest

from tegata.cli.sharing import Shared


class Connection:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_one_after_the_other_gets_the_same() -> None:
    """For the same key; for another, and for two at once, there is one each."""
    shared = Shared()
    with shared.lent("a", Connection) as first:
        with shared.lent("a", Connection) as second:
            assert second is not first
        with shared.lent("b", Connection) as other:
            assert other is not second
    with shared.lent("a", Connection) as again, shared.lent("a", Connection) as and_again:
        assert {id(again), id(and_again)} == {id(first), id(second)}


def test_what_has_had_trouble_is_not_lent_again() -> None:
    shared = Shared()
    with pytest.raises(ValueError, match="trouble"), shared.lent("a", Connection) as first:
        raise ValueError("trouble")
    assert first.closed == 1
    with shared.lent("a", Connection) as second:
        assert second is not first


def test_all_are_closed_in_the_end() -> None:
    """Once each, whichever thread had them."""
    made: list[Connection] = []
    barrier = threading.Barrier(5)

    def make() -> Connection:
        made.append(Connection())
        return made[-1]

    def work() -> None:
        with shared.lent("a", make):
            barrier.wait()

    with Shared() as shared:
        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [each.closed for each in made] == [0] * 5
    assert [each.closed for each in made] == [1] * 5
