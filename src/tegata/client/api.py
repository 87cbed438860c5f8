"""What an embedding program and the command line call: one CA, one account key, and the verbs.

Public under semantic versioning. Opens connections at the first verb, keeps no file, prints nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec
from cryptography import x509

from tegata.acme import ari, codec, jwk
from tegata.acme.messages import Directory, RenewalInfo
from tegata.acme.window import Window
from tegata.acme.wire import Response, date, retry_after
from tegata.client import accounts, ancestors, events, lasting, profiles, revoking, rollover
from tegata.client.accounts import EabCredential, Registration
from tegata.client.bucket import Bucket
from tegata.client.driver import Driver
from tegata.client.errors import BadAnswer, NoAccount, NotADirectory, ProblemReceived
from tegata.client.exchange import Exchange
from tegata.client.flow import Issuance
from tegata.client.network import OUTAGE_SECONDS, Network
from tegata.client.options import Options
from tegata.client.outage import Outage
from tegata.client.session import Session
from tegata.client.wanted import Wanted
from tegata.clock import Clock, SystemClock, rfc3339
from tegata.pki import csr
from tegata.pki import names as name_rules
from tegata.pki.csr_file import Brought
from tegata.pki.keys import PrivateKey
from tegata.plugin_api.solver import Presentation, Solver

if TYPE_CHECKING:
    from tegata.client.transport import HttpTransport

__all__ = [
    "Brought",
    "Client",
    "EabCredential",
    "Issued",
    "Network",
    "Options",
    "Registration",
    "RenewalAnswer",
    "Window",
]

T = TypeVar("T")

# Seconds for a verb other than obtain, its tries and waits included.
PATIENCE = 120.0
ORDER_PATIENCE = 600.0
# Seconds by which this machine's clock may differ from the CA's; requests and answers take some.
CLOCKS_DIFFER = 300.0
# A URL that somebody is to open is no longer; it is shown and kept.
_LONGEST_EXPLANATION = 2000
# X.520's upper bound; a longer name goes into the subjectAltName alone.
_COMMON_NAME_LIMIT = 64
_NOTHING_SPECIAL = Options()


class Issued(msgspec.Struct, frozen=True):
    """A certificate as it came: the PEM chain, leaf first, and where it can be fetched again."""

    chain_pem: bytes
    certificate_url: str


class RenewalAnswer(msgspec.Struct, frozen=True):
    """When a CA wants a certificate renewed (RFC 9773 §4.2)."""

    window: Window
    retry_after: float
    """Seconds until it is worth asking again: between a minute and a day."""
    explanation: str | None
    """A page that says why; text from outside."""


class Client:
    """One account key at one CA. A context manager: leaving it closes its connections.

    ``account_url`` is the account's URL where it is known; ``register`` and ``find_account`` learn it. ``report`` is
    told what happens, in the caller's thread. ``outage`` is for clients of one CA that are to sit out an outage
    together. Every verb raises ClientError (``client.errors``) for what the CA or the network did, and the core's
    exceptions for values that are wrong in themselves.
    """

    def __init__(
        self,
        directory_url: str,
        key: PrivateKey,
        *,
        network: Network | None = None,
        account_url: str | None = None,
        clock: Clock | None = None,
        report: events.Report = events.ignore,
        outage: Outage | None = None,
    ) -> None:
        """Raises InsecureUrl for a directory that is not https (A-01)."""
        network = network or Network()
        self._clock = clock or SystemClock()
        self._report = report
        self._session = Session(directory_url, key, kid=account_url, hosts=network.hosts)
        self._network = network
        self._outage = outage or Outage(network.outage)
        self._opened: tuple[Exchange, HttpTransport] | None = None
        self._directory: Directory | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the client can be used again and opens new ones."""
        if self._opened is not None:
            self._opened[1].close()
        self._opened = None

    def report_to(self, report: events.Report) -> None:
        """Tell somebody else from now on: a client may serve one order after the other."""
        self._report = report

    def _tell(self, event: events.Event) -> None:
        self._report(event)

    @property
    def directory_url(self) -> str:
        """Which CA it is."""
        return self._session.directory_url

    @property
    def directory(self) -> Directory:
        """The CA's directory, fetched once (A-32); raises NotADirectory."""
        if self._directory is None:
            self._directory = self._fetch_directory(self._end)
        return self._directory

    @property
    def terms(self) -> str | None:
        """The URL of the CA's terms of service, if it has any."""
        return self.directory.meta.terms_of_service

    def lasting_record(self, name: str, issuer: str | None = None) -> Presentation | None:
        """What dns-persist-01 will want for a name of the account's, before anything is ordered (X-50).

        None where the CA does not say what it is called in such records, and ``issuer`` neither. Raises NoAccount.
        """
        if self._session.kid is None:
            raise NoAccount
        thumbprint = jwk.thumbprint(jwk.from_public(self._session.key.public_key()))
        said = lasting.offer(self.directory.meta)
        return lasting.beforehand(name, self._session.kid, thumbprint, said, issuer)

    @property
    def caa_names(self) -> tuple[str, ...]:
        """What the CA is called in CAA records, in lower case; empty where it does not say so (RFC 8555 §7.1.1)."""
        return lasting.offer(self.directory.meta).caa

    @property
    def eab_required(self) -> bool:
        """Whether the CA makes accounts only for holders of an EAB credential."""
        return self.directory.meta.external_account_required

    def register(
        self, *, contacts: Sequence[str], terms_agreed: bool, eab: EabCredential | None = None
    ) -> Registration:
        """Open the account, or get the one the key has already; ``contacts`` are e-mail addresses.

        Raises TermsNotAgreed, EabRequired, WrongEab.
        """
        self._report(events.Registering(tuple(contacts)))
        return self._ask(
            lambda exchange, directory: accounts.register(
                exchange,
                directory,
                contacts=contacts,
                terms_agreed=terms_agreed,
                credential=eab,
                deadline=self._end,
            )
        )

    def find_account(self, eab: EabCredential | None = None) -> Registration | None:
        """The key's account, if the CA has one. Opens none, needs no EAB.

        With one, a CA that does so puts the account under it; whether it has is in the account that it gives back.
        """
        return self._ask(
            lambda exchange, directory: accounts.find(exchange, directory, credential=eab, deadline=self._end)
        )

    def read_account(self) -> Registration:
        """The account as it is now; raises NoAccount, AccountUnknown."""
        return self._ask(lambda exchange, directory: accounts.read(exchange, directory, deadline=self._end))

    def change_key(self, new: PrivateKey) -> None:
        """Give the account a new key, and act with it from here on (RFC 8555 §7.3.5).

        Keep the new key before: after an error other than NoAccount and NoKeyChange the CA may know either.
        """
        self._ask(lambda exchange, directory: rollover.change_key(exchange, directory, new, deadline=self._end))

    def obtain(
        self,
        names: Sequence[str],
        certificate_key: PrivateKey,
        *,
        solvers: Mapping[str, Solver],
        replaces: str | None = None,
        deadline: float | None = None,
        options: Options = _NOTHING_SPECIAL,
    ) -> Issued:
        """Order a certificate for ``names`` (as ``pki.names`` writes them) and see it through, in ``deadline`` seconds.

        None: in ten minutes, and as many more as ``Network.outage`` is longer than by default. ``solvers`` are by type
        of challenge. ``replaces`` is the identifier (``acme.ari.cert_id``) of the certificate it follows, of this CA
        and account; it is sent only to CAs that offer renewal information (RFC 9773 §5). The time that presenting
        takes is the solvers' own and does not count. Raises NoAccount, ProfileNotOffered,
        NothingBelow, AncestorsNotOffered, NoSolver, ValidationFailed, OrderInvalid, DeadlinePassed, BadChain, and what
        a solver raises.
        """
        ordered = tuple(dict.fromkeys(names))
        subject = ordered[0] if options.common_name and _fits_common_name(ordered[0]) else None
        request = csr.build(certificate_key, ordered, common_name=subject, must_staple=options.must_staple)
        return self.obtain_for(
            Brought(request, ordered, certificate_key.public_key()),
            solvers=solvers,
            replaces=replaces,
            deadline=deadline,
            options=options,
        )

    def obtain_for(
        self,
        request: Brought,
        *,
        solvers: Mapping[str, Solver],
        replaces: str | None = None,
        deadline: float | None = None,
        options: Options = _NOTHING_SPECIAL,
    ) -> Issued:
        """As ``obtain``, for a certification request that is there already: what it says of names and key counts."""
        if self._session.kid is None:
            raise NoAccount
        allowed = ORDER_PATIENCE + max(self._network.outage - OUTAGE_SECONDS, 0) if deadline is None else deadline
        end = self._in(allowed)

        def order(exchange: Exchange, directory: Directory) -> Issued:
            profile = profiles.chosen(options, directory)
            if options.preferred_profile and profile is None:
                offered = tuple(sorted(directory.meta.profiles))
                self._report(events.ProfileDropped(options.preferred_profile, offered))
            wanted = Wanted(
                request.names,
                request.der,
                request.public_key,
                replaces=replaces if directory.renewal_info else None,
                not_before=rfc3339(options.not_before) if options.not_before else None,
                not_after=rfc3339(options.not_after) if options.not_after else None,
                profile=profile,
                preferred_chain=options.preferred_chain,
                release=options.release,
                issuing_seconds=options.issuing_seconds,
                ancestors=ancestors.chosen(options.ancestor_domains, request.names, directory),
            )
            issuance = Issuance(
                wanted,
                new_order=directory.new_order,
                thumbprint=jwk.thumbprint(jwk.from_public(self._session.key.public_key())),
                account_url=self._session.kid or "",
                offer=lasting.offer(directory.meta),
                solvable=frozenset(solvers),
                deadline=end,
                allowed=allowed,
            )
            driver = Driver(exchange, solvers, new_nonce=directory.new_nonce, clock=self._clock)
            done = driver.run(issuance, self._report)
            return Issued(done.chain_pem, done.certificate_url)

        return self._ask(order)

    def renewal_info(self, certificate: x509.Certificate, seconds: float = PATIENCE) -> RenewalAnswer | None:
        """Ask when to renew (RFC 9773 §4), for so many seconds at most, and so long for one answer.

        None where the CA offers no such information, the certificate has no identifier, or the answered window is out
        of order (RFC 9773 §4.2).
        """
        cert_id = ari.cert_id(certificate)
        if cert_id is None:
            return None
        end = self._in(seconds)
        with self._connected()[1].hurried(seconds):
            self._directory = self._directory or self._fetch_directory(end)
            if self._directory.renewal_info is None:
                return None
            return self._ask(lambda exchange, directory: self._read_window(exchange, directory, cert_id, end))

    def revoke(
        self, certificate: x509.Certificate, reason: int | None = None, *, with_key: PrivateKey | None = None
    ) -> None:
        """Have a certificate revoked, as its account or with the certificate's own key; ``reason`` as in RFC 5280.

        Raises NoAccount, ReasonRefused, AlreadyRevoked, NotAuthorized.
        """
        self._ask(
            lambda exchange, directory: revoking.revoke(
                exchange, directory, certificate, reason, with_key=with_key, deadline=self._end
            )
        )

    @property
    def _exchange(self) -> Exchange:
        return self._connected()[0]

    def _connected(self) -> "tuple[Exchange, HttpTransport]":
        if self._opened is None:
            from tegata.client.transport import HttpTransport  # noqa: PLC0415 - TLS and h11 are not for who sends nothing

            transport, rate = HttpTransport(self._network), self._network.requests_per_second
            bucket = Bucket(rate) if rate else None
            exchange = Exchange(self._session, transport, self._clock, self._tell, bucket=bucket, outage=self._outage)
            self._opened = exchange, transport
        return self._opened

    def _in(self, seconds: float) -> float:
        return self._clock.monotonic() + seconds

    @property
    def _end(self) -> float:
        """Until when a verb other than obtain is tried."""
        return self._in(max(PATIENCE, self._network.outage + self._network.timeout))

    def _ask(self, verb: Callable[[Exchange, Directory], T]) -> T:
        """Do it; if one of the directory's URLs is gone, read the directory again and do it once more (A-32)."""
        directory = self.directory
        try:
            return verb(self._exchange, directory)
        except ProblemReceived as error:
            if error.problem.status != 404 or not error.url.startswith(_urls(directory)):
                raise
            self._directory = None
            if self.directory == directory:
                raise
        return verb(self._exchange, self.directory)

    def _fetch_directory(self, deadline: float) -> Directory:
        url = self._session.directory_url
        try:
            response = self._exchange.get(url, deadline=deadline)
            directory = codec.decode(response.body, Directory, codec.RESPONSE_LIMIT)
        except codec.Malformed as error:
            raise NotADirectory(url=url, reason=error.facts["reason"]) from None
        except ProblemReceived as error:
            if error.problem.status >= 500 or error.problem.status == 429:
                raise
            raise NotADirectory(url=url, reason=f"HTTP {error.problem.status}") from None
        self._compare_clocks(response)
        return directory

    def _compare_clocks(self, response: Response) -> None:
        """Tell of a clock that is wrong: dates of windows and certificates are judged by it (C-24)."""
        theirs = date(response)
        ahead = (self._clock.now() - theirs).total_seconds() if theirs else 0.0
        if abs(ahead) > CLOCKS_DIFFER:
            self._report(events.ClockDiffers(round(abs(ahead)), "ahead of" if ahead > 0 else "behind"))

    def _read_window(
        self, exchange: Exchange, directory: Directory, cert_id: str, deadline: float
    ) -> RenewalAnswer | None:
        url = f"{(directory.renewal_info or '').removesuffix('/')}/{cert_id}"
        response = exchange.get(url, deadline=deadline)
        try:
            info = codec.decode(response.body, RenewalInfo, codec.RESPONSE_LIMIT)
        except codec.Malformed as error:
            raise BadAnswer(url=url, reason=error.facts["reason"]) from None
        window = ari.suggested(info)
        if window is None:
            return None
        wait = ari.clamp_retry_after(retry_after(response, self._clock.now()))
        explanation = info.explanation_url
        return RenewalAnswer(window, wait, explanation if len(explanation or "") <= _LONGEST_EXPLANATION else None)


def _fits_common_name(name: str) -> bool:
    return len(name) <= _COMMON_NAME_LIMIT and not name_rules.is_ip(name)


def _urls(directory: Directory) -> tuple[str, ...]:
    always = (directory.new_nonce, directory.new_account, directory.new_order, directory.revoke_cert)
    return tuple(url for url in (*always, directory.renewal_info) if url)
