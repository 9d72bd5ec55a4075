"""Pace and forecast 进度与预测: coverage by day, where a year ends at this pace, and the pace that reaches its target. plan G4.

Method m: counts of weeks against their working days, each weighed by its month, so that a holiday is no slack.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, sqrt
from typing import NamedTuple

from sqlalchemy import and_, func, select

from domain.access import Scope, sees_the_city
from domain.governance.dated_rules import DatedRule
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.pace import PaceRule
from domain.governance.working_calendar import WorkingCalendar
from domain.programme.targets import Measure
from methods.agreement import student_95
from methods.forecast import Forecast, Week, forecast, needed_pace
from methods.largest_remainder import largest_remainder
from methods.rounding import rounded
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import rule_on
from projections.governance.working_calendar import calendar_now
from projections.participants.rosters import MEMBERS, held, member_columns
from projections.programme.coverage import FIRST_REPORTS, CoverageRow, TargetRow, by_district
from projections.programme.unit_targets import district_targets

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
WORKING_WEEK = 5
SHOWN_PLACES = 2

ByDay = Mapping[str, Mapping[date, int]]
"""District -> day -> firms of the year's roster whose first report is of that day."""


def first_reports_by_day(snapshot: Snapshot, scope: Scope, year: int, position: int | None = None) -> ByDay:
    """Firms on a year's roster by the day of their first report 按日出具, within a scope; the denominators are `by_district`'s."""
    members, reports = snapshot[MEMBERS], snapshot[FIRST_REPORTS]
    counted = and_(reports.c.enterprise == members.c.enterprise, reports.c.issued_year <= year, held(reports, position))
    query = (
        select(members.c.district, reports.c.issued_on, func.count())
        .select_from(members.join(reports, counted))
        .where(members.c.year == year, held(members, position), members.c.off_reason.is_(None))
        .where(to_sql(scope, member_columns(snapshot)))
        .group_by(members.c.district, reports.c.issued_on)
    )
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for district, day, count in snapshot.rows(query):
        found[district][date.fromisoformat(day)] = int(count)
    return found


@dataclass(frozen=True)
class YearSeen:
    """A year as it is forecast from 测算年度.

    weeks: first and last day and exposure, the latest first. assumed: whether its calendar is unknown.
    """

    rule: PaceRule
    weeks: Sequence[tuple[date, date, Decimal]]
    exposure_left: Decimal
    assumed: bool


def exposure(first: date, last: date, calendar: WorkingCalendar, rule: PaceRule) -> Decimal:
    """Working days from first to last, both included, each as its month weighs 工作量; 0 where last lies before first."""
    days = (first + number * DAY for number in range((last - first).days + 1))
    return Decimal(sum(rule.season[day.month - 1] for day in days if calendar.is_working_day(day))).scaleb(-2)


def year_at(year: int, day: date, calendar: WorkingCalendar, rule: PaceRule) -> YearSeen:
    """A year as it is forecast from at the end of a day: its weeks back from there, and what is left of it.

    Weeks do not reach into the year before; a week in which nobody works is one with the week before it.
    """
    begin, end = date(year, 1, 1), date(year, 12, 31)
    last = min(day, end)
    weeks, until, first = list[tuple[date, date, Decimal]](), last, last + DAY
    while first - WEEK >= begin and len(weeks) < rule.weeks:
        first -= WEEK
        if weight := exposure(first, until, calendar, rule):
            weeks.append((first, until, weight))
            until = first - DAY
    left = exposure(max(begin, last + DAY), end, calendar, rule)
    return YearSeen(rule, weeks, left, not calendar.knows(begin))


class PaceRow(NamedTuple):
    """Where a unit stands and where it ends 进度. district: None = the whole scope.

    target: firms to be diagnosed by the end of the year; None = none is set that says so. per_week, forecast: None = not
    established. needed: None = no target, or no time left. Both are of five working days of ordinary weight, two decimals.
    """

    district: str | None
    diagnosed: int
    total: int
    seen: int
    target: int | None
    per_week: Decimal | None
    needed: Decimal | None
    forecast: Forecast | None


def paces(year: YearSeen, rows: Sequence[CoverageRow], by_day: ByDay, targets: Mapping[str | None, int]) -> list[PaceRow]:
    """The pace of every district, and of all of them last 分区与合计进度.

    targets: as `targets_by_district`. The whole is the sum of the districts, their variances added: of those too that are too
    small to be told by themselves.
    """
    found, forecasts = list[PaceRow](), list[Forecast | None]()
    counts_of = [_weekly(year, by_day.get(row.district, {})) for row in rows]
    for row, counts in zip(rows, counts_of, strict=True):
        weeks = [Week(count, weight) for count, (_, _, weight) in zip(counts, year.weeks, strict=True)]
        forecasts.append(forecast(row.diagnosed, weeks, year.exposure_left, row.total))
        found.append(_row(year, row.district, (row.diagnosed, row.total), sum(counts), targets, forecasts[-1]))
    done, total = sum(row.diagnosed for row in rows), sum(row.total for row in rows)
    every = [one for one in forecasts if one is not None]
    whole = _summed(every, done, total, len(year.weeks)) if len(every) == len(rows) and rows else None
    return [*found, _row(year, None, (done, total), sum(map(sum, counts_of)), targets, whole)]


def _weekly(year: YearSeen, days: Mapping[date, int]) -> list[int]:
    return [sum(count for day, count in days.items() if first <= day <= last) for first, last, _ in year.weeks]


def _row(
    year: YearSeen,
    district: str | None,
    counted: tuple[int, int],
    seen: int,
    targets: Mapping[str | None, int],
    found: Forecast | None,
) -> PaceRow:
    (done, total), target = counted, targets.get(district)
    is_told = len(year.weeks) >= year.rule.weeks_at_least and seen >= year.rule.firms_at_least
    per_week = Fraction(seen * WORKING_WEEK) / Fraction(sum(weight for _, _, weight in year.weeks)) if year.weeks else None
    needed = needed_pace(done, target, year.exposure_left) if target is not None else None
    return PaceRow(
        district,
        done,
        total,
        seen,
        target,
        rounded(per_week, SHOWN_PLACES) if is_told and per_week is not None else None,
        rounded(WORKING_WEEK * needed, SHOWN_PLACES) if needed is not None else None,
        found if is_told else None,
    )


def _summed(every: Sequence[Forecast], done: int, total: int, weeks: int) -> Forecast:
    mean, deviation = sum(one.mean for one in every), sqrt(sum(float(one.deviation) ** 2 for one in every))
    half = rounded(student_95(weeks - 1) * deviation, 1)
    bounds = max(Decimal(done), min(Decimal(total), mean - half)), min(Decimal(total), mean + half)
    return Forecast(Decimal(mean), *bounds, max(one.dispersion for one in every), rounded(deviation, 4))


def targets_by_district(
    targets: Sequence[TargetRow], rows: Sequence[CoverageRow], stated: Mapping[str, int], *, of_the_city: bool
) -> dict[str | None, int]:
    """Firms that each district, and the whole scope (None), is to have diagnosed by the end of a year 分区目标.

    A share holds of every district alike; a count is the city's, split over them by their firms (largest remainder), and only
    where the scope is the whole city. Where both are set, a district's share counts. What is stated for a district itself counts
    before either; the whole stays the city's, or of a narrower scope the sum. Of no roster nothing follows.
    """
    followed = _following(targets, rows, of_the_city=of_the_city)
    own: dict[str | None, int] = {row.district: stated[row.district] for row in rows if row.district in stated and row.total}
    found: dict[str | None, int] = {**followed, **own}
    if own and not of_the_city and len(rows) == len(found.keys() - {None}):
        found[None] = sum(count for district, count in found.items() if district is not None)
    return found


def _following(targets: Sequence[TargetRow], rows: Sequence[CoverageRow], *, of_the_city: bool) -> dict[str | None, int]:
    """What the city's targets come to for each district."""
    set_at = {row.measure: row.at_least for row in targets}
    share, count = set_at.get(Measure.SHARE_DIAGNOSED), set_at.get(Measure.ENTERPRISES_DIAGNOSED)
    totals = {row.district: row.total for row in rows}
    if not any(totals.values()):
        return {}
    if share is not None:
        shares: dict[str | None, int] = {one: ceil(Fraction(share) * total / 100) for one, total in totals.items()}
        return {**shares, None: ceil(Fraction(share) * sum(totals.values()) / 100)}
    if count is None or not of_the_city:
        return {}
    return {None: int(count), **dict[str | None, int](largest_remainder(int(count), totals).items())}


class DayRow(NamedTuple):
    """Coverage at the end of a day 按日覆盖: firms diagnosed by then."""

    day: date
    diagnosed: int


def coverage_by_day(by_day: ByDay, year: int) -> list[DayRow]:
    """Firms diagnosed at the end of each day on which their number rose 按日覆盖, in order; those of years before on its first."""
    counts = Counter[date]()
    for days in by_day.values():
        for day, count in days.items():
            counts[max(day, date(year, 1, 1))] += count
    found, so_far = list[DayRow](), 0
    for day in sorted(counts):
        so_far += counts[day]
        found.append(DayRow(day, so_far))
    return found


class YearPaces(NamedTuple):
    """The paces of a year, and what they were told from 年度进度. paces: every district's, the whole's last."""

    coverage: Sequence[CoverageRow]
    by_day: ByDay
    rule: DatedRule
    seen: YearSeen
    paces: Sequence[PaceRow]


def paces_of_year(
    snapshot: Snapshot, scope: Scope, year: int, day: date, targets: Sequence[TargetRow], position: int | None = None
) -> YearPaces:
    """The paces of a year at the end of a day within a scope 年度进度, by the rule of that day. position: as known then."""
    rows, by_day = by_district(snapshot, scope, year, position), first_reports_by_day(snapshot, scope, year, position)
    rule = rule_on(snapshot, RuleKind.PACE, day).rule
    assert isinstance(rule.body, PaceRule)  # noqa: S101 - of its kind
    seen = year_at(year, day, calendar_now(snapshot), rule.body)
    wanted = targets_by_district(targets, rows, district_targets(snapshot, year, position), of_the_city=sees_the_city(scope))
    return YearPaces(rows, by_day, rule, seen, paces(seen, rows, by_day, wanted))
