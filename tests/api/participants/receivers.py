"""Receivers 接收端 of partners: one that answers as it is told to, and keeps what it was sent."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

Answer = Callable[[BaseHTTPRequestHandler, "Received"], None]


@dataclass(frozen=True)
class Received:
    """A request 收到的请求. headers: names in lower case."""

    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    @property
    def identity(self) -> str:
        return self.headers["webhook-id"]


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _received: Received) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hangs(seconds: float) -> Answer:
    return lambda _handler, _received: time.sleep(seconds)


def drips(handler: BaseHTTPRequestHandler, _received: Received) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(600):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def floods(handler: BaseHTTPRequestHandler, _received: Received) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(2_000):
        handler.wfile.write(b"a" * 1_000_000)


TAKEN = says(204)


@dataclass
class Receiver:
    """A server on a port of its own. answer: to every event; a handshake is echoed unless `echo` says otherwise.

    keeps_open: connections stay open between requests. hangs_up_after: so many more events, without a word; None = never.
    """

    url: str = ""
    answer: Answer = TAKEN
    echo: bool = True
    keeps_open: bool = False
    hangs_up_after: int | None = None
    connections: int = 0
    received: list[Received] = field(default_factory=list)
    handshakes: list[Received] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        return [one.event for one in self.received]

    def until(self, count: int, seconds: float = 30.0) -> list[Received]:
        deadline = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(self.received)


@contextmanager
def receiving(host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    """A receiver while the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            receiver.connections += 1
            self.protocol_version = "HTTP/1.1" if receiver.keeps_open else "HTTP/1.0"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received = Received({name.lower(): value for name, value in self.headers.items()}, body, time.monotonic())
            told = received.event
            if told["type"] == "endpoint.challenge.v1":
                receiver.handshakes.append(received)
                said = orjson.dumps({"challenge": told["data"]["challenge"]}) if receiver.echo else b"hello"
                says(200, said)(self, received)
                return
            receiver.received.append(received)
            receiver.answer(self, received)
            if receiver.hangs_up_after is not None:
                receiver.hangs_up_after -= 1
                self.close_connection = receiver.hangs_up_after <= 0
                receiver.hangs_up_after = receiver.hangs_up_after or None

        def log_message(self, *_of: Any) -> None:
            """Nothing is printed."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_of: Any) -> None:
            """A client that hangs up is what is tried here."""

    with Server((host, port), Handler) as server:
        receiver.url = f"http://{host}:{server.server_address[1]}/events"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield receiver
        server.shutdown()
