"""A certificate's files on the disk, in the form they are found in, always brought in as one set.

A set is written into a folder of its own, that folder is renamed (the one moment that decides), and then its files are
renamed over the old ones. A process killed before that moment leaves the old set and rubbish, one killed after it
leaves a set that the next run brings in. Callers hold the lock of the name. Knows nothing of ACME.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tegata.errors import TegataError
from tegata.host import layout
from tegata.host.errors import CertificateDamaged, CertificateKeyLost, CertificateNotFound, NotReadable, NotWritable
from tegata.host.facts import authority
from tegata.host.files import (
    Tree,
    is_there,
    look_into,
    make_folder,
    move,
    patiently,
    read,
    remove,
    sync,
    told,
    write_together,
)
from tegata.host.layout import Layout
from tegata.host.links import Laid, end_of, lay, sweep
from tegata.host.stems import stem_of
from tegata.pki.life import Life, glance

if TYPE_CHECKING:
    from cryptography import x509

    from tegata.host.newset import NewSet
    from tegata.pki.keys import PrivateKey

KEY, CERTIFICATE, ISSUER, PEM, PFX, FACTS = ".key", ".crt", ".issuer.crt", ".pem", ".pfx", ".json"
# The order in which a set comes in: the two that must fit each other back to back, and the certificate last of all, so
# that as long as anything is left to do it is there to tell what belongs to it.
_SET = (ISSUER, PEM, PFX, FACTS, KEY, CERTIFICATE)
# Beside a set that comes without a key, because the key is with whoever made the certification request.
KEYLESS = ".keyless"
# Beside a set: the mark of the certificate that it takes the place of, empty where there is none.
BEFORE = ".before"
# What keeps room for a set: several times as much as one of RSA 4096 with a hundred names takes up.
_ROOM, _ROOM_SIZE = ".room", 64 * 1024


class CertificateFiles:
    """The files of one certificate, called after its first name."""

    def __init__(self, tree: Tree, name: str) -> None:
        self.tree = tree
        self.name = name
        self.stem = stem_of(name)
        self._folder = tree.certificates
        # The dot keeps both out of sight, and no name begins with one.
        self._staging = self._folder / f".{self.stem}.new"
        self._ready = self._folder / f".{self.stem}.ready"
        self.lock = f"certificate.{self.stem}"

    def file(self, ending: str) -> Path:
        """Where the file of this ending is."""
        return self._folder / f"{self.stem}{ending}"

    def life(self) -> Life | None:
        """Which certificate is on the disk and how long it lives, or None where there is none; raises as ``chain``."""
        content = read(self.file(CERTIFICATE))
        if content is None:
            return None
        found = glance(content)
        if found is None:
            from tegata.pki.certs import life_of

            found = life_of(self.existing_chain()[0])
        return found

    def existing_life(self) -> Life:
        """The same; raises CertificateNotFound where there is none."""
        found = self.life()
        if found is None:
            raise self._not_found()
        return found

    def chain(self) -> "list[x509.Certificate] | None":
        """The certificate and its issuers as they are on the disk, or None; raises CertificateDamaged, NotReadable."""
        file = self.file(CERTIFICATE)
        content = read(file)
        if content is None:
            return None
        from tegata.host import pems  # it loads all of X.509, which a renewal that is not due can do without

        return pems.chain_in(file, content)

    def existing_chain(self) -> "list[x509.Certificate]":
        """The certificate and its issuers; raises CertificateNotFound where there is none."""
        chain = self.chain()
        if chain is None:
            raise self._not_found()
        return chain

    def existing_key(self) -> "PrivateKey":
        """The certificate's key; raises CertificateKeyLost where there is none, CertificateDamaged, NotReadable."""
        file = self.file(KEY)
        content = read(file)
        if content is None:
            raise CertificateKeyLost(name=self.name, file=file)
        from tegata.host import pems

        return pems.key_in(file, content)

    def issuer(self) -> "x509.Certificate | None":
        """The issuer's certificate as it is on the disk: from its own file where the first holds the leaf only."""
        chain = self.chain()
        if chain and len(chain) > 1:
            return chain[1]
        file = self.file(ISSUER)
        content = read(file)
        if not content:
            return None
        from tegata.host import pems

        return pems.chain_in(file, content)[0]

    def is_from(self, server: str) -> bool:
        """Whether the certificate in place is from this CA, as far as its facts say (RFC 9773 §5)."""
        facts = self._layout().certificate_facts(layout.load(self.file(FACTS)))
        return facts is not None and authority(facts.url) == authority(server)

    def profile(self) -> str | None:
        """The profile that the certificate in place was ordered by, where its facts say; empty: the CA's default."""
        facts = self._layout().certificate_facts(layout.load(self.file(FACTS)))
        return facts.profile if facts else None

    @contextlib.contextmanager
    def prepared(self, key: "PrivateKey | None") -> Iterator[None]:
        """Write the key beforehand and keep room for the rest, so that nothing is ordered that could not be kept.

        The room is there until ``make_room``. What was not saved when the block ends is cleared away. Raises
        NotWritable, DiskFull, LinkNotFollowed.
        """
        from tegata.pki.keys import to_pem as key_to_pem

        self.check_links()
        make_folder(self._staging)
        try:
            content = key_to_pem(key, self._layout().key_form) if key else b""
            # Down to the disk, as one across a network says only then that it is full; and a disk that compresses would
            # keep no room for zeros.
            write_together(self._staging, {KEY: content, _ROOM: os.urandom(_ROOM_SIZE)})
            yield
        finally:
            self._discard(self._staging)

    def check_links(self) -> None:
        """Pass if a set could come to where links in its files' places lead; raises LinkNotFollowed, NotWritable."""
        for ending in _SET:
            end_of(self.file(ending))

    def make_room(self) -> None:
        """Give the room free that was kept: what is to be written is there now."""
        remove(self._staging / _ROOM)

    def save(self, new: "NewSet") -> None:
        """Keep a set in place of the one before; raises NotWritable."""
        make_folder(self._staging)
        self.make_room()
        form = self._layout()
        before = form.certificate_facts(layout.load(self.file(FACTS)))
        contents = {**new.files(form, self.name, before.origin if before else ""), BEFORE: self._mark()}
        if read(self._staging / KEY) == contents.get(KEY):
            contents.pop(KEY, None)  # it was prepared
        else:
            remove(self._staging / KEY)
        write_together(self._staging, contents)
        sync(self._staging)
        with told(self._ready):
            move(self._staging, self._ready)
        sync(self._folder)
        self._bring_in()

    def is_interrupted(self) -> bool:
        """Whether a process ended, some time ago or a moment, in the middle of its work on this certificate.

        Raises NotReadable.
        """
        return is_there(self._ready) or is_there(self._staging)

    def resume(self) -> bool:
        """Finish or clear away what an ended process has left; whether a set was brought in.

        Raises NotWritable, NotReadable.
        """
        self._discard(self._staging)
        if not is_there(self._ready):
            return False
        if not self._is_wanted():
            for ending in _SET:
                sweep(self.file(ending))  # a private key among them
            self._discard(self._ready)
            return False
        self._bring_in()
        return True

    def archive(self, now: datetime) -> None:
        """Move the files to the archives as the tree's lego would; raises NotWritable.

        The certificate goes last: if it is still there, not all is done.
        """
        files = [self.file(ending) for ending in sorted(_SET, key=lambda ending: ending == CERTIFICATE)]
        present = [file for file in files if is_there(file)]
        if present:
            self._layout().archive_files(self.tree.archives, self.stem, present, now)

    def _not_found(self) -> CertificateNotFound:
        return CertificateNotFound(name=self.name, file=self.file(CERTIFICATE), path=self.tree.path)

    def _layout(self) -> Layout:
        return layout.of_certificate(self.tree, self.file(FACTS))

    def _bring_in(self) -> None:
        laid: list[Laid] = []
        with told(self._folder):
            # All of them first, as another disk, to which a link leads, may be full between a key and its certificate.
            try:
                for ending in _SET:
                    with contextlib.suppress(FileNotFoundError):  # not part of this set, or in place already
                        laid.append(lay(self._ready / ending, self.file(ending)))
            except BaseException:
                for each in laid:
                    with contextlib.suppress(NotWritable):
                        each.drop()
                raise
            for each in laid:
                each.put()
        sync(self._folder)
        self._discard(self._ready)

    def _is_wanted(self) -> bool:
        """Whether a ready set still makes a matching one, and what is in place is what it was to follow, or older.

        Otherwise it is in place already, or another program has written here since. A certificate's beginning alone
        does not tell: CAs backdate it, some more than others, and an order may ask for one long ago.
        """
        from tegata.host import pems
        from tegata.pki.certs import load_chain

        key = read(self._ready / KEY) or read(self.file(KEY))
        try:
            new = load_chain(read(self._ready / CERTIFICATE) or b"")[0]
            matches = (self._ready / KEYLESS).exists() or pems.fits(key or b"", new)
        except TegataError:
            return False
        if matches and read(self._ready / BEFORE) == self._mark():
            return True
        try:
            present = self.chain()
        except CertificateDamaged:
            present = None
        return matches and (present is None or present[0].not_valid_before_utc <= new.not_valid_before_utc)

    def _mark(self) -> bytes:
        """What tells the certificate in place from any other; empty where none can be read."""
        try:
            content = read(self.file(CERTIFICATE))
        except NotReadable:
            content = None
        return sha256(content).hexdigest().encode() if content else b""

    def _discard(self, folder: Path) -> None:
        with told(folder), contextlib.suppress(FileNotFoundError):
            patiently(lambda: shutil.rmtree(folder))


def listed(tree: Tree) -> list[Path]:
    """Every certificate's file of a tree, in order of names; issuers' are not among them. Raises NotReadable."""
    return [file for file in look_into(tree.certificates, "*.crt") if not file.name.endswith(ISSUER)]
