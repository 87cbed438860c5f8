"""The command ``revoke``: have certificates revoked and move their files to the archives."""

from tegata.cli.account import existing
from tegata.cli.connection import connected
from tegata.cli.context import Context
from tegata.cli.phrases import during
from tegata.cli.plan import Revoke
from tegata.cli.waiting import locked
from tegata.client.api import Client
from tegata.client.errors import AlreadyRevoked
from tegata.host.certificates import CertificateFiles
from tegata.host.due import WatchFile
from tegata.host.files import Tree


def revoke(context: Context, plan: Revoke) -> None:
    """Do it for each name; raises at the first that does not work."""
    tree = Tree(plan.path)
    account = existing(tree, plan.account)
    with connected(context, account, plan.names[0]) as client:
        for name in plan.names:
            files = CertificateFiles(tree, name)
            with (
                locked(context, tree, files.lock, name),
                during(f"Error while revoking the certificate for domain {name}\n\t"),
            ):
                _revoke(context, plan, client, tree, files)


def _revoke(context: Context, plan: Revoke, client: Client, tree: Tree, files: CertificateFiles) -> None:
    console = context.console
    console.log(f"Trying to revoke certificate for domain {files.name}")
    files.resume()
    certificate = files.existing_chain()[0]
    try:
        client.revoke(certificate, plan.reason)
        console.log("Certificate was revoked.")
    except AlreadyRevoked:
        # A run that was cut off before it had moved the files is finished by the next.
        console.log("Certificate was already revoked.")
    if plan.keep:
        return
    files.archive(context.clock.now())
    WatchFile(tree, files.name).forget()
    console.log(f"Certificate was archived for domain: {files.name}")
