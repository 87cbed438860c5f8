"""The CA's settings: the shape of ``settings.toml`` as frozen typed records with their defaults.

What may be set is here; reading the file is ``tegata.settings``. Holds no secret: keys and pass phrases are named by
file. Knows no clock: no setting moves time.
"""

from typing import Annotated, Literal

import msgspec

from tegata.pki.key_types import KeyType

DAY = 86_400
LONGEST_ORDER_SECONDS = 30 * DAY
"""No order may be given more time."""
SHORT_LIFE_DAYS = 7
"""The longest life of a short-lived certificate since 15 March 2026 (BR 1.6.1)."""

ISSUING_KEY = "file:keys/issuing.key"
WHOLE_CRL = "issuing"
"""The name of the CRL of all certificates, and what the names of shards begin with."""

Challenge = Literal["http-01", "dns-01", "tls-alpn-01", "dns-account-01", "dns-persist-01"]
"""The challenges there are: the Baseline Requirements' methods 19, 7, 20, 21 and 22, and no retired one (B-20)."""

BY_HAND: tuple[Challenge, ...] = ("http-01", "dns-01")
"""The challenges that somebody answers without a client: a file, or a record."""

Region = Literal["AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE"]
"""The regional internet registries."""


Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
LifeDays = Annotated[int, msgspec.Meta(ge=1, le=398)]
"""How long certificates live; what is kept as their evidence counts on it that none lives longer than 400 days."""

Rate = Annotated[str, msgspec.Meta(pattern=r"^([1-9][0-9]{0,8}/[1-9][0-9]{0,3}[smhd])?$")]
"""So many in a span."""


class Acme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ACME service: ``url`` is the public base (its directory is ``<url>/acme/``); ``listen`` host:port.

    ``former_urls`` are bases that it had before: accounts are known below those too, in requests and in records of
    the DNS. ``trusted_proxies`` are networks whose X-Forwarded-For says who asks. ``terms_changed`` is when the present
    terms of service were published, ``terms_due`` from when orders wait for an agreement to them; RFC 3339, or empty.
    ``certificate`` and ``certificate_key`` are files of the server's TLS certificate, with its chain, and of its key,
    if it is not to have one of the CA's own.
    """

    url: str
    former_urls: tuple[str, ...] = ()
    listen: str = ""
    terms_of_service: str = ""
    terms_changed: str = ""
    terms_due: str = ""
    website: str = ""
    trusted_proxies: tuple[str, ...] = ()
    certificate: str = ""
    certificate_key: str = ""

    def __post_init__(self) -> None:
        if bool(self.certificate) != bool(self.certificate_key):
            raise ValueError("certificate and certificate_key go together")


class Portal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer's portal; ``operator_networks`` are those from which operators may use their pages; () is nobody.

    Of IPv6 a network of 64 bits counts as one address.
    """

    operator_networks: tuple[str, ...] = ()


class Public(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plain HTTP listener for CRLs, issuer certificates, health and the sticker's page.

    ``ocsp`` says that it answers OCSP too, and that certificates say so.
    """

    url: str
    listen: str = ""
    ocsp: bool = False


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a place looks at names; ``allow_networks`` are the private or loopback networks it may enter.

    ``dnssec`` says that the resolvers validate; then they are on the same machine, or asked by TLS.

    ``issuer_domains`` are the names by which CAA records permit this CA (RFC 8659 §4.2). A CA without one, in a closed
    network, is permitted only where no CAA record names anybody.
    """

    resolvers: tuple[str, ...] = ()
    dnssec: bool = False
    issuer_domains: tuple[str, ...] = ()
    http01_port: Port = 80
    tlsalpn01_port: Port = 443
    allow_networks: tuple[str, ...] = ()


class Perspective(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remote perspective: its agent's ``address`` (HOST:PORT), and the registry whose region it lies in."""

    name: str
    address: str
    region: Region


class Agent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of ``agent.toml``: a remote perspective as its own process, in another network, reads it."""

    name: str
    listen: str
    validation: Network = Network()


class Validation(Network, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How names are validated: from here, which is called ``place``, and from the remote ``perspectives``."""

    place: str = "CA"
    perspectives: tuple[Perspective, ...] = ()
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    reuse_seconds: Annotated[int, msgspec.Meta(ge=3600, le=398 * DAY)] = 30 * DAY


class Metrics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Prometheus reads ``/metrics`` (HOST:PORT); empty: nothing is measured."""

    listen: str = ""


class Tracing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The OpenTelemetry collector that gets traces by OTLP (http://HOST:PORT); empty: nothing is traced."""

    endpoint: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$")] = ""


class Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log on standard error, a JSON object a line; with ``requests`` each request has one, not only the refused."""

    requests: bool = False


class Mail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where notices go out: ``smtp`` is ``smtp://host:port`` or ``smtps://…``; empty sends none.

    ``alarms`` are customers': of certificates that were not renewed in time, and of contracts that end soon.
    ``operators`` are the addresses that are told what keeps the CA from its work; () is nobody.
    """

    smtp: str = ""
    alarms: bool = True
    operators: tuple[str, ...] = ()
    sender: str = ""
    password_file: str = ""


class Database(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where records are: in a file of the CA's directory, or at ``url`` on a PostgreSQL that several nodes share.

    The password is in ``password_file`` or the environment; ``connections`` is how many a node opens at the most.
    """

    url: str = ""
    password_file: str = ""
    connections: Annotated[int, msgspec.Meta(ge=4, le=1000)] = 10


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days things are kept after their end.

    ``abandoned_days`` for orders and authorizations that led to nothing; ``evidence_days`` for certificates with all
    they were issued by, and for the audit log: no fewer than after which a revoked one was on a CRL more (B-92).
    """

    abandoned_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 30
    evidence_days: Annotated[int, msgspec.Meta(ge=8, le=36_500)] = 1095


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the issuing keys are, by URI, and where the pass phrase of the keys in files is.

    ``issuing`` is the first issuing CA's; those of later ones, and of ``services``, are in ``issuers`` by their names,
    or else in files.
    ``TEGATA_CA_PASSPHRASE`` or ``…_FILE`` go first. ``alternate_chains`` are files (PEM) with what may follow a
    certificate in place of its issuing CA's alone: that one's certificate, and those that certify it in another way.
    """

    passphrase_file: str = "keys/passphrase"  # noqa: S105 - a file's name
    issuing: str = ISSUING_KEY
    issuers: dict[str, str] = {}
    alternate_chains: tuple[str, ...] = ()

    def of_issuer(self, name: str) -> str:
        """The URI of the key of the issuing CA of this name."""
        return self.issuing if name == WHOLE_CRL else self.issuers.get(name, f"file:keys/{name}.key")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lives of ACME objects in seconds, and how often a certificate may be re-issued that could not end later.

    A CRL is good for ``crl_seconds`` and replaced when half of them are over: well within four days (B-88).

    ``public`` says that the root is publicly trusted: the Baseline Requirements' limits are kept, those of the day. A
    token lives as long as its pending authorization, 30 days at the most (B-24). ``blocked_keys`` is a file of keys
    that nobody may have: on each line the SHA-256 of a SubjectPublicKeyInfo in hexadecimal, or a line of Debian's
    openssl-blacklist; ``high_risk`` one of names that nobody may have (``policy.barred``). ``examinations``: OV
    certificates only while an examination by two people is on record (B-64), as always where the root is public.
    """

    public: bool = False
    order_seconds: Annotated[int, msgspec.Meta(ge=60, le=LONGEST_ORDER_SECONDS)] = 7 * DAY
    pending_authorization_seconds: Annotated[int, msgspec.Meta(ge=60, le=30 * DAY)] = 7 * DAY
    reissues_at_contract_end: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 3
    names_per_order: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    crl_seconds: Annotated[int, msgspec.Meta(ge=3600, le=7 * DAY)] = 4 * DAY
    crl_shards: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    blocked_keys: str = ""
    high_risk: str = ""
    examinations: bool = False


INTERNAL_NAME = "cabf.internal_domain_name"
"""What pkilint finds in a host that is none of the Internet's."""


class Lint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second lint of certificates before they are signed: by ``pkilint``, in so many processes of its own.

    So many percent of them are linted. ``accepted`` are the codes of findings that this CA wants to have so; any other
    keeps a certificate from being signed.
    """

    pkilint: bool = False
    processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100
    accepted: tuple[str, ...] = (
        "cabf.serverauth.ov.common_name_attribute_present",
        "cabf.serverauth.root.authority_key_identifier_extension_absent",
    )


class Transparency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Certificate Transparency: the file with the list of logs, as browsers publish it; empty: nothing is logged."""

    log_list: str = ""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much may be asked for: ``300/3h`` is 300 in any three hours (s, m, h, d); empty is no limit.

    ``failures_per_name`` are failed validations of a name for an account, and looks at CAA before a signature that
    permit nothing; after ``pause_after`` of them in a row the name is paused for that account until its customer or the
    operator resumes it. They hold back new orders and such looks, not what was ordered before. Renewals in the window
    that the CA itself suggested are not counted (X-19), unless the holder has revoked the certificate or chose its end;
    a paused name they wait for too.
    ``accounts_per_contract`` are new ones, ``changes_per_account`` how often contacts, key or EAB change,
    ``eabs_per_contract`` how often one is added, replaced or called something else. Those for an address are each
    node's own, and an IPv6 network of 64 bits counts as one.
    """

    orders_per_account: Rate = "300/3h"
    orders_per_contract: Rate = "3000/3h"
    orders_per_name: Rate = ""
    accounts_per_contract: Rate = "1000/3h"
    changes_per_account: Rate = "60/1h"
    eabs_per_contract: Rate = "1000/30d"
    requests_per_address: Rate = ""
    orders_per_address: Rate = ""
    accounts_per_address: Rate = ""
    failures_per_name: Rate = "20/1h"
    pause_after: Annotated[int, msgspec.Meta(ge=1)] = 500


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What clients may choose within a service: how long certificates live, and their keys if not the service's.

    Never longer than the service's own. ``description`` is a sentence or a URL, for people.
    """

    description: str
    certificate_days: LifeDays
    short_lived: bool = False
    key_types: tuple[KeyType, ...] = ()

    def __post_init__(self) -> None:
        _check_short_life(self.certificate_days, short_lived=self.short_lived, what="profile")


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product: its label, key rule, life of certificates and of contracts in days, and challenge types offered.

    Without ``acme`` customers get its certificates in the portal, for a CSR, and prove names by hand: by ``http-01`` or
    ``dns-01``. Without ``challenges`` it has contracts only.
    ``short_lived`` certificates name no CRL: they end within days whatever happens (BR 1.6.1, 7.1.2.11.2). Of its
    ``profiles`` the first is the one of whoever chooses none. ``subdomains``: a proof of a domain in the DNS may count
    for the names below it, where the client wants so (RFC 9444); off, each name is proved itself.
    """

    label: str
    validation: Literal["ov", "dv"] = "ov"
    key_types: tuple[KeyType, ...] = (KeyType.RSA2048,)
    certificate_days: LifeDays = 90
    term_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 365
    challenges: tuple[Challenge, ...] = ("http-01", "dns-01", "tls-alpn-01")
    short_lived: bool = False
    profiles: tuple[str, ...] = ()
    subdomains: bool = False
    acme: bool = True

    def __post_init__(self) -> None:
        _check_short_life(self.certificate_days, short_lived=self.short_lived, what="service")
        if not self.acme and self.challenges and not set(BY_HAND) & set(self.challenges):
            raise ValueError(f"a service without acme needs one of the challenges {' and '.join(BY_HAND)}")
        if self.subdomains and not any(kind.startswith("dns-") for kind in self.challenges):
            raise ValueError("subdomains of a service needs a challenge in the DNS")

    @property
    def has_acme(self) -> bool:
        """Whether ACME clients get its certificates."""
        return self.acme and bool(self.challenges)

    @property
    def is_by_request(self) -> bool:
        """Whether customers get its certificates in the portal, for a CSR."""
        return not self.acme and bool(self.challenges)


def _check_short_life(days: int, *, short_lived: bool, what: str) -> None:
    if short_lived and days > SHORT_LIFE_DAYS:
        raise ValueError(f"certificate_days of a short_lived {what} is {SHORT_LIFE_DAYS} at the most")


SERVICES: dict[str, Service] = {
    "ov-acme-1y": Service(label="OV (ACME) 1年"),
    "ov-acme-6m": Service(label="OV (ACME) 半年", term_days=183),
    "ov-csr-6m": Service(label="OV (RSA2024) 半年", term_days=183, challenges=BY_HAND, acme=False),
    "dv-acme-1y": Service(label="DV (ACME) 1年", validation="dv"),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of ``settings.toml``; ``name`` is the organization in the CA's own certificates."""

    name: str = "Example CA"
    acme: Acme
    public: Public
    portal: Portal = Portal()
    validation: Validation = Validation()
    metrics: Metrics = Metrics()
    tracing: Tracing = Tracing()
    log: Log = Log()
    mail: Mail = Mail()
    keys: Keys = Keys()
    database: Database = Database()
    retention: Retention = Retention()
    policy: Policy = Policy()
    lint: Lint = Lint()
    transparency: Transparency = Transparency()
    limits: Limits = Limits()
    profiles: dict[str, Profile] = {}
    services: dict[str, Service] = msgspec.field(default_factory=lambda: dict(SERVICES))


AGENT_FILE = "agent.toml"
SETTINGS_FILE = "settings.toml"
DATABASE_FILE = "tegata-ca.db"
PASSWORD_VARIABLE = "TEGATA_CA_DATABASE_PASSWORD"  # noqa: S105 - a variable's name
