"""URIs of keys."""

import pytest

from tegata.ca.issuing import key_uri
from tegata.ca.issuing.key_uri import BadKeyUri, KeyFile, PinSource, TokenKey


@pytest.mark.parametrize(
    ("uri", "path"),
    [("file:keys/issuing.key", "keys/issuing.key"), ("file:/k/a.key", "/k/a.key"), ("file:///k/a.key", "/k/a.key")],
)
def test_a_file(uri, path):
    """Relative or absolute."""
    assert key_uri.parse(uri) == KeyFile(path)


def test_a_key_in_a_token():
    """Path and query of RFC 7512 §2.3, percent-encoding included."""
    uri = (
        "pkcs11:token=My%20CA;serial=0a%00b;object=issuing;id=%01%02;type=private"
        "?module-path=/usr/lib/hsm.so&pin-source=file:/etc/tegata/pin"
    )
    assert key_uri.parse(uri) == TokenKey(
        module="/usr/lib/hsm.so",
        token="My CA",
        serial=b"0a\x00b",
        label="issuing",
        id=b"\x01\x02",
        pin=PinSource("/etc/tegata/pin", None),
        shown="pkcs11:token=My%20CA;serial=0a%00b;object=issuing;id=%01%02;type=private",
    )


def test_octets_that_are_no_text():
    """A serial number and an id may be any; who made the token is read and not needed."""
    found = key_uri.parse("pkcs11:serial=%FF;id=%FE%00;manufacturer=m;model=n")
    assert isinstance(found, TokenKey)
    assert (found.token, found.serial, found.label, found.id) == (None, b"\xff", None, b"\xfe\x00")


def test_the_least_that_names_a_key():
    """p11-kit's modules and the variable are taken where nothing is said."""
    found = key_uri.parse("pkcs11:token=t;object=o")
    assert isinstance(found, TokenKey)
    assert (found.module, found.pin) == ("p11-kit-proxy.so", PinSource(None, "TEGATA_CA_PIN"))


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("keys/issuing.key", "file:"),
        ("file:", "file:"),
        ("pkcs11:token=t", "needs"),
        ("pkcs11:object=o", "needs"),
        ("pkcs11:token=t;object=o;type=public", "private"),
        ("pkcs11:token=t;object=o;object=p", "twice"),
        ("pkcs11:token=t;object=o;slot-id=1", "unknown"),
        ("pkcs11:token=t;object", "no value"),
        ("pkcs11:token=%ff;object=o", "UTF-8"),
        ("pkcs11:token=t;object=o?pin-value=12345678", "PIN"),
        ("pkcs11:token=t;object=o?pin-source=%7c/bin/cat%20pin", "absolute"),
        ("pkcs11:token=t;object=o?pin-source=env:A-B", "absolute"),
        ("pkcs11:token=t;object=o?pin-source=file:relative", "absolute"),
    ],
)
def test_what_names_no_key(uri, reason):
    """Told why, and never with what follows the question mark."""
    with pytest.raises(BadKeyUri) as refusal:
        key_uri.parse(uri)
    assert reason in str(refusal.value.facts["reason"])
    assert "12345678" not in str(refusal.value.facts)
