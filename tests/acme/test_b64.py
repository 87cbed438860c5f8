"""Base64url: one spelling for each value, every other refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import b64
from tegata.acme.b64 import BadBase64
from tegata.acme.codec import Malformed
from tests import vectors

VECTORS = vectors.load("base64url")


@pytest.mark.parametrize("vector", VECTORS["valid"])
def test_known_values(vector):
    """Without padding, in the URL-safe alphabet (F-01)."""
    assert b64.encode(bytes.fromhex(vector["hex"])) == vector["text"]
    assert b64.decode(vector["text"]).hex() == vector["hex"]


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_other_spellings_are_refused(text):
    """Padding, the other alphabet, white space, loose bits: malformed (A-04, F-01)."""
    with pytest.raises(BadBase64) as caught:
        b64.decode(text)
    assert isinstance(caught.value, Malformed)


@given(st.binary(max_size=100))
def test_what_is_encoded_is_decoded(data):
    assert b64.decode(b64.encode(data)) == data


@given(st.text("ABCxyz019-_=+/ ", max_size=12))
def test_no_value_has_two_spellings(text):
    try:
        data = b64.decode(text)
    except BadBase64:
        return
    assert b64.encode(data) == text
