"""Connections 连接限额: headers bounded in size, count and time, idle and half-sent requests ended, by the program itself."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import orjson
import pytest
from starlette.types import Receive, Scope, Send
from websockets.sync.client import connect

from tests.api.small_api import serving
from zhenduan.connections import Connections
from zhenduan.limits import ConnectionLimits

WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FAST = ConnectionLimits(head_seconds=0.3, idle_seconds=1, lingering_seconds=0.3, stalled_seconds=0.3)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says again what it is sent, by socket or as a body."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (said := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": said["text"]})
    elif scope["type"] == "http":
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers everything at once, and takes no body."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        return
    if scope["type"] == "http":
        size = int(scope["path"][1:] or "2")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(size).encode())]})
        await send({"type": "http.response.body", "body": b"x" * size})


@contextmanager
def line(host: str) -> Iterator[socket.socket]:
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), timeout=10) as made:
        yield made


def ended(sent: socket.socket) -> bytes:
    """All that a connection says until the other side ends it; a test waits for that end and for no time."""
    found = bytearray()
    with suppress(ConnectionError):
        while piece := sent.recv(1 << 16):
            found += piece
    return bytes(found)


def refusal(answer: bytes) -> tuple[int, str]:
    """Status and code of an answer; every one has an id, in header and body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    head = head.replace(b"X-Request-Id", b"x-request-id")
    extensions = orjson.loads(body)["errors"][0]["extensions"]
    assert f"x-request-id: {extensions['requestId']}".encode() in head
    return int(head.split()[1]), extensions["code"]


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with serving(hello, FAST) as address:
        yield address


@pytest.mark.parametrize(
    "headers",
    [
        b"x: " + b"a" * FAST.head_bytes + b"\r\n\r\n",
        b"x: " + b"a" * (8 * FAST.head_bytes),  # a header that never ends
        b"a: b\r\n" * (FAST.headers + 1) + b"\r\n",
        b"x: " + b"a" * 600 + b"\r\n" + (b"y: " + b"b" * 600 + b"\r\n") * (FAST.head_bytes // 600),
    ],
    ids=["one too large", "one without end", "too many", "too large together"],
)
def test_headers_beyond_their_bounds_are_refused(host: str, headers: bytes) -> None:
    with line(host) as sent:
        with suppress(ConnectionError):
            sent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + headers)
        assert refusal(ended(sent)) == (431, "HEADERS_TOO_LARGE")


def test_a_request_line_beyond_its_bound_is_refused(host: str) -> None:
    with line(host) as sent:
        sent.sendall(b"GET /" + b"a" * FAST.head_bytes + b" HTTP/1.1\r\n\r\n")
        assert refusal(ended(sent)) == (431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (b"Host: x\r\n", 200),
        (b"Host: [::1]:8000\r\n", 200),
        (b"", 400),
        (b"Host: x\r\nHost: evil.example\r\n", 400),
        (b"Host: x\r\nhost: x\r\n", 400),
        (b"Host: x/evil\r\n", 400),
        (b"Host: x@evil.example\r\n", 400),
        (b"Host: x evil.example\r\n", 400),
    ],
)
def test_a_request_names_one_host_and_a_host_only(host: str, hosts: bytes, status: int) -> None:
    with line(host) as sent:
        sent.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n" + hosts + b"\r\n")
        answer = ended(sent)
    assert int(answer.split()[1]) == status
    if status == 400:
        assert refusal(answer) == (400, "HOST_MISSING_OR_AMBIGUOUS")


def test_before_there_was_a_host_header_none_was_asked_for(host: str) -> None:
    with line(host) as sent:
        sent.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert int(ended(sent).split()[1]) == 200


def test_what_is_no_request_is_told_so(host: str) -> None:
    with line(host) as sent:
        sent.sendall(b"\x16\x03\x01 no plain HTTP\r\n\r\n")
        assert refusal(ended(sent)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("begin", "says"),
    [
        (b"", None),
        (b"\r\n", None),
        (b"GET / HTTP/1.1\r\nHo", 408),
        (WHOLE + b"GET / HTTP/1.1\r\nHost", 408),
        (WHOLE + b"\r\n", None),
    ],
    ids=["nothing", "a blank line", "half a head", "half a second head", "a blank line after an answer"],
)
def test_a_request_that_is_not_sent_to_its_end_is_ended(host: str, begin: bytes, says: int | None) -> None:
    with line(host) as sent:
        sent.sendall(begin)
        answer = ended(sent)
    answers = answer.split(b"HTTP/1.1 ")[1:]
    assert [int(one[:3]) for one in answers] == [200] * begin.count(WHOLE) + ([says] if says else [])


def test_a_request_a_byte_at_a_time_is_ended_all_the_same(host: str) -> None:
    stop = threading.Event()
    with line(host) as sent:

        def drip() -> None:
            with suppress(OSError):
                while not stop.wait(0.02):
                    sent.sendall(b"G")

        sent.sendall(b"GET / HTTP/1.1\r\nx: ")
        thread = threading.Thread(target=drip)
        thread.start()
        answer = ended(sent)
        stop.set()
        thread.join()
    assert refusal(answer) == (408, "TOO_SLOW")


def test_a_body_that_nobody_wants_does_not_hold_a_connection_open(host: str) -> None:
    with line(host) as sent:
        sent.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx")
        assert ended(sent).endswith(b"xx")


def test_a_client_that_takes_nothing_is_let_go(host: str) -> None:
    name, port = host.split(":")
    with socket.socket() as sent:
        sent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sent.settimeout(10)
        sent.connect((name, int(port)))
        sent.sendall(b"GET /50000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        gone = threading.Event()
        asked = WHOLE  # a write fails as soon as the other side has ended the connection
        for _ in range(1_000):
            try:
                sent.sendall(asked[:1])
            except ConnectionError:
                gone.set()
                break
            threading.Event().wait(0.01)
        assert gone.is_set()


def test_of_many_who_wait_the_one_that_waits_longest_gives_way() -> None:
    full = ConnectionLimits(connections=3, head_seconds=30)
    with serving(hello, full) as host, ExitStack() as waiting:
        lines = [waiting.enter_context(line(host)) for _ in range(3)]
        for one in lines:
            one.sendall(b"GET / HTTP/1.1\r\n")
        with line(host) as late:
            late.sendall(WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert ended(late).endswith(b"xx")
        assert ended(lines[0]) == b""


def test_one_address_takes_no_more_than_its_share_unless_it_is_a_proxy() -> None:
    limits = ConnectionLimits(per_source=2, head_seconds=30, proxies=frozenset())
    with serving(hello, limits) as host, ExitStack() as open_:
        for _ in range(2):
            open_.enter_context(line(host)).sendall(b"GET / HTTP/1.1\r\n")
        with line(host) as third:
            assert refusal(ended(third)) == (429, "TOO_MANY_CONNECTIONS")
    with serving(hello, ConnectionLimits(per_source=2, head_seconds=30)) as host, ExitStack() as open_:
        for _ in range(3):
            last = open_.enter_context(line(host))
        last.sendall(WHOLE)
        assert last.recv(1 << 16)


def test_a_socket_counts_as_the_connection_that_it_was() -> None:
    limits = ConnectionLimits(per_source=1, proxies=frozenset())
    with serving(hello, limits) as host:
        with connect(f"ws://{host}/"), line(host) as second:
            assert refusal(ended(second)) == (429, "TOO_MANY_CONNECTIONS")
        with line(host) as third:  # the socket has closed: its place is free again
            third.sendall(WHOLE)
            assert third.recv(1 << 16)


def test_a_socket_outlives_the_time_that_headers_have() -> None:
    with serving(echo, FAST) as host, connect(f"ws://{host}/") as socket_:
        with pytest.raises(TimeoutError):
            socket_.recv(timeout=4 * FAST.head_seconds)
        socket_.send("still here")
        assert socket_.recv(timeout=5) == "still here"


@pytest.mark.parametrize("protocol", [b"h2c", b"foo"])
def test_an_offer_of_another_protocol_is_passed_over_and_the_body_kept(protocol: bytes) -> None:
    """As Java's client makes it with every first request that is not encrypted."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + protocol
    with serving(echo, FAST) as host, line(host) as sent:
        sent.sendall(head + b"\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nContent-Length: 5\r\n\r\nhello")
        answer = sent.recv(1 << 16)
        while not answer.endswith(b"hello"):
            piece = sent.recv(1 << 16)
            assert piece, answer
            answer += piece


def test_what_does_not_become_a_socket_is_told_so_in_both_languages(host: str) -> None:
    with line(host) as sent:
        sent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        answer = ended(sent)
    assert refusal(answer) == (400, "WEBSOCKET_REFUSED")
    assert "握手" in answer.decode()


def test_nobody_gives_way_whose_request_is_being_answered() -> None:
    table = Connections(ConnectionLimits(connections=1))
    assert table.enter("a", "10.0.0.1") is None
    table.waits("a", lambda: None)
    table.works("a")
    refused = table.enter("b", "10.0.0.2")
    assert refused is not None
    assert refused[1] == "OVERLOADED"
    table.leave("a")
    assert table.enter("b", "10.0.0.2") is None
    assert len(table) == 1
