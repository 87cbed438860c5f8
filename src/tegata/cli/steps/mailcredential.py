"""The credential that ZeroSSL gives for a mail address, asked for where an account is made and none was brought."""

import msgspec

from tegata.cli.console import INFO
from tegata.cli.context import Context
from tegata.cli.plans.plan import AccountPlan
from tegata.cli.steps.connection import network_for
from tegata.client import zerossl
from tegata.client.accounts import EabCredential
from tegata.client.errors import MailAddressNeeded


def by_mail(context: Context, plan: AccountPlan) -> EabCredential:
    """Ask for it; raises MailAddressNeeded, MailCredentialRefused, and what the network raises."""
    if not plan.email:
        raise MailAddressNeeded(directory=plan.server)
    from tegata.client.transport import HttpTransport

    context.console.log("acme: Asking ZeroSSL for an EAB credential for the mail address", INFO)
    # The name expected in the CA's certificate is not this service's.
    with HttpTransport(msgspec.structs.replace(network_for(context, plan), server_name=None)) as transport:
        return zerossl.credential(transport, plan.email)
