"""What a validation asks about a challenge, made of the records: the one place where they are put together."""

from collections.abc import Callable

from tegata.acme import challenges
from tegata.ca.model import Account, Authorization, Challenge
from tegata.ca.ports import Question


def question(
    account: Account, authorization: Authorization, challenge: Challenge, account_urls: Callable[[str], tuple[str, ...]]
) -> Question:
    """The question for a challenge of the account; ``account_urls`` makes the account's URLs, today's first."""
    account_uri, *former_uris = account_urls(account.id)
    return Question(
        identifier=authorization.identifier,
        wildcard=authorization.wildcard,
        challenge_type=challenge.type,
        token=challenge.token,
        key_authorization=challenge.token and challenges.key_authorization(challenge.token, account.thumbprint),
        account_uri=account_uri,
        former_uris=tuple(former_uris),
    )
