"""One order from the private key to the files on the disk: what ``run`` and ``renew`` have in common.

The caller holds the certificate's lock and has an account that can act. Whether to order is decided before, hooks run
after.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509

from tegata.cli.console import INFO
from tegata.cli.context import Context
from tegata.cli.narration import obtaining
from tegata.cli.phrases import during
from tegata.cli.plan import IssuePlan, Pfx
from tegata.client.api import Client
from tegata.host.certificates import CertificateFiles, NewSet
from tegata.host.due import WatchFile
from tegata.pki import pfx as pkcs12
from tegata.pki.certs import load_chain
from tegata.pki.keys import PrivateKey, generate
from tegata.plugin_api.solver import Solver
from tegata.plugins.solvers.standalone import StandaloneSolver
from tegata.plugins.solvers.tlsalpn import TlsAlpnSolver
from tegata.plugins.solvers.webroot import WebrootSolver


def issue(
    context: Context,
    client: Client,
    plan: IssuePlan,
    files: CertificateFiles,
    watch_file: WatchFile,
    *,
    solvers: Mapping[str, Solver],
    names: Sequence[str],
    replaces: str | None,
) -> None:
    """Order a certificate for these names with a new key and keep it in place of the one before.

    What was known about the one before is forgotten; the next ``renew`` asks, so that it sees a revocation in between.
    """
    key = generate(plan.key_type)
    with files.prepared(key):
        context.console.log(obtaining(tuple(names)), INFO)
        with during("Could not obtain certificates:\n\t"):
            issued = client.obtain(names, key, solvers=solvers, replaces=replaces)
        chain = load_chain(issued.chain_pem)
        pfx = _pfx(context, plan.pfx, key, chain, files.name) if plan.pfx else None
        files.save(NewSet(files.name, key, chain, issued.certificate_url, pfx))
    watch_file.forget()


def solvers_for(plan: IssuePlan) -> dict[str, Solver]:
    """The ways the names may be proved, by type of challenge.

    Raises for an address or folder that cannot be right, before anything is done.
    """
    solvers: list[Solver] = []
    if plan.http:
        solvers.append(WebrootSolver(plan.webroot) if plan.webroot else StandaloneSolver(plan.http_port))
    if plan.tls_port is not None:
        solvers.append(TlsAlpnSolver(plan.tls_port))
    return {solver.challenge_type: solver for solver in solvers}


def _pfx(context: Context, plan: Pfx, key: PrivateKey, chain: Sequence[x509.Certificate], name: str) -> bytes:
    if not plan.form_was_given:
        context.console.log("The .pfx file is encrypted with 3DES, as every Windows can read; see --pfx.format", INFO)
    return pkcs12.build(key, chain, plan.password, plan.form, _friendly_name(name, context.clock.now()))


def _friendly_name(name: str, now: datetime) -> str:
    """What Windows lists the certificate by, so that the one before can be told apart (F-34)."""
    return f"{name} {now:%Y-%m-%d}"
