"""newAccount, the account and keyChange (RFC 8555 §7.3)."""

import msgspec

from tegata.acme import jwk, messages, rollover
from tegata.acme.statuses import AccountStatus
from tegata.acme.wire import Response
from tegata.ca.api import answers, links
from tegata.ca.api.context import AccountCall, Context, KeyCall, blaming_the_request
from tegata.ca.api.visitors import Visitors
from tegata.ca.errors import KeyInUse, NotFound
from tegata.ca.policy import baseline
from tegata.ca.services.actors import Actor
from tegata.ca.services.statuses import account_status
from tegata.clock import rfc3339


async def create(context: Context, call: KeyCall) -> Response:
    """A new account, 201, or the one this key has already, 200 (A-33)."""
    account, created = await context.accounts.register(
        jwk=call.jwk,
        new=call.read(messages.NewAccount),
        url=call.url,
        counted=context.counting(Visitors.account, call),
    )
    actor = await context.accounts.authenticate(account)
    location = ("Location", context.links.to(links.ACCOUNT, account.id))
    return answers.of(_message(context, actor), 201 if created else 200, location)


async def respond(context: Context, call: AccountCall) -> Response:
    """The account, to its own key only (A-49): read, given other contacts, or deactivated.

    All else that a payload holds is ignored, and every answer is the whole account (A-43).
    """
    actor = call.actor
    if call.id != actor.account.id:
        raise NotFound
    update = call.read(messages.AccountUpdate) if call.payload else messages.AccountUpdate()
    if update.status == AccountStatus.DEACTIVATED:
        return answers.of(_message(context, actor._replace(account=await context.accounts.deactivate(actor))))
    if update.contact is not None:
        actor = await context.accounts.update_contacts(actor, update.contact)
    return answers.of(_message(context, actor))


async def change_key(context: Context, call: AccountCall) -> Response:
    """Another key for the account that asks; 409 and the URL of the account that has the key already (A-45)."""
    account = call.actor.account
    with blaming_the_request():
        urls = context.links.accounts(account.id)
        key = rollover.read(call.payload, url=call.url, accounts=urls, thumbprint=account.thumbprint)
    try:
        actor = await context.accounts.change_key(call.actor, jwk.from_public(key))
    except KeyInUse as error:
        raise KeyInUse(account=context.links.to(links.ACCOUNT, str(error.facts["account"]))) from None
    return answers.of(_message(context, actor))


def _message(context: Context, actor: Actor) -> messages.Account:
    account, contract, expires_at = actor.account, actor.contract, actor.credential.expires_at
    identity_ends = baseline.identity_ends(contract)
    return messages.Account(
        status=account_status(account),
        contact=account.contacts,
        terms_of_service_agreed=account.terms_agreed_at is not None,
        orders=context.links.to(links.ORDERS, account.id),
        external_account_binding=msgspec.Raw(account.binding),
        tegata=messages.TegataAccount(
            contract=contract.id,
            contract_ends=rfc3339(contract.ends),
            eab_expires=rfc3339(expires_at) if expires_at else None,
            identity_ends=rfc3339(identity_ends) if identity_ends else None,
        ),
    )
