"""The way of one order at a server: placed, its challenges shown and answered, finalized, downloaded.

Waits for the server as long as the means say. What a server should answer at each step is the checks' matter.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography import x509

from tegata.acme import b64, challenges, codec
from tegata.acme.messages import Authorization, Challenge, Meta
from tegata.acme.wire import Response
from tegata.client import lasting
from tegata.conformance.answers import document, has_status, text
from tegata.conformance.bench import Account, Bench
from tegata.conformance.check import NotPossible, expect
from tegata.errors import TegataError
from tegata.pki import certs, csr
from tegata.pki.keys import PrivateKey, generate
from tegata.plugin_api.solver import Presentation, WaitingSolver

_PAUSE = 0.25


@dataclass(frozen=True)
class Placed:
    """An order at the server."""

    account: Account
    url: str
    answer: Response
    order: dict[str, Any]
    """As newOrder answered it."""

    def read(self) -> dict[str, Any]:
        """The order as it is now."""
        return self.account.read(self.url)

    def authorizations(self) -> list[dict[str, Any]]:
        """Its authorizations as they are now."""
        return [self.account.read(str(url)) for url in self.order["authorizations"]]

    def finalize(self, request: bytes) -> Response:
        """The answer to a certification request in DER."""
        return self.account.post(text(self.order, "finalize"), {"csr": b64.encode(request)})


@dataclass(frozen=True)
class Issued:
    """A certificate that a server issued."""

    placed: Placed
    key: PrivateKey
    url: str
    answer: Response
    """The certificate's download."""
    finalized: Response
    """What finalize answered."""

    @property
    def chain(self) -> list[x509.Certificate]:
        """What was downloaded; raises BadChain."""
        return certs.load_chain(self.answer.body)


def new_order(account: Account, names: Sequence[str], /, **members: object) -> Response:
    """The answer to a newOrder for DNS names; ``members`` stand in the payload too."""
    identifiers = [{"type": "dns", "value": name} for name in names]
    return account.post(account.bench.url("newOrder"), {"identifiers": identifiers, **members})


def placed(account: Account, names: Sequence[str] | None = None, /, **members: object) -> Placed:
    """A new order, by default for all names there are; raises Differs where it is not taken."""
    answer = new_order(account, names or account.bench.names(), **members)
    has_status(answer, 201)
    order = document(answer)
    expect("a list of authorizations", order.get("authorizations"), holds=bool(order.get("authorizations")))
    return Placed(account, text({"Location": answer.headers.get("Location")}, "Location"), answer, order)


def give_up(order: Placed) -> None:
    """Deactivate the order's first authorization, which ends it (RFC 8555 §7.5.2); raises Differs where it does not."""
    answer = order.account.post(str(order.order["authorizations"][0]), {"status": "deactivated"})
    status = document(answer).get("status")
    expect("the status deactivated", status, holds=status == "deactivated")
    status = order.read().get("status")
    expect("the order's status invalid", status, holds=status == "invalid")


def challenge_of(authorization: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """The challenge of a type; None where it is not offered."""
    found = authorization.get("challenges")
    offered = found if isinstance(found, list) else []
    return next((each for each in offered if isinstance(each, dict) and each.get("type") == kind), None)


def solvable(account: Account, authorization: dict[str, Any], kind: str = "") -> dict[str, Any]:
    """The challenge to solve of an authorization, of this type if one is said.

    Raises NotPossible where nothing that solves it was given, or it is not offered.
    """
    for each in [kind] if kind else account.bench.means.solvers:
        challenge = challenge_of(authorization, each)
        if challenge is not None:
            return challenge
    offered = ", ".join(str(each.get("type")) for each in authorization.get("challenges") or ())
    raise NotPossible(reason=f"no way was given to prove a name by what is offered: {offered}")


@contextmanager
def shown(account: Account, wanted: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[None]:
    """While it lasts, the challenges of these authorizations are shown to the server."""
    with presented(account, [presentation(account, *each) for each in wanted]):
        yield


def presentation(
    account: Account, authorization: dict[str, Any], challenge: dict[str, Any], owner: Account | None = None
) -> Presentation:
    """What is to be shown for a challenge; raises Differs where it does not say what it should.

    A record of dns-account-01 or dns-persist-01 is ``owner``'s, if that is another account.
    """
    kind, whose = str(challenge["type"]), owner or account
    if kind == challenges.DNS_PERSIST_01:
        read = codec.decode(codec.encode(authorization), Authorization, codec.RESPONSE_LIMIT)
        asked = codec.decode(codec.encode(challenge), Challenge, codec.RESPONSE_LIMIT)
        if whose is not account and asked.accounturi is not None:
            asked = msgspec.structs.replace(asked, accounturi=whose.url)
        meta = codec.decode(codec.encode(account.bench.meta), Meta, codec.RESPONSE_LIMIT)
        return lasting.presentation(read, asked, whose.url, whose.thumbprint, lasting.offer(meta))
    token = text(challenge, "token")
    return Presentation(
        text(authorization.get("identifier") or {}, "value"),
        kind,
        token,
        challenges.key_authorization(token, account.thumbprint),
        account_url=whose.url if kind == challenges.DNS_ACCOUNT_01 else "",
    )


@contextmanager
def presented(account: Account, presentations: Sequence[Presentation]) -> Iterator[None]:
    """While it lasts, the server can see these."""
    solvers = account.bench.means.solvers
    with ExitStack() as stack:  # one that cannot be taken back does not keep the others
        for each in presentations:
            stack.callback(solvers[each.challenge_type].cleanup, each)
            solvers[each.challenge_type].present(each)
        for kind in dict.fromkeys(each.challenge_type for each in presentations):
            solver = solvers[kind]
            if isinstance(solver, WaitingSolver):
                solver.wait()
        yield


def until(account: Account, url: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The document at a URL once it is done; raises Differs where that takes longer than the means allow."""
    clock = account.bench.clock
    deadline = clock.monotonic() + account.bench.means.patience
    while True:
        found = account.read(url)
        if done(found):
            return found
        in_time = clock.monotonic() < deadline
        expect(f"an end within {account.bench.means.patience:.0f} seconds", found.get("status"), holds=in_time)
        clock.sleep(_PAUSE)


def proved(account: Account, kind: str = "", /, **members: object) -> Placed:
    """An order whose names are all proved, by this type of challenge if one is said; raises Differs or NotPossible."""
    order = placed(account, **members)
    pending = [
        (authorization, solvable(account, authorization, kind))
        for authorization in order.authorizations()
        if authorization.get("status") == "pending"
    ]
    with shown(account, pending):
        for _, challenge in pending:
            document(account.post(text(challenge, "url"), {}))
        found = until(account, order.url, lambda order: order.get("status") != "pending")
    expect("the order's status ready", found.get("status"), holds=found.get("status") == "ready")
    return order


def issued(account: Account, /, **members: object) -> Issued:
    """A certificate for all names there are, by a key of its own; raises Differs or NotPossible."""
    order, names = proved(account, "", **members), account.bench.names()
    key = generate(account.bench.means.key_type)
    return downloaded(order, key, order.finalize(csr.build(key, names, common_name=None)))


def downloaded(order: Placed, key: PrivateKey, finalized: Response) -> Issued:
    """The certificate of an order to which finalize answered so; raises Differs where it does not come."""
    document(finalized)
    account = order.account
    done = until(account, order.url, lambda order: order.get("status") not in ("ready", "processing"))
    expect("the order's status valid", done.get("status"), holds=done.get("status") == "valid")
    url = text(done, "certificate")
    answer = account.post(url, None)
    has_status(answer, 200)
    return Issued(order, key, url, answer, finalized)


def first(bench: Bench) -> Issued:
    """The certificate that checks share, issued when the first of them asks; raises NotPossible where that failed."""
    if isinstance(bench.certificate, TegataError):
        raise NotPossible(reason=f"no certificate was issued: {bench.certificate}")
    if bench.certificate is None:
        try:
            bench.certificate = issued(bench.account)
        except TegataError as error:
            bench.certificate = error
            raise
    return bench.certificate
