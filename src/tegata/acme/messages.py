"""The JSON objects of RFC 8555 and RFC 9773, one struct each: the CA encodes what the client decodes, and vice versa.

Shapes only. Statuses and times are text, so that no value a stranger sends breaks parsing: ``statuses`` and
``tegata.clock`` give them meaning. Unknown members are ignored, absent ones left out (A-29).
"""

from typing import Any

import msgspec

from tegata.acme.flattened import Flattened
from tegata.acme.identifiers import Identifier
from tegata.acme.problems import Problem


class _Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How all messages are written: camelCase, without members that have their default."""


class Meta(_Message, frozen=True):
    """What a CA says about itself (RFC 8555 §7.1.1, draft-ietf-acme-profiles §3)."""

    terms_of_service: str | None = None
    website: str | None = None
    caa_identities: tuple[str, ...] = ()
    external_account_required: bool = False
    profiles: dict[str, str] = {}
    account_hash_prefix: Any = None
    """For dns-persist-01 since draft 02 (§4.1): text, if the CA is in order."""
    issuer_domain_names: Any = None
    """The same (§3.2): a list of names. What is wrong with it spoils records made beforehand, not the directory."""
    subdomain_auth_allowed: bool = False
    """Whether a proof of a domain may count for names below it (RFC 9444 §4.4)."""
    tegata: dict[str, Any] | None = None
    """Tegata's own: what this CA can do beyond the RFCs."""


class Directory(_Message, frozen=True):
    """Where a CA's resources are (RFC 8555 §7.1.1)."""

    new_nonce: str
    new_account: str
    new_order: str
    revoke_cert: str
    key_change: str | None = None
    new_authz: str | None = None
    renewal_info: str | None = None
    meta: Meta = Meta()


class NewAccount(_Message, frozen=True):
    """A request for an account (RFC 8555 §7.3)."""

    contact: tuple[str, ...] = ()
    terms_of_service_agreed: bool = False
    only_return_existing: bool = False
    external_account_binding: Flattened | None = None


class AccountUpdate(_Message, frozen=True):
    """A change of an account (RFC 8555 §7.3.2, §7.3.6): without ``contact`` the contacts stay."""

    contact: tuple[str, ...] | None = None
    status: str | None = None


class KeyChange(_Message, frozen=True):
    """What both keys sign when an account changes its key (RFC 8555 §7.3.5)."""

    account: str
    old_key: dict[str, Any]


class Orders(_Message, frozen=True):
    """A page of an account's orders (RFC 8555 §7.1.2.1)."""

    orders: tuple[str, ...]


class TegataAccount(_Message, frozen=True):
    """Tegata's own part of an account: the contract behind it and its dates (RFC 3339)."""

    contract: str
    contract_ends: str | None = None
    eab_expires: str | None = None
    identity_ends: str | None = None


class Account(_Message, frozen=True):
    """An account (RFC 8555 §7.1.2)."""

    status: str
    contact: tuple[str, ...] = ()
    terms_of_service_agreed: bool = False
    orders: str | None = None
    external_account_binding: Any = None
    """The binding echoed; CAs differ in what they echo, and nobody needs it."""
    tegata: TegataAccount | None = None


class AskedIdentifier(Identifier, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """An identifier as it is asked for: in newOrder and newAuthz it says more than elsewhere."""

    ancestor_domain: str | None = None
    """In newOrder: a domain above the name, whose proof is to count for it (RFC 9444 §4.3)."""
    subdomain_auth_allowed: bool = False
    """In newAuthz: whether the proof is to count for all names below too (RFC 9444 §4.2)."""


class NewOrder(_Message, frozen=True):
    """A request for a certificate (RFC 8555 §7.4, RFC 9773 §5, draft-ietf-acme-profiles §4)."""

    identifiers: tuple[AskedIdentifier, ...]
    not_before: str | None = None
    not_after: str | None = None
    replaces: str | None = None
    profile: str | None = None


class Order(_Message, frozen=True):
    """An order (RFC 8555 §7.1.3)."""

    status: str
    identifiers: tuple[Identifier, ...]
    authorizations: tuple[str, ...]
    finalize: str
    expires: str | None = None
    not_before: str | None = None
    not_after: str | None = None
    error: Problem | None = None
    certificate: str | None = None
    replaces: str | None = None
    profile: str | None = None


class Challenge(_Message, frozen=True):
    """A challenge of any type (RFC 8555 §8); newer types have no token (S-36)."""

    type: str
    url: str
    status: str
    token: str | None = None
    validated: str | None = None
    error: Problem | None = None
    accounturi: str | None = None
    """With dns-persist-01: whose record is looked for (draft-ietf-acme-dns-persist §3)."""
    issuer_domain_names: tuple[str, ...] = msgspec.field(default=(), name="issuer-domain-names")
    """With dns-persist-01 up to draft 01: the CA's names, any of which may stand in the record."""
    issuer_names: tuple[str, ...] = msgspec.field(default=(), name="issuerDomainNames")
    """The same since draft 02, where the record names account and domain by a hash."""


class Authorization(_Message, frozen=True):
    """An authorization (RFC 8555 §7.1.4). ``wildcard`` false is read and never written.

    ``subdomain_auth_allowed``: it counts for the names below its identifier too (RFC 9444 §4.1).
    """

    identifier: Identifier
    status: str
    challenges: tuple[Challenge, ...]
    expires: str | None = None
    wildcard: bool = False
    subdomain_auth_allowed: bool = False


class NewAuthorization(_Message, frozen=True):
    """A request for an authorization before any order (RFC 8555 §7.4.1)."""

    identifier: AskedIdentifier


class AuthorizationUpdate(_Message, frozen=True):
    """A wish to give an authorization up (RFC 8555 §7.5.2)."""

    status: str


class Finalize(_Message, frozen=True):
    """A request to issue (RFC 8555 §7.4): the CSR's DER as base64url."""

    csr: str


class RevokeCert(_Message, frozen=True):
    """A request to revoke (RFC 8555 §7.6): the certificate's DER as base64url, and a reason code of RFC 5280."""

    certificate: str
    reason: int | None = None


class SuggestedWindow(_Message, frozen=True):
    """When to renew (RFC 9773 §4.2), in RFC 3339."""

    start: str
    end: str


class RenewalInfo(_Message, frozen=True):
    """Renewal information (RFC 9773 §4.2)."""

    suggested_window: SuggestedWindow
    explanation_url: str | None = msgspec.field(default=None, name="explanationURL")
