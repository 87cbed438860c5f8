"""Asking the CA when a certificate is to be renewed, and saying so when it cannot be asked.

Trouble here never stops anything: what is remembered then is that there was trouble.
"""

from cryptography import x509

from tegata.cli.console import WARN, shown
from tegata.cli.context import Context
from tegata.client.api import Client
from tegata.clock import rfc3339
from tegata.errors import TegataError
from tegata.host.due import Watch, answered, failed, not_offered
from tegata.text.catalogue import explain

# Neither hooks of a new certificate nor a renewal that is not due wait longer for an answer that only the next renewal
# needs: what is known decides meanwhile, and an order that comes of it sits an outage out by itself.
ASKING_SECONDS = 5.0


def ask(context: Context, client: Client, watch: Watch, certificate: x509.Certificate) -> Watch:
    """What is known after the CA has been asked for its renewal information (RFC 9773).

    Nobody asks about a certificate that has ended (§4.3, X-15): it is due whatever the CA would say.
    """
    if certificate.not_valid_after_utc < context.clock.now():
        return watch
    try:
        answer = client.renewal_info(certificate, ASKING_SECONDS)
    except TegataError as error:
        what = explain(error, context.language).what
        watch = failed(watch, context.clock.now())
        line = f"The CA's renewal information cannot be had: {shown(what)} It is asked again after"
        context.console.log(f"{line} {rfc3339(watch.ask_again)}; until then what is known decides", WARN)
        return watch
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
