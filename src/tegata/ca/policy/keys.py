"""Which public keys a certificate may have: the service's key rule, and what makes an RSA key unfit anywhere.

Keys that are known to others than their owner are named by the SHA-256 of their SubjectPublicKeyInfo, or RSA keys as
lists of Debian's weak keys have them; where such a list is from is unknown here.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import count, islice
from math import ceil, gcd, isqrt, lcm, log2, prod
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tegata.ca.errors import BadCertificateRequest, UnsuitableAccountKey, WrongKey
from tegata.ca.settings import Service
from tegata.pki import weaknesses
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PublicKey, describe, spki_digest, type_of

_LABELS = {
    KeyType.RSA2048: "RSA 2048",
    KeyType.RSA3072: "RSA 3072",
    KeyType.RSA4096: "RSA 4096",
    KeyType.RSA8192: "RSA 8192",
    KeyType.EC256: "EC P-256",
    KeyType.EC384: "EC P-384",
    KeyType.EC521: "EC P-521",
    KeyType.ED25519: "Ed25519",
}
_SMALL_FACTORS_BELOW = 752
# BR 6.1.6 allows odd exponents from 3; NIST's range begins here and leaves out the ones attacks are known for.
_EXPONENT_MINIMUM = 2**16 + 1
_EXPONENT_LIMIT = 2**256
# Bits of a root that a float gives safely: the logarithm of 8192 bits is good to 2**-40, which is a unit of the last.
_SEED_BITS = 40
_SIEVED_BITS = 10


COMPROMISED = "it is known to be compromised"
"""What is said of an account's key that is blocked."""

PUBLISHED = frozenset(
    map(
        bytes.fromhex,
        (
            "ad32320cf6c596d884b05381ba573aba8ddd5749b4de8f4a23a79f9a89ddaeb2",  # RFC 7638 §3.1
            "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9",  # RFC 8037 §A.2
            "51b944cdfa544d4c3273aa6bf350625a7dd53bbb6a71723274f538b19a207760",  # RFC 7517 §A.1
            "2bd1bb0c44a897c30a7aa0991cde38d8062fe441de50da0f46825344f602e827",  # RFC 7515 §A.3
            "6fd13c2435a361e7c588cd17f55f5ad3df0177a66c1727a6a200845f4d7ab88c",  # RFC 7515 §A.2
        ),
    )
)
"""Keys whose private halves stand in RFCs, from where they come into people's set-ups."""


def check(public_key: PublicKey, service: Service, blocked: Collection[bytes] = PUBLISHED) -> None:
    """Pass if the service takes this key.

    Raises WrongKey, which names what the service takes, or BadCertificateRequest for an RSA key of the right size that
    is unfit: even or small-factored modulus, prime power, exponent out of range (BR 6.1.5, 6.1.6; B-50), or
    factors that are easily found (B-52); or for any key that is one of the ``blocked`` (B-53).
    """
    key_type = type_of(public_key)
    if key_type is None or key_type not in service.key_types:
        wanted = ", ".join(_LABELS[key_type] for key_type in service.key_types)
        raise WrongKey(got=describe(public_key), wanted=wanted, key_types=", ".join(service.key_types))
    if isinstance(public_key, RSAPublicKey):
        if not _EXPONENT_MINIMUM <= public_key.public_numbers().e < _EXPONENT_LIMIT:
            raise BadCertificateRequest(reason="its RSA exponent is out of range: use 65537")
        _check_modulus(public_key)
    if any(name in blocked for name in names_in_lists(public_key)):
        raise BadCertificateRequest(reason="its key is known to be compromised")


def check_account_key(public_key: PublicKey, blocked: Collection[bytes] = PUBLISHED) -> None:
    """Pass if an account may have this key.

    Raises UnsuitableAccountKey for one of the ``blocked`` (B-53), and for an RSA key whose factors are easily found:
    who finds them has the account (B-52, S-27).
    """
    if isinstance(public_key, RSAPublicKey):
        try:
            _check_modulus(public_key)
        except BadCertificateRequest as unfit:
            raise UnsuitableAccountKey(reason=unfit.facts["reason"]) from None
    check_unlisted(names_in_lists(public_key), blocked)


def check_unlisted(names: Iterable[bytes], blocked: Collection[bytes]) -> None:
    """Pass an account's key that is none of the ``blocked`` by any of its names; raises UnsuitableAccountKey (B-53)."""
    if any(name in blocked for name in names):
        raise UnsuitableAccountKey(reason=COMPROMISED)


def names_in_lists(public_key: PublicKey) -> tuple[bytes, ...]:
    """What lists may name the key by: the SHA-256 of its SPKI first, then what lists of Debian's weak RSA keys have."""
    digest = spki_digest(public_key)
    if isinstance(public_key, RSAPublicKey):
        return digest, weaknesses.mark(public_key.public_numbers().n)
    return (digest,)


def _check_modulus(public_key: RSAPublicKey) -> None:
    """Pass a modulus whose factors are not easily found, whatever its length."""
    n = public_key.public_numbers().n
    if gcd(n, _small_primes_product()) != 1:
        raise BadCertificateRequest(reason="its RSA modulus has a small factor")
    if _is_power(n):
        raise BadCertificateRequest(reason="its RSA modulus is a power of one number")
    if weaknesses.has_roca_fingerprint(n):
        raise BadCertificateRequest(reason="its RSA key is of a generator with a known fault (ROCA)")
    if weaknesses.has_close_factors(n):
        raise BadCertificateRequest(reason="the factors of its RSA modulus are too close together")


@cache
def _small_primes_product() -> int:
    return prod(_primes_below(_SMALL_FACTORS_BELOW))


@cache
def _primes_below(limit: int) -> tuple[int, ...]:
    return tuple(n for n in range(2, limit) if all(n % d for d in range(2, isqrt(n) + 1)))


def _is_power(n: int) -> bool:
    """Whether n = r**k for some k > 1. Without factors below 752 each factor r takes more than 9 of n's bits."""
    product, tests = _tests(_primes_below(n.bit_length() // 9 + 1))
    rest = n % product
    return any(
        rest % first in powers and all(rest % p in others for p, others in more) and _root(n, k) ** k == n
        for k, (first, powers), *more in tests
    )


@cache
def _tests(exponents: tuple[int, ...]) -> tuple[int, list[Any]]:
    """For each exponent k some primes of the form 1 + m*k, each with the k-th powers modulo it: one number in k is one.

    So many that hardly one number in a thousand is a power modulo all of them. And the primes' product: what is left of
    a large number modulo it is a small one that has the same remainders.
    """
    tests, product = [], 1
    for k in exponents:
        primes = list(islice(_primes_above(k), ceil(_SIEVED_BITS / log2(k))))
        tests.append([k, *((p, _powers(k, p)) for p in primes)])
        product = lcm(product, *primes)
    return product, tests


def _powers(k: int, p: int) -> set[int]:
    """The k-th powers modulo a prime 1 + m*k: zero and m others."""
    found, roots = {0}, count(1)
    while len(found) <= (p - 1) // k:
        found.add(pow(next(roots), k, p))
    return found


def _primes_above(k: int) -> Iterator[int]:
    """The primes of the form 1 + m*k, the smallest first."""
    return (p for p in count(1 + k, k) if all(p % d for d in range(2, isqrt(p) + 1)))


def _root(n: int, k: int) -> int:
    """The whole k-th root of n, rounded down, by Newton's method from a little above.

    From a power of two it would take some k steps to come near; from a float's logarithm it is near at once.
    """
    exponent = log2(n) / k
    shift = max(int(exponent) - _SEED_BITS, 0)
    x = int(2 ** (exponent - shift)) + 4 << shift
    while True:
        y = ((k - 1) * x + n // x ** (k - 1)) // k
        if y >= x:
            return x
        x = y
