"""The command ``revoke``: have certificates revoked and move their files to the archives.

Who asks is the account; the certificate's own key where it is given, or where the account is gone (RFC 8555 §7.6).
"""

from cryptography import x509

from tegata.cli.console import WARN, shown
from tegata.cli.context import Context
from tegata.cli.errors import WrongKey
from tegata.cli.phrases import during, phrase
from tegata.cli.plans.plan import Revoke
from tegata.cli.steps.account import Account, existing
from tegata.cli.steps.connection import client_for, connected
from tegata.cli.steps.waiting import locked
from tegata.client.errors import AccountClosed, AccountUnknown, AlreadyRevoked
from tegata.errors import TegataError
from tegata.host.certificates import KEY, CertificateFiles
from tegata.host.due import WatchFile
from tegata.host.errors import AccountDamaged, AccountNotFound
from tegata.host.files import Tree, is_there
from tegata.pki.certs import is_of_key
from tegata.pki.keys import PrivateKey
from tegata.text.catalogue import explain


def revoke(context: Context, plan: Revoke) -> None:
    """Do it for each name; one that does not work keeps none of the others from it. Raises the last error."""
    tree = Tree(plan.path)
    account = _account(tree, plan)
    error: TegataError | None = None
    for name in plan.names:
        if error is not None:
            _tell(context, error)
        try:
            with during(f"Error while revoking the certificate for domain {name}\n\t"):
                _revoke(context, plan, account, tree, CertificateFiles(tree, name))
        except TegataError as trouble:
            error = trouble
    if error is not None:
        raise error


def _account(tree: Tree, plan: Revoke) -> Account | None:
    """The account that asks; None: keys do. Raises AccountNotFound where there is neither."""
    if plan.key is not None:
        return None
    try:
        return existing(tree, plan.account)
    except AccountNotFound:
        if any(is_there(CertificateFiles(tree, name).file(KEY)) for name in plan.names):
            return None
        raise


def _revoke(context: Context, plan: Revoke, account: Account | None, tree: Tree, files: CertificateFiles) -> None:
    console = context.console
    with locked(context, tree, files.lock, files.name):
        files.resume()
        certificate = files.existing_chain()[0]
        console.log(f"Trying to revoke certificate for domain {shown(files.name)}")
        try:
            _ask(context, plan, account, files, certificate)
            console.log("Certificate was revoked.")
        except AlreadyRevoked:
            # A run that was cut off before it had moved the files is finished by the next.
            console.log("Certificate was already revoked.")
        if plan.keep:
            return
        files.archive(context.clock.now())
        WatchFile(tree, files.name).forget()
        console.log(f"Certificate was archived for domain: {shown(files.name)}")


def _ask(
    context: Context, plan: Revoke, account: Account | None, files: CertificateFiles, certificate: x509.Certificate
) -> None:
    if account is None:
        _ask_by_key(context, plan, plan.key or files.existing_key(), files, certificate)
        return
    try:
        with connected(context, account, files.name) as client:
            client.revoke(certificate, plan.reason)
    except (AccountClosed, AccountDamaged, AccountNotFound, AccountUnknown) as error:
        if not is_there(files.file(KEY)):
            raise
        what = explain(error, context.language).what
        context.console.log(f"The account cannot ask: {shown(what)} The certificate's own key does", WARN)
        _ask_by_key(context, plan, files.existing_key(), files, certificate)


def _ask_by_key(
    context: Context, plan: Revoke, key: PrivateKey, files: CertificateFiles, certificate: x509.Certificate
) -> None:
    if not is_of_key(certificate, key.public_key()):
        raise WrongKey(name=files.name)
    with client_for(context, plan.account, key, certificate=files.name) as client:
        client.revoke(certificate, plan.reason, with_key=key)


def _tell(context: Context, error: TegataError) -> None:
    """Say what one name ran into, before the next is taken up."""
    context.console.log(phrase(error) or str(explain(error, context.language)), WARN)
