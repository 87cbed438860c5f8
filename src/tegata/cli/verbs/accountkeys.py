"""The commands ``accounts keyrollover`` and ``accounts recover``: the account and its key.

A new key is on the disk before the CA hears of it, beside the present one, and takes its place when the CA has taken
it; what a run that was cut off has left is settled by whatever command next acts for the account, in ``connection``
(A-46).
"""

from tegata.acme.jwk import BadPublicKey
from tegata.cli.console import INFO, WARN, shown
from tegata.cli.context import Context
from tegata.cli.errors import KeyUnknown
from tegata.cli.phrases import during
from tegata.cli.plans.plan import KeyRollover, Recover
from tegata.cli.steps.account import Account, existing
from tegata.cli.steps.asking import may_go_on
from tegata.cli.steps.connection import client_for, connected, reach, settled
from tegata.cli.steps.waiting import locked
from tegata.client import lasting
from tegata.client.api import Client
from tegata.client.errors import ClientError, NoKeyChange
from tegata.errors import TegataError
from tegata.host.accounts import AccountFolder
from tegata.host.errors import AccountDamaged
from tegata.host.files import Tree
from tegata.pki.keys import PrivateKey, generate, spki
from tegata.text.catalogue import Sentence

_QUESTION = "Do you want to proceed?"
_RECORDS = Sentence(
    "Records of dns-persist-01 name the account by a hash of its key at this CA: those of the former key are not used "
    "any more. Before the next renewal, have “dnspersist” show the new one's, and make them where no provider does; "
    "then remove the former ones, which it shows too",
    "この認証局では、dns-persist-01 のレコードはアカウント鍵のハッシュを含みます。"
    "以前の鍵のレコードは今後使われません。"
    "プロバイダーで自動登録していない場合は、次の更新までに「dnspersist」で新しいレコードを確認し、登録してください。"
    "そこに表示される以前のレコードは、その後に削除してください",
)


def keyrollover(context: Context, plan: KeyRollover) -> None:
    """Give the account a new key (RFC 8555 §7.3.5); raises whatever stands in the way, of it AccountNotFound."""
    account = existing(Tree(plan.path), plan.account)
    user = shown(plan.account.user)
    context.console.log(f"Account private key rollover: {user} at {shown(plan.account.server)}", INFO)
    if not may_go_on(context.console, _QUESTION, agreed=plan.agreed):
        return
    folder = account.folder
    with locked(context, folder.tree, folder.lock, folder.user):
        account = settled(context, account)
        if folder.next_key() is not None:  # it cannot be told which of the two the CA knows: no third takes a place
            raise folder.not_found()
        new = plan.key or generate(plan.account.key_type)
        with (
            connected(context, account, "", is_locked=True) as client,
            during("could not complete key rollover: "),
        ):
            # Its URL is known now, if it was not before.
            _change(context, existing(folder.tree, plan.account), client, new)
            has_records = lasting.offer(client.directory.meta).prefix is not None
    context.console.log(f"The account {user} has a new key: {shown(folder.key_file)}")
    if has_records:
        context.console.log(_RECORDS.fill(context.language, {}), WARN)


def _change(context: Context, account: Account, client: Client, new: PrivateKey) -> None:
    folder = account.folder
    folder.save_next_key(new)
    try:
        client.change_key(new)
    except (NoKeyChange, BadPublicKey):
        folder.drop_next_key()
        raise
    except ClientError:
        # The CA may have taken the key and its answer been lost: it is asked which one it knows.
        if spki(_settled_or_left(context, account).public_key()) != spki(new.public_key()):
            raise
        return
    folder.take_next_key()


def _settled_or_left(context: Context, account: Account) -> PrivateKey:
    """The key after asking the CA; if it cannot be asked, both stay on the disk for the next command to settle."""
    try:
        return settled(context, account).key
    except TegataError:
        return account.key


def recover(context: Context, plan: Recover) -> None:
    """Keep the account that the CA has for a key; another one in its place is archived. Raises KeyUnknown."""
    tree = Tree(plan.path)
    folder = AccountFolder(tree, plan.account.server, plan.account.user)
    key = plan.key or folder.existing_key()
    context.console.log(f"Recovering account {shown(folder.user)} at {shown(plan.account.server)}", INFO)
    if not may_go_on(context.console, _QUESTION, agreed=plan.agreed):
        return
    with locked(context, tree, folder.lock, folder.user):
        with client_for(context, plan.account, key) as client:
            reach(client, plan.account.server)
            found = client.find_account()
        if found is None:
            raise KeyUnknown(server=plan.account.server)
        if not _has(folder, key):
            archived = folder.archive(context.clock.now())
            if archived:
                context.console.log(f"The former account was moved to {shown(archived)}", INFO)
            folder.save_key(key)
        folder.save(plan.account.email, found.url, found.raw)
    context.console.log(f"Account {shown(folder.user)} is recovered: {shown(found.url)}")


def _has(folder: AccountFolder, key: PrivateKey) -> bool:
    try:
        present = folder.key()
    except AccountDamaged:
        return False
    return present is not None and spki(present.public_key()) == spki(key.public_key())
