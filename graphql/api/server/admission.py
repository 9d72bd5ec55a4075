"""Admission · 准入控制. Which requests run now, which wait, and which are told to come back, each class in a queue of its own.

What is asked for beyond what can be done must be refused at once: a queue without end makes everyone wait and answers nobody
in time. Commands go before reads; what costs much, exports, files, callers not yet known and strangers have places of their
own, so that none of them takes a reader's. All of it is decided on the event loop; only the work itself is done in threads.
"""

import asyncio
import itertools
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import Any, TypeVar

from api.server.request_ids import client_has_left, stays

T = TypeVar("T")

LONGEST_LAG_SECONDS = 60.0
"""No request is sent to a process any more whose read models lack an entry that was written longer ago (`health`)."""


class Lane(Enum):
    """Class of a request 请求类别.

    COSTLY_COMMANDS, COSTLY_READS: whose price (`query_cost`) is above `costly`. FILES: in and out. FOLLOWING: what keeps open
    streams and sockets going. NEWCOMERS: with a token that this process has not met yet. ENTRY: of strangers who sign in.
    STRANGERS: all else of theirs.
    """

    __hash__ = object.__hash__  # each value is one object; by their names, thirty times a request, they cost more than the queues

    FOLLOWING = auto()
    COMMANDS = auto()
    READS = auto()
    COSTLY_COMMANDS = auto()
    COSTLY_READS = auto()
    FILES = auto()
    BULK = auto()
    NEWCOMERS = auto()
    ENTRY = auto()
    STRANGERS = auto()


COSTLY: Mapping[Lane, Lane] = {Lane.COMMANDS: Lane.COSTLY_COMMANDS, Lane.READS: Lane.COSTLY_READS}
"""Lane -> that of the same kind of request where it costs much."""


@dataclass(frozen=True)
class AdmissionLimits:
    """How much is done at a time, and how much may wait 准入限额. 2026-11-28: measured by `benchmarks.overload`.

    people: commands and reads of signed-in callers at a time; threads share one interpreter, so that more only get in one another's
        way. waiting: of these, in each queue. wait_seconds: the longest wait. standing_seconds: a read that would wait longer than
        that, as fast as turns come now, is not taken on; else a slow machine answers everyone just after they gave up.
    of_caller: under way or waiting for one caller in one lane, bulk_of_caller: in that of exports.
    costly: price from which a request waits among its like; 4,000 are some 16 ms of a core. deadline_seconds: of a request, from
        its arrival; it reaches the database. share: of a core, for strangers, in the mean; burst_seconds: what they may have saved
        up of it.
    """

    people: int = 6
    waiting: int = 64
    wait_seconds: float = 2.0
    standing_seconds: float = 0.5
    of_caller: int = 32
    bulk_of_caller: int = 4
    costly: int = 4_000
    deadline_seconds: float = 20.0
    share: float = 0.25
    burst_seconds: float = 2.0


class Overloaded(Exception):  # noqa: N818 - an answer
    """A request that is not taken on now 过载拒绝. is_own: the caller has too many under way; else everyone together."""

    def __init__(self, retry_seconds: int, *, is_own: bool) -> None:
        super().__init__("own" if is_own else "all")
        self.retry_seconds = retry_seconds
        self.status = 429 if is_own else 503
        self.code = "TOO_MANY_REQUESTS" if is_own else "OVERLOADED"
        why = ("您同时提出的请求过多", "You have too many requests under way") if is_own else ("系统繁忙", "The server is busy")
        self.chinese = f"{why[0]}，请 {retry_seconds} 秒后重试。"
        self.english = f"{why[1]}; try again in {retry_seconds} seconds."


@dataclass(slots=True, eq=False)
class _Turn:
    """Somebody who waits. comes: set when it is their turn. has_left: whether they have gone meanwhile."""

    comes: asyncio.Future[None]
    has_left: Callable[[], bool]


PACE_OF = 8
"""Over so many departures the pace of a pool is smoothed."""
SLOWEST_PACE = 0.1
"""Seconds from one to the next that count at most: one that stood still for long says little of those that follow."""
Place = tuple[Lane, str]
"""A lane, and for whom something is under way or waits in it; empty = nobody's."""


class _Pool:
    """Places that some lanes share, the first of them served first; `share` of a core where they have only so much of it."""

    def __init__(self, at_once: int, *lanes: Lane, share: float | None = None, burst: float = 0.0) -> None:
        self.at_once = at_once
        self.queues: dict[Lane, deque[_Turn]] = {lane: deque() for lane in lanes}
        self.running = 0
        self.pace = 0.0
        self._left_at: float | None = None
        self.share = share
        self._burst = burst
        self._saved = burst
        self._at = time.monotonic()

    def debt(self) -> float:
        """Seconds until the processor may be had again; 0 where it may."""
        if self.share is None:
            return 0.0
        now = time.monotonic()
        self._saved, self._at = min(self._saved + (now - self._at) * self.share, self._burst), now
        return max(-self._saved / self.share, 0.0)

    def charge(self, seconds: float) -> None:
        """So much of the processor was taken."""
        self._saved -= seconds

    def departed(self) -> None:
        """Somebody has left a place: how long it takes from one to the next counts as long as anyone waits."""
        now = time.monotonic()
        if self._left_at is not None:
            since = min(now - self._left_at, SLOWEST_PACE)
            self.pace += (since - self.pace) / PACE_OF if self.pace else since
        self._left_at = now if any(self.queues.values()) else None

    def before(self, lane: Lane) -> int:
        """How many wait whose turn comes before that of one who comes into a lane now."""
        waiting = 0
        for one, queue in self.queues.items():
            waiting += len(queue)
            if one is lane:
                break
        return waiting


COSTLY_COMMANDS_AT_ONCE = 8
"""They hold a thread and next to no processor: they wait for a process apart, two files and one page at a time with those that
wait for their turn."""
COSTLY_READS_AT_ONCE = 2
"""They hold the interpreter, of which the six of cheap ones have the most beside these two."""
MUTATION = re.compile(r"(?:[\s,\ufeff]|#[^\n\r]*)*mutation\b")


def is_command(query: str, operation_name: str | None) -> bool:
    """Whether a text seems to ask for a mutation; it decides which queue it waits in and nothing else."""
    if operation_name is None:
        return MUTATION.match(query) is not None
    return re.search(rf"\bmutation\s+{re.escape(operation_name)}\b", query) is not None


KNOWN_TOKENS = 20_000


class KnownTokens:
    """Tokens that opened something lately 已知令牌, by their digests; a flood of made-up ones is kept out of people's queues.

    Whose they are is known with them: a person's sessions count together.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def __contains__(self, token: str) -> bool:
        return digest(token) in self._known

    def note(self, token: str, who: str) -> None:
        """It opened something for somebody."""
        self._known[digest(token)] = who
        if len(self._known) > KNOWN_TOKENS:
            with suppress(KeyError, StopIteration, RuntimeError):  # another thread was first
                self._known.pop(next(iter(self._known)))

    def holder(self, token: str | None) -> str:
        """Whom a request counts for: the person, else the token itself; empty = nobody, who has no token."""
        return "" if token is None else self._known.get(digest(token), token)

    def forget(self, token: str) -> None:
        """It opens nothing any more."""
        self._known.pop(digest(token), None)


def digest(token: str) -> bytes:
    """What a token is known by 令牌摘要."""
    return sha256(token.encode(errors="replace")).digest()


class Admission:
    """The queues and threads of one process 准入队列."""

    def __init__(self, limits: AdmissionLimits) -> None:
        self.limits = limits
        self.known = KnownTokens()
        burst = limits.burst_seconds
        pools = (
            _Pool(2, Lane.FOLLOWING),
            _Pool(limits.people, Lane.COMMANDS, Lane.READS),
            _Pool(COSTLY_COMMANDS_AT_ONCE, Lane.COSTLY_COMMANDS),
            _Pool(COSTLY_READS_AT_ONCE, Lane.COSTLY_READS),
            _Pool(3, Lane.FILES),
            _Pool(2, Lane.BULK),
            _Pool(2, Lane.NEWCOMERS),
            _Pool(2, Lane.ENTRY, share=limits.share, burst=burst),
            _Pool(1, Lane.STRANGERS, share=limits.share, burst=burst),
        )
        self._pools = {lane: pool for pool in pools for lane in pool.queues}
        self._waiting = dict.fromkeys(Lane, limits.waiting) | {
            Lane.FOLLOWING: 4_096, Lane.BULK: 16, Lane.FILES: 32, Lane.COSTLY_COMMANDS: 16, Lane.COSTLY_READS: 16
        }
        self._wait_seconds = dict.fromkeys(Lane, limits.wait_seconds) | {
            Lane.FOLLOWING: 30.0, Lane.BULK: 30.0, Lane.FILES: 30.0, Lane.COSTLY_COMMANDS: 30.0
        }
        self._standing = {Lane.READS: limits.standing_seconds}
        self._coming = Counter[Lane]()
        self._coming_of = Counter[Place]()
        self._of_caller = dict.fromkeys(Lane, limits.of_caller) | {Lane.BULK: limits.bulk_of_caller}
        self._holders: Counter[Place] = Counter()
        self._retries = itertools.cycle(range(1, 5))
        self._threads: ThreadPoolExecutor | None = None
        self._size = sum(pool.at_once for pool in pools)

    def lane(self, token: str | None, usual: Lane, of_strangers: Lane = Lane.STRANGERS) -> Lane:
        """The lane of a caller: the usual one, a newcomer's, or a stranger's."""
        if token is None:
            return of_strangers
        return usual if token in self.known else Lane.NEWCOMERS

    def is_full(self, lane: Lane) -> bool:
        """Whether nothing more of a lane is taken on at this moment, with those who are on their way into its queue."""
        pool, coming = self._pools[lane], self._coming[lane]
        free = 0 if pool.queues[lane] else max(pool.at_once - pool.running, 0)
        return self._is_crowded(pool, lane, coming - free)

    def _is_crowded(self, pool: _Pool, lane: Lane, more: int = 0) -> bool:
        """Whether too many wait in a lane, or would wait too long; `more` as if so many more did."""
        if len(pool.queues[lane]) + more >= self._waiting[lane]:
            return True
        longest = self._standing.get(lane)
        return longest is not None and (pool.before(lane) + more) * pool.pace > longest

    def has_its_share(self, place: Place) -> bool:
        """Whether as much is under way for somebody in a lane as may be, with what is on its way into its queue."""
        return bool(place[1]) and self._holders[place] + self._coming_of[place] >= self._of_caller[place[0]]

    def refused(self, place: Place) -> Overloaded | None:
        """Why nothing more of somebody is taken on in a lane at this moment; None where it is."""
        if self.has_its_share(place):
            return self.refusal(is_own=True)
        return self.refusal() if self.is_full(place[0]) else None

    def expect(self, place: Place) -> None:
        """A request is let in: until it is taken up it counts as if it waited. Many may come before the first of them is."""
        self._coming[place[0]] += 1
        self._coming_of[place] += 1

    def taken_up(self, place: Place) -> None:
        """The program looks at what was let in."""
        self._coming[place[0]] -= 1
        self._coming_of[place] -= 1
        if not self._coming_of[place]:
            del self._coming_of[place]

    def refusal(self, *, is_own: bool = False) -> Overloaded:
        """Why not now; those refused together are not told to come back together."""
        return Overloaded(next(self._retries), is_own=is_own)

    async def run(self, lane: Lane, holder: str, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - as the function takes them
        """Run what blocks in a worker thread when its turn has come; it runs to its end even when nobody waits any more.

        Raises:
            Overloaded: too many wait already, the wait is over, the holder has too many under way, or whoever asked has left.
        """
        place = (lane, holder)
        await self.enter(place)
        pool = self._pools[lane]
        loop = asyncio.get_running_loop()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="operation")
        running = copy_context().run  # the thread knows which request it works for
        taken = [0.0]

        def measured() -> T:
            before = time.thread_time()
            try:
                return running(function, *arguments)
            finally:
                taken[0] = time.thread_time() - before

        def over(_done: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._leave, pool, place, taken)

        work = self._threads.submit(measured)
        work.add_done_callback(over)
        return await asyncio.wrap_future(work)

    async def enter(self, place: Place) -> None:
        """Take a place in a lane, when its turn has come; to be left.

        Raises:
            Overloaded: as `run`.
        """
        lane, holder = place
        pool = self._pools[lane]
        if holder and self._holders[place] >= self._of_caller[lane]:
            raise self.refusal(is_own=True)
        if pool.running >= pool.at_once or pool.debt():
            await self._turn(pool, lane, place)
        else:
            pool.running += 1
            self._holders[place] += 1

    def leave(self, place: Place) -> None:
        """Leave a place that was entered, of a lane that is not counted by its share of a core."""
        self._leave(self._pools[place[0]], place, [0.0])

    async def _turn(self, pool: _Pool, lane: Lane, place: Place) -> None:
        """Wait for a place in a pool, which is then taken."""
        queue = pool.queues[lane]
        if self._is_crowded(pool, lane):
            raise self.refusal()
        loop = asyncio.get_running_loop()
        has_left = client_has_left.get() if lane is not Lane.FOLLOWING else stays  # streams are also ended there
        turn = _Turn(loop.create_future(), has_left)
        queue.append(turn)
        self._holders[place] += 1
        late = loop.call_later(self._wait_seconds[lane], self._late, queue, turn)
        if len(queue) == 1 and (debt := pool.debt()):
            loop.call_later(debt, self._next, pool)
        granted = False
        try:
            await turn.comes
            granted = True
        finally:
            late.cancel()
            if not granted:
                comes = turn.comes
                if comes.done() and not comes.cancelled() and comes.exception() is None:  # its turn came as its caller left
                    self._leave(pool, place, [0.0])
                else:
                    with suppress(ValueError):
                        queue.remove(turn)
                    self._less(place)

    def _late(self, queue: deque[_Turn], turn: _Turn) -> None:
        if not turn.comes.done():
            queue.remove(turn)
            turn.comes.set_exception(self.refusal())

    def _leave(self, pool: _Pool, place: Place, taken: list[float]) -> None:
        """A place is free again."""
        pool.running -= 1
        pool.departed()
        pool.charge(taken[0])
        self._less(place)
        self._next(pool)

    def _less(self, place: Place) -> None:
        self._holders[place] -= 1
        if not self._holders[place]:
            del self._holders[place]

    def _next(self, pool: _Pool) -> None:
        """Give free places to those who wait, the first lane's first."""
        for queue in pool.queues.values():
            while queue and pool.running < pool.at_once:
                if debt := pool.debt():
                    asyncio.get_running_loop().call_later(debt, self._next, pool)
                    return
                turn = queue.popleft()
                if turn.comes.done():
                    continue
                if turn.has_left():  # nobody is left to be answered
                    turn.comes.set_exception(self.refusal())
                else:
                    pool.running += 1
                    turn.comes.set_result(None)

    async def close(self) -> None:
        """End the worker threads, once they have finished what they do."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(threads.shutdown)
