"""Kept connections 保持连接: posts to an address that somebody else wrote, over a connection that stays open in between. plan P8.

Beside `fetch`, which makes a client and a connection for each request. The rules are the same: the name is looked up once and
judged, the connection leads where it was judged, nothing is followed, no more than the beginning of the answer is read, and one
deadline holds for all of it, from the look-up to the last byte. HTTP is spoken by `h11` over a plain socket: whoever posts
hundreds a second has no time for more.
"""

import asyncio
import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import h11

from zhenduan.egress import Egress, EgressRefused
from zhenduan.fetch import HEADERS, SHOWN_BYTES, Fetched, FetchFailed, authorities

if TYPE_CHECKING:
    import httpx2

KEPT_SECONDS = 30.0
"""So long is a connection posted to before its name is looked up and judged anew."""
READ_BYTES = 16_384


class _ClosedMeanwhileError(Exception):
    """The other end closed a connection that was kept, before it answered anything."""


@dataclass
class _Line:
    """A connection that is open. heard: anything of the answer that is waited for."""

    socket: socket.socket
    judged_until: float
    spoken: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))
    heard: bool = False

    def say(self, told: bytes, until: float) -> None:
        self.heard = False
        self.socket.settimeout(_left(until))  # of all of it
        self.socket.sendall(told)

    def next(self, until: float) -> h11.Event | type[h11.PAUSED]:
        """What comes next of the answer."""
        while True:
            event = self.spoken.next_event()
            if not isinstance(event, type) or event is not h11.NEED_DATA:
                return event  # type: ignore[return-value] # the library's sentinels are types of their own
            self.socket.settimeout(_left(until))
            part = self.socket.recv(READ_BYTES)
            self.heard = self.heard or bool(part)
            self.spoken.receive_data(part)


class KeptConnection:
    """Posts to one address, for one thread at a time 保持连接."""

    def __init__(self, address: str, egress: Egress) -> None:
        self._address = address
        self._egress = egress
        self._url: httpx2.URL | None = None
        self._line: _Line | None = None

    def post(self, content: bytes, headers: Mapping[str, str], longest_seconds: float) -> Fetched:
        """Post once. What was kept and turns out to be closed is opened anew, within the same time.

        Raises:
            FetchFailed: no such address, none that may be asked, no answer in time, or broken off.
        """
        import httpx2  # noqa: PLC0415 - 0.1 s, with the first address that is asked

        until = time.monotonic() + longest_seconds
        try:
            url = self._url = self._url or httpx2.URL(self._address)
            try:
                return self._posted(url, content, headers, until)
            except _ClosedMeanwhileError:
                return self._posted(url, content, headers, until)
        except TimeoutError as late:
            self.close()
            raise FetchFailed(
                f"no whole answer within {longest_seconds:g} seconds", f"{longest_seconds:g} 秒内未收到完整回应"
            ) from late
        except EgressRefused as refused:
            raise FetchFailed(str(refused), "该主机没有可以访问的地址") from refused
        except (httpx2.InvalidURL, h11.ProtocolError, OSError, ValueError) as error:
            self.close()
            raise FetchFailed(str(error) or type(error).__name__, "无法连接，或连接中断") from error

    def close(self) -> None:
        """Close what is open; it may be posted to again."""
        line, self._line = self._line, None
        if line is not None:
            line.socket.close()

    def _posted(self, url: "httpx2.URL", content: bytes, headers: Mapping[str, str], until: float) -> Fetched:
        was_kept = self._is_kept()
        line = self._line = self._line or self._opened(url, until)
        own = {"host": url.netloc.decode(), "accept": "*/*", **HEADERS, "content-length": str(len(content))}
        request = h11.Request(method="POST", target=url.raw_path, headers=list({**own, **headers}.items()))
        try:
            line.say(
                b"".join(line.spoken.send(one) or b"" for one in (request, h11.Data(content), h11.EndOfMessage())),
                until,
            )
            response = _head(line, until)
        except (ConnectionError, h11.RemoteProtocolError) as error:
            self.close()
            if was_kept and not line.heard:
                raise _ClosedMeanwhileError from error
            raise
        return self._whole(response, line, until)

    def _is_kept(self) -> bool:
        """Whether a connection is open that may be used; one that says something unasked, or is closed, is none."""
        if self._line is None:
            return False
        if time.monotonic() >= self._line.judged_until or select.select([self._line.socket], [], [], 0)[0]:
            self.close()
            return False
        return True

    def _opened(self, url: "httpx2.URL", until: float) -> _Line:
        if url.scheme not in ("http", "https"):
            raise FetchFailed("not an http address", "不是 http 地址")
        if url.scheme != "https" and not self._egress.plain:
            raise FetchFailed("not an https address", "不是 https 地址")
        host, port = url.raw_host.decode().strip("[]"), url.port or (443 if url.scheme == "https" else 80)
        address = self._looked_up(host, port, until)
        judged_until = time.monotonic() + KEPT_SECONDS
        line = socket.create_connection((address, port), _left(until))
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if url.scheme == "https":
                line.settimeout(_left(until))  # of the whole handshake
                line = authorities().wrap_socket(line, server_hostname=host)
        except BaseException:
            line.close()
            raise
        return _Line(line, judged_until)

    def _looked_up(self, host: str, port: int, until: float) -> str:
        """The address that a name has now, judged."""
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(asyncio.wait_for(self._egress.resolved(host, port), _left(until)))
        finally:
            loop.close()  # a look-up of a name that never ends is left to its thread

    def _whole(self, response: h11.Response, line: _Line, until: float) -> Fetched:
        """The answer with the beginning of its body; the connection stays open where it was read to its end."""
        body = bytearray()
        while len(body) < SHOWN_BYTES and isinstance(event := line.next(until), h11.Data):
            body += event.data
        if line.spoken.our_state is h11.DONE and line.spoken.their_state is h11.DONE:
            line.spoken.start_next_cycle()
        else:
            self.close()
        found: dict[str, str] = {}
        for name, value in ((one.decode("latin-1"), two.decode("latin-1")) for one, two in response.headers):
            found[name] = f"{found[name]}, {value}" if name in found else value
        return Fetched(response.status_code, bytes(body[:SHOWN_BYTES]), found)


def _head(line: _Line, until: float) -> h11.Response:
    """The head of an answer."""
    while not isinstance(event := line.next(until), h11.Response):
        if not isinstance(event, h11.InformationalResponse):
            raise h11.RemoteProtocolError("the connection was closed without an answer")
    return event


def _left(until: float) -> float:
    """Seconds that are left.

    Raises:
        TimeoutError: none.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
