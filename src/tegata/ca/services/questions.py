"""What a validation asks about a challenge, made of the records: the one place where they are put together."""

from collections.abc import Callable

from tegata.acme import challenges
from tegata.ca.model import Account, Authorization, Challenge
from tegata.ca.ports import Question


def question(
    account: Account, authorization: Authorization, challenge: Challenge, account_url: Callable[[str], str]
) -> Question:
    """The question for a challenge of the account; ``account_url`` makes the account's URL from its id."""
    return Question(
        identifier=authorization.identifier,
        wildcard=authorization.wildcard,
        challenge_type=challenge.type,
        token=challenge.token,
        key_authorization=challenge.token and challenges.key_authorization(challenge.token, account.thumbprint),
        account_uri=account_url(account.id),
    )
