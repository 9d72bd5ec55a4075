"""A hostile walk 越权漫游 (plan P7): any role sends any command about any thing, and learns nothing that it may not read.

Seeded, so that a walk is the same every time. WALK_STEPS makes it longer, WALK_SEED another one: `make walk`.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    OperationType,
    get_nullable_type,
)

from api.kit.ports import Identified
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from domain.access import EXPERTS, Role, admits, scope_of
from domain.masks import ACTORS
from journal import Caller
from tests.api.server.test_person_ids import PEOPLE, UNITS
from tests.api.server.test_scopes import CASES, FIRMS, IDS, NODES, REVISION, TODAY, canaries, fill, place, texts
from tests.live_city import RIGHTS, SCHEMA, UNBOUNDED
from tests.root_fields import may_read, selection
from tests.small_city import City
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

STEPS = int(os.environ.get("WALK_STEPS", "250"))
SEED = int(os.environ.get("WALK_SEED", "20260302"))
ROLES = sorted(set(Role) - ACTORS - {Role.SYSTEM})
NAMED = (*IDS, *CASES, REVISION, "zhou", "filler-1", "m1", "bank", "p1", "p2", "g1", "g2", "a1", "c1", "2023", "none", "", *NODES)
"""What an id is tried with: every thing there is, and nothing."""
PLAIN: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, 3, 2026, -1, 2**31 - 1),
    "Boolean": (True, False),
    "Decimal": ("0", "3", "100", "-1"),
    "Date": (TODAY.isoformat(), "1900-01-01", "2099-12-31"),
    "DateTime": ("2026-03-02T08:00:00Z",),
    "String": (*NAMED, "理由", "Z01", "D1", "x" * 300),
    "ID": NAMED,
}
MUTATIONS = SCHEMA._schema.mutation_type  # noqa: SLF001 - the executable one
SESSION = frozenset({"signIn", "signOut", "actAs", "acceptInvitation"})
"""What is about the walker's own session, not about things."""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("walk")
    with opened(Settings(folder), create=True) as installation:
        fill(City(installation.services.journal))
        installation.services.models.catch_up()
        installation.services.keys.open = lambda *_sealed: "某某"  # type: ignore[method-assign] # never sealed in this city
        yield installation


def value(chance: random.Random, kind: GraphQLInputType, depth: int = 0) -> Any:
    """Anything of an input type that is well formed enough to reach the rules."""
    if not isinstance(kind, GraphQLNonNull) and chance.random() < 0.3:
        return None
    match bare := get_nullable_type(kind):
        case GraphQLList():
            return [value(chance, bare.of_type, depth + 1) for _ in range(chance.randrange(3))] if depth < 4 else []
        case GraphQLInputObjectType():
            return {name: value(chance, field.type, depth + 1) for name, field in bare.fields.items()}
        case GraphQLEnumType():
            return chance.choice(list(bare.values))
        case _:
            return chance.choice(PLAIN.get(bare.name, NAMED))


def leaked(role: Role, caller: Caller, told: str, sent: str) -> list[str]:
    """What an answer holds that its reader may not know and did not say first."""
    outside = [n for n in range(len(FIRMS)) if not admits(caller.scope, place(n))]
    secrets = [secret for number in outside for secret in canaries(number)]
    secrets += [person for person in PEOPLE if person != caller.actor and not may_read(role, "Person.id")]
    return [secret for secret in secrets if secret in told and secret not in sent]


def test_a_walk_of_every_role_through_every_command_tells_nobody_anything(walked: Installation) -> None:
    services = walked.services
    operations = Operations(services, SCHEMA, RIGHTS, documents=UNBOUNDED)
    chance = random.Random(SEED)  # noqa: S311 - a walk that can be walked again
    assert MUTATIONS is not None
    names = sorted(MUTATIONS.fields.keys() - SESSION)
    answered = 0
    for step in range(STEPS):
        name, role = chance.choice(names), chance.choice(ROLES)
        if not may_read(role, f"Mutation.{name}"):
            continue
        person = "zhou" if role in EXPERTS else f"asks-as-{role}"
        caller = Caller(person, role, UNITS.get(role, "unit"), scope_of(role, UNITS.get(role, "unit"), person, TODAY))
        identified = Identified(caller, "m", datetime.now(UTC) + timedelta(hours=1))
        services.accounts.identify = lambda _token, _snapshot=None, known=identified: known  # type: ignore[misc]
        field = MUTATIONS.fields[name]
        given = {argument: value(chance, one.type) for argument, one in field.args.items()}
        types = ", ".join(f"${argument}: {one.type}" for argument, one in field.args.items())
        handed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        query = f"mutation({types}) {{ {name}({handed}) {selection(field.type, role)} }}"
        request = GraphQLRequest(query, given)
        told = "\n".join(texts(operations.run(request, "any", frozenset(OperationType)).payload))
        answered += 1
        where = (SEED, step, role, name, given)
        assert "INTERNAL_ERROR" not in told, (where, told[:500])
        assert not leaked(role, caller, told, str(given)), where
    assert answered > STEPS // 2
