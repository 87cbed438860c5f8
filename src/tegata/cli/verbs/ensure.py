"""``run`` as lego v5 means it: obtain the certificate if there is none, otherwise renew it if it is time."""

from tegata.cli.context import Context
from tegata.cli.errors import NoNames
from tegata.cli.plans.plan import Ensure
from tegata.cli.verbs.renew import renew
from tegata.host.accounts import AccountFolder
from tegata.host.certificates import CERTIFICATE, CertificateFiles
from tegata.host.errors import CertificateNotFound
from tegata.host.files import Tree, is_there


def is_new(plan: Ensure) -> bool:
    """Whether there is no certificate yet, nor what a process that was killed had begun; raises NotReadable."""
    files = _files(plan)
    return not is_there(files.file(CERTIFICATE)) and not files.is_interrupted()


def ensure(context: Context, plan: Ensure) -> int:
    """Do it and give the exit code; raises whatever stands in the way."""
    tree = Tree(plan.renew.path)
    if is_new(plan):
        if _obtain(context, plan):
            return 0
    elif _wants_account(plan, tree):
        from tegata.cli.steps.registering import registered

        registered(context, tree, plan.run.account, anew=plan.run.new_account, back_off=plan.renew.back_off)
    try:
        return renew(context, plan.renew)
    except CertificateNotFound:  # what a process had begun was nothing
        _obtain(context, plan)
        return 0


def _wants_account(plan: Ensure, tree: Tree) -> bool:
    """Whether the account is to be made, completed or changed before: ``renew`` does none of it.

    The certificate may be another account's, or have come from elsewhere; a first run may have ended between the key
    and the registration, with a question that nobody answered or an EAB that was mistyped.
    """
    account = plan.run.account
    if plan.run.new_account or (account.eab is not None and account.eab.replaces):
        return True
    folder = AccountFolder(tree, account.server, account.user)
    return folder.key() is None or folder.stored() is None


def _files(plan: Ensure) -> CertificateFiles:
    return CertificateFiles(Tree(plan.renew.path), plan.renew.issue.file_name)


def _obtain(context: Context, plan: Ensure) -> bool:
    """Whether it was obtained; otherwise another process has done so meanwhile."""
    if not plan.run.issue.names:  # it was named by what its files are called, and there are none
        raise NoNames(command="run")
    from tegata.cli.verbs.run import run

    return run(context, plan.run, whatever_there_is=False, back_off=plan.renew.back_off)
