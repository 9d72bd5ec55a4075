"""Stage limits 诊断环节时限: from which day on a case has stayed too long in its status. plan P3–P6.

Days are the city's; a limit counts working days, as every period does. The rule in force today judges every case.
"""

from collections.abc import Mapping
from datetime import date

from domain.diagnosis.state import Status
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import DAY, WorkingCalendar

LIMITS: Mapping[Status, tuple[str, ...]] = {
    Status.OPEN: ("self_assessment",),
    Status.SUBMITTED: ("evidence_check",),
    Status.ACCEPTED: ("site_visit", "report"),
    Status.SCORED: ("internal_review",),
    Status.ISSUED: ("confirmation",),
    Status.OBJECTED: ("objection",),
}
"""Status -> the stages that it lasts through; what is confirmed or withdrawn waits for nobody."""


def overdue_since(limits: StageLimits, today: date, calendar: WorkingCalendar) -> Mapping[Status, date]:
    """Status -> the day such that whoever came into it on an earlier day is overdue today 超期起算日.

    The last day of a limit may still be used; of a limit of no days that is the day itself, or the next that is worked.
    """
    return {
        status: _counted_back(today, sum(getattr(limits, stage) for stage in stages), calendar)
        for status, stages in LIMITS.items()
    }


def _counted_back(today: date, working_days: int, calendar: WorkingCalendar) -> date:
    """The first day that is not yet too early: so many working days before today, which is not counted itself."""
    day, left = today, max(working_days, 1)
    while left > 0:
        day -= DAY
        left -= calendar.is_working_day(day)
    return day if working_days else day + DAY
