"""Answers go out whole, whatever pieces they were written in, and before a connection is closed."""

import asyncio

from tegata.ca.cli.connections import GatheringTransport


class Wire(asyncio.Transport):
    """A transport that notes what it is told."""

    def __init__(self):
        super().__init__()
        self.told = []

    def write(self, data):
        self.told.append(bytes(data))

    def close(self):
        self.told.append("closed")

    def abort(self):
        self.told.append("aborted")


def play(*steps):
    """What a transport is told when these things happen in turns of the loop."""
    wire = Wire()

    async def run():
        transport = GatheringTransport(wire, asyncio.get_running_loop())
        for step in steps:
            for call, *words in step:
                getattr(transport, call)(*words)
            await asyncio.sleep(0)

    asyncio.run(run())
    return wire.told


def test_pieces_of_one_turn_are_one_write():
    assert play([("write", b"head "), ("write", b"body")], [("write", b"next")]) == [b"head body", b"next"]


def test_what_was_written_goes_before_the_close():
    assert play([("write", b"head "), ("write", b"body"), ("close",)]) == [b"head body", "closed"]


def test_an_abort_sends_nothing_more():
    assert play([("write", b"head"), ("abort",)]) == ["aborted"]
