"""The operator's hooks around an order: one before it, those that deploy the certificate, one after all.

What they are told is here, and what becomes of their failures; starting a command is ``host.hooks``' matter.
"""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tegata.cli.console import WARN, shown
from tegata.cli.context import Context
from tegata.cli.plans.plan import NO_EMAIL, AccountPlan, IssuePlan
from tegata.cli.plans.wishes import Hook
from tegata.cli.steps.waiting import locked
from tegata.errors import TegataError
from tegata.host import hooks
from tegata.host.certificates import CERTIFICATE, ISSUER, KEY, PEM, PFX, CertificateFiles
from tegata.host.deployments import DeploymentFile
from tegata.host.errors import NotWritable
from tegata.host.facts import key_word
from tegata.text.catalogue import explain

if TYPE_CHECKING:
    from cryptography import x509


class Hooking:
    """The hooks of one certificate. Leaving it starts the last one, if an order was about to be made."""

    def __init__(self, context: Context, plan: IssuePlan, account: AccountPlan, files: CertificateFiles) -> None:
        self._context = context
        self._plan = plan
        self._account = account
        self._files = files
        self._deployment = DeploymentFile(files.tree, files.name)
        self._begun = False
        self._expected: str | None = None
        """What came in now and is to be deployed, whether or not that could be noted."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._begun or self._plan.hooks.post is None:
            return
        try:
            self._start(self._plan.hooks.post)
        except TegataError as trouble:
            if error is None:
                raise
            what = explain(trouble, self._context.language).what
            self._context.console.log(f"The post hook failed too: {shown(what)}", WARN)

    def before_order(self) -> None:
        """Start the first hook; if it fails, nothing is ordered."""
        self._begun = True
        if self._plan.hooks.pre is not None:
            self._start(self._plan.hooks.pre, look=self._look)

    def expect(self, certificate: "x509.Certificate") -> None:
        """Note that this certificate, whose files come in now, is to be deployed.

        Where that cannot be written, it is deployed all the same, and what was paid for is kept.
        """
        if self._plan.hooks.deploy:
            from tegata.pki.certs import life_of

            self._expected = life_of(certificate).digest
            try:
                self._deployment.expect(self._expected)
            except NotWritable as trouble:
                what = explain(trouble, self._context.language).what
                line = f"{shown(what)} A deploy hook that does not succeed now is not started again"
                self._context.console.log(f"[{shown(self._files.name)}] {line}", WARN)

    def deploy(self, *, again: bool = False) -> None:
        """Start the hooks that deploy, if that is still to be done; raises what ``host.hooks`` raises.

        The certificate's lock is free by now: a slow hook keeps nobody waiting who only wants to look. ``again`` tells
        the operator that it is not for the first time.
        """
        if not self._plan.hooks.deploy:
            return
        with locked(self._context, self._files.tree, f"deployment.{self._files.stem}", self._files.name):
            life = self._files.life()
            is_noted = life is not None and self._deployment.is_expected(life.digest)
            if life is None or not (is_noted or life.digest == self._expected):
                return
            if again:
                line = "The deploy hook of this certificate did not succeed: it is started again, without a new order"
                self._context.console.log(f"[{shown(self._files.name)}] {line}", WARN)
            for hook in self._plan.hooks.deploy:
                self._start(hook, look=self._look)
            self._expected = None
            if is_noted:
                self._deployment.done()

    def deploy_again(self) -> None:
        """Start the hooks that deploy, if they failed or were never reached when the certificate was new."""
        life = self._files.life() if self._plan.hooks.deploy else None
        if life is not None and self._deployment.is_expected(life.digest):
            self.deploy(again=True)

    def _start(self, hook: Hook, *, look: Callable[[], None] = lambda: None) -> None:
        with self._context.console.aside():  # its output goes where ours goes
            hooks.run(hook.text, self._told(), self._context.environ, timeout=hook.seconds, look=look)

    def _look(self) -> None:
        """Raise where another thread wants this one to end; only the last hook is seen through all the same."""
        self._context.clock.sleep(0)

    def _told(self) -> hooks.Told:
        from tegata.pki.certs import names_of

        files, outputs = self._files, self._plan.outputs
        chain = files.chain()
        known = names_of(chain[0]) if chain else ()
        key_type = key_word(chain[0].public_key()) if chain and self._plan.material.csr else self._plan.key_type.upper()
        return hooks.Told(
            email=self._account.email or NO_EMAIL,
            account=self._account.user,
            server=self._account.server,
            name=files.name,
            stem=files.stem,
            domains=tuple(dict.fromkeys((*self._plan.names[:1], *known, *self._plan.names))) or (files.name,),
            key_type=key_type,
            certificate=files.file(CERTIFICATE),
            key=files.file(KEY),
            issuer=files.file(ISSUER),
            pem=files.file(PEM) if outputs.pem else None,
            pfx=files.file(PFX) if outputs.pfx else None,
        )
