"""RSA moduli that can be factored by whoever tries: two tests for keys of generators that were known to be bad.

Arithmetic alone, a few microseconds together for 2048 bits (BR 6.1.1.3). Knows no policy and no list of keys.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from math import isqrt, prod

FERMAT_ROUNDS = 110
"""How many sums of two factors are tried; the Baseline Requirements ask for a hundred."""

_ROCA_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
_ROCA_GENERATOR = 65537
_ROCA_PRODUCT = prod(_ROCA_PRIMES)
# Hardly one number in a thousand is a square modulo all of these.
_SIEVES = (64, 9, 5, 7, 11, 13, 17, 19, 23)


MARK_OCTETS = 10


def mark(modulus: int) -> bytes:
    """What lists of Debian's weak keys (CVE-2008-0166) have for a modulus: the end of a SHA-1 over its digits."""
    return hashlib.sha1(f"Modulus={modulus:X}\n".encode(), usedforsecurity=False).digest()[-MARK_OCTETS:]


def has_roca_fingerprint(modulus: int) -> bool:
    """Whether a modulus looks as Infineon's library made them (CVE-2017-15361).

    Its primes are powers of 65537 modulo each small prime, so their product is one too; of others' moduli some in 2^27
    are by chance.
    """
    rest = modulus % _ROCA_PRODUCT
    return all(rest % prime in powers for prime, powers in _roca_powers())


def has_close_factors(modulus: int) -> bool:
    """Whether Fermat's method finds two factors of an odd modulus in so many rounds, as where they were chosen close.

    With a the half of their sum and b of their difference the modulus is a² - b²: a square is looked for from the
    modulus's root upwards.
    """
    first = isqrt(modulus - 1) + 1
    left = (1 << FERMAT_ROUNDS) - 1
    for sieve in _SIEVES:
        left &= _possible(sieve, modulus % sieve) >> first % sieve
    while left:
        a = first + (left & -left).bit_length() - 1
        square = a * a - modulus
        if isqrt(square) ** 2 == square:
            return True
        left &= left - 1
    return False


@cache
def _roca_powers() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple((prime, frozenset(_powers(_ROCA_GENERATOR, prime))) for prime in _ROCA_PRIMES)


def _powers(base: int, modulus: int) -> Iterator[int]:
    power = 1
    while True:
        yield power
        power = power * base % modulus
        if power == 1:
            return


@cache
def _possible(sieve: int, modulus: int) -> int:
    """Which a from zero on may be, as bits: those whose a² - modulus has the remainder of a square by the sieve."""
    squares = {n * n % sieve for n in range(sieve)}
    return sum(1 << a for a in range(sieve + FERMAT_ROUNDS) if (a * a - modulus) % sieve in squares)
