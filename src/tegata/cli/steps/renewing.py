"""The part of ``renew`` that may need the CA: asking when, deciding, ordering.

Everything happens under the certificate's lock and is decided there anew, so that sixty runs at once order once.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from cryptography import x509

from tegata.acme.ari import cert_id
from tegata.cli.console import INFO, WARN
from tegata.cli.context import Context
from tegata.cli.phrases import during
from tegata.cli.plans.cautions import each_run
from tegata.cli.plans.plan import Renew
from tegata.cli.steps import timing
from tegata.cli.steps.account import Account
from tegata.cli.steps.connection import address, connected
from tegata.cli.steps.deciding import decided, overdue
from tegata.cli.steps.hooking import Hooking
from tegata.cli.steps.issuing import Order, issue, key_begun
from tegata.cli.steps.patience import patient, wish
from tegata.cli.steps.proving import solvers_for
from tegata.cli.steps.waiting import locked
from tegata.cli.steps.watching import ask
from tegata.client.api import Client
from tegata.client.errors import ContractOver, ProblemReceived
from tegata.client.renewal import Cause, Due, Facts, NotDue, Pointless, decide, is_called_for, is_overdue
from tegata.clock import parse_rfc3339, rfc3339
from tegata.errors import TegataError
from tegata.host import crl
from tegata.host.attempts import AttemptsFile
from tegata.host.certificates import CertificateFiles
from tegata.host.due import Watch, WatchFile, not_offered
from tegata.pki.certs import life_of, names_of
from tegata.pki.life import life

# lego's: unattended renewals of many servers are not to meet the CA in the same second.
LONGEST_DELAY = timedelta(minutes=8)
# How often in a row it is waited for: the clock may be put back meanwhile, or the CA move its window, but not for ever.
_MOST_WAITS = 5


class _Later(msgspec.Struct, frozen=True):
    """It is to be done, but only after so many seconds."""

    seconds: float


def renew_if_due(context: Context, plan: Renew, account: Account, files: CertificateFiles, *, hooks: Hooking) -> bool:
    """Ask, decide and order; whether there is a new certificate."""
    renewal = _Renewal(context, plan, account, files, hooks)
    outcome = renewal.attempt(may_delay=plan.random_sleep and not context.console.is_terminal)
    for _ in range(_MOST_WAITS):
        if not isinstance(outcome, _Later):
            break
        context.clock.sleep(outcome.seconds)
        outcome = renewal.attempt(may_delay=False)
    return outcome is True


class _Renewal(msgspec.Struct, frozen=True):
    """The renewal of one certificate, as it was asked for."""

    context: Context
    plan: Renew
    account: Account
    files: CertificateFiles
    hooks: Hooking

    def attempt(self, *, may_delay: bool) -> bool | _Later:
        """Whether there is a new certificate, or when to try again."""
        context, files = self.context, self.files
        with locked(context, files.tree, files.lock, files.name):
            files.resume()
            with during(f"Error while loading the certificate for domain {files.name}\n\t"):
                certificate = files.existing_chain()[0]
            with connected(context, self.account, files.name, acts=False) as client:
                watch = self._watch(client, certificate)
                known = timing.facts(self.plan, files, watch, life_of(certificate), context.clock.now())
                decision = decide(known)
                if not isinstance(decision, Due):
                    return self._not_now(msgspec.structs.replace(known, contract_ends=watch.contract_ends), decision)
                if is_overdue(known):
                    context.console.log(overdue(files.name, known), WARN)
                return self._renew(client, certificate, known, watch.explanation, may_delay=may_delay)

    def _watch(self, client: Client, certificate: x509.Certificate) -> Watch:
        """What is remembered, or what the CA says where that is too old, which is remembered then."""
        watch = timing.remembered(self.plan, self.files, life_of(certificate))
        if not watch.is_fresh(self.context.clock.now(), certificate.not_valid_after_utc):
            watch = self._asked(client, certificate, watch)
        WatchFile(self.files.tree, self.files.name).save(watch)
        return watch

    def _renew(
        self, client: Client, certificate: x509.Certificate, known: Facts, explanation: str | None, *, may_delay: bool
    ) -> bool | _Later:
        """Order, if the contract does not speak against it, and now, unless it is to be delayed by chance."""
        context, plan, files = self.context, self.plan, self.files
        attempts, names = AttemptsFile(files.tree, files.name), _names(plan, certificate)
        order, ends = wish(plan.account, plan.issue, names), certificate.not_valid_after_utc
        urgent, anyway = is_called_for(known), not plan.back_off
        with patient(context, attempts, order=order, ends=ends, anyway=anyway, urgent=urgent) as trial:
            keys = key_begun(context, plan.issue, reuse_key=plan.reuse_key)
            address(context, client, self.account)
            known = self._under_contract(client, certificate, known)
            decision = decide(known)
            by_rule = isinstance(decision, Due) and decision.cause in (Cause.DAYS, Cause.LIFE)
            # A site whose certificate has ended is not kept waiting to spread the CA's load.
            is_spread = by_rule and known.window is None and ends > known.now
            if may_delay and is_spread and (delay := _delay(context)):
                context.console.log(f"renewal: random delay of {round(delay)}s", INFO)
                return _Later(delay)
            for line in decided(files.name, known, decision, explanation):
                context.console.log(line)
            if not isinstance(decision, Due):
                return False
            if decision.cause is Cause.DAYS and not context.console.is_terminal:
                span, age = life(known.not_before, known.not_after), known.now - known.not_before
                for sentence, said in each_run(known.days, span, age):
                    context.console.log(f"[{files.name}] {sentence.fill(context.language, said)}", WARN)
            wanted = Order(
                names,
                keys,
                solvers_for(context, plan.issue.ways),
                replaces=cert_id(certificate) if files.is_from(plan.account.server) else None,
                reuse_key=plan.reuse_key,
                ari=plan.ari,
            )
            issue(context, client, plan.issue, wanted, files=files, hooks=self.hooks, trial=trial)
            attempts.forget()
            return True

    def _not_now(self, known: Facts, decision: NotDue | Pointless) -> bool | _Later:
        """Nothing to do, which is told; or the CA's instant is near enough to wait for it."""
        seconds = timing.wait(self.plan, decision, known.now)
        if seconds is not None:
            line = f"[{self.files.name}] acme: Sleeping {round(seconds)}s until the renewal time"
            self.context.console.log(line, INFO)
            return _Later(seconds)
        for line in decided(self.files.name, known, decision):
            self.context.console.log(line)
        return False

    def _asked(self, client: Client, certificate: x509.Certificate, watch: Watch) -> Watch:
        """What is known after asking the CA when to renew.

        Where that is no reason to renew now, its revocation list is looked at too, and the contract's end if the CA
        puts the renewal off as far as it can.
        """
        context, plan = self.context, self.plan
        watch = ask(context, client, watch, certificate) if plan.ari else not_offered(watch, context.clock.now())
        now = context.clock.now()
        if isinstance(decide(timing.facts(plan, self.files, watch, life_of(certificate), now)), Due):
            return watch
        if self._is_revoked(certificate, now):
            return msgspec.structs.replace(watch, revoked=True)
        if not watch.is_put_off(certificate.not_valid_after_utc):
            return msgspec.structs.replace(watch, contract_ends=None)
        with suppress(TegataError):  # who cannot be asked why fails nothing that is not due
            watch = msgspec.structs.replace(watch, contract_ends=_contract_end(client))
        return watch

    def _under_contract(self, client: Client, certificate: x509.Certificate, known: Facts) -> Facts:
        """What is known of a certificate that is due, and of its contract; raises ContractOver.

        Where the contract speaks against renewing, the revocation list has the last word.
        """
        ends = _contract_end(client)
        known = msgspec.structs.replace(known, contract_ends=ends)
        if isinstance(decide(known), Pointless) and self._is_revoked(certificate, known.now):
            known = msgspec.structs.replace(known, revoked=True)
        if ends is not None and ends <= known.now and isinstance(decide(known), Due):
            raise ContractOver(ends=rfc3339(ends))
        return known

    def _is_revoked(self, certificate: x509.Certificate, now: datetime) -> bool:
        """Whether the CA's revocation list says so."""
        issuer = self.files.issuer()
        return issuer is not None and crl.is_revoked(certificate, issuer, now)


def _delay(context: Context) -> float:
    """How many seconds to wait by chance, or what is left of them where others of the same file have begun to wait."""
    drawn = context.chance() * LONGEST_DELAY.total_seconds()
    return context.shared.left_of_delay(context.clock.monotonic(), drawn) if context.shared else drawn


def _names(plan: Renew, certificate: x509.Certificate) -> tuple[str, ...]:
    """Never a name less than before, unless exactly the given ones are wanted; the first given one comes first."""
    given = plan.issue.names
    if plan.exact_names or plan.issue.material.csr:
        return given
    return tuple(dict.fromkeys((*given[:1], *names_of(certificate), *given)))


def _contract_end(client: Client) -> datetime | None:
    """Until when the CA issues for this account, where it says so.

    A CA that does not want to talk about the account says so once more, and better, when it gets the order.
    """
    try:
        account = client.read_account().body
        return parse_rfc3339(account.tegata.contract_ends) if account.tegata and account.tegata.contract_ends else None
    except (ProblemReceived, ValueError):
        return None
