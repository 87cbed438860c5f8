"""Calls that may hang: who waits, for how long, and that the process ends all the same."""

import subprocess
import sys
import threading

import pytest

from tegata.ca.issuing import aside
from tegata.ca.issuing.aside import Aside

pytestmark = pytest.mark.anyio

_HANGS = """
import asyncio, threading
from tegata.ca.issuing import aside
aside.TOKEN_SECONDS = 0.05
async def main():
    try:
        await aside.Aside().soon(threading.Event().wait)
    except TimeoutError:
        print("not waited for")
asyncio.run(main())
"""


async def test_what_comes_of_a_call():
    """What it gives, or raises, with and without an event loop."""
    one = Aside()
    assert (await one.soon(lambda: 1), one.now(lambda: 2)) == (1, 2)
    with pytest.raises(KeyError):
        await one.soon({}.popitem)
    with pytest.raises(KeyError):
        one.now({}.popitem)


async def test_what_nobody_waits_for_any_more_is_not_begun(monkeypatch):
    """A token that is back does not sign what was given up."""
    monkeypatch.setattr(aside, "TOKEN_SECONDS", 0.05)
    one, released, begun = Aside(), threading.Event(), list[str]()
    with pytest.raises(TimeoutError):
        one.now(released.wait)
    with pytest.raises(TimeoutError):
        one.now(lambda: begun.append("now"))
    with pytest.raises(TimeoutError):
        await one.soon(lambda: begun.append("soon"))
    released.set()
    monkeypatch.setattr(aside, "TOKEN_SECONDS", 60)
    await one.soon(lambda: begun.append("after"))
    assert begun == ["after"]


def test_a_process_ends_while_a_call_hangs():
    """As ``serve`` is to, whatever a token does (B-95)."""
    done = subprocess.run([sys.executable, "-c", _HANGS], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "not waited for\n"
