"""The operator's certificate commands on certificates that were really issued."""

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from tegata.ca import relinting
from tegata.ca.cli import certificates
from tegata.ca.cli.grammar import Asked
from tegata.ca.errors import AlreadyRevoked, BadRevocationReason, UnknownObject
from tegata.ca.issuing import pkilint_process
from tegata.ca.services import responders
from tests.ca.api.asgi import issue

pytestmark = pytest.mark.anyio


async def printed(command, ca, **values):
    """What the command prints with --json."""
    return json.loads((await command(ca, Asked(("cert",), Path(), json=True, values=values))).as_json())


async def test_show_list_revoke(world):
    """The JSON shape of a certificate, before and after; the serial in any spelling."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    serial = format(leaf.serial_number, "x")
    spelled = ":".join(f"{leaf.serial_number:034X}"[at : at + 2] for at in range(0, 34, 2))
    shown = await printed(certificates.show, world.ca, serial=spelled)
    assert list(shown) == ["serial", "contract", "names", "not_before", "not_after", "status", "reason", "revoked_at"]
    assert (shown["serial"], shown["status"], shown["reason"]) == (serial, "valid", None)
    assert shown["names"] == ["www.example.com"]
    assert shown["not_before"].endswith("Z")

    listed = await printed(certificates.listing, world.ca, contract=shown["contract"])
    assert listed == [shown]
    assert shown in await printed(certificates.listing, world.ca, contract=None)

    revoked = await printed(certificates.revoke, world.ca, serial=serial, reason=9)
    assert (revoked["status"], revoked["reason"]) == ("revoked", 9)
    latest = await world.ca.store.revocation_lists.latest()
    crl = x509.load_der_x509_crl(latest.der)
    assert crl.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None
    with pytest.raises(AlreadyRevoked):
        await printed(certificates.revoke, world.ca, serial=serial, reason=4)


@pytest.mark.parametrize("serial", ["", "0", "abc", "../x"])
async def test_a_serial_that_is_nobodys(world, serial):
    """Told by the name that was given."""
    with pytest.raises(UnknownObject):
        await printed(certificates.show, world.ca, serial=serial)


async def test_a_reason_nobody_may_give(world):
    """caCompromise is not said of a subscriber's certificate."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    with pytest.raises(BadRevocationReason):
        await printed(certificates.revoke, world.ca, serial=format(leaf.serial_number, "x"), reason=2)


async def test_what_is_signed_beside_certificates(world):
    """B-81: CAs, CRLs, and where OCSP is on an answer for one certificate; no issuing key signs for it."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    await world.ca.crls.publish_when_due()
    issued = await world.ca.certificates.show(format(leaf.serial_number, "x"))
    public = msgspec.structs.replace(world.ca.settings.public, ocsp=True)
    ca = dataclasses.replace(world.ca, settings=msgspec.structs.replace(world.ca.settings, public=public))
    made = {name: der async for name, der in relinting.beside(ca, issued)}
    assert made.keys() >= {"root", "issuing", "root.crl", f"OCSP {issued.serial}"}
    assert len([name for name in made if name.endswith(".crl")]) >= 2
    found = {
        (name, code)
        for name, der in made.items()
        for severity, code in pkilint_process.lint(der)
        if severity not in {"INFO", "NOTICE"}
    }
    assert found == {
        ("root", "cabf.serverauth.root.authority_key_identifier_extension_absent"),
        ("issuing", "cabf.internal_domain_name"),
    }
    assert await responders.recorded(world.ca.store) == []
    assert f"OCSP {issued.serial}" not in {name async for name, _ in relinting.beside(world.ca, issued)}
