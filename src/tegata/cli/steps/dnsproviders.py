"""DNS providers by lego's codes, of v4 and v5, in any case; anybody else's by the name they are installed under."""

from typing import cast

from tegata.cli.errors import UnknownProvider
from tegata.plugin_api.dns import ProviderFactory
from tegata.plugin_api.registry import UnknownPlugin, load
from tegata.plugins.dns import CODES, RENAMED


def check(word: str) -> None:
    """Pass if there is such a provider, without loading one of ours; raises UnknownProvider, BrokenPlugin."""
    if RENAMED.get(word.lower(), word.lower()) not in CODES:
        find(word)


def find(word: str) -> tuple[str, ProviderFactory]:
    """The code that messages use, and what makes the provider; raises UnknownProvider, BrokenPlugin."""
    code = RENAMED.get(word.lower(), word.lower())
    try:
        return code, cast("ProviderFactory", load("dns", CODES.get(code, code)))
    except UnknownPlugin:
        raise UnknownProvider(word=word, known=", ".join(sorted(CODES))) from None
