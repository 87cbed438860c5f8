"""A certificate's files on the disk, in the form they are found in, always brought in as one set.

A set is written into a folder of its own, that folder is renamed (the one moment that decides), and then its files are
renamed over the old ones. A process killed before that moment leaves the old set and rubbish, one killed after it
leaves a set that the next run brings in. Callers hold the lock of the name. Knows nothing of ACME.
"""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from tegata.errors import TegataError
from tegata.host import layout
from tegata.host.errors import CertificateDamaged, CertificateKeyLost, CertificateNotFound
from tegata.host.facts import CertificateFacts, key_word
from tegata.host.files import Tree, make_folder, read, sync, told, write_new
from tegata.host.layout import Layout
from tegata.host.layout_v4 import V4
from tegata.host.stems import stem_of
from tegata.pki.certs import load_chain, load_leaf, names_of, to_pem
from tegata.pki.keys import BadKey, PrivateKey, PublicKey, from_pem, spki
from tegata.pki.keys import to_pem as key_to_pem

KEY, CERTIFICATE, ISSUER, PEM, PFX, FACTS = ".key", ".crt", ".issuer.crt", ".pem", ".pfx", ".json"
# The order in which a set comes in: the two that must fit each other back to back, and the certificate last of all, so
# that as long as anything is left to do it is there to tell what belongs to it.
_SET = (ISSUER, PEM, PFX, FACTS, KEY, CERTIFICATE)
# Beside a set that comes without a key, because the key is with whoever made the certification request.
_KEYLESS = ".keyless"


@dataclass(frozen=True)
class NewSet:
    """What came of an order, ready to be kept: the intermediates are those the CA sent with it (C-05)."""

    name: str
    key: PrivateKey | None
    """None: it is with whoever made the certification request."""
    chain: Sequence[x509.Certificate]
    url: str
    pfx: bytes | None
    bundle: bool = True
    """Whether the certificate's file holds its issuers too."""
    pem: bool = False
    """Whether there is a file with certificate and key in one."""
    preferred_chain: str | None = None
    """The issuer that was asked for; like the profile, lego 5 remembers it."""
    profile: str | None = None

    def files(self, form: Layout = V4, called: str = "", origin: str = "") -> dict[str, bytes]:
        """The content of each file, by its ending; ``origin`` is how the certificate came here, by lego 5's words."""
        certificate = to_pem(self.chain if self.bundle else self.chain[:1])
        key = key_to_pem(self.key, form.key_form) if self.key else None
        files = {
            KEY: key,
            _KEYLESS: b"" if key is None else None,
            CERTIFICATE: certificate,
            ISSUER: to_pem(self.chain[1:]),
            PEM: certificate + key if self.pem and key else None,
            PFX: self.pfx,
            FACTS: form.certificate_text(self._facts(called or self.name, origin)),
        }
        return {ending: content for ending, content in files.items() if content is not None}

    def _facts(self, called: str, origin: str) -> CertificateFacts:
        leaf = self.chain[0]
        return CertificateFacts(
            called=called,
            names=tuple(dict.fromkeys((self.name, *names_of(leaf)))),
            key_type=key_word(leaf.public_key()),
            preferred_chain=self.preferred_chain or "",
            profile=self.profile or "",
            url=self.url,
            stable_url=self.url,
            origin=origin,
        )


class CertificateFiles:
    """The files of one certificate, called after its first name."""

    def __init__(self, tree: Tree, name: str) -> None:
        self._tree = tree
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

    def chain(self) -> list[x509.Certificate] | None:
        """The certificate and its issuers as they are on the disk, or None; raises CertificateDamaged, NotReadable."""
        file = self.file(CERTIFICATE)
        content = read(file)
        return None if content is None else _chain(file, content)

    def existing_chain(self) -> list[x509.Certificate]:
        """The certificate and its issuers; raises CertificateNotFound where there is none."""
        chain = self.chain()
        if chain is None:
            raise CertificateNotFound(name=self.name, file=self.file(CERTIFICATE), path=self._tree.path)
        return chain

    def existing_key(self) -> PrivateKey:
        """The certificate's key; raises CertificateKeyLost where there is none, CertificateDamaged, NotReadable."""
        file = self.file(KEY)
        content = read(file)
        if content is None:
            raise CertificateKeyLost(name=self.name, file=file)
        try:
            return from_pem(content)
        except BadKey as error:
            raise CertificateDamaged(file=file, reason=error.facts["reason"]) from error

    def issuer(self) -> x509.Certificate | None:
        """The issuer's certificate as it is on the disk: from its own file where the first holds the leaf only."""
        chain = self.chain()
        if chain and len(chain) > 1:
            return chain[1]
        file = self.file(ISSUER)
        content = read(file)
        return _chain(file, content)[0] if content else None

    def is_from(self, server: str) -> bool:
        """Whether the certificate in place is from this CA, as far as its facts say (RFC 9773 §5)."""
        facts = self._layout().certificate_facts(layout.load(self.file(FACTS)))
        return facts is not None and urlsplit(facts.url).netloc == urlsplit(server).netloc

    def profile(self) -> str | None:
        """The profile that the certificate in place was ordered by, where its facts say; empty: the CA's default."""
        facts = self._layout().certificate_facts(layout.load(self.file(FACTS)))
        return facts.profile if facts else None

    @contextlib.contextmanager
    def prepared(self, key: PrivateKey | None) -> Iterator[None]:
        """Write the key beforehand, so that nothing is ordered that could not be kept; raises NotWritable.

        What was not saved when the block ends is cleared away.
        """
        make_folder(self._staging)
        try:
            write_new(self._staging / KEY, key_to_pem(key, self._layout().key_form) if key else b"")
            yield
        finally:
            self._discard(self._staging)

    def save(self, new: NewSet) -> None:
        """Keep a set in place of the one before; raises NotWritable."""
        make_folder(self._staging)
        (self._staging / KEY).unlink(missing_ok=True)
        form = self._layout()
        before = form.certificate_facts(layout.load(self.file(FACTS)))
        for ending, content in new.files(form, self.name, before.origin if before else "").items():
            write_new(self._staging / ending, content)
        sync(self._staging)
        with told(self._ready):
            self._staging.rename(self._ready)
        sync(self._folder)
        self._bring_in()

    def is_interrupted(self) -> bool:
        """Whether a process ended, some time ago or a moment, in the middle of its work on this certificate."""
        return self._ready.exists() or self._staging.exists()

    def resume(self) -> bool:
        """Finish or clear away what an ended process has left; whether a set was brought in. Raises NotWritable."""
        self._discard(self._staging)
        if not self._ready.exists():
            return False
        if not self._is_wanted():
            self._discard(self._ready)
            return False
        self._bring_in()
        return True

    def archive(self, now: datetime) -> None:
        """Move the files to the archives as the tree's lego would; raises NotWritable.

        The certificate goes last: if it is still there, not all is done.
        """
        files = [self.file(ending) for ending in sorted(_SET, key=lambda ending: ending == CERTIFICATE)]
        present = [file for file in files if file.exists()]
        if present:
            self._layout().archive_files(self._tree.archives, self.stem, present, now)

    def _layout(self) -> Layout:
        return layout.of_certificate(self._tree, self.file(FACTS))

    def _bring_in(self) -> None:
        with told(self._folder):
            for ending in _SET:
                with contextlib.suppress(FileNotFoundError):  # not part of this set, or in place already
                    (self._ready / ending).replace(self.file(ending))
        sync(self._folder)
        self._discard(self._ready)

    def _is_wanted(self) -> bool:
        """Whether a ready set still makes a matching one that is not older than what is in place.

        Otherwise it is in place already, or another program has written here since.
        """
        key = read(self._ready / KEY) or read(self.file(KEY))
        try:
            new = load_chain(read(self._ready / CERTIFICATE) or b"")[0]
            matches = (self._ready / _KEYLESS).exists() or _fits(key or b"", new)
        except TegataError:
            return False
        try:
            present = self.chain()
        except CertificateDamaged:
            present = None
        return matches and (present is None or present[0].not_valid_before_utc <= new.not_valid_before_utc)

    def _discard(self, folder: Path) -> None:
        with told(folder), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)


def listed(tree: Tree) -> list[Path]:
    """Every certificate's file of a tree, in order of names; issuers' are not among them."""
    found = (file for file in tree.certificates.glob("*.crt") if not file.name.endswith(ISSUER))
    return sorted(found, key=lambda file: file.name)


def read_leaf(file: Path) -> x509.Certificate:
    """The certificate in a file, without its issuers; raises CertificateDamaged, NotReadable."""
    try:
        return load_leaf(read(file) or b"")
    except TegataError as error:
        raise CertificateDamaged(file=file, reason=error.facts["reason"]) from error


def _chain(file: Path, content: bytes) -> list[x509.Certificate]:
    try:
        return load_chain(content)
    except TegataError as error:
        raise CertificateDamaged(file=file, reason=error.facts["reason"]) from error


def _fits(key: bytes, certificate: x509.Certificate) -> bool:
    public_key = certificate.public_key()
    return isinstance(public_key, PublicKey) and spki(from_pem(key).public_key()) == spki(public_key)
