"""Filing (plan P5): once, of the confirmed report, by its district, under a number that the register gives."""

from datetime import UTC, datetime

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.filing import (
    ALREADY_FILED,
    FILING_REGISTERS,
    FileReport,
    FilingNumberGiven,
    FilingRegister,
    ReportFiled,
    filing_register,
)
from domain.diagnosis.report import ConfirmReport
from domain.diagnosis.stages import Stage, stage_stream
from domain.diagnosis.state import WRONG_STATUS
from tests.rules.cases import confirmed, firm, issued
from tests.rules.given import Given
from tests.rules.visits import asking

FILE = FileReport(diagnosis="d1")
DISTRICT = "310117"
NEW_YEAR = datetime(2024, 12, 31, 16, 30, tzinfo=UTC)
"""Half past midnight of 2025 in the city."""


def files(case: Given, at: datetime | None = None) -> Given:
    return case.when(FILE, "district", DISTRICT, **({"at": at} if at is not None else {}))


def given_before(count: int) -> dict[object, object]:
    return {filing_register(DISTRICT): FilingRegister(given={2024: count})}


def test_the_district_files_what_the_firm_confirmed_under_the_next_number() -> None:
    case = files(confirmed())
    case.happened("diagnosis.report_filed.v1", "filings.number_given.v1", "followup.began.v1")
    assert case.facts[0] == ReportFiled(number="310117-2024-00001", district=DISTRICT, version=2)
    assert files(confirmed().having_read(given_before(41))).facts[0].number == "310117-2024-00042"  # type: ignore[union-attr]


def test_a_year_of_the_city_begins_its_numbers_anew() -> None:
    assert files(confirmed().having_read(given_before(41)), NEW_YEAR).facts[0].number == "310117-2025-00001"  # type: ignore[union-attr]
    register = FILING_REGISTERS.evolve(None, FilingNumberGiven(number="310117-2024-00001", year=2024, diagnosis="d1"))
    assert FILING_REGISTERS.evolve(register, FilingNumberGiven(number="x", year=2024, diagnosis="d2")).given == {2024: 2}


def test_a_report_is_filed_once_and_not_before_it_is_confirmed() -> None:
    files(issued()).refused(WRONG_STATUS)
    files(files(confirmed()).accepted).refused(ALREADY_FILED, number="310117-2024-00001")
    confirmed().when(FILE, "city").refused(ROLE_NOT_ALLOWED)


def test_where_the_rule_asks_for_it_the_filing_has_its_last_day() -> None:
    case = firm(issued().having_read(asking(filed=True)), ConfirmReport(diagnosis="d1"))
    case.happened("diagnosis.report_confirmed.v3", "slot.released.v1", "stage.began.v2")
    assert case.read[stage_stream("d1")].stage is Stage.FILING
    case = files(case.accepted)
    case.happened("diagnosis.report_filed.v1", "filings.number_given.v1", "stage.ended.v1", "followup.began.v1")
    assert case.read[stage_stream("d1")].stage is None
