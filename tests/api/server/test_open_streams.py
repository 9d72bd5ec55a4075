"""Streams that are open end as soon as their client or their caller is gone, and say meanwhile that they live (plan P5, P7)."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.server.messages import CallerGone
from api.server.open_streams import HEARTBEAT, Ended, IdleStreams, OpenStream

FOR_EVER = 60.0


@dataclass
class Line:
    """A connection as the server has it: what was sent, and whether its client has left."""

    sent: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        assert not self.ended, "after the end of the answer"
        if message["type"] == "http.response.body":
            self.sent += [message["body"]] if message["body"] else []
            self.ended = not message["more_body"]


@dataclass
class Caller:
    """Whose stream it is: whether they are still there, how often that was asked, and what has it asked at once."""

    is_gone: bool = False
    asked: int = 0
    held: asyncio.Event | None = None
    wake: list[Callable[[], None]] = field(default_factory=list)

    async def judge(self) -> None:
        self.asked += 1
        is_gone = self.is_gone
        if self.held is not None:
            await self.held.wait()
        if is_gone:
            raise CallerGone(ended=True)

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        self.wake.append(wake)
        return lambda: self.wake.remove(wake)


def ending(_ended: Ended) -> bytes:
    return b"gone"


async def never() -> AsyncGenerator[bytes, None]:
    await asyncio.sleep(FOR_EVER)
    yield b"never"


def opened(
    line: Line, caller: Caller, chunks: AsyncGenerator[bytes, None], idle: IdleStreams, seconds: float = FOR_EVER
) -> asyncio.Task[None]:
    stream = OpenStream(chunks, caller.judge, ending, idle, seconds, caller.watch)
    return asyncio.create_task(stream({"type": "http"}, line.receive, line.send))  # type: ignore[arg-type] # as the server's


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - whatever it is
            await asyncio.sleep(0.005)


def within(test: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20):
            await test()

    asyncio.run(run())


@pytest.mark.parametrize("ends_first", [True, False])
def test_an_end_that_comes_with_an_answer_is_said_at_once(*, ends_first: bool) -> None:
    """plan P7: not a quarter of a minute later."""

    async def said() -> None:
        line, caller, comes = Line(), Caller(), asyncio.Event()

        async def answers() -> AsyncGenerator[bytes, None]:
            await comes.wait()
            yield b"told"
            await asyncio.sleep(FOR_EVER)

        def ends() -> None:
            caller.is_gone = True
            for wake in tuple(caller.wake):
                wake()

        task = opened(line, caller, answers(), IdleStreams())
        await asyncio.sleep(0.01)
        for each in (ends, comes.set) if ends_first else (comes.set, ends):
            each()
        async with asyncio.timeout(2):
            await task
        assert line.sent[-1] == b"gone"
        assert line.ended
        assert caller.wake == []

    within(said)


def test_an_end_while_its_caller_is_asked_for_has_it_asked_again() -> None:
    """What was being asked began before the role had ended."""

    async def asked() -> None:
        line, caller = Line(), Caller(held=asyncio.Event())
        task = opened(line, caller, never(), IdleStreams())
        await until(lambda: bool(caller.wake))
        caller.wake[0]()
        await until(lambda: caller.asked == 1)
        caller.is_gone = True
        caller.wake[0]()
        assert caller.held is not None
        caller.held.set()
        async with asyncio.timeout(2):
            await task
        assert (caller.asked, line.sent) == (2, [b"gone"])

    within(asked)


def test_an_idle_stream_says_that_it_lives_and_one_on_which_something_comes_does_not() -> None:
    async def idle() -> None:
        quiet, busy, caller, streams = Line(), Line(), Caller(), IdleStreams()

        async def often() -> AsyncGenerator[bytes, None]:
            while True:
                await asyncio.sleep(0.02)
                yield b"told"

        tasks = [opened(quiet, caller, never(), streams, 0.2), opened(busy, caller, often(), streams, 0.2)]
        await until(lambda: len(quiet.sent) >= 2)
        for line in (quiet, busy):
            line.left.set()
        await asyncio.gather(*tasks)
        assert set(quiet.sent) == {HEARTBEAT}
        assert set(busy.sent) == {b"told"}
        assert not quiet.ended

    within(idle)


def test_a_thousand_clients_that_leave_together_are_let_go_of_at_once_and_nothing_of_them_is_kept() -> None:
    async def left() -> None:
        before, closed, streams, caller = len(asyncio.all_tasks()), list[int](), IdleStreams(), Caller()

        async def chunks(number: int) -> AsyncGenerator[bytes, None]:
            try:
                await asyncio.sleep(FOR_EVER)
                yield b"never"
            finally:
                await asyncio.sleep(0)
                closed.append(number)

        lines = [Line() for _ in range(1_000)]
        tasks = [opened(line, caller, chunks(number), streams) for number, line in enumerate(lines)]
        await until(lambda: len(caller.wake) == len(lines))
        turns, loop = 0, asyncio.get_running_loop()

        def turn() -> None:
            nonlocal turns
            turns += 1
            if not all(task.done() for task in tasks):
                loop.call_soon(turn)

        loop.call_soon(turn)
        for line in lines:
            line.left.set()
        await asyncio.gather(*tasks)
        assert sorted(closed) == list(range(1_000))
        assert turns < 20, "turns of the loop until all were gone"
        assert len(asyncio.all_tasks()) == before
        assert caller.wake == []
        assert all(not waiting for waiting in streams._due.values())  # noqa: SLF001 - what is kept

    within(left)


def test_a_server_that_ends_ends_its_streams() -> None:
    """A client is told by the answer's end, and comes back to whoever serves then."""

    async def ends() -> None:
        line = Line()
        task = opened(line, Caller(), never(), IdleStreams())
        await asyncio.sleep(0.01)
        task.cancel()
        await task
        assert (line.sent, line.ended) == ([], True)

    within(ends)


def test_a_fault_while_its_caller_is_asked_for_is_the_streams_own() -> None:
    async def fails() -> None:
        line, caller = Line(), Caller()

        async def broken() -> None:
            raise OSError("no accounts")

        caller.judge = broken  # type: ignore[method-assign] # as where the database is away
        task = opened(line, caller, never(), IdleStreams())
        await until(lambda: bool(caller.wake))
        caller.wake[0]()
        with pytest.raises(OSError, match="no accounts"):
            await task
        assert not line.ended

    within(fails)
