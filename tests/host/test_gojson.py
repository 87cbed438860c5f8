"""JSON as Go writes it: the vectors are lego 4.9.1's own files, and what Go's encoder escapes."""

import pytest

from tegata.host.gojson import dump, load

LEGO_WROTE = b"""{
\t"email": "test@example.com",
\t"registration": {
\t\t"body": {
\t\t\t"status": "valid",
\t\t\t"contact": [
\t\t\t\t"mailto:test@example.com"
\t\t\t],
\t\t\t"orders": "https://localhost:24000/list-orderz/15bcd626402ce69d"
\t\t},
\t\t"uri": "https://localhost:24000/my-account/15bcd626402ce69d"
\t}
}"""


def test_lego_s_account_file_is_written_octet_for_octet() -> None:
    """What lego 4.9.1 wrote for an account at Pebble is read and written without a difference."""
    assert dump(load(LEGO_WROTE)) == LEGO_WROTE


def test_go_s_escapes() -> None:
    """Go escapes what could end a script element, and no other letters."""
    assert dump({"u": "https://ca/?a=1&b=<2>", "n": "日本"}) == (
        '{\n\t"u": "https://ca/?a=1\\u0026b=\\u003c2\\u003e",\n\t"n": "日本"\n}'.encode()
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff"])
def test_what_is_no_object(content: bytes) -> None:
    """One exception for all of it."""
    with pytest.raises(ValueError):
        load(content)
