"""dns-01 put together: a provider by its code, the look-ups it and the solver share, and the wait for propagation.

Imported only where names are proved in the DNS: dnspython costs a tenth of a second.
"""

from tegata.cli import dnsproviders
from tegata.cli.context import Context
from tegata.cli.dnsplan import DnsPlan
from tegata.cli.narration import narrator
from tegata.client.dnscheck import Looks, Propagation
from tegata.client.dnslookup import Lookup
from tegata.client.dnssolver import DnsSolver
from tegata.client.dnszones import Zones
from tegata.plugin_api.dns import Environment, Surroundings


def dns_solver(context: Context, plan: DnsPlan) -> DnsSolver:
    """The solver of a plan.

    Raises UnknownProvider, what the provider says of its settings, and BadResolver, NoResolvers.
    """
    code, factory = dnsproviders.find(plan.provider)
    lookup = Lookup(plan.resolvers, timeout=plan.timeout, tcp_only=plan.tcp_only)
    zones = Zones(lookup, follow=plan.follow_aliases, direct=plan.authoritative and plan.wait is None)
    provider = factory(Surroundings(Environment(code, context.environ), zones.zone_of, context.console))
    report = narrator(context, "", "")
    looks = Looks(authoritative=plan.authoritative, recursive=plan.recursive, wait=plan.wait)
    propagation = Propagation(lookup, zones, looks, clock=context.clock, report=report)
    return DnsSolver(provider, zones, propagation, servers=tuple(map(str, lookup.servers)), report=report)
