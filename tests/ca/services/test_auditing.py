"""The audit log's chain: bound by one at a time, and broken by whatever is done to it behind the CA's back."""

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tegata.ca.cli import auditing as command
from tegata.ca.errors import AuditBroken
from tegata.ca.ports import Work
from tegata.ca.services import auditing
from tegata.ca.services.auditing import AuditService

pytestmark = pytest.mark.anyio


@pytest.fixture
async def audit(house, monkeypatch):
    """The service over a house in which something has happened, in links of few events."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 3)
    monkeypatch.setattr(auditing, "_MOST_LINKS", 2)
    await house.issue(await house.register(await house.sell()))
    return AuditService(house.store)


async def test_a_chain_that_holds(house, audit):
    """Everything is bound once; what came after the newest link was noted follows it."""
    waiting = await house.store.audit.count_unbound()
    assert waiting > 6
    assert (await audit.verify()).unbound == waiting
    assert await audit.bind() == -(-waiting // 3)
    assert await audit.bind() == 0
    checked = await audit.verify()
    assert (checked.links, checked.events, checked.unbound) == (-(-waiting // 3), waiting, 0)
    noted = checked.head
    await house.sell("other.example.com")
    await audit.bind()
    later = await audit.verify(noted)
    assert later.links > checked.links
    assert later.head.number > noted.number


def checked(lines: list[str]) -> list[tuple[int, str]]:
    """The links that lines hold, each checked by SHA-256 alone."""
    previous, pending = "", b""
    links: list[tuple[int, str]] = []
    for line in lines:
        told = json.loads(line)
        if "link" not in told:
            pending += line.encode()
            continue
        assert pending
        assert previous in ("", told["previous"])
        previous = hashlib.sha256(bytes.fromhex(told["previous"]) + pending).hexdigest()
        assert told["digest"] == previous
        links.append((told["link"], previous))
        pending = b""
    return links


async def test_the_export_is_checked_without_the_program(audit):
    """B-93: By whoever has SHA-256 and reads lines."""
    await audit.bind()
    links = checked([line async for line in audit.export()])
    head = (await audit.verify()).head
    assert [number for number, _ in links] == list(range(1, head.number + 1))
    assert links[-1] == (head.number, head.digest.hex())


@pytest.mark.parametrize("when", range(1, 7))
async def test_the_log_is_exported_while_house_keeping_drops(house, audit, monkeypatch, tmp_path, when):
    """B-93: What comes out is one piece, from wherever the log begins by then."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 1)
    await audit.bind()
    read, reads = house.store.audit.of_link, []

    async def of_link(number):
        reads.append(number)
        if len(reads) == when:
            monkeypatch.setattr(house.store.audit, "of_link", read)
            assert await audit.prune(datetime.now(UTC) + timedelta(days=1), 4) == 4
        return await read(number)

    monkeypatch.setattr(house.store.audit, "of_link", of_link)
    file = tmp_path / "log.jsonl"
    ca, asked = SimpleNamespace(audit=audit), {"file": str(file)}
    answer: Any = await command.export(cast("Any", ca), cast("Any", asked))
    lines = file.read_text("utf-8").splitlines(keepends=True)
    assert answer.data["lines"] == len(lines)
    links = checked(lines)
    head = (await audit.verify()).head
    assert links[0][0] in (1, 5)
    assert links[-1] == (head.number, head.digest.hex())


async def test_what_somebody_has_taken_out_is_no_reason_to_begin_anew(house, audit):
    """It is the log as it is that is wanted then."""
    await audit.bind()
    with closing(sqlite3.connect(house.path)) as database:
        database.executescript("DELETE FROM events WHERE link IN (2, 3); DELETE FROM links WHERE number = 3")
    told = [json.loads(line) async for line in audit.export()]
    assert [one["link"] for one in told if "link" in one][:3] == [1, 2, 4]


async def test_a_busy_ca_makes_no_link_for_every_handful(house, audit, monkeypatch):
    """What is appended while a link is made waits for the next turn."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 1000)
    await house.sell()
    read = house.store.audit.of_link

    async def of_link(number):
        await house.sell()
        return await read(number)

    monkeypatch.setattr(house.store.audit, "of_link", of_link)
    assert await audit.bind() == 1
    monkeypatch.undo()
    assert await house.store.audit.count_unbound() > 0
    assert await audit.bind() > 0
    assert (await audit.verify()).unbound == 0


async def test_many_bind_at_once(house, audit):
    """Two services on two stores of the file: one chain."""
    from tegata.ca.store.sqlite import open_store

    other = open_store(house.path)
    await asyncio.gather(audit.bind(), AuditService(other).bind(), audit.bind())
    await other.close()
    await audit.bind()
    assert (await audit.verify()).unbound == 0


async def test_death_between_binding_and_the_link(house, audit):
    """The next one takes these events into the link, with those that came since."""
    work = Work()
    house.store.audit.bind(work, 1, 2)
    await house.store.commit(work)
    await house.restart()
    audit = AuditService(house.store)
    waiting = await house.store.audit.count_unbound()
    await audit.bind()
    assert (await audit.verify()).events == waiting


async def test_death_between_binding_and_the_last_link(house, audit):
    """B-93: Nothing need come after these events: they are told as waiting, and bound within a second."""
    work = Work()
    house.store.audit.bind(work, 1, 999)
    await house.store.commit(work)
    waiting = (await audit.verify()).unbound
    assert waiting > 6
    assert await audit.bind() == 1
    checked = await audit.verify()
    assert (checked.events, checked.unbound) == (waiting, 0)


TAMPERINGS = {
    "a fact changed": ("UPDATE events SET facts = replace(facts, 'www.', 'xxx.') WHERE kind = 'order.placed'", 0),
    "a time changed": ("UPDATE events SET at = at + 1 WHERE kind = 'certificate.issued'", 0),
    "an event taken out": ("DELETE FROM events WHERE kind = 'account.created'", 0),
    "an event put in": ("INSERT INTO events VALUES ('x', 1, 'x', 'x', '{}', 2)", 2),
    "an event put in for a later link": ("INSERT INTO events VALUES ('x', 1, 'x', 'x', '{}', 999)", 999),
    "an event put in for no link": ("INSERT INTO events VALUES ('x', 1, 'x', 'x', '{}', 0)", 0),
    "the first links taken out": ("DELETE FROM links WHERE number < 3; DELETE FROM events WHERE link < 3", 3),
    "all links taken out": ("DELETE FROM links", 2),
    "an event moved": ("UPDATE events SET link = 3 WHERE id = (SELECT id FROM events WHERE link = 2 LIMIT 1)", 2),
    "a link taken out": ("DELETE FROM links WHERE number = 2", 3),
    "a link and its events taken out": ("DELETE FROM links WHERE number = 2; DELETE FROM events WHERE link = 2", 3),
    "a digest changed": ("UPDATE links SET digest = zeroblob(32) WHERE number = 2", 2),
    "a whole link made anew": ("UPDATE links SET digest = zeroblob(32), previous = zeroblob(32) WHERE number = 2", 2),
}


@pytest.mark.parametrize(("statement", "link"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
async def test_tampering_is_found(house, audit, statement, link):
    """B-93: At the link where it was done, or at the first that no longer follows."""
    await audit.bind()
    await audit.verify()
    with closing(sqlite3.connect(house.path)) as database:
        database.executescript(statement)
    with pytest.raises(AuditBroken) as broken:
        await audit.verify()
    assert link in (0, broken.value.facts["link"])


async def test_a_chain_that_begins_elsewhere(audit, monkeypatch):
    """B-93: The first link follows nothing."""
    with monkeypatch.context() as patch:
        patch.setattr(auditing, "FIRST", bytes(range(32)))
        await audit.bind()
    with pytest.raises(AuditBroken) as broken:
        await audit.verify()
    assert broken.value.facts["link"] == 1


async def test_the_end_of_the_chain_cut_off(house, audit):
    """Found by whoever has noted the newest link, and only by them."""
    await audit.bind()
    noted = (await audit.verify()).head
    with closing(sqlite3.connect(house.path)) as database:
        database.execute("DELETE FROM events WHERE link = ?", (noted.number,))
        database.execute("DELETE FROM links WHERE number = ?", (noted.number,))
        database.commit()
    await audit.verify()
    with pytest.raises(AuditBroken, match="is gone"):
        await audit.verify(noted)
    await house.sell("other.example.com")
    await audit.bind()
    with pytest.raises(AuditBroken, match="is not the link that was noted"):
        await audit.verify(noted)


async def test_starts_and_changes(house, audit, monkeypatch):
    """B-93: Each start and end, and what of program and settings is another than at the last start of that node.

    Of a node that was started again and again all night only the last start is read.
    """
    all_of_it = house.store.audit.of_subject
    monkeypatch.setattr(house.store.audit, "of_subject", None)
    await audit.started("node a", {"software": "1", "settings": "x"})
    await audit.stopped("node a")
    await audit.started("node b", {"software": "2", "settings": "y"})
    await audit.started("node a", {"software": "2", "settings": "x", "issuers": "new to this version"})
    events = await all_of_it("node a")
    assert sorted(event.kind for event in events) == [
        "node.started",
        "node.started",
        "node.stopped",
        "software.changed",
    ]
    (changed,) = [event for event in events if event.kind == "software.changed"]
    assert changed.facts == {"former": "1", "now": "2"}
    await audit.bind()
    await audit.verify()
