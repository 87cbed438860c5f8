"""Where generated input comes from: good samples with anything done to them, and plain noise. Knows no parser."""

from hypothesis import strategies as st

# Pieces that parsers stumble over: nesting, signs of other languages, ends of things, numbers at the edge of types.
_PIECES = (
    b"\x00", b"\xff", b"\x80\x80", b"\n", b"\r\n\r\n", b"\x1b[2J", b'"', b"\\u0000", b"\\ud800", b"{", b"}", b"[" * 40,
    b"]", b",", b":", b"null", b"true", b"-1", b"1e999", b"9" * 30, b"NaN", b"../", b"%2e%2e/", b"\xe3\x81\x82",
    b"\xef\xbb\xbf", b"\xe2\x80\xae", b"=", b"-", b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n",
    b"-----BEGIN PRIVATE KEY-----\n", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x02\x01\x00", b" ", b"\t",
)  # fmt: skip


@st.composite
def octets(draw: st.DrawFn, *samples: bytes) -> bytes:
    """Noise, or one of these samples after up to six edits: cut, doubled, overwritten, or something put in."""
    if not samples or draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    content = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 20)))
        match draw(st.integers(0, 3)):
            case 0:
                content = content[:start] + content[end:]
            case 1:
                content = content[:end] + content[start:]
            case 2:
                content = content[:start] + draw(st.binary(max_size=4)) + content[end:]
            case _:
                content = content[:start] + draw(st.sampled_from(_PIECES)) + content[start:]
    return content


def texts(*samples: str) -> st.SearchStrategy[str]:
    """The same as text: some of it whole code points, lone surrogates included, some whatever Latin-1 makes of it."""
    edited = octets(*(sample.encode() for sample in samples))
    return st.one_of(
        edited.map(lambda content: content.decode("utf-8", "replace")),
        edited.map(lambda content: content.decode("latin-1")),
        edited.map(lambda content: content.decode("utf-8", "surrogateescape")),
        st.text(max_size=80),
    )
