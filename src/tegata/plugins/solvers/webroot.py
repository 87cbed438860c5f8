"""http-01 by files under the root directory of a web server that runs already.

Tokens come from outside and the directory may belong to somebody else, while this often runs as root: no file is
written through a link, overwritten in place, or removed unless it is ours (S-02). Knows no web server.
"""

import contextlib
import os
import secrets
import sys
from pathlib import Path

from tegata.acme.challenges import HTTP01_PREFIX, check_token
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation

# The web server runs as another user.
_FILE_MODE = 0o644
_DIRECTORY_MODE = 0o755
# Windows has no symbolic links that an ordinary user could lay, and no such flag.
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class WebrootMissing(TegataError):
    """``path`` is no directory."""

    code = "solver.webroot-missing"


class WebrootUnwritable(TegataError):
    """``path`` cannot be written: ``reason``."""

    code = "solver.webroot-unwritable"


def check(directory: Path) -> None:
    """Pass if there is such a directory; raises WebrootMissing, or WebrootUnwritable where that cannot be seen."""
    try:
        is_there = directory.is_dir()
    except OSError as error:
        raise WebrootUnwritable(path=directory, reason=error.strerror or error) from None
    if not is_there:
        raise WebrootMissing(path=directory)


class WebrootSolver:
    """Writes key authorizations to ``directory``/.well-known/acme-challenge/, and takes them away again.

    ``directory`` is looked at by ``check``; what is missing below it is made, and stays. Before anything is touched a
    token is checked for its letters, so that no ``../``, backslash, drive or NUL can lead elsewhere.
    """

    challenge_type = "http-01"

    def __init__(self, directory: Path) -> None:
        check(directory)
        self._challenges = directory.joinpath(*HTTP01_PREFIX.strip("/").split("/"))
        self._written: set[Path] = set()

    def present(self, presentation: Presentation) -> None:
        """Write the file, in place of one that a crash left behind; raises WebrootUnwritable, BadToken."""
        path = self._path(presentation.token)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            _make_directory(self._challenges.parent)
            _make_directory(self._challenges)
            with os.fdopen(os.open(draft, _NEW_FILE, _FILE_MODE), "wb") as file:
                _open_to_all(file.fileno(), _FILE_MODE)
                file.write(presentation.key_authorization.encode("ascii"))
            draft.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise WebrootUnwritable(path=path, reason=error.strerror or error) from None
        self._written.add(path)

    def cleanup(self, presentation: Presentation) -> None:
        """Remove the file, if it is one of ours; raises WebrootUnwritable, BadToken."""
        path = self._path(presentation.token)
        if path not in self._written:
            return
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise WebrootUnwritable(path=path, reason=error.strerror or error) from None
        self._written.remove(path)

    def _path(self, token: str) -> Path:
        path = self._challenges / check_token(token)
        assert path.parent == self._challenges
        return path


def _make_directory(path: Path) -> None:
    try:
        path.mkdir()
    except FileExistsError:
        return
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _open_to_all(descriptor, _DIRECTORY_MODE)
        finally:
            os.close(descriptor)


def _open_to_all(descriptor: int, mode: int) -> None:
    """Set the mode whatever the umask; by descriptor, because a path may have become a link to something else."""
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)


PLUGIN = WebrootSolver
