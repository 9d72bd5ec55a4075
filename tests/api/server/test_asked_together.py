"""Who waits together leaves alone, and nothing is done or kept for those who have gone (plan P5, P7; decision 0118)."""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.server import asked_together
from api.server.asked_together import AskedTogether
from api.server.change_notifications import ChangeNotifications


async def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def standing_still() -> ChangeNotifications:
    """Of a journal in which nothing happens."""
    return ChangeNotifications(cast("Any", None), cast("Any", None))


async def gone(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)


def test_nobody_waits_for_those_who_have_left() -> None:
    """A quiet night with clients that come and go, each with another filter, keeps nothing and looks for none of them later."""

    async def left() -> tuple[int, int, list[int]]:
        notifications, looks = standing_still(), list[int]()

        def look(position: int) -> int:
            looks.append(position)
            return position

        before = len(asyncio.all_tasks())
        waiting = [asyncio.create_task(notifications.looked(("of", number), 7, look, waits=True)) for number in range(50)]
        await asyncio.sleep(0)
        await gone(waiting)
        kept, running = len(notifications._looks), len(asyncio.all_tasks()) - before  # noqa: SLF001 - what is kept
        notifications._wake(8)  # noqa: SLF001 - as the thread that follows does
        for _ in range(20):
            await asyncio.sleep(0.01)
        return kept, running, looks

    assert asyncio.run(left()) == (0, 0, [])


def test_who_leaves_takes_nothing_from_those_who_wait_for_the_same() -> None:
    async def stays() -> tuple[int, int]:
        notifications, looks = standing_still(), list[int]()

        def look(position: int) -> int:
            looks.append(position)
            return position

        first, second, third = (asyncio.create_task(notifications.looked("of", 7, look, waits=True)) for _ in range(3))
        await asyncio.sleep(0)
        await gone([first, third])
        fourth = asyncio.create_task(notifications.looked("of", 7, look, waits=True))
        await asyncio.sleep(0)
        notifications._wake(8)  # noqa: SLF001 - as above
        found = await asyncio.gather(second, fourth)
        assert found == [7, 7]
        return len(looks), len(notifications._looks)  # noqa: SLF001 - as above

    assert asyncio.run(stays()) == (1, 0)


def test_who_comes_back_after_all_have_left_is_told() -> None:
    async def told() -> int:
        notifications = standing_still()
        first = asyncio.create_task(notifications.looked("of", 7, lambda position: position, waits=True))
        await asyncio.sleep(0)
        first.cancel()
        again = asyncio.create_task(notifications.looked("of", 7, lambda position: position + 1, waits=True))
        await asyncio.sleep(0)
        notifications._wake(8)  # noqa: SLF001 - as above
        async with asyncio.timeout(5):
            return await again

    assert asyncio.run(told()) == 8


def test_nothing_is_answered_for_who_left_before_the_job_began() -> None:
    """What is protected would be written down as disclosed to somebody who never got it."""

    async def answered() -> list[int]:
        free, done = asyncio.Event(), list[int]()

        async def in_thread(answer: Callable[..., Any], asked: Sequence[int]) -> Any:
            await free.wait()
            return answer(asked)

        def answer(asked: Sequence[int]) -> list[int]:
            done.extend(asked)
            return list(asked)

        together = AskedTogether(in_thread)
        holding = [asyncio.create_task(together.ask(("other", number), answer, -1)) for number in range(asked_together.AT_ONCE)]
        await asyncio.sleep(0)
        first, second = (asyncio.create_task(together.ask("alike", answer, number)) for number in (1, 2))
        await asyncio.sleep(0)
        await gone([first])
        free.set()
        await asyncio.gather(second, *holding)
        return sorted(done)

    assert asyncio.run(answered()) == [-1] * asked_together.AT_ONCE + [2]


@pytest.mark.parametrize(("seconds", "sizes"), [(0.000_1, [64, 512, 449]), (0.05, [64] * 16 + [1])], ids=["quick", "slow"])
def test_a_job_is_of_so_many_that_whom_it_judged_first_is_answered_soon_and_others_have_their_turn(
    seconds: float, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of no more than are answered in a moment, by the time that the job before took."""
    passed = [0.0]
    monkeypatch.setattr(asked_together, "time", SimpleNamespace(monotonic=lambda: passed[0]))

    async def answered() -> list[tuple[str, int]]:
        jobs = list[tuple[str, int]]()

        def answer(asked: Sequence[str]) -> list[str]:
            jobs.append((asked[0], len(asked)))
            passed[0] += seconds
            return list(asked)

        together = AskedTogether(at_once)
        many = [asyncio.create_task(together.ask("many", answer, "many")) for _ in range(sum(sizes))]
        one = asyncio.create_task(together.ask("one", answer, "one"))
        found = await asyncio.gather(*many, one)
        assert len(found) == sum(sizes) + 1
        return jobs

    jobs = asyncio.run(answered())
    assert [count for name, count in jobs if name == "many"] == sizes
    assert jobs.index(("one", 1)) <= 2
