"""dns-01 put together: a provider by its code, the look-ups it and the solver share, and the wait for propagation.

Imported only where names are proved in the DNS: dnspython costs a tenth of a second.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from tegata.acme.challenges import DNS_01
from tegata.cli.context import Context
from tegata.cli.plans.dns import DnsPlan, PersistPlan
from tegata.cli.steps import dnsproviders
from tegata.cli.steps.narration import narrator
from tegata.client.dnscheck import Looks, Propagation
from tegata.client.dnserrors import PersistUntilPast
from tegata.client.dnslookup import Lookup
from tegata.client.dnspersist import DnsPersistSolver
from tegata.client.dnssolver import DnsSolver
from tegata.client.dnszones import Zones
from tegata.client.events import Event
from tegata.clock import rfc3339
from tegata.plugin_api.dns import ConfirmingProvider, DnsProvider, Environment, Surroundings, Timing, TxtRecord


def dns_solver(context: Context, plan: DnsPlan, challenge_type: str = DNS_01) -> DnsSolver:
    """The solver of a plan, for dns-01 or dns-account-01.

    Raises UnknownProvider, what the provider says of its settings, and BadResolver, NoResolvers.
    """
    provider, zones, propagation, servers, report = _means(context, plan)
    return DnsSolver(provider, zones, propagation, challenge_type=challenge_type, servers=servers, report=report)


def persist_solver(context: Context, plan: PersistPlan) -> DnsPersistSolver:
    """The solver for records that stay; raises as ``dns_solver``, and PersistUntilPast."""
    check_end(plan, context.clock.now())
    provider, zones, propagation, _, report = _means(context, plan.dns)
    return DnsPersistSolver(
        provider, zones, propagation, issuer=plan.issuer, until=plan.until, clock=context.clock, report=report
    )


def check_end(plan: PersistPlan, now: datetime) -> None:
    """Raise PersistUntilPast where a record that is made would prove nothing."""
    if plan.until and plan.until <= now:
        raise PersistUntilPast(until=rfc3339(plan.until))


def zones_for(plan: DnsPlan) -> Zones:
    """Who looks in the DNS, for a plan that changes nothing; raises BadResolver, NoResolvers."""
    return _lookup(plan)[1]


def lookup_for(plan: DnsPlan) -> Lookup:
    """Who asks recursive servers; raises BadResolver, NoResolvers."""
    return Lookup(plan.resolvers, timeout=plan.timeout, tcp_only=plan.tcp_only)


def _lookup(plan: DnsPlan) -> tuple[Lookup, Zones]:
    lookup = lookup_for(plan)
    return lookup, Zones(lookup, follow=plan.follow_aliases, direct=plan.authoritative and plan.wait is None)


def _means(
    context: Context, plan: DnsPlan
) -> tuple[DnsProvider, Zones, Propagation, tuple[str, ...], Callable[[Event], None]]:
    """Who makes records, where they belong, who sees whether they are there, the servers asked, and who is told."""
    code, factory = dnsproviders.find(plan.provider)
    lookup, zones = _lookup(plan)
    provider = factory(Surroundings(Environment(code, context.environ), zones.zone_of, context.console))
    if context.shared and not provider.side_by_side:
        provider = InTurn(provider, context.shared.turn(code))
    report = narrator(context, "", "")
    looks = Looks(authoritative=plan.authoritative, recursive=plan.recursive, wait=plan.wait)
    propagation = Propagation(lookup, zones, looks, clock=context.clock, report=report)
    return provider, zones, propagation, tuple(map(str, lookup.servers)), report


class InTurn:
    """A provider that holds a lock while it is at work: others of its kind work for other certificates."""

    side_by_side = False

    def __init__(self, provider: DnsProvider, turn: threading.Lock) -> None:
        self._provider = provider
        self._turn = turn

    @property
    def timing(self) -> Timing:
        """The provider's."""
        return self._provider.timing

    def add(self, record: TxtRecord) -> None:
        """Add it when nobody else is at work."""
        with self._turn:
            self._provider.add(record)

    def confirm(self) -> None:
        """Confirm what was added, if that is the provider's way, when nobody else is at work."""
        if isinstance(self._provider, ConfirmingProvider):
            with self._turn:
                self._provider.confirm()

    def remove(self, record: TxtRecord) -> None:
        """Remove it when nobody else is at work."""
        with self._turn:
            self._provider.remove(record)
