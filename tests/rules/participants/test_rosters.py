"""Rules of the roster 名单规则 (plan P1, G4): given what is on record, when a file comes in, then."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain.access import Place, Role
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import OnStream
from domain.participants import enterprises as e
from domain.participants.rosters.bringing_in import (
    ROSTER_OUTSIDE_DISTRICT,
    ROSTER_REPEATS_ENTERPRISE,
    ROSTER_TAKES_OVER,
    ROSTER_YEAR_AHEAD,
    RosterImported,
    RosterUnchanged,
)
from domain.participants.rosters.comparison import ImportRoster
from domain.participants.rosters.confirmations import (
    ROSTER_BACK_ON,
    ROSTER_DISTRICT_CHANGED,
    ROSTER_INDUSTRY_CHANGED,
)
from domain.participants.rosters.examination import ROSTER_LEAVES_OUT, examine
from domain.participants.rosters.findings import RosterReport
from domain.participants.rosters.roster import ROSTERS, evolve
from domain.participants.rosters.state import roster_stream
from domain.participants.rosters.taking_off import (
    NOT_ON_ROSTER,
    OFF_ROSTER_ALREADY,
    ROSTER_OF_ANOTHER_DISTRICT,
    TakeOffRoster,
)
from tests.firm_ids import firm_id
from tests.rules.given import Given
from tests.rules.participants.roster_files import (
    ELSEWHERE,
    FINDING,
    FIRM,
    GREW,
    IDENTITY,
    OTHER,
    RENAMED,
    STREAM,
    YEAR,
    answered,
    confirming,
    file_of,
    findings,
    given,
    on_record,
    present,
)


def imported(command: ImportRoster) -> RosterImported:
    fact = Given(ROSTERS).when(command, Role.CITY).facts[0]
    assert isinstance(fact, RosterImported)
    return fact


def test_a_new_enterprise_is_registered_and_joins_the_years_roster() -> None:
    case = given().when(file_of(FIRM, OTHER), Role.CITY)
    case.happened("roster.imported.v2", "enterprise.registered.v3", "enterprise.registered.v3")
    assert case.read[STREAM].stated == {YEAR: FIRM}


def test_an_enterprise_that_is_on_the_roster_just_so_has_no_fact_of_its_own() -> None:
    given(firms=on_record(FIRM)).when(file_of(FIRM), Role.CITY).happened("roster.imported.v2")


def test_an_unchanged_enterprise_joins_the_next_years_roster_by_a_fact_that_keeps_what_it_was() -> None:
    case = given(firms=on_record(FIRM, year=YEAR - 1)).when(file_of(FIRM), Role.CITY)
    case.happened("roster.imported.v2", "enterprise.revised.v3")
    assert answered(case).model_dump()["unchanged"] == 1
    assert case.read[STREAM].stated == {YEAR - 1: FIRM, YEAR: FIRM}


# Item: repeating is judged by what is on record


def test_the_right_file_then_the_wrong_one_then_the_right_one_again_leaves_what_the_right_one_states() -> None:
    right, wrong = file_of(FIRM, digest="right"), file_of(GREW, digest="wrong")
    case = given().when(right, Role.CITY).when(wrong, Role.CITY)
    assert present(case) == GREW
    case = case.when(right, Role.CITY)
    case.happened("roster.imported.v2", "enterprise.revised.v3")
    assert present(case) == FIRM
    case.when(right, Role.CITY).happened("roster.unchanged.v1")


def test_a_file_that_states_what_is_on_record_is_answered_by_a_report_of_its_own_that_nothing_changed() -> None:
    case = given().when(file_of(FIRM, OTHER), Role.CITY)
    again = case.when(file_of(FIRM, OTHER, filename="改名.xlsx"), Role.CITY)
    again.happened("roster.unchanged.v1")
    fact = again.facts[0]
    assert isinstance(fact, RosterUnchanged)
    assert (fact.unchanged, fact.filename) == (2, "改名.xlsx")
    assert again.state == case.state


def test_another_file_that_states_the_same_is_answered_by_a_report_and_no_other_fact() -> None:
    case = given().when(file_of(FIRM), Role.CITY)
    case.when(file_of(FIRM, digest="csv"), Role.CITY).happened("roster.imported.v2")


def test_a_blocked_file_sent_again_is_blocked_again_but_may_be_taken_in_partly() -> None:
    case = given().when(file_of(FIRM, refused_rows=1), Role.CITY)
    case.happened("roster.blocked.v2")
    case.when(file_of(FIRM, refused_rows=1), Role.CITY).happened("roster.blocked.v2")
    again = case.when(file_of(FIRM, refused_rows=1, accept_partial=True), Role.CITY)
    again.happened("roster.imported.v2", "enterprise.registered.v3")
    again.when(file_of(FIRM, refused_rows=1, accept_partial=True), Role.CITY).happened("roster.unchanged.v1")


def test_a_file_that_was_taken_in_and_is_blocked_now_is_told_so() -> None:
    case = given().when(file_of(FIRM, refused_rows=1, accept_partial=True), Role.CITY)
    case.when(file_of(FIRM, refused_rows=1), Role.CITY).happened("roster.blocked.v2")


# Item: a statement belongs to its year


def test_a_roster_of_an_earlier_year_changes_that_year_and_never_the_present() -> None:
    case = given(firms=on_record(FIRM, year=YEAR + 1)).when(file_of(GREW), Role.CITY)
    case.happened("roster.imported.v2", "enterprise.stated.v1")
    assert present(case) == FIRM
    assert case.read[STREAM].stated == {YEAR: GREW, YEAR + 1: FIRM}


def test_the_present_follows_the_latest_year_whatever_order_the_rosters_come_in() -> None:
    for years in ((YEAR - 1, YEAR), (YEAR, YEAR - 1)):
        case = given()
        for year in years:
            firm = FIRM.model_copy(update={"employees": year})
            case = case.when(file_of(firm, year=year), Role.CITY)
        assert present(case).employees == YEAR


def test_a_corrected_roster_of_the_presents_own_year_corrects_the_present() -> None:
    case = given(firms=on_record(FIRM)).when(file_of(GREW), Role.CITY)
    assert present(case) == GREW


def test_of_entries_that_do_not_bear_their_year_the_later_years_rosters_tell_whether_a_file_is_older() -> None:
    older = RosterImported.model_validate(dict(imported(file_of(FIRM, year=YEAR - 1))) | {"members": {"": (IDENTITY,)}})
    known: dict[str, Any] = dict(on_record(FIRM, year=None))
    later = {roster_stream(YEAR): evolve(None, older.model_copy(update={"year": YEAR}))}
    case = Given(ROSTERS, older).having_read(known | later).when(file_of(GREW, year=YEAR - 1), Role.CITY)
    case.happened("roster.imported.v2", "enterprise.stated.v1")
    assert present(case) == FIRM
    alone = Given(ROSTERS, older).having_read(known).when(file_of(GREW, year=YEAR - 1), Role.CITY)
    alone.happened("roster.imported.v2", "enterprise.revised.v3")
    same = Given(ROSTERS, older).having_read(dict(on_record(FIRM, year=None)))
    same.when(file_of(FIRM, digest="n", year=YEAR - 1), Role.CITY).happened("roster.imported.v2")


def test_a_roster_of_a_year_that_has_not_begun_is_refused() -> None:
    given().when(file_of(FIRM, year=YEAR + 1), Role.CITY).refused(ROSTER_YEAR_AHEAD, year=YEAR + 1, latest=YEAR)


# Item: a firm is taken off a year's roster by a fact, and what a file leaves out is listed


def taking_off(year: int = YEAR) -> TakeOffRoster:
    return TakeOffRoster(year=year, enterprise=IDENTITY, reason="年中停产注销")


def test_an_enterprise_is_taken_off_a_years_roster_with_a_reason_and_stays_known() -> None:
    case = given().when(file_of(FIRM, OTHER), Role.CITY).when(taking_off(), Role.CITY)
    gone = e.EnterpriseTakenOffRoster(year=YEAR, reason="年中停产注销")
    assert case.facts == (OnStream(STREAM, gone),)
    assert case.read[STREAM].taken_off == {YEAR}
    assert present(case) == FIRM
    case.when(taking_off(), Role.CITY).refused(OFF_ROSTER_ALREADY, year=YEAR)


def test_what_is_on_no_roster_of_the_year_is_not_taken_off_it() -> None:
    given(firms=on_record(FIRM)).when(taking_off(YEAR - 1), Role.CITY).refused(NOT_ON_ROSTER, year=YEAR - 1)
    given().when(taking_off(), Role.CITY).refused(NOT_ON_ROSTER)


def test_a_district_takes_off_what_the_years_roster_states_in_it() -> None:
    known = on_record(ELSEWHERE, year=YEAR - 1)
    moved = e.evolve(known[STREAM], e.EnterpriseRevised(year=YEAR, firm=FIRM))
    case = given(firms={STREAM: moved})
    case.when(taking_off(YEAR - 1), Role.DISTRICT, "310117").refused(ROSTER_OF_ANOTHER_DISTRICT)
    case.when(taking_off(), Role.DISTRICT, "310117").happened("enterprise.taken_off_roster.v1")
    case.when(taking_off(YEAR - 1), Role.PARK).refused(ROLE_NOT_ALLOWED)


def test_a_firm_of_older_entries_is_taken_off_as_well() -> None:
    older = RosterImported.model_validate(dict(imported(file_of(FIRM))) | {"members": {"": (IDENTITY,)}})
    given(older, firms=on_record(FIRM, year=None)).when(taking_off(), Role.CITY).happened("enterprise.taken_off_roster.v1")


def test_where_a_firm_lies_decides_who_may_take_it_off() -> None:
    read = on_record(FIRM)
    place = ROSTERS.place(taking_off(), None, read)
    assert isinstance(place, Place)
    assert (place.enterprise, place.district) == (IDENTITY, "310117")


def test_a_file_lists_the_firms_of_its_districts_that_it_leaves_out() -> None:
    third = FIRM.model_copy(update={"uscc": "91310000XX0000107C", "name": "示例丙", "district": "310115"})
    case = given().when(file_of(FIRM, OTHER, third), Role.CITY)
    corrected = file_of(FIRM, digest="corrected")
    assert (0, ROSTER_LEAVES_OUT.code, "warned") in findings(corrected, case)
    case = case.when(corrected, Role.CITY)
    assert answered(case).model_dump()["left_out"] == (firm_id(OTHER.uscc),)
    gone = TakeOffRoster(year=YEAR, enterprise=firm_id(OTHER.uscc), reason="注销")
    assert findings(corrected, case.when(gone, Role.CITY)) == []


def test_a_firm_that_was_taken_off_comes_back_only_when_a_person_confirms_it() -> None:
    case = given().when(file_of(FIRM, OTHER), Role.CITY).when(taking_off(), Role.CITY)
    again = file_of(FIRM, OTHER, digest="again")
    assert findings(again, case) == [(2, ROSTER_BACK_ON.code, "confirm")]
    case.when(again, Role.CITY).happened("roster.blocked.v2")
    confirmed = again.model_copy(update={"confirmed": confirming(2, ROSTER_BACK_ON)})
    case = case.when(confirmed, Role.CITY)
    case.happened("roster.imported.v2", "enterprise.revised.v3")
    assert case.read[STREAM].taken_off == frozenset()


# Item: silence says nothing, and what is implausible is confirmed


def test_what_a_row_is_silent_about_stays_as_it_was() -> None:
    seated = FIRM.model_copy(update={"subdistrict": "310117001", "park": "park1", "group": "g1"})
    silent = file_of(FIRM, silent={2: frozenset({"subdistrict", "park", "group"})})
    given(firms=on_record(seated)).when(silent, Role.CITY).happened("roster.imported.v2")


# What a file as a whole may be


def test_a_refused_row_blocks_the_whole_file_unless_partial_import_is_accepted() -> None:
    given().when(file_of(FIRM, refused_rows=1), Role.CITY).happened("roster.blocked.v2")
    partial = given().when(file_of(FIRM, refused_rows=1, accept_partial=True), Role.CITY)
    partial.happened("roster.imported.v2", "enterprise.registered.v3")


def test_a_file_without_an_acceptable_row_is_blocked_even_when_partial_import_is_accepted() -> None:
    given().when(file_of(refused_rows=2, accept_partial=True), Role.CITY).happened("roster.blocked.v2")
    given().when(file_of(accept_partial=True), Role.CITY).happened("roster.blocked.v2")


def test_the_entry_counts_what_became_of_the_rows_and_cites_the_report_by_its_digest() -> None:
    third = FIRM.model_copy(update={"uscc": "91310000XX0000107C"})
    command = file_of(GREW, OTHER, third, refused_rows=1, accept_partial=True)
    case = given(firms=on_record(FIRM, OTHER))
    report = examine(command, None, case.read).report
    fact = answered(case.when(command, Role.CITY))
    assert isinstance(fact, RosterImported)
    assert (fact.registered, fact.revised, fact.unchanged, fact.refused_rows) == (1, 1, 1, 1)
    assert fact.members == {"310117": tuple(firm_id(firm.uscc) for firm in (GREW, OTHER, third))}
    assert (fact.report, fact.refused, fact.warned) == (report.digest, 1, 0)
    assert report.findings == (FINDING,)
    assert RosterReport.model_validate_json(report.content) == report


def test_an_entry_grows_by_no_finding() -> None:
    many = tuple(FINDING.model_copy(update={"row": row}) for row in range(2, 2000))
    few, lots = (given().when(file_of(findings=some, refused_rows=1), Role.CITY) for some in (many[:1], many))
    assert abs(len(answered(few).model_dump_json()) - len(answered(lots).model_dump_json())) < 10


def test_the_same_enterprise_twice_in_one_file_is_refused_naming_both_rows() -> None:
    case = given().when(file_of(FIRM, OTHER, RENAMED), Role.CITY)
    case.refused(ROSTER_REPEATS_ENTERPRISE, row=4, first=2, uscc=FIRM.uscc)
    other_division = FIRM.model_copy(update={"uscc": "913101171322602506"})
    given().when(file_of(FIRM, other_division), Role.CITY).refused(ROSTER_REPEATS_ENTERPRISE, row=3, first=2)


def test_a_districts_roster_holds_its_own_enterprises_only() -> None:
    case = given().when(file_of(FIRM, ELSEWHERE.model_copy(update={"uscc": OTHER.uscc})), Role.DISTRICT, "310117")
    case.refused(ROSTER_OUTSIDE_DISTRICT, row=3, count=1)


def test_a_district_cannot_take_over_an_enterprise_that_lies_in_another_district() -> None:
    for year in (YEAR - 1, YEAR, None):
        case = given(firms=on_record(ELSEWHERE, OTHER, year=year)).when(file_of(OTHER, FIRM), Role.DISTRICT, "310117")
        case.refused(ROSTER_TAKES_OVER, row=3, count=1)


def test_a_district_may_correct_the_year_in_which_a_firm_that_moved_was_its_own() -> None:
    known = on_record(FIRM, year=YEAR - 1)
    moved = e.evolve(known[STREAM], e.EnterpriseRevised(year=YEAR, firm=ELSEWHERE))
    case = given(firms={STREAM: moved}).when(file_of(GREW, year=YEAR - 1), Role.DISTRICT, "310117")
    case.happened("roster.imported.v2", "enterprise.stated.v1")
    assert present(case) == ELSEWHERE


def test_the_city_may_move_an_enterprise_to_another_district() -> None:
    command = file_of(FIRM, confirmed=confirming(2, ROSTER_DISTRICT_CHANGED))
    case = given(firms=on_record(ELSEWHERE)).when(command, Role.CITY)
    case.happened("roster.imported.v2", "enterprise.revised.v3")


def test_a_district_may_register_and_revise_its_own_enterprises() -> None:
    case = given(firms=on_record(FIRM)).when(file_of(GREW, OTHER), Role.DISTRICT, "310117")
    case.happened("roster.imported.v2", "enterprise.revised.v3", "enterprise.registered.v3")


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.PROVIDER, Role.PARK, Role.AUDITOR, Role.PUBLIC])
def test_only_city_and_district_bring_in_a_roster(role: Role) -> None:
    given().when(file_of(FIRM), role).refused(ROLE_NOT_ALLOWED)


@pytest.mark.parametrize("wrong", [{"employees": -1}, {"revenue_wan": Decimal(-1)}, {"name": ""}, {"uscc": ""}])
def test_an_impossible_statement_is_no_firm(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        e.Firm.model_validate({**dict(FIRM), **wrong})


def test_a_changed_district_and_industry_are_asked_about_by_name() -> None:
    names = {"310117": "松江区", "310115": "浦东新区", FIRM.industry[:3]: "通用设备制造业", "C36": "汽车制造业"}
    moved = FIRM.model_copy(update={"district": "310115", "industry": "C3611"})
    command = file_of(moved).model_copy(update={"names": names})
    told = {one.code: one for one in examine(command, None, on_record(FIRM)).report.findings}
    district, industry = told[ROSTER_DISTRICT_CHANGED.code].says, told[ROSTER_INDUSTRY_CHANGED.code].says
    assert "松江区（310117）" in district
    assert "浦东新区（310115）" in district
    assert "汽车制造业（C36）" in industry
