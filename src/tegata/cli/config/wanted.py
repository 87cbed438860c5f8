"""From the configuration file to one command line a certificate: what it would be to type for each.

Pure. Names of accounts, challenges and servers are resolved here, and v5's defaults filled in; what the values mean is
``plans``' matter, as for a command line.
"""

from collections.abc import Mapping

import msgspec

from tegata.cli.config.file import Place, Section, raise_all
from tegata.cli.errors import BadConfig
from tegata.cli.grammar import flags
from tegata.cli.grammar.commands import Generation
from tegata.cli.grammar.values import Value
from tegata.cli.grammar.words import Invocation
from tegata.host.stems import stem_of

# What lego v5 knows without a section about it.
_READY_MADE = {
    "http-01": "http",
    "tls-alpn-01": "tls",
    "dns-persist-01": "dns-persist",
    "dns-account-01": "dns-account",  # ours
}
_METHODS = {"http": "http", "tls": "tls", "dns": "dns", "dnsPersist": "dns-persist", "dnsAccount": "dns-account"}
_STACKS = {"ipv4only": "ipv4only", "ipv6only": "ipv6only"}


class Wanted(msgspec.Struct, frozen=True):
    """One certificate of the file."""

    name: str
    line: int
    invocation: Invocation
    account_key_type: str
    """The account's own, in lego's words: as v5, not the certificate's."""
    places: Mapping[str, Place]
    """Where in the file the values come from, by the flags' names; those that follow from others have none."""
    account_key_type_place: Place | None
    """Where that of the account comes from, if from the file."""
    env_files: tuple[str, ...]
    """Files of variables that count for this certificate alone, the later the more."""


def wanted(config: Section, file: str) -> list[Wanted]:
    """The certificates; raises BadConfig for what does not fit together, with all such faults."""
    joining = _Joining(config, file)
    certificates = config.under("certificates")
    found = [joining.certificate(name, section) for name, section in certificates.items()]
    joining.check_files(certificates)
    if not certificates:
        joining.fault(config, "certificates", "there is none")
    raise_all(joining.faults)
    return found


class _Joining:
    def __init__(self, config: Section, file: str) -> None:
        self.faults: list[BadConfig] = []
        self._config = config
        self._file = file
        self._places: dict[str, Place] = {}

    def certificate(self, name: str, section: Section) -> Wanted:
        """One certificate with all that it refers to."""
        key = f"certificates.{name}"
        env_files: list[Value] = []
        self._places = {}
        given = self._general()
        self._account(section, key, given)
        self._challenge(section, key, given, env_files)
        own = section.all_flags()
        env_files.append(own.pop("env-file", ""))
        account_key_type = str(given.get("key-type") or flags.DEFAULT_KEY_TYPE)
        account_key_type_place = self._places.get("key-type")
        given.update(own)
        self._places.update(section.all_places())
        if "pfx" in section.sections:
            given["pfx"] = True
        if not given.get("domains") and not given.get("csr"):
            self.fault(section, key, "it needs domains, or a csr")
        domains = own.get("domains")
        if not (isinstance(domains, tuple) and domains[:1] == (name,)):
            given["filename"] = (name,)
        invocation = Invocation("run", given, spoken="run", generation=Generation.V5)
        return Wanted(
            name,
            section.line,
            invocation,
            account_key_type,
            self._places,
            account_key_type_place,
            tuple(str(each) for each in env_files if each),
        )

    def check_files(self, certificates: Mapping[str, Section]) -> None:
        """No two certificates may have the same files, also where the file system does not tell ``A`` from ``a``."""
        seen: dict[str, str] = {}
        for name, section in certificates.items():
            other = seen.setdefault(stem_of(name).casefold(), name)
            if other != name:
                self.fault(section, f"certificates.{name}", f"its files would be those of {other}")

    def fault(self, section: Section, key: str, reason: str) -> None:
        """Note what does not fit."""
        self.faults.append(BadConfig(file=self._file, line=section.line, key=key, reason=reason))

    def _general(self) -> dict[str, Value]:
        """What the file says for all certificates."""
        config = self._config
        given = dict(config.flags)
        self._places.update(config.places)
        if "hooks" in config.sections:
            given.update(config.sections["hooks"].all_flags())
            self._places.update(config.sections["hooks"].all_places())
        stack = config.words.get("networkStack")
        if stack in _STACKS:
            given[_STACKS[stack]] = True
            self._places[_STACKS[stack]] = config.places["networkStack"]
        elif stack is not None:
            self.fault(config, "networkStack", "it must be ipv4only or ipv6only")
        return given

    def _account(self, section: Section, key: str, given: dict[str, Value]) -> None:
        """The account's values, and its server's; the only one there is needs no naming."""
        account = self._named(section, key, "account", "accounts")
        if account is None:
            return
        called = next(called for called, entry in self._config.under("accounts").items() if entry is account)
        self._places["account-id"] = Place(account.line, f"accounts.{called}")
        given.update(account.all_flags())
        self._places.update(account.all_places())
        given["account-id"] = called
        server = account.words.get("server")
        if server is not None:
            self._places["server"] = account.places["server"]
        named = self._config.under("servers").get(server or "")
        if named is not None:
            given.update(named.flags)
            self._places.update(named.places)
            key, server = f"servers.{server}.url", named.words.get("url")
            self._places["server"] = named.places.get("url", Place(named.line, key))
            if not server:
                self.fault(named, key, "it is missing")
        if server:
            given["server"] = server

    def _challenge(self, section: Section, key: str, given: dict[str, Value], env_files: list[Value]) -> None:
        name = section.words.get("challenge", "")
        if name in _READY_MADE and name not in self._config.under("challenges"):
            given[_READY_MADE[name]] = True
            return
        challenge = self._named(section, key, "challenge", "challenges")
        if challenge is None:
            if not name and not self._config.under("challenges"):
                self.fault(section, key, "it needs a challenge")
            return
        for method, inside in challenge.sections.items():
            values = inside.all_flags()
            env_files.append(values.pop("env-file", ""))
            given.update(values)
            self._places.update(inside.all_places())
            if method != "dns":
                given[_METHODS[method]] = True
            elif not values.get("dns"):
                called = next(each for each, entry in self._config.under("challenges").items() if entry is challenge)
                self.fault(inside, f"challenges.{called}.dns.provider", "it is missing")
        if not challenge.sections:
            self.fault(challenge, key, "the challenge names no method")

    def _named(self, section: Section, key: str, word: str, under: str) -> Section | None:
        """The section that a certificate refers to by name, or the only one there is."""
        entries: Mapping[str, Section] = self._config.under(under)
        name = section.words.get(word)
        if name is not None:
            if name not in entries:
                self.fault(section, f"{key}.{word}", "there is no such entry")
            return entries.get(name)
        if len(entries) > 1:
            self.fault(section, f"{key}.{word}", "there are several to choose from")
            return None
        return next(iter(entries.values()), None)
