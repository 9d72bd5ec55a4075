"""Log server 日志服务器 as a witness asks it: plain HTTP to a machine that is not trusted, and so never waited for without end.

It may answer with anything, a little at a time or not at all, and may send whoever asks elsewhere: what comes is bounded in
size and in time, all of it together, and redirects are not followed, since they would lead from the witness's own network to
wherever the server likes. plan P5.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from journal.transparency.signed_notes import LARGEST_NOTE, Note, NoteRefused, from_base64
from zhenduan.fetch import Fetched, FetchFailed, fetch

LONGEST_SECONDS = 120.0
"""Of the whole answer: a byte now and then keeps nobody waiting for ever."""
SHOWN_CHARACTERS = 500
SET_BACK = b'"LOG_SET_BACK"'
"""How a server says that its log was set back behind the checkpoint that it was shown."""


class ServerUnreachable(Exception):  # noqa: N818 - says what the server did instead of answering
    """The server gave no answer 服务器无应答, or none that it should give."""


class SetBack(ServerUnreachable):
    """The server's log was set back 日志被回退, by its own word."""


class NotAdmitted(ServerUnreachable):
    """The server does not know the witness 令牌无效, or has signed nothing yet."""


def printable(text: str) -> str:
    """What a server said, for a terminal 可显示文本: nothing in it steers one, and it has an end."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:SHOWN_CHARACTERS])


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
        given: dict[str, Any] = {} if body is None else {"content": body}
        try:
            answer = fetch(
                self._address + path,
                method="GET" if body is None else "POST",
                headers=self._headers if body is None else self._headers | {"content-type": "text/plain; charset=utf-8"},
                longest_seconds=self._longest_seconds,
                largest_bytes=LARGEST_NOTE,
                **given,
            )
            if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                if answer.status == HTTPStatus.CONFLICT and SET_BACK in answer.body:
                    raise SetBack(f"{path}: {_said(answer)}")
                known = NotAdmitted if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND) else ServerUnreachable
                raise known(f"{path}: {answer.status} {_said(answer)}")
            return answer.body.decode()
        except (FetchFailed, ValueError) as error:
            said = "服务器无应答，请检查地址与网络 the server gave no answer, check its address"
            raise ServerUnreachable(f"{said}: {path}: {error}") from error

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

    def was_set_back_behind(self, note: Note) -> bool:
        """Whether the server owns that it has fewer entries than a checkpoint of its log; one that lies does not."""
        try:
            self.hand_in(note)
        except SetBack:
            return True
        except ServerUnreachable:
            return False
        return False


def _said(answer: Fetched) -> str:
    """What a server said with its refusal."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return "尚无检查点，或令牌无权 no checkpoint yet, or not for this token"
    return answer.body.decode(errors="replace")
