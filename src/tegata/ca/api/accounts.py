"""newAccount and the account (RFC 8555 §7.3)."""

import msgspec

from tegata.acme import messages
from tegata.acme.statuses import AccountStatus
from tegata.acme.wire import Response
from tegata.ca.api import answers, links
from tegata.ca.api.context import AccountCall, Context, KeyCall
from tegata.ca.errors import MalformedRequest, NotFound
from tegata.ca.services.actors import Actor
from tegata.clock import rfc3339


async def create(context: Context, call: KeyCall) -> Response:
    """A new account, 201, or the one this key has already, 200 (A-33)."""
    account, created = await context.accounts.register(jwk=call.jwk, new=call.read(messages.NewAccount), url=call.url)
    actor = await context.accounts.authenticate(account)
    location = ("Location", context.links.to(links.ACCOUNT, account.id))
    return answers.of(_message(actor), 201 if created else 200, location)


async def show(_: Context, call: AccountCall) -> Response:
    """The account itself, to its own key only (A-49)."""
    if call.id != call.actor.account.id:
        raise NotFound
    if call.payload:
        raise MalformedRequest(reason="an account cannot be changed or deactivated here yet; it can be read")
    return answers.of(_message(call.actor))


def _message(actor: Actor) -> messages.Account:
    account = actor.account
    return messages.Account(
        status=AccountStatus.VALID,
        contact=account.contacts,
        terms_of_service_agreed=account.terms_agreed_at is not None,
        external_account_binding=msgspec.Raw(account.binding),
        tegata=messages.TegataAccount(contract=actor.contract.id, contract_ends=rfc3339(actor.contract.ends)),
    )
