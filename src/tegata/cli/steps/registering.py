"""The account of ``run``: the one on the disk, or a new one.

The key is on the disk before the CA hears of it, and the registration as soon as the CA has answered, so that a run
that was cut off anywhere goes on with the same account. The operator agrees to the CA's terms here. Certificates are no
matter of this file.
"""

import contextlib
from pathlib import Path

from tegata.cli.console import INFO, WARN, Console, shown
from tegata.cli.context import Context
from tegata.cli.errors import IncompleteEab, KidDiffers, KidKept, NoAnswer, NotShown, TermsRefused
from tegata.cli.phrases import during
from tegata.cli.plans.plan import AccountPlan
from tegata.cli.plans.servers import is_zerossl
from tegata.cli.steps.account import Account, existing
from tegata.cli.steps.asking import is_agreed
from tegata.cli.steps.connection import client_for, reach, settled
from tegata.cli.steps.patience import check_time_to_register, patient_registering
from tegata.cli.steps.waiting import locked
from tegata.client import lasting
from tegata.client.api import Client, EabCredential, Registration
from tegata.client.errors import BadAnswer, CaUnreachable, ContactRefused, EabRequired
from tegata.errors import TegataError
from tegata.host.accounts import AccountFolder
from tegata.host.attempts import AttemptsFile
from tegata.host.errors import AccountNotFound, NotWritable
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.text.catalogue import Sentence

_RECORDS = Sentence(
    "Records of dns-persist-01 that name the former account still let its key have certificates: “dnspersist” shows "
    "what the new one wants and what is there for another; remove that where it is not used any more",
    "dns-persist-01 のレコードが以前のアカウントを指している場合、その鍵で引き続き証明書を取得できます。"
    "「dnspersist」で新しいレコードと他のアカウント用のレコードを確認し、不要なものを削除してください",
)
# What leaves open whether the CA has made an account.
_OPEN_ENDS = (BadAnswer, CaUnreachable, NotWritable)
# What lego calls the keys it makes.
_KEY_WORDS = {
    KeyType.RSA2048: "2048",
    KeyType.RSA3072: "3072",
    KeyType.RSA4096: "4096",
    KeyType.RSA8192: "8192",
    KeyType.EC256: "P256",
    KeyType.EC384: "P384",
}


def registered(context: Context, tree: Tree, plan: AccountPlan, *, anew: bool, back_off: bool = False) -> Account:
    """The account of a plan, registered if need be; ``anew`` archives the one there is and makes another.

    One that was made with another EAB is put under the plan's, if that is asked for and the CA does so. With
    ``back_off`` a failure holds the next try back (S-17). Raises TermsRefused, NoAnswer, IncompleteEab, KidDiffers,
    RegistrationHeldBack, and what the client and the disk raise.
    """
    folder = AccountFolder(tree, plan.server, plan.user)
    whole = None if anew else _whole(tree, plan)
    if whole is not None:
        _tell_unused_eab(context.console, whole)
        return whole
    attempts = AttemptsFile.of_account(folder)
    with locked(context, tree, folder.lock, plan.user):
        with patient_registering(context, attempts, plan, anew=anew) if back_off else contextlib.nullcontext():
            account = _made(context, tree, folder, plan, anew=anew)
        attempts.forget()
        return account


def check_time(context: Context, tree: Tree, plan: AccountPlan, *, anew: bool) -> None:
    """Pass if ``registered`` would not be held back; raises RegistrationHeldBack. Asks nobody and holds no lock."""
    if anew or _whole(tree, plan) is None:
        attempts = AttemptsFile.of_account(AccountFolder(tree, plan.server, plan.user))
        check_time_to_register(context, attempts, plan, anew=anew)


def _made(context: Context, tree: Tree, folder: AccountFolder, plan: AccountPlan, *, anew: bool) -> Account:
    if anew:
        return _registered_anew(context, tree, folder, plan)
    try:
        account = existing(tree, plan)
    except AccountNotFound:
        return _register(context, tree, folder, plan)
    except KidDiffers as differs:
        return _bound_anew(context, Account(plan, folder, None), differs)
    _tell_unused_eab(context.console, account)
    account = settled(context, account)
    return account if account.url else _complete(context, tree, account)


def _whole(tree: Tree, plan: AccountPlan) -> Account | None:
    """The account where nothing of it is missing and no change of its key was cut off: it wants no lock.

    None where it needs a closer look; another process may also be in the middle of making, moving or changing it.
    """
    try:
        account = existing(tree, plan)
        return account if account.url and account.folder.next_key() is None else None
    except TegataError:
        return None


def _tell_unused_eab(console: Console, account: Account) -> None:
    eab = account.plan.eab
    if eab and eab.kid and not account.folder.is_bound():
        line = f"Whether the account {shown(account.plan.user)} belongs to --kid {shown(eab.kid)} is not known"
        console.log(f"{line}: the CA has not said it. The EAB is not used; --new-account makes one", WARN)


def _bound_anew(context: Context, account: Account, differs: KidDiffers) -> Account:
    """The account under the EAB of the plan, at a CA that puts it there: the account and all that it has stay.

    Raises ``differs`` where nobody asked for it, and where no MAC key was given to prove the other; KidKept where the
    CA leaves it under the EAB that it has.
    """
    plan = account.plan
    if plan.eab is None or not plan.eab.hmac or not plan.eab.replaces:
        raise differs
    with client_for(context, plan, account.key) as client:
        reach(client, plan.server)
        with during("Could not put the account under another EAB\n\t"):
            registration = client.find_account(credential_of(plan))
    if registration is None or account.folder.kid_of(registration.raw) != plan.eab.kid:
        raise KidKept(**differs.facts)
    account.folder.save(plan.email, registration.url, registration.raw)
    former = differs.facts["stored"]
    context.console.log(
        f"The account {shown(plan.user)} is now under --kid {shown(plan.eab.kid)}, before {former}", INFO
    )
    return Account(plan, account.folder, registration.url)


def _registered_anew(context: Context, tree: Tree, folder: AccountFolder, plan: AccountPlan) -> Account:
    archived = folder.archive(context.clock.now())
    try:
        account = _register(context, tree, folder, plan, anew=archived is not None)
    except BaseException as error:  # an interrupted one included
        if archived:
            if not isinstance(error, TegataError) or isinstance(error, _OPEN_ENDS):
                _put_aside(context, folder)
            folder.restore(archived)
        raise
    if archived:
        context.console.log(f"The former account was moved to {shown(archived)}", INFO)
    return account


def _put_aside(context: Context, folder: AccountFolder) -> None:
    """Archive what has begun: the CA may have made the account, by an EAB that is good for one only."""
    with contextlib.suppress(NotWritable):
        begun = folder.archive(context.clock.now())
        if begun:
            line = "The CA may have made the new account before this ended; its key was moved to"
            context.console.log(f"{line} {shown(begun)}", WARN)


def _register(context: Context, tree: Tree, folder: AccountFolder, plan: AccountPlan, *, anew: bool = False) -> Account:
    """A new key, and an account for it, or ``anew`` one in place of another."""
    key = generate(plan.key_type)
    with client_for(context, plan, key) as client:
        reach(client, plan.server)
        words = _KEY_WORDS.get(plan.key_type, plan.key_type)
        context.console.log(f"No key found for account {shown(plan.user)}. Generating a {words} key.")
        folder.save_key(key)
        context.console.log(f"Saved key to {shown(folder.key_file)}")
        try:
            registration = _open_account(context, client, plan)
        except ContactRefused:  # with another address the account has another folder, and this one is of no use
            folder.forget_key()
            context.console.log("Removed the key again: no account was made with it", INFO)
            raise
        if anew and lasting.offer(client.directory.meta) != lasting.NO_OFFER:
            context.console.log(_RECORDS.fill(context.language, {}), WARN)
        return _keep(context.console, tree, Account(plan, folder, None), registration)


def _complete(context: Context, tree: Tree, account: Account) -> Account:
    """An account for a key whose first run did not get so far: perhaps the CA has it already."""
    with client_for(context, account.plan, account.key) as client:
        reach(client, account.plan.server)
        registration = client.find_account() or _open_account(context, client, account.plan)
        return _keep(context.console, tree, account, registration)


def _open_account(context: Context, client: Client, plan: AccountPlan) -> Registration:
    credential = _by_mail(context, plan) if plan.eab is None and is_zerossl(plan.server) else credential_of(plan)
    if client.eab_required and credential is None:
        raise EabRequired(directory=plan.server)
    agreed = plan.accept_terms or _ask_terms(context.console, client.terms)
    with during("Could not complete registration\n\t"):
        return client.register(contacts=[plan.email] if plan.email else [], terms_agreed=agreed, eab=credential)


def _by_mail(context: Context, plan: AccountPlan) -> EabCredential:
    from tegata.cli.steps.mailcredential import by_mail  # for one CA

    return by_mail(context, plan)


def credential_of(plan: AccountPlan) -> EabCredential | None:
    """What an external account binding is made with; None: nobody spoke of one. Raises IncompleteEab, BadMac."""
    if plan.eab is None:
        return None
    if not plan.eab.kid or not plan.eab.hmac:
        missing = [flag for flag, value in (("--kid", plan.eab.kid), ("--hmac", plan.eab.hmac)) if not value]
        raise IncompleteEab(missing=", ".join(missing))
    with during("Could not complete registration\n\t"):
        return EabCredential.parse(plan.eab.kid, plan.eab.hmac)


def _ask_terms(console: Console, url: str | None) -> bool:
    """Ask the operator, by lego's words; where the CA has no terms there is nothing to ask. A-37."""
    if url is None:
        return False
    console.log(f"Please review the TOS at {shown(url)}")
    agreed = is_agreed(console, "Do you accept the TOS?")
    if agreed is None:
        raise NoAnswer(url=url)
    if not agreed:
        raise TermsRefused(url=url)
    return True


def _keep(console: Console, tree: Tree, account: Account, registration: Registration) -> Account:
    account.folder.save(account.plan.email, registration.url, registration.raw)
    _tell_where(console, tree.accounts)
    return Account(account.plan, account.folder, registration.url)


def _tell_where(console: Console, accounts: Path) -> None:
    with contextlib.suppress(NotShown):  # it is no reason to stop
        console.say(
            "!!!! HEADS UP !!!!\n"
            "\n"
            f'Your account credentials have been saved in your configuration directory at "{shown(accounts)}".\n'
            "\n"
            "Keep a backup of this folder where nobody else can read it: whoever has these keys acts as you\n"
            "towards the CA. Certificates and their private keys are kept beside it and deserve the same."
        )
