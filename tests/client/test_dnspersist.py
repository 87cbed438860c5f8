"""dns-persist-01 solved: records that are there are used, others are made, and none is ever taken away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tegata.client import events
from tegata.client.dnscheck import Looks, Propagation
from tegata.client.dnserrors import IssuerNotOffered, NotPropagated
from tegata.client.dnspersist import DnsPersistSolver
from tegata.client.solving import Solving
from tegata.clock import SystemClock, rfc3339
from tegata.plugin_api.environment import Timing
from tegata.plugin_api.solver import Presentation
from tests.client.dns_zone import TwoServers
from tests.client.test_dnssolver import Zonekeeper

ACCOUNT = "https://ca.example/acct/1"
PLACE = "_validation-persist.www.example.com."
ISSUERS = ("ca.example", "authority.example")
PLAIN = f"ca.example; accounturi={ACCOUNT}"


class Keeper(Zonekeeper):
    """Whose values have blanks and semicolons."""

    def _show(self, name: str) -> None:
        values = [f'"{each.value}"' for each in self.records if each.name == name]
        for server in self._servers:
            server.set(name, "TXT", *values)


def shown(name: str = "www.example.com", *, wildcard: bool = False) -> Presentation:
    return Presentation(name, "dns-persist-01", "", "", ISSUERS, ACCOUNT, wildcard)


@pytest.fixture
def site() -> Iterator[TwoServers]:
    with TwoServers() as servers:
        yield servers


def solve(
    site: TwoServers, keeper: Keeper, *presentations: Presentation, issuer=None, until=None
) -> list[events.Event]:
    """Have them shown and cleaned up; what was told meanwhile."""
    told: list[events.Event] = []
    zones, clock = site.zones(), SystemClock()
    propagation = Propagation(site.lookup(), zones, Looks(), clock=clock, report=told.append)
    solver = DnsPersistSolver(
        keeper, zones, propagation, issuer=issuer, until=until, clock=clock, report=told.append
    )  # fmt: skip
    with Solving({"dns-persist-01": solver}, told.append) as solving:
        solving.present(presentations)
    return told


def test_a_record_is_made_and_stays(site: TwoServers):
    """Without a token (X-43), at the place and with the text of X-44; the next order finds it."""
    keeper = Keeper(site)
    solve(site, keeper, shown())
    assert [(each.name, each.value) for each in keeper.records] == [(PLACE, PLAIN)]
    told = solve(site, keeper, shown())
    assert len(keeper.records) == 1
    assert events.LastingRecordFound("www.example.com", PLACE, PLAIN) in told


def test_a_record_that_is_not_to_be_seen_is_not_answered_for(site: TwoServers):
    """The CA is told to look once all servers have it: an attempt that fails counts there (A-62)."""

    class Lost(Keeper):
        timing = Timing(timeout=0.1, interval=0.05, ttl=120)

        def _show(self, name: str) -> None:
            """Take it, and publish nothing."""

    with pytest.raises(NotPropagated):
        solve(site, Lost(site), shown())


def test_a_wildcard_and_its_base_need_one_record(site: TwoServers):
    """Which says that it is for wildcards (X-45); one that does not say it will not do."""
    wide = f"{PLAIN}; policy=wildcard"
    site.set(PLACE, "TXT", f'"{PLAIN}"')
    keeper = Keeper(site)
    solve(site, keeper, shown(), shown(wildcard=True))
    assert [each.value for each in keeper.records] == [wide]
    solve(site, keeper, shown(wildcard=True), shown())
    assert len(keeper.records) == 1


def test_the_ca_s_name_and_an_end(site: TwoServers):
    """As the flags say; a record under its other name will not do then."""
    site.set(PLACE, "TXT", f'"{PLAIN}"')
    keeper = Keeper(site)
    solve(site, keeper, shown(), issuer="authority.example", until=datetime(2100, 1, 1, tzinfo=UTC))
    assert [each.value for each in keeper.records] == [
        f"authority.example; accounturi={ACCOUNT}; persistUntil=4102444800"
    ]
    with pytest.raises(IssuerNotOffered):
        solve(site, keeper, shown(), issuer="other.example")


def test_strings_are_joined_and_aliases_followed(site: TwoServers):
    """A long value stands in several strings (F-09), and the record may be an alias (X-48)."""
    site.set(PLACE, "CNAME", "elsewhere.example.com.")
    site.set("elsewhere.example.com.", "TXT", f'"ca.example;" " accounturi={ACCOUNT}"')
    keeper = Keeper(site)
    solve(site, keeper, shown())
    assert keeper.records == []


def test_what_is_warned_of(site: TwoServers):
    """That the account's key is all it takes now, and that a record ends before a renewal may come (X-50)."""
    keeper, clock = Keeper(site), SystemClock()
    soon = (clock.now() + timedelta(days=89)).replace(microsecond=0)
    told = solve(site, keeper, shown(), until=soon)
    assert events.LastingRecordMade("www.example.com", PLACE) in told
    assert events.LastingRecordEnds("www.example.com", PLACE, rfc3339(soon)) in told
    told = solve(site, keeper, shown())
    assert events.LastingRecordEnds("www.example.com", PLACE, rfc3339(soon)) in told
    assert events.LastingRecordMade("www.example.com", PLACE) not in told
    told = solve(site, keeper, shown("mail.example.com"), until=clock.now() + timedelta(days=91))
    assert not any(isinstance(each, events.LastingRecordEnds) for each in told)
