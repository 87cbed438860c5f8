"""What operators are told of: from the settings of a real CA to the mail that arrives."""

from datetime import timedelta

import pytest

from tegata.ca import bootstrap, surroundings
from tegata.ca.cli import grammar, perspectives
from tegata.ca.cli.initialise import run as initialise
from tegata.ca.services.alarms import ALARM, BEGINS_AFTER
from tests.peers.ports import free_port
from tests.peers.smtp import Smtp

pytestmark = pytest.mark.anyio


@pytest.fixture
def smtp():
    with Smtp() as server:
        yield server


@pytest.fixture
def home(tmp_path, smtp):
    """A CA whose one agent is not there."""
    home = tmp_path / "ca"
    line = f"init --dir {home} --url https://127.0.0.1:8443 --public-url http://127.0.0.1:8080 --smtp {smtp.url}"
    initialise(grammar.parse(line.split(), {}))
    words = f"--dir {home} perspective add frankfurt --address 127.0.0.1:{free_port()} --region RIPE"
    perspectives.add(grammar.parse(words.split(), {}))
    return home


async def test_an_agent_that_is_dead(home, smtp):
    """The operators get one mail that names it, in both languages, and the node that has asked."""
    file = home / "settings.toml"
    named = file.read_text("utf-8").replace("operators = []", 'operators = ["a@example.com", "b@example.com"]')
    file.write_text(named, "utf-8")
    ca = bootstrap.open_ca(home, {})
    around = surroundings.of(ca)
    assert around.free_octets() > 0
    assert set(around.ends()) == {"issuing", "services", surroundings.ROOT_CRL}
    assert all(ends - ahead > ca.now() for ends, ahead in around.ends().values())
    await ca.crls.publish()
    assert ca.alarms is not None
    for _ in range(2 * BEGINS_AFTER):
        await ca.alarms.look()
    (job,) = await ca.store.jobs.claim("test", ca.now(), ca.now() + timedelta(minutes=1), 9)
    await ca.runner._handlers[ALARM](job)
    assert await ca.store.jobs.next_due() is None
    await ca.close()
    (mail,) = smtp.wait()
    assert mail["To"] == "a@example.com, b@example.com"
    assert mail["Subject"] == (
        "[Example CA] 異常: 確認地点 frankfurt から応答がありません / Alarm: the perspective frankfurt does not answer"
    )
    assert around.node in mail.get_content()


async def test_nobody_is_named(home):
    """Nobody is written to, and nothing is looked at."""
    ca = bootstrap.open_ca(home, {})
    assert ca.alarms is None
    await ca.close()
