"""The keys that a CA made for itself are nobody else's."""

import asyncio

from tegata.ca import bootstrap
from tegata.pki.certs import key_digests
from tests.ca.cli.conftest import ENVIRONMENT


def test_nobody_gets_a_certificate_for_a_key_of_the_cas(home):
    """B-54: root, issuing and server's CA; no subscriber's key was ever made here."""

    async def blocked():
        ca = bootstrap.open_ca(home, ENVIRONMENT)
        await ca.close()
        return ca.issuance._check._blocked, key_digests(ca.hierarchy[:3])

    found, own = asyncio.run(blocked())
    assert len(own) == 3
    assert own <= found
