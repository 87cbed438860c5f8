"""A client for an account: the plan's trust and the reader's language become the client's network.

Knows how a client is made and how a half-known account is found again by its key; what is asked of the CA is not here.
"""

import contextlib
from collections.abc import Iterator

import msgspec

from tegata.cli.console import INFO, WARN
from tegata.cli.context import Context
from tegata.cli.phrases import during
from tegata.cli.plans.plan import AccountPlan
from tegata.cli.steps.account import Account
from tegata.cli.steps.narration import narrator
from tegata.cli.steps.waiting import locked
from tegata.client import urls
from tegata.client.api import Client, Network, Registration
from tegata.client.errors import CaFailed, ProblemReceived, RateLimited
from tegata.client.network import OUTAGE_SECONDS, TIMEOUT_SECONDS
from tegata.pki.keys import PrivateKey


def client_for(
    context: Context, plan: AccountPlan, key: PrivateKey, url: str | None = None, certificate: str = ""
) -> Client:
    """A client that opens no connection yet; ``certificate`` is the main name that log lines speak of."""
    network = network_for(context, plan)
    return Client(
        plan.server,
        key,
        network=network,
        account_url=url,
        clock=context.clock,
        report=narrator(context, plan.user, certificate),
        outage=context.shared.outage(plan.server, network.outage) if context.shared else None,
    )


def network_for(context: Context, plan: AccountPlan) -> Network:
    """How the plan wants the network used; says so where that is unsafe."""
    trust, wire = plan.trust, plan.wire
    if not wire.verify:
        context.console.log("--tls-skip-verify: the CA's TLS certificate is not checked", WARN)
    return Network(
        product=wire.user_agent,
        timeout=wire.timeout or TIMEOUT_SECONDS,
        outage=OUTAGE_SECONDS if wire.outage is None else wire.outage,
        verify=wire.verify,
        family=wire.family,
        requests_per_second=wire.requests_per_second,
        accept_language=context.language,
        roots=trust.roots,
        system_pool=trust.system_roots_too,
        server_name=trust.server_name,
        hosts=trust.hosts,
    )


@contextlib.contextmanager
def connected(
    context: Context, account: Account, certificate: str, *, acts: bool = True, is_locked: bool = False
) -> Iterator[Client]:
    """A client that can act for the account; where the disk knows only its key, the CA is asked for the rest.

    Without ``acts`` it is not asked where there is an account's URL at all: ``address`` is called before it acts.
    ``is_locked``: the caller holds the account's lock.
    """
    folder = account.folder
    if folder.next_key() is not None:
        with locked(context, folder.tree, folder.lock, folder.user):
            account = settled(context, account)
    with _client(context, account, certificate) as client:
        if acts or account.url is None:
            address(context, client, account, is_locked=is_locked)
        yield client


def address(context: Context, client: Client, account: Account, *, is_locked: bool = False) -> None:
    """See that the client speaks of the account by a URL of the CA's, and ask for it by the key where it would not.

    So it is where the CA has not said one yet, and where it has moved since. Raises AccountNotFound.
    """
    if account.url is not None and not _is_elsewhere(account.url, account.plan):
        return
    reach(client, account.plan.server)
    found = client.find_account()
    if found is None:
        raise account.folder.not_found()
    folder = account.folder
    # Certificates that are worked on side by side, and processes, find this out at the same time.
    with contextlib.nullcontext() if is_locked else locked(context, folder.tree, folder.lock, folder.user):
        folder.save(account.plan.email, found.url, found.raw)


def _is_elsewhere(url: str, plan: AccountPlan) -> bool:
    """Whether an account's URL leads to a host that is neither the CA's nor named as one of its own."""
    to = urls.split(url)
    return to.authority != urls.split(plan.server).authority and to.host not in plan.trust.hosts


@contextlib.contextmanager
def _client(context: Context, account: Account, certificate: str) -> Iterator[Client]:
    """A client of its own, or where several certificates are worked on one that another has done with."""
    key = account.key

    def make() -> Client:
        return client_for(context, account.plan, key, account.url, certificate)

    if context.shared is None:
        with make() as client:
            yield client
        return
    with context.shared.lent((account.plan, account.url, id(key)), make) as client:
        client.report_to(narrator(context, account.plan.user, certificate))
        yield client


def settled(context: Context, account: Account) -> Account:
    """The account once a change of its key that was cut off is finished, or forgotten if the CA knows nothing of it.

    The caller holds the account's lock. Where no change was cut off, nothing is asked.
    """
    folder, key = account.folder, account.folder.next_key()
    if key is None:
        return account
    with client_for(context, account.plan, key) as client:
        reach(client, account.plan.server)
        found = client.find_account()
        may_be_known = found is None and client.eab_required
    if may_be_known:  # some CAs want an EAB before they look for the key
        found = _account_of(context, account, key)
        if found is None and _account_of(context, account, account.key) is None:
            line = "Whether the change of the account's key that was cut off has reached the CA cannot be told"
            context.console.log(f"{line}: both keys are kept", WARN)
            return account
    if found is None or account.url not in (None, found.url):
        folder.drop_next_key()
        return account
    folder.take_next_key()
    if account.url is None:
        folder.save(account.plan.email, found.url, found.raw)
    context.console.log("The change of the account's key that was cut off is finished", INFO)
    return msgspec.structs.replace(account, url=found.url)


def _account_of(context: Context, account: Account, key: PrivateKey) -> Registration | None:
    """The account as the CA shows it to this key; None where it does not, or the account's URL is not known here."""
    if account.url is None or _is_elsewhere(account.url, account.plan):
        return None
    with client_for(context, account.plan, key, account.url) as client:
        try:
            return client.read_account()
        except ProblemReceived as error:
            if isinstance(error, CaFailed | RateLimited):
                raise
            return None


def reach(client: Client, server: str) -> None:
    """Read the CA's directory, so that an unreachable CA is told of before anything else is done."""
    with during(f"Could not create client: get directory at '{server}': "):
        _ = client.directory
