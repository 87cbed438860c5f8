"""The transport against a real TLS server, good and bad."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import h11
import pytest

from tegata import __version__
from tegata.acme.problems import DOCUMENT_LIMIT
from tegata.acme.wire import Headers, Request
from tegata.client.errors import AnswerTooLarge, BadRoots, CaUnreachable, InsecureUrl, TlsNotTrusted, TlsOutOfDate
from tegata.client.network import Network
from tegata.client.transport import HttpTransport
from tests.client.https_peer import Answer, Asked, Peer
from tests.peers.ports import free_port
from tests.peers.server_certificate import write_server_certificate

LIMIT = 1000


@contextmanager
def talking(said: bytes, *, ends: bool = False) -> Iterator[int]:
    """The port of a server that says this to the first who comes, without TLS, and then waits, or ``ends`` there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        visitors: list[socket.socket] = []

        def talk() -> None:
            visitor, _ = listening.accept()
            visitors.append(visitor)
            visitor.sendall(said)
            if ends:
                visitor.shutdown(socket.SHUT_WR)

        threading.Thread(target=talk, daemon=True).start()
        yield listening.getsockname()[1]
        for visitor in visitors:
            visitor.close()


@pytest.fixture
def transport(peer: Peer) -> Iterator[HttpTransport]:
    with HttpTransport(Network(roots=(peer.root,))) as opened:
        yield opened


def test_brings_a_request_over_and_its_answer_back(peer: Peer, transport: HttpTransport):
    peer.queue(Answer(201, b'{"a":1}', {"Location": "https://ca.test/1", "Replay-Nonce": "abc"}))
    request = Request("POST", f"{peer.url}/x?y", Headers({"Content-Type": "application/jose+json"}), b"body")
    response = transport.send(request, LIMIT)
    assert (response.status, response.body) == (201, b'{"a":1}')
    assert (response.headers.get("location"), response.headers.get("replay-nonce")) == ("https://ca.test/1", "abc")
    asked = peer.asked[0]
    assert (asked.method, asked.path, asked.body) == ("POST", "/x?y", b"body")
    assert asked.headers["content-type"] == "application/jose+json"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_request_says_who_asks_and_in_which_language(peer: Peer, method: str):
    """A-02: product and version, HTTP library and version, and the language, on every request. S-20: no compression."""
    network = Network(roots=(peer.root,), product="acme-robot/7", accept_language="ja")
    with HttpTransport(network) as transport:
        transport.send(Request(method, peer.url), LIMIT)
    headers = peer.asked[0].headers
    assert headers["user-agent"].startswith(f"acme-robot/7 tegata/{__version__} {h11.PRODUCT_ID} (")
    assert headers["accept-language"] == "ja"
    assert headers["accept-encoding"] == "identity"


def test_a_certificate_that_nobody_wants_to_judge(peer: Peer):
    """On request only."""
    with HttpTransport(Network(verify=False)) as transport:
        assert transport.send(Request("GET", peer.url), LIMIT).status == 200


def test_one_version_of_ip(peer: Peer):
    """The peer listens on IPv4 only."""
    with HttpTransport(Network(roots=(peer.root,), family=4)) as transport:
        assert transport.send(Request("GET", peer.url), LIMIT).status == 200
    with HttpTransport(Network(roots=(peer.root,), family=6)) as transport, pytest.raises(CaUnreachable):
        transport.send(Request("GET", peer.url), LIMIT)


def test_one_connection_serves_all_requests(peer: Peer, transport: HttpTransport):
    for _ in range(3):
        transport.send(Request("GET", peer.url), LIMIT)
    assert peer.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_not_used(peer: Peer, transport: HttpTransport):
    """Nobody said it would be; the request is not lost for it."""

    def answer_and_close(_asked: Asked) -> Answer:
        return Answer(raw=[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"])

    peer.answers = answer_and_close
    for pause in (0.1, 0.5, 2, 8):  # how long it takes to come through depends on the machine
        transport.send(Request("GET", peer.url), LIMIT)
        time.sleep(pause)
        with contextlib.suppress(CaUnreachable):
            assert transport.send(Request("GET", peer.url), LIMIT).body == b"{}"
            return
    pytest.fail("each time the closed connection was used again")


@pytest.mark.parametrize("product", ["robot\r\nX-Evil: 1", "ロボット", "\x00"])
def test_a_product_that_is_no_header_does_no_harm(peer: Peer, product: str):
    with HttpTransport(Network(roots=(peer.root,), product=product)) as transport:
        assert transport.send(Request("GET", peer.url), LIMIT).status == 200
    assert "x-evil" not in peer.asked[0].headers
    assert f"tegata/{__version__}" in peer.asked[0].headers["user-agent"]


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "..", ".example", "-"])
def test_a_host_that_cannot_be_one(transport: HttpTransport, name: str):
    with pytest.raises(CaUnreachable):
        transport.send(Request("GET", f"https://{name}/"), LIMIT)


def test_an_untrusted_root_is_told_apart(peer: Peer):
    """S-03: TLS is verified, and against the system's roots unless a root is given."""
    with HttpTransport(Network()) as transport, pytest.raises(TlsNotTrusted) as caught:
        transport.send(Request("GET", peer.url), LIMIT)
    assert caught.value.facts["host"] == peer.url.removeprefix("https://")
    assert "issuer" in str(caught.value.facts["reason"])
    assert peer.asked == []


@pytest.mark.parametrize("days", [-3, 3])
def test_a_certificate_that_is_not_in_force(tmp_path: Path, days: int):
    """Ended, or to come: the fault may be this machine's clock, which is told with its time (C-24)."""
    write_server_certificate(
        tmp_path / "root.pem", tmp_path / "c.pem", tmp_path / "k.pem", shifted=timedelta(days=days)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def shake_hands() -> None:
            with contextlib.suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True).close()

        thread = threading.Thread(target=shake_hands)
        thread.start()
        with (
            HttpTransport(Network(roots=(tmp_path / "root.pem",))) as transport,
            pytest.raises(TlsOutOfDate) as caught,
        ):
            transport.send(Request("GET", f"https://127.0.0.1:{port}/"), LIMIT)
        thread.join()
    assert str(caught.value.facts["now"]).startswith("20")


def test_given_roots_replace_the_systems_or_join_them(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """S-03: the system's pool is off when roots are given, unless it is asked for."""
    other = tmp_path / "other"
    other.mkdir()
    write_server_certificate(other / "root.pem", other / "c.pem", other / "k.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(peer.root))  # the system's pool, for this test
    alone = Network(roots=(other / "root.pem",))
    beside = Network(roots=(other / "root.pem",), system_pool=True)
    with HttpTransport(beside) as transport:
        assert transport.send(Request("GET", peer.url), LIMIT).status == 200
    with HttpTransport(alone) as transport, pytest.raises(TlsNotTrusted):
        transport.send(Request("GET", peer.url), LIMIT)


def test_a_certificate_for_another_host_is_not_trusted(peer: Peer):
    network = Network(roots=(peer.root,), server_name="ca.example")
    with HttpTransport(network) as transport, pytest.raises(TlsNotTrusted) as caught:
        transport.send(Request("GET", peer.url), LIMIT)
    assert "ca.example" in str(caught.value.facts["reason"])


def test_the_server_name_can_be_given(peer: Peer):
    """The CA is reached by an address its certificate does not carry."""
    url = peer.url.replace("localhost", "127.0.0.2")
    with HttpTransport(Network(roots=(peer.root,))) as transport, pytest.raises(TlsNotTrusted):
        transport.send(Request("GET", url), LIMIT)
    with HttpTransport(Network(roots=(peer.root,), server_name="localhost")) as transport:
        assert transport.send(Request("GET", url), LIMIT).status == 200


@pytest.mark.parametrize("content", [None, b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAA\n"])
def test_roots_that_cannot_be_used_are_named(tmp_path: Path, content: bytes | None):
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadRoots) as caught:
        HttpTransport(Network(roots=(path,)))
    assert caught.value.facts["path"] == path


@pytest.mark.parametrize(
    "url", ["http://localhost/dir", "ftp://localhost/", "localhost", "https://", "https://[::1", ""]
)
def test_only_https_leaves_the_house(transport: HttpTransport, url: str):
    """A-01: the last gate, whoever made the URL."""
    with pytest.raises(InsecureUrl):
        transport.send(Request("GET", url), LIMIT)


def test_a_plain_http_url_is_refused_before_it_is_sent(peer: Peer, transport: HttpTransport):
    """A-01"""
    with pytest.raises(InsecureUrl):
        transport.send(Request("GET", peer.url.replace("https", "http")), LIMIT)
    assert peer.connections == 0


def test_a_redirect_is_an_answer_and_is_not_followed(peer: Peer, transport: HttpTransport):
    peer.queue(Answer(302, b"", {"Location": "https://elsewhere.test/"}))
    response = transport.send(Request("GET", peer.url), LIMIT)
    assert (response.status, response.headers.get("Location")) == (302, "https://elsewhere.test/")
    assert len(peer.asked) == 1


def test_an_answer_over_its_limit_is_not_read(peer: Peer, transport: HttpTransport):
    """S-20: the size of an answer is limited, octet by octet."""
    peer.queue(Answer(body=b"x" * LIMIT), Answer(body=b"x" * (LIMIT + 1)))
    assert len(transport.send(Request("GET", peer.url), LIMIT).body) == LIMIT
    with pytest.raises(AnswerTooLarge) as caught:
        transport.send(Request("GET", peer.url), LIMIT)
    assert caught.value.facts["limit"] == LIMIT


def test_of_an_error_no_more_is_read_than_a_problem_may_have(peer: Peer, transport: HttpTransport):
    """S-20: 64 KiB of an error, whatever it is; the status is not lost."""
    peer.queue(Answer(500, b"x" * (DOCUMENT_LIMIT + 5000)))
    response = transport.send(Request("GET", peer.url), LIMIT)
    assert (response.status, len(response.body)) == (500, DOCUMENT_LIMIT)


def test_compressed_answers_are_not_unpacked(peer: Peer, transport: HttpTransport):
    """S-20: a server that compresses although we do not take it makes no bomb of us."""
    peer.queue(Answer(body=b"\x1f\x8b....", headers={"Content-Encoding": "gzip"}))
    assert transport.send(Request("GET", peer.url), LIMIT).body == b"\x1f\x8b...."


def test_a_truncated_answer_is_no_answer(peer: Peer, transport: HttpTransport):
    peer.queue(Answer(body=b'{"half":', claimed=400))
    with pytest.raises(CaUnreachable) as caught:
        transport.send(Request("GET", peer.url), LIMIT)
    assert caught.value.facts["url"] == peer.url


def test_a_connection_that_is_closed_without_an_answer(peer: Peer, transport: HttpTransport):
    peer.queue(Answer(hang_up=True))
    with pytest.raises(CaUnreachable):
        transport.send(Request("GET", peer.url), LIMIT)


def test_nobody_listens(transport: HttpTransport):
    url = f"https://localhost:{free_port()}/"
    with pytest.raises(CaUnreachable) as caught:
        transport.send(Request("GET", url), LIMIT)
    assert caught.value.facts["url"] == url
    assert "refused" in str(caught.value.facts["reason"]).lower()
    assert caught.value.passes


def test_a_name_that_does_not_exist(transport: HttpTransport):
    with pytest.raises(CaUnreachable):
        transport.send(Request("GET", "https://ca.invalid/"), LIMIT)


@pytest.mark.parametrize(("code", "passes"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)])
def test_a_name_that_is_not_found_now_or_ever(
    transport: HttpTransport, monkeypatch: pytest.MonkeyPatch, code: int, passes: bool
):
    """A name without an answer is waited for, as where a machine is being started; one that does not exist is not."""

    def failing(*_: object) -> NoReturn:
        raise socket.gaierror(code, "no address")

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    with pytest.raises(CaUnreachable) as caught:
        transport.send(Request("GET", "https://ca.example/"), LIMIT)
    assert caught.value.passes is passes


@pytest.mark.parametrize(("said", "passes"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", False), (b"\x16\x03\x03", True)])
def test_a_server_that_speaks_no_tls(transport: HttpTransport, said: bytes, passes: bool):
    """It never will; one that breaks off may be a balancer that has nobody to lead to yet."""
    with talking(said, ends=True) as port, pytest.raises(CaUnreachable) as caught:
        transport.send(Request("GET", f"https://localhost:{port}/"), LIMIT)
    assert caught.value.passes is passes


def test_silence_ends(peer: Peer):
    impatient = HttpTransport(Network(timeout=0.1))
    with talking(b"") as port, impatient as transport, pytest.raises(CaUnreachable) as caught:
        transport.send(Request("GET", f"https://localhost:{port}/"), LIMIT)
    assert caught.value.facts["reason"] == "no answer in time"


def test_who_is_in_a_hurry_waits_for_no_silence(peer: Peer):
    """As for an answer without which it goes on as well; the requests after it have their time again."""
    with talking(b"") as port, HttpTransport(Network(roots=(peer.root,))) as transport:
        started = time.monotonic()
        with transport.hurried(0.2), pytest.raises(CaUnreachable) as caught:
            transport.send(Request("GET", f"https://localhost:{port}/"), LIMIT)
        assert time.monotonic() - started < 20
        assert caught.value.facts["reason"] == "the answer was not complete after 0.2 seconds"

        def late():
            time.sleep(0.5)
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

        peer.queue(Answer(raw=late()))
        assert transport.send(Request("GET", peer.url), LIMIT).body == b"{}"


@pytest.mark.parametrize("piece", [b"HTTP/1.1 103 Early Hints\r\n\r\n", b"x"])
def test_a_head_without_an_end_ends(peer: Peer, piece: bytes):
    """Interim answers for ever, or a head that drips: ended after the same four times; the next request works."""

    def drops():
        while True:
            yield piece
            time.sleep(0.01)

    peer.queue(Answer(raw=drops()), Answer())
    with HttpTransport(Network(timeout=0.2, roots=(peer.root,))) as transport:
        started = time.monotonic()
        with pytest.raises(CaUnreachable):
            transport.send(Request("GET", peer.url), LIMIT)
        assert time.monotonic() - started < 30
        assert transport.send(Request("GET", peer.url), LIMIT).body == b"{}"


@pytest.mark.parametrize("head", [b"Content-Length: 900000", b"Transfer-Encoding: chunked", b"Connection: close"])
def test_a_body_that_drips_ends(peer: Peer, head: bytes):
    """Given up after four times the time for a silence, also where the end of the connection is the body's."""

    def drops():
        yield b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n"
        while True:
            yield b"1\r\n1\r\n"
            time.sleep(0.01)

    peer.queue(Answer(raw=drops()))
    impatient = HttpTransport(Network(roots=(peer.root,), timeout=0.2))
    with impatient as transport, pytest.raises(CaUnreachable) as caught:
        transport.send(Request("GET", peer.url), 1_000_000)
    assert caught.value.facts["reason"] == "the answer was not complete after 0.8 seconds"
