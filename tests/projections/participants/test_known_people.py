"""Who may know whom 知悉范围 (plan O2): the rule and the SQL agree on every role, unit and reader; on both engines."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from domain.access import EXPERTS, POSITIONS, Role, head_of, scope_of
from domain.command_rights import HELD_BY_PEOPLE
from domain.kernel import DecisionContext
from domain.participants.enterprises import Firm
from domain.participants.organisations import Organisation, OrganisationKind
from domain.participants.people.granting_rights import KIND_OF_HEAD, is_known_to
from journal import Journal, NewEntry
from projections import ReadModels, open_read_models
from projections.engine.pages import Page
from projections.participants import people
from tests.small_city import FIRM

PARENTS = {"s1": "310117", "s2": "310115", "park1": "310117", "unit1": "310117", "p2": "310117"}
UNITS: dict[str, OrganisationKind] = {
    "city": OrganisationKind.CITY,
    "310117": OrganisationKind.DISTRICT,
    "310115": OrganisationKind.DISTRICT,
    "s1": OrganisationKind.SUBDISTRICT,
    "s2": OrganisationKind.SUBDISTRICT,
    "park1": OrganisationKind.PARK,
    "unit1": OrganisationKind.REPORTING_UNIT,
    "g1": OrganisationKind.GROUP,
    "g2": OrganisationKind.GROUP,
    "p1": OrganisationKind.PROVIDER,
    "p2": OrganisationKind.PROVIDER,
    "experts": OrganisationKind.EXPERT_GROUP,
    "bank": OrganisationKind.BANK,
}
FIRMS = {
    "f1": FIRM.model_copy(update={"district": "310117", "group": "g1"}),
    "f2": FIRM.model_copy(update={"district": "310115", "group": None}),
}
READERS = (
    (Role.CITY, "city"),
    (Role.DISTRICT, "310117"),
    (Role.DISTRICT, "310115"),
    (Role.SUBDISTRICT, "s1"),
    (Role.PARK, "park1"),
    (Role.REPORTING_UNIT, "unit1"),
    (Role.GROUP, "g1"),
    (Role.GROUP, "g2"),
    (Role.ENTERPRISE, "f1"),
    (Role.PROVIDER, "p1"),
)


def holdings() -> Iterator[tuple[Role, str, bool]]:
    """Every role for every unit of its kind, as the named contact and not."""
    for role in sorted(HELD_BY_PEOPLE):
        head = head_of(role)
        of_kind = FIRMS if head is Role.ENTERPRISE else [unit for unit, kind in UNITS.items() if kind is KIND_OF_HEAD[head]]
        for unit in of_kind:
            for contact in (False, True):
                yield role, unit, contact


HOLDINGS = {f"u{number}": held for number, held in enumerate(holdings())}


def unit_state(unit: str) -> Organisation | Firm:
    if unit in FIRMS:
        return FIRMS[unit]
    return Organisation(kind=UNITS[unit], name=unit, parent=PARENTS.get(unit))


@pytest.fixture
def models(journal: Journal, url: str, tmp_path: Path) -> Iterator[ReadModels]:
    facts: list[tuple[str, str, dict[str, object]]] = []
    for unit, kind in UNITS.items():
        told = {"kind": kind.value, "name": unit, "parent": PARENTS.get(unit), "industries": []}
        facts.append((f"organisation/{unit}", "organisation.registered.v2", told))
    facts += [(f"enterprise/{i}", "enterprise.registered.v2", {"firm": f.model_dump(mode="json")}) for i, f in FIRMS.items()]
    for person, (role, unit, contact) in HOLDINGS.items():
        facts.append((f"person/{person}", "person.registered.v1", {"sealed_name": "x", "sealed_phone": None}))
        given = {"membership": "m", "role": role.value, "organisation": unit, "since": "2024-01-01", "until": None}
        rest = {"sections": [], "contact": contact}
        facts.append((f"person/{person}", "person.membership_granted.v2", given | rest))
    versions: dict[str, int] = {}
    entries = []
    for stream, name, told in facts:
        versions[stream] = versions.get(stream, 0) + 1
        entries.append(NewEntry(stream, versions[stream], name, orjson.dumps(told), "li", "city", "city"))
    journal.append(entries, time.time_ns() // 1000)
    opened = open_read_models(f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url, journal)
    opened.catch_up()
    yield opened
    opened.close()


def test_the_rule_and_the_rows_agree_on_every_role_unit_and_reader(models: ReadModels) -> None:
    shown = 0
    with models.reading() as snapshot:
        for reader, organisation in READERS:
            occasion = DecisionContext("li", reader, organisation, datetime.now(UTC))
            known = {
                person
                for person, (role, unit, contact) in HOLDINGS.items()
                if is_known_to(role, unit, unit_state(unit), occasion, contact=contact)
            }
            scope = scope_of(reader, organisation)
            assert {row.id for row in people.people(snapshot, scope, people.ALL, Page(1_000))} == known, (reader, organisation)
            assert people.people_count(snapshot, scope, people.ALL) == len(known)
            assert set(people.held_by(snapshot, scope, list(HOLDINGS))) == known
            shown += len(known)
    assert shown > len(HOLDINGS)


def test_a_district_knows_owners_and_contacts_of_its_firms_and_no_other_account() -> None:
    occasion = DecisionContext("li", Role.DISTRICT, "310117", datetime.now(UTC))

    def known(role: Role, unit: str, *, contact: bool = False) -> bool:
        return is_known_to(role, unit, unit_state(unit), occasion, contact=contact)

    assert known(Role.ENTERPRISE, "f1")
    assert known(Role.FILLER, "f1", contact=True)
    assert not any(known(role, "f1") for role in POSITIONS[Role.ENTERPRISE] - {Role.ENTERPRISE})
    assert not known(Role.ENTERPRISE, "f2", contact=True)
    assert known(Role.SUBDISTRICT, "s1")
    assert not known(Role.DIAGNOSTICIAN, "p2")
    assert not any(known(role, "experts", contact=True) for role in EXPERTS)
    assert not is_known_to(Role.FILLER, "f1", unit_state("f1"), replace(occasion, role=Role.SUBDISTRICT), contact=True)
