"""ACME accounts on the disk, in lego v4's layout and formats, which lego can go on with.

``accounts/<host>[_<port>]/<user>/account.json`` holds the mail address and the CA's account object with its URL,
``keys/<user>.key`` beside it the key (PKCS#1 or SEC1). Knows nothing of registering: it keeps what came of it.
"""

import contextlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tegata.acme import b64
from tegata.acme.codec import Malformed, strict_object
from tegata.host import gojson
from tegata.host.errors import AccountDamaged, AccountKeyLost, AccountNotFound, NotReadable, UnsafeUser
from tegata.host.files import PRIVATE_FILE, Tree, make_folder, read, replace, sync, told
from tegata.pki.keys import BadKey, KeyForm, PrivateKey, from_pem, to_pem

# What lego v4 keeps of the CA's account object, in its order; it drops what is empty.
_BODY_MEMBERS = ("status", "contact", "termsOfServiceAgreed", "orders", "externalAccountBinding")


@dataclass(frozen=True)
class Stored:
    """A registration as it is on the disk."""

    url: str
    kid: str | None
    """The key identifier of the external account binding, where the CA gave the binding back."""


class AccountFolder:
    """The folder of one account at one CA."""

    def __init__(self, tree: Tree, server: str, user: str) -> None:
        if not user.strip(".") or any(character in user for character in "/\\\0"):
            raise UnsafeUser(email=user)
        self._tree = tree
        self.server = server
        self.user = user
        host = urlsplit(server).netloc.rpartition("@")[2].replace(":", "_")
        self.folder = tree.accounts / host / user
        self.key_file = self.folder / "keys" / f"{user}.key"
        self._account_file = self.folder / "account.json"
        self.lock = f"account.{host}.{user}"

    def key(self) -> PrivateKey | None:
        """The account's key, or None; raises AccountDamaged, NotReadable.

        lego v4 leaves the key readable for everybody: that is put right on the way.
        """
        content = read(self.key_file)
        if content is None:
            return None
        with contextlib.suppress(OSError):  # somebody else's file: using it is still better than stopping
            if self.key_file.stat().st_mode & 0o077:
                self.key_file.chmod(PRIVATE_FILE)
        try:
            return from_pem(content)
        except BadKey as error:
            raise AccountDamaged(file=self.key_file, reason=error.facts["reason"]) from error

    def existing_key(self) -> PrivateKey:
        """The account's key; raises AccountNotFound where there is no account, AccountKeyLost where there was one."""
        key = self.key()
        if key is None:
            raise self.not_found() if self.stored() is None else self._key_lost()
        return key

    def not_found(self) -> AccountNotFound:
        """The error that says where the account was looked for."""
        return AccountNotFound(email=self.user, server=self.server, folder=self.folder, path=self._tree.path)

    def _key_lost(self) -> AccountKeyLost:
        return AccountKeyLost(email=self.user, server=self.server, file=self.key_file)

    def save_key(self, key: PrivateKey) -> None:
        """Keep a new key, before the CA hears of it; raises NotWritable."""
        make_folder(self.key_file.parent)
        replace(self.key_file, to_pem(key, KeyForm.TRADITIONAL))

    def stored(self) -> Stored | None:
        """The registration; None where there is no file, lego stopped before it had one, or the file is damaged.

        What it says can be asked of the CA by the key. Raises NotReadable.
        """
        content = read(self._account_file)
        if content is None:
            return None
        try:
            registration = gojson.load(content).get("registration")
        except ValueError:
            return None
        if not isinstance(registration, dict):
            return None
        body, url = registration.get("body"), registration.get("uri")
        if not isinstance(body, dict) or not body.get("status") or not isinstance(url, str) or not url:
            return None
        return Stored(url, _kid(body.get("externalAccountBinding")))

    def save(self, email: str | None, url: str, account_object: bytes) -> None:
        """Keep a registration: the account's URL and the CA's account object; raises NotWritable."""
        try:
            given = gojson.load(account_object)
        except ValueError:
            given = {}
        body = {name: given[name] for name in _BODY_MEMBERS if given.get(name)}
        make_folder(self.folder)
        value = {"email": email or "", "registration": {"body": body, "uri": url}}
        replace(self._account_file, gojson.dump(value))

    def archive(self, now: datetime) -> Path | None:
        """Move the folder to the archives; where it went, or None if there was none. Raises NotWritable."""
        if not self.folder.exists():
            return None
        make_folder(self._tree.archives)
        target = self._tree.archives / f"{int(now.timestamp())}.{self.folder.parent.name}.{self.user}"
        with told(self.folder):
            self.folder.rename(target)
        sync(self._tree.archives)
        return target

    def restore(self, archived: Path) -> None:
        """Bring an archived folder back in place of what has begun since; raises NotWritable."""
        with told(self.folder):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.folder)
            archived.rename(self.folder)


@dataclass(frozen=True)
class Listed:
    """An account as ``list`` shows it."""

    email: str
    server: str
    folder: Path


def listed(tree: Tree) -> list[Listed]:
    """Every registered account of a tree, by CA and user; what cannot be read is passed over."""
    found = []
    for file in sorted(tree.accounts.glob("*/*/account.json")):
        with contextlib.suppress(ValueError, TypeError, KeyError, NotReadable):
            value = gojson.load(read(file) or b"")
            registration = value["registration"]
            if isinstance(registration, dict):
                server = urlsplit(str(registration["uri"])).netloc
                found.append(Listed(str(value["email"]), server, file.parent))
    return found


def _kid(binding: object) -> str | None:
    """The key identifier in the protected header of a binding, as far as one can be read (RFC 8555 §7.3.4)."""
    protected = binding.get("protected") if isinstance(binding, dict) else None
    if not isinstance(protected, str):
        return None
    try:
        kid = strict_object(b64.decode(protected)).get("kid")
    except Malformed:
        return None
    return kid if isinstance(kid, str) else None
