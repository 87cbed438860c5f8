"""EAB credentials and the file they are handed out in."""

import shlex

import pytest

from tegata.acme import eab
from tegata.ca.errors import CredentialDisabled, Refused, ServiceWithoutAcme, UnknownObject
from tests.ca.services.house import NOW, SECOND

pytestmark = pytest.mark.anyio


async def test_show(house):
    """The record, and its key in base64url; at rest the key is sealed."""
    added = await house.sell()
    kid = added.credential.kid
    assert await house.credentials.show(kid) == added.credential
    mac = await house.credentials.mac(kid)
    assert len(eab.decode_mac(mac)) == 32
    assert eab.decode_mac(mac) not in added.credential.sealed_mac


async def test_rotate(house):
    """A new one of the same contract; the old one keeps its accounts and binds no more."""
    added = await house.sell()
    actor = await house.register(added)
    house.clock.advance(SECOND)
    new = await house.credentials.rotate(added.credential.kid)
    assert (new.contract_id, new.created_at) == (added.contract.id, NOW + SECOND)
    assert (await house.credentials.show(added.credential.kid)).superseded_at == NOW + SECOND
    assert (await house.contracts.show(added.contract.id)).credential == new
    await house.order(actor)
    with pytest.raises(Refused):
        await house.credentials.rotate(added.credential.kid)
    await house.credentials.disable(new.kid)
    with pytest.raises(Refused):
        await house.credentials.rotate(new.kid)


async def test_disable(house):
    """Once."""
    added = await house.sell()
    assert (await house.credentials.disable(added.credential.kid)).disabled_at == NOW
    with pytest.raises(Refused):
        await house.credentials.disable(added.credential.kid)


async def test_an_unknown_credential(house):
    """Is told so."""
    for ask in (house.credentials.show, house.credentials.mac, house.credentials.rotate, house.credentials.disable):
        with pytest.raises(UnknownObject) as caught:
            await ask("unknown")
        assert caught.value.facts == {"kind": "EAB", "name": "unknown"}


async def test_the_eab_file(house):
    """Exactly one command on one line, as the manual prints it, for every name of the contract."""
    added = await house.sell("www.example.com", "www2.example.com", ".example.net")
    kid = added.credential.kid
    mac = await house.credentials.mac(kid)
    name, text = await house.credentials.eab_file(added.contract.id)
    assert name == f"eab-{added.contract.id}.txt"
    assert text == (
        f"sudo certbot --server https://ca.example.com/acme/ --eab-hmac-key {mac} --eab-kid {kid}"
        " -d www.example.com -d www2.example.com -d example.net --key-type rsa\n"
    )
    assert shlex.join(shlex.split(text)) == text.strip(), "no shell reads anything into it"


async def test_the_eab_file_has_the_newest_eab(house):
    """After a rotation the new one; after its end, none."""
    added = await house.sell()
    house.clock.advance(SECOND)
    new = await house.credentials.rotate(added.credential.kid)
    assert f"--eab-kid {new.kid} " in (await house.credentials.eab_file(added.contract.id))[1]
    await house.credentials.disable(new.kid)
    with pytest.raises(CredentialDisabled):
        await house.credentials.eab_file(added.contract.id)


async def test_contracts_without_an_eab_file(house):
    """One without ACME, and one that is not there."""
    added = await house.sell(service="ov-csr-6m")
    with pytest.raises(ServiceWithoutAcme):
        await house.credentials.eab_file(added.contract.id)
    with pytest.raises(UnknownObject):
        await house.credentials.eab_file("C0")
