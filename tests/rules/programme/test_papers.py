"""White papers (plan R1, R5): computed at one position, published for good, and no cell tells of a few firms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

import networkx as nx
import pytest
from hypothesis import given as sampled
from hypothesis import settings
from hypothesis import strategies as st

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.dated_rules import defaults_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import NOT_FOUND
from domain.programme.papers.inputs import PaperFirm, PaperInputs, PaperTarget
from domain.programme.papers.numbers import METHOD, compute_paper, digest_of, work_out
from domain.programme.papers.paper import (
    PAPER_NO_DRAFT,
    PAPER_REASON_MISSING,
    PAPER_UNDER_WAY,
    PAPER_YEAR_AHEAD,
    PAPERS,
    PaperKind,
    PaperStatus,
    PublishPaper,
    RecordPaper,
    RequestPaper,
)
from domain.programme.papers.tables import TOTAL, PaperCell, PaperTable, PaperTableName, Withheld
from tests.rules.given import Given, given

RULE = PublicationRule.model_validate(defaults_of(RuleKind.PUBLICATION)[0].body.model_dump())
OF = {"kind": PaperKind.WHITE_PAPER, "year": 2024}
REQUEST = RequestPaper(**OF)
PUBLISH = PublishPaper(**OF)
TABLES = (PaperTable(table=PaperTableName.COVERAGE, cells=(PaperCell(row=TOTAL, column=TOTAL, firms=7),), digest="a" * 64),)
LATTICE = (PaperTableName.COVERAGE, PaperTableName.GRADES, PaperTableName.HEAT, PaperTableName.MOVEMENT)


def record(requested: int = 1) -> RecordPaper:
    told = {"method": METHOD, "position": 9, "input_digest": "b" * 64, "basis": "c" * 64, "rule": None, "uplift": None}
    return RecordPaper(**OF, requested=requested, tables=TABLES, **told)


def drafted() -> Given:
    return given(PAPERS).when(REQUEST, "city").accepted.when(record(), "system").happened("paper.computed.v2")


def test_a_paper_is_asked_for_computed_by_the_program_and_published_by_the_city() -> None:
    case = drafted()
    case.when(record(), "system").then()
    case.when(PUBLISH, "city").happened("paper.published.v1")
    case.when(PUBLISH, "city").refused(PAPER_NO_DRAFT)
    assert case.state.latest.status is PaperStatus.PUBLISHED


def test_what_is_published_stays_and_a_correction_is_an_edition_that_says_why() -> None:
    case = drafted().when(PUBLISH, "city").accepted
    case.when(REQUEST, "city").refused(PAPER_REASON_MISSING, edition=1, path="reason")
    case.when(REQUEST.model_copy(update={"reason": "名单更正"}), "city").happened("paper.requested.v1")
    first, second = case.state.editions
    assert (first.status, second.edition, second.corrects, second.reason) == (PaperStatus.PUBLISHED, 2, 1, "名单更正")
    case.when(record(1), "system").then()
    case.when(record(second.requested), "system").happened("paper.computed.v2")


def test_a_draft_may_be_asked_for_anew_once_it_is_computed() -> None:
    case = given(PAPERS).when(REQUEST, "city").accepted
    case.when(REQUEST, "city").refused(PAPER_UNDER_WAY)
    case.when(PUBLISH, "city").refused(PAPER_UNDER_WAY)
    case.when(record(), "system").accepted.when(REQUEST, "city").happened("paper.requested.v1")
    assert [(one.edition, one.status) for one in case.state.editions] == [(1, PaperStatus.REQUESTED)]


def test_who_publishes_and_of_which_year() -> None:
    given(PAPERS).when(REQUEST, "district").refused(ROLE_NOT_ALLOWED)
    given(PAPERS).when(RequestPaper(kind=PaperKind.RESEARCH_BRIEF, year=2025), "city").refused(PAPER_YEAR_AHEAD, path="year")
    given(PAPERS).when(PUBLISH, "city").refused(NOT_FOUND)
    drafted().when(record(), "city").refused(ROLE_NOT_ALLOWED)


def firm(number: int, district: str = "310101", industry: str = "C34", **odd: object) -> PaperFirm:
    usual = {"group": None, "grade": 3, "total": "41.5", "movement": "new"}
    return PaperFirm(id=f"e{number:03}", district=district, industry=industry, **usual | odd)  # type: ignore[arg-type] # as given


def inputs(firms: Sequence[PaperFirm], **odd: object) -> PaperInputs:
    usual = {"points": {}, "targets": (), "twice": None, "former": (), "rule": RULE}
    return PaperInputs(firms=tuple(firms), **usual | odd)  # type: ignore[arg-type] # as given


def cells(found: PaperInputs, name: PaperTableName) -> Mapping[tuple[str, str], PaperCell]:
    """With why each is withheld, which no paper tells."""
    return {(one.row, one.column): one for one in work_out(found).cells[name]}


def test_a_few_firms_are_withheld_with_the_cells_that_would_tell_them_and_nothing_is_shown_as_nothing() -> None:
    placed = {("310101", "C34"): 3, ("310101", "C35"): 6, ("310115", "C34"): 7, ("310115", "C35"): 20, ("310117", "C35"): 9}
    known = [firm(at, *place) for at, place in enumerate(place for place, count in placed.items() for _ in range(count))]
    heat = cells(inputs(known), PaperTableName.HEAT)
    assert heat["310101", "C34"].withheld is Withheld.TOO_FEW
    partners = {place for place, one in heat.items() if one.withheld is Withheld.PROTECTS}
    assert partners == {("310101", "C35"), ("310115", "C34"), ("310115", "C35")}
    assert (heat["310117", "C34"].firms, heat["310117", "C34"].withheld, heat["310117", "C35"].value) == (0, None, "41.5")
    assert (heat[TOTAL, TOTAL].firms, heat["310117", "C35"].low) == (45, None), "nine firms give a mean and no interval"


def test_none_beside_what_is_withheld_is_withheld_too_where_it_would_say_what_all_the_others_are() -> None:
    """plan R5: who was diagnosed in a district is known; none of the lower grades there says that each is of the higher."""
    placed = {("310101", 3): 3, ("310115", 1): 9, ("310115", 3): 9, ("310117", 1): 8, ("310117", 3): 7, ("310118", 3): 40}
    each = (place for place, count in placed.items() for _ in range(count))
    known = [firm(at, district, grade=grade) for at, (district, grade) in enumerate(each)]
    shown = cells(inputs(known), PaperTableName.GRADES)
    assert [shown["310101", column].withheld for column in ("1", "3", TOTAL)] == [
        Withheld.PROTECTS,
        Withheld.TOO_FEW,
        Withheld.TOO_FEW,
    ]


def test_where_all_firms_of_a_line_have_become_the_same_it_is_withheld_however_many_they_are() -> None:
    """Else who knows that a firm was diagnosed there reads its grade; what is withheld beside it keeps it from following."""
    placed = {("310115", 1): 9, ("310115", 3): 9, ("310117", 1): 8, ("310117", 3): 7, ("310118", 3): 40}
    each = [place for place, count in placed.items() for _ in range(count)]
    moved = {1: "fallen", 3: "same"}
    known = [firm(at, district, grade=grade, movement=moved[grade]) for at, (district, grade) in enumerate(each)]
    grades, movement = (cells(inputs(known), name) for name in (PaperTableName.GRADES, PaperTableName.MOVEMENT))
    alone = {one for one in grades.values() if one.row == "310118" and one.column != TOTAL}
    assert {(one.firms, one.withheld is None) for one in alone} == {(None, False)}
    assert (grades["310118", TOTAL].firms, grades[TOTAL, TOTAL].firms) == (40, 73)
    assert sum(one.firms is None for one in grades.values()) == 4, "it, none beside it, and both of one other line"
    assert movement["310118", "same"].firms == 40, "who was not diagnosed again is counted so"
    risen = [one._replace(movement="risen" if one.district == "310118" else "same") for one in known]
    assert cells(inputs(risen), PaperTableName.MOVEMENT)["310118", "risen"].firms is None


def test_a_line_with_few_firms_more_is_withheld_whole_and_of_nothing_is_said_why() -> None:
    """One firm more is known to all: the one cell of its line that is withheld, or differs, would be its grade."""
    known = [firm(at, ("310101", "310115")[at % 2], grade=at // 2 % 2) for at in range(60)]
    first = compute_paper(inputs(known))
    again = inputs([*known, firm(60, "310101", grade=1)], former=(first.basis,))
    shown = cells(again, PaperTableName.GRADES)
    assert {place for place, one in shown.items() if one.firms is not None} == {("310115", one) for one in ("0", "1", TOTAL)}
    assert {one.withheld for one in shown.values()} == {None, Withheld.DIFFERENCE}
    told = compute_paper(again).cells
    assert {one.withheld for table in told.values() for one in table} == {None, Withheld.TOO_FEW}
    for name, table in work_out(again).cells.items():
        assert [one.withheld is None for one in table] == [one.withheld is None for one in told[name]]


def test_a_line_in_which_many_have_moved_is_looked_at_cell_by_cell() -> None:
    """Else hardly a district's grades could be shown twice: somewhere a few have always moved."""
    known = [firm(at, ("310101", "310115")[at % 2], grade=at // 2 % 4) for at in range(160)]
    first = compute_paper(inputs(known))
    more = [firm(200 + at, ("310101", "310115")[at % 2], grade=at // 20) for at in range(60)]
    shown = cells(inputs([*known, *more, firm(300, "310101", grade=3)], former=(first.basis,)), PaperTableName.GRADES)
    assert shown["310101", "3"].firms is None, "one firm more"
    assert [one for one in shown.values() if one.row == "310101" and one.column != TOTAL and one.firms is not None]


def test_where_one_group_has_most_of_a_cell_it_is_withheld_from_that_group_too() -> None:
    known = [firm(at, group="g1" if at < 9 else None, grade=3 if at < 10 else 1) for at in range(18)]
    known += [firm(at, "310115", grade=1 + 2 * (at % 2)) for at in range(18, 40)]
    assert cells(inputs(known), PaperTableName.GRADES)["310101", "3"].withheld is Withheld.TOO_FEW


def test_a_district_that_is_withheld_in_one_table_is_withheld_in_all_that_sum_to_it() -> None:
    known = [firm(at, f"3101{at % 4 + 10}", "C34" if at % 3 else "C35", grade=at % 2) for at in range(60)]
    known += [firm(at, "310199") for at in range(60, 63)]
    found = compute_paper(inputs(known)).cells
    diagnosed = {name: "diagnosed" if name is PaperTableName.COVERAGE else TOTAL for name in LATTICE}
    withheld = [
        {one.row for one in found[name] if one.column == column and one.firms is None} for name, column in diagnosed.items()
    ]
    assert withheld[0] > {"310199"}, "the three firms, and what their number would follow from"
    assert withheld[1:] == withheld[:1] * 3


def test_an_edition_that_differs_by_one_firm_from_what_is_published_withholds_the_cells_that_would_tell_it() -> None:
    known = [firm(at, ("310101", "310115")[at % 2], total=f"{30 + at}.5", grade=1 + at // 2 % 2) for at in range(40)]
    first = compute_paper(inputs(known))
    again = inputs(known, former=(first.basis,))
    assert compute_paper(again).cells == first.cells, "the same firms tell nothing new"
    moved = inputs([known[0]._replace(total="99.5"), *known[1:]], former=(first.basis,))
    heat = cells(moved, PaperTableName.HEAT)
    assert (heat["310101", "C34"].firms, heat["310101", "C34"].value) == (20, None)
    assert heat["310101", "C34"].withheld is Withheld.DIFFERENCE
    left = cells(inputs(known[2:], former=(first.basis,)), PaperTableName.GRADES)
    assert {one.firms for one in left.values()} == {None}, "two firms left, of two districts"
    many = cells(inputs([one._replace(total="50") for one in known], former=(first.basis,)), PaperTableName.HEAT)
    assert {one.value for one in many.values()} == {"50.0"}


def test_what_an_edition_withheld_is_not_told_by_the_next_of_the_same_firms() -> None:
    known = [firm(at, "310101" if at < 3 else "310115", "C34" if at < 20 else "C35") for at in range(40)]
    first = compute_paper(inputs(known))
    withheld = {(one.row, one.column) for one in first.cells[PaperTableName.HEAT] if one.withheld is not None}
    again = cells(inputs(known, former=(first.basis,), rule=RULE.model_copy(update={"firms_at_least": 3})), PaperTableName.HEAT)
    assert withheld
    assert {place for place, one in again.items() if one.withheld is not None} >= withheld


def test_the_weakest_indicators_stand_for_themselves_and_tell_no_few_firms() -> None:
    points = {("2023", f"Z{at:02}"): {f"e{one:03}": str(at) for one in range(3 if at == 0 else 12)} for at in range(14)}
    found = compute_paper(inputs([firm(at) for at in range(12)], points=points))
    shown = found.cells[PaperTableName.INDICATORS]
    assert [one.column for one in shown] == [f"Z{at:02}" for at in range(1, 11)], "ten, and none of three firms"
    assert (shown[0].value, shown[0].low, shown[0].high, shown[0].firms) == ("1.0", "1.0", "1.0", 12)
    assert "e000" in found.basis.cells["indicators"]["2023|Z01"]


def test_targets_stand_beside_what_the_coverage_that_is_shown_comes_to() -> None:
    known = [firm(at, total="40" if at < 30 else None, grade=None) for at in range(45)]
    asked = (PaperTarget("enterprises_diagnosed", "20", "V"), PaperTarget("share_diagnosed", "60", "V"))
    told = {place: one.value for place, one in cells(inputs(known, targets=asked), PaperTableName.TARGETS).items()}
    assert told["enterprises_diagnosed", "reached"] == "30"
    assert (told["share_diagnosed", "target_V"], told["share_diagnosed", "reached"]) == ("60", "66.6")
    few = cells(inputs(known[:3], targets=asked), PaperTableName.TARGETS)
    assert few["share_diagnosed", "reached"].withheld is Withheld.PROTECTS


@settings(max_examples=40)
@sampled(chance=st.randoms(use_true_random=False), size=st.integers(0, 150), places=st.integers(1, 5))
def test_no_sum_tells_a_cell_that_is_withheld(chance: Random, size: int, places: int) -> None:
    """In the graph of rows and columns that withheld cells join, a cell follows from the others where it is a bridge.

    All firms of the first district are of one grade.
    """
    known = [
        firm(at, f"31010{district}", f"C3{chance.randrange(places)}", grade=chance.randrange(3 if district else 1),
             total=chance.choice(["40", "50.25", None]), movement=chance.choice(["new", "risen"]))
        for at in range(size) for district in [chance.randrange(places)]
    ]  # fmt: skip
    for name in LATTICE:
        found = cells(inputs(known), name)
        lines = {(f"row {row}", f"column {column}"): one for (row, column), one in found.items() if one.firms is None}
        few = {frozenset(line) for line, one in lines.items() if one.withheld is Withheld.TOO_FEW}
        assert not few & set(map(frozenset, nx.bridges(nx.Graph(lines.keys()))))
        assert all(one.firms is None or one.firms == 0 or one.firms >= RULE.firms_at_least for one in found.values())
        if name is PaperTableName.GRADES:
            whole = Counter(one.district for one in known if one.total is not None)
            whole[TOTAL] = whole.total()
            told = [one for one in found.values() if one.column != TOTAL and one.firms is not None]
            assert not [one for one in told if one.firms == whole[one.row]], "each of them would be known"


@pytest.mark.parametrize(
    "odd", [{"targets": (PaperTarget("share_diagnosed", "60", "V"),)}, {"rule": RULE.model_copy(update={"caliper": 9})}]
)
def test_the_digest_is_of_all_that_goes_in_whatever_its_order(odd: dict[str, object]) -> None:
    known = [firm(at) for at in range(9)]
    assert digest_of(inputs(known)) == digest_of(inputs(known[::-1]))
    assert digest_of(inputs(known)) != digest_of(inputs(known, **odd))


def test_links_are_counted_by_district_and_industry_and_no_cell_tells_that_nearly_all_have_one() -> None:
    placed = {("310101", "C34"): 30, ("310101", "C35"): 30, ("310115", "C34"): 30, ("310115", "C35"): 30}
    known = [firm(at, *place) for at, place in enumerate(place for place, count in placed.items() for _ in range(count))]
    some = {place: [one.id for one in known if (one.district, one.industry) == place] for place in placed}
    supplying = frozenset(one for firms in some.values() for one in firms[:10])
    shown = cells(inputs(known, linked={PaperTableName.SUPPLIERS: supplying}), PaperTableName.SUPPLIERS)
    assert (shown["310101", "C34"].firms, shown[TOTAL, "C34"].firms, shown[TOTAL, TOTAL].firms) == (10, 20, 40)
    assert all(one.value is None and one.withheld is None for one in shown.values())
    few = supplying - set(some["310101", "C34"][4:])
    shown = cells(inputs(known, linked={PaperTableName.SUPPLIERS: few}), PaperTableName.SUPPLIERS)
    assert shown["310101", "C34"].withheld is Withheld.TOO_FEW
    assert sum(one.withheld is Withheld.PROTECTS for one in shown.values()) == 3
    nearly_all = supplying | set(some["310101", "C34"][:27])
    shown = cells(inputs(known, linked={PaperTableName.BUYERS: nearly_all}), PaperTableName.BUYERS)
    assert shown["310101", "C34"].withheld is Withheld.TOO_FEW, "three firms beside it would be told to have none"
    four = frozenset(some["310101", "C34"][:4])
    assert cells(inputs(known, linked={PaperTableName.BUYERS: four}), PaperTableName.BUYERS) == {}, "not even where they lie"
    assert digest_of(inputs(known)) != digest_of(inputs(known, linked={PaperTableName.BUYERS: nearly_all}))
