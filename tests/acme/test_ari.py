"""Renewal information: identifiers of the RFC, windows, and the choice of an instant."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import ari
from tegata.acme.codec import Malformed
from tegata.acme.messages import RenewalInfo, SuggestedWindow
from tegata.acme.window import Window, choose_instant, default_window
from tegata.pki import certs, keys
from tegata.pki.key_types import KeyType
from tests import vectors
from tests.pki import issued

VECTOR = vectors.load("ari")
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTOR["identifiers"])
def test_identifiers_of_key_id_and_serial(vector):
    """The sign octet of the serial number is kept, and read back (F-20, X-11)."""
    aki, serial = bytes.fromhex(vector["aki"]), int(vector["serial"], 16)
    assert ari.cert_id_of(aki, serial) == vector["cert_id"]
    assert ari.parse_cert_id(vector["cert_id"]) == (aki, serial)


def test_the_certificate_of_the_rfc():
    """RFC 9773, appendix A (F-20)."""
    certificate = x509.load_pem_x509_certificate(VECTOR["certificate"].encode())
    assert ari.cert_id(certificate) == VECTOR["cert_id"]


def test_without_an_authority_key_id_there_is_no_identifier():
    """X-11."""
    key = keys.generate(KeyType.EC256)
    root = issued.root()
    assert ari.cert_id(root.issue(key.public_key(), ["a.example"], key_id=False)) is None
    certificate = root.issue(key.public_key(), ["a.example"], serial=0xFF)
    assert ari.cert_id(certificate) == f"{ari.cert_id_of(certs.authority_key_id(certificate) or b'', 0xFF)}"


@given(st.binary(min_size=1, max_size=32), st.integers(1, 2**159 - 1))
def test_every_identifier_is_read_back(aki, serial):
    """X-11."""
    assert ari.parse_cert_id(ari.cert_id_of(aki, serial)) == (aki, serial)


@pytest.mark.parametrize("aki", [bytes(1), bytes(64)])
@pytest.mark.parametrize("serial", [1, 2**159 - 1])
def test_the_shortest_and_longest_identifiers(aki, serial):
    """X-11: a key identifier of 64 octets, a serial number of 20 (RFC 5280 §4.1.2.2), and not one octet more."""
    assert ari.parse_cert_id(ari.cert_id_of(aki, serial)) == (aki, serial)
    for text in (ari.cert_id_of(bytes(65), serial), ari.cert_id_of(aki, 2**159)):
        with pytest.raises(Malformed):
            ari.parse_cert_id(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("aYhba4dGQEHhs3uEe6CuLN4ByNQ", "it is not a certificate identifier of two parts"),
        ("A" * 88 + ".AIdlQyE", "a part of the certificate identifier has an impossible length"),
        ("aYhba4dGQEHhs3uEe6CuLN4ByNQ." + "f" * 28, "a part of the certificate identifier has an impossible length"),
        ("aYhba4dGQEHhs3uEe6CuLN4ByNQ.h2VDIQ", "the serial number is not written as in a certificate"),
        ("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AA", "the serial number is not written as in a certificate"),
    ],
)
def test_why_it_is_no_identifier(text, reason):
    """X-11: whoever wrote it is told."""
    with pytest.raises(Malformed) as caught:
        ari.parse_cert_id(text)
    assert caught.value.facts == {"reason": reason}


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ.",
        ".AIdlQyE",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE.AA",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ=.AIdlQyE=",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ.h2VDIQ",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AAAAfw",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AA",
        "aYhba4dGQEHhs3uEe6CuLN4ByNQ./w",
        "../../etc/passwd",
        "A" * 100 + "." + "A" * 100,
        "AAAA." + "f" * 40,
    ],
)
def test_what_is_no_identifier_is_malformed(text):
    """Padding, negative, zero, not shortest, too long (X-11)."""
    with pytest.raises(Malformed):
        ari.parse_cert_id(text)


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [
        # 90 days: 2/3 is day 60, and 1 % is 0.9 days.
        (90, timedelta(days=60) - timedelta(days=0.9), timedelta(days=60) + timedelta(days=0.9)),
        # 47 days: between day 30.86 and day 31.8.
        (47, timedelta(days=47 * 2 / 3 - 0.47), timedelta(days=47 * 2 / 3 + 0.47)),
        # 160 hours, shorter than ten days: around the half.
        (160 / 24, timedelta(hours=80 - 1.6), timedelta(hours=80 + 1.6)),
    ],
)
def test_the_default_window(days, start, end):
    """Around two thirds of life, half of a short one, 2 % wide (X-18)."""
    not_after = START + timedelta(days=days) - timedelta(seconds=1)
    window = default_window(START, not_after)
    assert abs(window.start - (START + start)) <= timedelta(seconds=1)
    assert abs(window.end - (START + end)) <= timedelta(seconds=1)


def info(start: str, end: str) -> RenewalInfo:
    return RenewalInfo(suggested_window=SuggestedWindow(start=start, end=end))


def test_the_window_of_an_answer():
    """X-12."""
    assert ari.suggested(info("2025-01-02T04:00:00.5Z", "2025-01-03T13:00:00+09:00")) == Window(
        datetime(2025, 1, 2, 4, 0, 0, 500_000, tzinfo=UTC), datetime(2025, 1, 3, 4, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-01-03T04:00:00Z", "2025-01-02T04:00:00Z"),
        ("2025-01-02T04:00:00Z", "2025-01-02T04:00:00Z"),
        ("soon", "2025-01-02T04:00:00Z"),
        ("2025-01-02T04:00:00", "2025-01-03T04:00:00"),
        ("", ""),
    ],
)
def test_a_window_out_of_order_is_no_answer(start, end):
    """A start that is not before the end, or no time at all (X-12)."""
    assert ari.suggested(info(start, end)) is None


def test_an_instant_in_a_window():
    window = Window(START, START + timedelta(hours=10))
    assert choose_instant(window, 0.0) == START
    assert choose_instant(window, 0.25) == START + timedelta(hours=2.5)
    assert choose_instant(window, 1.0) == window.end


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(None, 21_600), (0, 60), (-5, 60), (59, 60), (60, 60), (600, 600), (86_400, 86_400), (1e9, 86_400)],
)
def test_retry_after_is_clamped(said, seconds):
    """Between a minute and a day; six hours where nothing was said (RFC 9773 §4.3.2) (X-14)."""
    assert ari.clamp_retry_after(said) == seconds
