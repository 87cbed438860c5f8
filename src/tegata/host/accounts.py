"""ACME accounts on the disk, in the layout of lego 4 or 5 that their tree has, which that lego can go on with.

``accounts/<host>[_<port>]/<user>/account.json`` holds the mail address and the CA's account object with its URL; the
key is beside it, where the layout says. Knows nothing of registering: it keeps what came of it.
"""

import contextlib
import shutil
from base64 import urlsafe_b64decode
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from tegata.host import gojson, layout
from tegata.host.errors import AccountDamaged, AccountKeyLost, AccountNotFound, NotReadable, UnsafeUser
from tegata.host.facts import AccountFacts, authority, key_word
from tegata.host.files import (
    PRIVATE_FILE,
    SIZE_LIMIT,
    Tree,
    is_there,
    make_folder,
    patiently,
    read,
    remove,
    replace,
    sync,
    told,
)
from tegata.host.links import bring, end_of
from tegata.host.stems import is_device
from tegata.pki.forms import KeyForm

if TYPE_CHECKING:
    from tegata.pki.keys import PrivateKey


class Stored(msgspec.Struct, frozen=True):
    """A registration as it is on the disk."""

    url: str
    kid: str | None
    """The key identifier of the external account binding, where the CA gave the binding back."""


class AccountFolder:
    """The folder of one account at one CA."""

    def __init__(self, tree: Tree, server: str, user: str) -> None:
        if not user.strip(".") or any(character in user for character in "/\\\0") or is_device(user):
            raise UnsafeUser(email=user)
        self.tree = tree
        self.server = server
        self.user = user
        host = urlsplit(server).netloc.rpartition("@")[2].replace(":", "_")
        self.folder = tree.accounts / host / user
        self._account_file = self.folder / "account.json"
        self.lock = f"account.{host}.{user}"

    @property
    def _layout(self) -> layout.Layout:
        """As it is found now: another process may be migrating the folder."""
        return layout.of_account(self.tree, self.folder)

    @property
    def key_file(self) -> Path:
        """Where the key is, or is to be."""
        return self._layout.account_key(self.folder, self.user)

    @property
    def _next_key_file(self) -> Path:
        """The key that the account is to have next, from before the CA hears of it until it is in place."""
        file = self.key_file
        return file.with_name(f".{file.name}.next")

    def key(self) -> "PrivateKey | None":
        """The account's key as it is on the disk now, or None; raises AccountDamaged, NotReadable."""
        content = self._key_content()
        return None if content is None else _key_of(self.key_file, content)

    def existing_key(self) -> "PrivateKey":
        """The account's key; raises AccountNotFound where there is no account, AccountKeyLost where there was one."""
        key = self.key()
        if key is None:
            raise self._without_key()
        return key

    def require_key(self) -> None:
        """Pass if there is a key, whatever it is; raises as ``existing_key`` where there is none, and NotReadable."""
        if self._key_content() is None:
            raise self._without_key()

    def _key_content(self) -> bytes | None:
        """The key's file; lego v4 leaves it readable for everybody, which is put right on the way."""
        for _ in range(2):  # once more, should a migration move it just then
            file = self.key_file
            with contextlib.suppress(OSError):  # somebody else's file: using it is still better than stopping
                if file.stat().st_mode & 0o077:
                    file.chmod(PRIVATE_FILE)
            content = read(file)
            if content is not None:
                return content
        return None

    def _without_key(self) -> AccountNotFound | AccountKeyLost:
        return self.not_found() if self.stored() is None else self._key_lost()

    def not_found(self) -> AccountNotFound:
        """The error that says where the account was looked for."""
        return AccountNotFound(email=self.user, server=self.server, folder=self.folder, path=self.tree.path)

    def _key_lost(self) -> AccountKeyLost:
        return AccountKeyLost(email=self.user, server=self.server, file=self.key_file)

    def save_key(self, key: "PrivateKey") -> None:
        """Keep a new key, before the CA hears of it; raises NotWritable."""
        make_folder(self.key_file.parent)
        replace(end_of(self.key_file), _written(key, self._layout.key_form))

    def forget_key(self) -> None:
        """Remove a key that no account was made with, and the folders that hold nothing else; raises NotWritable."""
        file = self.key_file
        remove(end_of(file))  # a user's link stays
        with contextlib.suppress(OSError):  # somebody keeps something in it
            for folder in dict.fromkeys((file.parent, self.folder, self.folder.parent)):
                folder.rmdir()

    def next_key(self) -> "PrivateKey | None":
        """The key that a change of keys was to bring that was cut off, or None; raises AccountDamaged, NotReadable."""
        return _key_in(self._next_key_file)

    def save_next_key(self, key: "PrivateKey") -> None:
        """Keep the account's next key beside the present one, before the CA hears of it.

        Raises NotWritable, also where it could not take the present one's place.
        """
        end_of(self.key_file)
        replace(self._next_key_file, _written(key, self._layout.key_form))

    def take_next_key(self) -> None:
        """Put the next key in place of the present one, now that the CA knows it; raises NotWritable."""
        with told(self.key_file):
            bring(self._next_key_file, self.key_file)
        sync(self.key_file.parent)
        found, key = layout.load_account(self._account_file), self.key()
        if found and key:
            facts = msgspec.structs.replace(found[1], key_type=key_word(key.public_key()))
            replace(end_of(self._account_file), found[0].account_text(facts))

    def drop_next_key(self) -> None:
        """Forget the next key, which the CA does not know; raises NotWritable."""
        remove(self._next_key_file)

    def stored(self) -> Stored | None:
        """The registration; None where there is no file, lego stopped before it had one, or the file is damaged.

        What it says can be asked of the CA by the key. Raises NotReadable.
        """
        read(self._account_file)  # one that is there and may not be read is told, unlike one that is damaged
        found = layout.load_account(self._account_file)
        return Stored(found[1].url, _kid(found[1].body.get("externalAccountBinding"))) if found else None

    @staticmethod
    def kid_of(account_object: bytes) -> str | None:
        """The key identifier of the binding in a CA's account object, where the CA gives it back."""
        try:
            body = gojson.load(account_object)
        except ValueError:
            return None
        return _kid(body.get("externalAccountBinding"))

    def is_bound(self) -> bool:
        """Whether it is known which external account a registration belongs to; raises NotReadable."""
        stored = self.stored()
        return stored is None or stored.kid is not None

    def save(self, email: str | None, url: str, account_object: bytes) -> None:
        """Keep a registration: the account's URL and the CA's account object; raises NotWritable.

        Of an object that would make a file too long to be read again (S-20) only the status.
        """
        try:
            body = gojson.load(account_object)
        except ValueError:
            body = {}
        before = layout.load_account(self._account_file)
        key = self.key()
        facts = AccountFacts(
            user=self.user,
            email=email or "",
            server=self.server,
            key_type=key_word(key.public_key()) if key else "",
            url=url,
            body=body,
            origin=before[1].origin if before else "",
        )
        text = self._layout.account_text(facts)
        if len(text) > SIZE_LIMIT:
            text = self._layout.account_text(msgspec.structs.replace(facts, body={"status": "valid"}))
        make_folder(self.folder)
        replace(end_of(self._account_file), text)

    def archive(self, now: datetime) -> Path | None:
        """Move the folder to the archives; where it went, or None if there is none. Raises NotWritable, NotReadable."""
        if not is_there(self.folder):
            return None
        return self._layout.archive_account(self.tree.archives, self.folder, now)

    def restore(self, archived: Path) -> None:
        """Bring an archived folder back in place of what has begun since; raises NotWritable."""
        with told(self.folder), contextlib.suppress(FileNotFoundError):
            patiently(lambda: shutil.rmtree(self.folder))
        from tegata.host.archives import restore_account  # rare, and ZIP files take long to load

        restore_account(self.tree, archived)


class Listed(msgspec.Struct, frozen=True):
    """An account as ``list`` shows it."""

    user: str
    email: str
    server: str
    """The host that the account is at."""
    directory: str
    """The CA's directory, where the tree keeps it; empty where it keeps the host alone."""
    key_type: str
    """By lego 5's words; empty where neither the file nor the key says it."""
    folder: Path

    @property
    def file(self) -> Path:
        """Its JSON file."""
        return self.folder / "account.json"


def listed(tree: Tree) -> list[Listed]:
    """Every registered account of a tree, by CA and user; what cannot be read is passed over."""
    return [
        Listed(
            user=folder.name,
            email=found[1].email,
            server=authority(found[1].url),
            directory=found[1].server,
            key_type=found[1].key_type or _key_word_in(folder),
            folder=folder,
        )
        for folder in layout.account_folders(tree)
        if (found := layout.load_account(folder / "account.json"))
    ]


def _key_in(file: Path) -> "PrivateKey | None":
    content = read(file)
    return None if content is None else _key_of(file, content)


def _key_of(file: Path, content: bytes) -> "PrivateKey":
    from tegata.pki.keys import BadKey  # a renewal that is not due needs no key

    try:
        return _understood(content)
    except BadKey as error:
        raise AccountDamaged(file=file, reason=error.facts["reason"]) from error


@lru_cache(maxsize=16)
def _understood(content: bytes) -> "PrivateKey":
    """Understanding an RSA key takes as long as making one; of an account's, once a process is enough."""
    from tegata.pki.keys import from_pem

    return from_pem(content)


def _written(key: "PrivateKey", form: KeyForm) -> bytes:
    from tegata.pki.keys import to_pem

    return to_pem(key, form)


def _key_word_in(folder: Path) -> str:
    found = layout.of_found_account(folder)
    try:
        key = _key_in(found.account_key(folder, folder.name)) if found else None
    except (AccountDamaged, NotReadable):
        return ""
    return key_word(key.public_key()) if key else ""


def _kid(binding: object) -> str | None:
    """The key identifier in the protected header of a binding, as far as one can be read (RFC 8555 §7.3.4)."""
    protected = binding.get("protected") if isinstance(binding, dict) else None
    if not isinstance(protected, str):
        return None
    try:
        kid = gojson.load(urlsafe_b64decode(protected + "=" * (-len(protected) % 4))).get("kid")
    except ValueError:
        return None
    return kid if isinstance(kid, str) else None
