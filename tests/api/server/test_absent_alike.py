"""Absent and foreign alike (plan P7): to whom a thing is not shown, its id costs the same statements as one of nothing at all.

Every kind of thing and every command that names one, by everybody to whom it answers that there is none. Statements are counted and
no time is measured: a count is the same on every machine.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)
from sqlalchemy import Engine, event

from api.kit.ids import key_of
from tests.api.server.test_nodes import NODE, everything
from tests.live_city import PEOPLE, SCHEMA, LiveCity
from tests.root_fields import may_read

MUTATIONS = SCHEMA._schema.mutation_type  # noqa: SLF001 - the executable one
ASKED_OF_THE_JOURNAL = ("look", "read", "read_many", "neighbour", "snapshot", "head", "outcome")
NOTHING = "00000000-0000-0000-0000-000000000000"
HIDDEN_FROM = ("pudong", "stranger", "rival", "supplier")
"""Who sees next to nothing of what there is, one for each way in which a scope lies."""
ROLES = {who: role for who, role, _ in PEOPLE}
ONE_LOOK_MORE = frozenset({"draftCaseStudy", "openDiagnosis"})
"""Commands that read what a firm names: of nothing its neighbour is read in its place, which may name less. Left open."""
REACHED = 60
"""Things and commands at least that are answered as none: fewer, and this tries nothing."""


@contextmanager
def counted(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What this thread asks of the journal and the read models meanwhile, each statement by its text; others follow the journal."""
    told, own = list[str](), get_ident()

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if get_ident() == own:
            told.append(statement)

    def written_down(name: str, real: Any) -> Any:
        def asked(*arguments: Any, **named: Any) -> Any:
            if get_ident() == own:
                told.append(name)
            return real(*arguments, **named)

        return asked

    journal = city.installation.services.journal
    with monkeypatch.context() as patched:
        for name in ASKED_OF_THE_JOURNAL:
            if hasattr(journal, name):
                patched.setattr(journal, name, written_down(name, getattr(journal, name)), raising=False)
        event.listen(Engine, "before_cursor_execute", executed)
        try:
            yield told
        finally:
            event.remove(Engine, "before_cursor_execute", executed)


def work(city: LiveCity, monkeypatch: pytest.MonkeyPatch, who: str, query: str, given: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The answer to an operation that was sent once before, so that nothing is prepared any more, and its statements."""
    city.ask(who, query, **given)
    with counted(city, monkeypatch) as told:
        answer = city.ask(who, query, **given)
    return answer, sorted(told)


def test_a_thing_that_is_not_shown_is_read_with_the_statements_of_none(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    things, hidden, uneven = everything(city), 0, list[Any]()
    for who in HIDDEN_FROM:
        for kind, ids in things.items():
            for identity in ids:
                answer, foreign = work(city, monkeypatch, who, NODE, {"id": identity})
                if answer["data"]["node"] is not None:
                    continue
                hidden += 1
                absent = work(city, monkeypatch, who, NODE, {"id": f"{kind}/{NOTHING}"})[1]
                if foreign != absent:
                    uneven.append((who, identity, _differ(foreign, absent)))
    assert uneven == []
    assert hidden > REACHED


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


def test_a_command_on_a_thing_that_is_not_the_senders_asks_what_one_on_nothing_asks(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    things, reached, uneven = everything(city), 0, list[Any]()
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
                foreign, absent = (
                    work(city, monkeypatch, who, query, {"input": filled(sent, "", city.today, {**others, name: one})})
                    for one in (things[kind][0], f"{kind}/{NOTHING}")
                )
                codes = [one["code"] for one in ((foreign[0].get("data") or {}).get(command) or {"userErrors": []})["userErrors"]]
                if codes != ["NOT_FOUND"]:
                    continue
                reached += 1
                if foreign != absent:
                    uneven.append((command, name, who, key_of(things[kind][0], kind), absent[0], _differ(foreign[1], absent[1])))
    assert {one[0] for one in uneven} <= ONE_LOOK_MORE, uneven
    assert all(set(more) <= {"look", "snapshot"} and not less for *_, (more, less) in uneven), uneven
    assert reached > REACHED


def _differ(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """What each holds that the other does not."""
    more = [text for text in set(one + other) if one.count(text) > other.count(text)]
    return more, [text for text in set(one + other) if other.count(text) > one.count(text)]
