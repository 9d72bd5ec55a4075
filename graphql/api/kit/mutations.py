"""Mutations 变更: one for every command of the domain, `verbNoun(input: VerbNounInput!): VerbNounPayload`.

They are derived: a new capability needs no file here. What the server itself fills in (ids, hashes, sealed names, the
file of a report) is named in its own file of the API.
"""

import dataclasses
import hmac
import textwrap
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import orjson
import strawberry
from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from api.kit.command_inputs import RepeatedKey, class_of, input_type, plain
from api.kit.context import Context
from api.kit.input_errors import as_sent, malformed, user_errors
from api.kit.paging import below, wanted_fields
from api.kit.published import field, mutation, published
from api.kit.user_errors import UserError
from domain.access import Role
from domain.command_rights import BY_THE_PROGRAM, may_send, not_allowed
from domain.events import CAPABILITIES
from domain.kernel import Capability, Command, Label, Refused, Rule, Text, first_control, key_of, without_invisible
from domain.masks import SIGNED_IN
from journal import Conflict, Handled

WAIT_SECONDS = 2.0
"""How long a mutation waits for the read models, so that its payload shows its own write."""

OUTCOME_NOT_YET_VISIBLE = Rule(
    "OUTCOME_NOT_YET_VISIBLE",
    "plan P5",
    "已执行，查询数据尚未更新到这一步：请勿重复提交，稍后以返回的 position 作为 atLeast 查询",
    "Carried out, but what is read has not come so far yet: do not send it again; read later with `atLeast: position`",
)
OUTCOME_OUT_OF_SIGHT = Rule(
    "OUTCOME_OUT_OF_SIGHT",
    "plan P7",
    "已执行，其对象现在不在您的可见范围内",
    "Carried out; what it concerns is not within your scope now",
)
"""A payload's own field fails so, never with null alone: the command was accepted, and `position` and `version` are told."""

COMMON_ARGUMENTS = (
    (
        "expected_version",
        int | None,
        "Version of the object that was seen; any other is a VERSION_CONFLICT · 所见版本. plan P5",
    ),
    ("idempotency_key", str | None, "The same key with the same input answers with the first outcome · 幂等键. plan P5"),
    ("reason_given", str | None, "Why, stored in the journal's entry · 理由. plan P5"),
)
"""What may be sent with every command: optimistic lock, safe retry, and the reason kept in the entry."""


class CommonArguments(Command):
    """The common arguments, well formed 随附参数: a reason of 1–2000 characters, a key of 1–200."""

    expected_version: int | None = None
    idempotency_key: Label | None = None
    reason_given: Text | None = None


def as_it_is(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The client's own data, nothing added."""
    return data


def new_id(field: str) -> Callable[[Context, dict[str, Any]], dict[str, Any]]:
    """Fill in an id that no client can choose, so that none can probe for things that exist."""

    def fill(_context: Context, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, field: str(uuid4())}

    return fill


def nothing_more(_context: Context, _command: Command) -> None:
    """Nothing is left to do once the facts are in the journal."""


def nothing_to_tell(_context: Context, _command: Command) -> tuple[Refused, ...]:
    """What was sent was carried out."""
    return ()


@dataclasses.dataclass(frozen=True)
class ServerFields:
    """Command whose input is completed by the server 服务端补全.

    omit: fields the client does not send. extra: fields it sends instead, as (name, type, description).
    fill(context, data): plain data of the command, from the plain data of the input. It may refuse, and must cost little.
    after(context, command): what else follows from the facts, outside the journal.
    tells(context, command): why what was wanted did not come of it although facts were written, such as a wrong try.
    shows_version: False where the thing's version would count facts that the caller may not know of; then none is told and
    none can be expected.
    query_cost: what it weighs besides its selection, where what it waits for computes.
    """

    omit: frozenset[str]
    extra: tuple[tuple[str, Any, str], ...] = ()
    fill: Callable[[Context, dict[str, Any]], dict[str, Any]] = as_it_is
    after: Callable[[Context, Command], None] = nothing_more
    tells: Callable[[Context, Command], tuple[Refused, ...]] = nothing_to_tell
    shows_version: bool = True
    query_cost: int = 0


@dataclasses.dataclass(frozen=True)
class Payload:
    """What a payload carries 返回对象: the field's name, its GraphQL type, and how it is found again.

    find(context, key, command, wanted): the thing under the key of the command's stream, through the caller's scope, with the
    dotted paths below it that the operation asks for; where it asks for nothing of the thing, nothing is read. roles: who is
    shown it, where that is not every sender.
    """

    field: str
    type: Any
    find: Callable[[Context, str, Command, frozenset[str]], Any]
    roles: frozenset[Role] | None = None


AS_SENT = ServerFields(frozenset())


def _payload(command: type[Command], thing: Payload | None) -> Any:  # noqa: ANN401 - made at run time
    fields: list[Any] = [
        ("user_errors", list[UserError], field("Why it was not carried out · 未执行原因"))
    ]
    if thing is not None:
        said = field("Current state, if visible to the caller · 对象现状", roles=thing.roles, default=None)
        fields.append((thing.field, thing.type | None, said))
    fields += [
        (
            "position",
            str | None,
            field("Opaque place in the journal; read on with `atLeast` · 位置令牌", default=None),
        ),
        (
            "version",
            int | None,
            field("Version of the object now; on a conflict, where it stands · 版本", default=None),
        ),
    ]
    name = f"{command.__name__}Payload"
    made = class_of(name, fields)
    made.__doc__ = f"Result of {command.__name__} · 执行结果"
    return published(SIGNED_IN)(made)


def _digest(context: Context, command: type[Command], data: Mapping[str, Any]) -> str:
    """Keyed digest of an input as it was sent: it tells two inputs apart and nothing about either."""
    sent = orjson.dumps(data, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hmac.digest(context.services.secret, command.__name__.encode() + sent, "sha256").hex()


def _mutation(
    capability: Capability, command: type[Command], filled: ServerFields, thing: Payload | None
) -> Any:  # noqa: ANN401 - a strawberry field made at run time
    shared = tuple(one for one in COMMON_ARGUMENTS if filled.shows_version or one[0] != "expected_version")
    sent = input_type(command, filled.omit, (*filled.extra, *shared), f"{command.__name__}Input")
    payload = _payload(command, thing)

    def resolve(info: strawberry.Info[Context, None], input: Any) -> Any:  # noqa: A002, ANN401 - the argument's published name
        context = info.context
        try:
            if not may_send(command, context.role):  # filling costs, and tells what is on file
                raise not_allowed(command.roles, context.role)
            data = without_invisible(plain(input))
            if (odd := first_control(data)) is not None:
                says = "文字中含有控制字符，请删去后重试", "The text holds a control character; take it out"
                return payload(user_errors=[UserError.malformed(as_sent(input, odd), *says)])
            common = CommonArguments.model_validate({name: data.pop(name, None) for name, *_ in COMMON_ARGUMENTS})
            digest = _digest(context, command, data)
            sent_command = command.model_validate(filled.fill(context, dict(data)))
            context.refresh()  # what was looked up is in the command: no connection is held while the journal is waited for
            handled = context.services.send(
                context.caller,
                sent_command,
                reason=common.reason_given or "",
                idempotency_key=common.idempotency_key,
                input_digest=digest,
                expected_version=common.expected_version,
                until=context.until,
            )
            context.until = None  # what was done is told, however late
        except Refused as refused:
            return payload(user_errors=user_errors(refused, input))
        except Conflict as conflict:
            version = conflict.version if filled.shows_version else None
            return payload(user_errors=[UserError.conflict(conflict)], version=version)
        except RepeatedKey as repeated:
            return payload(user_errors=[UserError.malformed(repeated.field, "重复：" + repeated.key, "Repeated key")])
        except ValidationError as problem:
            return payload(user_errors=malformed(problem, input))
        filled.after(context, sent_command)
        outcome = _outcome(context, handled, sent_command, thing, wanted_fields(info))
        told = [one for refused in filled.tells(context, sent_command) for one in user_errors(refused, input)]
        return payload(user_errors=told, **outcome if filled.shows_version else {**outcome, "version": None})

    resolve.__annotations__ = {"info": strawberry.Info, "input": sent, "return": payload}
    first, _, more = (command.__doc__ or "").strip().partition("\n")
    roles = ", ".join(sorted(role.value for role in command.roles))
    senders = f"Capability: {capability.name}. Sent by: {roles}"
    paragraphs = (first.removesuffix("."), textwrap.dedent(more).strip(), senders)
    says = "\n\n".join(one for one in paragraphs if one)
    return mutation(says, roles=SIGNED_IN, query_cost=filled.query_cost)(resolve)


def _outcome(
    context: Context, handled: Handled, sent_command: Command, thing: Payload | None, wanted: frozenset[str]
) -> dict[str, Any]:
    """What the payload shows of the outcome. Whatever is shown, the read models have been waited for: the next query sees it.

    What was done is told even where the thing cannot be shown: an exception as its value is that one field's error.
    """
    sealed = context.cursors.seal if handled.at_own else context.cursors.seal_place
    found: dict[str, Any] = {"position": sealed(handled.position), "version": handled.version}
    if thing is not None:
        name = to_camel_case(thing.field)
        try:
            is_there = context.waited_for(handled.position, WAIT_SECONDS)
            if name in wanted:
                found[thing.field] = OUTCOME_NOT_YET_VISIBLE.refuse()
            if name in wanted and is_there:
                shown = thing.find(context, key_of(handled.stream), sent_command, below(wanted, name))
                found[thing.field] = OUTCOME_OUT_OF_SIGHT.refuse() if shown is None else shown
        except Exception as fault:  # noqa: BLE001 - as with any field, its error is told or masked and logged
            found[thing.field] = fault
    return found


def mutation_type(filled: Mapping[type[Command], ServerFields], things: Mapping[str, Payload], base: type) -> type:
    """The Mutation type: every command that people or partners may send, on top of the hand-written fields of `base`.

    things: name of the command, else of the capability -> what its payloads carry.
    """
    members: dict[str, Any] = {}
    for capability in CAPABILITIES.values():
        for command in capability.commands:
            if command.roles == BY_THE_PROGRAM:
                continue
            name = _snake(command.__name__)
            thing = things.get(command.__name__, things.get(capability.name))
            members[name] = _mutation(capability, command, filled.get(command, AS_SENT), thing)
    return strawberry.type(type("Mutation", (base,), members), description="Commands · 命令")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
