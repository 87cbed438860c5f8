"""ZIP files of a few private files, as lego 5 archives them: the comment says below which folder they belong.

Written whole or not at all; read with suspicion: names, number and size of what is inside are checked before anything
is unpacked (S-20).
"""

import io
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tegata.host.errors import ArchiveDamaged
from tegata.host.files import SIZE_LIMIT, read, replace

# An account has two files, a certificate six.
FILES_LIMIT = 20
# Two names of hosts, twice a mail address; no file system takes much more in one part.
NAME_LIMIT = 1000
PART_LIMIT = 250


def write(target: Path, files: Sequence[Path], *, root: Path, below: str) -> None:
    """Pack files by their paths under ``root``, which is ``below`` in the tree; raises NotWritable, NotReadable."""
    import zipfile  # every command loads this file, and hardly any needs that

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = below.encode()
        for file in files:
            packed.writestr(file.relative_to(root).as_posix(), read(file) or b"")
    replace(target, content.getvalue())


def unpack(file: Path) -> tuple[PurePosixPath, dict[PurePosixPath, bytes]]:
    """Below which folder of the tree, and what; raises ArchiveDamaged, NotReadable."""
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(io.BytesIO(read(file) or b"")) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > FILES_LIMIT or sum(entry.file_size for entry in entries) > SIZE_LIMIT:
                raise ArchiveDamaged(file=file, reason="it holds more than an archive has")
            below = _path(file, packed.comment.decode())
            return below, {_path(file, entry.filename): packed.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise ArchiveDamaged(file=file, reason="it is no ZIP file that can be read") from error


def _path(file: Path, name: str) -> PurePosixPath:
    """A path in an archive, if it leads downwards; raises ArchiveDamaged."""
    path = PurePosixPath(name)
    outside = path.is_absolute() or not path.parts or ".." in path.parts
    too_long = len(name) > NAME_LIMIT or any(len(part.encode()) > PART_LIMIT for part in path.parts)
    if outside or too_long or any(character in name for character in "\\:\0"):
        raise ArchiveDamaged(file=file, reason="a path in it leads elsewhere")
    return path
