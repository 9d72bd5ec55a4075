"""An identity provider that is down, slow or speaks nonsense 身份提供方故障. plan P7."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.hostile_server import OK, drips, says, serving
from tests.e2e.signing_on import HOME, Clock, clock, process, provider
from zhenduan.accounts.single_sign_on_provider import (
    LARGEST_ANSWER,
    REFETCH_EVERY,
    IdentityProvider,
    ProviderSettings,
    TokenRefused,
)

__all__ = ["clock", "process", "provider"]


def stuck(line: socket.socket, stop: threading.Event) -> None:
    """Takes the request and never answers."""
    with line:
        line.recv(65536)
        stop.wait(30)


@pytest.fixture
def downs() -> Iterator[tuple[str, list[str]]]:
    """(address, requests) of a provider that answers nobody."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        stop = threading.Event()

        def listened() -> None:
            while not stop.is_set():
                try:
                    line, _ = server.accept()
                except TimeoutError:
                    continue
                asked.append("asked")
                threading.Thread(target=stuck, args=(line, stop), daemon=True).start()

        listener = threading.Thread(target=listened)
        listener.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        stop.set()
        listener.join()


def test_while_the_provider_is_down_made_up_tokens_hold_no_thread(downs: tuple[str, list[str]], clock: Clock) -> None:
    """Whoever signs in with a password must not wait behind strangers whose tokens nobody can check."""
    address, asked = downs
    provider = IdentityProvider(ProviderSettings(address, "zhenduan", HOME), clock, longest_seconds=2.0)
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"x"}').rstrip(b"=").decode()

    def tried(_number: int) -> float:
        began = time.monotonic()
        with pytest.raises(TokenRefused):
            provider.verify(f"{header}.e30.AAAA")
        return time.monotonic() - began

    tried(0)
    with ThreadPoolExecutor(8) as threads:
        assert max(threads.map(tried, range(24))) < 1.6
    assert len(asked) == 1
    clock.ahead = REFETCH_EVERY
    with ThreadPoolExecutor(8) as threads:
        assert sum(waited >= 1.6 for waited in threads.map(tried, range(24))) == 1
    assert len(asked) == 2


def test_a_provider_that_answers_a_byte_at_a_time_is_not_waited_for(clock: Clock) -> None:
    """A limit on each step let a server that drips hold whoever asked three times as long as was promised."""
    with serving(drips(OK + b"\r\n{", 0.05)) as (address, _):
        provider = IdentityProvider(ProviderSettings(address, "zhenduan", HOME), clock, longest_seconds=0.5)
        began = time.monotonic()
        with pytest.raises(TokenRefused, match="within"):
            provider.endpoint("jwks_uri")
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (OK + b"\r\n" + b" " * (LARGEST_ANSWER + 70_000), "too large"),
        (OK + b"content-length: 0\r\n\r\n", "JSON"),
        (OK + b"\r\n[]", "unusable"),
        (OK + b"\r\n\xff", "JSON"),
        (OK + b"\r\n" + b"[" * 100_000, "JSON"),
        (OK + b'\r\n{"issuer": 1}', "issuer"),
        (OK + b"content-length: 90\r\n\r\n{}", "peer closed"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/admin\r\ncontent-length: 0\r\n\r\n", "302"),
    ],
    ids=["endless", "nothing", "a list", "no text", "deep", "another issuer", "cut short", "elsewhere"],
)
def test_an_answer_that_is_none_is_refused_and_nobody_is_sent_elsewhere(clock: Clock, answer: bytes, reason: str) -> None:
    with serving(says(answer)) as (address, seen):
        with pytest.raises(TokenRefused, match=reason):
            IdentityProvider(ProviderSettings(address, "zhenduan", HOME), clock).endpoint("jwks_uri")
        assert len(seen) == 1
