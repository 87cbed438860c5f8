"""One name of an order on its way to being valid: what its authorization says, and which challenge is solved for it.

Pure. Sends nothing and does not know the order; ``flow`` does.
"""

from collections.abc import Collection

from tegata.acme.challenges import DNS_ACCOUNT_01, DNS_PERSIST_01, key_authorization
from tegata.acme.messages import Authorization, Challenge
from tegata.acme.problems import Problem
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus
from tegata.client import events, lasting
from tegata.client.errors import BadAnswer, ClientError, NoSolver
from tegata.client.pace import Pace
from tegata.plugin_api.solver import Presentation


class Validation:
    """One authorization, as far as it is known."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pace = Pace()
        self.due_at = 0.0
        """When to look again, on the driver's monotonic clock."""
        self.refusal: ClientError | None = None
        """Why the CA did not take our answer to the challenge. It may stand or be outrun by the next look: an answer
        that was repeated after a lost connection is refused although the first one worked."""
        self.failure: Problem | None = None
        self._authorization: Authorization | None = None
        self._challenge: Challenge | None = None

    @property
    def name(self) -> str:
        """The name, with ``*.`` for a wildcard, once the authorization has been read."""
        assert self._authorization is not None
        return ("*." if self._authorization.wildcard else "") + self._authorization.identifier.value

    @property
    def is_read(self) -> bool:
        """Whether the authorization has been read at all."""
        return self._authorization is not None

    @property
    def is_valid(self) -> bool:
        """Whether the CA is convinced."""
        return self._status == AuthorizationStatus.VALID

    @property
    def is_pending(self) -> bool:
        """Whether the CA may still become convinced."""
        return self._status == AuthorizationStatus.PENDING and self.failure is None

    @property
    def challenge(self) -> Challenge:
        """The challenge that ``choose`` chose."""
        assert self._challenge is not None
        return self._challenge

    @property
    def method(self) -> str:
        """The type of the challenge that was chosen; empty where none was."""
        return self._challenge.type if self._challenge else ""

    @property
    def _status(self) -> str:
        return self._authorization.status if self._authorization else ""

    def read(self, authorization: Authorization) -> None:
        """Take in what the CA says now; raises the refusal if it turns out to stand.

        An authorization that is neither pending nor valid has failed, whatever its status is called (A-24).
        """
        self._authorization = authorization
        tried = [each for each in authorization.challenges if self._challenge and each.url == self._challenge.url]
        if self.is_valid:
            return
        if not self.is_pending or any(each.status == ChallengeStatus.INVALID for each in tried):
            told = [each.error for each in (*tried, *authorization.challenges) if each.error]
            self.failure = told[0] if told else Problem(detail=f"the authorization is {authorization.status}")
        elif self.refusal:
            raise self.refusal

    def choose(self, solvable: Collection[str]) -> list[events.Event]:
        """Choose the challenge to solve as lego does, by type in descending order; raises NoSolver."""
        assert self._authorization is not None
        offered = sorted(self._authorization.challenges, key=lambda each: each.type, reverse=True)
        news: list[events.Event] = []
        for each in offered:
            if each.type in solvable and each.status != ChallengeStatus.INVALID:
                self._challenge = each
                return [*news, events.SolverChosen(self.name, each.type)]
            news.append(events.SolverMissing(self.name, each.type))
        raise NoSolver(self.name, [each.type for each in offered], sorted(solvable))

    def presentation(self, thumbprint: str, account_url: str, offer: lasting.Offer) -> Presentation:
        """What to show for the chosen challenge; raises BadToken where the token is not safe to use (A-66)."""
        assert self._authorization is not None
        if self.challenge.type == DNS_PERSIST_01:
            return lasting.presentation(self._authorization, self.challenge, account_url, thumbprint, offer)
        token = self.challenge.token
        if token is None:
            raise BadAnswer(url=self.url, reason="its challenge has no token")
        proof = key_authorization(token, thumbprint)
        name, kind = self._authorization.identifier.value.lower(), self.challenge.type
        return Presentation(name, kind, token, proof, account_url=account_url if kind == DNS_ACCOUNT_01 else "")
