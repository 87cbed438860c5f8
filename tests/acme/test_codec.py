"""JSON at the edges: limits before parsing, unknown members ignored, null as absent, no duplicate where signed."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.acme import codec
from tegata.acme.codec import Malformed


class Sample(msgspec.Struct, frozen=True):
    """A message with one member that must be there."""

    name: str
    items: tuple[str, ...] = ()
    count: int | None = None


def refusal(data: bytes, limit: int = 1000) -> str:
    with pytest.raises(Malformed) as caught:
        codec.decode(data, Sample, limit)
    return str(caught.value.facts["reason"])


def test_unknown_members_are_ignored():
    """In every message, at every level (A-29)."""
    assert codec.decode(b'{"name":"a","other":{"x":[1,2]}}', Sample, 1000) == Sample("a")


def test_null_is_absent():
    """Servers written in Go send null for an empty list (A-29)."""
    assert codec.decode(b'{"name":"a","items":null,"count":null}', Sample, 1000) == Sample("a")


@pytest.mark.parametrize(
    "data", [b'{"name":null}', b"{}", b'{"name":1}', b"[]", b'"a"', b"null", b'{"name":"a","items":[1]}']
)
def test_wrong_shapes_are_malformed(data):
    assert refusal(data)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"{'name':'a'}", b'{"name":"\xff"}', b"<html>", b'{"name":"a"} x', b"[" * 900]
)
def test_what_is_no_json_is_malformed(data):
    assert refusal(data) == "it is not JSON"


def test_size_is_limited_before_parsing():
    data = b'{"name":"a"}'
    assert codec.decode(data, Sample, len(data)) == Sample("a")
    assert refusal(data, len(data) - 1) == "it is too long"


def test_depth_is_limited():
    """A small body can still be deep (S-20)."""

    def nested(levels: int) -> bytes:
        return b'{"name":"a","x":' + b"[" * levels + b"]" * levels + b"}"

    assert codec.decode(nested(32), Sample, 10_000) == Sample("a")
    assert refusal(nested(33), 10_000) == "it is nested too deeply"
    objects = b'{"name":"a","x":' + b'{"x":' * 31 + b"{}" + b"}" * 32
    assert codec.decode(objects, Sample, 10_000) == Sample("a")
    assert refusal(objects.replace(b"{}", b'{"x":{}}'), 10_000) == "it is nested too deeply"
    assert refusal(nested(50_000), 1_000_000) in {"it is nested too deeply", "it is not JSON"}


def test_a_strict_object_has_each_member_once():
    """No two readers may see two meanings in what is signed (S-31)."""
    assert codec.strict_object(b'{"a":1,"b":{"a":2}}') == {"a": 1, "b": {"a": 2}}
    for data in [b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'{"x":{"a":1,"a":2}}', b'{"x":[{"a":1,"a":2}]}']:
        with pytest.raises(Malformed) as caught:
            codec.strict_object(data)
        assert caught.value.facts == {"reason": "a member appears twice in a JSON object"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(['""', '"x"', '"\\""', "1", "[]", '{"a":"b"}']))))
def test_a_member_twice_is_found_whatever_stands_beside_it(members):
    """Also where reading once is enough to see that all is well (S-31)."""
    text = "{" + ",".join(f'"{name}":{value}' for name, value in members) + "}"
    if len({name for name, _ in members}) == len(members):
        assert codec.strict_object(text.encode()) == json.loads(text)
    else:
        with pytest.raises(Malformed):
            codec.strict_object(text.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"a"',
        b"1",
        b"null",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b'{"a":"\xff"}',
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":' * 50_000,
    ],
)
def test_what_is_no_strict_object_is_malformed(data):
    with pytest.raises(Malformed):
        codec.strict_object(data)


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_octets_break_the_readers(data):
    """Arbitrary octets end in Malformed or a value (S-19)."""
    for read in (codec.strict_object, lambda octets: codec.decode(octets, Sample, 200)):
        try:
            read(data)
        except Malformed:
            continue
