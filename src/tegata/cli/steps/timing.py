"""What is known about a certificate's renewal, as this command line wants it seen. Reads the disk and asks nobody."""

from datetime import datetime

import msgspec

from tegata.cli.plans.plan import Renew
from tegata.client.renewal import Cause, Decision, Facts, NotDue
from tegata.host import due
from tegata.host.certificates import CertificateFiles
from tegata.host.due import Watch, WatchFile
from tegata.pki.life import Life


def remembered(plan: Renew, files: CertificateFiles, life: Life) -> Watch:
    """The watch on the disk; what lego 5 keeps of the order beside the certificate counts where that says nothing."""
    watch = WatchFile(files.tree, files.name).load(life.digest)
    if plan.as_wished and watch.profile is None:
        watch = msgspec.structs.replace(watch, profile=files.profile())
    return watch


def facts(plan: Renew, files: CertificateFiles, watch: Watch, life: Life, now: datetime) -> Facts:
    """All that the decision needs, but for the contract's end; raises as ``CertificateFiles.existing_chain``."""
    return due.facts(
        watch if plan.ari else due.without_window(watch),
        life,
        now,
        days=plan.days,
        dynamic=plan.dynamic,
        patience=plan.longest_wait,
        changed=_changed(plan, files, watch),
    )


def _changed(plan: Renew, files: CertificateFiles, watch: Watch) -> Cause | None:
    """Which of the plan's wishes the certificate does not answer to; only lego v5's ``run`` has wishes of that kind."""
    if plan.as_wished and watch.profile not in (None, plan.issue.options.profile or ""):
        return Cause.PROFILE
    if not plan.exact_names and not plan.as_wished:
        return None
    from tegata.pki.certs import names_of  # for these the certificate must be read whole
    from tegata.pki.keys import PublicKey, type_of

    certificate = files.existing_chain()[0]
    given, present = set(plan.issue.names), set(names_of(certificate))
    is_other = given != present if plan.exact_names or plan.issue.material.csr else not given <= present
    if is_other:
        return Cause.NAMES
    key = certificate.public_key()
    if plan.wished_key is not None and isinstance(key, PublicKey) and type_of(key) is not plan.wished_key:
        return Cause.KEY
    return None


def wait(plan: Renew, decision: Decision, now: datetime) -> float | None:
    """How many seconds to wait for the CA's instant, if it comes soon enough to wait for it."""
    if isinstance(decision, NotDue) and decision.cause is Cause.WINDOW and decision.until <= now + plan.longest_wait:
        return (decision.until - now).total_seconds()
    return None
