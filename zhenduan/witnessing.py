"""Witnessing 见证: a district or an auditor looks after a server that it need not trust, with a key and a memory of its own.

It runs on the witness's own machine, opens no installation, and reaches the server by plain HTTP. plan P5.
"""

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from journal.log_key import write_whole
from journal.notes import LARGEST_NOTE, Kind, Note, NoteRefused, SigningKey, VerifierKey, from_base64
from journal.witness import Witness, WitnessRefused

TOKEN = "ZHENDUAN_WITNESS_TOKEN"  # noqa: S105 - the name of a variable
TIMEOUT_SECONDS = 30.0

out = print


class ServerUnreachable(Exception):  # noqa: N818 - says what the server did instead of answering
    """The server gave no answer 服务器无应答, or none that it should give."""


class LogServer:
    """The proofs of a server 证明服务, as a witness asks for them."""

    def __init__(self, address: str, token: str) -> None:
        """address: http or https, with or without a path. Raises ValueError for any other."""
        if urlsplit(address).scheme not in ("http", "https"):
            raise ValueError(f"须为 http(s) 地址 not an http address: {address}")
        self._address = address.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    def _ask(self, path: str, body: bytes | None = None) -> str:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            self._address + path, data=body, headers=self._headers, method="GET" if body is None else "POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                text: str = answer.read(LARGEST_NOTE).decode()
                return text
        except urllib.error.HTTPError as error:
            said = error.read(2000).decode(errors="replace")
            error.close()
            if error.code == HTTPStatus.NOT_FOUND:
                said = "尚无检查点，或令牌无权 no checkpoint yet, or not for this token"
            raise ServerUnreachable(f"{path}: {error.code} {said}") from error
        except (OSError, ValueError) as error:
            raise ServerUnreachable(f"{path}: {error}") from error

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


def witness_once(server: LogServer, witness: Witness) -> Note:
    """Look once: fetch, check, sign, hand in 见证一次.

    Raises:
        WitnessRefused: the log must not be signed for.
        ServerUnreachable: the server gave no answer.
    """
    note = witness.cosign(server.checkpoint(), server.consistency)
    server.hand_in(note)
    return note


def make_key(file: Path, name: str) -> int:
    """Make a witness's key 生成见证密钥 in a file of its owner's alone, and print what others verify with."""
    if file.exists():
        sys.stderr.write(f"文件已存在 there already: {file}\n")
        return 2
    try:
        key = SigningKey.generate(name, Kind.COSIGNATURE)
    except NoteRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    write_whole(file, key.secret_text() + "\n")
    out(key.verifier)
    return 0


def read_key(file: Path) -> SigningKey:
    """A witness's key from its file.

    Raises:
        ValueError: others may read it, or it is none.
    """
    if file.stat().st_mode & 0o077:
        raise ValueError(f"{file}: 他人可读 others may read the key; chmod 600")
    return SigningKey.parse(file.read_text(encoding="utf-8"))


def run(
    address: str, token: str, key: Path, origin_keys: Sequence[str], memory: Path | None, every: float | None
) -> int:
    """Look after a server, once or at an interval 运行见证.

    Returns:
        0 cosigned; 1 refused, which a person must look at; 2 not to be reached or called wrongly.
    """
    try:
        known = [VerifierKey.parse(text) for text in origin_keys]
        witness = Witness(read_key(key), known, memory or key.with_suffix(".seen"))
        server = LogServer(address, token)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    while True:
        try:
            origin, size, *_ = witness_once(server, witness).text.split("\n")
        except WitnessRefused as refused:
            sys.stderr.write(f"拒绝见证 REFUSED: {refused}\n")
            return 1
        except ServerUnreachable as unreachable:
            sys.stderr.write(f"{unreachable}\n")
            if every is None:
                return 2
        else:
            out(f"已见证 cosigned: {origin} {size} 条 entries", flush=True)
        if every is None:
            return 0
        time.sleep(every)
