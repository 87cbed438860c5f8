"""dns-01 put together: a provider by its code, the look-ups it and the solver share, and the wait for propagation.

Imported only where names are proved in the DNS: dnspython costs a tenth of a second.
"""

import threading

from tegata.cli.context import Context
from tegata.cli.plans.dns import DnsPlan
from tegata.cli.steps import dnsproviders
from tegata.cli.steps.narration import narrator
from tegata.client.dnscheck import Looks, Propagation
from tegata.client.dnslookup import Lookup
from tegata.client.dnssolver import DnsSolver
from tegata.client.dnszones import Zones
from tegata.plugin_api.dns import ConfirmingProvider, DnsProvider, Environment, Surroundings, Timing, TxtRecord


def dns_solver(context: Context, plan: DnsPlan) -> DnsSolver:
    """The solver of a plan.

    Raises UnknownProvider, what the provider says of its settings, and BadResolver, NoResolvers.
    """
    code, factory = dnsproviders.find(plan.provider)
    lookup = Lookup(plan.resolvers, timeout=plan.timeout, tcp_only=plan.tcp_only)
    zones = Zones(lookup, follow=plan.follow_aliases, direct=plan.authoritative and plan.wait is None)
    provider = factory(Surroundings(Environment(code, context.environ), zones.zone_of, context.console))
    if context.shared and not provider.side_by_side:
        provider = InTurn(provider, context.shared.turn(code))
    report = narrator(context, "", "")
    looks = Looks(authoritative=plan.authoritative, recursive=plan.recursive, wait=plan.wait)
    propagation = Propagation(lookup, zones, looks, clock=context.clock, report=report)
    return DnsSolver(provider, zones, propagation, servers=tuple(map(str, lookup.servers)), report=report)


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
