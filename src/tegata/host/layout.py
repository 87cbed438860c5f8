"""Which generation of lego a tree belongs to, read from what is found in it: v4's, v5's, or some of both.

Everything keeps the form it is found in; what is new takes the tree's. Others hold a ``Layout`` and never ask which it
is: paths and formats are known to ``layout_v4`` and ``layout_v5`` alone, and each JSON text is read by its own shape.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tegata.host import gojson
from tegata.host.errors import NotReadable
from tegata.host.facts import AccountFacts, CertificateFacts
from tegata.host.files import Tree, look_into, read
from tegata.host.layout_v4 import V4
from tegata.host.layout_v5 import V5
from tegata.pki.forms import KeyForm


class Layout(Protocol):
    """The paths and formats of one generation."""

    @property
    def key_form(self) -> KeyForm:
        """How new private keys are written."""
        ...

    def account_key(self, folder: Path, user: str) -> Path:
        """Where an account's key is."""
        ...

    def account_text(self, facts: AccountFacts) -> bytes:
        """An account's file."""
        ...

    def account_facts(self, value: dict[str, object]) -> AccountFacts | None:
        """What an account's file says; None: it is not of this generation, or holds no registration."""
        ...

    def certificate_text(self, facts: CertificateFacts) -> bytes:
        """A certificate's JSON file."""
        ...

    def certificate_facts(self, value: dict[str, object]) -> CertificateFacts | None:
        """What a certificate's JSON file says; None: it is not of this generation."""
        ...

    def archive_files(self, archives: Path, stem: str, files: Sequence[Path], now: datetime) -> None:
        """Move a certificate's files to the archives, the last one last; raises NotWritable."""
        ...

    def archive_account(self, archives: Path, folder: Path, now: datetime) -> Path:
        """Move an account's folder to the archives; where it went. Raises NotWritable, LinkNotFollowed."""
        ...


_ALL: tuple[Layout, ...] = (V4, V5)


def of_tree(tree: Tree) -> Layout:
    """What new accounts and certificates of a tree are written in.

    v5's as soon as any account is, as lego 5 is at work there then; without accounts certificates say it, or archives.
    """
    accounts = {layout for folder in account_folders(tree) if (layout := of_found_account(folder))}
    if not accounts:
        accounts = {layout for file in look_into(tree.certificates, "*.json") if (layout := of_facts(file))}
    if not accounts and look_into(tree.archives, "*/*.zip"):
        return V5
    return V5 if V5 in accounts else V4


def of_account(tree: Tree, folder: Path) -> Layout:
    """The layout of an account's folder: as found, for a new one the tree's."""
    return of_found_account(folder) or of_tree(tree)


def of_found_account(folder: Path) -> Layout | None:
    """The layout of an account's folder by where its key is, else by its file; None: nothing is there."""
    for layout in reversed(_ALL):
        if os.path.exists(layout.account_key(folder, folder.name)):  # noqa: PTH110 - who may not look sees none; a Path would raise
            return layout
    found = load_account(folder / "account.json")
    return found and found[0]


def of_certificate(tree: Tree, facts: Path) -> Layout:
    """The layout of the certificate whose JSON file this is: as found, for a new one the tree's."""
    return of_facts(facts) or of_tree(tree)


def of_facts(file: Path) -> Layout | None:
    """The layout of a certificate's JSON file; None where there is none, or one that says nothing."""
    value = load(file)
    return next((layout for layout in _ALL if layout.certificate_facts(value)), None)


def account_folders(tree: Tree) -> Iterator[Path]:
    """Every folder of a tree where an account may be, by CA and user; raises NotReadable."""
    return (folder for folder in look_into(tree.accounts, "*/*") if folder.is_dir())


def load_account(file: Path) -> tuple[Layout, AccountFacts] | None:
    """What an account's file says, and in whose words; None where it says nothing."""
    value = load(file)
    return next(((layout, facts) for layout in _ALL if (facts := layout.account_facts(value))), None)


def load(file: Path) -> dict[str, object]:
    """The object in a JSON file; an empty one where there is no such file or nothing to be read in it."""
    try:
        return gojson.load(read(file) or b"")
    except (ValueError, NotReadable):
        return {}
