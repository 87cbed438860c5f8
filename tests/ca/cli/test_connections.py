"""What a connection makes of requests and answers, on a real socket: whole, in order, within limits, and to the end."""

import asyncio
import re
import socket

import pytest

from tegata.ca.cli import connections, listening, serving
from tegata.ca.cli.serving import Listener

POST = b"POST /it HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
GET = b"GET /it HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def echo(scope, receive, send):
    """Answers with the method, the path and the body."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    said = f"{scope['method']} {scope['path']} ".encode() + body
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


def saying(*messages):
    """An application that sends these, after it has read nothing."""

    async def app(_scope, _receive, send):
        for message in messages:
            await send(message)

    return app


def start(status, *headers):
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data=b"", *, more=False):
    return {"type": "http.response.body", "body": data, "more_body": more}


def talk(app, *pieces, pause=0.01):
    """All that comes back on one connection, which sends these pieces and is then read to its end."""

    async def run():
        listener = Listener(app)
        sockets = listening.open_sockets("127.0.0.1:0")
        port = sockets[0].getsockname()[1]
        running = asyncio.create_task(listener.serve(sockets))
        await listener.accepts.wait()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()
            running.cancel()
            for server in listener.servers:
                server.close()
            for one in sockets:
                one.close()

    return asyncio.run(run())


def bodies(came):
    """The bodies of answers that say their lengths."""
    found = []
    while came:
        head, _, rest = came.partition(b"\r\n\r\n")
        length = int(re.findall(rb"content-length: (\d+)", head)[0])
        found.append(rest[:length])
        came = rest[length:]
    return found


def test_a_connection_is_kept():
    assert bodies(talk(echo, POST, GET, LAST)) == [b"POST /it one", b"GET /it ", b"GET /last "]


def test_what_comes_at_once_is_answered_in_order():
    """Pipelining: the second does not overtake the first, which takes longer."""
    happened = []

    async def slow_first(scope, receive, send):
        happened.append(f"{scope['method']} begins")
        if scope["method"] == "POST":
            await asyncio.sleep(0.05)
        await echo(scope, receive, send)
        happened.append(f"{scope['method']} ends")

    assert bodies(talk(slow_first, POST + GET + LAST)) == [b"POST /it one", b"GET /it ", b"GET /last "]
    assert happened[:3] == ["POST begins", "POST ends", "GET begins"]


def test_a_body_may_come_in_pieces():
    head = b"POST /it HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    assert bodies(talk(echo, head + b"Content-Length: 6\r\n\r\n", b"thr", b"ee!")) == [b"POST /it three!"]
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nthr\r\n"
    assert bodies(talk(echo, chunked, b"3\r\nee!\r\n0\r\n\r\n")) == [b"POST /it three!"]


def test_the_path_is_there_as_sent_and_as_meant():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope["raw_path"], scope["path"], scope["query_string"], dict(scope["headers"])[b"host"]))
        await echo(scope, receive, send)

    talk(app, LAST.replace(b"/last", b"/a%2Fb%20?c=%20d"))
    assert seen == [(b"/a%2Fb%20", "/a/b ", b"c=%20d", b"x")]


def test_head_and_body_are_one_write(monkeypatch):
    """Two would be two system calls, two TLS records and often two packets."""
    writes = []
    go_on = connections.Exchange._go_on

    def counted(self, data, *, is_last):
        class Wire:
            def write(self, whole):
                writes.append(whole)
                wire.write(whole)

            def __getattr__(self, name):
                return getattr(wire, name)

        wire, self.transport = self.transport, Wire()
        go_on(self, data, is_last=is_last)

    monkeypatch.setattr(connections.Exchange, "_go_on", counted)
    assert talk(echo, LAST) == writes[0]
    assert len(writes) == 1


def test_an_answer_of_unknown_length_is_chunked():
    came = talk(saying(start(200), body(b"one ", more=True), body(b"two", more=True), body()), LAST)
    head, _, rest = came.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert rest == b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"


def test_no_body_goes_out_where_there_is_none():
    came = talk(saying(start(200, (b"content-length", b"4")), body(b"four")), LAST.replace(b"GET", b"HEAD"))
    assert came.endswith(b"content-length: 4\r\nconnection: close\r\n\r\n")
    came = talk(saying(start(204), body()), LAST)
    assert came.startswith(b"HTTP/1.1 204 ")
    assert b"chunked" not in came


@pytest.mark.parametrize(
    ("request_", "headers"),
    [
        (GET.replace(b"1.1", b"1.0"), ()),
        (GET.replace(b"Host: x", b"Host: x\r\nConnection: close"), ()),
        (GET, ((b"connection", b"close"),)),
    ],
)
def test_a_connection_ends_if_either_side_says_so(request_, headers):
    came = talk(saying(start(200, (b"content-length", b"2"), *headers), body(b"ok")), request_)
    assert came.count(b"connection: close\r\n") == 1
    assert came.endswith(b"ok")


def test_who_asks_first_whether_to_send_is_told():
    head = LAST.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    came = talk(echo, head, b"ok")
    assert came.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")
    assert came.endswith(b"POST /last ok")


@pytest.mark.parametrize("value", [b"x\r\nset-cookie: a=b", b"x\ny", b"x\ry", b"x\0y"])
def test_a_header_cannot_become_two(value):
    came = talk(saying(start(200, (b"location", value)), body()), LAST)
    assert came.startswith(b"HTTP/1.1 500 ")
    assert b"location" not in came
    assert b"set-cookie" not in came


@pytest.mark.parametrize("said", [b"3", b"5"])
def test_an_answer_of_another_length_than_said_is_none(said):
    """Too much would be taken for the next answer's beginning; of too little the client sees that it is cut."""
    assert talk(saying(start(200, (b"content-length", said)), body(b"four")), GET) == b""


@pytest.mark.parametrize(
    "messages",
    [(body(b"first"),), (start(200), start(200)), (), (start(200),)],
    ids=["a body first", "two beginnings", "nothing", "half an answer"],
)
def test_an_application_that_fails_ends_the_connection(messages):
    came = talk(saying(*messages), GET)
    assert came == b"" or (came.startswith(b"HTTP/1.1 500 ") and b"connection: close" in came)


def test_what_is_no_http_is_refused():
    for tunnel in (b"/x", b"http://x/y"):
        assert talk(echo, b"CONNECT %b HTTP/1.1\r\nHost: x\r\n\r\n" % tunnel).startswith(b"HTTP/1.1 400 ")
    assert talk(echo, b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert talk(echo, b"\x16\x03\x01\x02\0 hello\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert talk(echo, b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_what_is_no_http_overtakes_no_answer():
    """Or the refusal would be taken for the answer to what came whole before it, and was done."""

    async def slow(scope, receive, send):
        await asyncio.sleep(0.05)
        await echo(scope, receive, send)

    for pieces in ((POST + GET + b"bad\r\n\r\n",), (POST + GET, b"bad\r\n", b"worse\r\n")):
        came = talk(slow, *pieces)
        assert bodies(came) == [b"POST /it one", b"GET /it "]
        assert came.count(b"connection: close") == 1


def test_a_request_names_one_host():
    """S-31, RFC 9112 §3.2: two readers might take another one for it; only before HTTP/1.1 there was none."""
    for host in (b"", b"Host: x\r\nHost: y\r\n"):
        assert talk(echo, b"GET /it HTTP/1.1\r\n" + host + b"\r\n").startswith(b"HTTP/1.1 400 ")
    assert bodies(talk(echo, b"GET /it HTTP/1.0\r\n\r\n")) == [b"GET /it "]


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"


@pytest.mark.parametrize(
    "framing", [b"Content-Length: %d\r\n\r\n%b", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_body_is_a_body_whatever_protocol_is_wished_for(framing, at_once):
    """Never a request of its own, which a proxy in front has not seen (S-31, RFC 9110 §7.8)."""
    inner = GET.replace(b"/it", b"/smuggled")
    whole = b"POST /it HTTP/1.1\r\nHost: x\r\n" + UPGRADE + framing % (len(inner), inner)
    end = whole.index(b"\r\n\r\n") + 4
    pieces = [whole + LAST] if at_once else [whole[:9], whole[9:end], whole[end:], LAST]
    assert bodies(talk(echo, *pieces)) == [b"POST /it " + inner, b"GET /last "]


async def fields(scope, receive, send):
    """Answers with the names of the fields, those that are there when the body is."""
    while (await receive()).get("more_body", False):
        pass
    said = b" ".join(name for name, _ in scope["headers"])
    await send(start(200, (b"content-length", b"%d" % len(said))))
    await send(body(said))


@pytest.mark.parametrize("at_once", [True, False])
def test_a_trailer_is_no_header(at_once):
    """Or who is behind a proxy would say after it who asks: S-31, RFC 9110 §6.5.1."""
    head = b"POST /it HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    rest = b"1\r\nx\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    pieces = [head + rest + LAST] if at_once else [head, rest, LAST]
    assert bodies(talk(fields, *pieces)) == [b"host transfer-encoding", b"host connection"]


def test_who_wishes_for_another_protocol_again_and_again_is_answered_each_time():
    """The rest of the head is as it was sent."""
    wish = b"GET /it HTTP/1.1\r\nHost: x\r\n" + UPGRADE.replace(b"h2c", b"websocket") + b"\r\n"
    answers = bodies(talk(fields, wish * 3, LAST))
    assert answers == [b"host connection http2-settings"] * 3 + [b"host connection"]


@pytest.mark.parametrize(
    "pieces",
    [(), (b"GET /it HT",), (b"GET /it HTTP/1.1\r\nA: b\r\n",), (POST[:-1],), (GET, b"GET /n")],
    ids=["silent", "in the first line", "in the head", "in the body", "in the second request"],
)
def test_who_sends_too_slowly_is_let_go(monkeypatch, pieces):
    """Each of them would otherwise hold a connection for as long as it likes (slowloris). S-18, S-20."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5 if GET in pieces else 0.1)
    came = talk(echo, *pieces)
    assert bodies(came) == ([b"GET /it "] if GET in pieces else [])


def test_a_slow_answer_is_waited_for(monkeypatch):
    """The limit is the sender's, not the application's; nor does an answered request count for the next."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)

    async def slow(scope, receive, send):
        await asyncio.sleep(1 if scope["method"] == "POST" else 0)
        await echo(scope, receive, send)

    assert bodies(talk(slow, POST, LAST)) == [b"POST /it one", b"GET /last "]


def test_who_takes_in_nothing_is_cut(monkeypatch):
    """An answer that waits for its reader would hold its octets for ever. S-18."""
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.1)
    large = body(b"x" * 50_000_000)

    async def run():
        listener = Listener(saying(start(200, (b"content-length", b"50000000")), large))
        sockets = listening.open_sockets("127.0.0.1:0")
        serving = asyncio.create_task(listener.serve(sockets))
        await listener.accepts.wait()
        client = socket.create_connection(sockets[0].getsockname())
        client.sendall(GET)
        async with asyncio.timeout(60):
            while not listener.server_state.total_requests or listener.server_state.connections:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        client.close()
        await listener.drain()
        await serving

    asyncio.run(run())


@pytest.mark.parametrize(
    ("begun", "endless"),
    [
        (b"GET /", b"x" * 4096),
        (b"GET / HTTP/1.1\r\n", b"h: " + b"x" * 4096 + b"\r\n"),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
            b"t: " + b"x" * 4096 + b"\r\n",
        ),
    ],
    ids=["in the first line", "in the head", "in the trailers"],
)
def test_a_request_without_an_end_is_cut(begun, endless):
    """Or it would fill the memory, and the application has not even seen it. S-20."""
    with pytest.raises(ConnectionError):
        talk(echo, begun, *[endless * 16] * 64, pause=0)


@pytest.mark.parametrize("pieces", [(POST,), (POST[:-1], POST[-1:]), (POST, GET)], ids=["once", "in pieces", "twice"])
@pytest.mark.parametrize(
    "app", [echo, saying(start(200, (b"content-length", b"2")), body(b"ok"))], ids=["read", "unread"]
)
def test_who_asks_nothing_more_is_let_go(monkeypatch, app, pieces):
    """Whether the answer came after the request, or before its end."""
    monkeypatch.setattr(serving, "KEEP_ALIVE_SECONDS", 0.1)
    assert len(bodies(talk(app, *pieces))) == 1 + (GET in pieces)


def test_the_next_request_has_its_own_time(monkeypatch):
    """Also one whose beginning came with the end of the one before."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    assert bodies(talk(echo, POST[:-1], POST[-1:] + GET[:5])) == [b"POST /it one"]
