"""Reading a CA's EAB file: a certbot command line that holds server, key identifier, MAC key and names.

Pure: bytes in, values out. The file's form is that of the portal's download; other CAs' variants (other order, ``=``
forms, no ``sudo``, wrapped lines) are understood too. Whether the values are right only the CA can tell.
"""

import codecs
import shlex
from collections.abc import Iterator

import msgspec

from tegata.cli.errors import BadEabFile

SIZE_LIMIT = 64 * 1024

_SERVER = ("--server", "-s")
_KID = ("--eab-kid", "--kid")
_MAC = ("--eab-hmac-key", "--hmac")
_NAMES = ("--domain", "--domains", "-d", "--ip-address")
_KEY_KIND = ("--key-type",)
_RSA_BITS = ("--rsa-key-size",)
_CURVE = ("--elliptic-curve",)
_KNOWN = (*_SERVER, *_KID, *_MAC, *_NAMES, *_KEY_KIND, *_RSA_BITS, *_CURVE)

_CURVES = {"secp256r1": "ec256", "secp384r1": "ec384"}


class EabFile(msgspec.Struct, frozen=True):
    """What an EAB file says."""

    server: str
    kid: str
    hmac: str
    names: tuple[str, ...]
    key_type: str | None
    """The key type in lego's words; None where the file names none that lego has."""

    def __repr__(self) -> str:
        return f"EabFile({self.server!r}, {self.kid!r}, names={self.names!r})"  # the MAC key is never shown


def read(content: bytes, file: str) -> EabFile:
    """Read an EAB file's content; ``file`` is what messages call it. Raises BadEabFile."""
    if len(content) > SIZE_LIMIT:
        raise BadEabFile(file=file, reason="it is longer than 64 KiB")
    try:
        words = _words(content)
    except UnicodeDecodeError:
        raise BadEabFile(file=file, reason="it is not text in UTF-8 or UTF-16") from None
    except ValueError:
        raise BadEabFile(file=file, reason="a quotation mark in it is not closed") from None
    found: dict[str, list[str]] = {}
    for flag, value in _flags(words):
        found.setdefault(flag, []).append(value)
    return EabFile(
        server=_needed(found, _SERVER, file),
        kid=_needed(found, _KID, file),
        hmac=_needed(found, _MAC, file),
        names=tuple(name.strip() for value in _all(found, _NAMES) for name in value.split(",") if name.strip()),
        key_type=_key_type(found),
    )


def _words(content: bytes) -> list[str]:
    """The file's words; a line's end, escaped or not, is a blank like any other."""
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = content.decode(encoding).replace("\r\n", "\n").replace("\\\n", " ")
    return shlex.split(text, posix=True)


def _flags(words: list[str]) -> Iterator[tuple[str, str]]:
    """The known flags with their values; other words and other programs' flags are passed over."""
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if flag in _KNOWN:
            value = value if equals else next(rest, "")
            if value:
                yield flag, value


def _all(found: dict[str, list[str]], spellings: tuple[str, ...]) -> list[str]:
    return [value for spelling in spellings for value in found.get(spelling, [])]


def _needed(found: dict[str, list[str]], spellings: tuple[str, ...], file: str) -> str:
    values = set(_all(found, spellings))
    if not values:
        raise BadEabFile(file=file, reason=f"it has no {spellings[0]}")
    if len(values) > 1:
        raise BadEabFile(file=file, reason=f"it has more than one {spellings[0]}")
    return values.pop()


def _key_type(found: dict[str, list[str]]) -> str | None:
    """Certbot's words for keys in lego's; certbot makes RSA keys of 2048 bits unless told otherwise."""
    kinds = _all(found, _KEY_KIND)
    if kinds == ["rsa"]:
        return f"rsa{(_all(found, _RSA_BITS) or ['2048'])[0]}"
    if kinds == ["ecdsa"]:
        return _CURVES.get((_all(found, _CURVE) or ["secp256r1"])[0])
    return None
