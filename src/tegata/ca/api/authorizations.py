"""The authorization and its challenges (RFC 8555 §7.5)."""

import time

from tegata.acme import messages
from tegata.acme.challenges import DNS_PERSIST_01
from tegata.acme.identifiers import Identifier
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus
from tegata.acme.wire import Response
from tegata.ca.api import answers, links, render
from tegata.ca.api.context import AccountCall, Context
from tegata.ca.api.visitors import Visitors
from tegata.ca.errors import MalformedRequest
from tegata.ca.model import Challenge
from tegata.ca.services.statuses import AuthorizationView
from tegata.clock import rfc3339
from tegata.text.language import Language

HOLD_SECONDS = 0.5
_VERDICTS = (ChallengeStatus.VALID, ChallengeStatus.INVALID)


async def create(context: Context, call: AccountCall) -> Response:
    """A new authorization, without an order (A-64)."""
    counted = context.counting(Visitors.order, call)
    asked = call.read(messages.NewAuthorization).identifier
    identifier, subdomains = Identifier(asked.type, asked.value), asked.subdomain_auth_allowed
    view = await context.orders.authorize(call.actor, identifier, counted, subdomains=subdomains)
    return _answer(context, call, view, 201, ("Location", context.links.to(links.AUTHORIZATION, view.authorization.id)))


async def respond(context: Context, call: AccountCall) -> Response:
    """The authorization: read, as it is now or a moment later if its verdict is about to come; or deactivated."""
    if call.payload:
        if call.read(messages.AuthorizationUpdate).status != AuthorizationStatus.DEACTIVATED:
            raise MalformedRequest(reason="an authorization can only be read or deactivated")
        view = await context.orders.deactivate(call.actor, call.id)
    else:
        view = await _settled(context, call)
    return _answer(context, call, view, 200, *([answers.RETRY_AFTER] if _is_waiting(view) else []))


async def challenge(context: Context, call: AccountCall) -> Response:
    """The challenge, read; or, by any payload but the empty one, the client's word that it is ready (A-14)."""
    if call.payload:
        call.read(dict)
        view, found = await context.challenges.accept(call.actor, call.id)
    else:
        view, found = await context.challenges.get(call.actor, call.id)
    message = _message(context, view, found, call.language)
    headers = [("Link", f'<{context.links.to(links.AUTHORIZATION, found.authorization_id)}>;rel="up"')]
    if message.status == ChallengeStatus.PROCESSING:
        headers.append(answers.RETRY_AFTER)
    return answers.of(message, 200, *headers)


async def _settled(context: Context, call: AccountCall) -> AuthorizationView:
    """The authorization, once it waits for no verdict any more or ``HOLD_SECONDS`` are over.

    Most validations take less than that; a client that looks too early would otherwise sleep for a second or five.
    """
    end = time.monotonic() + HOLD_SECONDS
    while True:
        view = await context.orders.authorization(call.actor, call.id)
        left = end - time.monotonic()
        if left <= 0 or not _is_waiting(view):
            return view
        waiting = [one for one, status in view.challenge_statuses.items() if status is ChallengeStatus.PROCESSING]
        await context.changed(left, waiting[0])


def _answer(
    context: Context, call: AccountCall, view: AuthorizationView, status: int, *headers: tuple[str, str]
) -> Response:
    message = messages.Authorization(
        identifier=view.authorization.identifier,
        status=view.status,
        challenges=tuple(_message(context, view, one, call.language) for one in _telling(view)),
        expires=rfc3339(view.authorization.expires_at),
        wildcard=view.authorization.wildcard,
        subdomain_auth_allowed=view.authorization.subdomains,
    )
    return answers.of(message, status, *headers)


def _is_waiting(view: AuthorizationView) -> bool:
    """Whether a verdict is about to come; one that is decided waits for no other challenge that was taken up."""
    is_open = view.status is AuthorizationStatus.PENDING
    return is_open and ChallengeStatus.PROCESSING in view.challenge_statuses.values()


def _telling(view: AuthorizationView) -> tuple[Challenge, ...]:
    """The challenges that an authorization shows: once it is decided, the one that decided it (RFC 8555 §7.1.4)."""
    decided = tuple(one for one in view.authorization.challenges if view.challenge_statuses[one.id] in _VERDICTS)
    return decided or view.authorization.challenges


def _message(context: Context, view: AuthorizationView, challenge: Challenge, language: Language) -> messages.Challenge:
    """The challenge; one for a record that stays says whose it is, in place of a token (X-43).

    In the words of draft 02, which knows the account by the directory's prefix, and of draft 01.
    """
    to, lasting = context.links.to, challenge.type == DNS_PERSIST_01
    issuers = tuple(name.lower() for name in context.issuer_domains) if lasting else ()
    return messages.Challenge(
        type=challenge.type,
        url=to(links.CHALLENGE, challenge.id),
        status=view.challenge_statuses[challenge.id],
        token=challenge.token or None,
        validated=rfc3339(challenge.validated_at) if challenge.validated_at else None,
        error=render.stored(challenge.fault, language),
        accounturi=to(links.ACCOUNT, view.authorization.account_id) if lasting else None,
        issuer_domain_names=issuers,
        issuer_names=issuers,
    )
