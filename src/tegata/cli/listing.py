"""The command ``list``: what is on the disk, in the words and order of lego v4. Asks no CA and changes nothing."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from tegata.cli.console import WARN, Console, shown
from tegata.cli.context import Context
from tegata.cli.plan import List
from tegata.host import accounts, certificates
from tegata.host.errors import CertificateDamaged
from tegata.host.files import Tree
from tegata.pki.certs import names_of
from tegata.pki.names import is_ip
from tegata.text.catalogue import explain


def show(context: Context, plan: List) -> None:
    """Show accounts, if asked for, and certificates."""
    tree = Tree(plan.path)
    if plan.accounts and not plan.names_only:
        _show_accounts(context.console, tree)
    if plan.certificates:
        _show_certificates(context, tree, names_only=plan.names_only)


def _show_accounts(console: Console, tree: Tree) -> None:
    found = accounts.listed(tree)
    if not found:
        console.say("No accounts found.")
        return
    console.say("Found the following accounts:")
    for account in found:
        console.say(f"  Email: {shown(account.email)}")
        console.say(f"  Server: {shown(account.server)}")
        console.say(f"  Path: {shown(account.folder)}")
        console.say()


def _show_certificates(context: Context, tree: Tree, *, names_only: bool) -> None:
    console = context.console
    files = certificates.listed(tree)
    if not names_only:
        console.say("Found the following certs:" if files else "No certificates found.")
    for file in files:
        try:
            certificate = certificates.read_chain(file)[0]
        except CertificateDamaged as error:
            console.log(str(explain(error, context.language)), WARN)
            continue
        name = _main_name(certificate)
        if names_only:
            console.say(shown(name))
            continue
        names = names_of(certificate)
        addresses = [each for each in names if is_ip(each)]
        expires = certificate.not_valid_after_utc
        console.say(f"  Certificate Name: {shown(name)}")
        console.say(f"    Domains: {shown(', '.join(each for each in names if each not in addresses))}")
        if addresses:
            console.say(f"    IPs: {', '.join(addresses)}")
        console.say(f"    Expiry Date: {expires:%Y-%m-%d %H:%M:%S} +0000 UTC")
        console.say(f"    Certificate Path: {shown(file)}")
        console.say()


def _main_name(certificate: x509.Certificate) -> str:
    """The common name, or where there is none the first of the other names."""
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else next(iter(names_of(certificate)), "")
