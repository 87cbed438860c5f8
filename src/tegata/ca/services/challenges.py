"""Challenges: taken up at the client's word, validated by a job, the verdict recorded (RFC 8555 §7.5.1).

What is looked for on the network, and how, is the validator's; here is when, how often, and what it means.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tegata.acme.challenges import DNS_PERSIST_01
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus
from tegata.ca.errors import (
    BadHttpAnswer,
    CaaUnknown,
    ConnectionFailed,
    NameNotResolved,
    NotFound,
    PersistRefused,
    SeenDifferently,
    SeenInPartOnly,
    TooFewPerspectives,
    TxtNotFound,
    ValidationAbandoned,
    ValidationFault,
    WrongTxtValue,
    fault_of,
)
from tegata.ca.journal import Journal
from tegata.ca.model import Account, Authorization, Challenge, Job, Look
from tegata.ca.policy import calendar
from tegata.ca.ports import Conflict, Hands, Ids, Question, Store, Validator, Verdict, Work
from tegata.ca.services import sightings
from tegata.ca.services.actors import Actor, own
from tegata.ca.services.limits import LimitService
from tegata.ca.services.questions import question
from tegata.ca.services.statuses import AuthorizationView, view_authorization
from tegata.ca.settings import Validation

VALIDATE = "validate"

# What may be over in a moment; anything else that was seen is the other side's answer. Of a zone's servers one may
# still have the former TXT values while another has the new ones, and of several places one may see the change a moment
# later than another.
_PASSING = (
    NameNotResolved,
    ConnectionFailed,
    BadHttpAnswer,
    TxtNotFound,
    WrongTxtValue,
    PersistRefused,
    CaaUnknown,
    SeenInPartOnly,
    SeenDifferently,
    TooFewPerspectives,
)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=10)
# Attempts beyond the settings' own, after which it is given up to find out: the CA's side fails again and again.
_SPARE_ATTEMPTS = 5

log = Journal("validation")


class _Subject(NamedTuple):
    """What is validated, and for whom."""

    account: Account
    authorization: Authorization
    challenge: Challenge


class ChallengeService:
    """Challenges of accounts; ``validation`` says how often is tried and how long a proof is good.

    ``account_urls`` makes the account's URLs from its id: CAA records may name them (RFC 8657 §3). ``hash_prefixes``
    are what accounts' hashes stand behind in records that stay.
    """

    def __init__(
        self,
        *,
        store: Store,
        validator: Validator,
        validation: Validation,
        hands: Hands,
        account_urls: Callable[[str], tuple[str, ...]],
        hash_prefixes: tuple[str, ...],
        limits: LimitService,
        ids: Ids,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._validator, self._validation, self._hands = store, validator, validation, hands
        self._account_urls, self._hash_prefixes = account_urls, hash_prefixes
        self._limits, self._ids, self._clock = limits, ids, clock
        # What was read to accept a challenge, for the job that begins with it here; by the job's id.
        self._read: dict[str, _Subject] = {}

    async def get(self, actor: Actor, challenge_id: str) -> tuple[AuthorizationView, Challenge]:
        """The actor's challenge in its authorization; raises NotFound."""
        found = await self._store.authorizations.of_challenge(challenge_id)
        if found is None:
            raise NotFound
        authorization, challenge = found
        return view_authorization(own(authorization, actor), self._clock()), challenge

    async def accept(self, actor: Actor, challenge_id: str) -> tuple[AuthorizationView, Challenge]:
        """Take up a pending challenge and leave its validation as a job; any other is given as it is (A-60).

        However many requests say so at once, one validation starts (A-59); the validations of contracts take turns, so
        that servers which never answer hold up another contract's until one of them is waited for no more, not until
        all are (S-30). Raises NotFound, and the refusals of ``policy.contracts.require_in_force``.
        """
        view, challenge = await self.get(actor, challenge_id)
        is_pending = view.challenge_statuses[challenge.id] is ChallengeStatus.PENDING
        if view.status is not AuthorizationStatus.PENDING or not is_pending:
            return view, challenge
        now = self._clock()
        actor.require_in_force(now)
        work = Work()
        self._store.authorizations.accept_challenge(work, challenge_id, now)
        try:
            with self._hands.taking(
                Job(
                    id=self._ids.object_id(),
                    kind=VALIDATE,
                    subject=challenge_id,
                    run_at=now,
                    lane=actor.contract.id,
                )
            ) as job:
                self._store.jobs.add(work, job)
                await self._store.commit(work)
                accepted = _accepted(view.authorization, challenge, now)
                if job.owner is not None:
                    self._read[job.id] = _Subject(actor.account, accepted[0].authorization, accepted[1])
        except Conflict:
            # Another request has taken it up a moment ago: that one's validation is this one's too.
            return await self.get(actor, challenge_id)
        return accepted

    async def validate(self, job: Job) -> None:
        """Look whether the challenge that is the job's subject is answered, and record what was found.

        A passing fault is tried again some times, by the same job. An authorization that has expired, or whose
        account is gone, gets no verdict: nothing can come of it.
        """
        subject = self._read.pop(job.id, None) or await self._subject(job.subject)
        if subject is None or not self._is_wanted(subject.authorization, subject.account):
            work = Work()
            if subject is not None and job.attempts:
                self._count_given_up(work, subject.authorization, None)
            await self._finish(work, job)
            return
        account, authorization, challenge = subject
        if job.attempts >= self._validation.attempts + _SPARE_ATTEMPTS:
            error = ValidationAbandoned(name=authorization.identifier.value)
            await self._fail(Work(), job, authorization, challenge, error=error, verdict=Verdict(error, b"{}"))
            return
        verdict = await self._validator.check(await self._question(*subject))
        # What has happened meanwhile counts: a moment ago, or while the other side took its time. What became of the
        # challenge itself is the guard's to see when the verdict is recorded.
        current = await self._store.accounts.get(account.id)
        if current is None or not self._is_wanted(authorization, current):
            await self._finish(Work(), job)
        elif current.thumbprint != account.thumbprint:
            # The account changed its key: what was looked for is no longer what proves anything. What was not found
            # counts all the same: who changes keys again and again would else fail as often as he likes.
            work = Work()
            if verdict.error is not None:
                self._limits.failed(work, account.id, authorization.identifier.value, verdict.error)
            self._store.jobs.postpone(work, job, self._clock())
            await self._store.commit(work)
        else:
            await self._conclude(job, authorization, challenge, verdict, current)

    async def _question(self, account: Account, authorization: Authorization, challenge: Challenge) -> Question:
        """What is asked; a record that stays may have been made with a key that the account had before (X-44)."""
        if challenge.type != DNS_PERSIST_01:
            return question(account, authorization, challenge, self._account_urls)
        return question(
            account,
            authorization,
            challenge,
            self._account_urls,
            hash_prefixes=self._hash_prefixes,
            former_keys=await self._store.accounts.former_keys(account.id),
        )

    async def _subject(self, challenge_id: str) -> _Subject | None:
        """A challenge with all that is to be known of it, if it is still there."""
        found = await self._store.authorizations.of_challenge(challenge_id)
        account = found and await self._store.accounts.get(found[0].account_id)
        return None if found is None or account is None else _Subject(account, *found)

    async def _conclude(
        self, job: Job, authorization: Authorization, challenge: Challenge, verdict: Verdict, account: Account
    ) -> None:
        """Record what was found, unless the authorization was decided or given up meanwhile."""
        try:
            await self._record(job, authorization, challenge, verdict)
        except Conflict:
            found = await self._store.authorizations.of_challenge(challenge.id)
            if found is not None and self._is_wanted(found[0], account):
                raise
            work = Work()
            if found is not None and verdict.error is not None:
                self._count_given_up(work, found[0], verdict.error)
            await self._finish(work, job)

    def _count_given_up(self, work: Work, authorization: Authorization, error: ValidationFault | None) -> None:
        """Count a name that was given up when it had failed once: limits on failures would bind nobody else."""
        if authorization.deactivated_at is not None:
            self._limits.failed(work, authorization.account_id, authorization.identifier.value, error)

    def _is_wanted(self, authorization: Authorization, account: Account) -> bool:
        is_pending = view_authorization(authorization, self._clock()).status is AuthorizationStatus.PENDING
        return is_pending and account.deactivated_at is None

    async def _record(self, job: Job, authorization: Authorization, challenge: Challenge, verdict: Verdict) -> None:
        """Keep what was seen, and draw the consequence: a proof, another attempt, or the end."""
        now = self._clock()
        work = Work()
        is_tried_again = isinstance(verdict.error, _PASSING) and job.attempts + 1 < self._validation.attempts
        sightings.record(
            self._store,
            work,
            name=authorization.identifier.value,
            challenge=challenge,
            look=Look.VALIDATION,
            verdict=verdict,
            at=now,
            with_own=is_tried_again,
        )
        if verdict.error is None:
            end = self._end(challenge, now, verdict.until)
            seen = sightings.told(verdict, authorization.identifier.value, challenge)
            self._store.authorizations.pass_challenge(work, challenge.id, now, end, verdict.evidence, seen=seen)
            self._limits.passed(work, authorization.account_id, authorization.identifier.value)
            await self._finish(work, job)
        elif is_tried_again:
            self._store.jobs.postpone(work, job, now + min(_FIRST_PAUSE * 2**job.attempts, _LONGEST_PAUSE))
            await self._store.commit(work)
        else:
            await self._fail(work, job, authorization, challenge, error=verdict.error, verdict=verdict)

    def _end(self, challenge: Challenge, now: datetime, until: datetime | None) -> datetime:
        """Until when a proof that was just seen counts: no longer than the record that it was seen in (X-46)."""
        span = timedelta(seconds=self._validation.reuse_seconds)
        end = now + (min(span, calendar.LASTING_PROOF) if challenge.type == DNS_PERSIST_01 else span)
        return end if until is None else min(end, until)

    async def _fail(
        self,
        work: Work,
        job: Job,
        authorization: Authorization,
        challenge: Challenge,
        *,
        error: ValidationFault,
        verdict: Verdict,
    ) -> None:
        """Record the end, with a reference number that the log has too.

        The facts, which may hold a token, it has not.
        """
        fault = fault_of(error, self._ids.reference())
        seen = sightings.told(verdict, authorization.identifier.value, challenge)
        self._store.authorizations.fail_challenge(work, challenge.id, self._clock(), fault, verdict.evidence, seen=seen)
        self._limits.failed(work, authorization.account_id, authorization.identifier.value, error)
        await self._finish(work, job)
        log.info(
            "validation.failed",
            reference=fault.reference,
            code=fault.code,
            name=authorization.identifier.value,
            type=challenge.type,
            account=authorization.account_id,
            challenge=challenge.id,
        )

    async def _finish(self, work: Work, job: Job) -> None:
        self._store.jobs.finish(work, job)
        await self._store.commit(work)


def _accepted(authorization: Authorization, challenge: Challenge, at: datetime) -> tuple[AuthorizationView, Challenge]:
    """What a pending challenge is, in its authorization, once it was accepted."""
    accepted = msgspec.structs.replace(challenge, accepted_at=at)
    challenges = tuple(accepted if one is challenge else one for one in authorization.challenges)
    return view_authorization(msgspec.structs.replace(authorization, challenges=challenges), at), accepted
