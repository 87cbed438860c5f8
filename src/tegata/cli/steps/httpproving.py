"""The one way of the plan to prove names by http-01: a web root, else memcached, a bucket, an own listener."""

from collections.abc import Callable

from tegata.cli.context import Context
from tegata.cli.plans.listening import HttpPlan
from tegata.plugin_api.solver import Solver
from tegata.plugins.solvers.delayed import DelayedSolver
from tegata.plugins.solvers.standalone import StandaloneSolver
from tegata.plugins.solvers.webroot import WebrootSolver


def http_solver(context: Context, plan: HttpPlan) -> Solver:
    """The solver; raises for an address, host or folder that cannot be right."""
    return delayed(context, _chosen(context, plan), plan.delay)


def delayed(context: Context, solver: Solver, seconds: float) -> Solver:
    """The solver itself, or with a pause after it has presented."""
    return DelayedSolver(solver, seconds, context.clock) if seconds > 0 else solver


def at(context: Context, make: Callable[..., Solver], *where: str) -> Solver:
    """A solver that listens: the one in common, where other orders are at work at the same time."""
    return context.shared.of(make, *where) if context.shared else make(*where)


def _chosen(context: Context, plan: HttpPlan) -> Solver:
    if plan.webroot:
        return WebrootSolver(plan.webroot)
    if plan.memcached:
        from tegata.plugins.solvers.memcached import MemcachedSolver

        return MemcachedSolver(plan.memcached)
    if plan.s3_bucket:
        from tegata.plugins.solvers.s3 import S3Solver

        return S3Solver(plan.s3_bucket, context.environ)
    return at(context, StandaloneSolver, plan.port, plan.proxy_header)
