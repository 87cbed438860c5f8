"""The certificate, its revocation (RFC 8555 §7.4.2, §7.6) and its renewal information (RFC 9773)."""

from tegata.acme import b64, messages
from tegata.acme.wire import Headers, Response
from tegata.ca.api import answers, links
from tegata.ca.api.context import AccountCall, Call, Context, KeyCall, blaming_the_request
from tegata.ca.errors import NotFound
from tegata.clock import rfc3339

# More chains than anybody has.
_NUMBERS = frozenset(map(str, range(1, 100)))


async def download(context: Context, call: AccountCall) -> Response:
    """The certificate and its issuers as PEM, whatever the Accept header wants (A-86)."""
    return await _chain(context, call, call.id, 0)


async def alternate(context: Context, call: AccountCall) -> Response:
    """The certificate with other issuers: its serial number, a dot, and the number of the chain (A-88)."""
    serial, _, number = call.id.partition(".")
    if number not in _NUMBERS:
        raise NotFound
    return await _chain(context, call, serial, int(number))


async def _chain(context: Context, call: AccountCall, serial: str, number: int) -> Response:
    """One of the certificate's chains, the others linked to."""
    chains = await context.certificates.chains(call.actor, serial)
    if number >= len(chains):
        raise NotFound
    to = context.links.to
    urls = [to(links.CERTIFICATE, serial), *(to(links.ALTERNATE, f"{serial}.{one}") for one in range(1, len(chains)))]
    others = [("Link", f'<{url}>;rel="alternate"') for url in urls if url != urls[number]]
    return Response(200, Headers([("Content-Type", "application/pem-certificate-chain"), *others]), chains[number])


async def revoke(context: Context, call: AccountCall | KeyCall) -> Response:
    """Revoke; the empty answer comes when it is done (A-96)."""
    wish = call.read(messages.RevokeCert)
    with blaming_the_request():
        der = b64.decode(wish.certificate)
    if isinstance(call, AccountCall):
        await context.certificates.revoke_by_account(call.actor, der, wish.reason)
    else:
        await context.certificates.revoke_by_key(call.key, der, wish.reason)
    return Response(200)


async def renewal_info(context: Context, call: Call) -> Response:
    """When to renew, for anybody who asks (X-10)."""
    with blaming_the_request():
        window, retry_after, explanation = await context.certificates.renewal_info(call.id)
    message = messages.RenewalInfo(
        suggested_window=messages.SuggestedWindow(start=rfc3339(window.start), end=rfc3339(window.end)),
        explanation_url=explanation,
    )
    return answers.of(message, 200, ("Retry-After", str(retry_after)))
