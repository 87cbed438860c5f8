"""The command ``run``: an account if there is none yet, then a certificate, whatever there was before."""

import contextlib

from tegata.cli.context import Context
from tegata.cli.plans.plan import Run
from tegata.cli.steps.connection import connected
from tegata.cli.steps.hooking import Hooking
from tegata.cli.steps.issuing import Order, issue, key_begun
from tegata.cli.steps.patience import patient, wish
from tegata.cli.steps.proving import solvers_for
from tegata.cli.steps.registering import registered
from tegata.cli.steps.waiting import locked
from tegata.host.attempts import AttemptsFile
from tegata.host.certificates import CertificateFiles
from tegata.host.files import Tree


def run(context: Context, plan: Run, *, whatever_there_is: bool = True, back_off: bool = False) -> bool:
    """Do it; raises whatever stands in the way.

    Without ``whatever_there_is`` nothing is ordered where another process has obtained one just now. With
    ``back_off`` a failure holds the next order back, as with a renewal (S-17). Whether there is a new certificate.
    """
    solvers = solvers_for(context, plan.issue.ways)
    keys = key_begun(context, plan.issue)
    tree = Tree(plan.path)
    files = CertificateFiles(tree, plan.issue.file_name)
    account = registered(context, tree, plan.account, anew=plan.new_account)
    with Hooking(context, plan.issue, plan.account, files) as hooks:
        with locked(context, tree, files.lock, files.name), connected(context, account, files.name) as client:
            files.resume()
            if not whatever_there_is and files.life() is not None:
                return False
            order = Order(plan.issue.names, keys, solvers, ari=plan.ari)
            attempts = AttemptsFile(tree, files.name)
            asked = wish(plan.account, plan.issue, plan.issue.names)
            held = patient(context, attempts, order=asked, ends=None, anyway=False)
            with held if back_off else contextlib.nullcontext():
                issue(context, client, plan.issue, order, files=files, hooks=hooks)
            attempts.forget()
        hooks.deploy()
    return True
