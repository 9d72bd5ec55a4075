"""The mapping in the journal (plan S3, S4): dated, set by the city, and never changed for days that are gone."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import OnStream
from domain.standard.edition_mapping import (
    EDITION_MAPPINGS,
    MAPPING_BACKDATED,
    MAPPING_CLAIMS_CODE_TWICE,
    MAPPING_CODE_UNKNOWN,
    MAPPING_EDITION_OUT_OF_TERM,
    MAPPING_HOLDS_LONGER,
    MAPPING_INDUSTRIES_MISSING,
    MAPPING_NOT_LATER,
    EditionMappingSet,
    SetEditionMapping,
    mapping_command,
)
from domain.standard.editions import (
    EDITION_STILL_APPLIES,
    EDITION_UNKNOWN,
    EDITIONS,
    MAPPING_STREAM,
    EditionPublished,
    PublishedEdition,
    RetireEdition,
    edition_stream,
)
from standards import (
    EditionMapping,
    EditionMappings,
    Form,
    IndustryCodes,
    edition_for,
    edition_mappings,
    load,
    published_editions,
)
from tests.rules import revisions
from tests.rules.given import AT, Given, given

[AUTHORED] = edition_mappings().mappings
FIRST = mapping_command(AUTHORED)
WORLD = {edition_stream(key): PublishedEdition(edition=load(key), digest=load(key).digest) for key in published_editions()}
TODAY = AT.date()


def changed(**changes: Any) -> SetEditionMapping:
    return SetEditionMapping.model_validate(FIRST.model_dump() | changes)


def in_force() -> Given:
    return given(EDITION_MAPPINGS).having_read(WORLD).when(FIRST, "city").accepted


def test_the_authored_mapping_becomes_a_fact_as_it_is_and_the_same_again_changes_nothing() -> None:
    given(EDITION_MAPPINGS).having_read(WORLD).when(FIRST, "city").then(EditionMappingSet(mapping=AUTHORED))
    in_force().when(FIRST, "city").then()
    assert in_force().state == edition_mappings()


@pytest.mark.parametrize("role", ["district", "group", "enterprise", "auditor"])
def test_only_the_city_sets_which_edition_applies(role: str) -> None:
    given(EDITION_MAPPINGS).having_read(WORLD).when(FIRST, role).refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize("code", ["C99", "C12", "C00", "C44"])
def test_a_code_that_is_in_no_division_of_manufacturing_is_refused_where_it_stands(code: str) -> None:
    codes = {"divisions": ["C36", code], "groups": [f"{code}1"]}
    editions = {name: one.model_dump() for name, one in FIRST.editions.items()} | {"automotive": codes}
    case = given(EDITION_MAPPINGS).having_read(WORLD).when(changed(editions=editions), "city")
    case.refused(MAPPING_CODE_UNKNOWN, industry=code)
    found = {("MAPPING_CODE_UNKNOWN", f"editions.automotive.{place}") for place in ("divisions.1", "groups.0")}
    assert case.told == found


@pytest.mark.parametrize(
    ("industry", "codes", "twice"),
    [
        ("automotive", {"divisions": ["C36", "C39"], "groups": []}, "C39"),
        ("automotive", {"divisions": ["C36", "C36"], "groups": []}, "C36"),
        ("automotive", {"divisions": ["C36"], "groups": ["C341", "C358"]}, "C341、C358"),
    ],
)
def test_a_code_comes_under_one_edition(industry: str, codes: dict[str, list[str]], twice: str) -> None:
    editions = FIRST.editions | {industry: IndustryCodes.model_validate(codes)}
    sent_command = changed(editions={name: one.model_dump() for name, one in editions.items()})
    given(EDITION_MAPPINGS).having_read(WORLD).when(sent_command, "city").refused(MAPPING_CLAIMS_CODE_TWICE, codes=twice)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"plain": "2031"}, "2031"),
        ({"headquarters": "groups"}, "2023-groups"),
        ({"editions": {"textiles": {"divisions": ["C17"], "groups": []}}}, "2023-textiles"),
    ],
)
def test_a_mapping_names_published_editions_only(changes: dict[str, Any], missing: str) -> None:
    given(EDITION_MAPPINGS).having_read(WORLD).when(changed(**changes), "city").refused(EDITION_UNKNOWN, edition=missing)


@pytest.mark.parametrize("since", [AUTHORED.since, AUTHORED.since - timedelta(days=1)])
def test_a_mapping_begins_after_the_one_before_it(since: date) -> None:
    sent_command = changed(since=since, plain="2023", source="另一来源")
    in_force().when(sent_command, "city").refused(MAPPING_NOT_LATER, last=AUTHORED.since.isoformat())


def test_a_later_mapping_begins_today_at_the_earliest_so_that_what_applied_stays() -> None:
    in_force().when(changed(since=TODAY - timedelta(days=1)), "city").refused(MAPPING_BACKDATED, today=TODAY.isoformat())
    case = in_force().when(changed(since=TODAY, forms={"large": Form.FULL}), "city").happened("mapping.set.v1")
    before, after = (edition_for(case.state, "C36", "medium", day) for day in (TODAY - timedelta(days=1), TODAY))
    assert (before.form, after.form) == (Form.FULL, Form.BRIEF)
    assert (before.since, after.since) == (AUTHORED.since, TODAY)


def term(**days: date) -> dict[str, PublishedEdition]:
    """The editions, the automotive one with days of its term."""
    stream = edition_stream("2023-automotive")
    return {**WORLD, stream: WORLD[stream].model_copy(update=days)}


def test_a_mapping_names_editions_that_are_in_force_on_its_first_day() -> None:
    tomorrow = TODAY + timedelta(days=1)
    for days in ({"in_force": tomorrow}, {"retired": TODAY}):
        sent_command = given(EDITION_MAPPINGS).having_read(term(**days)).when(changed(since=TODAY), "city")
        sent_command.refused(MAPPING_EDITION_OUT_OF_TERM, edition="2023-automotive", since=TODAY.isoformat())
    for days in ({"in_force": TODAY}, {"retired": tomorrow}):
        given(EDITION_MAPPINGS).having_read(term(**days)).when(changed(since=TODAY), "city").happened("mapping.set.v1")


def retirement(since: date, *mappings: EditionMapping) -> Given:
    known = EditionMappings(mappings=mappings) if mappings else None
    edition = EditionPublished(edition=load("2023"), digest=load("2023").digest)
    sent_command = RetireEdition(edition="2023", since=since, reason="新版施行")
    return given(EDITIONS, edition).having_read({MAPPING_STREAM: known}).when(sent_command, "city")


def test_an_edition_is_not_retired_while_a_mapping_names_it_from_that_day_on() -> None:
    next_month, next_year = TODAY + timedelta(days=30), TODAY + timedelta(days=365)
    retirement(next_month).happened("edition.retired.v1")
    retirement(next_month, AUTHORED).refused(EDITION_STILL_APPLIES, key="2023", since=AUTHORED.since, day=next_month)
    newer = AUTHORED.model_copy(update={"since": next_month, "plain": "2025"})
    retirement(next_month, AUTHORED, newer).happened("edition.retired.v1")
    retirement(next_month - timedelta(days=1), AUTHORED, newer).refused(EDITION_STILL_APPLIES, since=AUTHORED.since)
    again = AUTHORED.model_copy(update={"since": next_year})
    retirement(next_month, AUTHORED, newer, again).refused(EDITION_STILL_APPLIES, since=next_year, day=next_year)


MAPPED = AUTHORED.model_copy(
    update={
        "editions": {name: AUTHORED.editions[name] for name in revisions.INDUSTRIES[:1]},
        "headquarters": revisions.INDUSTRIES[1],
    }
)
"""A mapping to what the tests revise."""


def published(*mappings: EditionMapping, since: date = revisions.IN_FORCE) -> Given:
    case = revisions.approved().having_read({MAPPING_STREAM: EditionMappings(mappings=mappings)})
    return revisions.city(case, revisions.publishing(since=since), at=revisions.AFTERWARDS)


def carried(case: Given) -> list[EditionMappingSet]:
    return [fact.event for fact in case.facts if isinstance(fact, OnStream) and fact.stream == MAPPING_STREAM]


def test_a_new_edition_takes_the_place_of_the_one_it_replaces_in_the_mapping_on_the_day_it_is_in_force() -> None:
    case = published(MAPPED)
    assert carried(case) == [
        EditionMappingSet(mapping=MAPPED.model_copy(update={"since": revisions.IN_FORCE, "plain": "2025"}))
    ]
    known = case.read[MAPPING_STREAM]
    days = (revisions.IN_FORCE - timedelta(days=1), revisions.IN_FORCE)
    assert [edition_for(known, "C36", "large", day).edition for day in days] == ["2023-automotive", "2025-automotive"]


def test_a_mapping_that_names_another_edition_stays_as_it_is() -> None:
    assert carried(published(MAPPED, MAPPED.model_copy(update={"since": revisions.TODAY, "plain": "2024"}))) == []


def test_no_firm_is_left_mapped_to_what_retires_or_to_what_is_not_there() -> None:
    later = MAPPED.model_copy(update={"since": revisions.IN_FORCE})
    published(MAPPED, later).refused(MAPPING_HOLDS_LONGER, last=revisions.IN_FORCE, plain="2023")
    other = later.model_copy(update={"since": revisions.IN_FORCE + timedelta(days=1), "plain": "2024"})
    published(MAPPED, other).refused(MAPPING_HOLDS_LONGER, last=other.since, plain="2023")
    missing = sorted({*AUTHORED.editions, AUTHORED.headquarters} - {*revisions.INDUSTRIES})
    published(AUTHORED).refused(MAPPING_INDUSTRIES_MISSING, industries=", ".join(missing))
