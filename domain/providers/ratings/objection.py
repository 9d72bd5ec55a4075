"""Who may object to a rating 评价异议条件: to a published one, in its time, and by a provider that it holds a line of. plan V5."""

from collections.abc import Collection

from domain.governance.proceedings.state import calendar_of
from domain.governance.working_calendar import Deadline, due_on
from domain.kernel import DecisionContext, Rule

RATING_OBJECTION_LATE = Rule(
    "RATING_OBJECTION_LATE",
    "plan V5",
    "异议期限已于 {due} 届满，不再受理",
    "The time to object ended on {due}; no more are taken",
)
RATING_WITHOUT_YOU = Rule(
    "RATING_WITHOUT_YOU",
    "plan V5",
    "该年度评价没有本机构的结果，无从异议；请核对年度",
    "The rating of this year holds no line of your organisation, and there is nothing to object to; check the year",
)


def require_objection_open(period: Deadline, rated: Collection[str], provider: str, context: DecisionContext) -> None:
    """Raises Refused: RATING_OBJECTION_LATE, RATING_WITHOUT_YOU (plan V5). rated: providers that the rating holds a line of."""
    last = due_on(period, calendar_of(context))
    if context.day > last:
        raise RATING_OBJECTION_LATE.refuse(due=last)
    if provider not in rated:
        raise RATING_WITHOUT_YOU.refuse(path="about")
