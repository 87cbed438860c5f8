"""Public keys of accounts are made once, and never more are kept than is allowed."""

from datetime import UTC, datetime

import msgspec

from tegata.acme import jwk
from tegata.ca.api.account_keys import AccountKeys
from tegata.ca.model import Account
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate


def account(key_type: KeyType = KeyType.EC256) -> Account:
    """An account with a key of its own."""
    key = jwk.from_public(generate(key_type).public_key())
    return Account(
        id="id",
        thumbprint=jwk.thumbprint(key),
        jwk=key,
        contract_id="contract",
        kid="kid",
        binding=b"",
        contacts=(),
        terms_agreed_at=None,
        created_at=datetime(2026, 11, 26, tzinfo=UTC),
    )


def test_a_key_is_made_once():
    keys, someone = AccountKeys(), account()
    assert jwk.from_public(keys.of(someone)) == someone.jwk
    assert keys.of(someone) is keys.of(msgspec.structs.replace(someone, contacts=("mailto:a@example.com",)))


def test_an_account_with_another_key_is_verified_by_that():
    """Key roll-over keeps the account's id."""
    keys, before, after = AccountKeys(), account(), account()
    assert jwk.from_public(keys.of(before)) == before.jwk
    assert jwk.from_public(keys.of(after)) == after.jwk


def test_the_oldest_makes_way():
    keys, everyone = AccountKeys(most=2), [account() for _ in range(3)]
    made = [keys.of(one) for one in everyone]
    assert [keys.of(one) is key for one, key in zip(everyone[1:], made[1:], strict=True)] == [True, True]
    assert keys.of(everyone[0]) is not made[0]
