"""Health 健康检查: alive is one thing, ready another, with the reasons why not. plan P5.

What is not said: how far the journal or the read models are. Positions tell the volume.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.kit.services import Services
from api.server.admission import LONGEST_LAG_SECONDS
from api.server.http import ALWAYS, JSON, RETRY_SECONDS
from domain.instants import microseconds

KEPT_SECONDS = 2.0
"""Whoever asks, the stores are looked at no more often than this: anyone may ask."""
CATCHING_UP = 10
"""Times the lag that read models may have that get nearer each time they are looked at, such as after a roster of a whole city."""
LONGEST_SECONDS = 5.0
"""A store that takes longer does not answer; what is under way is left to end by itself."""

Check = Callable[[], object]


class Lagging(Exception):  # noqa: N818 - a state
    """The read models are behind the journal 读模型滞后."""


log = logging.getLogger(__name__)


class Health:
    """Whether this process lives, and whether it can do its work 存活与就绪."""

    def __init__(self, services: Services, lag_seconds: float = LONGEST_LAG_SECONDS) -> None:
        """lag_seconds: how far the read models may be behind."""
        self._services = services
        self._lag_seconds = lag_seconds
        self._checks: Mapping[str, Check] = {
            "JOURNAL": services.journal.head,
            "READ_MODELS": services.models.position,
            "PROJECTOR": self._require_current,
            **services.checks,
        }
        self._known: tuple[float, list[str]] | None = None
        self._position: int | None = None
        self._turn = asyncio.Lock()
        self._under_way: dict[str, asyncio.Task[bool]] = {}

    def routes(self) -> list[Route]:
        """Where it is told; `/health` is readiness, as it was before the two were apart."""
        return [
            Route("/health", self.ready, methods=["GET"]),
            Route("/health/live", self.live, methods=["GET"]),
            Route("/health/ready", self.ready, methods=["GET"]),
        ]

    async def live(self, _request: Request) -> Response:
        """The process answers; whatever is wrong is not mended by starting it again."""
        return _readiness([])

    async def ready(self, _request: Request) -> Response:
        """Whether commands can be written and queries answered, with the reasons why not."""
        async with self._turn:
            if self._known is None or time.monotonic() - self._known[0] >= KEPT_SECONDS:
                self._known = (time.monotonic(), await self._failing())
        return _readiness(self._known[1])

    def _require_current(self) -> None:
        """Whether the read models follow the journal, or catch up with it within a bounded time.

        Raises:
            Lagging: what they lack was written too long ago.
        """
        try:
            position = self._services.models.position()
            lacking = self._services.journal.since(position, 1)
        except Exception:  # noqa: BLE001 - a store that does not take part is told of by its own check
            return
        before, self._position = self._position, position
        longest = self._lag_seconds * (CATCHING_UP if before is not None and position > before else 1)
        if lacking and microseconds(self._services.clock()) - lacking[0].at > longest * 1e6:
            raise Lagging(f"no entry from {lacking[0].position} on is folded")

    async def _failing(self) -> list[str]:
        """The stores that do not take part; one that has not answered since it was last asked is not asked again meanwhile."""
        for name, check in self._checks.items():
            if name not in self._under_way:
                self._under_way[name] = asyncio.ensure_future(asyncio.to_thread(_fails, name, check))
        await asyncio.wait(self._under_way.values(), timeout=LONGEST_SECONDS)
        done = {name: task for name, task in self._under_way.items() if task.done()}
        for name in done:
            del self._under_way[name]
        return [name for name in self._checks if name not in done or done[name].result()]


def _fails(name: str, check: Check) -> bool:
    try:
        check()
    except Exception as fault:  # noqa: BLE001 - whatever it is, the answer is no, and the log has the reason
        log.error("not ready: %s: %r", name, fault)  # noqa: TRY400 - the traceback says nothing more
        return True
    return False


REASONS: Mapping[str, tuple[str, str]] = {
    "JOURNAL": ("日志库无法写入。", "The journal cannot be written."),
    "READ_MODELS": ("读模型库无法访问。", "The read models cannot be reached."),
    "PROJECTOR": ("读模型落后于日志，查询结果不是最新。", "The read models are behind the journal: reads are not up to date."),
    "VAULT": ("密库无法写入。", "The vault cannot be written."),
    "SIGNED": (
        "日志与已签署的检查点不符：曾被回退或改写。",
        "The journal is not the one that was signed for: it was set back or rewritten.",
    ),
    "ROW_SECURITY": (
        "行级安全未启用：数据库用户无权使用所需角色。",
        "Row-level security is off: the database's user may not act in its roles.",
    ),
    "FILES": ("文件目录无法写入或空间不足。", "The folder of files cannot be written, or is full."),
}
"""Check -> why it keeps the process from being ready, in Chinese and English."""


def _readiness(failing: list[str]) -> Response:
    if not failing:
        return Response(orjson.dumps({"status": "ok"}), 200, dict(ALWAYS), media_type=JSON)
    reasons = [{"code": name, "message": REASONS[name][0], "messageInEnglish": REASONS[name][1]} for name in failing]
    headers = {**ALWAYS, "retry-after": RETRY_SECONDS}
    return Response(orjson.dumps({"status": "failing", "reasons": reasons}), 503, headers, media_type=JSON)
