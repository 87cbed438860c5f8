"""The public listener: CRL, issuer certificates, health, and the sticker's page."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.requests import Request
from structlog.testing import capture_logs

from tegata.ca import faces
from tegata.ca.errors import StoreFailed
from tegata.ca.issuing import layout
from tegata.ca.model import Organization
from tegata.ca.ports import Work
from tegata.ca.public import seal
from tegata.ca.public.files import SETTLED
from tests.ca.api.asgi import body, call, issue

pytestmark = pytest.mark.anyio


async def get(world, target, *headers):
    """A GET at the public application of this moment."""
    return await call(faces.public_files(world.ca), "GET", target, headers=headers)


async def test_certificates_of_the_ca(world):
    """DER, the ones whose addresses stand in certificates."""
    hierarchy = world.ca.hierarchy
    for path, certificate in (
        ("/root.cer", hierarchy.root),
        ("/issuing.cer", hierarchy.issuing),
        ("/services.cer", hierarchy.services),
    ):
        answer = await get(world, path)
        assert answer.headers.get("Content-Type") == "application/pkix-cert"
        assert answer.body == certificate.public_bytes(Encoding.DER)
    assert (await get(world, "/crl/root.crl")).body == hierarchy.root_crl


async def test_the_next_crl_of_the_root(world):
    """Is served as soon as it is installed (BR 4.9.7)."""
    public = faces.public_files(world.ca)
    path = world.ca.home / layout.ROOT_CRL
    first = await call(public, "GET", "/crl/root.crl")
    path.write_bytes(b"the next")
    try:
        second = await call(public, "GET", "/crl/root.crl")
    finally:
        path.write_bytes(first.body)
    assert second.body == b"the next"
    assert second.headers.get("ETag") != first.headers.get("ETag")


async def test_what_is_said_of_crls_and_keys(world):
    """Whoever reaches the store is ready: what keeps every node from signing must not take them all out at once."""
    assert (await get(world, "/healthz")).status == 200
    answer = await get(world, "/readyz")
    assert (answer.status, body(answer)) == (200, {"store": "ok", "crl": "outdated", "keys": "ready", "clock": "right"})
    assert (await get(world, "/crl/issuing.crl")).status == 503
    await world.ca.crls.publish()
    answer = await get(world, "/readyz")
    assert (answer.status, body(answer)) == (200, {"store": "ok", "crl": "current", "keys": "ready", "clock": "right"})
    latest = await world.ca.store.revocation_lists.latest()
    work = Work()
    ended = latest.this_update - timedelta(days=1)
    old = type(latest)(number=latest.number + 1, this_update=ended, next_update=ended, der=latest.der)
    world.ca.store.revocation_lists.claim(work, old.number, "issuing", "ab")
    world.ca.store.revocation_lists.publish(work, old)
    await world.ca.store.commit(work)
    answer = await get(world, "/readyz")
    assert (answer.status, body(answer)) == (200, {"store": "ok", "crl": "outdated", "keys": "ready", "clock": "right"})
    await world.ca.crls.publish()


async def test_a_crl_that_is_not_there_and_a_key_out_of_reach(world, monkeypatch):
    """The first of a newer issuing CA, whose token is away (B-95)."""
    await world.ca.crls.publish()
    monkeypatch.setattr(world.ca.crls, "_names", frozenset({"issuing", "issuing-2"}))

    async def away():
        raise TimeoutError

    monkeypatch.setattr(world.ca.issuers.newest, "reach", away)
    await world.ca.issuers.look()
    assert body(await get(world, "/readyz")) == {"store": "ok", "crl": "outdated", "keys": "away", "clock": "right"}
    monkeypatch.undo()
    await world.ca.issuers.look()
    assert body(await get(world, "/readyz")) == {"store": "ok", "crl": "current", "keys": "ready", "clock": "right"}


async def test_how_long_a_cache_may_keep_it(world):
    """A CRL a minute, the root's too: it tells of a CA that is revoked; certificates a day (B-88)."""
    await world.ca.crls.publish()
    for path, kept in (("/root.cer", 86400), ("/crl/root.crl", 60), ("/crl/issuing.crl", 60)):
        assert (await get(world, path)).headers.get("Cache-Control") == f"public, max-age={kept}"


async def test_a_new_crl_is_read_once_for_all_who_ask(world, monkeypatch):
    """At the same moment: a great one would be in memory as many times (S-30)."""
    await world.ca.crls.publish()
    public = faces.public_files(world.ca)
    lists = world.ca.store.revocation_lists
    latest, read = lists.latest, []

    async def slow(name):
        read.append(name)
        await asyncio.sleep(0)
        return await latest(name)

    monkeypatch.setattr(lists, "latest", slow)
    answers = await asyncio.gather(*(call(public, "GET", "/crl/issuing.crl") for _ in range(9)))
    assert len({answer.body for answer in answers}) == 1
    assert read == ["issuing"]


async def test_who_has_the_crl_already(world, monkeypatch):
    """By its tag or a later time is told so, a tag first; the next is another, each is read once (RFC 9110 §13)."""
    await world.ca.crls.publish()
    public = faces.public_files(world.ca)
    lists = world.ca.store.revocation_lists
    read = []

    async def counted(name):
        read.append(name)
        return await latest(name)

    latest = lists.latest
    monkeypatch.setattr(lists, "latest", counted)

    async def get(*headers):
        return await call(public, "GET", "/crl/issuing.crl", headers=headers)

    first, again = await get(), await get()
    assert first.body == again.body
    assert read == ["issuing"]
    tag, time = first.headers.get("ETag"), first.headers.get("Last-Modified")
    later = format_datetime(parsedate_to_datetime(time) + SETTLED, usegmt=True)
    for known in (
        (("if-none-match", tag),),
        (("if-none-match", f'"x", W/{tag}'),),
        (("if-none-match", "*"),),
        (("if-modified-since", later),),
        (("if-none-match", tag), ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT")),
    ):
        answer = await get(*known)
        assert (answer.status, answer.body, answer.headers.get("ETag")) == (304, b"", tag)
        assert answer.headers.get("Cache-Control") == "public, max-age=60"
    for other in (
        (("if-none-match", '"x"'), ("if-modified-since", later)),
        (("if-modified-since", time),),
        (("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT"),),
        (("if-modified-since", "yesterday"),),
        (("if-modified-since", "Thu, 99 Foo 99999 25:61:61 GMT"),),
        (("if-modified-since", "Fri, 01 Jan 2100 00:00:00 -0000"),),
        (("if-modified-since", "Fri, 01 Jan 2100 00:00:00 +99999999999999999999"),),
        (("if-none-match", ""),),
    ):
        assert (await get(*other)).body == first.body
    await world.ca.crls.publish()  # within the same second, if the machine is quick
    assert (await get(("if-modified-since", time))).status == 200
    answer = await get(("if-none-match", tag))
    assert answer.status == 200
    assert answer.body != first.body
    assert read == ["issuing", "issuing"]
    assert (await call(public, "GET", "/crl/issuing9.crl")).status == 404


async def test_who_has_a_certificate_already(world):
    """Is told so by its tag."""
    first = await get(world, "/root.cer")
    assert (await get(world, "/root.cer", ("if-none-match", first.headers.get("ETag")))).status == 304


async def test_not_ready_without_the_store(world, monkeypatch):
    """Whatever is wrong with it, the answer is short and tells nothing."""

    async def broken():
        raise OSError("disk /dev/secret")

    monkeypatch.setattr(world.ca.store.revocation_lists, "heads", broken)
    answer = await get(world, "/readyz")
    assert (answer.status, body(answer)) == (503, {"store": "failed"})


async def test_a_revoked_certificate_is_in_the_crl_at_once(world):
    """The CRL that is fetched next has it."""
    client = await world.client()
    _, (leaf, *_) = await issue(world, client, "www.example.com")
    await world.ca.certificates.revoke_by_operator(format(leaf.serial_number, "x"), 4)
    answer = await get(world, "/crl/issuing.crl")
    assert answer.headers.get("Content-Type") == "application/pkix-crl"
    assert answer.headers.get("Cache-Control") == "public, max-age=60"
    crl = x509.load_der_x509_crl(answer.body)
    entry = crl.get_revoked_certificate_by_serial_number(leaf.serial_number)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.superseded


async def contracts(world):
    """Those of the CA, oldest first."""
    return sorted([view.contract async for view in world.ca.contracts.listed()], key=lambda one: one.applied_at)


async def test_the_seal_vouches_for_a_contract_in_force(world):
    """Japanese first: organization, names, term, certificates; nothing of the customer or the credential."""
    client = await world.client("www.example.com", ".example.org")
    await issue(world, client, "www.example.com")
    contract, kid = (await contracts(world))[-1], "admin@example.com"
    answer = await get(world, f"/seal/{contract.id}")
    page = answer.body.decode()
    assert answer.status == 200
    for part in ("Example Corporation", "www.example.com", "example.org とその配下", "有効 (", "1 枚"):
        assert part in page
    credential = (await world.ca.store.credentials.of_contract(contract.id))[0]
    for secret in (kid, credential.kid, contract.customer_id):
        assert secret not in page
    assert "script" not in page
    assert "default-src 'none'" in (answer.headers.get("Content-Security-Policy") or "")


async def test_the_seal_speaks_english(world):
    """By the switch, or by what the browser prefers."""
    contract = (await contracts(world))[0]
    for answer in (
        await get(world, f"/seal/{contract.id}?lang=en"),
        await get(world, f"/seal/{contract.id}", ("accept-language", "en-GB, ja;q=0.5")),
    ):
        assert "Valid certificates" in answer.body.decode()


@pytest.mark.parametrize(
    ("language", "end"), [("ja", "(2099/01/30（日本時間）まで)"), ("en", "(until 2099/01/29 (UTC))")]
)
async def test_the_seal_has_the_readers_days(world, language, end):
    """The same as sticker and portal, whatever the hour at which a contract ends."""
    contract, _, _ = await world.contract()
    await world.ca.contracts.renew(contract, datetime(2099, 1, 29, 15, 0, tzinfo=UTC))
    assert end in (await get(world, f"/seal/{contract}?lang={language}")).body.decode()


async def test_the_seal_counts_seldom(world, monkeypatch):
    """S-30: who asks again and again has nothing counted; a contract may have many thousands of certificates."""
    contract, _, _ = await world.contract()
    counted = []

    async def count(contract_id):
        counted.append(contract_id)
        return 7

    monkeypatch.setattr(world.ca.certificates, "count_valid", count)
    public = faces.public_files(world.ca)
    for _ in range(3):
        assert "7 枚" in (await call(public, "GET", f"/seal/{contract}")).body.decode()
    assert counted == [contract]


async def test_the_seal_has_nothing_that_a_browser_would_do(world):
    """Whatever an organization is called, and whichever language is asked for."""
    added = await world.ca.contracts.add(
        organization=Organization(name="<b>Bold & Sons</b>", country="JP"),
        service="ov-acme-1y",
        domains=("www.example.com",),
        user="admin@example.com",
    )
    answer = await get(world, f"/seal/{added.contract.id}?lang=<b>")
    assert answer.status == 200
    assert "&lt;b&gt;Bold &amp; Sons" in answer.body.decode()
    assert b"<b>" not in answer.body


class Seals:
    """The page by a clock of its own, and which contracts' certificates it had counted."""

    def __init__(self, ca, monkeypatch):
        self.now, self.counted = ca.now(), []
        self.page = seal.SealPage(ca.contracts, ca.certificates, issuer="CA", now=lambda: self.now)
        monkeypatch.setattr(ca.certificates, "count_valid", self.count)

    async def count(self, contract):
        self.counted.append(contract)
        return 7

    async def show(self, contract):
        scope = {"type": "http", "method": "GET", "headers": [], "query_string": b"lang=en"}
        return bytes((await self.page.show(Request({**scope, "path_params": {"contract": contract}}))).body).decode()


async def test_the_seal_of_a_contract_that_has_not_begun(world, monkeypatch):
    """Is not in force, to the second."""
    contract, _, _ = await world.contract()
    seals = Seals(world.ca, monkeypatch)
    seals.now = (await world.ca.contracts.show(contract)).contract.starts
    assert "not in force" not in await seals.show(contract)
    seals.now -= timedelta(seconds=1)
    assert "not in force" in await seals.show(contract)


async def test_the_counts_of_the_seal_are_few_and_fresh(world, monkeypatch):
    """S-30: by a clock that was ahead too."""
    monkeypatch.setattr(seal, "_MOST_COUNTS", 2)
    contracts = [(await world.contract())[0] for _ in range(3)]
    seals = Seals(world.ca, monkeypatch)
    for contract in (*contracts, *contracts):
        await seals.show(contract)
    assert len(seals.page._counts) <= 2
    seals.counted.clear()
    for passed in (timedelta(seconds=seal.COUNT_SECONDS - 1), timedelta(seconds=1), timedelta(days=-1)):
        seals.now += passed
        await seals.show(contracts[-1])
    assert seals.counted == [contracts[-1]] * 2


async def test_the_seal_of_a_suspended_contract(world):
    """It says so at once."""
    contract, _, _ = await world.contract()
    await world.ca.contracts.suspend(contract)
    page = (await get(world, f"/seal/{contract}?lang=en")).body.decode()
    assert "not in force" in page
    assert "until" not in page


async def test_the_seal_of_a_service_that_examines_names_only(world):
    """DV vouches for no organization."""
    contract, _, _ = await world.contract(service="dv-acme-1y")
    page = (await get(world, f"/seal/{contract}")).body.decode()
    assert "Example Corporation" not in page
    assert "www.example.com" in page


@pytest.mark.parametrize("contract", ["C00000000", "..%2f..", "<script>", "%00"])
async def test_a_seal_that_was_made_up(world, contract):
    """404, in words for whoever was led here; nothing of the address comes back."""
    answer = await get(world, f"/seal/{contract}?lang=en")
    assert answer.status == 404
    assert "do not trust" in answer.body.decode()
    assert "script" not in answer.body.decode()


@pytest.mark.parametrize("path", ["/portal/login/", "/portal/orders/", "/healthz/", "/crl/issuing.crl/"])
async def test_no_answer_leads_where_the_host_header_says(world, path):
    """S-29: a path with a slash too many is not there, at the portal as here."""
    header = ("host", "evil.example")
    app = world.app if path.startswith("/portal") else faces.public_files(world.ca)
    answer = await call(app, "GET", path, headers=[header])
    assert (answer.status, answer.headers.get("Location")) == (404, None)
    assert b"evil" not in answer.body


async def test_the_portal_does_not_lock_visitors_out_of_the_public_files(world):
    """RFC 6797 §8.3: what a browser keeps of a host holds for all its ports, and stickers lead to plain HTTP there."""

    async def headers(public_url):
        public_settings = msgspec.structs.replace(world.ca.settings.public, url=public_url)
        settings = msgspec.structs.replace(world.ca.settings, public=public_settings)
        app = faces.acme_and_portal(dataclasses.replace(world.ca, settings=settings))
        return (await call(app, "GET", "/portal/login")).headers

    assert "Strict-Transport-Security" not in await headers("http://127.0.0.1:8080")
    assert "Strict-Transport-Security" in await headers("http://public.example.com")


@pytest.mark.parametrize("target", ["/", "/acme/", "/portal/login", "/settings.toml", "/crl/../keys/root.key"])
async def test_nothing_else_is_public(world, target):
    """No ACME, no portal, no file of the CA."""
    assert (await get(world, target)).status == 404


async def test_a_store_that_is_away_is_no_fault_of_ours(world, monkeypatch):
    """Whoever asks for a CRL comes again, as ACME's clients do: 503 with Retry-After, and no traceback each time."""
    await world.ca.crls.publish()

    async def away(_):
        raise StoreFailed(reason="too many connections")

    monkeypatch.setattr(world.ca.store.revocation_lists, "head", away)
    with capture_logs() as logs:
        answer = await get(world, "/crl/issuing.crl")
    assert (answer.status, answer.headers.get("Retry-After")) == (503, "10")
    assert [(entry["event"], "exc_info" in entry) for entry in logs] == [("store.failed", False)]


async def test_a_crl_outlives_its_store(world, monkeypatch):
    """B-92: what this node has given out it goes on giving out while the records are away, until it ends."""
    await world.ca.crls.publish()
    moment = [world.ca.now()]
    public = faces.public_files(dataclasses.replace(world.ca, now=lambda: moment[0]))
    given = await call(public, "GET", "/crl/issuing.crl")
    next_update = x509.load_der_x509_crl(given.body).next_update_utc

    async def away(_):
        raise StoreFailed(reason="too many connections")

    monkeypatch.setattr(world.ca.store.revocation_lists, "head", away)
    again = await call(public, "GET", "/crl/issuing.crl")
    assert (again.status, again.body) == (200, given.body)
    assert (await call(public, "GET", "/crl/issuing2.crl")).status == 503
    moment[0] = next_update
    assert (await call(public, "GET", "/crl/issuing.crl")).status == 503
