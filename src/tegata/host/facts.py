"""What the JSON files beside keys and certificates say, apart from the words of either generation of lego.

Values only; how they are written is known to ``layout_v4`` and ``layout_v5``.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

_BODY = ("status", "contact", "termsOfServiceAgreed", "orders", "externalAccountBinding")


class AccountFacts(msgspec.Struct, frozen=True):
    """An account that a CA has registered."""

    user: str
    """What its folder is called: the mail address, unless lego 5 was told an identifier."""
    email: str
    server: str
    """The CA's directory; lego 4 keeps only its host, in the folder's name."""
    key_type: str
    """By lego 5's words (``EC256``); lego 4 does not keep it."""
    url: str
    body: Mapping[str, object]
    """The CA's account object."""
    origin: str
    """How it came here, by lego 5's words."""

    def kept_body(self) -> dict[str, object]:
        """What both generations keep of the CA's account object, in their order; they drop what is empty."""
        return {name: self.body[name] for name in _BODY if self.body.get(name)}


class CertificateFacts(msgspec.Struct, frozen=True):
    """A certificate that a CA has issued."""

    called: str
    """What lego 5 calls it, and its files after that; the first name, unless somebody said otherwise."""
    names: tuple[str, ...]
    """The first is the one that lego 4 calls it by."""
    url: str
    stable_url: str
    key_type: str = ""
    """This and the rest only lego 5 keeps."""
    preferred_chain: str = ""
    profile: str | None = None
    """Empty: the CA's default; None: it is not kept."""
    origin: str = ""


def key_word(key: object) -> str:
    """The type of a public key in lego 5's words; empty for one that it has no word for."""
    from tegata.pki.keys import PublicKey, type_of  # whoever asks has a key, and with it all of cryptography

    kind = type_of(key) if isinstance(key, PublicKey) else None
    return kind.upper() if kind else ""


def text(value: object) -> str:
    """A member that should be text; anything else counts as absent."""
    return value if isinstance(value, str) else ""


def authority(url: str) -> str:
    """Host and port of a URL that a file holds; empty where it is none."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
