"""Where a CA's key is, as a URI: ``file:`` for an encrypted file, ``pkcs11:`` for one in a token (RFC 7512).

Pure: parses, opens nothing. A PIN never stands in the URI, only the place it is read from.
"""

import string
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from tegata.ca.errors import CaError

PIN_VARIABLE = "TEGATA_CA_PIN"
DEFAULT_MODULE = "p11-kit-proxy.so"
"""p11-kit's proxy, which has all modules that are configured on the system."""

_SHOWN = 200
_NAME = frozenset(string.ascii_letters + string.digits + "_")


class BadKeyUri(CaError):
    """``uri`` names no key: ``reason``. Its query is not told, as somebody may have put a PIN there."""

    code = "keys.uri"


class KeyFile(NamedTuple):
    """An encrypted PKCS #8 file; a relative path is below the CA's directory."""

    path: str


class PinSource(NamedTuple):
    """Where a PIN is read: the file of this path, or else the variable of this name."""

    file: str | None
    variable: str | None


class TokenKey(NamedTuple):
    """A private key in a token, found by the attributes that are given; ``shown`` names it to people."""

    module: str
    token: str | None
    serial: bytes | None
    label: str | None
    id: bytes | None
    pin: PinSource
    shown: str


def parse(uri: str) -> KeyFile | TokenKey:
    """The key that a URI names; raises BadKeyUri."""
    scheme, _, rest = uri.partition(":")
    if scheme == "file" and rest.removeprefix("//"):
        return KeyFile(rest.removeprefix("//"))
    if scheme == "pkcs11":
        return _token_key(rest)
    raise BadKeyUri(uri=_shown(uri), reason="it begins neither with file: nor with pkcs11:")


def _token_key(rest: str) -> TokenKey:
    path, _, query = rest.partition("?")
    shown = _shown(f"pkcs11:{path}")
    where = _attributes(path, ";", {"token", "serial", "object", "id", "type", "manufacturer", "model"}, shown)
    how = _attributes(query, "&", {"module-path", "pin-source"}, shown)
    if where.get("type", b"private") != b"private":
        raise BadKeyUri(uri=shown, reason="a CA's key is of type=private")
    if not {"token", "serial"} & where.keys() or not {"object", "id"} & where.keys():
        raise BadKeyUri(uri=shown, reason="it needs token or serial, and object or id")
    try:
        text = {name: value.decode() for name, value in (where | how).items() if name not in {"serial", "id"}}
    except UnicodeDecodeError:
        raise BadKeyUri(uri=shown, reason="a value is not UTF-8") from None
    return TokenKey(
        module=text.get("module-path", DEFAULT_MODULE),
        token=text.get("token"),
        serial=where.get("serial"),
        label=text.get("object"),
        id=where.get("id"),
        pin=_pin_source(text.get("pin-source", f"env:{PIN_VARIABLE}"), shown),
        shown=shown,
    )


def _attributes(text: str, separator: str, known: set[str], shown: str) -> dict[str, bytes]:
    """Names and decoded values; each may occur once (RFC 7512 §2.3)."""
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name == "pin-value":
            raise BadKeyUri(uri=shown, reason="a PIN does not belong into settings; name its file by pin-source")
        if name not in known or not equals or name in found:
            raise BadKeyUri(uri=shown, reason="an attribute is unknown here, has no value or is there twice")
        found[name] = unquote_to_bytes(value)
    return found


def _pin_source(text: str, shown: str) -> PinSource:
    """A file's path, with or without ``file:``, or ``env:NAME``; a program (``|…``) is never run."""
    scheme, colon, rest = text.partition(":")
    if colon and scheme == "env" and rest and _NAME.issuperset(rest):
        return PinSource(None, rest)
    path = rest.removeprefix("//") if colon and scheme == "file" else text
    if not path.startswith("/"):
        raise BadKeyUri(uri=shown, reason="pin-source is the absolute path of a file, or env:NAME")
    return PinSource(path, None)


def _shown(uri: str) -> str:
    return uri.partition("?")[0][:_SHOWN]
