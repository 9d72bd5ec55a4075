"""What a person must confirm of a roster 名单确认: losses, other identities, jumps. plan P1, G4."""

from decimal import Decimal
from typing import Any

import pytest

from domain.access import Role
from domain.kernel import Rule
from domain.participants.rosters.bringing_in import (
    ROSTER_NOTHING_TO_CONFIRM,
)
from domain.participants.rosters.confirmations import (
    ROSTER_BACK_ON,
    ROSTER_DISTRICT_CHANGED,
    ROSTER_INDUSTRY_CHANGED,
    ROSTER_NAME_CHANGED,
    ROSTER_REVENUE_JUMPED,
    ROSTER_UNIT_REMOVED,
)
from domain.participants.rosters.examination import examine
from domain.participants.rosters.findings import ConfirmedFinding, FindingSeverity
from tests.rules.participants.roster_files import (
    ELSEWHERE,
    FINDING,
    FIRM,
    OTHER,
    RENAMED,
    answered,
    confirming,
    file_of,
    findings,
    given,
    on_record,
    present,
)


def test_what_a_row_says_there_is_none_of_goes_only_when_a_person_confirms_it() -> None:
    seated = FIRM.model_copy(update={"subdistrict": "310117001", "park": "park1", "group": "g1"})
    case, command = given(firms=on_record(seated)), file_of(FIRM)
    assert findings(command, case) == [(2, ROSTER_UNIT_REMOVED.code, "confirm")] * 3
    case.when(command, Role.CITY).happened("roster.blocked.v2")
    case = case.when(file_of(FIRM, confirmed=confirming(2, ROSTER_UNIT_REMOVED)), Role.CITY)
    assert present(case) == FIRM


def test_a_subdistrict_that_is_not_spoken_of_stays_only_within_its_district() -> None:
    seated = FIRM.model_copy(update={"subdistrict": "310117001", "park": "park1"})
    moved = file_of(ELSEWHERE, silent={2: frozenset({"subdistrict", "park"})}, confirmed=confirming(2, ROSTER_DISTRICT_CHANGED))
    case = given(firms=on_record(seated)).when(moved, Role.CITY)
    assert present(case) == ELSEWHERE.model_copy(update={"park": "park1"})


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"name": "另一家有限公司"}, ROSTER_NAME_CHANGED),
        ({"industry": "C39"}, ROSTER_INDUSTRY_CHANGED),
        ({"district": "310115"}, ROSTER_DISTRICT_CHANGED),
        ({"revenue_wan": Decimal(210000)}, ROSTER_REVENUE_JUMPED),
        ({"revenue_wan": Decimal(2100)}, ROSTER_REVENUE_JUMPED),
        ({"revenue_wan": Decimal(0)}, ROSTER_REVENUE_JUMPED),
    ],
)
def test_another_identity_and_a_jump_are_taken_in_only_when_a_person_confirms_them(changed: dict[str, Any], rule: Rule) -> None:
    now = FIRM.model_copy(update=changed)
    case = given(firms=on_record(FIRM))
    assert findings(file_of(now), case) == [(2, rule.code, "confirm")]
    case.when(file_of(now), Role.CITY)
    assert answered(case).model_dump()["to_confirm"] == 1
    case = case.when(file_of(now, confirmed=confirming(2, rule)), Role.CITY)
    assert answered(case).model_dump()["confirmed"] == ({"row": 2, "code": rule.code},)
    assert present(case) == now


@pytest.mark.parametrize(
    "confirmed", [confirming(2, ROSTER_BACK_ON), confirming(3, ROSTER_NAME_CHANGED), confirming(9, ROSTER_NAME_CHANGED)]
)
def test_what_nothing_asks_is_not_confirmed(confirmed: tuple[ConfirmedFinding, ...]) -> None:
    asked = confirming(2, ROSTER_NAME_CHANGED)
    file = file_of(RENAMED, OTHER, confirmed=(*asked, *confirmed))
    given(firms=on_record(FIRM, OTHER)).when(file, Role.CITY).refused(
        ROSTER_NOTHING_TO_CONFIRM, path="confirmed.1", row=confirmed[0].row
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "示例精密机械 有限公司"},
        {"industry": "C3411"},
        {"revenue_wan": Decimal(209999)},
        {"revenue_wan": Decimal(2101)},
        {"employees": 3},
    ],
)
def test_a_name_written_otherwise_and_a_usual_change_ask_nobody(changed: dict[str, Any]) -> None:
    case = given(firms=on_record(FIRM)).when(file_of(FIRM.model_copy(update=changed)), Role.CITY)
    case.happened("roster.imported.v2", "enterprise.revised.v3")


def test_what_is_asked_of_the_header_blocks_the_file_whatever_part_is_accepted() -> None:
    asked = FINDING.model_copy(update={"row": 1, "severity": FindingSeverity.CONFIRM, "code": "UNIT"})
    command = file_of(FIRM, findings=(asked,), accept_partial=True)
    given().when(command, Role.CITY).happened("roster.blocked.v2")
    confirmed = command.model_copy(update={"confirmed": (ConfirmedFinding(row=1, code="UNIT"),)})
    given().when(confirmed, Role.CITY).happened("roster.imported.v2", "enterprise.registered.v3")


def test_a_row_that_is_to_be_confirmed_blocks_no_other_where_a_part_is_accepted() -> None:
    command = file_of(RENAMED, OTHER, accept_partial=True)
    case = given(firms=on_record(FIRM)).when(command, Role.CITY)
    case.happened("roster.imported.v2", "enterprise.registered.v3")
    assert answered(case).refused_rows == 1


def test_a_districts_blocked_file_tells_nothing_of_a_firm_that_lies_elsewhere() -> None:
    command, read = file_of(RENAMED, refused_rows=1), on_record(ELSEWHERE)
    told = examine(command, None, read, "310117").report.findings
    assert [found.code for found in told] == [FINDING.code]
    given(firms=read).when(command, Role.DISTRICT, "310117").happened("roster.blocked.v2")


def test_an_amount_spelled_with_more_zeros_is_no_change() -> None:
    same = FIRM.model_copy(update={"revenue_wan": Decimal("21000.00")})
    given(firms=on_record(FIRM)).when(file_of(same), Role.CITY).happened("roster.imported.v2")
