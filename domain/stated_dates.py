"""Stated dates 所填日期: every date that a person states lies within the life of the thing it belongs to, both ways. plan P5.

Where the thing itself has a beginning or an end, its own rules say so; here is what holds for every date: none lies before the
programme, and none so far ahead that it was meant otherwise.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from domain.kernel import DecisionContext, Rule
from standards import limit_on, time_limits

LIMITS = time_limits()

DATE_BEFORE_PROGRAMME = Rule(
    "DATE_BEFORE_PROGRAMME",
    "plan P5",
    "{name} {given} 早于工作方案印发之日 {earliest}；在此之前即如此的，请填 {earliest}",
    "The {name_in_english} {given} lies before the programme began, {earliest}; if it held before, say {earliest}",
)
DATE_TOO_FAR_AHEAD = Rule(
    "DATE_TOO_FAR_AHEAD",
    "plan P5",
    "{name} {given} 过于遥远，最晚为 {latest}；请核对年份",
    "The {name_in_english} {given} is too far ahead, {latest} is the latest; check the year",
)

NAMES: Mapping[str, tuple[str, str]] = {
    "since": ("起始日", "first day"),
    "until": ("截止日", "last day"),
    "on": ("终止日", "last day"),
    "last": ("最后一日", "last day"),
    "day": ("听证日", "day of the hearing"),
    "beacon_day": ("公开随机数产生日", "day of the beacon"),
    "held_on": ("举办日", "day of the session"),
    "by": ("完成日", "day to be done by"),
    "ready_by": ("交付日", "day of the delivery"),
    "delivered_on": ("交付日", "day of the delivery"),
    "due": ("整改截止日", "last day to correct"),
    "mend_until": ("补正截止日", "last day to mend"),
    "stated_on": ("报送口径日", "day as of which it is stated"),
    "applied_on": ("申请日", "day of the application"),
    "certified_on": ("获证日", "day of the certificate"),
    "applications_until": ("申报截止日", "last day for applications"),
    "mending_until": ("补正截止日", "last day for mending"),
    "marking_until": ("评分截止日", "last day of marking"),
    "objections_until": ("异议截止日", "last day for objections"),
}
"""Field of a command -> what its date is called."""


def latest_date(day: date) -> date:
    """The latest date that may be stated on a day 最晚可填日期."""
    return day + timedelta(days=limit_on(LIMITS.dates_ahead, day).days)


def require_programme_date(field: str, given: date | None, context: DecisionContext, within: str = "") -> None:
    """Refuse a date before the programme began or too far ahead; None states nothing 检查所填日期.

    within: what it is a part of, as its path begins, such as "terms.".

    Raises:
        Refused: DATE_BEFORE_PROGRAMME, DATE_TOO_FAR_AHEAD (plan P5).
    """
    if given is None:
        return
    name, name_in_english = NAMES[field]
    facts = {"path": f"{within}{field}", "name": name, "name_in_english": name_in_english, "given": given}
    earliest = LIMITS.programme_began.day
    if given < earliest:
        raise DATE_BEFORE_PROGRAMME.refuse(**facts, earliest=earliest)
    latest = latest_date(context.day)
    if given > latest:
        raise DATE_TOO_FAR_AHEAD.refuse(**facts, latest=latest)
