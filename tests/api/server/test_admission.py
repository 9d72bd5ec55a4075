"""Admission: a queue of its own for each class, an end to every queue, and nobody who waits for nothing."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.server.admission import Admission, AdmissionLimits, Lane, Overloaded, is_command

SMALL = AdmissionLimits(people=1, waiting=2, wait_seconds=30.0, of_caller=8)


class Work:
    """What blocks a thread until the test lets it go."""

    def __init__(self, name: str = "", order: list[str] | None = None) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()
        self.name, self.order = name, order

    def __call__(self) -> str:
        self.begun.set()
        assert self.let_go.wait(30)
        if self.order is not None:
            self.order.append(self.name)
        return self.name


def admitted(scenario: Callable[[Admission], Awaitable[None]], limits: AdmissionLimits = SMALL) -> None:
    async def run() -> None:
        admission = Admission(limits)
        try:
            async with asyncio.timeout(60):
                await scenario(admission)
        finally:
            await admission.close()

    asyncio.run(run())


async def started(admission: Admission, lane: Lane, work: Work, holder: str = "") -> asyncio.Task[Any]:
    """A task whose work has begun or, where its lane has no place, waits."""
    task = asyncio.create_task(admission.run(lane, holder, work))
    await asyncio.sleep(0)
    return task


async def begun(work: Work) -> None:
    assert await asyncio.to_thread(work.begun.wait, 30)


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane not in (Lane.READS, Lane.COMMANDS)])
def test_no_other_class_takes_a_readers_place(lane: Lane) -> None:
    async def scenario(admission: Admission) -> None:
        works = [Work() for _ in range(5)]
        tasks = [await started(admission, lane, work) for work in works]
        assert await admission.run(Lane.READS, "t", lambda: "read") == "read"
        for work in works:
            work.let_go.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    admitted(scenario)


def test_commands_go_before_reads_that_came_first() -> None:
    async def scenario(admission: Admission) -> None:
        order: list[str] = []
        works = [Work(name, order) for name in ("first", "read", "another read", "command")]
        lanes = (Lane.READS, Lane.READS, Lane.READS, Lane.COMMANDS)
        tasks = [await started(admission, lane, work) for lane, work in zip(lanes, works, strict=True)]
        for work in works:
            work.let_go.set()
        await asyncio.gather(*tasks)
        assert order == ["first", "command", "read", "another read"]

    admitted(scenario)


def test_what_comes_when_the_queue_is_full_is_refused_at_once_and_not_all_are_told_the_same_second() -> None:
    async def scenario(admission: Admission) -> None:
        works = [Work() for _ in range(3)]
        tasks = [await started(admission, Lane.READS, work) for work in works]
        assert admission.is_full(Lane.READS)
        told = []
        for _ in range(4):
            with pytest.raises(Overloaded) as refused:
                await admission.run(Lane.READS, "", lambda: None)
            told.append((refused.value.status, refused.value.retry_seconds))
        assert len(set(told)) == 4
        assert {status for status, _ in told} == {503}
        for work in works:
            work.let_go.set()
        await asyncio.gather(*tasks)
        assert await admission.run(Lane.READS, "", lambda: "again") == "again"

    admitted(scenario)


def test_who_has_waited_long_enough_is_refused_and_leaves_its_place() -> None:
    async def scenario(admission: Admission) -> None:
        work = Work()
        task = await started(admission, Lane.READS, work)
        with pytest.raises(Overloaded):
            await admission.run(Lane.READS, "", lambda: None)
        work.let_go.set()
        await task
        assert await admission.run(Lane.READS, "", lambda: "again") == "again"

    admitted(scenario, AdmissionLimits(people=1, wait_seconds=0.01))


def test_one_session_has_only_so_many_under_way() -> None:
    async def scenario(admission: Admission) -> None:
        works = [Work(), Work()]
        tasks = [await started(admission, Lane.READS, work, "mine") for work in works]
        with pytest.raises(Overloaded) as refused:
            await admission.run(Lane.READS, "mine", lambda: None)
        assert (refused.value.status, refused.value.code) == (429, "TOO_MANY_REQUESTS")
        other = await started(admission, Lane.READS, works[1], "another's")
        for work in works:
            work.let_go.set()
        await asyncio.gather(*tasks, other)
        assert await admission.run(Lane.READS, "mine", lambda: "again") == "again"

    admitted(scenario, AdmissionLimits(people=1, of_caller=2))


def test_one_caller_has_fewer_exports_under_way_than_reads() -> None:
    async def scenario(admission: Admission) -> None:
        works = [Work() for _ in range(2)]
        tasks = [await started(admission, Lane.BULK, work, "mine") for work in works]
        with pytest.raises(Overloaded) as refused:
            await admission.run(Lane.BULK, "mine", lambda: None)
        assert refused.value.status == 429
        assert await admission.run(Lane.READS, "mine", lambda: "read") == "read"
        for work in works:
            work.let_go.set()
        await asyncio.gather(*tasks)

    admitted(scenario, AdmissionLimits(bulk_of_caller=2))


def test_the_sessions_of_one_person_count_together_and_a_token_that_is_not_known_for_itself() -> None:
    admission = Admission(SMALL)
    for token in ("phone", "desk"):
        admission.known.note(token, "li")
    assert {admission.known.holder(token) for token in ("phone", "desk")} == {"li"}
    assert admission.known.holder("made up") == "made up"
    assert admission.known.holder(None) == ""
    admission.known.forget("phone")
    assert admission.known.holder("phone") == "phone"


def test_who_leaves_while_waiting_gives_the_turn_to_the_next() -> None:
    async def scenario(admission: Admission) -> None:
        first, second = Work(), Work("second")
        running = await started(admission, Lane.READS, first)
        gone = await started(admission, Lane.READS, Work())
        waiting = await started(admission, Lane.READS, second)
        gone.cancel()
        second.let_go.set()
        first.let_go.set()
        assert await waiting == "second"
        await running

    admitted(scenario)


def test_work_whose_caller_has_left_keeps_its_place_until_it_ends() -> None:
    async def scenario(admission: Admission) -> None:
        first, second = Work(), Work("second")
        running = await started(admission, Lane.READS, first)
        await begun(first)
        running.cancel()
        waiting = await started(admission, Lane.READS, second)
        assert not second.begun.is_set()
        second.let_go.set()
        first.let_go.set()
        assert await waiting == "second"

    admitted(scenario)


def test_strangers_who_have_used_their_share_of_the_processor_wait_though_it_is_idle() -> None:
    def burns() -> None:
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass

    async def scenario(admission: Admission) -> None:
        await admission.run(Lane.STRANGERS, "", burns)
        with pytest.raises(Overloaded):
            await admission.run(Lane.STRANGERS, "", lambda: None)
        assert await admission.run(Lane.ENTRY, "", lambda: "signed in") == "signed in"

    admitted(scenario, AdmissionLimits(wait_seconds=0.01, share=0.001, burst_seconds=0.01))


def test_the_share_is_given_back_in_time() -> None:
    def burns() -> None:
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass

    async def scenario(admission: Admission) -> None:
        for _ in range(3):
            await admission.run(Lane.STRANGERS, "", burns)

    admitted(scenario, AdmissionLimits(wait_seconds=30.0, share=0.5, burst_seconds=0.01))


def test_a_token_is_a_newcomers_until_it_opened_something() -> None:
    admission = Admission(SMALL)
    assert admission.lane("made up", Lane.READS) is Lane.NEWCOMERS
    assert admission.lane(None, Lane.READS) is Lane.STRANGERS
    admission.known.note("mine", "li")
    assert admission.lane("mine", Lane.READS) is Lane.READS
    admission.known.forget("mine")
    assert admission.lane("mine", Lane.READS) is Lane.NEWCOMERS


@pytest.mark.parametrize(
    ("query", "name", "is_one"),
    [
        ("mutation { bump }", None, True),
        ("  # query\n , mutation M { bump }", None, True),
        ("query { hello }", None, False),
        ("{ mutation }", None, False),
        ("query A { hello } mutation B { bump }", "B", True),
        ("mutation B { bump } query A { hello }", "A", False),
    ],
)
def test_which_queue_a_text_waits_in(query: str, name: str | None, is_one: bool) -> None:  # noqa: FBT001 - a table
    assert is_command(query, name) is is_one
