"""The forms in which private keys and PKCS#12 files are written, by name. Loads no cryptography, as ``key_types``."""

from enum import Enum, StrEnum

from tegata.errors import TegataError


class KeyForm(Enum):
    """How a private key is written: PKCS#1 or SEC1 (lego v4), or PKCS#8 (lego v5)."""

    TRADITIONAL = "PKCS#1 or SEC1"
    PKCS8 = "PKCS#8"


class EmptyPassword(TegataError):
    """A PKCS#12 file was asked for without a password, which programs read in two different ways."""

    code = "pki.pfx-password"


class PfxImpossible(TegataError):
    """No PKCS#12 file of this ``form`` can be made with this key and password here: ``reason``."""

    code = "pki.pfx-impossible"


class PfxForm(StrEnum):
    """How a PKCS#12 file is encrypted, by lego's words for it."""

    DES = "DES"
    """3DES and SHA-1: read by every Windows, and the only form before Windows 10 1709 and Server 2019 (F-31)."""
    SHA256 = "SHA256"
    """AES-256 and SHA-256 (F-30)."""
