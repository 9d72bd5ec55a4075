"""Slow and vanishing clients 慢速客户端: nobody else waits for them, and nothing of ours is at fault."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest
from starlette.requests import Request
from starlette.types import Message

from api.downloads.files import UPLOADS_AT_A_TIME
from api.server.http import Malformed, read_body
from tests.api.small_api import serving, small_api


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with small_api(tmp_path_factory.mktemp("api")) as made, serving(made.app) as address:
        yield address


def half_an_upload(host: str, ticket: str) -> socket.socket:
    """A connection whose body never ends."""
    name, port = host.split(":")
    line = socket.create_connection((name, int(port)), timeout=10)
    line.sendall(f"PUT /uploads/{ticket} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\nx".encode())
    return line


def test_slow_uploads_of_one_organisation_keep_no_other_waiting(host: str) -> None:
    with ExitStack() as slow:
        for number in range(2 * UPLOADS_AT_A_TIME):
            slow.enter_context(half_an_upload(host, "t1" if number % 2 else "t1-again"))
        answer = httpx2.put(f"http://{host}/uploads/t-other", content=b"012345678", timeout=5)
        assert answer.status_code == 201
        with pytest.raises(httpx2.TimeoutException):  # its own people wait their turn
            httpx2.put(f"http://{host}/uploads/t1", content=b"012345678", timeout=0.5)
    assert httpx2.put(f"http://{host}/uploads/t1", content=b"012345678", timeout=5).status_code == 201


def test_a_body_that_does_not_arrive_in_time_is_refused_and_nobody_waits_for_it() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()  # the rest never comes
        raise AssertionError

    request = Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)
    with pytest.raises(Malformed) as caught:
        asyncio.run(read_body(request, 10, None, 0.01))
    assert (caught.value.status, caught.value.code) == (408, "TOO_SLOW")


def test_a_client_that_leaves_in_the_middle_of_a_body_is_no_fault_of_ours() -> None:
    messages: Iterator[Message] = iter(
        [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(messages)

    request = Request({"type": "http", "method": "PUT", "path": "/", "headers": []}, receive)
    with pytest.raises(Malformed) as caught:
        asyncio.run(read_body(request, 10, None))
    assert caught.value.status == 400
