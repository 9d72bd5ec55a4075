"""Operations 操作: one GraphQL operation from its text to its answer, or to a stream of answers.

The drivers block, so an operation runs in a worker thread, with a context of its own: one snapshot, opened at first use and
closed there. A subscription waits on the event loop; each of its events is answered in a thread, after asking anew who the
caller is.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from datetime import datetime
from inspect import isawaitable
from typing import Any, TypeVar

import strawberry
from anyio import CancelScope
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType
from graphql.execution import Executor, create_source_event_stream
from graphql.execution.execute import assume_not_async_iterable, assume_not_awaitable
from starlette.requests import Request

from api.kit.context import Context, Cost
from api.kit.cursors import Cursors
from api.kit.ports import PUBLIC, Identified
from api.kit.published import FieldRights
from api.kit.services import Services
from api.server.admission import COSTLY, Admission, AdmissionLimits, Lane, is_command
from api.server.answer_cache import AnswerCache, Key, key_of_answer
from api.server.callers import Callers, KnownCaller
from api.server.change_notifications import ChangeNotifications
from api.server.compiled_selections import CompiledExecutor
from api.server.errors import formatted, not_carried
from api.server.event_answers import EventAnswers
from api.server.input_text_checks import texts_in, unusable
from api.server.introspection import Introspection
from api.server.messages import (
    LATE,
    CallerGone,
    GraphQLRequest,
    GraphQLResponse,
    NotSignedIn,
    crowded_out,
    faulted,
    faulted_for,
)
from api.server.persisted_documents import PersistedDocuments
from api.server.prepared_operations import PreparedOperation
from api.server.query_cost import Limits, too_costly_for_strangers
from api.server.query_documents import Documents, Prepared, Unacceptable, documents_of
from api.server.query_faults import in_chinese_too
from api.server.readable_part import with_withheld
from api.server.revocations import Revocations
from api.server.straight_answers import StraightAnswers
from journal import Caller
from projections.engine.preconditions import NotAsKnown

T = TypeVar("T")

CHANGE_SESSIONS = frozenset({"Mutation.signOut", "Mutation.actAs"})
"""What ends or changes the caller's own session, and with it the caller's open streams."""


class Costly(Exception):  # noqa: N818 - says where it is to wait
    """An operation that costs more than what is run beside cheap ones 高费用操作."""


class Operations:
    """The operations of one schema over one program 执行入口. documents: of that schema, rights and limits; None = its own.

    Raises:
        FieldsWithoutRights: a field of the schema says nobody who may read it.
    """

    def __init__(
        self,
        services: Services,
        schema: strawberry.Schema,
        rights: FieldRights,
        change_notifications: ChangeNotifications | None = None,
        limits: Limits | None = None,
        revocations: Revocations | None = None,
        admission: AdmissionLimits | None = None,
        persisted: PersistedDocuments | None = None,
        documents: Documents | None = None,
        answers: AnswerCache | None = None,
    ) -> None:
        self._revocations = revocations
        self._services = services
        self._schema: GraphQLSchema = schema._schema  # noqa: SLF001 - strawberry has no other way to the executable schema
        self._documents = documents or documents_of(schema, rights, limits)
        self._rights, self._limits = self._documents.rights, self._documents.limits
        self._introspection = Introspection(self._schema)
        self._persisted = persisted or PersistedDocuments()
        self._cursors = Cursors(services.secret)
        self._change_notifications = change_notifications
        self.admission = Admission(admission or AdmissionLimits())
        self._answers = answers or AnswerCache()
        deadline = self.admission.limits.deadline_seconds
        self.event_answers = EventAnswers(
            services, self._cursors, change_notifications, self.identify, self._answer, self.in_thread, deadline
        )
        self._callers = Callers(services.accounts, self.admission.known)
        self.straight = StraightAnswers(
            services, self._schema, self._documents, self._persisted, self._callers, self.admission, self._answers, self._cursors
        )

    async def in_thread(
        self,
        function: Callable[..., T],
        *arguments: Any,  # noqa: ANN401 - as the function takes them
        lane: Lane = Lane.FOLLOWING,
        token: str | None = None,
    ) -> T:
        """Run what blocks in one of the worker threads, when the turn of its lane has come.

        token: of whoever asks, who may have only so many under way, in all their sessions together; None = nobody's.

        Raises:
            Overloaded: it is not taken on now.
        """
        return await self.admission.run(lane, self.admission.known.holder(token), function, *arguments)

    async def answered(
        self, run: Callable[..., T], request: GraphQLRequest, token: str | None, kinds: frozenset[OperationType]
    ) -> T:
        """Run one operation of a caller in its lane, with its deadline: `run(request, token, kinds, until, within)`.

        Raises:
            Overloaded: as `in_thread`.
        """
        until = self.deadline()
        lane = self.lane(request, token)
        try:
            within = self.admission.limits.costly if lane in COSTLY else None
            return await self.in_thread(run, request, token, kinds, until, within, lane=lane, token=token)
        except Costly:  # its price was not known yet
            return await self.in_thread(run, request, token, kinds, until, None, lane=COSTLY[lane], token=token)

    def deadline(self) -> float:
        """Of a request that arrives now, on the monotonic clock."""
        return time.monotonic() + self.admission.limits.deadline_seconds

    def lane(self, request: GraphQLRequest, token: str | None) -> Lane:
        """The lane that an operation waits in."""
        text = self._persisted.text(request.document_id) or request.query
        command = is_command(text, request.operation_name)
        usual = Lane.COMMANDS if command else Lane.READS
        cost = self._documents.cost(text, request.operation_name)
        if cost is not None and cost > self.admission.limits.costly:
            usual = COSTLY[usual]
        return self.admission.lane(token, usual, Lane.ENTRY if command else Lane.STRANGERS)

    async def in_bulk(self, function: Callable[..., T], request: Request) -> T:
        """Answer a request beside GraphQL in a worker thread, among exports; what is no bearer's is a stranger's.

        Raises:
            Overloaded: as `in_thread`.
        """
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        token = given.strip() if scheme.lower() == "bearer" else None
        return await self.in_thread(function, request, lane=self.admission.lane(token, Lane.BULK), token=token)

    async def close(self) -> None:
        """End the worker threads, once they have finished what they do, and the loop's own connections."""
        self.straight.close()
        await self.admission.close()

    def identify(self, token: str | None) -> Identified | None:
        """Who asks 认证; None for the public.

        Raises:
            CallerGone: the token belongs to nobody.
        """
        if token is None:
            return None
        return self._callers.identify(token)

    def signed_in(self, token: str | None) -> Caller:
        """Who asks where a session is needed 已登录者.

        Raises:
            CallerGone: the token belongs to nobody, or there is none.
        """
        identified = self.identify(token)
        if identified is None:
            raise NotSignedIn
        return identified.caller

    def admit(
        self, request: GraphQLRequest, token: str | None, kinds: frozenset[OperationType], until: float | None = None
    ) -> PreparedOperation | GraphQLResponse:
        """Authenticate, look the document up, cut it to what the role may read, read the variables 准入.

        Args:
            request: what is asked for.
            token: the bearer token; None = the public.
            kinds: kinds of operation that this way of asking carries.
            until: its deadline, on the monotonic clock; None = none.

        Returns:
            The operation ready to run, no snapshot open; or the answer that says why not.
        """
        context = Context(self._services, self._cursors, self._change_notifications, token=token, until=until)
        try:
            return self._admitted(request, context, kinds)
        finally:
            context.close()

    def _admitted(
        self, request: GraphQLRequest, context: Context, kinds: frozenset[OperationType]
    ) -> PreparedOperation | GraphQLResponse:
        """As `admit`; the first read of the answer opens its snapshot."""
        readable = self._readable(request, context, kinds)
        return readable if isinstance(readable, GraphQLResponse) else self._with_variables(readable, request, context)

    def _readable(
        self, request: GraphQLRequest, context: Context, kinds: frozenset[OperationType]
    ) -> Prepared | GraphQLResponse:
        """What the caller may read of a document, paid for; or the answer that says why nothing."""
        try:
            if context.token is not None and context.identified is None:
                context.identified = self.identify(context.token)
            text = self._persisted.text_of(request)
            prepared = self._documents.prepare(text, request.operation_name)
        except CallerGone as gone:
            return GraphQLResponse({"errors": [gone.error]}, 401)
        except Unacceptable as problem:
            return GraphQLResponse({"errors": formatted(problem.errors)}, 400)
        if prepared.kind not in kinds:
            unfit, status = not_carried(prepared.kind, kinds)
            return GraphQLResponse({"errors": [unfit]}, status)
        try:
            prepared = self._documents.readable(prepared, context.role, request.variables or {})
        except GraphQLError as unreadable:
            return GraphQLResponse({"errors": formatted([unreadable])}, 403)
        if context.identified is None:
            costly = too_costly_for_strangers(prepared.operation, prepared.cost, self._limits)
            if costly is not None:
                return GraphQLResponse({"errors": formatted([costly])}, 400)
        most = self._limits.cost if context.identified is not None else self._limits.strangers_cost
        context.cost = Cost(prepared.cost, most)
        context.last_event, context.wanted_fields = request.last_event, prepared.wanted_fields
        context.disclosure_notes.guard(prepared.entry_point, prepared.guarded)
        return prepared

    def _with_variables(
        self, prepared: Prepared, request: GraphQLRequest, context: Context
    ) -> PreparedOperation | GraphQLResponse:
        """The operation with its variables in place; or the answer that says what is wrong with them."""
        blocking = prepared.kind is not OperationType.SUBSCRIPTION
        executor = CompiledExecutor.build(
            self._schema,
            prepared.document,
            context_value=context,
            raw_variable_values=dict(request.variables or {}),
            is_awaitable=assume_not_awaitable if blocking else None,
            is_async_iterable=assume_not_async_iterable if blocking else None,
        )
        if not isinstance(executor, CompiledExecutor):
            errors = in_chinese_too(_errors(executor), "变量取值与接口定义不符：", self._schema)
            for error in errors:
                error.extensions = {"code": "BAD_VARIABLES", **(error.extensions or {})}
            return GraphQLResponse({"errors": formatted(errors)}, 400)
        if prepared.kind is not OperationType.MUTATION:  # a command says itself which of its texts is at fault
            odd = unusable(texts_in(executor.variable_values.coerced))
            if odd is not None:
                return GraphQLResponse({"errors": formatted([odd])}, 400)
        executor.plans = prepared.plans
        return PreparedOperation(prepared, executor, context)

    def execute(self, admitted: PreparedOperation, key: Key | None = None) -> GraphQLResponse:
        """Run a query or mutation in this thread 执行; an answer with protected data leaves once that is written down.

        key: that it is kept by, where it may be.
        """
        context, caller = admitted.context, admitted.context.caller
        if admitted.prepared.introspective:
            payload, body = self._introspection.answer(admitted.prepared.document)
            return GraphQLResponse(payload, body=body, cost=context.cost)
        try:
            result = admitted.executor.execute_operation()
            if admitted.prepared.kind is OperationType.QUERY and (crowded := crowded_out(result)) is not None:
                return faulted(crowded)
            context.require_known()
            if getattr(result, "errors", None) and context.is_late and admitted.prepared.kind is OperationType.QUERY:
                return LATE  # what a command did is told field by field, late or not
            answer = self._answer(result, admitted)
            if key is not None and "errors" not in answer.payload:
                answer = self._answers.remember(key, context, answer)
            context.close()  # nobody's snapshot is held while the disk is waited for
            admitted.prepared.habit.alone = context.was_alone
            context.disclosure_notes.leave(self._services, caller)
            if self._revocations is not None and not CHANGE_SESSIONS.isdisjoint(admitted.prepared.coordinates):
                self._revocations.session_changed(caller.actor)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets its id and the log the rest
            return faulted_for(context, fault)
        else:
            return answer
        finally:
            admitted.context.close()

    def run(
        self,
        request: GraphQLRequest,
        token: str | None,
        kinds: frozenset[OperationType],
        until: float | None = None,
        within: int | None = None,
    ) -> GraphQLResponse:
        """Admit and execute in this thread, in one snapshot.

        Raises:
            Costly: it may run, and costs more than `within`; nothing of it was done.
        """
        known = self._callers.known(token, self.now()) if self._services.models.asks_preconditions else None
        if known is not None:
            try:
                return self._run(known, request, token, kinds, until, within)
            except NotAsKnown:
                self._callers.forget(token)
        return self._run(None, request, token, kinds, until, within)

    def _run(
        self, known: KnownCaller | None, request: GraphQLRequest, token: str | None, kinds: frozenset[OperationType],
        until: float | None, within: int | None,
    ) -> GraphQLResponse:
        """As `run`, for who was found out before; raises NotAsKnown where they are not to be answered as those."""
        identified, precondition = known if known is not None else (None, None)
        context = Context(self._services, self._cursors, self._change_notifications, identified, token, until=until)
        context.precondition = precondition
        try:
            readable = self._readable(request, context, kinds)
            if isinstance(readable, GraphQLResponse):
                context.require_found_out()
                return readable
            if known is not None and not readable.only_reads:
                raise NotAsKnown
            key: Key | None = None
            if readable.only_reads:
                context.alone = readable.habit.alone
                text = self._persisted.text_of(request)
                key = key_of_answer(text, request.operation_name, request.variables, context.identified)
                if key is not None and (again := self._answers.again(key, context, self._services)) is not None:
                    return again
            admitted = self._with_variables(readable, request, context)
            if isinstance(admitted, GraphQLResponse):
                context.require_known()
                return admitted
            if within is not None and admitted.prepared.cost > within:
                raise Costly
            return self.execute(admitted, key)
        finally:
            context.close()

    async def stream(self, admitted: PreparedOperation) -> AsyncGenerator[GraphQLResponse, None]:
        """The answers of an operation as they come 流式执行: one of a query or mutation, many of a subscription.

        Raises:
            CallerGone: at a delivery, when the session has ended or goes on in another role.
        """
        if admitted.prepared.kind is not OperationType.SUBSCRIPTION:
            token = admitted.context.token
            usual = Lane.READS if admitted.prepared.kind is OperationType.QUERY else Lane.COMMANDS
            strangers = Lane.STRANGERS if usual is Lane.READS else Lane.ENTRY
            if admitted.prepared.cost > self.admission.limits.costly:
                usual = COSTLY[usual]
            lane = self.admission.lane(token, usual, strangers)
            admitted.context.until = time.monotonic() + self.admission.limits.deadline_seconds
            yield await self.in_thread(self.execute, admitted, lane=lane, token=token)
            return
        try:
            source = create_source_event_stream(admitted.executor)
            events = await source if isawaitable(source) else source
            if isinstance(events, ExecutionResult):
                yield GraphQLResponse({"errors": formatted(events.errors or [])}, 400)
                return
            alike = self.event_answers.alike(admitted)
            async with aclosing(_generator(events)) as all_events:
                async for event in all_events:
                    yield await self.event_answers.answer(admitted, alike, event)
        except CallerGone:
            raise
        except Exception as fault:  # noqa: BLE001 - as in `execute`; a refusal in the resolver is told as such
            await self.check(admitted)  # a resolver may be the first to notice that the session is over
            yield GraphQLResponse({"errors": formatted([GraphQLError(str(fault), path=[], original_error=fault)])}, 400)
        finally:
            if admitted.context.has_read:
                with CancelScope(shield=True):  # a client that has left must not leave a snapshot open
                    await asyncio.shield(self.in_thread(admitted.context.close))

    def still(self, token: str | None, caller: Caller) -> Identified | None:
        """Who a token belongs to, as long as it is the same caller in the same role.

        Raises:
            CallerGone: it is not.
        """
        now = self.identify(token)
        if (now.caller if now is not None else PUBLIC) != caller:
            raise CallerGone(ended=False)
        return now

    def revoked(self, caller: Caller | None) -> asyncio.Event:
        """What is set when a role of a caller has ended; one that is never set for the public, and where nothing tells."""
        if self._revocations is None or caller is None:
            return asyncio.Event()
        return self._revocations.revoked(caller.actor)

    def watch(self, caller: Caller | None, wake: Callable[[], None]) -> Callable[[], None]:
        """Have `wake` called whenever a role of a caller has ended, until what is given is called; never for the public."""
        if self._revocations is None or caller is None:
            return _nothing
        return self._revocations.watch(caller.actor, wake)

    async def check(self, admitted: PreparedOperation) -> None:
        """Ask anew for the caller of a stream on which nothing has come for a while; raises as `still`."""
        await self.event_answers.still(admitted.context.token, admitted.context.caller)

    def now(self) -> datetime:
        """The program's time."""
        return self._services.clock()

    def _answer(self, result: Any, admitted: PreparedOperation) -> GraphQLResponse:  # noqa: ANN401 - graphql-core's union of results
        payload: dict[str, Any] = {"data": result.data}
        if result.errors:
            payload["errors"] = formatted(result.errors)
        if withheld := admitted.prepared.withheld:
            payload = with_withheld(payload, withheld, self._rights, admitted.context.role)
        return GraphQLResponse(payload, cost=admitted.context.cost)


async def _generator(events: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
    """A source of events as a generator that closes it."""
    try:
        async for event in events:
            yield event
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


def _nothing() -> None:
    """Of a caller whom nothing is told of."""


def _errors(built: list[GraphQLError] | Executor[Any]) -> list[GraphQLError]:
    """Errors in the variables."""
    return built if isinstance(built, list) else []
