"""Where the provider ``acme-dns`` keeps its accounts: a file as lego writes it, or a service that keeps them.

What is read is hostile or damaged until it has the form of an account. Knows no DNS and no acme-dns server.
"""

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec

from tegata.plugin_api.dns import BadSetting, ProviderFailed
from tegata.plugins.dns._http import Api

_FILE_LIMIT = 4 * 1024 * 1024
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class AccountsUnusable(ProviderFailed):
    """The accounts cannot be read or written; facts: ``provider``, ``place``, ``reason``."""

    code = "dns.accounts-unusable"


class Account(msgspec.Struct, frozen=True):
    """One account at an acme-dns server: credentials for the TXT record of ``fulldomain``."""

    fulldomain: str
    subdomain: str
    username: str
    password: str
    server_url: str = ""

    def __repr__(self) -> str:
        """Without the password."""
        return f"Account({self.fulldomain!r})"


class Accounts(Protocol):
    """Accounts by domain. Raises AccountsUnusable, ProviderUnreachable, ProviderRefused."""

    def find(self, domain: str) -> Account | None:
        """The account of a domain, if there is one."""
        ...

    def keep(self, domain: str, account: Account) -> Account | None:
        """Keep a new one; None where its CNAME record was made with it.

        Otherwise the one that is kept now, of which a CNAME record is to be made: another run may have been quicker.
        """
        ...


def _opened_new(file: Path, place: Path) -> int:
    """A new file's descriptor; if root makes it, it is whose the accounts' file in ``place`` is, as with lego.

    Otherwise that user's cron could not read it any more. Raises OSError.
    """
    made = os.open(file, _NEW_FILE, 0o600)
    if sys.platform != "win32" and os.geteuid() == 0:
        with contextlib.suppress(OSError):  # there is none yet; or it cannot be given away
            before = place.lstat()
            if before.st_uid != 0 and stat.S_ISREG(before.st_mode):
                os.fchown(made, before.st_uid, before.st_gid)
    return made


class FileAccounts:
    """Accounts in one JSON file, readable by its owner only from its first octet, and replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, domain: str) -> Account | None:
        """The account of a domain, if there is one."""
        return self._in(self._read(), domain)

    def _in(self, known: dict[str, object], domain: str) -> Account | None:
        stored = known.get(domain)
        if stored is None:
            return None
        try:
            return msgspec.convert(stored, Account)
        except (msgspec.ValidationError, RecursionError):
            raise self._unusable("the account of a name is incomplete") from None

    def keep(self, domain: str, account: Account) -> Account:
        """Add it to the file, unless another run has added one; what else is there stays as it is."""
        place = Path(os.path.realpath(self._path))  # a link was set by whoever named the file: it stays
        with self._locked(place):
            known = self._read()
            present = self._in(known, domain)
            if present is None:
                self._write(place, msgspec.json.encode({**known, domain: account}))
            return present or account

    @contextlib.contextmanager
    def _locked(self, place: Path) -> Iterator[None]:
        """Keep other runs from adding accounts meanwhile, which would be lost, by whatever links they come here."""
        from filelock import FileLock  # noqa: PLC0415 - its import takes a while, and accounts are made once

        if not place.parent.is_dir():  # which the lock would make
            raise self._unusable("No such file or directory")
        lock = FileLock(place.with_name(f".{place.name}.lock"), mode=0o600)
        try:
            with contextlib.suppress(FileExistsError):
                os.close(_opened_new(Path(lock.lock_file), place))
            lock.acquire()
        except (OSError, NotImplementedError) as error:  # the latter where a file system knows no locks
            raise self._unusable(getattr(error, "strerror", None) or str(error)) from None
        try:
            yield
        finally:
            lock.release()

    def _write(self, place: Path, content: bytes) -> None:
        draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(_opened_new(draft, place), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        except OSError as error:
            with contextlib.suppress(OSError):  # a disk that is read-only does not even say that it is not there
                draft.unlink()
            raise self._unusable(error.strerror or str(error)) from None

    def _read(self) -> dict[str, object]:
        try:
            with self._path.open("rb") as file:
                content = file.read(_FILE_LIMIT + 1)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise self._unusable(getattr(error, "strerror", None) or "it is not the name of a file") from None
        if len(content) > _FILE_LIMIT:
            raise self._unusable("it is longer than 4 MiB")
        try:
            return msgspec.json.decode(content, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._unusable("it is not a JSON object") from None

    def _unusable(self, reason: str) -> AccountsUnusable:
        return AccountsUnusable(provider="acme-dns", place=self._path, reason=reason)


class ServiceAccounts:
    """Accounts at an HTTP service, one a path."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._api = Api("acme-dns", "ACME_DNS_STORAGE_BASE_URL", base)

    def find(self, domain: str) -> Account | None:
        """GET it; 404 says that there is none."""
        answer = self._api.send("GET", f"/{quote(domain, safe='')}", besides=(404,))
        return None if answer.status == 404 else account_of(answer.content, "the storage service")

    def keep(self, domain: str, account: Account) -> Account | None:
        """POST it; 201 says that the service has made the CNAME record too."""
        return None if self._api.send("POST", f"/{quote(domain, safe='')}", account).status == 201 else account


def account_of(content: bytes, place: str) -> Account:
    """An account from what a service said; raises AccountsUnusable."""
    try:
        return msgspec.json.decode(content, type=Account)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AccountsUnusable(provider="acme-dns", place=place, reason="its answer is not an account") from None


def accounts_at(file: str, url: str) -> Accounts:
    """The accounts of the settings, of which exactly one may be given; raises BadSetting."""
    if file and url:
        raise BadSetting(
            provider="acme-dns", variable="ACME_DNS_STORAGE_BASE_URL", reason="ACME_DNS_STORAGE_PATH is set as well"
        )
    return FileAccounts(Path(file)) if file else ServiceAccounts(url)
