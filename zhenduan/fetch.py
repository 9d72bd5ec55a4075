"""Fetch 取回: the one way in which this program asks other machines, none of which is trusted. plan P7.

A machine may answer with anything, a little at a time or not at all, or send whoever asks elsewhere. So what comes is bounded
in size, and in time from the name's look-up to the last byte, all of it together; redirects are answers like any other; what
is packed stays packed. A step by itself has no limit: a byte now and then would keep it, and its sum is what is waited for.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from zhenduan.egress import Egress, EgressRefused

if TYPE_CHECKING:
    import httpx2

SHOWN_BYTES = 2_000
"""Of an answer that is a refusal no more than this is read: it is only shown."""
KEPT_SECONDS = 30.0
"""So long is a connection asked again before its name is looked up and judged anew."""
CLOSE_SECONDS = 1.0
HEADERS = {"accept-encoding": "identity", "user-agent": "zhenduan"}


class FetchFailed(Exception):  # noqa: N818 - says what went wrong
    """Another machine gave no answer that can be used 取回失败: why, in English; `chinese` the same."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


@dataclass(frozen=True)
class Fetched:
    """An answer 应答. body: whole where the status is one of success, else its beginning. headers: their names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetch(Protocol):
    """What `fetch` is to those who ask by it; tests hand in another."""

    def __call__(
        self,
        address: str,
        *,
        longest_seconds: float,
        largest_bytes: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        egress: Egress | None = None,
        **given: Any,  # noqa: ANN401 - as the client takes them: content, data, auth
    ) -> Fetched:
        """Ask once."""


def fetch(
    address: str,
    *,
    longest_seconds: float,
    largest_bytes: int,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    egress: Egress | None = None,
    **given: Any,  # noqa: ANN401 - as the client takes them: content, data, auth
) -> Fetched:
    """Ask another machine once 取回, from a thread that may wait.

    Args:
        address: http or https.
        longest_seconds: from now to the last byte.
        largest_bytes: of the answer's body.
        method: of HTTP.
        headers: more than our own.
        egress: of an address that somebody else wrote: where it may lead. Its name is then looked up once, and no more than the
            beginning of the answer is read, success or not. None: the operator wrote it.
        given: what the client sends: content, data, auth.

    Raises:
        FetchFailed: no such address, no answer in time, too large, or broken off.
    """
    with closing(KeptConnection()) as once:
        return once(
            address,
            longest_seconds=longest_seconds,
            largest_bytes=largest_bytes,
            method=method,
            headers=headers,
            egress=egress,
            **given,
        )


class KeptConnection:
    """Asks as `fetch` does, over a connection that stays open from one time to the next 保持连接; of one address, and one thread.

    It leads where its name led when it was judged. Once anything fails, and after a while, the name is looked up and judged anew.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: _Opened | None = None

    def __call__(
        self,
        address: str,
        *,
        longest_seconds: float,
        largest_bytes: int,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        egress: Egress | None = None,
        **given: Any,  # noqa: ANN401 - as `fetch`
    ) -> Fetched:
        """Ask once; as `fetch`. Where a connection that was kept turns out to have been closed, it is asked over a new one.

        Raises:
            FetchFailed: as `fetch`.
        """
        if urlsplit(address).scheme not in ("http", "https"):
            raise FetchFailed("not an http address", "不是 http 地址")
        sent = _Sent(address, method, {**HEADERS, **(headers or {})}, largest_bytes, egress, given)
        until = time.monotonic() + longest_seconds
        was_kept = self._opened is not None and self._opened.is_for(sent)
        try:
            return self._once(sent, longest_seconds, until)
        except FetchFailed as failed:
            self._drop()
            if not was_kept or isinstance(failed.__cause__, TimeoutError) or failed.__cause__ is None:
                raise
        try:
            return self._once(sent, longest_seconds, until)
        except FetchFailed:
            self._drop()
            raise

    def _once(self, sent: "_Sent", longest_seconds: float, until: float) -> Fetched:
        import httpx2  # noqa: PLC0415 - 0.1 s, with the first address that is asked

        self._loop = self._loop or asyncio.new_event_loop()
        try:
            return self._loop.run_until_complete(self._asked(sent, until))
        except TimeoutError as late:
            raise FetchFailed(
                f"no whole answer within {longest_seconds:g} seconds", f"{longest_seconds:g} 秒内未收到完整回应"
            ) from late
        except EgressRefused as refused:
            raise FetchFailed(str(refused), "该地址不允许访问") from refused
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
            raise FetchFailed(str(error) or type(error).__name__, "无法连接，或连接中断") from error

    async def _asked(self, sent: "_Sent", until: float) -> Fetched:
        async with asyncio.timeout(until - time.monotonic()):
            if self._opened is not None and not self._opened.is_for(sent):
                opened, self._opened = self._opened, None
                await opened.aclose()
            if self._opened is None:
                self._opened = _Opened(sent)
                await self._opened.look_up(sent)
            return await self._opened.ask(sent)

    def _drop(self) -> None:
        """Close what is open, whatever state it is in."""
        opened, self._opened = self._opened, None
        if opened is not None and self._loop is not None:
            with suppress(Exception):  # it failed before, and is given up
                self._loop.run_until_complete(asyncio.wait_for(opened.aclose(), CLOSE_SECONDS))

    def close(self) -> None:
        """Close it for good."""
        if self._loop is None:
            return
        self._drop()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()  # a look-up of a name that never ends is left to its thread


@dataclass(frozen=True)
class _Sent:
    """A request as it was given."""

    address: str
    method: str
    headers: Mapping[str, str]
    largest_bytes: int
    egress: Egress | None
    given: Mapping[str, Any]


class _Opened:
    """A client of one address, and the connections that it has open."""

    def __init__(self, sent: _Sent) -> None:
        import httpx2  # noqa: PLC0415 - as above

        own: dict[str, Any] = {} if sent.egress is None else {"verify": _authorities(), "trust_env": False}
        self._client = httpx2.AsyncClient(timeout=None, follow_redirects=False, **own)
        self._connections = AsyncExitStack()
        self._url = httpx2.URL(sent.address)
        self._headers: dict[str, str] = {}
        self._extensions: dict[str, Any] = {"trace": self._traced}
        self._of = (sent.address, sent.egress)
        self._until = time.monotonic() + KEPT_SECONDS

    def is_for(self, sent: _Sent) -> bool:
        """Whether it may be asked once more: by the same address and restriction, judged a short while ago."""
        return self._of == (sent.address, sent.egress) and time.monotonic() < self._until

    async def look_up(self, sent: _Sent) -> None:
        """Judge where the address leads, where somebody else wrote it."""
        if sent.egress is not None:
            self._url, self._headers, judged = await _judged(sent.egress, self._url)
            self._extensions |= judged

    async def _traced(self, event: str, told: Mapping[str, Any]) -> None:
        """Have each connection closed at the end: the client forgets one whose TLS handshake is given up."""
        if event == "connection.connect_tcp.complete":
            self._connections.push_async_callback(told["return_value"].aclose)

    async def ask(self, sent: _Sent) -> Fetched:
        """Send it and read the answer, or its beginning."""
        headers = {**sent.headers, **self._headers}
        asked = self._client.stream(sent.method, self._url, headers=headers, extensions=self._extensions, **sent.given)
        async with asked as response:
            body = bytearray()
            is_whole = response.is_success and sent.egress is None
            async for part in response.aiter_raw():
                body += part
                if not is_whole and len(body) >= SHOWN_BYTES:
                    break
                if len(body) > sent.largest_bytes:
                    raise FetchFailed("the answer is too large", "回应过大")
            shown = bytes(body if is_whole else body[:SHOWN_BYTES])
            return Fetched(response.status_code, shown, dict(response.headers))

    async def aclose(self) -> None:
        """Close the client, and whatever it forgot to close."""
        async with self._connections:
            await self._client.aclose()


@cache
def _authorities() -> ssl.SSLContext:
    """Whom to believe who a server is, read once: that takes longer than to ask."""
    import httpx2  # noqa: PLC0415 - as above

    return httpx2.create_ssl_context(trust_env=False)


async def _judged(egress: Egress, url: "httpx2.URL") -> tuple["httpx2.URL", dict[str, str], dict[str, Any]]:
    """The address that was judged; host and certificate are asked for by the name, which is not looked up again."""
    if url.scheme != "https" and not egress.plain:
        raise FetchFailed("not an https address", "不是 https 地址")
    host = url.raw_host.decode()
    address = await egress.resolved(host.strip("[]"), url.port or (443 if url.scheme == "https" else 80))
    return url.copy_with(host=address), {"host": url.netloc.decode()}, {"sni_hostname": host.strip("[]")}
