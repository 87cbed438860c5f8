"""Makes certificates' keys while other work goes on: the first of them before an order asks for them.

Making an RSA key takes a good part of an order's time, and the library lets go of the interpreter's lock meanwhile.
"""

import contextlib
import itertools
import os
import threading
from collections import defaultdict
from collections.abc import Iterable

from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate

# Other types take no time, and RSA 8192 so much that whoever ends early would have to wait for what nobody wants.
_WORTH_BEGINNING = (KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA4096)


class KeyMakers:
    """Makes as many keys at once as there are processors; others wait, so that each that is begun is there soon."""

    def __init__(self) -> None:
        self._count = os.cpu_count() or 1
        self._turns = threading.Semaphore(self._count)
        self._lock = threading.Lock()
        self._begun: defaultdict[KeyType, list[_Begun]] = defaultdict(list)

    def begin(self, wanted: Iterable[KeyType]) -> None:
        """Have the first of these keys begun, as many as can be made at once; ``make`` gives them out."""
        for key_type in itertools.islice((each for each in wanted if each in _WORTH_BEGINNING), self._count):
            begun = _Begun(key_type, self._turns)
            with contextlib.suppress(RuntimeError):  # no thread to be had: it is made when it is wanted
                begun.start()
                self._begun[key_type].append(begun)

    def make(self, key_type: KeyType) -> PrivateKey:
        """A new key, one that was begun if there is any; no key is given out twice."""
        with self._lock:
            begun = self._begun[key_type].pop(0) if self._begun[key_type] else None
        key = begun.made() if begun else None
        if key is not None:
            return key
        with self._turns:
            return generate(key_type)


class _Begun(threading.Thread):
    """The making of one key."""

    def __init__(self, key_type: KeyType, turns: threading.Semaphore) -> None:
        super().__init__(name=f"key {key_type}")
        self._key_type = key_type
        self._turns = turns
        self._key: PrivateKey | None = None

    def run(self) -> None:
        with self._turns:
            self._key = generate(self._key_type)

    def made(self) -> PrivateKey | None:
        """The key, once it is there; None where making it failed."""
        self.join()
        return self._key
