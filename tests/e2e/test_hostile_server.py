"""A server that a witness must not trust 不可信的服务器: garbage, no end, elsewhere; the witness says so and goes on (plan P5)."""

import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from journal.transparency.signed_notes import LARGEST_NOTE, SigningKey, SigningKind
from tests.e2e.hostile_server import OK, drips, says, serving
from zhenduan.background.log_client import LogServer, ServerUnreachable
from zhenduan.cli.witnessing import make_key, run
from zhenduan.fetch import FetchFailed, fetch

LOG = SigningKey.generate("log.example/city", SigningKind.ED25519)

GARBAGE = {
    "no status line": b"garbage\r\n\r\n",
    "nothing": b"",
    "a header without end": OK + b"x: " + b"a" * 70_000,
    "headers without end": OK + b"a: b\r\n" * 60_000 + b"\r\n",
    "a body cut short": OK + b"content-length: 100\r\n\r\nlog.example/city\n",
    "a chunk that is none": OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    "no text": OK + b"content-length: 2\r\n\r\n\xff\xfe",
    "too much": OK + b"\r\n" + b"a" * (LARGEST_NOTE + 1),
    "a refusal cut short": b"HTTP/1.1 500 Oops\r\ncontent-length: 9000\r\n\r\n\x1b[2J",
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_whatever_a_server_says_instead_of_an_answer_is_told_and_ends_nothing(answer: bytes) -> None:
    with serving(says(answer)) as (address, _), pytest.raises(ServerUnreachable):
        LogServer(address, "t").checkpoint()


@pytest.mark.parametrize("begin", [b"HTTP/1.1 2", OK + b"x: ", OK + b"\r\n"], ids=["status", "header", "body"])
def test_a_server_that_answers_a_byte_at_a_time_is_not_waited_for(begin: bytes) -> None:
    with serving(drips(begin, 0.05)) as (address, _):
        began = time.monotonic()
        with pytest.raises(ServerUnreachable):
            LogServer(address, "t", longest_seconds=0.5).checkpoint()
        assert time.monotonic() - began < 3


HALF_A_HANDSHAKE = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"
"""A handshake message that is announced and does not come."""


def test_nor_is_one_that_never_ends_its_handshake() -> None:
    with serving(drips(HALF_A_HANDSHAKE, 0.05)) as (address, _):
        began = time.monotonic()
        with pytest.raises(ServerUnreachable):
            LogServer(address.replace("http:", "https:"), "t", longest_seconds=0.5).checkpoint()
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(("scheme", "begin"), [("https:", HALF_A_HANDSHAKE), ("http:", OK)], ids=["handshake", "header"])
def test_a_connection_that_was_given_up_is_closed(scheme: str, begin: bytes) -> None:
    """And not left open until memory is tidied: a server that is slow each time would take every file the process may open."""
    closed = Event()

    def waits(line: socket.socket) -> None:
        line.sendall(begin)
        line.settimeout(10)
        with suppress(ConnectionError):
            while line.recv(65536):
                pass
        closed.set()

    with serving(waits) as (address, _):
        with pytest.raises(FetchFailed) as failed:
            fetch(address.replace("http:", scheme), longest_seconds=0.5, largest_bytes=100)
        assert closed.wait(5)
        assert failed.value.__cause__ is not None  # holds all that the attempt had, which so is not closed by being forgotten


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_led_elsewhere(status: int) -> None:
    """Neither into the witness's own network nor, with its token, to a stranger."""
    with serving(says(OK + b"content-length: 0\r\n\r\n")) as (elsewhere, reached):
        moved = f"HTTP/1.1 {status} Moved\r\nlocation: {elsewhere}/admin\r\ncontent-length: 0\r\n\r\n".encode()
        with serving(says(moved)) as (address, _), pytest.raises(ServerUnreachable, match=str(status)):
            LogServer(address, "t").checkpoint()
        assert reached == []


@pytest.fixture
def key(tmp_path: Path) -> Path:
    assert make_key(tmp_path / "w.key", "310117.example/witness") == 0
    return tmp_path / "w.key"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\x1b[2J\x9b2J\n", 2), ("\u202e\x9b2J\n1\nAAAA\n\n— x AAAAAAAA\n".encode(), 1)],
    ids=["a refusal", "a checkpoint"],
)
def test_what_a_server_says_steers_no_terminal(
    key: Path, capsys: pytest.CaptureFixture[str], body: bytes, status: int
) -> None:
    head = b"HTTP/1.1 500 Oops\r\n" if status == 2 else OK
    with serving(says(head + f"content-length: {len(body)}\r\n\r\n".encode() + body)) as (address, _):
        capsys.readouterr()
        assert run(address, "t", key, [str(LOG.verifier)], None, None) == status
    told = capsys.readouterr().err
    assert told
    assert all(line.isprintable() for line in told.splitlines())


def test_a_witness_over_tls_reads_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, secret = tmp_path / "c.pem", tmp_path / "k.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    subprocess.run(  # noqa: S603 - our own words
        ["openssl", *made, *subject, "-keyout", str(secret), "-out", str(certificate)],  # noqa: S607 - as it is installed
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)

    def answer() -> None:
        with suppress(OSError), context.wrap_socket(server.accept()[0], server_side=True) as line:
            line.recv(65536)
            line.sendall(OK + b"content-length: 5\r\n\r\nhello")

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"https://localhost:{server.getsockname()[1]}"
        for trusted in (False, True):
            thread = Thread(target=answer)
            thread.start()
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
                assert LogServer(address, "t").checkpoint() == "hello"
            else:
                with pytest.raises(ServerUnreachable, match="certificate"):
                    LogServer(address, "t").checkpoint()
            thread.join()
