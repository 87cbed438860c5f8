"""The ways the names of a plan may be proved: solvers, made before anything is done."""

from collections.abc import Callable

from tegata.cli.context import Context
from tegata.cli.plan import IssuePlan
from tegata.plugin_api.solver import Solver
from tegata.plugins.solvers.standalone import StandaloneSolver
from tegata.plugins.solvers.tlsalpn import TlsAlpnSolver
from tegata.plugins.solvers.webroot import WebrootSolver


def solvers_for(context: Context, plan: IssuePlan) -> dict[str, Solver]:
    """The solvers by type of challenge.

    Raises for an address, folder, DNS provider or setting that cannot be right.
    """
    solvers: list[Solver] = []
    if plan.http:
        solvers.append(WebrootSolver(plan.webroot) if plan.webroot else _at(context, StandaloneSolver, plan.http_port))
    if plan.tls_port is not None:
        solvers.append(_at(context, TlsAlpnSolver, plan.tls_port))
    if plan.dns is not None:
        from tegata.cli.dnsproving import dns_solver

        solvers.append(dns_solver(context, plan.dns))
    return {solver.challenge_type: solver for solver in solvers}


def _at(context: Context, make: Callable[[str], Solver], address: str) -> Solver:
    """A solver that listens: the one in common, where other orders are at work at the same time."""
    return context.shared.of(make, address) if context.shared else make(address)
