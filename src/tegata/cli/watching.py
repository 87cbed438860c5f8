"""Asking the CA when a certificate is to be renewed, and saying so when it cannot be asked.

Trouble here never stops anything: what is remembered then is that there was trouble.
"""

from cryptography import x509

from tegata.cli.console import WARN, shown
from tegata.cli.context import Context
from tegata.client.api import Client
from tegata.errors import TegataError
from tegata.host.due import Watch, answered, failed, not_offered
from tegata.text.catalogue import explain


def ask(context: Context, client: Client, watch: Watch, certificate: x509.Certificate) -> Watch:
    """What is known after the CA has been asked for its renewal information (RFC 9773)."""
    try:
        answer = client.renewal_info(certificate)
    except TegataError as error:
        what = explain(error, context.language).what
        context.console.log(f"The CA's renewal information cannot be had: {shown(what)}", WARN)
        return failed(watch, context.clock.now())
    now = context.clock.now()
    if answer is None:
        return not_offered(watch, now)
    return answered(
        watch,
        now,
        answer.window,
        explanation=answer.explanation,
        retry_after=answer.retry_after,
        fraction=context.chance(),
    )
