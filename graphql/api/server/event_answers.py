"""Event answers 事件应答: each event of a subscription for whoever its caller is then, alike ones together. decision 0118."""

import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context as Variables
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

import orjson
from graphql.execution.execute import assume_not_awaitable

from api.kit.context import Context
from api.kit.cursors import Cursors
from api.kit.disclosure_notes import DisclosureNotes, Noted
from api.kit.ports import PUBLIC, Identified, is_key
from api.kit.services import Services
from api.server.asked_together import AskedTogether
from api.server.change_notifications import ChangeNotifications
from api.server.messages import CallerGone, GraphQLResponse
from api.server.prepared_operations import PreparedOperation
from journal import Caller

FOR_ANYONE = None
"""For whom an answer is that was made of the event alone."""
KEPT = 128
"""Answers for anyone that are kept from one job to the next."""


class AskedAlike:
    """What subscriptions have in common that may be answered alike 同类订阅."""


@dataclass(frozen=True)
class UnansweredEvent:
    """An event that one subscription waits to be answered 待应答事件. variables: of its request, such as its id.

    alike: what it has in common with those that are answered alike, where nothing but the event is asked for.
    """

    admitted: PreparedOperation
    alike: AskedAlike
    event: object
    variables: Variables = field(default_factory=copy_context)


@dataclass
class _Job:
    """What is known while several events are answered 一次应答作业.

    identified: token -> whose it is, False where it is nobody's. made: for whom -> the answer, and what it holds that is protected.
    """

    identified: dict[str | None, Identified | bool | None] = field(default_factory=dict)
    made: dict[Caller | None, tuple[GraphQLResponse, Noted | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    """An answer for anyone, with what its key holds by identity: as long as it is kept, nothing else has that."""

    document: object
    event: object
    made: tuple[GraphQLResponse, Noted | None]


class EventAnswers:
    """Answers the events of one process's subscriptions 事件应答; made for one event loop.

    Args:
        services: the wiring.
        cursors: of its contexts.
        notifications: likewise.
        identify: whose a token is; raises CallerGone where it is nobody's.
        completed: the answer of a result.
        in_thread: runs what blocks.
        deadline_seconds: of the reads of one answer.
    """

    def __init__(
        self,
        services: Services,
        cursors: Cursors,
        notifications: ChangeNotifications | None,
        identify: Callable[[str | None], Identified | None],
        completed: Callable[[Any, PreparedOperation], GraphQLResponse],
        in_thread: Callable[..., Awaitable[Any]],
        deadline_seconds: float,
    ) -> None:
        self._services = services
        self._cursors = cursors
        self._notifications = notifications
        self._identify = identify
        self._completed = completed
        self._deadline_seconds = deadline_seconds
        self._together = AskedTogether(in_thread)
        self._kept: OrderedDict[tuple[AskedAlike, int], _Kept] = OrderedDict()
        self._alike: WeakValueDictionary[Hashable, AskedAlike] = WeakValueDictionary()
        self._keeping = threading.Lock()

    def alike(self, admitted: PreparedOperation) -> AskedAlike:
        """One and the same of all subscriptions that an event may be answered alike for, as long as there are any."""
        return self._alike.setdefault(admitted.alike, AskedAlike())

    async def answer(self, admitted: PreparedOperation, alike: AskedAlike, event: object) -> GraphQLResponse:
        """The answer to an event; alike: of its subscription.

        Raises:
            CallerGone: the session has ended, or goes on in another role.
        """
        return await self._together.ask((alike, id(event)), self._answers, UnansweredEvent(admitted, alike, event))

    async def still(self, token: str | None, caller: Caller) -> None:
        """Ask anew whose a token is, whatever is delivered meanwhile.

        Raises:
            CallerGone: as `answer`.
        """
        await self._together.ask(None, self._judged, (token, caller))

    def _judged(self, asked: Sequence[tuple[str | None, Caller]]) -> list[Identified | Exception | None]:
        job = _Job()
        return [_or_fault(self._now, job, token, caller) for token, caller in asked]

    def _answers(self, asked: Sequence[UnansweredEvent]) -> list[GraphQLResponse | Exception]:
        """Answer the same event to several alike, which is executed once for all jobs where it is for anyone."""
        job, key = _Job(), (asked[0].alike, id(asked[0].event))
        with self._keeping:
            if (kept := self._kept.get(key)) is not None:
                job.made[FOR_ANYONE] = kept.made
        answers = [_or_fault(one.variables.run, self._answer, job, one.admitted, one.event) for one in asked]
        if kept is None and FOR_ANYONE in job.made:
            with self._keeping:
                self._kept[key] = _Kept(asked[0].admitted.prepared, asked[0].event, job.made[FOR_ANYONE])
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return answers

    def _now(self, job: _Job, token: str | None, caller: Caller) -> Identified | None:
        """Who a token belongs to, looked for once a job, as long as it is the same caller in the same role."""
        if token not in job.identified:
            try:
                job.identified[token] = self._identify(token)
            except CallerGone:
                job.identified[token] = False
        now = job.identified[token]
        if isinstance(now, bool):
            raise CallerGone(ended=True, of_key=token is not None and is_key(token))
        if (now.caller if now is not None else PUBLIC) != caller:
            raise CallerGone(ended=False)
        return now

    def _answer(self, job: _Job, admitted: PreparedOperation, event: object) -> GraphQLResponse:
        now = self._now(job, admitted.context.token, admitted.context.caller)
        caller = now.caller if now is not None else PUBLIC
        answer, noted = job.made.get(FOR_ANYONE) or job.made.get(caller) or self._executed(job, admitted, event, now)
        if noted is not None:
            notes = DisclosureNotes(admitted.prepared.entry_point)
            notes.note_again(noted)
            notes.leave(self._services, caller)
        return answer

    def _executed(
        self, job: _Job, admitted: PreparedOperation, event: object, now: Identified | None
    ) -> tuple[GraphQLResponse, Noted | None]:
        """An answer on a snapshot of its own, kept for the rest of the job unless it holds an error, which names its request."""
        before = admitted.context
        context = Context(self._services, self._cursors, self._notifications, now, before.token)
        context.until = time.monotonic() + self._deadline_seconds
        context.cost = before.cost
        context.disclosure_notes.guard(admitted.prepared.entry_point, admitted.prepared.guarded)
        executor = admitted.executor.build_per_event_executor(event)
        executor.context_value = context
        executor.is_awaitable = assume_not_awaitable
        try:
            answer = self._completed(executor.execute_operation(serially=False), admitted)
            whose = FOR_ANYONE if context.is_for_anyone else context.caller
        finally:
            context.close()
        answer = replace(answer, position=getattr(event, "cursor", ""), body=orjson.dumps(answer.payload))
        made = answer, context.disclosure_notes.noted
        if "errors" not in answer.payload:
            job.made[whose] = made
        return made


def _or_fault(answer: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - as it answers
    try:
        return answer(*arguments)
    except Exception as fault:  # noqa: BLE001 - told to the one who asked
        return fault
