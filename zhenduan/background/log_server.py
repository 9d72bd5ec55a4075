"""Log server 日志服务器 as a witness asks it: plain HTTP to a machine that is not trusted, and so never waited for without end.

It may answer with anything, a little at a time or not at all, and may send whoever asks elsewhere: what comes is bounded in
size and in time, all of it together, and redirects are not followed, since they would lead from the witness's own network to
wherever the server likes. plan P5.
"""

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from threading import Timer
from typing import Any
from urllib.parse import urlencode, urlsplit

from journal.transparency.signed_notes import LARGEST_NOTE, Note, NoteRefused, from_base64

TIMEOUT_SECONDS = 30.0
"""Of one step: until a connection stands, until the next byte."""
LONGEST_SECONDS = 120.0
"""Of the whole answer: a byte now and then keeps nobody waiting for ever."""
SHOWN_CHARACTERS = 500


class ServerUnreachable(Exception):  # noqa: N818 - says what the server did instead of answering
    """The server gave no answer 服务器无应答, or none that it should give."""


def printable(text: str) -> str:
    """What a server said, for a terminal 可显示文本: nothing in it steers one, and it has an end."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:SHOWN_CHARACTERS])


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it is an answer like any other that is not one."""

    def redirect_request(self, *_given: Any, **_more: Any) -> None:  # noqa: ANN401 - as the library calls it
        return None


@contextmanager
def _opener(seconds: float) -> Iterator[urllib.request.OpenerDirector]:
    """What opens addresses for so many seconds in all; then its connections are cut, whatever they wait for."""
    opened: list[socket.socket] = []
    over = False

    def connected(*given: Any, **more: Any) -> socket.socket:  # noqa: ANN401 - as the library calls it
        made = socket.create_connection(*given, **more)
        opened.append(made.dup())  # TLS takes the socket itself over; to cut the line, any handle on it will do
        if over:
            raise TimeoutError("time is up")
        return made

    def watched(kind: type[http.client.HTTPConnection]) -> Any:  # noqa: ANN401 - what the library calls a connection class
        def made(*given: Any, **more: Any) -> http.client.HTTPConnection:  # noqa: ANN401 - as above
            connection = kind(*given, **more)
            connection._create_connection = connected  # type: ignore[attr-defined] # noqa: SLF001 - no public door to the socket
            return connection

        return made

    class Plain(urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(watched(http.client.HTTPConnection), request)

    class Secure(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(watched(http.client.HTTPSConnection), request)

    def cut() -> None:
        nonlocal over
        over = True
        for line in opened:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield urllib.request.build_opener(_Stay, Plain, Secure)
    finally:
        timer.cancel()
        for line in opened:
            line.close()


class LogServer:
    """The proofs of a server 证明服务, as a witness asks for them."""

    def __init__(self, address: str, token: str, longest_seconds: float = LONGEST_SECONDS) -> None:
        """address: http or https, with or without a path. Raises ValueError for any other."""
        if urlsplit(address).scheme not in ("http", "https"):
            raise ValueError(f"须为 http(s) 地址 not an http address: {address}")
        self._address = address.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}
        self._longest_seconds = longest_seconds

    def _ask(self, path: str, body: bytes | None = None) -> str:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            self._address + path, data=body, headers=self._headers, method="GET" if body is None else "POST"
        )
        ends = time.monotonic() + self._longest_seconds
        try:
            with _opener(self._longest_seconds) as opener, opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                content: bytes = answer.read(LARGEST_NOTE + 1)
                if len(content) > LARGEST_NOTE:
                    raise ServerUnreachable(f"{path}: 应答过大 the answer is too large")
                if answer.length or time.monotonic() >= ends:  # a line that was cut must not pass for a checkpoint that is none
                    raise ServerUnreachable(f"{path}: 应答不完整 the answer broke off")
                return content.decode()
        except urllib.error.HTTPError as error:
            raise ServerUnreachable(f"{path}: {error.code} {_said(error)}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise ServerUnreachable(f"{path}: {error or type(error).__name__}") from error

    def checkpoint(self) -> str:
        """The newest checkpoint that the server shows."""
        return self._ask("/log/checkpoint")

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof from one size to another."""
        text = self._ask("/log/proof/consistency?" + urlencode({"from": old, "to": new}))
        try:
            return [from_base64(line) for line in text.splitlines()]
        except NoteRefused as error:
            raise ServerUnreachable(f"证明格式错误 the proof is malformed: {error}") from error

    def hand_in(self, note: Note) -> None:
        """Give the server a cosignature."""
        self._ask("/log/cosignature", str(note).encode())


def _said(error: urllib.error.HTTPError) -> str:
    """What a server said with its refusal; its body may break off like any other."""
    with error:
        if error.code == HTTPStatus.NOT_FOUND:
            return "尚无检查点，或令牌无权 no checkpoint yet, or not for this token"
        try:
            return error.read(4 * SHOWN_CHARACTERS).decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return ""
