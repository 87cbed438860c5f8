"""Moduli that can be factored: found where they are, and nothing else taken for one."""

import hashlib
from math import isqrt, prod
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tegata.pki import weaknesses
from tests.peers import openssl

RANDOM = Random(20171015)
# The product of the first 39 primes, which belongs to keys of up to 960 bits.
PRIMORIAL = prod(n for n in range(2, 168) if all(n % d for d in range(2, n)))


def prime_from(number: int) -> int:
    """The first number from this on that passes Fermat's test."""
    number |= 1
    while pow(2, number - 1, number) != 1:
        number += 2
    return number


def infineon_prime() -> int:
    """A prime of some 256 bits as the faulty library made them: k * M + (65537 ** a mod M) (CVE-2017-15361)."""
    while True:
        candidate = RANDOM.getrandbits(256 - PRIMORIAL.bit_length()) * PRIMORIAL
        candidate += pow(65537, RANDOM.getrandbits(64), PRIMORIAL)
        if pow(2, candidate - 1, candidate) == 1:
            return candidate


def by_hand(modulus: int) -> bool:
    """Fermat's method as it is in the books."""
    first = isqrt(modulus - 1) + 1
    numbers = range(first, first + weaknesses.FERMAT_ROUNDS)
    return any(isqrt(a * a - modulus) ** 2 == a * a - modulus for a in numbers)


@pytest.mark.parametrize("gap", [2, 1 << 250, 1 << 259])
def test_close_factors_are_found(gap):
    """B-52: two primes of 512 bits that agree in their upper half, and one next to the other."""
    first = prime_from(RANDOM.getrandbits(512) | 3 << 510)
    assert weaknesses.has_close_factors(first * prime_from(first + gap))


@pytest.mark.parametrize(("rounds", "found"), [(1, True), (100, True), (110, True), (111, False)])
def test_how_far_close_factors_are_looked_for(rounds, found):
    """B-52: Of a² - b², whose a is so many steps from the root: the Requirements ask for a hundred."""
    a, steps = 2**1024 + 1, rounds - 1
    b = isqrt(2 * a * steps - steps**2) + 2
    assert weaknesses.has_close_factors(a**2 - (b + b % 2) ** 2) is found


def test_a_square_is_the_closest():
    """Its root is found in the first round."""
    assert weaknesses.has_close_factors((2**1024 - 105) ** 2)


def test_the_sieve_misses_nothing_and_invents_nothing():
    """On small numbers, where about every second has close factors, it says what the plain method says."""
    moduli = [RANDOM.getrandbits(24) | 5 for _ in range(2000)]
    told = [weaknesses.has_close_factors(modulus) for modulus in moduli]
    assert told == [by_hand(modulus) for modulus in moduli]
    assert 200 < sum(told) < 1800


def test_infineons_keys_are_found():
    """B-52: ROCA, made by the faulty library's recipe."""
    modulus = infineon_prime() * infineon_prime()
    assert weaknesses.has_roca_fingerprint(modulus)
    assert not weaknesses.has_roca_fingerprint(modulus + 2)


@pytest.mark.parametrize("bits", [2048, 3072])
def test_a_good_key_is_neither(bits):
    modulus = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key().public_numbers().n
    assert not weaknesses.has_roca_fingerprint(modulus)
    assert not weaknesses.has_close_factors(modulus)


@pytest.mark.peer("openssl")
def test_the_mark_of_debians_lists(tmp_path):
    """B-52: it is computed as openssl-vulnkey computes it, by what OpenSSL prints of the key."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    printed = openssl.modulus(tmp_path / "key.pem").encode()
    assert weaknesses.mark(key.public_key().public_numbers().n).hex() == hashlib.sha1(printed).hexdigest()[20:]
