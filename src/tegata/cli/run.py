"""The command ``run``: an account if there is none yet, then a certificate, whatever there was before."""

from tegata.cli.connection import connected
from tegata.cli.context import Context
from tegata.cli.hooking import start_hook
from tegata.cli.issuing import issue, solvers_for
from tegata.cli.plan import Run
from tegata.cli.registering import registered
from tegata.cli.waiting import locked
from tegata.host.attempts import AttemptsFile
from tegata.host.certificates import CertificateFiles
from tegata.host.due import WatchFile
from tegata.host.files import Tree


def run(context: Context, plan: Run) -> None:
    """Do it; raises whatever stands in the way."""
    solvers = solvers_for(plan.issue)
    tree = Tree(plan.path)
    files = CertificateFiles(tree, plan.issue.file_name)
    account = registered(context, tree, plan.account, anew=plan.new_account)
    with locked(context, tree, files.lock, files.name):
        files.resume()
        with connected(context, account, files.name) as client:
            watch_file = WatchFile(tree, files.name)
            names = plan.issue.names
            issue(context, client, plan.issue, files, watch_file, solvers=solvers, names=names, replaces=None)
            AttemptsFile(tree, files.name).forget()
    start_hook(context, plan.issue, plan.account, files)
