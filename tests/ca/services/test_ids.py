"""Random names: their alphabets and lengths, and what programs must not take for an option."""

import re
import secrets

import pytest

from tegata.acme import b64
from tegata.acme.challenges import check_token
from tegata.ca.services.ids import SystemIds

IDS = SystemIds()


@pytest.mark.parametrize(
    ("make", "pattern"),
    [
        (IDS.object_id, r"[0-9a-f]{8}[A-Za-z0-9_-]{22}"),
        (IDS.token, r"[A-Za-z0-9_-]{43}"),
        (IDS.contract_id, r"C[0-9B-DF-HJKMNP-TV-Z]{8}"),
        (IDS.kid, r"[A-Za-z0-9]{16}"),
        (IDS.password, r"[a-z2-9]{4}(-[a-z2-9]{4}){3}"),
        (IDS.reference, r"T-[0-9B-DF-HJKMNP-TV-Z]{8}"),
    ],
)
def test_names(make, pattern):
    """Each of its form, and never the same twice; 128 random bits in the URLs of objects (A-28)."""
    made = [make() for _ in range(200)]
    assert all(re.fullmatch(pattern, name) for name in made)
    assert len(set(made)) == 200


def test_tokens_are_tokens():
    """256 bits, base64url, a new one each time (A-65, B-24)."""
    made = [IDS.token() for _ in range(200)]
    assert {len(b64.decode(check_token(token))) for token in made} == {32}
    assert len(set(made)) == 200


def test_an_eab_key_never_looks_like_an_option(monkeypatch):
    """certbot takes a value that begins with - for an option."""
    drawn = iter([b"\xf8" + bytes(31), b"\xfb" + bytes(31), b"\xfc" + bytes(31)])
    monkeypatch.setattr(secrets, "token_bytes", lambda _: next(drawn))
    assert b64.encode(b"\xf8" + bytes(31)).startswith("-")
    assert b64.encode(b"\xfb" + bytes(31)).startswith("-")
    assert not b64.encode(SystemIds().mac()).startswith("-")


def test_serial_numbers():
    """Positive, of one length, at most 20 octets, far more than 64 bits random (BR 7.1.2.7, B-60)."""
    serials = [IDS.serial() for _ in range(200)]
    assert {serial.bit_length() for serial in serials} == {127}
    assert len(set(serials)) == 200
