"""What tests ask ten at a time is all that they would ask one by one, and each answer is held to its own question."""

from graphql import parse, validate

from domain.access import Role
from tests.api.server.test_scopes import ARGUMENTS
from tests.live_city import SCHEMA
from tests.root_fields import AT_ONCE, calls, together


def test_all_that_is_asked_singly_is_asked_together() -> None:
    singly = list(calls(Role.MARKER, ARGUMENTS))
    by_tens = list(together(singly))
    assert len(by_tens) < len(singly) / 2
    assert sorted((one.field, part) for one in by_tens for part in one.parts or (one.arguments,)) == sorted(
        (one.field, one.arguments) for one in singly
    )
    merged = [one for one in by_tens if one.parts]
    assert max(len(one.parts) for one in merged) == AT_ONCE
    for one in merged:
        assert validate(SCHEMA._schema, parse(one.query)) == []  # noqa: SLF001 - the executable one
        assert len(set(one.variables.values())) == len(one.parts)


def test_a_thing_of_the_fields_own_kind_is_asked_for_by_itself() -> None:
    asked = together(calls(Role.MARKER, ARGUMENTS))
    assert not [one for one in asked if one.parts and any(f'"{one.field}/' in part for part in one.parts)]


def test_each_answer_is_held_to_its_own_question() -> None:
    merged = next(one for one in together(calls(Role.MARKER, ARGUMENTS)) if one.parts)
    names = [f"{merged.field}{number}" for number in range(len(merged.parts))]
    payload = {"data": dict.fromkeys(names) | {names[1]: {"name": "甲"}}, "errors": [{"path": [names[2]]}, {"message": "all"}]}
    told = [answer for _, answer in merged.answers(payload)]
    assert [data for data, _ in told][:3] == [None, {"name": "甲"}, None]
    assert [len(errors) for _, errors in told][:3] == [1, 1, 2]
    assert [arguments for arguments, _ in merged.answers(payload)] == list(merged.parts)
