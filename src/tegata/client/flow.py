"""One order from newOrder to the certificate, as a machine of steps and outcomes (RFC 8555 §7.4).

Pure: ``next`` takes what happened and the time, and gives what to do next. It sends nothing, presents nothing and waits
for nothing; ``driver`` does. What one authorization says is read in ``validating``.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

import msgspec
from cryptography import x509

from tegata.acme import b64, codec, identifiers
from tegata.acme.messages import AskedIdentifier, Authorization, Finalize, NewOrder, Order
from tegata.acme.problems import ErrorType
from tegata.acme.statuses import OrderStatus
from tegata.client import chains, events, lasting
from tegata.client.ancestors import may_be_proved
from tegata.client.errors import (
    BadAnswer,
    CaUnreachable,
    DeadlinePassed,
    OrderInvalid,
    OrderMismatch,
    ProblemReceived,
    TlsNotTrusted,
    validation_failed,
)
from tegata.client.pace import Pace
from tegata.client.replacing import is_about_replaces
from tegata.client.steps import (
    Answered,
    Clear,
    Cleared,
    Done,
    Failed,
    Outcome,
    Refused,
    Send,
    Sleep,
    Solve,
    Solved,
    Started,
    Step,
    Woken,
)
from tegata.client.validating import Validation
from tegata.client.wanted import Wanted
from tegata.errors import TegataError
from tegata.pki import certs, names

T = TypeVar("T")

_EMPTY = b"{}"
_DEACTIVATE = codec.encode({"status": "deactivated"})


class Issuance:
    """The machine. Begin with ``next(Started(), now)``; it ends with Done or Failed.

    All names go side by side: every challenge is presented before the first is answered, and all are answered before
    the first is looked at again. ``deadline`` is an instant of the clock that ``now`` comes from, and is moved by the
    time that presenting takes, which is not the CA's; ``allowed`` are the seconds that were given, for the message.
    """

    def __init__(
        self,
        wanted: Wanted,
        *,
        new_order: str,
        thumbprint: str,
        account_url: str = "",
        offer: lasting.Offer = lasting.NO_OFFER,
        solvable: Collection[str],
        deadline: float,
        allowed: float,
    ) -> None:
        self._wanted = wanted
        self._new_order = new_order
        self._account = (thumbprint, account_url, offer)
        self._solvable = solvable
        self.deadline = deadline
        self._allowed = allowed
        self._now = 0.0
        self._news: list[events.Event] = []
        self._told: set[events.Event] = set()
        self._asked = new_order
        self._on_answer: Callable[[Answered], Step] = self._ordered
        self._on_refusal: Callable[[TegataError], Step] = self._fail
        self._on_waking: Callable[[], Step] = self._poll
        self._order_url = ""
        self._order: Order | None = None
        self._replaces_refused: ProblemReceived | None = None
        self._order_pace = Pace()
        self._validations: list[Validation] = []
        self._unanswered: list[Validation] = []
        self._unreleased: list[str] = []
        self._default: Done | None = None
        self._alternates: list[str] = []
        self._end: Done | Failed | None = None
        self._is_showing = False
        self._presenting_since: float | None = None

    def next(self, outcome: Outcome, now: float) -> Step:
        """The next step, after the last one came out like this at this time."""
        self._now = now
        if self._presenting_since is not None:
            self.deadline += now - self._presenting_since
            self._presenting_since = None
        try:
            if now >= self.deadline and self._end is None:
                raise DeadlinePassed(seconds=f"{self._allowed:g}", url=self._asked)
            match outcome:
                case Started():
                    return self._place_order(self._wanted.replaces)
                case Answered():
                    return self._on_answer(outcome)
                case Refused(error):
                    return self._on_refusal(error)
                case Solved():
                    self._is_showing = True
                    self._news += [events.Presented(each.name, each.challenge.type) for each in self._unanswered]
                    return self._answer_next()
                case Cleared() | Woken():
                    return self._on_waking()
        except TegataError as error:
            return self._fail(error)

    def drain(self) -> list[events.Event]:
        """What happened since the last call, to be told."""
        news, self._news = self._news, []
        return news

    # The order.

    def _place_order(self, replaces: str | None) -> Step:
        wanted = self._wanted
        order = NewOrder(
            identifiers=tuple(map(self._asked_for, wanted.names)),
            not_before=wanted.not_before,
            not_after=wanted.not_after,
            replaces=replaces,
            profile=wanted.profile,
        )
        on_refusal = self._order_refused if replaces else self._fail
        return self._send(self._new_order, codec.encode(order), self._ordered, on_refusal)

    def _asked_for(self, name: str) -> AskedIdentifier:
        one = identifiers.of(name)
        return AskedIdentifier(one.type, one.value, ancestor_domain=self._wanted.ancestors.get(name))

    def _order_refused(self, error: TegataError) -> Step:
        """Order again without ``replaces``, if that may have been the trouble (X-16)."""
        if not isinstance(error, ProblemReceived) or not is_about_replaces(error):
            return self._fail(error)
        self._replaces_refused = error
        return self._place_order(None)

    def _ordered(self, answer: Answered) -> Step:
        location = answer.response.headers.get("Location")
        if location is None:
            raise BadAnswer(url=self._asked, reason="it does not say where the order is")
        order = self._read(answer, Order)
        got = {each.value.lower() for each in order.identifiers}
        if got != set(self._wanted.names):
            raise OrderMismatch(self._wanted.names, tuple(got))
        # What is needed is the CA's policy (RFC 8555 §7.1.3): one that knows the customer may need nothing any more.
        least = 1 if order.status == OrderStatus.PENDING else 0
        if not least <= len(order.authorizations) <= len(self._wanted.names):
            raise BadAnswer(url=location, reason=f"it has {len(order.authorizations)} authorizations")
        if self._wanted.profile is not None and order.profile not in (None, self._wanted.profile):
            raise BadAnswer(url=location, reason="it has another profile than was asked for")
        self._order, self._order_url = order, location
        if self._replaces_refused:
            self._news.append(events.ReplacesDropped(self._replaces_refused))
        self._news.append(events.OrderCreated(location, self._wanted.names))
        if order.status == OrderStatus.PENDING:
            self._validations = [Validation(url) for url in order.authorizations]
            return self._read_next()
        return self._follow(order, answer.retry_after)

    # The names.

    def _read_next(self) -> Step:
        unread = next((each for each in self._validations if not each.is_read), None)
        if unread is not None:
            return self._send(unread.url, None, partial(self._read_first, unread))
        self._check_failures()  # where one name has failed, no other is tried or waited for
        self._unanswered = [each for each in self._validations if each.is_pending]
        if not self._unanswered:
            return self._finalize()
        for each in self._unanswered:
            self._news += each.choose(self._solvable)
        self._presenting_since = self._now
        return Solve(tuple(each.presentation(*self._account) for each in self._unanswered))

    def _read_first(self, validation: Validation, answer: Answered) -> Step:
        authorization = self._read(answer, Authorization)
        value = authorization.identifier.value.lower()
        is_above = may_be_proved(value, self._wanted.ancestors)
        if not is_above and value not in map(names.base_of, self._wanted.names):
            raise BadAnswer(url=validation.url, reason="it is for a name that was not ordered")
        if not is_above:  # nobody wished to prove what is below
            authorization = msgspec.structs.replace(authorization, subdomain_auth_allowed=False)
        validation.read(authorization)
        self._news.append(events.AuthorizationRead(validation.name, validation.url))
        if validation.is_valid:
            self._news.append(events.AlreadyValid(validation.name))
        return self._read_next()

    def _answer_next(self) -> Step:
        if not self._unanswered:
            return self._poll()
        validation = self._unanswered.pop(0)
        self._news.append(events.Trying(validation.name, validation.challenge.type))
        return self._send(
            validation.challenge.url,
            _EMPTY,
            partial(self._challenge_answered, validation),
            partial(self._challenge_refused, validation),
        )

    def _challenge_answered(self, validation: Validation, _: Answered) -> Step:
        """The CA has begun; the first look is due in milliseconds, whatever it says of looking at it again."""
        validation.due_at = self._now + validation.pace.next(None)
        return self._answer_next()

    def _challenge_refused(self, validation: Validation, error: TegataError) -> Step:
        if not isinstance(error, ProblemReceived):
            return self._fail(error)
        validation.refusal = error
        return self._answer_next()

    def _poll(self) -> Step:
        """Look at the pending authorization that is due first; go on when none is left."""
        pending = [each for each in self._validations if each.is_pending]
        if pending:
            first = min(pending, key=lambda each: each.due_at)
            if first.due_at > self._now:
                return self._sleep(first.due_at - self._now, self._poll)
            return self._send(first.url, None, partial(self._looked, first))
        self._check_failures()
        return self._finalize()

    def _check_failures(self) -> None:
        failures = [(each.name, each.failure) for each in self._validations if each.failure]
        if failures:
            raise validation_failed(failures, {each.method for each in self._validations if each.failure})

    def _looked(self, validation: Validation, answer: Answered) -> Step:
        validation.read(self._read(answer, Authorization))
        validation.due_at = self._now + validation.pace.next(answer.retry_after)
        if validation.is_valid:
            self._news.append(events.Validated(validation.name))
        elif validation.failure:
            self._news.append(events.Refuted(validation.name))
        return self._poll()

    # The certificate.

    def _finalize(self) -> Step:
        """Ask for the certificate, once nothing is presented any more: no clean-up comes between it and the disk."""
        assert self._order is not None
        if self._is_showing:
            self._is_showing = False
            self._presenting_since, self._on_waking = self._now, self._finalize
            return Clear()
        self._tell_once(events.Finalizing(self._wanted.names))
        seconds = self._wanted.issuing_seconds
        if seconds is not None and self._now + seconds < self.deadline:  # from here on the CA has no longer than that
            self.deadline, self._allowed = self._now + seconds, seconds
        request = codec.encode(Finalize(csr=b64.encode(self._wanted.csr)))
        return self._send(self._order.finalize, request, self._finalized, self._finalize_refused)

    def _finalized(self, answer: Answered) -> Step:
        order = self._read(answer, Order)
        if order.status == OrderStatus.READY:  # accepted, and not yet begun with
            return self._wait_for_order(answer.retry_after)
        return self._follow(order, answer.retry_after)

    def _finalize_refused(self, error: TegataError) -> Step:
        """A CA may need a moment to see that all names are valid; or the first try worked and its answer was lost."""
        if isinstance(error, ProblemReceived) and error.problem.kind is ErrorType.ORDER_NOT_READY:
            return self._wait_for_order(error.retry_after)
        return self._fail(error)

    def _wait_for_order(self, asked: float | None) -> Step:
        return self._sleep(self._order_pace.next(asked), self._look_at_order)

    def _look_at_order(self) -> Step:
        """Poll the order where newOrder said it is; finalize may name another place, or none (A-85)."""
        return self._send(
            self._order_url, None, lambda answer: self._follow(self._read(answer, Order), answer.retry_after)
        )

    def _follow(self, order: Order, asked: float | None) -> Step:
        """Do what an order's status asks for; one that is unknown is looked at again."""
        if order.status == OrderStatus.INVALID:
            raise OrderInvalid(self._order_url, order.error)
        if order.status == OrderStatus.READY:
            return self._finalize()
        if order.status == OrderStatus.VALID:
            if order.certificate is None:
                raise BadAnswer(url=self._order_url, reason="the order is valid and names no certificate")
            return self._send(order.certificate, None, self._downloaded, limit=certs.CHAIN_LIMIT)
        if order.status == OrderStatus.PROCESSING:
            self._tell_once(events.WaitingForCertificate(self._order_url))
        return self._wait_for_order(asked)

    def _downloaded(self, answer: Answered) -> Step:
        """Take the chain only if it is the one that was ordered (A-87, S-25)."""
        chain = self._checked(answer)
        self._news.append(events.CertificateReceived(self._asked))
        self._default = Done(certs.to_pem(chain), self._asked)
        preferred = self._wanted.preferred_chain
        if preferred is None or chains.is_preferred(chain, preferred):
            return self._finish(self._default)
        self._alternates = chains.alternates(answer.response)
        return self._try_alternate()

    def _try_alternate(self, _: object = None) -> Step:
        """Fetch the next of the other chains; when none is left, or none can be had, the default one does."""
        assert self._default is not None
        if not self._alternates:
            self._news.append(events.ChainNotOffered(self._wanted.preferred_chain or ""))
            return self._finish(self._default)
        url = self._alternates.pop(0)
        return self._send(url, None, self._alternate_downloaded, self._try_alternate, limit=certs.CHAIN_LIMIT)

    def _alternate_downloaded(self, answer: Answered) -> Step:
        try:
            chain = self._checked(answer)
        except certs.BadChain:
            return self._try_alternate()
        if not chains.is_preferred(chain, self._wanted.preferred_chain or ""):
            return self._try_alternate()
        return self._finish(Done(certs.to_pem(chain), self._asked))

    def _checked(self, answer: Answered) -> list[x509.Certificate]:
        chain = certs.load_chain(answer.response.body)
        certs.check_chain(chain, self._wanted.public_key, self._wanted.names)
        return chain

    # The ends.

    def _finish(self, done: Done) -> Step:
        self._end = done
        self._unreleased = self._all_authorizations() if self._wanted.release else []
        return self._release_next(None)

    def _fail(self, error: TegataError) -> Step:
        """Give back what is pending, as lego does: CAs limit how many authorizations an account may have open."""
        if self._default is not None:  # the certificate is here: nothing that comes after it takes it away
            return self._default
        self._end = Failed(error)
        pending = [each.url for each in self._validations if each.is_pending]
        self._unreleased = self._all_authorizations() if self._wanted.release else pending
        return self._release_next(error)

    def _all_authorizations(self) -> list[str]:
        return list(self._order.authorizations) if self._order else []

    def _release_next(self, last: object) -> Step:
        assert self._end is not None
        if not self._unreleased or isinstance(last, CaUnreachable | TlsNotTrusted):
            return self._end
        return self._send(self._unreleased.pop(), _DEACTIVATE, self._release_next, self._release_next)

    # The grammar of steps.

    def _send(
        self,
        url: str,
        payload: bytes | None,
        on_answer: Callable[[Answered], Step],
        on_refusal: Callable[[TegataError], Step] | None = None,
        *,
        limit: int = codec.RESPONSE_LIMIT,
    ) -> Step:
        self._asked = url
        self._on_answer = on_answer
        self._on_refusal = on_refusal or self._fail
        return Send(url, payload, limit)

    def _sleep(self, seconds: float, on_waking: Callable[[], Step]) -> Step:
        self._on_waking = on_waking
        return Sleep(min(seconds, self.deadline - self._now))

    def _tell_once(self, event: events.Event) -> None:
        if event not in self._told:
            self._told.add(event)
            self._news.append(event)

    def _read(self, answer: Answered, type_: type[T]) -> T:
        try:
            return codec.decode(answer.response.body, type_, codec.RESPONSE_LIMIT)
        except codec.Malformed as error:
            raise BadAnswer(url=self._asked, reason=error.facts["reason"]) from None
