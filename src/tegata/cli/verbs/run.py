"""The command ``run``: an account if there is none yet, then a certificate, whatever there was before."""

import contextlib

from tegata.cli.context import Context
from tegata.cli.plans.plan import Run
from tegata.cli.steps import patience, registering
from tegata.cli.steps.connection import connected
from tegata.cli.steps.hooking import Hooking
from tegata.cli.steps.issuing import Order, issue, key_begun
from tegata.cli.steps.patience import Trial, patient
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
    tree = Tree(plan.path)
    files = CertificateFiles(tree, plan.issue.file_name)
    if back_off:
        check_time(context, plan)
    keys = key_begun(context, plan.issue)
    account = registered(context, tree, plan.account, anew=plan.new_account, back_off=back_off)
    with Hooking(context, plan.issue, plan.account, files) as hooks:
        with locked(context, tree, files.lock, files.name), connected(context, account, files.name) as client:
            files.resume()
            if not whatever_there_is and files.life() is not None:
                return False
            order = Order(plan.issue.names, keys, solvers, ari=plan.ari)
            attempts = AttemptsFile(tree, files.name)
            held = patient(context, attempts, order=_wish(plan), ends=None, anyway=False)
            with held if back_off else contextlib.nullcontext(Trial()) as trial:
                issue(context, client, plan.issue, order, files=files, hooks=hooks, trial=trial)
            attempts.forget()
        hooks.deploy()
    return True


def check_time(context: Context, plan: Run) -> None:
    """Pass if no back-off is in the way, before anything is done that takes time; raises HeldBack."""
    tree = Tree(plan.path)
    registering.check_time(context, tree, plan.account, anew=plan.new_account)
    patience.check_time(context, AttemptsFile(tree, plan.issue.file_name), _wish(plan))


def _wish(plan: Run) -> str:
    return patience.wish(plan.account, plan.issue, plan.issue.names)
