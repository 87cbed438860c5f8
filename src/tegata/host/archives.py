"""What was put away: certificates after their revocation and accounts that were replaced, listed and brought back.

Both generations' archives are understood wherever they lie. What is brought back never takes the place of something
else, and an archive goes only after all that was in it is in place. Callers hold the lock.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

from tegata.host import zips
from tegata.host.errors import ArchiveDamaged, ArchiveNotFound, InTheWay
from tegata.host.files import Tree, look_into, make_folder, move, read, remove, replace, sync, told

# lego 4's name of an archived file, and lego 5's of a ZIP file.
_FILE = re.compile(r"(\d{1,12})\.(.+?)(\.issuer\.crt|\.crt|\.key|\.json|\.pem|\.pfx)")
_ZIP = re.compile(r"(.+)_(\d{1,12})\.zip")

_LAST_SECOND = 253402300799  # of the year 9999


class Archive(msgspec.Struct, frozen=True):
    """Something put away."""

    name: str
    """What it is called in the list, and asked for by."""
    about: str
    """``account`` or ``certificate``."""
    since: datetime
    subject: str
    """What the certificate's files or the account's folder are called."""
    files: tuple[Path, ...]


def found(tree: Tree) -> list[Archive]:
    """Every archive of a tree: accounts, then certificates, by name and time. Raises NotReadable."""
    every = [*_folders(tree), *_sets(tree), *_zips(tree, "account"), *_zips(tree, "certificate")]
    return sorted(every, key=lambda each: (each.about, each.subject, each.since))


def find(tree: Tree, name: str) -> Archive:
    """The archive of this name; raises ArchiveNotFound, NotReadable."""
    for archive in found(tree):
        if archive.name == name:
            return archive
    raise ArchiveNotFound(name=name, folder=tree.archives)


def lock(archive: Archive) -> str:
    """The lock under which it is brought back: that of the account or certificate. Raises ArchiveDamaged."""
    if archive.about == "certificate":
        return f"certificate.{archive.subject}"
    place = archive.files[0].parts
    if archive.files[0].suffix == ".zip" and archive.files[0].is_file():
        place = zips.unpack(archive.files[0])[0].parts
    return ".".join(("account", *place[-2:]))


def restore(tree: Tree, archive: Archive) -> list[Path]:
    """Bring an archive back; what is in place now. Raises InTheWay, ArchiveDamaged, NotReadable, NotWritable."""
    if archive.files[0].is_dir():
        return [_restore_folder(tree, archive.files[0])]
    if archive.files[0].suffix == ".zip":
        return _restore_zip(tree, archive.files[0])
    stamp = archive.name.partition(".")[0]
    targets = {file: tree.certificates / file.name.removeprefix(f"{stamp}.") for file in archive.files}
    _check_free({target: read(file) or b"" for file, target in targets.items()})
    make_folder(tree.certificates)
    with told(tree.certificates):
        for file, target in targets.items():
            move(file, target)
    sync(tree.certificates)
    return sorted(targets.values())


def restore_account(tree: Tree, archived: Path) -> None:
    """Bring the account's folder that was put away a moment ago back; raises NotWritable."""
    if archived.is_dir():
        _restore_folder(tree, archived)
    else:
        _restore_zip(tree, archived)


def _restore_folder(tree: Tree, folder: Path) -> Path:
    target = tree.accounts / folder.parent.name / folder.name
    if target.exists():
        raise InTheWay(path=target)
    make_folder(target.parent)
    with told(target):
        move(folder, target)
    sync(target.parent)
    with contextlib.suppress(OSError):  # another account was put away in the same second
        folder.parent.rmdir()
        folder.parent.parent.rmdir()
    return target


def _restore_zip(tree: Tree, file: Path) -> list[Path]:
    below, contents = zips.unpack(file)
    if not _is_place(below) or not contents or not _are_in_place(below, contents):
        raise ArchiveDamaged(file=file, reason="it does not say where its files belong")
    targets = {tree.path / below / path: content for path, content in contents.items()}
    _check_free(targets)
    if below.parts[0] == "accounts":
        for present in (tree.path / below).rglob("*"):
            if present.is_file() and present not in targets and not present.name.startswith("."):
                raise InTheWay(path=present)  # of another account of that name: its key and this one's would be mixed
    for target, content in targets.items():
        make_folder(target.parent)
        if read(target) is None:
            replace(target, content)
    remove(file)
    sync(file.parent)
    return sorted(targets)


def _is_place(below: PurePosixPath) -> bool:
    """Whether this is the folder of certificates, or that of one account."""
    return below.parts == ("certificates",) or (below.parts[0] == "accounts" and len(below.parts) == 3)


def _are_in_place(below: PurePosixPath, files: Iterable[PurePosixPath]) -> bool:
    """Whether all of these are files of certificates, in sight; an account may have folders."""
    return below.parts[0] == "accounts" or all(len(file.parts) == 1 and file.name[0] != "." for file in files)


def _check_free(targets: Mapping[Path, bytes]) -> None:
    """Nothing may be in the way but what a restoration that was ended has brought back already."""
    for target, content in targets.items():
        if target.is_dir() or read(target) not in (None, content):
            raise InTheWay(path=target)


def _folders(tree: Tree) -> Iterator[Archive]:
    for folder in look_into(tree.archives, "*.accounts/*/*"):
        stamp = folder.parent.parent.name.removesuffix(".accounts")
        if stamp.isascii() and stamp.isdigit():
            subject = f"{folder.parent.name}/{folder.name}"
            name = f"{stamp}.{folder.parent.name}.{folder.name}"
            yield Archive(name, "account", _time(stamp), subject, (folder,))


def _sets(tree: Tree) -> Iterator[Archive]:
    sets: dict[tuple[str, str], list[Path]] = {}
    for file in look_into(tree.archives, "*.*"):
        match = _FILE.fullmatch(file.name)
        if match and file.is_file():
            sets.setdefault((match[1], match[2]), []).append(file)
    for (stamp, stem), files in sets.items():
        yield Archive(f"{stamp}.{stem}", "certificate", _time(stamp), stem, _in_order(files))


def _zips(tree: Tree, about: str) -> Iterator[Archive]:
    for file in look_into(tree.archives / f"{about}s", "*.zip"):
        match = _ZIP.fullmatch(file.name)
        if match:
            yield Archive(file.name, about, _time(match[2]), match[1], (file,))


def _in_order(files: list[Path]) -> tuple[Path, ...]:
    """The certificate last, as with every set: as long as it is not there, the set is not in use."""
    return tuple(sorted(files, key=lambda file: file.name.endswith(".crt") and not file.name.endswith(".issuer.crt")))


def _time(stamp: str) -> datetime:
    """When that was; no lego wrote a time beyond the calendar's end, but somebody may have put it into a name."""
    return datetime.fromtimestamp(min(int(stamp), _LAST_SECOND), UTC)
