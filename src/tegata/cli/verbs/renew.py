"""The command ``renew``: a new certificate if it is time, and nothing at all if it is not.

What is remembered on the disk decides alone while it is fresh: such a run opens no connection, waits for nobody and
loads nothing that could. All the rest is in ``renewing``.
"""

from tegata.cli.context import Context
from tegata.cli.phrases import during
from tegata.cli.plans.plan import Renew
from tegata.cli.steps import timing
from tegata.cli.steps.account import existing
from tegata.cli.steps.deciding import decided
from tegata.cli.steps.foreseeing import foresee
from tegata.cli.steps.hooking import Hooking
from tegata.client.renewal import NotDue, decide
from tegata.host.certificates import CertificateFiles
from tegata.host.files import Tree


def renew(context: Context, plan: Renew) -> int:
    """Do it and give the exit code; raises whatever stands in the way."""
    tree = Tree(plan.path)
    account = existing(tree, plan.account)
    foresee(plan.issue.ways)
    files = CertificateFiles(tree, plan.issue.file_name)
    with Hooking(context, plan.issue, plan.account, files) as hooks:
        if not files.is_interrupted() and _is_not_due(context, plan, files):
            renewed = False
        else:
            from tegata.cli.steps.renewing import renew_if_due

            renewed = renew_if_due(context, plan, account, files, hooks=hooks)
        if renewed:
            hooks.deploy()
            return 0
        hooks.deploy_again()
        return plan.not_due_code


def _is_not_due(context: Context, plan: Renew, files: CertificateFiles) -> bool:
    """Whether the disk alone can say that there is nothing to do; the operator is told."""
    with during(f"Error while loading the certificate for domain {files.name}\n\t"):
        life = files.existing_life()
    now = context.clock.now()
    watch = timing.remembered(plan, files, life)
    known = timing.facts(plan, files, watch, life, now)
    decision = decide(known)
    if not isinstance(decision, NotDue) or timing.wait(plan, decision, now) is not None:
        return False
    if not watch.is_fresh(now, life.not_after):
        return False
    for line in decided(files.name, known, decision):
        context.console.log(line)
    return True
