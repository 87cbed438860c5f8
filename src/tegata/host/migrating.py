"""A tree of lego 4 made one of lego 5, and back: first what would be done, then each account and certificate by itself.

What is not migrated keeps working, as everything is read in the form it is found in: there is no moment at which a
process may not be ended, and the work can be taken up again. Keys are moved as they are. The JSON files of lego 4 are
kept in a room of ours, by which a migration can be undone, also after renewals. Callers hold the lock of what they
migrate.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tegata.errors import TegataError
from tegata.host import certificates, layout, pems
from tegata.host.accounts import AccountFolder
from tegata.host.certificates import FACTS, CertificateFiles
from tegata.host.facts import key_word
from tegata.host.files import Tree, is_there, look_into, make_folder, move, read, remove, replace, sync, told
from tegata.host.layout_v4 import V4
from tegata.host.layout_v5 import V5
from tegata.host.links import end_of
from tegata.host.stems import stem_of
from tegata.pki.certs import names_of
from tegata.pki.keys import from_pem

# How lego 5 calls what came to it by a migration.
ORIGIN = "migration"


class Account(msgspec.Struct, frozen=True):
    """An account to be migrated, there or back."""

    host: str
    """The folder of its CA."""
    user: str
    obstacle: str | None = None
    """Why it must be left as it is; None: it need not."""

    @property
    def lock(self) -> str:
        """The lock under which it is migrated."""
        return f"account.{self.host}.{self.user}"


class Certificate(msgspec.Struct, frozen=True):
    """A certificate to be migrated, there or back."""

    stem: str
    """What its files are called."""
    obstacle: str | None = None
    """Why it must be left as it is; None: it need not."""

    @property
    def lock(self) -> str:
        """The lock under which it is migrated."""
        return f"certificate.{self.stem}"


def found(tree: Tree, *, accounts_only: bool) -> list[Account | Certificate]:
    """What of a tree is lego 4's still, accounts first. Raises NotReadable."""
    every: list[Account | Certificate] = [
        Account(folder.parent.name, folder.name, _obstacle(folder))
        for folder in layout.account_folders(tree)
        if _is_v4(folder)
    ]
    if not accounts_only:
        files = (tree.certificates / f"{file.name.removesuffix('.crt')}{FACTS}" for file in certificates.listed(tree))
        every += [_certificate(file) for file in files if layout.of_facts(file) is V4]
    return every


def found_back(tree: Tree) -> list[Account | Certificate]:
    """What of a tree was lego 4's before a migration, accounts first. Raises NotReadable."""
    room = tree.migrated
    every: list[Account | Certificate] = [
        Account(kept.parent.parent.name, kept.parent.name)
        for kept in look_into(room, "accounts/*/*/account.json")
        if is_there(tree.path / kept.parent.relative_to(room))
    ]
    every += [
        Certificate(kept.stem)
        for kept in look_into(room, f"certificates/*{FACTS}")
        if is_there(tree.certificates / kept.name)
    ]
    return every


def migrate(tree: Tree, each: Account | Certificate, server: str) -> None:
    """Make one lego 5's; ``server`` is the CA's directory, if the account is there. Raises NotWritable, NotReadable."""
    if isinstance(each, Account):
        _migrate_account(tree, each, server)
    else:
        _migrate_certificate(tree, each)


def undo(tree: Tree, each: Account | Certificate) -> None:
    """Make one lego 4's again; raises NotWritable, NotReadable."""
    if isinstance(each, Account):
        _undo_account(tree, each)
    else:
        _undo_certificate(tree, each)


def _is_v4(folder: Path) -> bool:
    loaded = layout.load_account(folder / "account.json")
    return layout.of_found_account(folder) is V4 or (loaded is not None and loaded[0] is V4)


def _obstacle(folder: Path) -> str | None:
    before, after = V4.account_key(folder, folder.name), V5.account_key(folder, folder.name)
    if is_there(before) and is_there(after):
        return "it has a key of each generation"
    if is_there(before.with_name(f".{before.name}.next")):
        return "a change of its key was cut off"
    return None


def _certificate(file: Path) -> Certificate:
    try:
        pems.read_leaf(file.with_suffix(".crt"))
    except TegataError:
        return Certificate(file.stem, "its file cannot be understood")
    return Certificate(file.stem)


def _migrate_account(tree: Tree, account: Account, server: str) -> None:
    folder = tree.accounts / account.host / account.user
    file, before, after = folder / "account.json", *_keys(folder, account.user)
    end = end_of(file)
    loaded = layout.load_account(file)
    if (loaded and loaded[0] is V4) or not _kept(tree, file).exists():
        _keep(tree, file)
    if before.exists():
        # The moment that decides: from here on this is an account of lego 5.
        _move(before, after)
    if loaded and loaded[0] is V4:
        key = from_pem(read(after) or b"")
        known = AccountFolder(tree, server, account.user).folder == folder
        facts = msgspec.structs.replace(
            loaded[1],
            user=account.user,
            server=server if known else "",
            key_type=key_word(key.public_key()),
            origin=ORIGIN,
        )
        replace(end, V5.account_text(facts))
    with contextlib.suppress(OSError):  # it is not there any more, or somebody keeps something in it
        before.parent.rmdir()


def _undo_account(tree: Tree, account: Account) -> None:
    folder = tree.accounts / account.host / account.user
    file, before, after = folder / "account.json", *_keys(folder, account.user)
    end = end_of(file)
    if after.exists() and not before.exists():
        make_folder(before.parent, shared=True)
        _move(after, before)
    kept = _kept(tree, file)
    loaded, original = layout.load_account(file), layout.load_account(kept)
    if loaded and loaded[0] is V5:
        now = V4.account_text(loaded[1])
        is_unchanged = original and now == V4.account_text(original[1])
        replace(end, (read(kept) or now) if is_unchanged else now)
    _forget(kept)


def _migrate_certificate(tree: Tree, certificate: Certificate) -> None:
    files = CertificateFiles(tree, certificate.stem)
    files.resume()
    file = files.file(FACTS)
    facts = V4.certificate_facts(layout.load(file))
    if facts is None:
        return
    end = end_of(file)
    _keep(tree, file)
    leaf = files.existing_chain()[0]
    name = facts.names[0]
    # lego 5 looks for the files under what the certificate is called; whoever chose a name for them keeps that.
    called = name if stem_of(name) == certificate.stem else certificate.stem
    new = msgspec.structs.replace(
        facts, called=called, names=names_of(leaf), key_type=key_word(leaf.public_key()), origin=ORIGIN
    )
    replace(end, V5.certificate_text(new))


def _undo_certificate(tree: Tree, certificate: Certificate) -> None:
    files = CertificateFiles(tree, certificate.stem)
    files.resume()
    file = files.file(FACTS)
    kept = _kept(tree, file)
    facts, original = V5.certificate_facts(layout.load(file)), V4.certificate_facts(layout.load(kept))
    if facts is not None:
        now = V4.certificate_text(msgspec.structs.replace(facts, names=original.names if original else (facts.called,)))
        is_unchanged = original and now == V4.certificate_text(original)
        replace(end_of(file), (read(kept) or now) if is_unchanged else now)
    _forget(kept)


def _keys(folder: Path, user: str) -> Iterator[Path]:
    yield V4.account_key(folder, user)
    yield V5.account_key(folder, user)


def _move(before: Path, after: Path) -> None:
    with told(after):
        if before.is_symlink() and not (end := before.readlink()).is_absolute():  # it would lead elsewhere from there
            draft = before.with_name(f".{before.name}.new")
            draft.unlink(missing_ok=True)
            draft.symlink_to((before.parent / end.parent).resolve() / end.name)
            move(draft, before)
        move(before, after)
    sync(after.parent)
    sync(before.parent)


def _kept(tree: Tree, file: Path) -> Path:
    return tree.migrated / file.relative_to(tree.path)


def _keep(tree: Tree, file: Path) -> None:
    kept = _kept(tree, file)
    tree.make_own(kept.parent)
    replace(kept, read(file) or b"", shared=True)


def _forget(kept: Path) -> None:
    remove(kept)
