"""What is done around every resource: the lines in the log, and which fields of a request are looked at."""

import dataclasses

import msgspec
import pytest
from structlog.testing import capture_logs

from tegata.ca import faces
from tests.ca.api.asgi import body, call

pytestmark = pytest.mark.anyio


async def test_a_line_for_each_request_where_that_is_wanted(world):
    """Otherwise for what is refused alone; never two, and under the reference that the sender was told."""
    wanted = msgspec.structs.replace(world.ca.settings.log, requests=True)
    settings = msgspec.structs.replace(world.ca.settings, log=wanted)
    chatty = faces.acme_and_portal(dataclasses.replace(world.ca, settings=settings))
    for app, lines in ((world.app, ["refused"]), (chatty, ["answered", "refused"])):
        with capture_logs() as logs:
            await call(app, "GET", "/acme/")
            refused = await call(app, "GET", "/acme/none")
        assert [entry["event"] for entry in logs] == lines
        assert logs[-1]["reference"] == body(refused)["reference"]


async def test_of_a_field_that_was_sent_twice_the_first_counts(world):
    languages = [("accept-language", "ja"), ("accept-language", "en")]
    assert (await call(world.app, "GET", "/acme/none", headers=languages)).headers.get("Content-Language") == "ja"


async def test_what_nobody_foresaw_is_told_to_the_log_alone(world, monkeypatch):
    """As a failure, with where it happened; the sender has its reference."""

    async def broken(_):
        raise RuntimeError("at home")

    monkeypatch.setattr(world.ca.certificates, "renewal_info", broken)
    with capture_logs() as logs:
        answer = await call(world.app, "GET", "/acme/renewal-info/x")
    [entry] = logs
    assert (entry["event"], entry["log_level"], entry["status"]) == ("failed", "error", 500)
    assert answer.status == 500
    assert (entry["exc_info"], entry["reference"]) == (True, body(answer)["reference"])
    assert b"at home" not in answer.body
