"""dns-01 solved by a provider: which records it is asked for, in which order, and that none stays."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait

import pytest

from tegata.client import dnssolver, events
from tegata.client.dnscheck import Looks, Propagation
from tegata.client.dnserrors import BadAlias, NotPropagated
from tegata.client.dnssolver import DnsSolver
from tegata.client.solving import Solving
from tegata.clock import SystemClock
from tegata.errors import TegataError
from tegata.plugin_api.dns import AliasesNeeded, AliasNeeded, DnsProvider, ProviderFailed, TxtRecord
from tegata.plugin_api.environment import Timing
from tegata.plugin_api.solver import Presentation
from tests.client.dns_zone import NAME, TwoServers

# RFC 8555's own example of a token and thumbprint, and the value made of it (F-07).
KEY_AUTHORIZATION = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
WWW = Presentation("www.example.com", "dns-01", "t" * 22, "x.y")
STAR = Presentation("www.example.com", "dns-01", "u" * 22, "x.z")
MAIL = Presentation("mail.example.com", "dns-01", "v" * 22, "x.w")


class Zonekeeper:
    """A provider that keeps its records at both name servers of a site."""

    timing = Timing(timeout=5, interval=1, ttl=120)

    def __init__(self, site: TwoServers, *, side_by_side: bool = False, refuses: str = "") -> None:
        self.side_by_side = side_by_side
        self.records: list[TxtRecord] = []
        self.most = 0
        self.adding = 0
        self._servers = (site.ns1, site.ns2)
        self._refuses = refuses
        self._lock = threading.Lock()
        self._gate = threading.Barrier(2)

    def add(self, record: TxtRecord) -> None:
        with self._lock:
            self.adding += 1
            self.most = max(self.most, self.adding)
        if self.side_by_side:
            self._gate.wait(5)  # nobody passes alone
        with self._lock:
            self.adding -= 1
            if record.origin.name == self._refuses:
                raise ProviderFailed(provider="zonekeeper", reason="no")
            self.records.append(record)
            self._show(record.name)

    def remove(self, record: TxtRecord) -> None:
        self.records = [each for each in self.records if each != record]
        self._show(record.name)

    def _show(self, name: str) -> None:
        values = [each.value for each in self.records if each.name == name]
        for server in self._servers:
            if values:
                server.set(name, "TXT", *values)
            else:
                server.remove(name, "TXT")


@pytest.fixture
def site() -> Iterator[TwoServers]:
    with TwoServers() as servers:
        yield servers


def solver(site: TwoServers, provider: DnsProvider, report=events.ignore, kind: str = "dns-01") -> DnsSolver:
    zones = site.zones()
    propagation = Propagation(site.lookup(), zones, Looks(), clock=SystemClock(), report=report)
    return DnsSolver(provider, zones, propagation, challenge_type=kind, servers=("192.0.2.53:53",), report=report)


def test_the_record(site: TwoServers):
    """The name and the value that the CA will look for (F-07)."""
    keeper = Zonekeeper(site)
    presentation = Presentation("www.example.com", "dns-01", "t" * 22, KEY_AUTHORIZATION)
    with Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([presentation])
        (record,) = keeper.records
        assert record == TxtRecord(NAME, "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q", presentation)
    assert keeper.records == []


def test_the_record_of_the_account(site: TwoServers):
    """At the name made of the account's URL, with dns-01's value; an alias there is followed (X-42, F-08)."""
    keeper = Zonekeeper(site)
    account = "https://ca.example/acme/acct/123"
    presentations = [
        Presentation(name, "dns-account-01", "t" * 22, KEY_AUTHORIZATION, account_url=account)
        for name in ("www.example.com", "mail.example.com")
    ]
    site.set(f"_rktq57ucabqryrms._acme-challenge.{MAIL.name}", "CNAME", "mail.acme.example.com.")
    made = solver(site, keeper, kind="dns-account-01")
    with Solving({"dns-account-01": made}, events.ignore) as solving:
        solving.present(presentations)
        assert [(each.name, each.value) for each in keeper.records] == [
            (f"_rktq57ucabqryrms.{NAME}", "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"),
            ("mail.acme.example.com.", "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"),
        ]
    assert keeper.records == []


@pytest.mark.parametrize("side_by_side", [False, True])
def test_a_wildcard_and_its_base_have_two_values_at_one_name(site: TwoServers, side_by_side: bool):
    """All stand before any is waited for; side by side only where the provider can (A-71)."""
    keeper = Zonekeeper(site, side_by_side=side_by_side)
    with Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([WWW, STAR])
        assert {each.name for each in keeper.records} == {NAME}
        assert len({each.value for each in keeper.records}) == 2
        assert keeper.most == (2 if side_by_side else 1)
    assert keeper.records == []


@pytest.mark.parametrize("side_by_side", [False, True])
def test_all_aliases_that_are_needed_are_told_at_once(site: TwoServers, side_by_side: bool):
    """The first does not hide the others, and nothing is waited for; one alone is told as it is."""

    class Asking(Zonekeeper):
        def add(self, record: TxtRecord) -> None:
            domain = record.origin.name
            raise AliasNeeded(provider="p", domain=domain, name=record.name, target=f"{domain[0]}.acme.example")

    keeper = Asking(site, side_by_side=side_by_side)
    with pytest.raises(AliasesNeeded) as caught, Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([WWW, STAR, MAIL])
    assert caught.value.facts == {
        "provider": "p",
        "domains": "www.example.com, mail.example.com",
        "records": (
            "_acme-challenge.www.example.com. CNAME w.acme.example.",
            "_acme-challenge.mail.example.com. CNAME m.acme.example.",
        ),
    }
    with pytest.raises(AliasNeeded), Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([MAIL])


def test_an_alias_is_written_to_at_its_end(site: TwoServers):
    """And waited for there: its zone is another one's."""
    site.set(NAME, "CNAME", "www.acme.example.com.")
    keeper = Zonekeeper(site)
    with Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([WWW])
        assert [each.name for each in keeper.records] == ["www.acme.example.com."]


@pytest.mark.parametrize("side_by_side", [False, True])
def test_one_that_is_refused_takes_the_others_along(site: TwoServers, side_by_side: bool):
    keeper = Zonekeeper(site, side_by_side=side_by_side, refuses="mail.example.com")
    with pytest.raises(ProviderFailed), Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([WWW, MAIL])
    assert keeper.records == []


def test_nothing_is_written_where_an_alias_cannot_be_followed(site: TwoServers):
    site.set(NAME, "CNAME", NAME)
    keeper = Zonekeeper(site)
    with pytest.raises(BadAlias), Solving({"dns-01": solver(site, keeper)}, events.ignore) as solving:
        solving.present([WWW])
    assert keeper.records == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, ValueError, TegataError])
def test_an_interrupted_wait_leaves_nothing(site: TwoServers, interruption: type[BaseException]):
    """Records that were still being made are waited for and removed (A-60, C-11)."""
    keeper = Zonekeeper(site, side_by_side=True)

    def report(event: events.Event) -> None:
        if isinstance(event, events.Presenting) and event.name == MAIL.name:
            raise interruption

    def interrupted() -> None:
        with Solving({"dns-01": solver(site, keeper, report)}, events.ignore) as solving:
            solving.present([WWW, STAR, MAIL])

    with pytest.raises(interruption):
        interrupted()
    assert keeper.records == []


def test_records_are_waited_for(site: TwoServers):
    """The CA is asked to look once all servers have them, not before (A-62)."""

    class Lost(Zonekeeper):
        timing = Timing(timeout=0.1, interval=0.05, ttl=120)

        def _show(self, name: str) -> None:
            """Publish nothing."""

    with Solving({"dns-01": solver(site, Lost(site))}, events.ignore) as solving, pytest.raises(NotPropagated):
        solving.present([WWW])


def test_a_record_is_removed_after_the_end_of_its_making(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """Else what is being made while all is cleaned up would stay."""
    begun, go = threading.Event(), threading.Event()

    class Slow(Zonekeeper):
        def add(self, record: TxtRecord) -> None:
            begun.set()
            assert go.wait(60)
            self.records.append(record)

    def waited(adding: list[Future[None]]) -> None:
        go.set()
        wait(adding)

    keeper = Slow(site, side_by_side=True)
    dns01 = solver(site, keeper)
    monkeypatch.setattr(dnssolver, "wait", waited)
    dns01.present(WWW)
    assert begun.wait(60)
    dns01.cleanup(WWW)
    was_waited_for = go.is_set()
    go.set()
    assert was_waited_for
    assert keeper.records == []


def test_what_is_told(site: TwoServers):
    told: list[events.Event] = []
    with Solving({"dns-01": solver(site, Zonekeeper(site), told.append)}, events.ignore) as solving:
        solving.present([WWW])
    assert told == [
        events.Presenting("www.example.com", "dns-01"),
        events.CheckingPropagation("www.example.com", ("192.0.2.53:53",)),
        events.AwaitingPropagation(5, 1),
        events.CleaningUp("www.example.com", "dns-01"),
    ]
