"""What a user brings in files for a certificate: a certification request, a private key.

Reads the files named by --csr and --private-key, once, before anything is planned. The key is never shown.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tegata.cli.errors import BadMaterial, KeyDoesNotFit
from tegata.cli.grammar.words import Invocation
from tegata.errors import TegataError

if TYPE_CHECKING:
    from tegata.pki.csr_file import Brought
    from tegata.pki.keys import PrivateKey

T = TypeVar("T")


class Material(msgspec.Struct, frozen=True):
    """What was brought; None: nothing."""

    csr: "Brought | None" = None
    key: "PrivateKey | None" = None


NOTHING = Material()


def read(invocation: Invocation) -> Material:
    """Read the files that the flags name; raises BadMaterial, KeyDoesNotFit."""
    if not (invocation.text("csr") or invocation.text("private-key")):
        return NOTHING
    from tegata.pki import csr_file, keys  # they load all of X.509

    csr = _read(invocation, "csr", csr_file.FILE_LIMIT, csr_file.read)
    key = _read(invocation, "private-key", keys.PEM_LIMIT, keys.from_pem)
    if csr and key and keys.spki(csr.public_key) != keys.spki(key.public_key()):
        raise KeyDoesNotFit
    return Material(csr, key)


def _read(invocation: Invocation, flag: str, limit: int, understand: Callable[[bytes], T]) -> T | None:
    name = invocation.text(flag)
    if not name:
        return None
    try:
        with Path(name).open("rb") as stream:
            return understand(stream.read(limit + 1))
    except OSError as error:
        raise BadMaterial(flag=flag, file=name, reason=error.strerror or "it cannot be read") from error
    except TegataError as error:
        raise BadMaterial(flag=flag, file=name, reason=error.facts["reason"]) from error
