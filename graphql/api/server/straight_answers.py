"""Straight answers 直接应答: a list or a thing of a known caller, read in one message, answered on the event loop. decision 0132.

A thread that answers is handed the request and hands the answer back, and takes the interpreter from the others on the way: of a
page on PostgreSQL that was a third. What one statement reads needs no thread. What it is, the document's own resolver says, to a
snapshot that only notes (`projections.engine.loop_reads`); that is kept for who asks the same again, and asked anew each time.

Nothing is refused here. Whatever is other than expected goes the usual way, which alone words refusals: another document, a fault,
a caller who is not as known, more than one statement, a value that no column should hold.
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from graphql import GraphQLError, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.execute import assume_not_async_iterable, assume_not_awaitable
from graphql.pyutils import Path

from api.kit.context import Context, Cost
from api.kit.cursors import Cursors
from api.kit.ports import Identified
from api.kit.selection_functions import FromRows, NotedRows
from api.kit.services import Services
from api.server.admission import Admission, Lane
from api.server.answer_cache import AnswerCache, KeptAnswer, Key, key_of_answer
from api.server.callers import Callers
from api.server.compiled_selections import CompiledExecutor
from api.server.input_text_checks import texts_in, unusable
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.persisted_documents import PersistedDocuments
from api.server.query_documents import Documents, Prepared
from domain.kernel import Refused
from journal.deadlines import milliseconds_left
from journal.disclosure_log.loop_writer import LoopWriter
from projections.engine.loop_reads import LoopReads, NotNoted
from projections.engine.preconditions import NotAsKnown

log = logging.getLogger(__name__)

READERS = 4
"""Connections that a process's loop reads on; the server has two cores or more, and the loop one."""
KEPT_WAYS = 2_048
"""Ways to an answer that a process keeps; the one asked for longest ago gives way."""


class NotingExecutor(CompiledExecutor):
    """An executor that asks the resolver of a list or a thing what it would read, and reads nothing."""

    noted: list[NotedRows]

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],  # noqa: ARG002 - graphql-core's own signature
        path: Path,  # noqa: ARG002 - as above
        result: Any,  # noqa: ANN401 - as above
        position_context: Any,  # noqa: ANN401, ARG002 - as above
    ) -> Any:  # noqa: ANN401 - as above
        """What would be read for it; of all else nothing is known here."""
        if not isinstance(result, FromRows):
            raise NotNoted
        self.noted.append(result.noted(self, return_type, field_details_list))
        return {}


class Way(NamedTuple):
    """How the same is answered to the same caller, as long as the read models have these generations 应答路径.

    name: of the one field of the answer. entering: whose eyes it is read with, as `row_security.entering` says.
    """

    name: str
    rows: NotedRows
    generations: tuple[int, ...]
    entering: Mapping[str, str] | None


class StraightQuestion(NamedTuple):
    """An operation that may be answered straight: by whom, what it is kept by, and what is kept of it 直接应答请求."""

    identified: Identified
    prepared: Prepared
    key: Key
    kept: KeptAnswer | None

    @property
    def may_be_read(self) -> bool:
        """Whether it was answered by one statement before, of which the role is shown all."""
        return not self.prepared.withheld and self.prepared.habit.alone


class StraightAnswers:
    """The answers of one process's event loop 直接应答. fell: how many were read here, or asked about, and left all the same."""

    def __init__(
        self,
        services: Services,
        schema: GraphQLSchema,
        documents: Documents,
        persisted: PersistedDocuments,
        callers: Callers,
        admission: Admission,
        answers: AnswerCache,
        cursors: Cursors,
    ) -> None:
        self._services = services
        self._schema = schema
        self._documents = documents
        self._persisted = persisted
        self._callers = callers
        self._admission = admission
        self._answers = answers
        self._cursors = cursors
        self._limits = documents.limits
        self._ways: OrderedDict[Key, Way] = OrderedDict()
        self.fell = 0
        address = services.disclosures.loop_address
        self._reads: LoopReads | None = services.models.loop_reads(READERS) if address is not None else None
        self._writer = LoopWriter(services.disclosures, address) if address is not None else None

    @property
    def is_ready(self) -> bool:
        """Whether anything may be answered here: where read models, accounts and disclosure log are one PostgreSQL database's."""
        return self._reads is not None

    async def answer(self, request: GraphQLRequest, token: str | None, until: float) -> GraphQLResponse | None:
        """The answer to a query of a known caller, its protected data written down; None where it is to go the usual way.

        until: its deadline, on the monotonic clock.

        Raises:
            Overloaded: it is not taken on now.
        """
        reads, writer = self._reads, self._writer
        if reads is None or writer is None or token is None or (asked := self._asked(request, token)) is None:
            return None
        place = Lane.READS, self._admission.known.holder(token)
        await self._admission.enter(place)
        try:
            answer = await self._answered(reads, writer, asked, request.variables or {}, until)
        except NotAsKnown:
            self._callers.forget(token)
        except (NotNoted, Refused):  # also what is too late, which the usual way says
            asked.prepared.habit.left += 1
            return None
        except Exception:
            log.exception("what was begun on the event loop failed there, and goes the usual way")
            self._ways.pop(asked.key, None)
            asked.prepared.habit.left += 1
        else:
            if answer is not None:
                asked.prepared.habit.left = 0
            return answer
        finally:
            self._admission.leave(place)
        self.fell += 1
        return None

    def _asked(self, request: GraphQLRequest, token: str) -> StraightQuestion | None:
        """What is asked, without any work; None of what is not answered here."""
        text = self._persisted.text(request.document_id) if request.document_id else request.query
        prepared = self._documents.known(text, request.operation_name) if text else None
        if (
            prepared is None
            or (request.document_id and request.query not in ("", text))
            or (self._persisted.only and not request.document_id)
            or not prepared.only_reads
            or prepared.cost > self._admission.limits.costly
        ):
            return None
        known = self._callers.known(token, self._services.clock())
        if known is None or known.identified is None:
            return None
        identified = known.identified
        try:
            prepared = self._documents.readable(prepared, identified.caller.role, request.variables or {})
        except GraphQLError:
            return None
        key = key_of_answer(text or "", request.operation_name, request.variables, identified)
        if key is None:
            return None
        asked = StraightQuestion(identified, prepared, key, self._answers.kept(key))
        return asked if asked.kept is not None or (asked.may_be_read and prepared.habit.may_be_straight()) else None

    async def _answered(
        self, reads: LoopReads, writer: LoopWriter, asked: StraightQuestion, variables: Mapping[str, Any], until: float
    ) -> GraphQLResponse | None:
        """The answer; None where what was kept is no longer so, and the rest is the usual way's."""
        identified, prepared, key, kept = asked
        precondition = identified.precondition
        if precondition is None:
            return None
        cost = Cost(prepared.cost, self._limits.cost)
        context = Context(self._services, self._cursors, None, identified, until=until)
        context.disclosure_notes.guard(prepared.entry_point, prepared.guarded)
        if kept is not None and (kept.day is None or kept.day == context.today):
            found = await reads.read(precondition, None, milliseconds_left(until), None)
            if found.stands_at == kept.stands_at:
                if kept.noted is not None:
                    context.disclosure_notes.note_again(kept.noted)
                await self._written(writer, context)
                return GraphQLResponse(None, body=kept.body, cost=cost, tag=kept.tag)
        if not asked.may_be_read:
            return None
        way = self._way(reads, asked, variables, until)
        found = await reads.read(precondition, way.entering, milliseconds_left(until), way.rows.statement)
        noting = reads.noting()
        if noting is None:
            raise NotAsKnown
        payload = {"data": {way.name: way.rows.shown(context.noting(noting[0]), found.rows)}}
        body = orjson.dumps(payload)
        days = context.made_of.days
        keeps = len(days) < 2  # noqa: PLR2004 - else midnight has passed meanwhile
        day = next(iter(days), None)
        tag = self._answers.keep(key, found.stands_at, day, body, context.disclosure_notes.noted) if keeps else ""
        await self._written(writer, context)
        return GraphQLResponse(None, body=body, cost=cost, tag=tag)

    async def _written(self, writer: LoopWriter, context: Context) -> None:
        """Write down what is protected, before it leaves."""
        taken = context.disclosure_notes.taken(self._services.clock, context.caller)
        if taken is not None:
            await writer.write(*taken)

    def _way(self, reads: LoopReads, asked: StraightQuestion, variables: Mapping[str, Any], until: float) -> Way:
        """How it is answered, found out where it was not before.

        Raises:
            NotNoted: not by one statement, or not by rows alone.
        """
        noting = reads.noting()
        if noting is None:
            raise NotAsKnown
        snapshot, generations = noting
        way = self._ways.get(asked.key)
        if way is not None and way.generations == generations:
            self._ways.move_to_end(asked.key)
            return way
        context = Context(self._services, self._cursors, None, asked.identified, until=until).noting(snapshot)
        context.wanted_fields = asked.prepared.wanted_fields
        name, rows = self._noted(asked.prepared, context, variables)
        if context.made_of.days:  # it is of this day alone
            raise NotNoted
        way = self._ways[asked.key] = Way(name, rows, generations, self._services.models.eyes(context.scope))
        if len(self._ways) > KEPT_WAYS:
            self._ways.popitem(last=False)
        return way

    def _noted(self, prepared: Prepared, context: Context, variables: Mapping[str, Any]) -> tuple[str, NotedRows]:
        """Name of the one field that the operation asks for, and what is read for it."""
        executor = NotingExecutor.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(variables),
            is_awaitable=assume_not_awaitable,
            is_async_iterable=assume_not_async_iterable,
        )
        if not isinstance(executor, NotingExecutor) or unusable(texts_in(executor.variable_values.coerced)) is not None:
            raise NotNoted
        executor.plans, executor.noted = prepared.plans, []
        result: Any = executor.execute_operation()
        if result.errors or len(executor.noted) != 1 or len(result.data) != 1:
            raise NotNoted
        return next(iter(result.data)), executor.noted[0]

    def close(self) -> None:
        """Let go of the connections."""
        if self._reads is not None:
            self._reads.close()
        if self._writer is not None:
            self._writer.close()
