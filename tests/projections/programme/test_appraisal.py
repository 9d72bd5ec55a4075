"""Appraisal 区考核 (plan I5, G3): a formula tells who transforms; what the scope cannot see is unknown, not failed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.access import Everything, Role, scope_of
from domain.events import CAPABILITIES
from journal import handle, open_journal
from projections import ReadModels, open_read_models
from projections.engine.pages import Page
from projections.programme.appraisal import (
    AppraisalFilter,
    AppraisalNumber,
    AppraisedRow,
    appraised_firms,
    numbers_of,
    sheet,
)
from tests.projections.programme.test_coverage import LateCity
from tests.small_city import CITY, ENTERPRISE, FIRM, confirming, roster

YEAR, OPENED = 2025, 2024
KNOWN = ((False, None), (True, None), (True, 2))
OF_ALL = {AppraisalNumber.ON_ROSTER, AppraisalNumber.DIAGNOSED}


@pytest.fixture
def models(tmp_path: Path) -> Iterator[ReadModels]:
    """A firm whose report is of the first morning of 2025, on the rosters of 2024 and 2025, and moved away by that of 2026."""
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}", demo=True)
    late = LateCity(journal)
    late.issued()
    late.send(CITY, roster(year=YEAR, digest="7" * 64))
    moved = FIRM.model_copy(update={"district": "310115", "subdistrict": None, "park": None})
    for at, stated in (
        (datetime(YEAR, 10, 1, tzinfo=UTC), roster(year=YEAR, digest="8" * 64)),
        (datetime(YEAR + 1, 2, 1, tzinfo=UTC), roster(year=YEAR + 1, digest="9" * 64, rows=((2, moved),))),
    ):
        confirming(stated, lambda one, at=at: handle(journal, CAPABILITIES, one, CITY, clock=lambda: at))  # type: ignore[misc]
    models = open_read_models(f"sqlite:///{tmp_path / 'read.db'}", journal)
    models.catch_up()
    yield models
    models.close()
    journal.close()


def test_a_firm_transforms_from_the_grade_of_the_formula_on(models: ReadModels) -> None:
    with models.reading() as snapshot:
        [row] = appraised_firms(snapshot, Everything(), AppraisalFilter(YEAR), Page(10))
        assert (row.id, row.diagnosed) == (ENTERPRISE, True)
        assert row.grade is not None
        for least, is_so in ((row.grade, True), (row.grade + 1, False)):
            counts = sheet(snapshot, Everything(), AppraisalFilter(YEAR, grade_at_least=least))[FIRM.district]
            assert counts[AppraisalNumber.TRANSFORMING] == is_so
        before = sheet(snapshot, Everything(), AppraisalFilter(YEAR - 1))[FIRM.district]
        assert (before[AppraisalNumber.NOT_DIAGNOSED], before[AppraisalNumber.TRANSFORMING]) == (1, 0)


def test_a_firm_whose_case_waits_past_its_last_day_is_overdue(models: ReadModels) -> None:
    with models.reading() as snapshot:
        for late, day, count in (({"issued": 0}, "2000-01-01", 0), ({"issued": 2**62}, "2099-01-01", 1)):
            counts = sheet(snapshot, Everything(), AppraisalFilter(OPENED, late=late, day=day))[FIRM.district]
            assert counts[AppraisalNumber.OVERDUE] == count
        later = sheet(snapshot, Everything(), AppraisalFilter(YEAR, late={"issued": 2**62}, day="2099-01-01"))[FIRM.district]
        assert later[AppraisalNumber.OVERDUE] == 0, "it is another year's case"


def test_the_result_of_a_firm_that_moved_away_is_unknown_to_its_former_district(models: ReadModels) -> None:
    with models.reading() as snapshot:
        former = sheet(snapshot, scope_of(Role.DISTRICT, FIRM.district), AppraisalFilter(YEAR))[FIRM.district]
        assert {number for number, count in former.items() if count} == {*OF_ALL, AppraisalNumber.RESULT_UNKNOWN}
        assert sheet(snapshot, scope_of(Role.DISTRICT, "310115"), AppraisalFilter(YEAR)) == {}


def test_a_firm_is_diagnosed_or_not_and_a_result_known_or_not() -> None:
    told = [AppraisedRow("e", "d", diagnosed, grade, overdue=False) for diagnosed, grade in KNOWN]
    assert [set(numbers_of(row, 2)) for row in told] == [
        {AppraisalNumber.ON_ROSTER, AppraisalNumber.NOT_DIAGNOSED},
        {*OF_ALL, AppraisalNumber.RESULT_UNKNOWN},
        {*OF_ALL, AppraisalNumber.TRANSFORMING},
    ]
    assert AppraisalNumber.OVERDUE in set(numbers_of(AppraisedRow("e", "d", diagnosed=False, grade=None, overdue=True), 2))
