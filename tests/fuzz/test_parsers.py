"""Whatever arrives, a reader gives its value or one of the exceptions it documents, and soon."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.extent import EXTENT
from tests.fuzz.inputs import octets
from tests.fuzz.parsers import PARSERS
from tests.fuzz.reading import read

BY_NAME = {parser.name: parser for parser in PARSERS}
SECONDS = 10.0
"""Of the processor: others may keep it busy."""


@pytest.mark.parametrize("name", BY_NAME)
def test_good_samples_are_read(name: str) -> None:
    """Otherwise the edits would begin with what is refused at once."""
    for sample in BY_NAME[name].samples:
        BY_NAME[name].read(sample)


@pytest.mark.parametrize("name", BY_NAME)
@EXTENT
@given(data=st.data())
def test_nothing_but_the_documented(name: str, data: st.DataObject) -> None:
    parser = BY_NAME[name]
    content = data.draw(octets(*parser.samples))
    read(parser, content)


@pytest.mark.parametrize("name", BY_NAME)
def test_giants_end_soon(name: str) -> None:
    """Megabytes of a sample, of nesting, of digits, of one line without an end: an answer within seconds."""
    parser = BY_NAME[name]
    pieces = [
        *parser.samples,
        b"[",
        b'{"a":',
        b"9",
        b"a",
        b"a.",
        b",",
        b" ",
        b"-",
        b"\x30\x80",
        b"\x00",
        b"<a>;",
        b"=\n",
    ]
    for piece in pieces:
        for content in (piece * (parser.giant // len(piece)), parser.samples[0] + piece * (parser.giant // len(piece))):
            started = time.process_time()
            read(parser, content)
            assert time.process_time() - started < SECONDS, piece
