"""Slow password hashes (``ports.PasswordHasher``): Argon2id, off the event loop.

Knows neither customers nor what a failed login means.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

# Each hash takes 64 MiB while it is made: a flood of logins waits here instead of eating the memory.
_SIDE_BY_SIDE = 2


class Argon2Hasher:
    """Argon2id, by default with the second recommended parameters of RFC 9106 §4; two hashes at a time."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._argon2 = PasswordHasher.from_parameters(parameters)
        self._threads = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        """The PHC string of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._argon2.hash, password)

    async def verify(self, password_hash: str, password: str) -> bool:
        """Whether the password is the one that was hashed."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password_hash, password)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
