"""A backup is of one moment and whole, whatever is written meanwhile; putting it back loses nothing unsaid."""

import asyncio
import errno
import signal
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tegata.ca.model import RevocationList
from tegata.ca.ports import Conflict, Store, Work
from tegata.ca.store import backup
from tegata.ca.store.backup import CRL_LEAP, Loss
from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.sqlite import open_store
from tests.ca.store.records import DAY, NOW, certificate, place_order, populate

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tegata-ca.db"


@pytest.fixture
async def store(path: Path, anyio_backend: str):
    """A store with an account, which stays open as a server's does."""
    store = open_store(path)
    await populate(store)
    yield store
    await store.close()


def names(directory: Path) -> list[str]:
    return [file.name for file in directory.iterdir()]


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def restore(copy: Path, database: Path, losing: Loss | None = None) -> None:
    """Put it back, and have nothing done to it."""
    backup.restore(copy, database, Work(), losing=losing)


async def issue(store: Store, name: str, serial: str) -> None:
    await place_order(store, name)
    work = Work()
    store.orders.begin_processing(work, name, b"csr", NOW)
    store.certificates.intend(work, certificate(serial, name))
    store.certificates.issue(work, serial, b"chain", NOW)
    store.orders.complete(work, name, serial)
    await store.commit(work)


async def publish(store: Store, number: int) -> None:
    work = Work()
    crl = RevocationList(number=number, this_update=NOW, next_update=NOW + DAY, der=f"crl {number}".encode())
    store.revocation_lists.claim(work, number, "issuing", "ab")
    store.revocation_lists.publish(work, crl)
    await store.commit(work)


async def test_a_backup_under_writes(path: Path, store: Store, tmp_path: Path) -> None:
    """One file, its owner's only; every order in it is whole, and none that was acknowledged before is missing."""
    acknowledged: list[str] = []

    async def write() -> None:
        while True:
            name = f"order-{len(acknowledged)}"
            await place_order(store, name)
            acknowledged.append(name)

    writing = asyncio.create_task(write())
    while len(acknowledged) < 20:  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.01)
    before = list(acknowledged)
    target = tmp_path / "backup.db"
    size = await asyncio.to_thread(backup.back_up, path, target)
    writing.cancel()
    assert mode(target) == 0o600
    assert len(target.read_bytes()) == size
    assert [name for name in names(tmp_path) if "backup" in name] == ["backup.db"]
    with closing(sqlite3.connect(target)) as copied:
        orders = {name for (name,) in copied.execute("SELECT id FROM orders")}
        ((links,),) = copied.execute("SELECT count(*) FROM order_authorizations").fetchall()
        ((parts,),) = copied.execute("SELECT count(*) FROM authorizations").fetchall()
    assert orders.issuperset(before)
    assert links == parts == 2 * len(orders)


async def test_what_a_restore_would_lose(path: Path, store: Store, tmp_path: Path) -> None:
    """Certificates and revocations since the backup; nothing else counts."""
    for number in range(3):
        await issue(store, f"order-{number}", f"a{number}")
    backup.back_up(path, tmp_path / "backup.db")
    assert backup.loss(tmp_path / "backup.db", path) == Loss(0, 0)
    await place_order(store, "pending")
    assert backup.loss(tmp_path / "backup.db", path) == Loss(0, 0)
    await issue(store, "later", "b1")
    work = Work()
    store.certificates.revoke(work, "a1", 4, NOW, "operator")
    store.certificates.revoke(work, "b1", 4, NOW, "operator")
    await store.commit(work)
    assert backup.loss(tmp_path / "backup.db", path) == Loss(1, 2)
    assert backup.loss(tmp_path / "backup.db", tmp_path / "nowhere.db") == Loss(0, 0)


async def test_a_restore_under_an_open_store(path: Path, store: Store, tmp_path: Path) -> None:
    """The store goes on with what is back, reads and writes; CRL numbers go on too."""
    await issue(store, "kept", "a1")
    await publish(store, 1)
    backup.back_up(path, tmp_path / "backup.db")
    await place_order(store, "lost")
    await publish(store, 2)
    await publish(store, 3)
    await asyncio.to_thread(restore, tmp_path / "backup.db", path)
    assert await store.orders.get("lost") is None
    assert await store.orders.get("kept") is not None
    latest = await store.revocation_lists.latest()
    assert latest is not None
    assert (latest.number, latest.der) == (3, b"crl 3")
    await place_order(store, "after")
    await publish(store, 4)
    assert await store.orders.get("after") is not None


@pytest.mark.parametrize("is_empty", [False, True])
async def test_a_restore_where_nothing_is_left(path: Path, store: Store, tmp_path: Path, *, is_empty: bool) -> None:
    """The file is the owner's; no CRL number that may have been used since comes again."""
    await issue(store, "kept", "a1")
    await publish(store, 1)
    backup.back_up(path, tmp_path / "backup.db")
    fresh = tmp_path / "fresh.db"
    if is_empty:
        fresh.touch()
    assert backup.loss(tmp_path / "backup.db", fresh) == Loss(0, 0)
    await asyncio.to_thread(restore, tmp_path / "backup.db", fresh)
    assert mode(fresh) == 0o600
    again = open_store(fresh)
    assert await again.certificates.get("a1") is not None
    latest = await again.revocation_lists.latest()
    assert latest is not None
    assert latest.number == 1 + CRL_LEAP
    heads = await again.revocation_lists.heads()
    assert heads["issuing"].this_update == NOW - DAY, "it is due: one that was published since may be newer"
    await again.close()


async def test_a_restore_of_what_had_no_crl_yet(path: Path, store: Store, tmp_path: Path) -> None:
    """The first one after it has a number that none had that was published since (B-88)."""
    backup.back_up(path, tmp_path / "backup.db")
    await asyncio.to_thread(restore, tmp_path / "backup.db", tmp_path / "fresh.db")
    again = open_store(tmp_path / "fresh.db")
    assert await again.revocation_lists.heads() == {}
    assert await again.revocation_lists.newest_number() == CRL_LEAP
    with pytest.raises(Conflict):
        await publish(again, 1)
    await publish(again, CRL_LEAP + 1)
    assert list(await again.revocation_lists.heads()) == ["issuing"]
    assert await again.revocation_lists.newest_number() == CRL_LEAP + 1
    await again.close()


async def test_a_restore_where_nothing_is_left_and_that_fails(
    path: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves no database: a server would take an empty one for the CA's (B-92)."""
    await issue(store, "kept", "a1")
    backup.back_up(path, tmp_path / "backup.db")
    fresh = tmp_path / "fresh.db"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(DatabaseUnusable):
            await asyncio.to_thread(restore, tmp_path / "backup.db", fresh)
    assert not fresh.exists()


async def test_the_log_of_a_lost_database_is_not_taken_for_the_restored_ones(
    path: Path, store: Store, tmp_path: Path
) -> None:
    """What lies beside the name from before goes."""
    await issue(store, "kept", "a1")
    backup.back_up(path, tmp_path / "backup.db")
    fresh = tmp_path / "fresh.db"
    (tmp_path / "fresh.db-wal").write_bytes(path.with_name(f"{path.name}-wal").read_bytes())
    await asyncio.to_thread(restore, tmp_path / "backup.db", fresh)
    assert not (tmp_path / "fresh.db-wal").exists()


async def test_what_comes_between_the_count_and_the_restore(path: Path, store: Store, tmp_path: Path) -> None:
    """A server goes on meanwhile: what it issued since is not lost unsaid, and its database is as it was."""
    await issue(store, "kept", "a1")
    backup.back_up(path, tmp_path / "backup.db")
    counted = backup.loss(tmp_path / "backup.db", path)
    await issue(store, "later", "b1")
    with pytest.raises(DatabaseUnusable, match="changed meanwhile"):
        await asyncio.to_thread(restore, tmp_path / "backup.db", path, losing=counted)
    assert await store.certificates.get("b1") is not None
    await place_order(store, "after")
    await asyncio.to_thread(restore, tmp_path / "backup.db", path, losing=Loss(1, 0))
    assert await store.certificates.get("b1") is None


async def test_what_is_compromised_stays_so(path: Path, store: Store, tmp_path: Path) -> None:
    """A key blocked after the backup stays blocked; a reason that became keyCompromise counts as lost (A-94, B-90)."""
    await issue(store, "kept", "a1")
    work = Work()
    store.certificates.revoke(work, "a1", 4, NOW, "operator")
    await store.commit(work)
    backup.back_up(path, tmp_path / "backup.db")
    work = Work()
    store.blocked_keys.block(work, b"k" * 32, NOW, "operator")
    store.certificates.revoke_for_key_compromise(work, "a1")
    await store.commit(work)
    assert backup.loss(tmp_path / "backup.db", path) == Loss(0, 1)
    await asyncio.to_thread(restore, tmp_path / "backup.db", path)
    assert await store.blocked_keys.get(b"k" * 32) is not None


async def test_an_existing_file_is_kept(path: Path, store: Store, tmp_path: Path) -> None:
    """A backup never takes the place of another file."""
    target = tmp_path / "backup.db"
    target.write_bytes(b"precious")
    with pytest.raises(DatabaseUnusable, match="there is a file of that name"):
        backup.back_up(path, target)
    assert target.read_bytes() == b"precious"


async def test_what_is_no_backup_changes_nothing(path: Path, store: Store, tmp_path: Path) -> None:
    """Another file, another program's database, a damaged one, none."""
    await place_order(store, "kept")
    (tmp_path / "text.db").write_bytes(b"not a database, " * 100)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE a (b TEXT)")
    backup.back_up(path, tmp_path / "damaged.db")
    octets = bytearray((tmp_path / "damaged.db").read_bytes())
    octets[4096 * 2 : 4096 * 20] = bytes(4096 * 18)
    (tmp_path / "damaged.db").write_bytes(octets)
    for name in ("text", "other", "damaged", "none"):
        for verb in (restore, backup.loss):
            with pytest.raises(DatabaseUnusable):
                await asyncio.to_thread(verb, tmp_path / f"{name}.db", path)
    assert await store.orders.get("kept") is not None
    assert not [name for name in names(tmp_path) if name.startswith(".tegata")]


async def test_a_damaged_database_is_not_taken_for_a_damaged_backup(path: Path, store: Store, tmp_path: Path) -> None:
    """Who has to put a backup back must not be told that it is the backup that cannot be read."""
    await issue(store, "kept", "a1")
    backup.back_up(path, tmp_path / "backup.db")
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database, " * 100)
    for verb in (backup.loss, restore):
        with pytest.raises(DatabaseUnusable) as told:
            await asyncio.to_thread(verb, tmp_path / "backup.db", damaged)
        assert told.value.facts["path"] == damaged
    damaged.unlink()
    await asyncio.to_thread(restore, tmp_path / "backup.db", damaged)


@pytest.mark.parametrize("is_there", [True, False])
async def test_what_is_done_to_it_is_there_with_it(path: Path, store: Store, tmp_path: Path, *, is_there: bool) -> None:
    """B-93: Whatever ends the process, nobody sees the database put back without its event."""
    backup.back_up(path, tmp_path / "backup.db")
    work = Work()
    store.audit.note(work, "operator.commanded", "operator somebody", {"command": "restore"})
    target = path if is_there else tmp_path / "fresh.db"
    await asyncio.to_thread(backup.restore, tmp_path / "backup.db", target, work)
    again = open_store(target)
    [event] = await again.audit.of_subject("operator somebody")
    assert event.facts == {"command": "restore"}
    await again.close()
    with closing(sqlite3.connect(tmp_path / "backup.db")) as untouched:
        assert untouched.execute("SELECT * FROM events WHERE subject = 'operator somebody'").fetchall() == []


KILLED = """
import os, signal, sys
from pathlib import Path
from tegata.ca.store import backup
copy = backup._copy
def copied(*paths):
    copy(*paths)
    os.kill(os.getpid(), signal.SIGKILL)
backup._copy = copied
backup.back_up(Path(sys.argv[1]), Path(sys.argv[2]))
"""


async def test_what_a_killed_backup_left_goes(path: Path, store: Store, tmp_path: Path) -> None:
    """With the next one: a database as large as the CA's would be left every night."""
    target = tmp_path / "backups" / "backup.db"
    target.parent.mkdir()
    for _ in range(2):
        killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(path), str(target))
        assert await killed.wait() == -signal.SIGKILL
        assert [name[:9] for name in names(target.parent)] == [".tegata-c"]
    backup.back_up(path, target)
    assert names(target.parent) == ["backup.db"]


@pytest.mark.parametrize("refusal", [errno.EPERM, errno.EOPNOTSUPP])
async def test_a_backup_on_a_disk_without_links(
    path: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    """As on a stick that is carried away: the file is there whole, and takes no other's place."""

    def link(*_: object) -> None:
        raise OSError(refusal, "no links here")

    monkeypatch.setattr("os.link", link)
    copy = tmp_path / "stick" / "copy.db"
    copy.parent.mkdir()
    assert backup.back_up(path, copy) == copy.stat().st_size > 0
    assert (mode(copy), names(copy.parent)) == (0o600, ["copy.db"])
    with closing(sqlite3.connect(copy)) as made:
        assert made.execute("SELECT count(*) FROM accounts").fetchone() == (1,)
    before = copy.read_bytes()
    with pytest.raises(DatabaseUnusable, match="a file of that name"):
        backup.back_up(path, copy)
    assert copy.read_bytes() == before


async def test_a_disk_that_is_full_or_broken_is_told(
    path: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of a backup that could not be named."""

    def link(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("os.link", link)
    copy = tmp_path / "stick" / "copy.db"
    copy.parent.mkdir()
    with pytest.raises(DatabaseUnusable, match="Input/output"):
        backup.back_up(path, copy)
    assert names(copy.parent) == []
