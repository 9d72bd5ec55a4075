"""Lattice of published tables (plan R1, R5; method q): what is counted together tells more, and never the difference of a few."""

from collections.abc import Mapping, Sequence

import pytest
from pydantic import ValidationError

from domain.governance.rule_bodies.publication import PublicationRule, PublishedGroup, PublishedSide
from domain.programme.papers.inputs import PaperBasis, PaperFirm
from domain.programme.papers.numbers import compute_paper
from domain.programme.papers.tables import TOTAL, PaperCell, PaperTableName, Withheld
from tests.rules.programme.test_papers import RULE, cells, firm, inputs

NAMED = {"name": "东部", "name_in_english": "East"}
EAST = PublishedGroup(side=PublishedSide.DISTRICT, id="area-east", members=("310115", "310120"), **NAMED)
WEST = PublishedGroup(side=PublishedSide.DISTRICT, id="area-west", members=("310117", "310118"), **NAMED)
CROSSING = PublishedGroup(side=PublishedSide.DISTRICT, id="area-south", members=("310115", "310117"), **NAMED)
MACHINES = PublishedGroup(side=PublishedSide.INDUSTRY, id="industry-machines", members=("C34", "C35"), **NAMED)
LOW = PublishedGroup(side=PublishedSide.GRADE, id="grade-low", members=("2", "3"), **NAMED)
COUNTED = (EAST, WEST, MACHINES, LOW)
DISTRICTS = (*EAST.members, *WEST.members)


def rule(*groups: PublishedGroup) -> PublicationRule:
    return RULE.model_copy(update={"groups": groups})


def city(each: int) -> list[PaperFirm]:
    """So many firms in each of two divisions of four districts, of three grades."""
    places = [(district, industry) for district in DISTRICTS for industry in MACHINES.members for _ in range(each)]
    return [firm(at, *place, grade=2 + at % 3) for at, place in enumerate(places)]


def table(
    firms: Sequence[PaperFirm], name: PaperTableName, *groups: PublishedGroup, former: PaperBasis | None = None
) -> Mapping[tuple[str, str], PaperCell]:
    return cells(inputs(firms, rule=rule(*groups), former=() if former is None else (former,)), name)


def basis(firms: Sequence[PaperFirm], *groups: PublishedGroup) -> PaperBasis:
    return compute_paper(inputs(firms, rule=rule(*groups))).basis


def test_what_is_too_few_by_itself_is_told_together() -> None:
    few = city(3)
    alone = table(few, PaperTableName.HEAT)
    assert {one.firms for place, one in alone.items() if TOTAL not in place} == {None}
    heat = table(few, PaperTableName.HEAT, *COUNTED)
    assert {place: one.firms for place, one in heat.items()} == {
        (row, column): count
        for row, count in (("area-east", 12), ("area-west", 12), (TOTAL, 24))
        for column in ("industry-machines", TOTAL)
    }
    assert heat["area-east", TOTAL].value == "41.5"
    grades = table(few, PaperTableName.GRADES, *COUNTED)
    assert {place[1] for place in grades} == {"grade-low", "4", TOTAL}
    assert {place[0] for place in table(few, PaperTableName.COVERAGE, *COUNTED)} == {"area-east", "area-west", TOTAL}


def test_a_district_of_no_group_stands_by_itself_and_is_withheld_where_it_is_few() -> None:
    beside = [*city(3), *(firm(100 + at, "310101") for at in range(2))]
    shown = table(beside, PaperTableName.COVERAGE, *COUNTED)
    assert (shown["310101", TOTAL].withheld, shown["area-east", TOTAL].withheld) == (Withheld.TOO_FEW, Withheld.PROTECTS)


@pytest.mark.parametrize(("before", "now"), [((), COUNTED), (COUNTED, ())])
def test_another_lattice_tells_no_firm_by_its_difference_from_the_former_one(
    before: tuple[PublishedGroup, ...], now: tuple[PublishedGroup, ...]
) -> None:
    """One firm more: the sum of what is shown now and what was shown then would tell where it lies, and its grade."""
    known = city(12)
    former = basis(known, *before)
    for name in (PaperTableName.COVERAGE, PaperTableName.GRADES, PaperTableName.HEAT):
        same = table(known, name, *now, former=former)
        assert all(one.firms is not None for one in same.values()), "of the same firms nothing new is told"
        more = table([*known, firm(999, "310115", "C34", grade=3)], name, *now, former=former)
        east = [one for (row, _), one in more.items() if row in (*EAST.members, EAST.id)]
        assert east
        assert {one.firms for one in east if one.column in ("diagnosed", "C34", "industry-machines", "3", "grade-low")} == {None}
        assert any(one.withheld is Withheld.DIFFERENCE for one in east)


def test_groups_that_cross_those_of_a_published_paper_are_not_told() -> None:
    known = city(12)
    found = table(known, PaperTableName.COVERAGE, CROSSING, former=basis(known, EAST, WEST))
    assert {one.firms for (row, _), one in found.items() if row != TOTAL} == {None}


def test_what_a_finer_paper_withheld_the_coarser_one_of_the_same_firms_does_not_tell() -> None:
    known = [one for one in city(12) if one.district != "310120"] + [firm(900 + at, "310120", "C34") for at in range(3)]
    former = basis(known)
    found = table(known, PaperTableName.COVERAGE, EAST, WEST, former=former)
    assert found["area-east", "diagnosed"].firms is None, "less what was shown of one district it would tell the other's three"


def test_what_a_coarser_paper_counted_together_is_told_in_parts_only_where_no_part_is_withheld() -> None:
    known = [one for one in city(12) if one.district != "310120" and (one.district, one.industry) != ("310117", "C35")]
    known += [firm(900 + at, "310120", "C34") for at in range(3)]
    found = table(known, PaperTableName.COVERAGE, former=basis(known, EAST, WEST))
    assert found["310120", "diagnosed"].firms is None
    assert found["310115", "diagnosed"].firms is None, "the former sum of both less this one would tell the three"
    assert found["310115", "diagnosed"].withheld is not None


@pytest.mark.parametrize(
    "odd",
    [
        {"members": ("310115", "C34")},
        {"side": PublishedSide.GRADE, "members": ("3", "11")},
        {"side": PublishedSide.INDUSTRY, "members": ("C34", "C99")},
        {"id": "310115"},
        {"members": ("310115",)},
    ],
)
def test_a_group_of_what_its_side_does_not_have_is_none(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PublishedGroup.model_validate(EAST.model_dump() | odd)


def test_nothing_is_counted_in_two_groups() -> None:
    for groups in ((EAST, CROSSING), (EAST, EAST)):
        with pytest.raises(ValidationError, match="named twice"):
            PublicationRule.model_validate(RULE.model_dump() | {"groups": [one.model_dump() for one in groups]})
