"""OCSP over HTTP: both ways to ask, what caches are told, and what is no request."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from starlette.requests import Request

from tegata.ca import faces
from tegata.ca.issuing.ocsp import Responders
from tegata.ca.ports import Work
from tegata.ca.public import app
from tegata.ca.public.ocsp import MOST_OCTETS, OcspPages
from tegata.ca.public.seal import SealPage
from tegata.ca.services.ocsp import LIFE, OcspAnswer, OcspService
from tegata.ca.services.responders import ResponderService
from tests.ca.api.asgi import call, issue

pytestmark = pytest.mark.anyio
REQUEST = ("content-type", "application/ocsp-request")


@pytest.fixture
def public(world):
    """The public application of a CA that answers OCSP."""
    ca = world.ca
    certified = ResponderService(store=ca.store, authorities=ca.issuers.authorities)
    responder = Responders(ca.issuers.certificates, certified.certify)
    return app.build(
        fixed={},
        crl_folder="/crl/",
        revocation_lists=ca.store.revocation_lists,
        publishes=ca.issuers.publishes,
        missing=ca.crls.missing,
        away=dict,
        clock_is_apart=bool,
        seal=SealPage(ca.contracts, ca.certificates, issuer="CA", now=ca.now),
        ocsp=OcspPages(
            OcspService(store=ca.store, responder=responder, clock=ca.now, require_clock=ca.clocks.require), ca.now
        ),
        now=ca.now,
    )


async def test_both_ways_to_ask(world, public):
    """The same answer; by GET it may be kept for an hour, and who has it is told so (RFC 5019 §5, §6.2)."""
    client = await world.client()
    _, (leaf, issuer) = await issue(world, client, "www.example.com")
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build()
    der = request.public_bytes(Encoding.DER)
    posted = await call(public, "POST", "/ocsp", headers=(REQUEST,), chunks=(der[:10], der[10:]))
    encoded = base64.b64encode(der).decode()
    got = await call(public, "GET", f"/ocsp/{encoded}")
    assert got.body == posted.body
    loose = (await call(public, "GET", f"/ocsp/{encoded[:8]}!{encoded[8:]}")).body
    assert ocsp.load_der_ocsp_response(loose).response_status is OCSPResponseStatus.MALFORMED_REQUEST
    assert ocsp.load_der_ocsp_response(got.body).certificate_status is OCSPCertStatus.GOOD
    for answer in (posted, got):
        assert (answer.status, answer.headers.get("Content-Type")) == (200, "application/ocsp-response")
    assert posted.headers.get("Cache-Control") == "no-store"
    assert got.headers.get("Cache-Control") == "max-age=3600, public, no-transform, must-revalidate"
    assert got.headers.get("Expires")
    assert got.headers.get("Last-Modified")
    known = (("if-none-match", got.headers.get("ETag")),)
    assert (await call(public, "GET", f"/ocsp/{encoded}", headers=known)).status == 304
    work = Work()
    world.ca.store.certificates.revoke(work, format(leaf.serial_number, "x"), 4, world.ca.now(), "operator")
    await world.ca.store.commit(work)
    again = await call(public, "GET", f"/ocsp/{encoded}", headers=known)
    assert ocsp.load_der_ocsp_response(again.body).certificate_status is OCSPCertStatus.REVOKED


async def test_no_cache_keeps_an_answer_beyond_its_end():
    """One that cannot be made anew is given until its last second (RFC 5019 §6.2)."""
    now = datetime(2026, 11, 1, tzinfo=UTC)

    class Service:
        async def answer(self, _):
            return OcspAnswer(b"answer", now - LIFE, now + timedelta(seconds=90))

    service: Any = Service()
    asked = Request({"type": "http", "method": "GET", "headers": [], "path_params": {"request": "MAA="}})
    times = iter((now, now - timedelta(days=1), now + timedelta(days=1)))
    pages = OcspPages(service, lambda: next(times))
    for seconds in (90, 3600, 0):
        answer = await pages.get(asked)
        assert answer.headers["cache-control"].startswith(f"max-age={seconds},")


BAD = ("", "x", "MAA=", "%", "A" * 9000, "a/../b")


@pytest.mark.parametrize("target", [f"/ocsp/{text}" for text in BAD])
async def test_what_is_no_request(public, target):
    """Is told so in OCSP's own words, and kept by nobody."""
    answer = await call(public, "GET", target)
    assert answer.status == 200
    assert ocsp.load_der_ocsp_response(answer.body).response_status is OCSPResponseStatus.MALFORMED_REQUEST
    assert answer.headers.get("Cache-Control") == "no-store"


async def test_what_is_no_post_of_a_request(public):
    """Another media type, and a body that no request has."""
    assert (await call(public, "POST", "/ocsp", headers=(("content-type", "text/plain"),))).status == 415
    long = (b"a" * MOST_OCTETS, b"a")
    assert (await call(public, "POST", "/ocsp", headers=(REQUEST,), chunks=long)).status == 413
    told = (("content-type", "Application/OCSP-Request; charset=x"),)
    assert (await call(public, "POST", "/ocsp", headers=told, chunks=long[:1])).status == 200


async def test_ocsp_is_off_by_default(world):
    """There is no such page."""
    public = faces.public_files(world.ca)
    assert (await call(public, "GET", "/ocsp/MAA=")).status == 404


async def test_who_goes_away_meanwhile(public):
    """Is no error of the CA's: nothing is raised, and there is no line in its log."""
    assert (await call(public, "POST", "/ocsp", headers=[REQUEST], chunks=())).status == 400
