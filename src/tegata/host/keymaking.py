"""Makes RSA keys in processes of their own, for whoever needs many at once.

Making one takes most of an order's time, and one thread at a time could do it: the library holds the interpreter's lock
meanwhile. Keys come over pipes, never by words, environment or disk. Where no process can be had, they are made here.
"""

import contextlib
import itertools
import os
import queue
import struct
import subprocess
import sys
from collections.abc import Iterable
from typing import Self

from cryptography.hazmat.primitives import serialization

from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate

_RSA = (KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA4096, KeyType.RSA8192)
_LENGTH = struct.Struct(">I")
_LONGEST = 64 * 1024
_SERVE = "from tegata.host.keymaking import serve; serve()"


class KeyMakers:
    """Processes that make keys, each started when it is wanted first. A context manager: leaving it ends them."""

    def __init__(self, count: int | None = None) -> None:
        """``count``: by default one for each processor."""
        self._count = (os.cpu_count() or 1) if count is None else count
        self._idle: queue.SimpleQueue[_Maker | None] = queue.SimpleQueue()
        for _ in range(self._count):
            self._idle.put(_Maker())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(queue.Empty):  # one that is at work ends as its pipe closes
            while True:
                maker = self._idle.get_nowait()
                if maker is not None:
                    maker.close()

    def begin(self, wanted: Iterable[KeyType]) -> None:
        """Have the first of these keys begun, as many as there are processes; ``make`` gives them out."""
        for key_type in itertools.islice((each for each in wanted if each in _RSA), self._count):
            maker = self._idle.get()
            if maker is not None:
                maker.begin(key_type)
            self._idle.put(maker)

    def make(self, key_type: KeyType) -> PrivateKey:
        """A new key; waits for a process that has nothing to do. Types that take no time are made at once."""
        if key_type not in _RSA or self._count == 0:
            return generate(key_type)
        maker = self._idle.get()
        try:
            key = maker.make(key_type) if maker is not None else None
        except BaseException:
            if maker is not None:
                maker.close()
            maker = None
            raise
        finally:
            self._idle.put(maker if maker is None or maker.is_well else None)
        return key or generate(key_type)


class _Maker:
    """One process; not well any more once it has failed to answer."""

    def __init__(self) -> None:
        self.is_well = True
        self._process: subprocess.Popen[bytes] | None = None
        self._begun: KeyType | None = None

    def begin(self, key_type: KeyType) -> None:
        """Have a key made that the next ``make`` of this type takes."""
        try:
            process = self._started()
            assert process.stdin is not None
            process.stdin.write(f"{key_type}\n".encode())
            process.stdin.flush()
        except OSError:
            self.close()
        else:
            self._begun = key_type

    def make(self, key_type: KeyType) -> PrivateKey | None:
        """A key, or None where the process does not give one."""
        if self._begun not in (None, key_type):
            self._taken()
        if self._begun is None and self.is_well:
            self.begin(key_type)
        return self._taken()

    def _taken(self) -> PrivateKey | None:
        """The key that was begun; None without one, or where the process fails."""
        process, self._begun = self._process, None
        if process is None:
            return None
        try:
            assert process.stdout is not None
            head = process.stdout.read(_LENGTH.size)
            length = _LENGTH.unpack(head)[0]
            der = process.stdout.read(length) if length <= _LONGEST else b""
            # Whoever made it has just checked it, and checking takes as long as making.
            key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        except (OSError, ValueError, struct.error):
            self.close()
            return None
        if not isinstance(key, PrivateKey):
            self.close()
            return None
        return key

    def close(self) -> None:
        """End the process."""
        self.is_well = False
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, and no word from outside
                [sys.executable, "-I", "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=None if os.name == "nt" else 0,
            )
        return self._process


def serve() -> None:
    """What such a process does: for each line that names a key type a key in PKCS#8, its length in front."""
    for line in sys.stdin:
        key = generate(KeyType(line.strip()))
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        sys.stdout.buffer.write(_LENGTH.pack(len(der)) + der)
        sys.stdout.buffer.flush()
