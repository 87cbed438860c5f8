"""A DNS provider for several certificates at once: those that take one record after the other take turns."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tegata.cli.sharing import Shared
from tegata.cli.steps.dnsproving import InTurn
from tegata.plugin_api.dns import Timing, TxtRecord
from tegata.testing.providers import VALUES, record


class Writer:
    """Keeps its records in one list for all, as a file would, and takes its time over it."""

    side_by_side = False
    timing = Timing(60, 2, 120)

    def __init__(self, file: list[TxtRecord]) -> None:
        self.file = file

    def add(self, record: TxtRecord) -> None:
        read = list(self.file)
        time.sleep(0.02)
        self.file[:] = [*read, record]

    def remove(self, record: TxtRecord) -> None:
        read = list(self.file)
        time.sleep(0.02)
        self.file[:] = [each for each in read if each != record]


def test_no_record_is_lost_between_two_certificates():
    file: list[TxtRecord] = []
    shared = Shared()
    providers = [InTurn(Writer(file), shared.turn("acme-dns")) for _ in VALUES]
    records = [record(value) for value in VALUES]
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda each: each[0].add(each[1]), zip(providers, records, strict=True)))
        assert sorted(each.value for each in file) == sorted(VALUES)
        list(threads.map(lambda each: each[0].remove(each[1]), zip(providers, records, strict=True)))
        assert file == []
    assert providers[0].timing == Writer.timing


def test_other_providers_are_not_waited_for():
    shared = Shared()
    assert shared.turn("exec") is shared.turn("exec")
    assert shared.turn("exec") is not shared.turn("pdns")
    assert isinstance(shared.turn("exec"), type(threading.Lock()))
