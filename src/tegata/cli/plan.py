"""The typed description of what was asked: one frozen value a command, everything decided that words can decide.

Pure: reads no file and no environment, asks nobody. Names are normalised here, flags that need each other are checked
here; whether accounts, certificates or folders exist is found out later.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from tegata.cli import dnsplan, flags, listenplan, upkeep, wishes
from tegata.cli.commands import Generation
from tegata.cli.dnsplan import DnsPlan
from tegata.cli.eabfile import EabFile
from tegata.cli.errors import BadServer, NoChallenge, NoNames
from tegata.cli.grammar import PREFIXES, Invocation
from tegata.cli.listenplan import HttpPlan, TlsPlan
from tegata.cli.material import NOTHING, Material
from tegata.cli.servers import DIRECTORIES, directory_of
from tegata.cli.upkeep import Upkeep
from tegata.cli.values import TRUE
from tegata.cli.wishes import Hooks, Outputs
from tegata.client.options import Options
from tegata.pki.keys import KeyType, PrivateKey, parse_key_type
from tegata.pki.names import normalise

# Days before the end of any certificate: renewing is always due.
ALWAYS = 100_000
# Commands that only look at the disk: what is given for a CA is not even read.
OFFLINE = ("list", "accounts list", "dnshelp", *upkeep.COMMANDS)
# What lego calls an account without a mail address.
NO_EMAIL = "noemail@example.com"


@dataclass(frozen=True)
class Eab:
    """An external account binding's two values, as far as they were given: a stored account needs neither."""

    kid: str | None
    hmac: str | None = field(repr=False)


@dataclass(frozen=True)
class Trust:
    """How the CA's TLS certificate is judged, by lego's variables."""

    roots: tuple[Path, ...]
    """``LEGO_CA_CERTIFICATES``: PEM files that stand in place of the system's roots; empty: the system's."""
    system_roots_too: bool
    """``LEGO_CA_SYSTEM_CERT_POOL``: the system's roots count besides those files."""
    server_name: str | None
    """``LEGO_CA_SERVER_NAME``: the name expected in the CA's certificate in place of the URL's host."""
    hosts: frozenset[str]
    """``TEGATA_CA_HOSTS``: further hosts that the CA's answers may lead to, separated by commas."""


@dataclass(frozen=True)
class Wire:
    """How the CA is reached."""

    user_agent: str
    timeout: int | None
    """Seconds for an answer; None: as the client thinks right."""
    verify: bool
    family: int | None
    """4 or 6: the only version of IP; None: either."""
    requests_per_second: int | None


@dataclass(frozen=True)
class AccountPlan:
    """Which account at which CA, and what registering it would need."""

    server: str
    trust: Trust
    wire: Wire
    email: str | None
    """None: an account without contact."""
    key_type: KeyType
    accept_terms: bool
    eab: Eab | None
    """None: nobody spoke of external account binding."""
    called: str | None = None
    """What it is called on the disk; None: by its mail address."""

    @property
    def user(self) -> str:
        """The folder's name for the account, as lego's."""
        return self.called or self.email or NO_EMAIL


@dataclass(frozen=True)
class IssuePlan:
    """The certificate asked for and what happens with it."""

    names: tuple[str, ...]
    """Normalised, without duplicates; none: those of the certificate there is."""
    file_name: str
    """What the files are called: the first name, if nobody said otherwise."""
    key_type: KeyType
    material: Material
    """A request or a key to use instead of new ones."""
    options: Options
    http: HttpPlan | None
    """How names are proved by http-01; None: they are not. So the others."""
    tls: TlsPlan | None
    dns: DnsPlan | None
    outputs: Outputs
    hooks: Hooks


@dataclass(frozen=True)
class Run:
    """``run``: register if needed, obtain a certificate."""

    path: Path
    account: AccountPlan
    issue: IssuePlan
    new_account: bool


@dataclass(frozen=True)
class Renew:
    """``renew``: obtain a new certificate if it is time."""

    path: Path
    account: AccountPlan
    issue: IssuePlan
    days: int | None
    random_sleep: bool
    dynamic: bool
    ari: bool
    """Whether the CA is asked when to renew."""
    longest_wait: timedelta
    """How far ahead the CA's instant may be for the process to wait for it."""
    not_due_code: int
    """The exit code when there was nothing to do."""
    back_off: bool
    """Whether earlier failures hold back."""
    reuse_key: bool
    exact_names: bool
    """Whether the new certificate is for the names given and no others."""


@dataclass(frozen=True)
class Ensure:
    """``run`` as lego v5 means it: the first if there is no certificate, otherwise the second."""

    run: Run
    renew: Renew


@dataclass(frozen=True)
class Revoke:
    """``revoke``: revoke certificates and archive their files."""

    path: Path
    account: AccountPlan
    names: tuple[str, ...]
    """What the certificates' files are called."""
    reason: int
    keep: bool
    key: PrivateKey | None = field(repr=False)
    """The certificate's key, to show the right to revoke; None: the account does."""


@dataclass(frozen=True)
class Register:
    """``accounts register``: register an account, and nothing else."""

    path: Path
    account: AccountPlan
    new_account: bool


@dataclass(frozen=True)
class List:
    """``list``, ``certificates list`` and ``accounts list``: show what is on the disk."""

    path: Path
    accounts: bool
    certificates: bool
    names_only: bool
    json: bool
    generation: Generation
    """Whose words it is shown in."""


@dataclass(frozen=True)
class KeyRollover:
    """``accounts keyrollover``: give the account another key."""

    path: Path
    account: AccountPlan
    key: PrivateKey | None = field(repr=False)
    """None: a new one is made."""
    agreed: bool


@dataclass(frozen=True)
class Recover:
    """``accounts recover``: have the CA say which account a key has, and keep that."""

    path: Path
    account: AccountPlan
    key: PrivateKey | None = field(repr=False)
    """None: the stored one."""
    agreed: bool


@dataclass(frozen=True)
class DnsHelp:
    """``dnshelp``: which DNS providers there are, or what one of them reads."""

    code: str | None


Plan: TypeAlias = Run | Renew | Ensure | Revoke | Register | KeyRollover | Recover | List | DnsHelp | Upkeep


def make(
    invocation: Invocation,
    environ: Mapping[str, str],
    eab_file: EabFile | None,
    directory: Path,
    material: Material = NOTHING,
) -> Plan:
    """Turn an understood command line into a plan.

    ``environ`` is asked only for lego's variables that have no flag; ``directory`` is the current one. Raises the
    errors of ``tegata.cli.errors`` that concern values, and UnknownKeyType, BadName and MalformedHook of the floors
    below.
    """
    path = directory / (invocation.text("path") or ".lego")
    if invocation.command in OFFLINE:
        return upkeep.make(invocation, path) if invocation.command in upkeep.COMMANDS else _show(invocation, path)
    wishes.check(invocation)
    account = _account(invocation, environ, eab_file)
    if invocation.command == "accounts register":
        return Register(path, account, new_account=invocation.switch("new-account"))
    if invocation.command in ("accounts keyrollover", "accounts recover"):
        kind = KeyRollover if invocation.command == "accounts keyrollover" else Recover
        return kind(path, account, material.key, agreed=invocation.switch("yes"))
    if invocation.command == "revoke":
        return Revoke(
            path,
            account,
            wishes.file_names(invocation) or _names(invocation, eab_file, material),
            reason=invocation.number("reason") or 0,
            keep=invocation.switch("keep"),
            key=material.key,
        )
    if invocation.command == "renew":
        return _renew(invocation, path, account, _issue(invocation, environ, eab_file, material))
    issue = _issue(invocation, environ, eab_file, material)
    run = Run(path, account, issue, new_account=invocation.switch("new-account"))
    return Ensure(run, _renew(invocation, path, account, issue)) if invocation.generation is Generation.V5 else run


def _renew(invocation: Invocation, path: Path, account: AccountPlan, issue: IssuePlan) -> Renew:
    by_v5 = invocation.command == "run"
    forced = invocation.switch("renew-force")
    return Renew(
        path,
        account,
        issue,
        days=ALWAYS if forced else invocation.number("days"),
        random_sleep=not (forced or invocation.switch("no-random-sleep")),
        dynamic=invocation.switch("dynamic") or invocation.generation is Generation.V5,
        ari=not invocation.switch("ari-disable"),
        longest_wait=invocation.duration("ari-wait-to-renew-duration") or timedelta(),
        not_due_code=invocation.number("exit-code-not-due") or 0,
        back_off=not (forced or invocation.switch("no-back-off")),
        reuse_key=invocation.switch("reuse-key"),
        exact_names=invocation.switch("force-cert-domains") or (by_v5 and issue.material.csr is None),
    )


def _show(invocation: Invocation, path: Path) -> List | DnsHelp:
    if invocation.command == "dnshelp":
        return DnsHelp(invocation.text("code"))
    accounts_alone = invocation.command == "accounts list"
    by_v4 = invocation.spoken == "list"  # --json is v5's, and changes nothing about the words
    return List(
        path,
        accounts=accounts_alone or invocation.switch("accounts"),
        certificates=not accounts_alone,
        names_only=invocation.switch("names"),
        json=invocation.switch("json"),
        generation=Generation.V4 if by_v4 else Generation.V5,
    )


def _account(invocation: Invocation, environ: Mapping[str, str], eab_file: EabFile | None) -> AccountPlan:
    server = directory_of(invocation.text("server") or (eab_file.server if eab_file else flags.DEFAULT_SERVER))
    try:
        host = urlsplit(server).hostname
    except ValueError:
        host = None
    if not host or not host.strip("."):
        raise BadServer(server=server, known=", ".join(DIRECTORIES))
    return AccountPlan(
        server=server,
        trust=_trust(environ),
        wire=_wire(invocation),
        email=invocation.text("email") or None,
        key_type=_account_key_type(_key_type(invocation, eab_file)),
        accept_terms=invocation.switch("accept-tos"),
        eab=_eab(invocation, eab_file),
        called=invocation.text("account-id") or None,
    )


def _wire(invocation: Invocation) -> Wire:
    families = [family for family in (4, 6) if invocation.switch(f"ipv{family}only")]
    return Wire(
        user_agent=invocation.text("user-agent") or "",
        timeout=invocation.number("http-timeout") or None,
        verify=not invocation.switch("tls-skip-verify"),
        family=families[0] if families else None,
        requests_per_second=invocation.number("overall-request-limit") or None,
    )


def _trust(environ: Mapping[str, str]) -> Trust:
    def variable(name: str) -> str:
        return next((environ[prefix + name] for prefix in PREFIXES if environ.get(prefix + name)), "")

    return Trust(
        roots=tuple(Path(file) for file in variable("CA_CERTIFICATES").split(os.pathsep) if file),
        system_roots_too=variable("CA_SYSTEM_CERT_POOL") in TRUE,
        server_name=variable("CA_SERVER_NAME") or None,
        hosts=frozenset(host.strip().lower() for host in variable("CA_HOSTS").split(",") if host.strip()),
    )


def _eab(invocation: Invocation, eab_file: EabFile | None) -> Eab | None:
    """The binding to register with; either value means it too, unlike lego's, unless it is denied."""
    asked = invocation.given.get("eab")
    eab = Eab(
        kid=invocation.text("kid") or (eab_file.kid if eab_file else None),
        hmac=invocation.text("hmac") or (eab_file.hmac if eab_file else None),
    )
    return eab if asked is not False and (asked or eab.kid or eab.hmac) else None


def _key_type(invocation: Invocation, eab_file: EabFile | None) -> KeyType:
    from_file = eab_file.key_type if eab_file else None
    return parse_key_type(invocation.text("key-type") or from_file or flags.DEFAULT_KEY_TYPE)


def _account_key_type(key_type: KeyType) -> KeyType:
    """As lego, that of the certificate; but not one that few CAs sign requests with (RFC 8555 §6.2)."""
    return KeyType.EC256 if key_type in (KeyType.EC521, KeyType.ED25519) else key_type


def _names(invocation: Invocation, eab_file: EabFile | None, material: Material) -> tuple[str, ...]:
    if material.csr:
        return material.csr.names
    names = invocation.list("domains") or (eab_file.names if eab_file else ())
    if not names:
        raise NoNames(command=invocation.command)
    return tuple(dict.fromkeys(normalise(name) for name in names))


def _issue(
    invocation: Invocation, environ: Mapping[str, str], eab_file: EabFile | None, material: Material
) -> IssuePlan:
    called = next(reversed(wishes.file_names(invocation)), None)
    may_be_known = called and invocation.command == "renew" and not invocation.list("domains")
    names = () if may_be_known and not material.csr else _names(invocation, eab_file, material)
    http, tls = listenplan.http(invocation), listenplan.tls(invocation)
    dns = dnsplan.make(invocation, environ)
    if not (http or tls or dns):
        raise NoChallenge
    dnsplan.check_wildcards(names, dns)
    return IssuePlan(
        names=names,
        file_name=called or names[0],
        key_type=_key_type(invocation, eab_file),
        material=material,
        options=wishes.options(invocation),
        http=http,
        tls=tls,
        dns=dns,
        outputs=wishes.outputs(invocation, material),
        hooks=wishes.hooks(invocation),
    )
