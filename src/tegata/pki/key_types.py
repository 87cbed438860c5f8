"""The key types a person can ask for, by their words. Loads no cryptography: a plan needs this and no key."""

from enum import StrEnum

from tegata.errors import TegataError


class UnknownKeyType(TegataError):
    """A word that names no key type; facts: ``word``, ``known``."""

    code = "pki.key-type"


class KeyType(StrEnum):
    """The key types of lego's ``--key-type``, by its words, and two that few CAs take."""

    RSA2048 = "rsa2048"
    RSA3072 = "rsa3072"
    RSA4096 = "rsa4096"
    RSA8192 = "rsa8192"
    EC256 = "ec256"
    EC384 = "ec384"
    EC521 = "ec521"
    ED25519 = "ed25519"


def parse_key_type(text: str) -> KeyType:
    """Read a key type's word in any case; raises UnknownKeyType, which lists the words there are."""
    try:
        return KeyType(text.lower())
    except ValueError:
        raise UnknownKeyType(word=text, known=", ".join(KeyType)) from None
