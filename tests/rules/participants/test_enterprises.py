"""Rules of the roster 名单规则 (plan P1, G4): given a history, when a file comes in, then."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.access import Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import OnStream
from domain.participants import enterprises as e
from tests.rules.given import Given

FIRM = e.Firm(
    uscc="91310000132260250X",
    name="示例精密机械有限公司",
    district="310117",
    industry="C34",
    employees=320,
    revenue_wan=Decimal(21000),
    size_class="medium",
    above_scale=True,
)
OTHER = FIRM.model_copy(update={"uscc": "91310000XX0000019X", "name": "示例乙"})
ELSEWHERE = FIRM.model_copy(update={"district": "310115"})
FINDING = e.RosterFinding(row=3, column="所属区", severity="refused", code="X", says="无", says_in_english="none")


def file_of(*firms: e.Firm, digest: str = "d", refused_rows: int = 0, accept_partial: bool = False) -> e.ImportRoster:
    return e.ImportRoster(
        year=2024,
        digest=digest,
        filename="名单.xlsx",
        rows=tuple(enumerate(firms, start=2)),
        findings=(FINDING,) * refused_rows,
        refused_rows=refused_rows,
        accept_partial=accept_partial,
    )


def on_record(*firms: e.Firm) -> dict[str, e.Firm]:
    return {e.enterprise_stream(e.enterprise_id(firm.uscc)): firm for firm in firms}


def given(*history: e.RosterEvent, firms: dict[str, e.Firm] | None = None) -> Given:
    return Given(e.ROSTERS, *history).having_read(dict(firms or {}))


def imported(command: e.ImportRoster) -> e.RosterImported:
    outcome = Given(e.ROSTERS).when(command, Role.CITY).outcome
    assert isinstance(outcome, tuple)
    assert isinstance(outcome[0], e.RosterImported)
    return outcome[0]


def test_a_new_enterprise_is_registered_and_joins_the_years_roster() -> None:
    wish = given().when(file_of(FIRM, OTHER), Role.CITY)
    wish.happened("roster.imported.v1", "enterprise.registered.v2", "enterprise.registered.v2")


def test_an_unchanged_enterprise_joins_the_roster_without_a_fact_of_its_own() -> None:
    given(firms=on_record(FIRM)).when(file_of(FIRM), Role.CITY).happened("roster.imported.v1")


def test_what_a_file_has_no_column_for_stays_as_it_was() -> None:
    seated = FIRM.model_copy(update={"subdistrict": "310117001", "park": "park1", "group": "g1"})
    silent = file_of(FIRM).model_copy(update={"unstated": frozenset({"subdistrict", "park", "group"})})
    given(firms=on_record(seated)).when(silent, Role.CITY).happened("roster.imported.v1")
    given(firms=on_record(seated)).when(file_of(FIRM), Role.CITY).happened("roster.imported.v1", "enterprise.revised.v2")


def test_a_subdistrict_that_is_not_spoken_of_stays_only_within_its_district() -> None:
    seated = FIRM.model_copy(update={"subdistrict": "310117001", "park": "park1"})
    moved = FIRM.model_copy(update={"district": "310115"})
    wish = file_of(moved).model_copy(update={"unstated": frozenset({"subdistrict", "park"})})
    outcome = given(firms=on_record(seated)).when(wish, Role.CITY).outcome
    assert isinstance(outcome, tuple)
    revised = outcome[1]
    assert isinstance(revised, OnStream)
    assert revised.event == e.EnterpriseRevised(firm=moved.model_copy(update={"park": "park1"}))


def test_an_amount_spelled_with_more_zeros_is_no_change() -> None:
    same = FIRM.model_copy(update={"revenue_wan": Decimal("21000.00")})
    given(firms=on_record(FIRM)).when(file_of(same), Role.CITY).happened("roster.imported.v1")


def test_a_file_already_taken_in_changes_nothing() -> None:
    given(imported(file_of(FIRM))).when(file_of(FIRM, OTHER), Role.CITY).then()


def test_a_refused_row_blocks_the_whole_file_unless_partial_import_is_accepted() -> None:
    given().when(file_of(FIRM, refused_rows=1), Role.CITY).happened("roster.blocked.v1")
    partial = given().when(file_of(FIRM, refused_rows=1, accept_partial=True), Role.CITY)
    partial.happened("roster.imported.v1", "enterprise.registered.v2")


def test_a_file_without_an_acceptable_row_is_blocked_even_when_partial_import_is_accepted() -> None:
    given().when(file_of(refused_rows=2, accept_partial=True), Role.CITY).happened("roster.blocked.v1")
    given().when(file_of(accept_partial=True), Role.CITY).happened("roster.blocked.v1")


def test_a_blocked_file_sent_again_leaves_no_second_report_but_may_be_taken_in_partly() -> None:
    blocked = e.RosterBlocked(year=2024, digest="d", filename="名单.xlsx", refused_rows=1, findings=(FINDING,))
    given(blocked).when(file_of(FIRM, refused_rows=1), Role.CITY).then()
    again = given(blocked).when(file_of(FIRM, refused_rows=1, accept_partial=True), Role.CITY)
    again.happened("roster.imported.v1", "enterprise.registered.v2")


def test_the_report_counts_registered_revised_and_unchanged_and_keeps_every_finding() -> None:
    renamed = FIRM.model_copy(update={"name": "示例精密机械股份有限公司"})
    third = FIRM.model_copy(update={"uscc": "91310000XX0000107C"})
    command = file_of(renamed, OTHER, third, refused_rows=1, accept_partial=True)
    wish = given(firms=on_record(FIRM, OTHER)).when(command, Role.CITY)
    assert isinstance(wish.outcome, tuple)
    report = wish.outcome[0]
    assert isinstance(report, e.RosterImported)
    assert (report.registered, report.revised, report.unchanged, report.refused_rows) == (1, 1, 1, 1)
    assert report.enterprises == tuple(e.enterprise_id(firm.uscc) for firm in (renamed, OTHER, third))
    assert report.findings == (FINDING,)


def test_the_same_enterprise_twice_in_one_file_is_refused_naming_both_rows() -> None:
    twice = FIRM.model_copy(update={"name": "另一名称"})
    wish = given().when(file_of(FIRM, OTHER, twice), Role.CITY)
    wish.refused(e.ROSTER_REPEATS_ENTERPRISE, row=4, first=2, uscc=FIRM.uscc)


def test_a_districts_roster_holds_its_own_enterprises_only() -> None:
    wish = given().when(file_of(FIRM, ELSEWHERE.model_copy(update={"uscc": OTHER.uscc})), Role.DISTRICT, "310117")
    wish.refused(e.ROSTER_OUTSIDE_DISTRICT, row=3, count=1)


def test_a_district_cannot_take_over_an_enterprise_that_lies_in_another_district() -> None:
    wish = given(firms=on_record(ELSEWHERE, OTHER)).when(file_of(OTHER, FIRM), Role.DISTRICT, "310117")
    wish.refused(e.ROSTER_TAKES_OVER, row=3, count=1)


def test_the_city_may_move_an_enterprise_to_another_district() -> None:
    wish = given(firms=on_record(ELSEWHERE)).when(file_of(FIRM), Role.CITY)
    wish.happened("roster.imported.v1", "enterprise.revised.v2")


def test_a_district_may_register_and_revise_its_own_enterprises() -> None:
    renamed = FIRM.model_copy(update={"name": "示例精密机械股份有限公司"})
    wish = given(firms=on_record(FIRM)).when(file_of(renamed, OTHER), Role.DISTRICT, "310117")
    wish.happened("roster.imported.v1", "enterprise.revised.v2", "enterprise.registered.v2")


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.PROVIDER, Role.PARK, Role.AUDITOR, Role.PUBLIC])
def test_only_city_and_district_bring_in_a_roster(role: Role) -> None:
    given().when(file_of(FIRM), role).refused(ROLE_NOT_ALLOWED)


def test_no_enterprise_is_read_for_a_file_that_changes_nothing_anyway() -> None:
    taken = Given(e.ROSTERS, imported(file_of(FIRM))).state
    assert e.ROSTERS.reads(file_of(FIRM), taken) == ()
    assert e.ROSTERS.reads(file_of(FIRM, refused_rows=1), None) == ()
    assert e.ROSTERS.reads(file_of(FIRM), None) == tuple(on_record(FIRM))


@pytest.mark.parametrize("wrong", [{"employees": -1}, {"revenue_wan": Decimal(-1)}, {"name": ""}, {"uscc": ""}])
def test_an_impossible_statement_is_no_firm(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        e.Firm.model_validate({**dict(FIRM), **wrong})
