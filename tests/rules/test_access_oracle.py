"""An independent policy engine decides as we do (plan P7): the table as Cedar policies, over random callers and things.

Rights and field masks are translated from the tables; the scopes are written out here a second time, role by role, in
Cedar's own words, so that a slip in `scope_of` or `admits` is not repeated.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.kit.published import declared
from api.schema import build_schema
from domain.access import EXPERTS, Place, Role, Term, admits, scope_of
from domain.command_rights import may_send
from domain.events import CAPABILITIES, COMMANDS

RIGHTS = declared(build_schema())

DAY = date(2024, 5, 6)
ORDINAL = DAY.toordinal()

WITHIN = {
    "city, auditor, support, system": "true",
    "district": "resource has district && resource.district == principal.organisation",
    "subdistrict": "resource has subdistrict && resource.subdistrict == principal.organisation",
    "park": "resource has park && resource.park == principal.organisation",
    "reporting_unit": "resource has reporting_unit && resource.reporting_unit == principal.organisation",
    "group": "resource has group && resource.group == principal.organisation",
    "enterprise, filler, department_filler, confirmer": (
        "resource has enterprise && resource.enterprise == principal.organisation"
    ),
    "provider, diagnostician, reviewer": "resource has provider && resource.provider == principal.organisation",
    "bank": "resource.consents.contains({party: principal.organisation, day: context.day})",
    "marker, arbiter, sampler, reader": (
        "resource.assignments.contains({party: principal.person, role: principal.role, day: context.day})"
    ),
    "partner": (
        'principal.organisation == "*" || (resource has district && resource.district == principal.organisation)'
    ),
    "public, operator, supplier": "false",
}
"""Roles -> what lies in their scope, in Cedar."""


def policies() -> Iterator[str]:
    """Every cell of the table as a policy: an action is permitted to the roles of its row, on what lies in their scope."""
    for roles, condition in WITHIN.items():
        names = json.dumps(roles.split(", "))
        yield f'permit(principal, action == Action::"see", resource) when {{ {names}.contains(principal.role) && ({condition}) }};'
    for name, allowed in rights().items():
        names = json.dumps(sorted(role.value for role in allowed))
        yield f'permit(principal, action == Action::"{name}", resource) when {{ {names}.contains(principal.role) }};'


def rights() -> dict[str, frozenset[Role]]:
    """Commands and the fields of every mask: action -> roles."""
    masked = {coordinate: RIGHTS.rows[coordinate] for coordinates in RIGHTS.masked.values() for coordinate in coordinates}
    return {**COMMANDS, **masked}


POLICIES = cedarpy.PolicySet.from_str("\n".join(policies()))


def decided(principal: dict[str, Any], place: Place, actions: list[str]) -> list[bool]:
    """What Cedar says to several actions of one caller on one thing."""
    thing: dict[str, Any] = {
        name: value for name, value in vars(place).items() if isinstance(value, str)
    } | {"consents": days(place.consents), "assignments": days(place.assignments)}
    entities = [
        {"uid": {"__entity": {"type": "Caller", "id": "c"}}, "attrs": principal, "parents": []},
        {"uid": {"__entity": {"type": "Thing", "id": "t"}}, "attrs": thing, "parents": []},
    ]
    requests = [
        {
            "principal": 'Caller::"c"',
            "action": f'Action::"{action}"',
            "resource": 'Thing::"t"',
            "context": {"day": ORDINAL},
        }
        for action in actions
    ]
    results = cedarpy.is_authorized_batch(requests, POLICIES, entities)
    assert not any(result.diagnostics.errors for result in results)
    return [result.allowed for result in results]


def days(terms: tuple[Term, ...]) -> list[dict[str, Any]]:
    """Terms day by day: Cedar's sets hold values and know no periods."""
    last = DAY + timedelta(days=9)
    return [
        {"party": term.party, "day": day} | ({"role": term.role.value} if term.role is not None else {})
        for term in terms
        for day in range(term.since.toordinal(), (term.until or last).toordinal() + 1)
    ]


UNITS = ("u1", "u2", "*")
PEOPLE = ("zhou", "wu")
near = st.integers(min_value=-3, max_value=3).map(lambda offset: DAY + timedelta(days=offset))


def terms(parties: tuple[str, ...], *roles: Role) -> st.SearchStrategy[tuple[Term, ...]]:
    role = st.sampled_from(roles) if roles else st.none()
    one = st.builds(Term, st.sampled_from(parties), near, st.one_of(st.none(), near), role)
    return st.lists(one, max_size=3).map(tuple)


unit = st.one_of(st.none(), st.sampled_from(UNITS[:2]))
places = st.builds(
    Place,
    enterprise=unit,
    district=unit,
    subdistrict=unit,
    park=unit,
    reporting_unit=unit,
    group=unit,
    provider=unit,
    consents=terms(UNITS[:2]),
    assignments=terms(PEOPLE, *sorted(EXPERTS)),
)


@settings(max_examples=400)
@given(role=st.sampled_from(Role), organisation=st.sampled_from(UNITS), person=st.sampled_from(PEOPLE), place=places)
def test_cedar_and_we_see_the_same_things(role: Role, organisation: str, person: str, place: Place) -> None:
    principal = {"role": role.value, "organisation": organisation, "person": person}
    assert decided(principal, place, ["see"]) == [admits(scope_of(role, organisation, person, DAY), place)]


@pytest.mark.parametrize("role", Role)
def test_cedar_and_we_agree_on_every_right_and_every_masked_field(role: Role) -> None:
    names = list(rights())
    principal = {"role": role.value, "organisation": "u1", "person": "zhou"}
    mine = [role in allowed for allowed in rights().values()]
    assert decided(principal, Place(), names) == mine
    commands = [command for capability in CAPABILITIES.values() for command in capability.commands]
    assert [may_send(command, role) for command in commands] == mine[: len(COMMANDS)]


def test_the_oracle_speaks_of_every_role_once() -> None:
    assert sorted(role for roles in WITHIN for role in roles.split(", ")) == sorted(Role)
