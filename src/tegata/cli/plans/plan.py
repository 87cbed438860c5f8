"""The typed description of what was asked: one frozen value a command, everything decided that words can decide."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from tegata.cli.grammar.commands import Generation
from tegata.cli.plans import upkeep
from tegata.cli.plans.dns import DnsPlan, PersistPlan
from tegata.cli.plans.material import Material
from tegata.cli.plans.upkeep import Upkeep
from tegata.cli.plans.ways import Ways
from tegata.cli.plans.wishes import Hooks, Outputs
from tegata.client.options import Options
from tegata.pki.key_types import KeyType

if TYPE_CHECKING:
    from tegata.pki.keys import PrivateKey

# Days before the end of any certificate: renewing is always due.
ALWAYS = 100_000
# Commands that only look at the disk: what is given for a CA is not even read.
OFFLINE = ("list", "accounts list", "dnshelp", *upkeep.COMMANDS)
# What lego calls an account without a mail address.
NO_EMAIL = "noemail@example.com"


class Eab(msgspec.Struct, frozen=True):
    """An external account binding's two values, as far as they were given: a stored account needs neither."""

    kid: str | None
    hmac: str | None
    replaces: bool = False
    """Whether a stored account with another binding is to be put under this one."""

    def __repr__(self) -> str:
        return f"Eab({self.kid!r})"  # the MAC key is never shown


class Trust(msgspec.Struct, frozen=True):
    """How the CA's TLS certificate is judged, by lego's variables."""

    roots: tuple[Path, ...]
    """``LEGO_CA_CERTIFICATES``: PEM files that stand in place of the system's roots; empty: the system's."""
    system_roots_too: bool
    """``LEGO_CA_SYSTEM_CERT_POOL``: the system's roots count besides those files."""
    server_name: str | None
    """``LEGO_CA_SERVER_NAME``: the name expected in the CA's certificate in place of the URL's host."""
    hosts: frozenset[str]
    """``TEGATA_CA_HOSTS``: further hosts that the CA's answers may lead to, separated by commas."""


class Wire(msgspec.Struct, frozen=True):
    """How the CA is reached."""

    user_agent: str
    timeout: int | None
    """Seconds for an answer; None: as the client thinks right."""
    outage: int | None
    """Seconds for which an outage is sat out; None: the same."""
    verify: bool
    family: int | None
    """4 or 6: the only version of IP; None: either."""
    requests_per_second: int | None


class AccountPlan(msgspec.Struct, frozen=True):
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


class IssuePlan(msgspec.Struct, frozen=True):
    """The certificate asked for and what happens with it."""

    names: tuple[str, ...]
    """Normalised, without duplicates; none: those of the certificate there is."""
    file_name: str
    """What the files are called: the first name, if nobody said otherwise."""
    key_type: KeyType
    material: Material
    """A request or a key to use instead of new ones."""
    options: Options
    ways: Ways
    """How names are proved."""
    outputs: Outputs
    hooks: Hooks


class Run(msgspec.Struct, frozen=True):
    """``run``: register if needed, obtain a certificate."""

    path: Path
    account: AccountPlan
    issue: IssuePlan
    new_account: bool
    ari: bool = True
    """Whether the CA is asked when to renew."""


class Renew(msgspec.Struct, frozen=True):
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
    as_wished: bool = False
    """Whether one of another profile, or without one of the names given, is renewed whenever it ends."""
    wished_key: KeyType | None = None
    """The type of key without which it is renewed, too; None: any will do."""


class Ensure(msgspec.Struct, frozen=True):
    """``run`` as lego v5 means it: the first if there is no certificate, otherwise the second."""

    run: Run
    renew: Renew


class Revoke(msgspec.Struct, frozen=True):
    """``revoke``: revoke certificates and archive their files."""

    path: Path
    account: AccountPlan
    names: tuple[str, ...]
    """What the certificates' files are called."""
    reason: int
    keep: bool
    key: "PrivateKey | None"
    """The certificate's key, to show the right to revoke; None: the account does."""


class Register(msgspec.Struct, frozen=True):
    """``accounts register``: register an account, and nothing else."""

    path: Path
    account: AccountPlan
    new_account: bool


class List(msgspec.Struct, frozen=True):
    """``list``, ``certificates list`` and ``accounts list``: show what is on the disk."""

    path: Path
    accounts: bool
    certificates: bool
    names_only: bool
    json: bool
    prometheus: bool
    generation: Generation
    """Whose words it is shown in."""


class KeyRollover(msgspec.Struct, frozen=True):
    """``accounts keyrollover``: give the account another key."""

    path: Path
    account: AccountPlan
    key: "PrivateKey | None"
    """None: a new one is made."""
    agreed: bool


class Recover(msgspec.Struct, frozen=True):
    """``accounts recover``: have the CA say which account a key has, and keep that."""

    path: Path
    account: AccountPlan
    key: "PrivateKey | None"
    """None: the stored one."""
    agreed: bool


class DnsHelp(msgspec.Struct, frozen=True):
    """``dnshelp``: which DNS providers there are, or what one of them reads."""

    code: str | None


class DnsPersist(msgspec.Struct, frozen=True):
    """``dnspersist``: show the records that stay for these names, and which are there."""

    path: Path
    account: AccountPlan
    names: tuple[str, ...]
    persist: PersistPlan


class Doctor(msgspec.Struct, frozen=True):
    """``doctor``: tell what stands in the way of certificates for these names."""

    path: Path
    account: AccountPlan
    names: tuple[str, ...]
    ways: Ways
    """How names are to be proved; none: it was not said."""
    dns: DnsPlan
    """How the DNS is asked."""
    json: bool = False


class Conformance(msgspec.Struct, frozen=True):
    """``conformance``: hold a server against the standards."""

    account: AccountPlan
    """The server, and what an account there needs."""
    names: tuple[str, ...]
    """Names that the server would issue for; none: nothing is ordered."""
    key_type: KeyType
    ways: Ways
    """How names are proved."""
    only: tuple[str, ...]
    """The checks to be made; none: all."""
    known: tuple[str, ...]
    """The checks in which the server is known to differ."""
    json: bool


Plan: TypeAlias = (
    Run
    | Renew
    | Ensure
    | Revoke
    | Register
    | KeyRollover
    | Recover
    | List
    | DnsHelp
    | DnsPersist
    | Doctor
    | Conformance
    | Upkeep
)
