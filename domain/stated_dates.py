"""Stated dates 所填日期: every date that a person states lies within the life of the thing it belongs to, both ways. plan P5.

Where the thing itself has a beginning or an end, its own rules say so; here is what holds for every date: none lies before the
programme, and none so far ahead that it was meant otherwise.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from domain.kernel import DecisionContext, Rule
from standards import limit_on, time_limits

LIMITS = time_limits()
PROGRAMME_YEARS = range(2023, 2101)
"""Years that anything of the programme can be of 可填年度: since it began, and within what a calendar holds."""

DATE_BEFORE_PROGRAMME = Rule(
    "DATE_BEFORE_PROGRAMME",
    "plan P5",
    "{name} {given} 早于工作方案印发之日 {earliest}；在此之前即如此的，请填 {earliest}",
    "The {name_in_english} {given} lies before the programme began, {earliest}; if it held before, say {earliest}",
)
DAY_BEFORE_PROGRAMME = Rule(
    "DAY_BEFORE_PROGRAMME",
    "plan P5",
    "{name} {given} 早于工作方案印发之日 {earliest}；请核对年份",
    "The {name_in_english} {given} lies before the programme began, {earliest}; check the year",
)
DATE_TOO_FAR_AHEAD = Rule(
    "DATE_TOO_FAR_AHEAD",
    "plan P5",
    "{name} {given} 过于遥远，最晚为 {latest}；请核对年份",
    "The {name_in_english} {given} is too far ahead, {latest} is the latest; check the year",
)


class DateName(NamedTuple):
    """What a date is called, in Chinese and in English 日期名称."""

    chinese: str
    english: str


OF_A_TERM: Mapping[str, DateName] = {
    "since": DateName("起始日", "first day"),
    "until": DateName("截止日", "last day"),
    "on": DateName("终止日", "last day"),
    "last": DateName("最后一日", "last day"),
}
"""Field in which commands say when a term begins or ends -> what its date is called. Any other date is named where it is judged."""


def latest_date(day: date) -> date:
    """The latest date that may be stated on a day 最晚可填日期."""
    return day + timedelta(days=limit_on(LIMITS.dates_ahead, day).days)


def require_programme_date(
    field: str, given: date | None, context: DecisionContext, name: DateName | None = None, *, within: str = ""
) -> None:
    """Refuse a date before the programme began or too far ahead; None states nothing 检查所填日期.

    name: what it is called, where it is no end of a term. within: what it is a part of, as its path begins, such as "terms.".

    Raises:
        Refused: DATE_BEFORE_PROGRAMME of a term, DAY_BEFORE_PROGRAMME of anything else; DATE_TOO_FAR_AHEAD (plan P5).
    """
    if given is None:
        return
    earliest = LIMITS.programme_began.day
    if given < earliest:
        rule = DATE_BEFORE_PROGRAMME if name is None else DAY_BEFORE_PROGRAMME
        raise rule.refuse(**_said(field, given, name, within), earliest=earliest)
    require_not_too_far_ahead(field, given, context, name, within=within)


def require_not_too_far_ahead(
    field: str, given: date | None, context: DecisionContext, name: DateName | None = None, *, within: str = ""
) -> None:
    """Refuse a date too far ahead, of a kind that is never before today or before something else 检查未来日期.

    What is too early, be it by a century, its own rule refuses with the day from which it may be: nothing held before.

    Raises:
        Refused: DATE_TOO_FAR_AHEAD (plan P5).
    """
    if given is None:
        return
    latest = latest_date(context.day)
    if given > latest:
        raise DATE_TOO_FAR_AHEAD.refuse(**_said(field, given, name, within), latest=latest)


def _said(field: str, given: date, name: DateName | None, within: str) -> dict[str, object]:
    called = name or OF_A_TERM[field]
    return {"path": f"{within}{field}", "name": called.chinese, "name_in_english": called.english, "given": given}
