"""What a mask hides (plan P7, R4) moves no answer: two cities that differ in it alone answer every question alike.

A field that a role may not read could still be told by what is made of it: a count, a sum, a version, a portrait, a heat map, open
data. So nothing is listed here: every question of the schema is asked, in both cities. What may be looked for and put in order by
is held by `test_attacks.py` and `test_lists.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from graphql import OperationType

from api.kit.ports import Identified
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from domain.access import EXPERTS, Role, admits, scope_of
from domain.instants import city_time
from domain.masks import ANSWERS, FINANCE, OUTCOMES
from journal import Caller
from standards import Answer
from tests.api.server import test_scopes
from tests.api.server.test_person_ids import UNITS
from tests.api.server.test_scopes import ARGUMENTS, FIRMS, NODES, TODAY, fill, place
from tests.live_city import RIGHTS, SCHEMA, UNBOUNDED
from tests.root_fields import Call, calls
from tests.small_city import City, sections
from zhenduan.settings import Settings
from zhenduan.wiring import opened

BEGAN = city_time(TODAY, "12:00")
"""At noon, whenever the test runs: an hour ago is another day just after midnight, and nobody held a role yet."""
TRIED = {**ARGUMENTS, "id": NODES[:1]}
"""As every question is tried; the things of all ids are asked for together."""


@dataclass
class Ticking:
    """A clock that goes on by a second whenever it is asked, until it stands still."""

    now: datetime = BEGAN
    stands: bool = False

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=not self.stands)
        return self.now


def caller_of(role: Role) -> Caller:
    person, unit = "zhou" if role in EXPERTS else f"asks-as-{role}", UNITS.get(role, "unit")
    return Caller(person, role, unit, scope_of(role, unit, person, TODAY))


def revenue_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every firm has one more employee and a little more revenue: it stays of its size."""
    more = [{"employees": firm.employees + 13, "revenue_wan": firm.revenue_wan + Decimal("987.65")} for firm in FIRMS]
    monkeypatch.setattr(test_scopes, "FIRMS", tuple(firm.model_copy(update=one) for firm, one in zip(FIRMS, more, strict=True)))


def answers_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both numbers of a share twice as large: every level stays."""

    def doubled(answer: Answer) -> Answer:
        if answer.level is not None or answer.numbers is None or len(answer.numbers) < 2:
            return answer
        return answer.model_copy(update={"numbers": {name: 2 * one for name, one in answer.numbers.items()}})

    def otherwise(level: int) -> dict[str, dict[str, Answer]]:
        return {name: {i: doubled(one) for i, one in held.items()} for name, held in sections(level).items()}

    monkeypatch.setattr(test_scopes, "sections", otherwise)


def results_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every firm stands a level higher."""
    monkeypatch.setattr(test_scopes, "sections", lambda level: sections(level + 1))


def another_firm(monkeypatch: pytest.MonkeyPatch) -> None:
    """One firm is another altogether, and stands a level higher."""
    other = {"name": "别的暗号有限公司", "employees": 999, "revenue_wan": Decimal(87654), "size_class": "large", "industry": "C35"}
    monkeypatch.setattr(test_scopes, "FIRMS", (*FIRMS[:OTHER], FIRMS[OTHER].model_copy(update=other), *FIRMS[OTHER + 1 :]))
    asked = count()
    monkeypatch.setattr(test_scopes, "sections", lambda level: sections(level + (next(asked) // ASKED_OF_A_CASE == OTHER)))


OTHER = 2
ASKED_OF_A_CASE = 2
"""How often `fill` takes answers for one case: the firm's own, and what was found."""
WORLDS: Mapping[str, tuple[Callable[[pytest.MonkeyPatch], None], frozenset[Role]]] = {
    "revenue": (revenue_otherwise, FINANCE),
    "process secrets": (answers_otherwise, ANSWERS),
    "outcome": (results_otherwise, OUTCOMES),
    "a firm outside the scope": (
        another_firm,
        frozenset(role for role in Role if admits(caller_of(role).scope, place(OTHER))),
    ),
}
"""What is hidden -> how a second city states it otherwise, and to whom it is shown."""


SEALED_ANEW = {"position"}
"""What is another token each time, of the same place too (decision 0141)."""


@dataclass
class World:
    """A city that stands still, asked as any role. answers: what it answered already."""

    operations: Operations
    services: Any
    answers: dict[tuple[Role, str, str], dict[str, Any]] = field(default_factory=dict)

    def asked(self, role: Role, call: Call) -> dict[str, Any]:
        key = (role, call.query, call.arguments)
        if key not in self.answers:
            identified = Identified(caller_of(role), "m", self.services.clock() + timedelta(hours=1))
            self.services.accounts.identify = lambda _token, _snapshot=None: identified
            request = GraphQLRequest(call.query, call.variables)
            self.answers[key] = self.operations.run(request, "any", frozenset({OperationType.QUERY})).payload
        return self.answers[key]


@contextmanager
def city(keys: Path, folder: Path) -> Iterator[World]:
    copytree(keys, folder)
    clock = Ticking()
    with opened(Settings(folder), clock=clock) as installation:
        services = installation.services
        fill(City(services.journal, clock, blobs=services.blobs))
        services.models.catch_up()
        services.keys.open = lambda *_sealed: "某某"  # type: ignore[method-assign] # their names were never sealed
        clock.stands = True
        yield World(Operations(services, SCHEMA, RIGHTS, documents=UNBOUNDED), services)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with keys and nothing else: every city has the same, so that ids and cursors are alike."""
    folder = tmp_path_factory.mktemp("keys") / "same"
    with opened(Settings(folder), create=True):
        pass
    return folder


@pytest.fixture(scope="module")
def usual(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with city(keys, tmp_path_factory.mktemp("usual") / "city") as made:
        yield made


@pytest.mark.parametrize("hidden", WORLDS)
def test_whoever_is_not_shown_a_thing_reads_the_same_of_two_cities_that_differ_in_it_alone(
    hidden: str, usual: World, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    otherwise, readers = WORLDS[hidden]
    otherwise(monkeypatch)
    with city(keys, tmp_path / "city") as other:
        asked = {role: list(calls(role, TRIED)) for role in sorted(set(Role) - {Role.SYSTEM})}
        assert any(usual.asked(Role.CITY, one) != other.asked(Role.CITY, one) for one in asked[Role.CITY]), "they do differ"
        told = [
            (role, one.field, one.arguments)
            for role in asked.keys() - readers
            for one in asked[role]
            if one.field not in SEALED_ANEW and usual.asked(role, one) != other.asked(role, one)
        ]
        assert told == []
