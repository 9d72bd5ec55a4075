"""The mapping in the journal (plan S3, S4): dated, set by the city, and never changed for days that are gone."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.edition_mapping import (
    EDITION_MAPPINGS,
    MAPPING_BACKDATED,
    MAPPING_CLAIMS_CODE_TWICE,
    MAPPING_NOT_LATER,
    EditionMappingSet,
    SetEditionMapping,
    mapping_command,
)
from domain.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from domain.rights import ROLE_NOT_ALLOWED
from standards import Form, IndustryCodes, edition_for, edition_mappings, load, published_editions
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
    wish = changed(editions={name: one.model_dump() for name, one in editions.items()})
    given(EDITION_MAPPINGS).having_read(WORLD).when(wish, "city").refused(MAPPING_CLAIMS_CODE_TWICE, codes=twice)


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
    wish = changed(since=since, plain="2023", source="另一来源")
    in_force().when(wish, "city").refused(MAPPING_NOT_LATER, last=AUTHORED.since.isoformat())


def test_a_later_mapping_begins_today_at_the_earliest_so_that_what_applied_stays() -> None:
    in_force().when(changed(since=TODAY - timedelta(days=1)), "city").refused(MAPPING_BACKDATED, today=TODAY.isoformat())
    case = in_force().when(changed(since=TODAY, forms={"large": Form.FULL}), "city").happened("mapping.set.v1")
    before, after = (edition_for(case.state, "C36", "medium", day) for day in (TODAY - timedelta(days=1), TODAY))
    assert (before.form, after.form) == (Form.FULL, Form.BRIEF)
    assert (before.since, after.since) == (AUTHORED.since, TODAY)
