"""Every ACME URL this CA hands out, made from the configured base: paths, and the way back from an account URL.

The Host header of a request is never looked at (A-15, S-29). Knows no request and no record.
"""

from collections.abc import Sequence

from tegata.ca.errors import UnknownAccount

DIRECTORY = "/acme/"
NEW_NONCE = "/acme/new-nonce"
NEW_ACCOUNT = "/acme/new-account"
NEW_ORDER = "/acme/new-order"
NEW_AUTHZ = "/acme/new-authz"
REVOKE_CERT = "/acme/revoke-cert"
KEY_CHANGE = "/acme/key-change"
ACCOUNT = "/acme/account/{id}"
ACCOUNT_HASH = "/acme/account-hash/"
ORDERS = "/acme/orders/{id}"
ORDERS_AFTER = "/acme/orders/after/{id}"
ORDER = "/acme/order/{id}"
FINALIZE = "/acme/order/{id}/finalize"
AUTHORIZATION = "/acme/authorization/{id}"
CHALLENGE = "/acme/challenge/{id}"
CERTIFICATE = "/acme/certificate/{id}"
ALTERNATE = "/acme/certificate/alternate/{id}"
RENEWAL_INFO = "/acme/renewal-info/{id}"


class Links:
    """The URLs of one CA; ``base`` is the setting ``acme.url``, ``former`` are those that it had before."""

    def __init__(self, base: str, former: Sequence[str] = ()) -> None:
        self._base = base.rstrip("/")
        self._former = tuple(one.rstrip("/") for one in former)

    def to(self, path: str, identifier: str = "") -> str:
        """The URL of one of this file's paths, with the object's id in its place."""
        return self._base + path.replace("{id}", identifier)

    def accounts(self, identifier: str) -> tuple[str, ...]:
        """The URL of an account, and after it those that it had before (X-51)."""
        path = ACCOUNT.replace("{id}", identifier)
        return (self._base + path, *(former + path for former in self._former))

    @property
    def account_hashes(self) -> tuple[str, ...]:
        """What the hashes of accounts stand behind in records that stay, and what they stood behind before (X-51)."""
        return tuple(base + ACCOUNT_HASH for base in (self._base, *self._former))

    def account_id(self, kid: str) -> str:
        """The id in an account URL that we handed out, compared as an exact string (A-11).

        Raises UnknownAccount for any other text.
        """
        identifier = kid.rpartition("/")[2]
        if kid != self.to(ACCOUNT, identifier) and kid not in self.accounts(identifier):
            raise UnknownAccount
        return identifier
