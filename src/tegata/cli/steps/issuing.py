"""One order from the private key to the files on the disk: what ``run`` and ``renew`` have in common.

The caller holds the certificate's lock and has an account that can act. Whether to order is decided before, hooks run
after.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from cryptography import x509

from tegata.cli.console import INFO, WARN
from tegata.cli.context import Context
from tegata.cli.keymaking import KeyMakers
from tegata.cli.phrases import during
from tegata.cli.plans.cautions import cautions
from tegata.cli.plans.plan import IssuePlan
from tegata.cli.plans.wishes import Pfx
from tegata.cli.steps.hooking import Hooking
from tegata.cli.steps.narration import obtaining
from tegata.cli.steps.patience import Trial
from tegata.cli.steps.watching import ask
from tegata.client.api import Client, Issued
from tegata.client.errors import CaaForbids, NoSolver, ValidationFailed
from tegata.host.certificates import CertificateFiles
from tegata.host.due import WatchFile, learned_with, unknown
from tegata.host.errors import NotWritable
from tegata.host.newset import NewSet
from tegata.pki import pfx as pkcs12
from tegata.pki.certs import life_of, load_chain
from tegata.pki.keys import PrivateKey
from tegata.plugin_api.solver import Solver
from tegata.text.catalogue import explain


class Order(msgspec.Struct, frozen=True):
    """What is ordered now, beside what the plan says of every order."""

    names: Sequence[str]
    """The certificate's, the main one first: a renewal may have more than were given."""
    keys: KeyMakers
    """What makes its key, if it gets a new one; see ``key_begun``."""
    solvers: Mapping[str, Solver]
    """By type of challenge."""
    replaces: str | None = None
    """The identifier of the certificate that it follows (RFC 9773 §5)."""
    reuse_key: bool = False
    """Whether the key of the certificate before is used again; otherwise it is the one that was brought, or new."""
    ari: bool = True
    """Whether the CA is asked at once when the certificate is to be renewed."""


def key_begun(context: Context, plan: IssuePlan, *, reuse_key: bool = False) -> KeyMakers:
    """What will make the order's key, which is begun now if it will be a new one: the CA is slower than that.

    Of several orders at work at once the first keys were begun before, and there are no idle processors.
    """
    if context.shared:
        return context.shared.keys
    keys = KeyMakers()
    if not (plan.material.key or plan.material.csr or reuse_key):
        keys.begin([plan.key_type])
    return keys


def issue(
    context: Context,
    client: Client,
    plan: IssuePlan,
    order: Order,
    *,
    files: CertificateFiles,
    hooks: Hooking,
    trial: Trial,
) -> None:
    """Order a certificate and keep it in place of the one before.

    When it is to be renewed is asked at once, so that an hour later ``renew`` needs no network (X-15); a CA that does
    not say so soon is asked by that.
    """
    plan.ways.check_wildcards(order.names)
    key = _key(plan, order, files)
    if plan.outputs.pfx and key:
        pkcs12.check(key, plan.outputs.pfx.password, plan.outputs.pfx.form)
    files.check_links()
    hooks.before_order()  # which may stop a web server: not for an order that is not made
    with files.prepared(key):
        line = obtaining(tuple(order.names), bundle=plan.outputs.bundle, csr=plan.material.csr is not None)
        context.console.log(line, INFO)
        for sentence, facts in cautions(
            client.directory_url, order.names, plan.options.profile or plan.options.preferred_profile
        ):
            context.console.log(sentence.fill(context.language, facts), WARN)
        trial.begin()
        with during("Could not obtain certificates:\n\t"):
            try:
                issued = _obtain(context, client, plan, order, key)
            finally:
                if context.console.board is not None:
                    context.console.board.drop(files.name)
        chain = load_chain(issued.chain_pem)
        outputs = plan.outputs
        pfx = _pfx(context, outputs.pfx, key, chain, files.name) if outputs.pfx and key else None
        files.make_room()
        hooks.expect(chain[0])
        files.save(
            NewSet(
                order.names[0],
                key,
                chain,
                issued.certificate_url,
                pfx,
                bundle=outputs.bundle,
                pem=outputs.pem,
                preferred_chain=plan.options.preferred_chain,
                profile=plan.options.profile,
            )
        )
    watch = unknown(life_of(chain[0]).digest, plan.options.profile or "")
    if order.ari:
        watch = ask(context, client, watch, chain[0])
    with contextlib.suppress(NotWritable):  # it costs no more than a question, and the certificate is there
        WatchFile(files.tree, files.name).save(learned_with(watch, context.clock.now()))


def _key(plan: IssuePlan, order: Order, files: CertificateFiles) -> PrivateKey | None:
    """The certificate's key; None where only whoever made the certification request has it."""
    if plan.material.key or plan.material.csr:
        return plan.material.key
    return files.existing_key() if order.reuse_key else order.keys.make(plan.key_type)


def _obtain(context: Context, client: Client, plan: IssuePlan, order: Order, key: PrivateKey | None) -> Issued:
    """Order; where the CA could not be convinced by one way of proving, by those that are left (C-10).

    Whoever names several ways wants a certificate if any of them works. Each way is tried once.
    """
    left, failed = dict(order.solvers), None
    while True:
        try:
            return _order(client, plan, msgspec.structs.replace(order, solvers=left), key)
        except ValidationFailed as failure:
            further = {kind: solver for kind, solver in left.items() if kind not in failure.methods}
            # What failed before any way was tried would fail again, for ever.
            if not further or len(further) == len(left) or isinstance(failure, CaaForbids):
                raise
            left, failed = further, failure
            told = explain(failure, context.language).what
            context.console.log(f"{told} Trying {', '.join(left)} in place of {', '.join(failure.methods)}", WARN)
        except NoSolver:
            if failed is None:
                raise
            raise failed from None


def _order(client: Client, plan: IssuePlan, order: Order, key: PrivateKey | None) -> Issued:
    solvers, replaces = order.solvers, order.replaces
    if plan.material.csr:
        return client.obtain_for(plan.material.csr, solvers=solvers, replaces=replaces, options=plan.options)
    assert key is not None
    return client.obtain(order.names, key, solvers=solvers, replaces=replaces, options=plan.options)


def _pfx(context: Context, plan: Pfx, key: PrivateKey, chain: Sequence[x509.Certificate], name: str) -> bytes:
    if not plan.form_was_given:
        context.console.log("The .pfx file is encrypted with 3DES, as every Windows can read; see --pfx.format", INFO)
    return pkcs12.build(key, chain, plan.password, plan.form, _friendly_name(name, context.clock.now()))


def _friendly_name(name: str, now: datetime) -> str:
    """What Windows lists the certificate by, so that the one before can be told apart (F-34)."""
    return f"{name} {now:%Y-%m-%d}"
