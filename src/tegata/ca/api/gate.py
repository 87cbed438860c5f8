"""The one way in for signed requests (RFC 8555 §6): content type, JWS, nonce, URL, key or account, signature.

Each function here makes a handler reachable for one kind of sender. What is refused here reaches no service that
writes. Knows no resource.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from tegata.acme import jwk, jws
from tegata.acme.jws import Signed
from tegata.acme.wire import Response
from tegata.ca.api.context import AccountCall, Call, Context, KeyCall, blaming_the_request
from tegata.ca.errors import MalformedRequest, UnsupportedMediaType, WrongUrl
from tegata.ca.services.actors import require_alive

C = TypeVar("C", bound=Call)
Handler: TypeAlias = Callable[[Context, C], Awaitable[Response]]


def anyone(handler: Handler[Call]) -> Handler[Call]:
    """For everybody, unsigned."""
    return handler


def by_key(handler: Handler[KeyCall]) -> Handler[Call]:
    """For whoever signs with the key in ``jwk``: newAccount (A-11)."""

    async def enter(context: Context, call: Call) -> Response:
        return await handler(context, _key_call(call, await _admit(context, call)))

    return enter


def by_account(handler: Handler[AccountCall]) -> Handler[Call]:
    """For an account, named by ``kid``."""

    async def enter(context: Context, call: Call) -> Response:
        return await handler(context, await _account_call(context, call, await _admit(context, call)))

    return enter


def by_account_reading(handler: Handler[AccountCall]) -> Handler[Call]:
    """For an account that reads: the payload must be the empty string (A-13)."""

    async def enter(context: Context, call: Call) -> Response:
        account_call = await _account_call(context, call, await _admit(context, call))
        if account_call.payload:
            raise MalformedRequest(reason="this resource is only read, by a POST whose payload is the empty string")
        return await handler(context, account_call)

    return enter


def by_account_or_key(handler: Handler[AccountCall | KeyCall]) -> Handler[Call]:
    """For an account or the holder of any key: revokeCert (A-11)."""

    async def enter(context: Context, call: Call) -> Response:
        signed = await _admit(context, call)
        if signed.header.jwk is not None:
            return await handler(context, _key_call(call, signed))
        return await handler(context, await _account_call(context, call, signed))

    return enter


async def _admit(context: Context, call: Call) -> Signed:
    """The request's JWS if its form, nonce and URL are right; the nonce is spent whatever follows (A-17)."""
    media_type = call.request.content_type.partition(";")[0].strip().lower()
    if media_type != jws.CONTENT_TYPE:
        raise UnsupportedMediaType
    context.require_clock()
    with blaming_the_request():
        signed = jws.parse(call.request.body)
    await context.nonces.spend(signed.header.nonce)
    if signed.header.url != call.url:
        raise WrongUrl
    return signed


def _key_call(call: Call, signed: Signed) -> KeyCall:
    """The request of the key it brings along."""
    if signed.header.jwk is None:
        raise MalformedRequest(reason="this resource wants the public key itself (jwk), not an account URL (kid)")
    with blaming_the_request():
        key = jwk.to_public(signed.header.jwk)
        jws.verify(signed, key)
    return KeyCall(
        request=call.request,
        url=call.url,
        id=call.id,
        address=call.address,
        about=call.about,
        payload=signed.payload,
        jwk=jwk.from_public(key),
        key=key,
    )


async def _account_call(context: Context, call: Call, signed: Signed) -> AccountCall:
    """The request of the account named by ``kid``; its state is looked at only after its signature (A-17)."""
    if signed.header.kid is None:
        raise MalformedRequest(reason="this resource wants the account URL (kid), not a public key (jwk)")
    actor = await context.accounts.named(context.links.account_id(signed.header.kid))
    with blaming_the_request():
        jws.verify(signed, context.keys.of(actor.account))
    call.about["account"] = actor.account.id
    require_alive(actor.account)
    return AccountCall(
        request=call.request,
        url=call.url,
        id=call.id,
        address=call.address,
        about=call.about,
        payload=signed.payload,
        actor=actor,
    )
