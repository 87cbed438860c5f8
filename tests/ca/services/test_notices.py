"""The notice that a contract was accepted: left with the contract, sent when the mail server is there."""

import pytest

from tests.ca.services.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def with_mail(tmp_path, authority):
    house = House(tmp_path / "tegata-ca.db", authority, has_mail=True)
    yield house
    await house.store.close()


async def test_a_new_contract_is_told(with_mail):
    """Once, to its customer."""
    added = await with_mail.sell()
    assert await with_mail.work() == 1
    assert with_mail.post.sent == [(added.contract, added.customer)]
    assert await with_mail.store.jobs.next_due() is None


async def test_a_mail_server_that_is_down(with_mail):
    """The job stays, for the runner to try again."""
    await with_mail.sell()
    with_mail.post.is_down = True
    with pytest.raises(ConnectionRefusedError):
        await with_mail.work()
    assert await with_mail.store.jobs.next_due() is not None
    assert with_mail.post.sent == []


async def test_without_mail_nothing_is_left(house):
    """No job waits for a mail server that is not set."""
    await house.sell()
    assert await house.store.jobs.next_due() is None
