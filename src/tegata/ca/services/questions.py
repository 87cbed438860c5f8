"""What a validation asks about a challenge, made of the records: the one place where they are put together."""

from collections.abc import Callable

from tegata.acme import challenges
from tegata.ca.model import Account, Authorization, Challenge
from tegata.ca.ports import Question


def question(
    account: Account,
    authorization: Authorization,
    challenge: Challenge,
    account_urls: Callable[[str], tuple[str, ...]],
    *,
    hash_prefixes: tuple[str, ...] = (),
    former_keys: tuple[str, ...] = (),
) -> Question:
    """The question for a challenge of the account; ``account_urls`` makes the account's URLs, today's first.

    ``hash_prefixes`` and the thumbprints of ``former_keys`` are for records that stay.
    """
    account_uri, *former_uris = account_urls(account.id)
    return Question(
        identifier=authorization.identifier,
        wildcard=authorization.wildcard,
        subdomains=authorization.subdomains,
        challenge_type=challenge.type,
        token=challenge.token,
        key_authorization=challenge.token and challenges.key_authorization(challenge.token, account.thumbprint),
        account_uri=account_uri,
        former_uris=tuple(former_uris),
        thumbprints=(account.thumbprint, *former_keys) if hash_prefixes else (),
        hash_prefixes=hash_prefixes,
    )
