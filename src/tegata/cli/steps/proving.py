"""The ways the names of a plan may be proved: solvers, made before anything is done."""

from tegata.acme.challenges import DNS_ACCOUNT_01
from tegata.cli.context import Context
from tegata.cli.plans.plan import Conformance, IssuePlan
from tegata.cli.steps.httpproving import at, delayed, http_solver
from tegata.plugin_api.solver import Solver
from tegata.plugins.solvers.tlsalpn import TlsAlpnSolver


def solvers_for(context: Context, plan: IssuePlan | Conformance) -> dict[str, Solver]:
    """The solvers by type of challenge.

    Raises for an address, folder, DNS provider or setting that cannot be right.
    """
    solvers: list[Solver] = []
    if plan.http is not None:
        solvers.append(http_solver(context, plan.http))
    if plan.tls is not None:
        solvers.append(delayed(context, at(context, TlsAlpnSolver, plan.tls.port), plan.tls.delay))
    if plan.dns is not None:
        from tegata.cli.steps.dnsproving import dns_solver

        solvers.append(dns_solver(context, plan.dns))
    if plan.dns_account is not None:
        from tegata.cli.steps.dnsproving import dns_solver

        solvers.append(dns_solver(context, plan.dns_account, DNS_ACCOUNT_01))
    if plan.persist is not None:
        from tegata.cli.steps.dnsproving import persist_solver

        solvers.append(persist_solver(context, plan.persist))
    return {solver.challenge_type: solver for solver in solvers}
