"""What is kept in memory of the files that are served."""

from tegata.ca.public.files import Kept


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
