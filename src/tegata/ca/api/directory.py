"""The directory and newNonce (RFC 8555 §7.1.1, §7.2): what anybody may ask before signing anything."""

from tegata.acme import messages
from tegata.acme.wire import Headers, Response
from tegata.ca.api import answers, links
from tegata.ca.api.context import AccountCall, Call, Context


async def show(context: Context, _: Call) -> Response:
    """The URLs of what this CA has, and nothing else, with its terms."""
    to, settings = context.links.to, context.settings
    return answers.of(
        messages.Directory(
            new_nonce=to(links.NEW_NONCE),
            new_account=to(links.NEW_ACCOUNT),
            new_order=to(links.NEW_ORDER),
            new_authz=to(links.NEW_AUTHZ),
            revoke_cert=to(links.REVOKE_CERT),
            key_change=to(links.KEY_CHANGE),
            renewal_info=to(links.RENEWAL_INFO).rstrip("/"),
            meta=messages.Meta(
                terms_of_service=settings.terms_of_service or None,
                website=settings.website or None,
                caa_identities=context.issuer_domains,
                external_account_required=True,
                profiles=context.profiles,
                account_hash_prefix=to(links.ACCOUNT_HASH) if context.has_lasting_records else None,
                issuer_domain_names=[name.lower() for name in context.issuer_domains]
                if context.has_lasting_records
                else None,
                subdomain_auth_allowed=context.has_subdomains,
            ),
        )
    )


async def nonce(context: Context, call: Call) -> Response:
    """A fresh nonce, to be kept by no cache (A-19)."""
    headers = Headers([("Replay-Nonce", context.nonces.issue()), ("Cache-Control", "no-store")])
    return Response(200 if call.request.method == "HEAD" else 204, headers)


async def signed_nonce(_: Context, __: AccountCall) -> Response:
    """The same by POST-as-GET: every answer to a POST brings a fresh nonce along anyway (A-16)."""
    return Response(204, Headers([("Cache-Control", "no-store")]))
