"""DER, as little of it as signing and linting need: strict reading of elements, and writing them (X.690 §10).

Pure; knows tags and lengths, not what they mean in a certificate.
"""

from datetime import datetime
from functools import cache
from io import BytesIO
from typing import NamedTuple

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
PRINTABLE_STRING = 0x13
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

_LONG_FORM = 0x80
_HIGH_TAG = 0x1F
_STEP = 1 << 18


class Element(NamedTuple):
    """One tag-length-value: ``encoded`` is all of it, ``content`` its value."""

    tag: int
    content: bytes
    encoded: bytes


def write(tag: int, *contents: bytes) -> bytes:
    """An element with this tag around the concatenated contents."""
    content = b"".join(contents)
    return header(tag, len(content)) + content


def write_long(tag: int, *contents: bytes) -> bytes:
    """The same for many megabytes, in so small steps that other threads have their turn between them."""
    written = BytesIO()
    written.write(header(tag, sum(map(len, contents))))
    for content in contents:
        view = memoryview(content)
        for begin in range(0, len(view), _STEP):
            written.write(view[begin : begin + _STEP])
    return written.getvalue()


def header(tag: int, length: int) -> bytes:
    """Tag and length of an element."""
    if length < _LONG_FORM:
        return (tag << 8 | length).to_bytes(2)
    digits = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, _LONG_FORM | len(digits)]) + digits


def time(at: datetime) -> bytes:
    """UTCTime through 2049, GeneralizedTime from 2050, of an instant in UTC (RFC 5280 §4.1.2.5, §5.1.2.4)."""
    digits = (at.month, at.day, at.hour, at.minute, at.second)
    if at.year < 2050:
        return b"\x17\x0d" + b"%02d%02d%02d%02d%02d%02dZ" % (at.year % 100, *digits)
    return b"\x18\x0f" + b"%04d%02d%02d%02d%02d%02dZ" % (at.year, *digits)


@cache
def object_identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, such as ``2.5.4.3``."""
    first, second, *arcs = map(int, dotted.split("."))
    return write(OBJECT_IDENTIFIER, *map(_base128, (40 * first + second, *arcs)))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(arc & 0x7F | 0x80)
    return bytes(reversed(groups))


def elements(data: bytes) -> list[Element]:
    """The elements that fill ``data`` exactly; raises ValueError for anything that is not DER."""
    found = []
    begin, size = 0, len(data)
    while begin < size:
        if size - begin < 2 or data[begin] & _HIGH_TAG == _HIGH_TAG:
            raise ValueError("a cut or unusual tag")
        start, length = begin + 2, data[begin + 1]
        if length >= _LONG_FORM:
            start += length - _LONG_FORM
            digits = data[begin + 2 : start]
            length = int.from_bytes(digits)
            if not digits or digits[0] == 0 or length < _LONG_FORM:
                raise ValueError("a length that is indefinite or not the shortest")
        end = start + length
        if end > size:
            raise ValueError("content cut short")
        found.append(Element(data[begin], data[start:end], data[begin:end]))
        begin = end
    return found


def only(data: bytes, tag: int) -> Element:
    """The one element that ``data`` is; raises ValueError if it is another, or more than one."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise ValueError(f"not a single element with tag {tag:#04x}")
    return found[0]
