"""The account on the disk that a command acts for, found without a word to the CA.

Kept apart from connecting and registering, so that a renewal that is not due loads nothing of them.
"""

from typing import TYPE_CHECKING

import msgspec

from tegata.cli.errors import KidDiffers
from tegata.cli.plans.plan import AccountPlan
from tegata.host.accounts import AccountFolder
from tegata.host.files import Tree

if TYPE_CHECKING:
    from tegata.pki.keys import PrivateKey


class Account(msgspec.Struct, frozen=True):
    """An account whose key is on the disk."""

    plan: AccountPlan
    folder: AccountFolder
    url: str | None
    """None: the key is there, but nothing the CA said of it; ``connection`` asks again."""

    @property
    def key(self) -> "PrivateKey":
        """The key as it is on the disk now: another process may have given the account a new one meanwhile.

        Raises AccountDamaged, NotReadable, and AccountKeyLost should it have gone.
        """
        return self.folder.existing_key()


def existing(tree: Tree, plan: AccountPlan) -> Account:
    """The account of a plan; raises AccountNotFound, AccountKeyLost, KidDiffers, NotReadable.

    What the key is, is left open until somebody needs it: understanding an RSA key takes a third of such a run.
    """
    folder = AccountFolder(tree, plan.server, plan.user)
    folder.require_key()
    stored = folder.stored()
    if stored and stored.kid and plan.eab and plan.eab.kid not in (None, stored.kid):
        raise KidDiffers(given=plan.eab.kid, stored=stored.kid, folder=folder.folder)
    return Account(plan, folder, stored.url if stored else None)
