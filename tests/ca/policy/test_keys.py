"""The key rule of a service, and RSA keys that are unfit anywhere."""

from collections.abc import Iterable
from math import gcd, prod

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tegata.acme import jwk
from tegata.ca.errors import BadCertificateRequest, UnsuitableAccountKey, WrongKey
from tegata.ca.policy import keys
from tegata.ca.policy.keys import check, check_account_key
from tegata.ca.settings import Service
from tegata.pki import weaknesses
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, spki_digest
from tests import vectors
from tests.ca.policy.samples import OV

BOTH = Service(label="", key_types=(KeyType.RSA2048, KeyType.EC256))
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
MODULUS = RSA.public_key().public_numbers().n
# A prime of 1024 bits: its square is a modulus of the right size that gives its factor away.
PRIME = 2**1024 - 105


def without_small_factors(numbers: Iterable[int]) -> int:
    """The first number that no prime below 752 divides."""
    return next(n for n in numbers if gcd(n, prod(range(2, 752))) == 1)


# Two factors as a generator finds them that goes on from its first one.
CLOSE = PRIME * without_small_factors(range(PRIME - 2, 0, -2))
COFACTOR = without_small_factors(range(2**2038 + 1, 2**2039, 2))
# A power of 65537 modulo the small primes that tell, as Infineon's library makes moduli.
_TELLING = prod(n for n in range(3, 168) if all(n % d for d in range(2, n)))
ROCA = without_small_factors(
    range(pow(65537, 4711, _TELLING) + 2**2047 // _TELLING * _TELLING + _TELLING, 2**2048, _TELLING)
)
PUBLISHED = [*vectors.load("jwk_thumbprints")["vectors"], *vectors.load("jws_signatures")["vectors"]]


def test_the_service_takes_its_keys():
    """The product's rule is RSA 2048; another service may take more (X-67)."""
    check(RSA.public_key(), OV)
    check(RSA.public_key(), BOTH)
    check(generate(KeyType.EC256).public_key(), BOTH)
    check(rsa.RSAPublicNumbers(2**256 - 1, MODULUS).public_key(), OV)


@pytest.mark.parametrize(
    ("key", "got"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "EC P-256"),
        (ec.generate_private_key(ec.SECP521R1()), "EC P-521"),
        (Ed25519PrivateKey.generate(), "Ed25519"),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), "RSA 1024"),
    ],
)
def test_a_wrong_key_is_told_the_right_one(key, got):
    """The refusal names what was sent and what the service takes."""
    with pytest.raises(WrongKey) as caught:
        check(key.public_key(), OV)
    assert caught.value.facts == {"got": got, "wanted": "RSA 2048", "key_types": "rsa2048"}


@pytest.mark.parametrize("bits", [2047, 2049, 2056])
def test_an_rsa_key_has_the_length_of_a_key_type(bits):
    """B-50: a service that takes all of them takes none of another length."""
    modulus = 2**bits // 3 * 2 | 1
    assert modulus.bit_length() == bits
    with pytest.raises(WrongKey):
        check(rsa.RSAPublicNumbers(65537, modulus).public_key(), Service(label="", key_types=tuple(KeyType)))


def test_an_even_exponent_is_not_read():
    """B-50: by the library itself, before any rule."""
    with pytest.raises(ValueError, match="odd"):
        rsa.RSAPublicNumbers(65538, MODULUS).public_key()


def test_a_service_with_several_keys_names_them_all():
    """By their names for people and by the words of --key-type."""
    with pytest.raises(WrongKey) as caught:
        check(generate(KeyType.EC384).public_key(), BOTH)
    assert caught.value.facts == {"got": "EC P-384", "wanted": "RSA 2048, EC P-256", "key_types": "rsa2048, ec256"}


@pytest.mark.parametrize(
    ("n", "e", "reason"),
    [
        (MODULUS, 3, "its RSA exponent is out of range: use 65537"),
        (MODULUS, 2**16 - 1, "its RSA exponent is out of range: use 65537"),
        (MODULUS, 2**256 + 1, "its RSA exponent is out of range: use 65537"),
        (MODULUS - 1, 65537, "its RSA modulus has a small factor"),
        (751 * COFACTOR, 65537, "its RSA modulus has a small factor"),
        (PRIME * PRIME, 65537, "its RSA modulus is a power of one number"),
        (CLOSE, 65537, "the factors of its RSA modulus are too close together"),
        (ROCA, 65537, "its RSA key is of a generator with a known fault (ROCA)"),
    ],
    ids=[
        "exponent-3",
        "exponent-too-small",
        "exponent-too-big",
        "even",
        "factor-751",
        "square",
        "close-factors",
        "roca",
    ],
)
def test_unfit_rsa_keys(n, e, reason):
    """B-50: odd modulus of whole octets, without small factors, no power of a prime; exponent in the safe range.

    B-52: and nobody finds its factors in a moment.
    """
    assert n.bit_length() == 2048
    with pytest.raises(BadCertificateRequest) as caught:
        check(rsa.RSAPublicNumbers(e, n).public_key(), OV)
    assert caught.value.facts["reason"] == reason
    if n == MODULUS:  # of accounts, any exponent
        check_account_key(rsa.RSAPublicNumbers(e, n).public_key())
        return
    with pytest.raises(UnsuitableAccountKey) as refused:
        check_account_key(rsa.RSAPublicNumbers(e, n).public_key())
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize("vector", PUBLISHED, ids=[one["provenance"] for one in PUBLISHED])
def test_keys_out_of_rfcs_are_refused(vector):
    """B-53: their private halves stand in the RFCs, for everybody; neither a certificate nor an account has them."""
    key = jwk.to_public(vector["jwk"])
    with pytest.raises(BadCertificateRequest) as caught:
        check(key, Service(label="", key_types=tuple(KeyType)))
    assert caught.value.facts["reason"] == "its key is known to be compromised"
    with pytest.raises(UnsuitableAccountKey):
        check_account_key(key)


def test_a_key_of_the_list_is_refused():
    """B-53: a blocked key is refused, and no other."""
    blocked = {spki_digest(RSA.public_key())}
    with pytest.raises(BadCertificateRequest):
        check(RSA.public_key(), OV, blocked)
    with pytest.raises(UnsuitableAccountKey):
        check_account_key(RSA.public_key(), blocked)
    check(RSA.public_key(), OV)
    check_account_key(RSA.public_key())


def test_a_key_of_debians_list_is_refused():
    """B-52: for certificates and accounts, by what such lists have for its modulus; an EC key has none."""
    blocked = {weaknesses.mark(RSA.public_key().public_numbers().n)}
    with pytest.raises(BadCertificateRequest, match="compromised"):
        check(RSA.public_key(), OV, blocked)
    with pytest.raises(UnsuitableAccountKey):
        check_account_key(RSA.public_key(), blocked)
    check_account_key(generate(KeyType.EC256).public_key(), blocked)


@pytest.mark.parametrize("exponent", [2, 3, 5, 31, 47, 199])
@pytest.mark.parametrize("bits", [2048, 4096, 8192])
def test_powers_are_found(bits, exponent):
    """B-50: the highest power without small factors in so many bits is one, its neighbours are none."""
    root = 1 << bits // exponent + 1
    while (root**exponent).bit_length() > bits:
        root -= max(root >> 12, 1)
    while gcd(root, prod(range(2, 752))) != 1:
        root -= 1
    assert keys._is_power(root**exponent)
    assert not keys._is_power(root**exponent + 2)
    assert not keys._is_power(root**exponent - 2)
