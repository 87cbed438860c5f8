"""DNS messages as the CA's own questions need them: one question written, its answer read (RFC 1035 §4, RFC 6891).

Pure: octets in, values out. The answer is somebody's datagram: whatever is not wholly well-formed, or not the answer to
this very question, is none. Only the records that were asked for and the aliases that lead to them are read.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple

A, CNAME, SOA, TXT, AAAA, CAA = 1, 5, 6, 16, 28, 257
_NS, _OPT = 2, 41
_IN = 1

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
# A server that read no further may leave the question out of these; none of them is an answer about the name.
_MAY_BE_BARE = frozenset({FORMERR, SERVFAIL, NOTIMP, REFUSED})

_RESPONSE, _OPCODE, _TRUNCATED, _RECURSION, _AUTHENTIC, _RCODE = 0x8000, 0x7800, 0x0200, 0x0100, 0x0020, 0xF

# No answer by UDP is larger, so that none is fragmented on its way.
PAYLOAD = 1232
_LONGEST_NAME = 255
_LONGEST_TEXT = 253
_LONGEST_LABEL = 63
# Of aliases one after the other; of pointers in one name, which else could make a message cost its length squared.
_MOST_ALIASES = 16
_MOST_POINTERS = 64
_EXTENDED_ERROR = 15

_HEADER = struct.Struct("!6H")
_BEGINNING = struct.Struct("!3H")
_QUESTION = struct.Struct("!HH")
_RECORD = struct.Struct("!HHIH")
_OPTION = struct.Struct("!HH")
# The root's name, type, payload, then neither extended code nor version nor flags nor options.
_EDNS = b"\0" + _RECORD.pack(_OPT, PAYLOAD, 0, 0)
# Of a text as zone files have it (RFC 1035 §5.1).
_ESCAPED = frozenset(b'"().;\\@$')


class NameTooLong(Exception):
    """It is no name that DNS can ask for."""


class NotTheAnswer(Exception):
    """It answers nothing that was asked: anybody may have sent it."""


class Malformed(Exception):
    """It is the answer, and is no use: it cannot be read, leads in a circle or only names other servers."""


class Query(NamedTuple):
    """A question on the wire; ``name`` in lower case, as messages hold it."""

    ident: int
    name: bytes
    kind: int
    wire: bytes


class Reply(NamedTuple):
    """What a server answered: ``records`` are the contents of those asked for, found at ``target`` behind all aliases.

    ``extended`` are its extended errors (RFC 8914).
    """

    rcode: int
    truncated: bool = False
    authentic: bool = False
    target: bytes = b""
    records: tuple[bytes, ...] = ()
    extended: tuple[int, ...] = ()


def query(name: str, kind: int, ident: int) -> Query:
    """The question for an absolute name's records, to a recursive server that is to tell of authenticity.

    The AD bit asks for that and for no signatures (RFC 6840 §5.7). Raises NameTooLong.
    """
    labels = name.split(".") if name else []
    if len(name) > _LONGEST_TEXT or not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        raise NameTooLong
    wire = b"".join(bytes((len(label),)) + label.encode("ascii") for label in labels) + b"\0"
    header = _HEADER.pack(ident, _RECURSION | _AUTHENTIC, 1, 0, 0, 1)
    return Query(ident, wire.lower(), kind, header + wire + _QUESTION.pack(kind, _IN) + _EDNS)


def reply(message: bytes, query: Query) -> Reply:
    """The answer to a question; raises NotTheAnswer, Malformed.

    Of a truncated one, nothing but that it is: part of the records is not the records.
    """
    try:
        flags, at = _beginning(message, query)
    except struct.error:
        raise NotTheAnswer from None
    if flags & _TRUNCATED:
        return Reply(flags & _RCODE, truncated=True)
    try:
        return _sections(message, at, flags, query)
    except (struct.error, IndexError):
        raise Malformed from None


def _beginning(message: bytes, query: Query) -> tuple[int, int]:
    """The flags, and where the question ends, which must be the one that was asked."""
    ident, flags, questions = _BEGINNING.unpack_from(message)
    if ident != query.ident or flags & (_RESPONSE | _OPCODE) != _RESPONSE:
        raise NotTheAnswer
    if not questions and flags & _RCODE in _MAY_BE_BARE:
        return flags, _HEADER.size
    end = _HEADER.size + len(query.name)
    if questions != 1 or message[_HEADER.size : end].lower() != query.name:
        raise NotTheAnswer
    if _QUESTION.unpack_from(message, end) != (query.kind, _IN):
        raise NotTheAnswer
    return flags, end + _QUESTION.size


def _sections(message: bytes, at: int, flags: int, query: Query) -> Reply:
    """The three sections behind the question."""
    *_, answers, authorities, additionals = _HEADER.unpack_from(message)
    found, aliases, at = _answers(message, at, answers, query)
    named, at = _authority(message, at, authorities)
    code, extended, at = _additional(message, at, additionals)
    rcode = flags & _RCODE | code << 4
    target = _target(query.name, found, aliases)
    records = tuple(dict.fromkeys(found.get(target, ())))
    for record in records:
        _READERS[query.kind](record)
    is_referral = not records and named == {_NS}
    if at != len(message) or (records and rcode == NXDOMAIN) or (is_referral and rcode == NOERROR):
        raise Malformed
    return Reply(rcode, authentic=bool(flags & _AUTHENTIC), target=target, records=records, extended=extended)


def _answers(
    message: bytes, at: int, count: int, query: Query
) -> tuple[dict[bytes, list[bytes]], dict[bytes, bytes], int]:
    """The records asked for by their owner, the aliases by theirs, and where the section ends."""
    found: dict[bytes, list[bytes]] = {}
    aliases: dict[bytes, bytes] = {}
    for _ in range(count):
        began = at
        at = _skipped(message, at)
        kind, class_, _, length = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        end = at + length
        if end > len(message) or kind == _OPT:
            raise Malformed
        if class_ == _IN and kind == query.kind:
            found.setdefault(_name(message, began)[0], []).append(message[at:end])
        elif class_ == _IN and kind == CNAME:
            target, after = _name(message, at)
            if after != end or aliases.setdefault(_name(message, began)[0], target) != target:
                raise Malformed
        at = end
    return found, aliases, at


def _authority(message: bytes, at: int, count: int) -> tuple[set[int], int]:
    """Which of SOA and NS are there, and where the section ends."""
    kinds = set()
    for _ in range(count):
        at = _skipped(message, at)
        kind, _, _, length = _RECORD.unpack_from(message, at)
        kinds.add(kind)
        at += _RECORD.size + length
        if kind == _OPT:
            raise Malformed
    return kinds & {SOA, _NS}, at


def _additional(message: bytes, at: int, count: int) -> tuple[int, tuple[int, ...], int]:
    """The upper part of the result code, the extended errors, and where the section ends."""
    code, seen = 0, False
    extended: tuple[int, ...] = ()
    for _ in range(count):
        began = at
        at = _skipped(message, at)
        kind, _, flags, length = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        if kind == _OPT:
            if seen or at - began != 1 + _RECORD.size:
                raise Malformed
            seen, code, extended = True, flags >> 24, _extended(message[at : at + length])
        at += length
    return code, extended, at


def _extended(options: bytes) -> tuple[int, ...]:
    """The extended errors among the options of EDNS."""
    codes, at = [], 0
    while at < len(options):
        code, length = _OPTION.unpack_from(options, at)
        at += _OPTION.size
        if at + length > len(options):
            raise Malformed
        if code == _EXTENDED_ERROR:
            codes.append(int.from_bytes(options[at : at + 2], "big") if length >= 2 else -1)
        at += length
    if -1 in codes:
        raise Malformed
    return tuple(codes)


def _target(name: bytes, found: dict[bytes, list[bytes]], aliases: dict[bytes, bytes]) -> bytes:
    """Where the aliases lead that begin at a name."""
    for _ in range(_MOST_ALIASES):
        if name in found or name not in aliases:
            return name
        name = aliases[name]
    raise Malformed


def _name(message: bytes, at: int) -> tuple[bytes, int]:
    """The name at a place, without its compression and in lower case, and where it ends.

    A pointer leads further to the front than any octet read before it, so that no name leads in a circle.
    """
    labels, length, after, front = [], 1, 0, at
    for _ in range(_MOST_POINTERS):
        while 0 < (size := message[at]) <= _LONGEST_LABEL:
            label = message[at : at + size + 1]
            length += size + 1
            if len(label) != size + 1 or length > _LONGEST_NAME:
                raise Malformed
            labels.append(label)
            at += size + 1
        if not size:
            return b"".join(labels).lower() + b"\0", after or at + 1
        after = after or at + 2
        pointer = (size & 0x3F) << 8 | message[at + 1]
        if size < 0xC0 or pointer >= front:
            raise Malformed
        front = at = pointer
    raise Malformed


def _skipped(message: bytes, at: int) -> int:
    """Where the name at a place ends."""
    while size := message[at]:
        if size > _LONGEST_LABEL:
            if size < 0xC0:
                raise Malformed
            return at + 2
        at += size + 1
    return at + 1


def text(name: bytes) -> str:
    """A name of a message for people, as zone files write it, without the dot at the end."""
    labels, at = [], 0
    while size := name[at]:
        labels.append("".join(map(_character, name[at + 1 : at + 1 + size])))
        at += size + 1
    return ".".join(labels) or "."


def _character(octet: int) -> str:
    if 0x20 < octet < 0x7F:
        return f"\\{octet:c}" if octet in _ESCAPED else chr(octet)
    return f"\\{octet:03d}"


def strings(record: bytes) -> tuple[bytes, ...]:
    """The strings of a TXT record, one at least; raises Malformed."""
    found, at = [], 0
    while at < len(record):
        end = at + 1 + record[at]
        if end > len(record):
            raise Malformed
        found.append(record[at + 1 : end])
        at = end
    if not found:
        raise Malformed
    return tuple(found)


def properties(record: bytes) -> tuple[int, bytes, bytes]:
    """The flags, tag and value of a CAA record, whose tag has letters and digits (RFC 8659 §4.1); raises Malformed."""
    if len(record) < 2 or len(record) < 2 + record[1]:
        raise Malformed
    tag, value = record[2 : 2 + record[1]], record[2 + record[1] :]
    if not tag.isalnum():
        raise Malformed
    return record[0], tag, value


def _sized(size: int) -> Callable[[bytes], bytes]:
    def read(record: bytes) -> bytes:
        if len(record) != size:
            raise Malformed
        return record

    return read


_READERS: dict[int, Callable[[bytes], object]] = {
    A: _sized(4),
    AAAA: _sized(16),
    TXT: strings,
    CAA: properties,
    SOA: bytes,
}
