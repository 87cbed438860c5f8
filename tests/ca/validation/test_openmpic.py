"""An agent asked in the words of Open MPIC: real looks at a real site and a real DNS server, no TLS in between."""

import base64
import json
from datetime import UTC, datetime

import httpx2
import pytest
from dns.rcode import Rcode

from tegata.ca.settings import Network
from tegata.ca.validation.agent import Agent
from tegata.ca.validation.check import NetworkValidator
from tegata.testing.dns import DnsServer
from tests.ca.validation.web import Web, redirect, response

pytestmark = pytest.mark.anyio

NAME = "www.example.com"
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
VALUE = "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"
PATH = f"/.well-known/acme-challenge/{TOKEN}"
NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
HTTP = {"validation_method": "acme-http-01", "token": TOKEN, "key_authorization": KEY_AUTHORIZATION}
DNS = {"validation_method": "acme-dns-01", "key_authorization_hash": VALUE}


@pytest.fixture
def dns():
    with DnsServer({NAME: "127.0.0.1"}) as server:
        yield server


@pytest.fixture
async def web():
    async with Web() as site:
        site.at("127.0.0.1", response(200, KEY_AUTHORIZATION.encode()))
        yield site


async def ask(dns, path, request, *, port=80):
    settings = Network(
        resolvers=(dns.address,), issuer_domains=("ca.example",), http01_port=port, allow_networks=("127.0.0.0/8",)
    )
    agent = Agent("osaka", NetworkValidator(settings, forbidden=(), clock=lambda: NOW))
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(agent), base_url="http://agent") as client:
        answer = await client.post(f"/perspective/{path}", content=body)
    return answer.json() if answer.status_code == 200 else answer.status_code


def dcv(parameters, target=NAME):
    return {"domain_or_ip_target": target, "dcv_check_parameters": parameters, "trace_identifier": "x"}


async def test_a_proof_by_http(dns, web):
    """What was seen of the site, and no CAA: that is a look of its own."""
    dns.set(NAME, "CAA", '0 issue "other.example"')
    assert await ask(dns, "dcv", dcv(HTTP), port=web.port) == {
        "check_type": "dcv",
        "perspective": "osaka",
        "check_completed": True,
        "check_passed": True,
        "timestamp_ns": 1795487460000000000,
        "details": {
            "validation_method": "acme-http-01",
            "response_history": [],
            "response_url": f"http://{NAME}:{web.port}{PATH}",
            "response_status_code": 200,
            "response_page": "",
            "resolved_ip": "127.0.0.1",
        },
        "errors": [],
    }


async def test_no_proof_by_http(dns, web):
    """Another page; one behind a redirect, of which nothing is told (S-07); none at all."""
    web.at("127.0.0.1", response(200, b"hello"))
    seen = await ask(dns, "dcv", dcv(HTTP), port=web.port)
    assert (seen["check_passed"], seen["check_completed"]) == (False, True)
    assert seen["details"]["response_page"] == base64.b64encode(b"hello").decode()
    assert seen["errors"] == [
        {"error_type": "validation:acme-http-01", "error_message": "validation.answer: another answer"}
    ]
    web.at("127.0.0.1", redirect(f"http://{NAME}:{web.port}/inside"))
    seen = await ask(dns, "dcv", dcv(HTTP), port=web.port)
    assert "moved" not in json.dumps(seen)
    history = seen["details"]["response_history"]
    assert history[0] == {"status_code": 302, "url": f"http://{NAME}:{web.port}/inside"}
    dns.remove(NAME)
    seen = await ask(dns, "dcv", dcv(HTTP), port=web.port)
    assert (seen["check_passed"], seen["check_completed"]) == (False, False)
    assert "NXDOMAIN" in seen["errors"][0]["error_message"]


async def test_a_proof_in_the_dns(dns):
    """By the value, which is all that is told of the key authorization."""
    record = f"_acme-challenge.{NAME}"
    dns.set(record, "TXT", '"another"')
    seen = await ask(dns, "dcv", dcv(DNS))
    assert (seen["check_passed"], seen["details"]["records_seen"]) == (False, ["another"])
    dns.set(record, "TXT", '"another"', f'"{VALUE}"')
    for target in (NAME, f"*.{NAME}"):
        seen = await ask(dns, "dcv", dcv(DNS, target))
        assert (seen["check_passed"], seen["details"]["found_at"]) == (True, record)


async def test_what_stands_behind_an_alias_is_not_told(dns):
    """It may be a name that only the agent's resolvers know (S-07); that it was the right value is."""
    dns.set(f"_acme-challenge.{NAME}", "CNAME", "inside.example.net.")
    dns.set("inside.example.net", "TXT", '"secret"')
    for record, passes in (('"secret"', False), (f'"{VALUE}"', True)):
        dns.set("inside.example.net", "TXT", record)
        seen = await ask(dns, "dcv", dcv(DNS))
        assert seen["check_passed"] is passes
        assert (seen["details"]["records_seen"], seen["details"]["found_at"]) == ([], "inside.example.net")
        assert "secret" not in json.dumps(seen)


@pytest.mark.parametrize(
    ("record", "target", "parameters", "passes"),
    [
        ('0 issue "ca.example"', NAME, None, True),
        ('0 issue "other.example"', NAME, None, False),
        ('0 issue "other.example"', NAME, {"caa_domains": ["a.example", "other.example"]}, True),
        ('0 issue "ca.example"', NAME, {"caa_domains": ["other.example"]}, False),
        ('0 issuewild ";"', NAME, {"certificate_type": "tls-server"}, True),
        ('0 issuewild ";"', f"*.{NAME}", {"certificate_type": "tls-server"}, False),
        ('0 issuewild ";"', NAME, {"certificate_type": "tls-server:wildcard"}, False),
        ('0 issue "ca.example; accounturi=https://ca.example/1"', NAME, None, False),
        ('0 issue "ca.example; validationmethods=http-01"', NAME, None, False),
    ],
)
async def test_caa(dns, record, target, parameters, passes):
    """The issuers that are asked for, or the agent's own; who asks and how is not told, hence permitted to nobody."""
    dns.set("example.com", "CAA", record)
    seen = await ask(dns, "caa", {"domain_or_ip_target": target, "caa_check_parameters": parameters})
    assert (seen["check_type"], seen["check_completed"], seen["check_passed"]) == ("caa", True, passes)
    assert seen["details"] == {"caa_record_present": True, "found_at": "example.com", "records_seen": [record]}


async def test_caa_that_is_not_there_or_not_known(dns, monkeypatch):
    """Two things (B-41)."""
    seen = await ask(dns, "caa", {"domain_or_ip_target": NAME})
    assert seen["check_passed"]
    assert seen["details"] == {"caa_record_present": False, "found_at": None, "records_seen": []}
    answer = dns.respond

    def respond(query):
        failing = answer(query)
        failing.set_rcode(Rcode.SERVFAIL)
        return failing

    monkeypatch.setattr(dns, "respond", respond)
    seen = await ask(dns, "caa", {"domain_or_ip_target": NAME})
    assert (seen["check_completed"], seen["check_passed"]) == (False, False)
    assert seen["details"]["caa_record_present"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("dcv", b""),
        ("dcv", b"[" * 5000),
        ("dcv", {"domain_or_ip_target": NAME}),
        ("dcv", dcv({"validation_method": "website-change"})),
        ("dcv", dcv({**HTTP, "token": "../../etc"})),
        ("dcv", dcv({**HTTP, "key_authorization": "\u3042"})),
        ("dcv", dcv({**HTTP, "http_headers": {"Host": "inside.example"}})),
        ("dcv", dcv(HTTP, f"*.{NAME}")),
        ("dcv", dcv(HTTP, "localhost/../x")),
        ("dcv", dcv(HTTP, "*.192.0.2.1")),
        ("dcv", dcv(DNS, "192.0.2.1")),
        ("dcv", b'{"x":' + b"[" * 8000),
        ("dcv", b'{"domain_or_ip_target":"\xff"}'),
        ("caa", {"domain_or_ip_target": "*.192.0.2.1"}),
        ("caa", {"domain_or_ip_target": f"*.*.{NAME}"}),
        ("caa", {"domain_or_ip_target": ""}),
        ("caa", {"domain_or_ip_target": NAME, "caa_check_parameters": {"certificate_type": "s-mime"}}),
        ("caa", {"domain_or_ip_target": NAME, "caa_check_parameters": {"caa_domains": ["a b"]}}),
    ],
)
async def test_what_is_no_request(dns, path, body):
    """It is answered as that, and nothing is looked for."""
    assert await ask(dns, path, body) == 400
    assert dns.count(NAME) == 0


async def test_other_paths(dns):
    """An agent coordinates nobody."""
    assert await ask(dns, "mpic", {}) == 404
