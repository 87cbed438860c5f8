"""The command ``accounts register``: an account and nothing else."""

from tegata.cli.console import shown
from tegata.cli.context import Context
from tegata.cli.plans.plan import Register
from tegata.cli.steps.registering import registered
from tegata.host.files import Tree


def register(context: Context, plan: Register) -> None:
    """Do it; an account that is there already stays, and the CA is not asked. Raises whatever stands in the way."""
    account = registered(context, Tree(plan.path), plan.account, anew=plan.new_account)
    context.console.log(f"Account {shown(plan.account.user)} is registered: {shown(account.url)}")
