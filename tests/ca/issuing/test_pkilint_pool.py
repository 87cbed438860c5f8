"""The second lint: the rules are pkilint's own, in real processes; processes that die or hang are replaced."""

import asyncio
import os
import shlex
import time

import msgspec
import pytest

from tegata.ca.errors import LintFindings, LintSilent
from tegata.ca.issuing import der
from tegata.ca.issuing.pkilint_pool import COMMAND, Patience, PkilintPool
from tegata.ca.settings import SERVICES, Lint
from tests.ca.issuing.doctored import Tbs

pytestmark = pytest.mark.anyio

COMMON_NAME = "cabf.serverauth.ov.common_name_attribute_present"
POLICIES = "551d20"


@pytest.fixture
async def open_pool():
    """Make pools, whose processes end with the test."""
    pools = []

    def make(**more):
        settings = msgspec.structs.replace(Lint(pkilint=True), **more.pop("settings", {}))
        pools.append(PkilintPool(settings, **more))
        return pools[-1]

    yield make
    for pool in pools:
        await pool.close()


def sound(ca, wanted):
    return ca.builder.template(**wanted._replace(service=SERVICES["dv-acme-1y"])._asdict())


def doctored(ca, wanted) -> bytes:
    """With a policy of nobody's."""
    value = der.write(der.SEQUENCE, der.write(der.SEQUENCE, bytes.fromhex("06032a0304")))
    return Tbs(sound(ca, wanted)).with_extension(POLICIES, value, critical=False).encode()


def script(tmp_path, first: str, then: str = shlex.join(COMMAND)) -> tuple[str, ...]:
    """A process that does something else when it is started first; its number is in ``pid``."""
    text = f"if mkdir {tmp_path}/started; then echo $$ > {tmp_path}/pid; {first}; else exec {then}; fi"
    return ("/bin/sh", "-c", text)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(file) -> None:
    while not file.exists() or not file.read_text().strip():
        time.sleep(0.01)


async def test_what_is_sound_passes_and_what_is_not_does_not(ca, wanted, open_pool):
    """And an OV certificate with its common name passes because that finding is accepted, and only then (B-80)."""
    pool = open_pool()
    await pool.check(sound(ca, wanted))
    await pool.check(ca.builder.template(**wanted._asdict()))
    with pytest.raises(LintFindings) as failed:
        await pool.check(doctored(ca, wanted))
    assert "missing_reserved_policy" in str(failed.value.facts["findings"])
    with pytest.raises(LintFindings) as failed:
        await open_pool(settings={"accepted": ()}).check(ca.builder.template(**wanted._asdict()))
    assert failed.value.facts == {"findings": COMMON_NAME}


async def test_what_cannot_be_read_is_a_finding(open_pool):
    assert await open_pool().findings(b"\x30\x03\x02\x01") == ["tegata.unreadable"]


async def test_many_at_once(ca, wanted, open_pool):
    """More than there are processes: each has its own answer."""
    pool = open_pool(settings={"processes": 2})
    asked = [sound(ca, wanted), doctored(ca, wanted)] * 10
    answers = await asyncio.gather(*map(pool.check, asked), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), LintFindings] * 10


async def test_a_process_that_died_is_replaced(ca, wanted, open_pool, tmp_path):
    """Be it at its start or in between."""
    pool = open_pool(command=script(tmp_path, "exit 3"))
    await pool.check(sound(ca, wanted))
    process = pool._places.get_nowait()
    process.kill()
    await process.wait()
    pool._places.put_nowait(process)
    await pool.check(sound(ca, wanted))


@pytest.mark.parametrize("answer", ["", "printf '\\0\\0\\0\\3no!'; cat", "printf '\\377\\377\\377\\377'"])
async def test_nobody_who_can_say(ca, wanted, open_pool, answer):
    """Two that ended, or made no sense: then nothing is said to be sound."""
    with pytest.raises(LintSilent):
        await open_pool(command=("/bin/sh", "-c", answer or "exit 1")).check(sound(ca, wanted))


async def test_a_process_that_hangs_is_ended(ca, wanted, open_pool, tmp_path):
    """It leaves nothing behind."""
    pool = open_pool(command=script(tmp_path, "exec sleep 600", "sleep 600"), patience=Patience(answer=1))
    with pytest.raises(LintSilent):
        await pool.check(sound(ca, wanted))
    assert not is_running(int((tmp_path / "pid").read_text()))


async def test_who_is_given_up_while_asking_takes_its_process_along(ca, wanted, open_pool, tmp_path):
    """What it would still say is nobody's answer."""
    pool = open_pool(command=script(tmp_path, "exec sleep 600"))
    asking = asyncio.create_task(pool.check(sound(ca, wanted)))
    await asyncio.to_thread(wait_for, tmp_path / "pid")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not is_running(int((tmp_path / "pid").read_text()))
    await pool.check(sound(ca, wanted))


async def test_a_process_knows_no_secrets(ca, wanted, open_pool, tmp_path, monkeypatch):
    """S-38"""
    monkeypatch.setenv("TEGATA_CA_PASSPHRASE", "correct horse")
    pool = open_pool(command=script(tmp_path, f"env > {tmp_path}/env; exit 1"))
    await pool.check(sound(ca, wanted))
    assert "correct horse" not in (tmp_path / "env").read_text()


async def test_a_share(open_pool):
    """The same certificate has the same answer each time."""
    pool = open_pool(settings={"percent": 20})
    taken = [serial for serial in range(1000) if pool.takes(format(serial, "x"))]
    assert len(taken) == 200
    assert all(open_pool().takes(format(serial, "x")) for serial in range(200))
