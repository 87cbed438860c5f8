"""What is kept in memory of the files that are served."""

import pytest

from tegata.ca.public.files import PIECE_OCTETS, InPieces, Kept


def test_one_version_of_each_is_kept_while_there_is_room():
    """Those go that were asked for longest ago; the newest stays, however long it is."""
    kept = Kept(10)
    kept.put("a", "1", b"aaaa")
    kept.put("b", "1", b"bbbb")
    assert kept.get("a", "1") == b"aaaa"
    assert kept.get("a", "2") is None
    kept.put("c", "1", b"cccc")
    assert [kept.get(name, "1") for name in "abc"] == [b"aaaa", None, b"cccc"]
    kept.put("a", "2", b"AA")
    assert [kept.get("a", "1"), kept.get("a", "2"), kept.get("c", "1")] == [None, b"AA", b"cccc"]
    kept.put("d", "1", b"d" * 20)
    assert [kept.get("a", "2"), kept.get("d", "1")] == [None, b"d" * 20]


def test_an_earlier_version_takes_no_room():
    """Nor is less kept than there is room for."""
    kept = Kept(8)
    for tag in "123":
        kept.put("a", tag, b"aaaa")
    kept.put("b", "1", b"bbbb")
    assert [kept.get("a", "3"), kept.get("b", "1")] == [b"aaaa", b"bbbb"]


@pytest.mark.anyio
@pytest.mark.parametrize("length", [0, 1, PIECE_OCTETS, PIECE_OCTETS + 1, 3 * PIECE_OCTETS])
async def test_a_great_file_goes_out_in_pieces(length):
    """S-30: whoever takes it in slowly holds no copy of it; it arrives whole, with its length said before."""
    content, sent = bytes(range(256)) * (length // 256 + 1), []

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("nothing is read")

    await InPieces(content[:length])({"type": "http"}, receive, send)
    start, *pieces = sent
    assert (b"content-length", b"%d" % length) in start["headers"]
    assert b"".join(piece["body"] for piece in pieces) == content[:length]
    assert max(len(piece["body"]) for piece in pieces) <= PIECE_OCTETS
    assert [piece["more_body"] for piece in pieces] == [True] * (len(pieces) - 1) + [False]
