"""A hostile walk 越权漫游 (plan P7): any role sends any command and asks any question, and learns nothing that it may not read.

What it is told of, it tries next: so it comes to things that commands have made on its way.

A second walk goes the fast way alone (decision 0127): callers who are known, lists and things that are answered from rows and from
answers that are kept, drawn documents that the roles ask in turn.

Seeded, so that a walk is the same every time. WALK_STEPS and WALK_QUESTIONS make them longer, WALK_SEED others, WALK_NEW and
WALK_COMPARED cheaper by fewer documents and comparisons: `make walk`.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson
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

from api.kit.lists import PageOfRows, ThingOfRows
from api.kit.ports import Identified
from api.server.answer_cache import AnswerCache
from api.server.callers import Callers
from api.server.compiled_selections import CompiledExecutor, NotFromRows
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from domain.access import EXPERTS, Role, admits, scope_of
from domain.governance.proceedings.opening import OpenProceeding
from domain.governance.proceedings.state import ProceedingKind
from domain.masks import ACTORS
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from domain.providers.applications.commands import SaveApplication
from domain.providers.calls.commands import OpenCall
from journal import Caller
from projections.engine.preconditions import Precondition
from tests.api.server.test_person_ids import PEOPLE, SHOWN_BY_RIGHT, UNITS
from tests.api.server.test_row_plans import NEVER_FROM_ROWS, SINGLES, fields_of, selected
from tests.api.server.test_scopes import CASES, FIRMS, IDS, NODES, REVISION, TODAY, YEAR, canaries, fill, place, texts
from tests.live_city import KINDS, RIGHTS, SCHEMA, UNBOUNDED
from tests.root_fields import may_read, selection
from tests.small_city import CITY, City, caller
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

QUESTIONS = int(os.environ.get("WALK_QUESTIONS", "400"))
STEPS = int(os.environ.get("WALK_STEPS", "250"))
SEED = int(os.environ.get("WALK_SEED", "20260302"))
ROLES = sorted(set(Role) - ACTORS - {Role.SYSTEM})
OF_THE_YEAR = (f"call/{YEAR}", f"application/{YEAR}.p2", f"rating/{YEAR - 1}", f"subsidy/{YEAR - 1}", "listing/p2")
NAMED = (
    *(*IDS, *CASES, REVISION, "zhou", "filler-1", "m1", "bank", "p1", "p2", "g1", "g2", "a1", "c1", "2023", "2024", "none", ""),
    *("move-p2", "complaint-1", "knows", "experts", *OF_THE_YEAR, *NODES),
)
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
QUERIES = SCHEMA._schema.query_type  # noqa: SLF001 - the executable one
SESSION = frozenset({"signIn", "signOut", "actAs", "acceptInvitation"})
"""What is about the walker's own session, not about things."""
OWN = frozenset({"viewer", "node", "nodes"})
"""The viewer is told its own scope, in words that name its unit; of a node everything would be asked, whatever it is."""
RIVAL = "对手暗号"
"""What only things of the provider p2 hold, for which nobody walks: its application, its objection."""
OFFICE = frozenset({Role.CITY, Role.AUDITOR})
SPARED = 0.7
"""How often what may be left out of a call is: else nearly every question is refused for its cursor."""
ASKING = 0.3
"""Share of the steps that ask a question."""
KEPT = 200
"""Ids that are tried, of those told on the way; the walk goes on among the latest."""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def walked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    database = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    folder: Path = tmp_path_factory.mktemp("walk")
    with opened(Settings(folder, database), create=True) as installation:
        city = City(installation.services.journal, blobs=installation.services.blobs)
        fill(city)
        apply_as_the_rival(city)
        installation.services.models.catch_up()
        installation.services.keys.open = lambda *_sealed: "某某"  # type: ignore[method-assign] # never sealed in this city
        yield installation


def apply_as_the_rival(city: City) -> None:
    """A call of the year in which p2 states an application, and an objection of p2 to its rating."""
    names = ("applications_until", "mending_until", "marking_until", "objections_until")
    dates = {name: TODAY + timedelta(days=days) for name, days in zip(names, (2, 3, 5, 19), strict=True)}
    city.send(CITY, OpenCall(year=YEAR, **dates), finish=lambda _accepted: {"seed_digest": "0" * 64})
    city.send(CITY, RegisterPerson(person="knows", name="x"))
    held = {"membership": "m-knows", "role": Role.DIAGNOSTICIAN, "organisation": "p2", "since": TODAY}
    city.send(CITY, GrantMembership.model_validate({"person": "knows", **held}))
    own = {"year": YEAR, "provider": "p2", "industries": ("C34",), "links": (), "statement": RIVAL}
    rival = caller(Role.PROVIDER, "p2")
    city.send(rival, SaveApplication.model_validate({**own, "staff": ({"person": "knows", "industries": ("C34",)},)}))
    against = OpenProceeding(
        proceeding="move-p2",
        kind=ProceedingKind.DIRECTORY_MOVE,
        provider="p2",
        about="listing/p2",
        cause="organisation/p2/1",
        asked=RIVAL,
        grounds=RIVAL,
    )
    city.send(CITY, against)


def value(chance: random.Random, kind: GraphQLInputType, told: Sequence[str] = (), depth: int = 0) -> Any:
    """Anything of an input type that is well formed enough to reach the rules. told: ids that answers held."""
    if not isinstance(kind, GraphQLNonNull) and chance.random() < (0.3 if depth else SPARED):
        return None
    match bare := get_nullable_type(kind):
        case GraphQLList():
            return [value(chance, bare.of_type, told, depth + 1) for _ in range(chance.randrange(3))] if depth < 4 else []
        case GraphQLInputObjectType():
            return {name: value(chance, field.type, told, depth + 1) for name, field in bare.fields.items()}
        case GraphQLEnumType():
            return chance.choice(list(bare.values))
        case _:
            of_ids = told and bare.name in ("ID", "String") and chance.random() < 0.5
            return chance.choice(told if of_ids else PLAIN.get(bare.name, NAMED))


def ids(answer: Any) -> Iterator[str]:
    """Every id that an answer holds."""
    match answer:
        case dict():
            for name, inner in answer.items():
                if name == "id" and isinstance(inner, str):
                    yield inner
                else:
                    yield from ids(inner)
        case list():
            for inner in answer:
                yield from ids(inner)


@cache
def secrets_from(caller: Caller) -> tuple[str, ...]:
    """What a caller may not know."""
    outside = [n for n in range(len(FIRMS)) if not admits(caller.scope, place(n))]
    people = [person for person in PEOPLE if person != caller.actor]
    rivals = [RIVAL] if caller.role not in OFFICE else []
    return (*(secret for number in outside for secret in canaries(number)), *people, *rivals)


def leaked(caller: Caller, told: str, sent: str) -> list[str]:
    """What an answer holds that its reader may not know and did not say first."""
    return [secret for secret in secrets_from(caller) if secret in told and secret not in sent]


def test_a_walk_of_every_role_through_every_command_tells_nobody_anything(walked: Installation) -> None:
    services = walked.services
    operations = Operations(services, SCHEMA, RIGHTS, documents=UNBOUNDED)
    chance = random.Random(SEED)  # noqa: S311 - a walk that can be walked again
    assert MUTATIONS is not None
    assert QUERIES is not None
    commands, questions = sorted(MUTATIONS.fields.keys() - SESSION), sorted(QUERIES.fields.keys() - OWN)
    answered, met = 0, list[str]()
    for step in range(4 * STEPS):
        if step >= STEPS and met:
            break  # else it goes on until it comes to something: which, moves with every field of the schema
        asks = chance.random() < ASKING
        name, role = chance.choice(questions if asks else commands), chance.choice(ROLES)
        if not may_read(role, f"{'Query' if asks else 'Mutation'}.{name}"):
            continue
        person = "zhou" if role in EXPERTS else f"asks-as-{role}"
        asking = Caller(person, role, UNITS.get(role, "unit"), scope_of(role, UNITS.get(role, "unit"), person, TODAY))
        identified = Identified(asking, "m", datetime.now(UTC) + timedelta(hours=1))
        services.accounts.identify = lambda _token, _snapshot=None, known=identified: known  # type: ignore[misc]
        field = (QUERIES if asks else MUTATIONS).fields[name]
        given = {argument: value(chance, one.type, met[-KEPT:]) for argument, one in field.args.items()}
        types = ", ".join(f"${argument}: {one.type}" for argument, one in field.args.items())
        handed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        head = f"{'query' if asks else 'mutation'}({types}) {{ {name}({handed})" if types else f"query {{ {name}"
        request = GraphQLRequest(f"{head} {selection(field.type, role, (), SHOWN_BY_RIGHT)} }}", given)
        payload = operations.run(request, "any", frozenset(OperationType)).payload
        services.models.catch_up()
        told = "\n".join(texts(payload))
        met += ids(payload.get("data"))
        answered += 1
        where = (SEED, step, role, name, given)
        assert "INTERNAL_ERROR" not in told, (where, told[:500])
        assert not leaked(asking, told, f"{given}"), where
    assert answered > STEPS // 2
    assert met, "it comes to things that it made"


# The fast way

ROOTS = {"enterprises": "Enterprise", "diagnoses": "Diagnosis", "organisations": "Organisation"} | SINGLES
NEW = float(os.environ.get("WALK_NEW", "0.1"))
"""How often a document is drawn that nobody has asked; else one of those drawn before."""
DRAWN = 1_000
"""Documents that are asked again; the walk goes on among the latest."""
AGAIN, LATELY = 0.3, 200
"""How often a question is asked again with its arguments, of the latest: by another, or of an answer that is kept."""
COMPARED = float(os.environ.get("WALK_COMPARED", "0.1"))
"""How often an answer is compared with that of the types' own classes, to a caller who is found out anew."""


def drawn(chance: random.Random) -> tuple[str, str]:
    """A field of the root that is answered from rows, and a document that asks for it, whoever may read all of that."""
    root = chance.choice(sorted(ROOTS))
    names = [name for name in fields_of(ROOTS[root]) if name not in NEVER_FROM_ROWS[ROOTS[root]]]
    some = chance.sample(names, min(len(names), chance.randint(1, 8)))
    parts = [part for name in some if (part := selected(ROOTS[root], name, chance))]
    node = f"{{ __typename {' '.join(parts)} }}"
    field = QUERIES.fields[root]  # type: ignore[union-attr] # a schema has queries
    given = [name for name in field.args if name not in ("asOf", "atLeast")]
    head = ", ".join(f"${name}: {field.args[name].type}" for name in given)
    handed = ", ".join(f"{name}: ${name}" for name in given)
    edges = f"edges {{ cursor node {node} }} pageInfo {{ hasNextPage endCursor }}"
    page = chance.choice([f"nodes {node}", edges, f"totalCount nodes {node}"])
    return root, f"query({head}) {{ asked: {root}({handed}) {node if root in SINGLES else '{ ' + page + ' }'} }}"


class FastWay:
    """Who goes the fast way, and who fell off it without a word."""

    def __init__(self, walked: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        self._services = walked.services
        self.known: dict[str, Identified] = {}
        self.fell = 0
        monkeypatch.setattr(walked.services.accounts, "identify", self.known.get)
        for kind in (PageOfRows, ThingOfRows):
            monkeypatch.setattr(kind, "completed", self._watched(kind.completed))
        monkeypatch.setattr(Callers, "forget", self._forgotten(Callers.forget))
        self.straight = 0
        self._runner = asyncio.Runner()
        self.keeping = Operations(self._services, SCHEMA, RIGHTS, documents=UNBOUNDED)
        self.forgetful = Operations(self._services, SCHEMA, RIGHTS, documents=UNBOUNDED, answers=AnswerCache(0))

    def _watched(self, completed: Any) -> Any:
        def watching(*given: Any) -> Any:
            try:
                return completed(*given)
            except NotFromRows:
                self.fell += 1
                raise

        return watching

    def _forgotten(self, forget: Any) -> Any:
        def watching(callers: Callers, token: str | None) -> None:
            self.fell += 1
            forget(callers, token)

        return watching

    def enter(self, role: Role) -> tuple[str, Caller]:
        """A caller in a role, known from the first question on."""
        person = "zhou" if role in EXPERTS else f"asks-as-{role}"
        asking = Caller(person, role, UNITS.get(role, "unit"), scope_of(role, UNITS.get(role, "unit"), person, TODAY))
        now = datetime.now(UTC)
        holds = Precondition("true", (), now - timedelta(days=1), now + timedelta(days=1))
        self.known[f"token-{role}"] = Identified(asking, "m", now + timedelta(days=1), holds)
        return f"token-{role}", asking

    def ask(self, operations: Operations, request: GraphQLRequest, token: str) -> GraphQLResponse:
        """As the server does: on its event loop, and the usual way where that is left, which nobody does without a word."""
        straight = operations.straight
        fell = straight.fell
        answer = self._runner.run(straight.answer(request, token, operations.deadline())) if straight.is_ready else None
        self.fell += straight.fell - fell
        self.straight += answer is not None
        return answer or operations.run(request, token, KINDS)

    def close(self) -> None:
        for operations in (self.keeping, self.forgetful):
            self._runner.run(operations.close())
        self._runner.close()

    def by_classes(self, request: GraphQLRequest, token: str, monkeypatch: pytest.MonkeyPatch) -> Any:
        """The answer of the types' own classes, to a caller who is found out."""
        with monkeypatch.context() as patch:
            patch.setattr(CompiledExecutor, "planned", lambda *_: None)
            fell = self.fell
            payload = self.forgetful._run(None, request, token, KINDS, None, None).payload  # noqa: SLF001 - the usual way
            self.fell = fell
        return payload


def test_a_walk_of_every_role_along_the_fast_way_tells_nobody_anything(
    walked: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """plan P7: nothing from outside a scope, nothing that another role was answered, and nobody falls off the way unseen."""
    chance, way = random.Random(SEED), FastWay(walked, monkeypatch)  # noqa: S311 - a walk that can be walked again
    documents, answered, began = [drawn(chance)], 0, time.monotonic()
    lately = list[tuple[str, dict[str, Any]]]()
    for step in range(QUESTIONS):
        if chance.random() < NEW:
            documents = [*documents[-DRAWN:], drawn(chance)]
        if lately and chance.random() < AGAIN:
            query, given = chance.choice(lately)
        else:
            root, query = chance.choice(documents)
            field = QUERIES.fields[root]  # type: ignore[union-attr] # as above
            given = {name: value(chance, one.type) for name, one in field.args.items() if f"${name}:" in query}
            lately = [*lately[-LATELY:], (query, given)]
        token, asking = way.enter(chance.choice(ROLES))
        request = GraphQLRequest(query, given)
        way.fell = 0
        answer = way.ask(chance.choice((way.keeping, way.forgetful)), request, token)
        told, where = "\n".join(texts(answer.payload)), (SEED, step, asking.role, query, given)
        assert "INTERNAL_ERROR" not in told, (where, told[:500])
        assert not leaked(asking, told, f"{given}"), where
        if "errors" not in answer.payload:
            answered += 1
            assert not way.fell, where
        if chance.random() < COMPARED:
            assert orjson.dumps(way.by_classes(request, token, monkeypatch)) == orjson.dumps(answer.payload), where
    way.close()
    sys.stderr.write(f"{QUESTIONS} questions, {answered} answered, {way.straight} straight, {time.monotonic() - began:.0f} s\n")
    assert answered > QUESTIONS // 5
    assert way.straight > QUESTIONS // 50 or not way.keeping.straight.is_ready
