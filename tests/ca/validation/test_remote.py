"""A CA and an agent over real TLS: both must know each other, and whatever an agent says is read with suspicion."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography import x509

from tegata.acme.identifiers import Identifier
from tegata.ca.cli.serving import Listener
from tegata.ca.errors import NameNotResolved, WrongAnswer
from tegata.ca.issuing import perspectives as tls
from tegata.ca.model import Look
from tegata.ca.ports import Question, Verdict
from tegata.ca.settings import Perspective
from tegata.ca.validation import messages
from tegata.ca.validation.agent import Agent
from tegata.ca.validation.check import UnknownCheck
from tegata.ca.validation.messages import BadMessage
from tegata.ca.validation.remote import RemotePerspective, Silent
from tests.peers.ports import free_port

pytestmark = pytest.mark.anyio

QUESTION = Question(
    identifier=Identifier("dns", "www.example.com"),
    wildcard=True,
    challenge_type="dns-01",
    token="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ",
    key_authorization="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.thumbprint",
    account_uri="https://ca.example/acme/account/1",
)
NOW = datetime.now(UTC)
AGREED = Verdict(None, b'{"seen":"it"}')
WRONG = Verdict(WrongAnswer(url="http://www.example.com/", got='"<html>"'), b'{"got":"x"}')


class Checks:
    """A validator with a set verdict."""

    def __init__(self, verdict=AGREED):
        self.verdict, self.asked = verdict, []

    async def check(self, question):
        self.asked.append((Look.VALIDATION, question))
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict

    async def check_caa(self, question):
        self.asked.append((Look.CAA, question))
        return self.verdict

    async def prove(self, question):
        raise AssertionError("no errand asks for a part")

    async def prove_by_value(self, identifier, value):
        raise AssertionError("no errand asks for a part")

    async def permits(self, question, issuers):
        raise AssertionError("no errand asks for a part")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A CA's directory with its small CA, and the directories of two agents and of a stranger's."""
    directory = tmp_path_factory.mktemp("home")
    for name, where in (("osaka", directory), ("frankfurt", directory), ("stranger", directory / "other")):
        where.mkdir(exist_ok=True)
        (where / "keys").mkdir(exist_ok=True, mode=0o700)
        files = tls.agent(where, name, b"secret", NOW)
        place = directory / f"agent-{name}"
        place.mkdir()
        for file, content in (("ca.pem", files.trust), ("agent.pem", files.certificate), ("agent.key", files.key)):
            (place / file).write_bytes(content)
    return directory


@asynccontextmanager
async def serving(app, context):
    """The application behind TLS, as the command serves it; its port."""
    listener = Listener(app, context)
    port = free_port()
    listener.config.host, listener.config.port = "127.0.0.1", port
    task = asyncio.create_task(listener.serve())
    await listener.accepts.wait()
    try:
        yield port
    finally:
        await listener.drain()
        await task


@asynccontextmanager
async def agent(home, app=None, *, name="osaka", checks=None):
    """An agent and the CA's way to it as osaka's."""
    app = app or Agent("osaka", checks or Checks())
    async with serving(app, tls.agent_context(home / f"agent-{name}")) as port:
        settings = Perspective(name="osaka", address=f"127.0.0.1:{port}", region="APNIC")
        remote = RemotePerspective(settings, tls.server_name("osaka"), tls.primary_context(home, b"secret"))
        try:
            yield remote
        finally:
            await remote.close()


@pytest.mark.parametrize("look", list(Look))
@pytest.mark.parametrize("verdict", [AGREED, WRONG])
async def test_a_look_and_its_report(home, look, verdict):
    """The whole question goes there, the whole verdict comes back (B-44)."""
    checks = Checks(verdict)
    shown = x509.load_pem_x509_certificate((home / "agent-osaka" / "agent.pem").read_bytes())
    async with agent(home, checks=checks) as remote:
        assert await remote.reach(5) == shown.not_valid_after_utc
        found = await remote.ask(look, QUESTION, 5)
    assert checks.asked == [(look, QUESTION)]
    assert found.evidence == verdict.evidence
    assert type(found.error) is type(verdict.error)
    assert (found.error and found.error.facts) == (verdict.error and verdict.error.facts)


async def test_no_proxy_stands_between(home, monkeypatch):
    """One of the environment's would be where all looks come from, and could be in nobody's network (B-43)."""
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with agent(home) as remote:
        await remote.reach(5)


async def test_an_agent_of_another_name(home):
    """One perspective's agent cannot stand in for another's (B-43)."""
    async with agent(home, name="frankfurt") as remote:
        with pytest.raises(Silent, match="osaka"):
            await remote.ask(Look.VALIDATION, QUESTION, 5)


async def test_a_strangers_agent(home):
    """Nor somebody else's small CA (B-43)."""
    async with agent(home, name="stranger") as remote:
        with pytest.raises(Silent, match="certificate verify failed"):
            await remote.reach(5)


@pytest.mark.parametrize("shown", [None, "agent-frankfurt", "agent-stranger"])
async def test_an_agent_answers_its_ca_only(home, shown):
    """Not who shows nothing, nor another agent, nor a stranger (B-43)."""
    checks = Checks()
    async with serving(Agent("osaka", checks), tls.agent_context(home / "agent-osaka")) as port:
        context = ssl.create_default_context(cafile=str(home / "agent-osaka" / "ca.pem"))
        if shown:
            context.load_cert_chain(home / shown / "agent.pem", home / shown / "agent.key")
        settings = Perspective(name="osaka", address=f"127.0.0.1:{port}", region="APNIC")
        remote = RemotePerspective(settings, tls.server_name("osaka"), context)
        with pytest.raises(Silent):
            await remote.ask(Look.VALIDATION, QUESTION, 5)
        await remote.close()
    assert checks.asked == []


def answering(status, body):
    """An application that says this to everything."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return app


def seen(evidence):
    """A report of what no agent has seen."""
    return messages.report("osaka", QUESTION, Verdict(None, evidence))


def lie(**changes):
    """A report with something in it changed."""
    return json.dumps(json.loads(messages.report("osaka", QUESTION, AGREED)) | changes).encode()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b"", "no report"),
        (200, b"{}", "no report"),
        (200, b"[" * 100_000, "no report"),
        (200, b"\xff", "no report"),
        (200, b" " * (messages.REPORT_LIMIT + 1), "too large"),
        (200, seen(b'{"x":"\xff"}'), "no report"),
        (200, seen(b'{"x":1e999}'), "no report"),
        (200, seen(b"[" * 9000 + b"]" * 9000), "no report"),
        (200, lie(perspective="frankfurt"), "from elsewhere"),
        (200, lie(question=msgspec.to_builtins(QUESTION) | {"token": "another"}), "another question"),
        (200, lie(fault={"code": "contract.ended", "facts": {}, "reference": ""}), "no look can find"),
        (200, lie(fault={"code": "nonsense", "facts": {}, "reference": ""}), "no look can find"),
        (200, lie(fault={"code": "validation.dns", "facts": {"x": "y" * 5000}, "reference": ""}), "too many words"),
        (500, lie(), "status 500"),
        (302, b"", "status 302"),
    ],
)
async def test_what_is_no_report(home, status, body, told):
    """Silence, and no vote either way."""
    async with agent(home, answering(status, body)) as remote:
        with pytest.raises(Silent, match=told):
            await remote.ask(Look.VALIDATION, QUESTION, 5)


@pytest.mark.parametrize("fact", ["self", "code", "facts", "error", "fault", "reference"])
def test_a_report_with_facts_of_any_name(fact):
    """It is a vote against, and breaks no look of the others (B-42)."""
    said = {"code": "validation.dns", "facts": {fact: "x"}, "reference": ""}
    verdict = messages.read_report(lie(fault=said), "osaka", QUESTION)
    assert type(verdict.error) is NameNotResolved
    assert verdict.error.facts == {fact: "x"}


def test_a_report_on_less_than_was_asked():
    """An agent that is older than the CA looks at the name alone, and says so: it is no vote for all below (X-60)."""
    question = msgspec.structs.replace(QUESTION, wildcard=False, subdomains=True)
    assert messages.read_errand(messages.errand(Look.VALIDATION, question)).question == question
    assert messages.read_report(messages.report("osaka", question, AGREED), "osaka", question) == AGREED
    older = json.loads(messages.report("osaka", question, AGREED))
    del older["question"]["subdomains"]
    with pytest.raises(BadMessage, match="another question"):
        messages.read_report(json.dumps(older).encode(), "osaka", question)


async def test_a_slow_agent_is_given_up(home):
    """After the time that it was given."""

    async def never(scope, receive, send):
        await asyncio.sleep(2)

    async with agent(home, never) as remote:
        with pytest.raises(Silent, match="in time"):
            await remote.ask(Look.VALIDATION, QUESTION, 0.3)


async def test_a_dead_agent(home):
    """The reason is the network's."""
    settings = Perspective(name="osaka", address=f"127.0.0.1:{free_port()}", region="APNIC")
    remote = RemotePerspective(settings, tls.server_name("osaka"), tls.primary_context(home, b"secret"))
    with pytest.raises(Silent):
        await remote.ask(Look.VALIDATION, QUESTION, 5)
    await remote.close()


@pytest.mark.parametrize(
    ("error", "status"),
    [(UnknownCheck("dns-persist-01 of dns"), "501"), (KeyError("broken"), "500"), (RuntimeError("broken"), "500")],
)
async def test_an_agent_that_cannot_look(home, error, status):
    """One older than its CA, or broken, says so and has no vote; a fault in a check is not told as an unknown one."""
    async with agent(home, checks=Checks(error)) as remote:
        with pytest.raises(Silent, match=status):
            await remote.ask(Look.VALIDATION, QUESTION, 5)


DEEP = b'{"look":"caa","question":{"x":' + b"[" * 8000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"look":"validation"}',
        b"[" * 10_000,
        DEEP,
        messages.errand(Look.CAA, QUESTION).replace(b"www", b"w\xff"),
        messages.errand(Look.CAA, QUESTION)[:-1] + b',"x":1}',
    ],
)
def test_what_is_no_errand(body):
    """An agent does nothing but looks."""
    with pytest.raises(BadMessage):
        messages.read_errand(body)


@pytest.mark.parametrize(
    "other",
    [
        {"identifier": Identifier("dns", "WWW.example.com")},
        {"identifier": Identifier("dns", "127.0.0.1")},
        {"identifier": Identifier("mail", "www.example.com")},
        {"identifier": Identifier("dns", "a/../b")},
        {"identifier": Identifier("dns", "*.example.com")},
        {"token": "token"},
        {"token": "../" * 10},
        {"key_authorization": "名"},
        {"account_uri": "https://ca.example/名"},
        {"former_uris": ("https://ca.example/1", "https://ca.example/名")},
        {"thumbprints": ("名",)},
        {"hash_prefixes": ("https://ca.example/名",)},
    ],
)
def test_an_errand_about_what_no_ca_asks(other):
    """The agent is told so, rather than break on its way."""
    assert messages.read_errand(messages.errand(Look.CAA, QUESTION)).question == QUESTION
    with pytest.raises(BadMessage):
        messages.read_errand(messages.errand(Look.CAA, msgspec.structs.replace(QUESTION, **other)))


def test_an_errand_without_a_token():
    """dns-persist-01 has none (X-43)."""
    question = msgspec.structs.replace(QUESTION, challenge_type="dns-persist-01", token="", key_authorization="")
    assert messages.read_errand(messages.errand(Look.VALIDATION, question)).question == question
