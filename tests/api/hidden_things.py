"""Hidden things 不可见之物: every command that names a thing, by everybody to whom it answers that there is none. plan P7.

What is sent is well formed and no more, so that what is refused is the thing: for the tests that count, and for what measures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)

from tests.live_city import PEOPLE, SCHEMA
from tests.root_fields import may_read

MUTATIONS = SCHEMA._schema.mutation_type  # noqa: SLF001 - the executable one
NOTHING = "00000000-0000-0000-0000-000000000000"
HIDDEN_FROM = ("pudong", "stranger", "rival", "supplier")
"""Who sees next to nothing of what there is, one for each way in which a scope lies."""
ROLES = {who: role for who, role, _ in PEOPLE}
PLAIN: Mapping[str, Any] = {"Int": 1, "Boolean": True, "Decimal": "1", "String": "理由", "DateTime": "2026-03-02T08:00:00Z"}
UNITS = {"district": "organisation/310117", "provider": "organisation/p1", "organisation": "organisation/310117"}


def filled(kind: GraphQLInputType, name: str, today: str, ids: Mapping[str, str]) -> Any:
    """Some value of an input type that is well formed; of what may be left out nothing. ids: field -> what it names."""
    match bare := get_nullable_type(kind):
        case GraphQLList():
            return [filled(bare.of_type, name.removesuffix("s"), today, ids)]
        case GraphQLInputObjectType():
            wanted = {n: one for n, one in bare.fields.items() if isinstance(one.type, GraphQLNonNull) or n in ids}
            return {n: filled(one.type, n, today, ids) for n, one in wanted.items()}
        case GraphQLEnumType():
            return next(iter(bare.values))
        case _ if bare.name in ("ID", "String") and name in ids:
            return ids[name]
        case _ if bare.name == "ID":
            return UNITS.get(name, "x1")
        case _:
            return today if bare.name == "Date" else PLAIN.get(bare.name, "1")


NAMED = {"outreachSession": "session", "outreachQuestion": "question", "caseStudy": "casestudy", "study": "agreement"}
"""Field -> kind of what it names, where that is another word."""


@dataclass(frozen=True)
class Asked:
    """A command that names a thing in a field, and who sends it 所发命令. ids: of things of that kind, as the city has them."""

    command: str
    field: str
    who: str
    query: str
    kind: str
    ids: Sequence[str]
    sent: GraphQLInputObjectType
    others: Mapping[str, str]

    def given(self, identity: str, today: str) -> dict[str, Any]:
        """Its variables, with the thing that it names."""
        return {"input": filled(self.sent, "", today, {**self.others, self.field: identity})}


def commands_on_things(things: Mapping[str, Sequence[str]]) -> Iterator[Asked]:
    """Every command that names a thing, by each of those who may send it and from whom things are hidden. things: kind -> ids."""
    assert MUTATIONS is not None
    for command, field in MUTATIONS.fields.items():
        if "input" not in field.args:
            continue
        sent = get_nullable_type(field.args["input"].type)
        assert isinstance(sent, GraphQLInputObjectType)
        own = [name for name in sent.fields if NAMED.get(name, name) in things]
        query = f"mutation($input: {sent.name}!) {{ {command}(input: $input) {{ userErrors {{ code }} }} }}"
        for name in own:
            kind = NAMED.get(name, name)
            others = {one: things[NAMED.get(one, one)][0] for one in own if one != name}
            for who in (one for one in HIDDEN_FROM if may_read(ROLES[one], f"Mutation.{command}")):
                yield Asked(command, name, who, query, kind, things[kind], sent, others)


def is_none(answer: Mapping[str, Any], command: str) -> bool:
    """Whether a command was answered that there is no such thing, and nothing else."""
    errors = ((answer.get("data") or {}).get(command) or {"userErrors": []})["userErrors"]
    return [one["code"] for one in errors] == ["NOT_FOUND"]
