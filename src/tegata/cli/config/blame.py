"""Which line and key of the configuration file to look at for what went wrong with a certificate.

Pure. What a value means is found out far from the file, by what knows nothing of it; an error tells by its kind, or by
the flag it names, which value it is about.
"""

from collections.abc import Mapping

from tegata.cli import errors
from tegata.cli.config.file import Place
from tegata.cli.config.wanted import Wanted
from tegata.client.errors import InsecureUrl
from tegata.errors import TegataError
from tegata.pki.forms import EmptyPassword, PfxImpossible
from tegata.pki.key_types import UnknownKeyType
from tegata.pki.names import BadName
from tegata.plugins.solvers.webroot import WebrootMissing, WebrootUnwritable

_ABOUT: Mapping[type[TegataError], str] = {
    BadName: "domains",
    UnknownKeyType: "key-type",
    EmptyPassword: "pfx.pass",
    PfxImpossible: "pfx.pass",
    InsecureUrl: "server",
    errors.AddressInDns: "domains",
    errors.BadServer: "server",
    errors.PfxFormatRefused: "pfx.format",
    errors.UnknownPfxFormat: "pfx.format",
    errors.UnknownProvider: "dns",
    errors.WildcardNeedsDns: "domains",
    errors.AncestorNeedsDns: "ancestor-domain",
    WebrootMissing: "http.webroot",
    WebrootUnwritable: "http.webroot",
}
# The facts of errors that name the flag.
_FLAG_FACTS = ("flag", "first")


def place(error: Exception, certificate: Wanted) -> Place:
    """The place of the value that the error is about, or the certificate's own."""
    own = Place(certificate.line, f"certificates.{certificate.name}")
    if not isinstance(error, TegataError):
        return own
    if isinstance(error, UnknownKeyType) and error.facts["word"] != certificate.invocation.given.get("key-type"):
        return certificate.account_key_type_place or own
    facts = (str(error.facts.get(name)) for name in _FLAG_FACTS)
    flags = (_ABOUT.get(type(error), ""), *facts)
    return next((certificate.places[flag] for flag in flags if flag in certificate.places), own)
