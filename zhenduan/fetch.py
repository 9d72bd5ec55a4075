"""Fetch 取回: the one way in which this program asks other machines, none of which is trusted. plan P7.

A machine may answer with anything, a little at a time or not at all, or send whoever asks elsewhere. So what comes is bounded
in size, and in time from the name's look-up to the last byte, all of it together; redirects are answers like any other; what
is packed stays packed. A step by itself has no limit: a byte now and then would keep it, and its sum is what is waited for.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from zhenduan.egress import Egress, EgressRefused

if TYPE_CHECKING:
    import httpx2

SHOWN_BYTES = 2_000
"""Of an answer that is a refusal no more than this is read: it is only shown."""
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
    import httpx2  # noqa: PLC0415 - 0.1 s, with the first address that is asked

    if urlsplit(address).scheme not in ("http", "https"):
        raise FetchFailed("not an http address", "不是 http 地址")
    asked = _asked(address, method, {**HEADERS, **(headers or {})}, longest_seconds, largest_bytes, egress, given)
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(asked)
    except TimeoutError as late:
        raise FetchFailed(
            f"no whole answer within {longest_seconds:g} seconds", f"{longest_seconds:g} 秒内未收到完整回应"
        ) from late
    except EgressRefused as refused:
        raise FetchFailed(str(refused), "该主机没有可以访问的地址") from refused
    except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        raise FetchFailed(str(error) or type(error).__name__, "无法连接，或连接中断") from error
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()  # a look-up of a name that never ends is left to its thread


async def _asked(
    address: str,
    method: str,
    headers: Mapping[str, str],
    longest_seconds: float,
    largest_bytes: int,
    egress: Egress | None,
    given: Mapping[str, Any],
) -> Fetched:
    import httpx2  # noqa: PLC0415 - as above

    own: dict[str, Any] = {} if egress is None else {"verify": authorities(), "trust_env": False}
    async with (
        asyncio.timeout(longest_seconds),
        AsyncExitStack() as connections,
        httpx2.AsyncClient(timeout=None, follow_redirects=False, **own) as client,
    ):
        url = httpx2.URL(address)
        extensions: dict[str, Any] = {}
        if egress is not None:
            url, headers, extensions = await _judged(egress, url, headers)

        async def opened(event: str, told: Mapping[str, Any]) -> None:
            """Have each connection closed at the end: the client forgets one whose TLS handshake is given up."""
            if event == "connection.connect_tcp.complete":
                connections.push_async_callback(told["return_value"].aclose)

        extensions = {**extensions, "trace": opened}
        async with client.stream(method, url, headers=headers, extensions=extensions, **given) as response:
            body = bytearray()
            is_whole = response.is_success and egress is None
            async for part in response.aiter_raw():
                body += part
                if not is_whole and len(body) >= SHOWN_BYTES:
                    break
                if len(body) > largest_bytes:
                    raise FetchFailed("the answer is too large", "回应过大")
            shown = bytes(body if is_whole else body[:SHOWN_BYTES])
            return Fetched(response.status_code, shown, dict(response.headers))


@cache
def authorities() -> ssl.SSLContext:
    """Whom to believe who a server is, read once: that takes longer than to ask."""
    import httpx2  # noqa: PLC0415 - as above

    return httpx2.create_ssl_context(trust_env=False)


async def _judged(
    egress: Egress, url: "httpx2.URL", headers: Mapping[str, str]
) -> tuple["httpx2.URL", Mapping[str, str], dict[str, Any]]:
    """The same request to an address that was judged; host and certificate are asked for by the name, not looked up again."""
    if url.scheme != "https" and not egress.plain:
        raise FetchFailed("not an https address", "不是 https 地址")
    host = url.raw_host.decode()
    address = await egress.resolved(host.strip("[]"), url.port or (443 if url.scheme == "https" else 80))
    return url.copy_with(host=address), {**headers, "host": url.netloc.decode()}, {"sni_hostname": host.strip("[]")}
