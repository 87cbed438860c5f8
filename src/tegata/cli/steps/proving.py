"""Solvers for the ways in which names are to be proved, made before anything is done."""

from tegata.acme.challenges import DNS_ACCOUNT_01
from tegata.cli.context import Context
from tegata.cli.plans.ways import Ways
from tegata.cli.steps.httpproving import at, delayed, http_solver
from tegata.plugin_api.solver import Solver
from tegata.plugins.solvers.tlsalpn import TlsAlpnSolver


def solvers_for(context: Context, ways: Ways) -> dict[str, Solver]:
    """The solvers by type of challenge.

    Raises for an address, folder, DNS provider or setting that cannot be right.
    """
    solvers: list[Solver] = []
    if ways.http is not None:
        solvers.append(http_solver(context, ways.http))
    if ways.tls is not None:
        solvers.append(delayed(context, at(context, TlsAlpnSolver, ways.tls.port), ways.tls.delay))
    if ways.dns is not None:
        from tegata.cli.steps.dnsproving import dns_solver

        solvers.append(dns_solver(context, ways.dns))
    if ways.dns_account is not None:
        from tegata.cli.steps.dnsproving import dns_solver

        solvers.append(dns_solver(context, ways.dns_account, DNS_ACCOUNT_01))
    if ways.persist is not None:
        from tegata.cli.steps.dnsproving import persist_solver

        solvers.append(persist_solver(context, ways.persist))
    return {solver.challenge_type: solver for solver in solvers}
