"""Starting the operator's hook after a certificate was obtained, with what it is told."""

from tegata.cli.context import Context
from tegata.cli.plan import AccountPlan, IssuePlan
from tegata.host import hooks
from tegata.host.certificates import CERTIFICATE, ISSUER, KEY, PFX, CertificateFiles


def start_hook(context: Context, plan: IssuePlan, account: AccountPlan, files: CertificateFiles) -> None:
    """Start the plan's hook, if it has one, and wait for it; raises what ``host.hooks`` raises.

    The certificate's lock is free again by now: a slow hook keeps nobody waiting.
    """
    if plan.hook is None:
        return
    result = hooks.Result(
        email=account.user,
        domain=files.name,
        certificate=files.file(CERTIFICATE),
        key=files.file(KEY),
        issuer=files.file(ISSUER),
        pfx=files.file(PFX) if plan.outputs.pfx else None,
    )
    hooks.run(plan.hook, result, context.environ)
