"""Every door of the CA and its agent under generated requests: octets, the public listener, the portal, the agent.

What is asked of each answer is in ``service``: no 5xx, in time, nothing grows. ACME's are in ``test_acme_requests``.
"""

import base64
import json
from collections.abc import Collection, Sequence
from urllib.parse import quote, urlencode

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.ca.model import Look
from tegata.ca.validation import messages, openmpic
from tegata.pki import certs, csr
from tests.ca.services.test_ocsp import asking_several
from tests.fuzz import routes
from tests.fuzz.extent import EXTENT
from tests.fuzz.inputs import octets, texts
from tests.fuzz.parsers import QUESTION
from tests.fuzz.service import Answer, Listener
from tests.fuzz.world import CERTIFICATE_KEY, ENDPOINTS, FORM, NAMES, World, world

__all__ = ["world"]

# Octets on the wire.

JWS = b'{"protected":"","payload":"","signature":""}'
LOGIN = b"login=a&password=b"
SAMPLES = tuple(
    b"\r\n".join([*lines, b"", b""]) + rest
    for lines, rest in (
        ((b"GET /acme/ HTTP/1.1", b"Host: x", b"Accept-Language: ja, en;q=0.5"), b""),
        ((b"HEAD /acme/new-nonce HTTP/1.1", b"Host: x"), b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        (
            (
                b"POST /acme/new-order HTTP/1.1",
                b"Host: x",
                b"Content-Type: application/jose+json",
                b"Content-Length: 44",
            ),
            JWS,
        ),
        (
            (b"POST /acme/new-account HTTP/1.1", b"Transfer-Encoding: chunked", b"Expect: 100-continue"),
            b"2\r\n{}\r\n0\r\nX: y\r\n\r\n",
        ),
        (
            (b"POST /portal/login HTTP/1.1", b": ".join(FORM), b"Cookie: __Host-tegata=x", b"Content-Length: 18"),
            LOGIN,
        ),
        ((b"OPTIONS * HTTP/1.1", b"Host: x"), b""),
        ((b"CONNECT x:443 HTTP/1.1", b"Host: x"), b""),
        ((b"GET http://x/portal/orders?sort=applied HTTP/1.0",), b""),
        ((b"GET /seal/C1?lang=en HTTP/1.1", b"Host: x", b"Connection: Upgrade", b"Upgrade: websocket"), b""),
        ((b"PRI * HTTP/2.0",), b"SM\r\n\r\n"),
    )
)


@ENDPOINTS
@given(content=octets(*SAMPLES), door=st.sampled_from(["acme", "public", "agent"]))
def test_any_octets_on_a_connection(world: World, content: bytes, door: str) -> None:
    """S-19, S-20: what is no request is refused or cut, at once, and the next one is served."""
    service = world.service
    with service.watched():
        received = getattr(service, door).send(content)
        assert b"HTTP/1.1 5" not in received, (content, received)
        assert service.public.ask("GET", b"/healthz").status == 200


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 4)
@given(content=octets(bytes.fromhex("16030100c8010000c40303") + bytes(200), b"GET / HTTP/1.1\r\n\r\n"))
def test_any_octets_instead_of_tls(world: World, content: bytes) -> None:
    """Neither listener that speaks TLS says anything to who does not."""
    service = world.service
    with service.watched():
        for door in (service.acme, service.agent):
            type(door)(door.port).send(content)
        assert service.acme.ask("GET", b"/acme/").status == 200


# The public listener and the portal.

PUBLIC = (
    b"/healthz",
    b"/ocsp",
    b"/ocsp/",
    b"/ocsp/MAMKAQE=",
    b"/root.cer",
    b"/issuing.cer",
    b"/services.cer",
    b"/crl/root.crl",
    b"/crl/issuing.crl",
    b"/seal/C1",
    b"/readyz",
)
PORTAL = (
    b"/portal", b"/portal/", b"/portal/login", b"/portal/logout", b"/portal/orders", b"/portal/orders/C1",
    b"/portal/orders/C1/resume", b"/portal/orders/C1/terms", b"/portal/orders/C1/download",
    b"/portal/orders/C1/download/eab", b"/portal/orders/C1/request",
    b"/portal/orders/C1/eab", b"/portal/orders/C1/download/sticker", b"/portal/orders/C1/sticker",
    b"/portal/orders/C1/credentials", b"/portal/orders/C1/credentials/K1/eab",
    b"/portal/orders/C1/credentials/K1/label", b"/portal/orders/C1/credentials/K1/rotate",
    b"/portal/orders/C1/credentials/K1/disable",
    b"/portal/orders/C1/certificates/S1", b"/portal/orders/C1/certificates/S1/revoke", b"/portal/orders/C2",
    b"/portal/orders/C2/request", b"/portal/orders/C2/requests/O1", b"/portal/orders/C2/requests/O1/files/F1",
    b"/portal/orders/C2/requests/O1/prove", b"/portal/orders/C2/requests/O1/issue",
    b"/portal/orders/C2/requests/O1/again",
    b"/portal/operator", b"/portal/operator/waiting/examine",
    b"/portal/operator/reports", b"/portal/operator/reports/R1",
    b"/portal/operator/reports/R1/answer", b"/portal/operator/reports/R1/replace",
    b"/portal/operator/reports/R1/revoke", b"/portal/operator/reports/R1/close",
    b"/portal/operator/contracts", b"/portal/operator/contracts/C1", b"/portal/operator/contracts/C1/examine",
    b"/portal/operator/contracts/C1/release", b"/portal/operator/contracts/C1/resume",
    b"/portal/operator/contracts/C1/replace",
    b"/portal/static/portal.css", b"/", b"//other.example/x",
)  # fmt: skip
QUERIES = (b"", b"", b"?lang=en", b"?sort=applied&direction=desc&show=all", b"?lang=ja&sort=%00")
HEADERS = (
    (b"Accept-Language", b"ja;q=0.5, en"), (b"Cookie", b"__Host-tegata=x; tegata-lang=en"), (b"Host", b"ca.example:1"),
    (b"Origin", b"https://ca.example"), (b"Sec-Fetch-Site", b"cross-site"), (b"If-None-Match", b'"x"'),
    (b"If-Modified-Since", b"Tue, 24 Nov 2026 00:00:00 GMT"), (b"Range", b"bytes=0-1,5-2,-3"), (b"Accept", b"*/*"),
    (b"Content-Type", b"multipart/form-data; boundary=x"), (b"X-Forwarded-For", b"::1, 10.0.0.1"),
)  # fmt: skip


def test_no_page_is_left_out() -> None:
    """A new route of the portal or of the public listener gets generated requests too (S-05)."""
    for wanted, paths in ((routes.portal(), PORTAL), (routes.public(), PUBLIC)):
        assert [each for each in wanted if not any(each.path.match(path.decode()) for path in paths)] == []


METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])


def in_a_line(content: bytes) -> bytes:
    """As far as a line of a request can have it."""
    return bytes(octet for octet in content if octet > 32 and octet != 127)


def targets(*paths: bytes) -> st.SearchStrategy[bytes]:
    """One of the paths with a query, or edited, with any octets in it."""
    whole = st.builds(bytes.__add__, st.sampled_from(paths), st.sampled_from(QUERIES))
    edited = octets(*(path + query for path in paths for query in QUERIES)).map(in_a_line)
    return st.one_of(whole, edited.map(lambda target: target if target.startswith(b"/") else b"/" + target))


def fields(*more: tuple[bytes, bytes]) -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    """Header fields, some of their values edited."""
    given_ = st.sampled_from((*HEADERS, *more))
    values = given_.flatmap(lambda one: st.tuples(st.just(one[0]), octets(one[1]).map(in_a_line)))
    return st.lists(st.one_of(given_, values), max_size=4)


def meant(wanted: Collection[routes.Wanted], paths: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Each of the paths with every method that its route knows."""
    return [(each.method, path) for each in wanted for path in paths if each.path.match(path.decode())]


def asked(meant: Sequence[tuple[str, bytes]], *paths: bytes) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    """All requests that are meant, in any order, and as many others at any of the paths, with any method."""
    others = st.lists(st.tuples(METHODS, targets(*paths)), min_size=len(meant), max_size=len(meant))
    return st.tuples(st.permutations(meant), others).map(
        lambda both: [each for two in zip(*both, strict=True) for each in two]
    )


AT_PUBLIC = meant(routes.public(), PUBLIC)


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 2)
@given(data=st.data(), requests=asked(AT_PUBLIC, *PUBLIC))
def test_the_public_listener(world: World, data: st.DataObject, requests: list[tuple[str, bytes]]) -> None:
    """It only shows things; nothing is stored."""
    service, before = world.service, world.rows()
    with service.watched():
        for method, path in requests:
            target = world.at(path)
            ask(service.public, method, target, data.draw(fields()), data.draw(octets(b"x=y")))
    assert world.rows() == before


ACME = (b"/acme/", b"/acme/new-nonce", b"/acme/renewal-info/aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", b"/acme/new-order")


AT_ACME = meant([each for each in routes.acme() if each.method == "GET"], ACME)


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 2)
@given(data=st.data(), requests=asked(AT_ACME, *ACME))
def test_what_acme_says_to_anybody(world: World, data: st.DataObject, requests: list[tuple[str, bytes]]) -> None:
    """Without a signature there is something to read and nothing to change."""
    service, before = world.service, world.rows()
    with service.watched():
        for method, target in requests:
            ask(service.acme, method, target, data.draw(fields()), data.draw(octets(JWS)))
    assert world.rows() == before


MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\na\r\n--x\r\nContent-Disposition: form-data; '
    b'name="password"; filename="f"\r\n\r\nb\r\n--x--\r\n'
)
FORMS = (
    b"login=admin%40example.com&password=x", b"login=", b"account=x&name=a.example", MULTIPART, b"a=1&" * 30,
    b"domain=www.example.com&accounts=3&expires=9999-12-31", b"expires=0001-01-01&days=7&accounts=1",
)  # fmt: skip


AT_THE_PORTAL = meant(routes.portal(), PORTAL)


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 4)
@given(data=st.data(), requests=asked(AT_THE_PORTAL, *PORTAL), logged_in=st.booleans())
def test_the_portal(world: World, data: st.DataObject, requests: list[tuple[str, bytes]], *, logged_in: bool) -> None:
    """Whoever asks: the pages' headers are on every page, and no session begins."""
    service, before = world.service, world.rows()
    with service.watched():
        for method, path in requests:
            headers = data.draw(fields(FORM, FORM))
            headers += [(b"Cookie", world.cookie)] if logged_in and not path.startswith(b"/portal/logout") else []
            target = world.at(path)
            answer = ask(service.acme, method, target, headers, data.draw(octets(*FORMS)))
            if answer is not None and not is_uvicorns(answer) and not target.startswith(b"/acme"):
                assert "frame-ancestors 'none'" in answer.header("content-security-policy"), answer
                assert b'href="//' not in answer.body
    # A customer may have further credentials.
    changed = {name for name, count in world.rows().items() if count != before[name]}
    assert changed <= ({"credentials"} if logged_in else set()), requests


CSR = x509.load_der_x509_csr(csr.build(CERTIFICATE_KEY, NAMES[:2], common_name=None)).public_bytes(Encoding.PEM)
SHOWN = (
    b"/portal/orders?show=all",
    b"/portal/orders/C1",
    b"/portal/orders/C1/credentials",
    b"/portal/orders/C1/download",
    b"/portal/orders/C2/request",
    b"/portal/orders/C2/requests/O1",
    b"/portal/orders/C1/certificates/S1/revoke",
)
FILLED_IN = tuple(path for path in PORTAL if path.startswith(b"/portal/orders/C") and b"download" not in path)
FIELDS = {
    "domain": ("www.example.com", ".example.net"),
    "accounts": ("1", "0", "999999999"),
    "csr": (CSR.decode(), "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"),
    "challenge": ("x",),
    "days": ("7", "30", ""),
    "expires": ("2027-01-01", "9999-12-31", "0001-01-01", "2026W011"),
    "account": ("x",),
    "order": ("yes", ""),
    "reason": ("2", "9", "x"),
    "name": ("www.example.com",),
}


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 2)
@given(data=st.data(), path=st.sampled_from(FILLED_IN))
def test_what_a_customer_fills_in(world: World, data: st.DataObject, path: bytes) -> None:
    """Each form with good values and others; whatever was taken, every page can be shown in both languages."""
    filled = [
        (name, data.draw(st.one_of(st.sampled_from(FIELDS[name]), texts(*FIELDS[name]))))
        for name in data.draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=5))
    ]
    body = urlencode(filled, errors="replace").encode()
    headers = ((b"Cookie", world.cookie), FORM)
    with world.service.watched():
        for language in (b"?lang=en", b"?lang=ja"):
            world.service.acme.ask("POST", world.at(path) + language, headers, body)
        for page in SHOWN:
            for language in (b"en", b"ja"):
                cookies = (b"Cookie", world.cookie + b"; tegata-lang=" + language)
                answer = world.service.acme.ask("GET", world.at(page), (cookies,))
                assert answer.status == 200, answer


AT_THE_DESK = tuple(path for path in PORTAL if path.startswith(b"/portal/operator/"))
DESK_FIELDS = {
    "about": ("x", "", "<b>"),
    "by": ("2027-01-01", "0001-01-01", "9999-12-31"),
    "cause": ("misuse", "7"),
    "confirmed": ("yes", ""),
    "evidence": ("x", "a\nb"),
    "examination": ("x", ""),
    "examined": ("2026-11-01", "0001-01-01T00:00", "9999-12-31T23:59", "2026-11-01T00:00Z"),
    "most": ("1", "0", "９", "999999999"),
    "once": ("1", ""),
    "outcome": ("x",),
    "page": ("https://x.example/", "javascript:x"),
    "reason": ("1", "2", "9", "x"),
    "reporter": ("x",),
    "revoking": ("0", "1", "2"),
    "second": ("operator@example.com",),
    "serial": ("1",),
    "serials": ("1 2\n0A:B1", ""),
    "source": ("visit", "x"),
    "text": ("x", " "),
}


@settings(ENDPOINTS, max_examples=EXTENT.max_examples // 2)
@given(data=st.data(), path=st.sampled_from(AT_THE_DESK))
def test_what_an_operator_fills_in(world: World, data: st.DataObject, path: bytes) -> None:
    """As a customer; a stranger's and a customer's form is none of theirs."""
    filled = [
        (name, data.draw(st.one_of(st.sampled_from(DESK_FIELDS[name]), texts(*DESK_FIELDS[name]))))
        for name in data.draw(st.lists(st.sampled_from(sorted(DESK_FIELDS)), max_size=8))
    ]
    body = urlencode(filled, errors="replace").encode()

    with world.service.watched():
        for cookie in (b"__Host-tegata=x", world.cookie, world.operator):
            answer = world.service.acme.ask("POST", world.at(path), ((b"Cookie", cookie), FORM), body)
            assert cookie == world.operator or answer.status in (303, 404, 405), answer
        for page in (b"/portal/operator?show=all", b"/portal/operator/reports/R1", b"/portal/operator/contracts/C1"):
            for language in (b"en", b"ja"):
                cookies = (b"Cookie", world.operator + b"; tegata-lang=" + language)
                assert world.service.acme.ask("GET", world.at(page), (cookies,)).status == 200


def is_uvicorns(answer: Answer) -> bool:
    """Whether it never came to the portal."""
    return answer.status == 400 and answer.header("content-type").startswith("text/plain")


def ask(
    door: Listener, method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes
) -> Answer | None:
    """The answer; None where the request was no HTTP and the connection was cut."""
    try:
        return door.ask(method, target, tuple(headers), b"" if method in ("GET", "HEAD") else body)
    except (ConnectionError, ValueError):
        return None


# OCSP.


@ENDPOINTS
@given(data=st.data(), in_path=st.booleans())
def test_the_responder(world: World, data: st.DataObject, in_path: bool) -> None:
    """Whatever is asked, a response that can be read, or the request is none of HTTP's."""
    leaf, issuer, *_ = certs.load_chain(world.chain)
    asked = [
        ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, algorithm).build().public_bytes(Encoding.DER)
        for algorithm in (SHA1(), SHA256())
    ]
    asked.append(asking_several(*asked))
    content = data.draw(octets(*asked))
    with world.service.watched():
        if in_path:
            target = b"/ocsp/" + quote(base64.b64encode(content), safe="").encode()
            answer = ask(world.service.public, "GET", target, (), b"")
        else:
            kind = (b"Content-Type", b"application/ocsp-request")
            answer = ask(world.service.public, "POST", b"/ocsp", (kind,), content)
    if answer is not None and answer.status == 200:
        found = ocsp.load_der_ocsp_response(answer.body).response_status
        assert found in (ocsp.OCSPResponseStatus.SUCCESSFUL, *REFUSALS), (content, found)
        assert content not in asked or found is ocsp.OCSPResponseStatus.SUCCESSFUL


REFUSALS = (ocsp.OCSPResponseStatus.MALFORMED_REQUEST, ocsp.OCSPResponseStatus.UNAUTHORIZED)


# The agent.

ERRAND = messages.errand(Look.VALIDATION, QUESTION)
HTTP = {"validation_method": "acme-http-01", "token": "t" * 43, "key_authorization": "t.k"}
DNS = {"validation_method": "acme-dns-01", "key_authorization_hash": "x"}
ERRANDS = {
    messages.READY_PATH: (b"x",),
    messages.PATH: (ERRAND, messages.errand(Look.CAA, QUESTION)),
    openmpic.DCV_PATH: tuple(
        json.dumps({"domain_or_ip_target": "www.example.com", "dcv_check_parameters": each}).encode()
        for each in (HTTP, DNS)
    ),
    openmpic.CAA_PATH: (
        b'{"domain_or_ip_target":"*.example.com","caa_check_parameters":{"caa_domains":["a.example"]}}',
    ),
}


@ENDPOINTS
@given(data=st.data())
def test_the_agent(world: World, data: st.DataObject) -> None:
    """An errand or a look that is none is refused; a method that is not known is none of the agent's (501)."""
    with world.service.watched():
        for path in data.draw(st.permutations(sorted(ERRANDS))):
            method = (
                "GET" if path == messages.READY_PATH else data.draw(st.sampled_from(["POST", "POST", "POST", "GET"]))
            )
            body = data.draw(octets(*ERRANDS[path]))
            world.service.agent.ask(method, path.encode(), (), body, may_be=501 if path == messages.PATH else None)
