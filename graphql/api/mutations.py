"""Mutations 变更: one for every command of the domain, `verbNoun(input: VerbNounInput!): VerbNounPayload`.

They are derived: a new capability needs no file here. What the server itself fills in (hashes, sealed names, the file of
a report) is named in `FILLED`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

import strawberry
from api.errors import UserError
from pydantic import ValidationError
from strawberry.types import Info

from api.context import Context
from api.inputs import RepeatedKey, input_type, malformed, plain
from domain.events import CAPABILITIES
from domain.language import Capability, Command, Refused
from domain.rights import COMMANDS
from journal import Conflict

WAIT_SECONDS = 2.0
"""How long a mutation waits for the read models, so that its payload shows its own write."""

RIDERS = (
    ("expected_version", int | None, dataclasses.field(default=None)),
    ("idempotency_key", str | None, dataclasses.field(default=None)),
    ("reason_given", str | None, dataclasses.field(default=None)),
)
"""What rides along with every command: optimistic lock, safe retry, and the reason kept in the entry."""


@dataclasses.dataclass(frozen=True)
class Filled:
    """Command whose input is completed by the server 服务端补全.

    omit: fields the client does not send. extra: fields it sends instead, as (name, type).
    fill(context, data): the plain data of the command, from the plain data of the input.
    """

    omit: frozenset[str]
    extra: tuple[tuple[str, Any], ...]
    fill: Callable[[Context, dict[str, Any]], dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Thing:
    """What a payload carries 返回对象: the field's name, its GraphQL type, and how it is found again by its key."""

    field: str
    type: Any
    find: Callable[[Context, str], Any]


def _payload(command: type[Command], thing: Thing | None) -> Any:  # noqa: ANN401 - made at run time
    fields: list[Any] = [("user_errors", list[UserError])]
    if thing is not None:
        fields.append((thing.field, thing.type | None, dataclasses.field(default=None)))
    fields += [
        ("position", str | None, dataclasses.field(default=None)),
        ("version", int | None, dataclasses.field(default=None)),
    ]
    name = f"{command.__name__}Payload"
    made = dataclasses.make_dataclass(name, fields)
    return strawberry.type(made, name=name, description=f"Result of {command.__name__} 执行结果")


def _mutation(
    capability: Capability[Any, Any, Any], command: type[Command], filled: Filled | None, thing: Thing | None
) -> Any:  # noqa: ANN401 - a strawberry field made at run time
    extra = tuple(filled.extra) if filled else ()
    omit = filled.omit if filled else frozenset()
    sent = input_type(command, omit, (*extra, *RIDERS), f"{command.__name__}Input")
    payload = _payload(command, thing)

    def resolve(info: Info[Context, None], input: Any) -> Any:  # noqa: A002, ANN401 - the argument's published name
        context = info.context
        try:
            data = plain(input)
            riders = {name: data.pop(name, None) for name, *_ in RIDERS}
            if filled is not None:
                data = filled.fill(context, data)
            wish = command.model_validate(data)
            handled = context.program.send(
                context.caller,
                wish,
                reason=riders["reason_given"] or "",
                idempotency_key=riders["idempotency_key"],
                expected_version=riders["expected_version"],
            )
        except Refused as refused:
            return payload(user_errors=[UserError.of(refused)])
        except Conflict as conflict:
            return payload(user_errors=[UserError.conflict(conflict)], version=conflict.version)
        except RepeatedKey as repeated:
            return payload(user_errors=[UserError.malformed(repeated.field, "重复：" + repeated.key, "Repeated key")])
        except ValidationError as problem:
            return payload(user_errors=[UserError.malformed(*found) for found in malformed(problem)])
        found = {}
        if thing is not None:
            context.program.models.wait_for(handled.position, WAIT_SECONDS)
            context.refresh()
            key = capability.stream(wish).split("/", 1)[1]
            found[thing.field] = thing.find(context, key)
        return payload(user_errors=[], position=str(handled.position), version=handled.version, **found)

    resolve.__annotations__ = {"info": Info, "input": sent, "return": payload}
    roles = "、".join(sorted(role.value for role in COMMANDS[command.__name__]))
    description = f"{(command.__doc__ or '').strip()}\n\nRoles 角色: {roles}"
    return strawberry.mutation(resolver=resolve, description=description)


def mutation_type(filled: Mapping[type[Command], Filled], things: Mapping[str, Thing], base: type) -> type:
    """The Mutation type: every command of every capability, on top of the hand-written fields of `base`.

    things: name of the capability -> what its payloads carry.
    """
    members: dict[str, Any] = {}
    for capability in CAPABILITIES.values():
        for command in capability.commands:
            name = _snake(command.__name__)
            members[name] = _mutation(capability, command, filled.get(command), things.get(capability.name))
    return cast("type", strawberry.type(type("Mutation", (base,), members), description="Commands 命令"))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
