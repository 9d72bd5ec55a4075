"""Stage limits (plan P3–P6): a case is overdue once the last working day of its stage is over, whatever lies between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.diagnosis.stage_limits import LIMITS, overdue_since
from domain.diagnosis.state import Status
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import add_working_days, calendar_on_file

ON_FILE = calendar_on_file()
BY_DEFAULT = rule_in_force(None, StageLimits, date(2026, 11, 27))


@given(st.sampled_from(sorted(LIMITS)), st.dates(date(2024, 1, 1), date(2026, 6, 30)), st.integers(0, 90), st.integers(0, 30))
def test_a_case_is_overdue_on_the_day_after_the_last_one_of_its_limit(status: Status, since: date, after: int, days: int) -> None:
    limits = BY_DEFAULT.model_copy(update=dict.fromkeys(StageLimits.model_fields, days) | {"kind": BY_DEFAULT.kind})
    today = since + timedelta(days=after)
    due = add_working_days(since, days * len(LIMITS[status]), ON_FILE).day
    assert (since < overdue_since(limits, today, ON_FILE)[status]) == (due < today)


def test_a_holiday_is_no_day_of_a_limit() -> None:
    """Issued on the last day before the seven of October: five working days to confirm end on the 14th."""
    since = date(2025, 9, 30)
    assert add_working_days(since, BY_DEFAULT.confirmation, ON_FILE).day == date(2025, 10, 14)
    assert since >= overdue_since(BY_DEFAULT, date(2025, 10, 14), ON_FILE)[Status.ISSUED]
    assert since < overdue_since(BY_DEFAULT, date(2025, 10, 15), ON_FILE)[Status.ISSUED]


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.WITHDRAWN])
def test_what_is_over_waits_for_nobody(status: Status) -> None:
    assert status not in overdue_since(BY_DEFAULT, date(2026, 11, 27), ON_FILE)
