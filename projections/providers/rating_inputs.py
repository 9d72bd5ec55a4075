"""Inputs of a year's rating 评价输入: what is on record of each provider's jobs, as the rating rule counts it. plan V5.

A job is a diagnosis that was opened in the city's year and not withdrawn; its provider is the one that has it. What firms said
of it by the end of the year counts from the rule on that says so; where nobody spoke there is no component, and nothing stands in.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import func, select

from domain.access import Scope
from domain.governance.rule_bodies.feedback import FeedbackRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.working_calendar import WorkingCalendar, add_working_days
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import cause_of
from domain.providers.feedback.state import feedback_stream
from domain.providers.ratings.numbers import ComponentSample, LevelEffect, ProviderInputs, RatingComponent
from methods.case_mix import CellSum, Scored, add_to, units_of
from methods.component_scores import (
    ReportQuality,
    Workload,
    feedback_of_sum,
    reassessment_points,
    records_of_job,
    report_of_job,
    work_done,
    work_variance,
)
from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded
from projections.diagnosis.campaign_limits import LimitsOfCases
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import body_on
from projections.governance.working_calendar import calendar_now
from projections.providers.case_mix import UNKNOWN, apart_from_others, case_mix_taken_off, levels_of
from projections.providers.feedback import ScoreInYear, counted, is_pooled, scores_between, unpacked
from projections.providers.jobs_at import jobs_at
from projections.providers.sampling import adjudicated
from projections.providers.year_jobs import JOBS_READ, RECORDS, Job, jobs_of, opened_in
from projections.record.audit_trail import ENTRIES

ORDER = tuple(RatingComponent)
SumsByCell = dict[tuple[str, tuple[str, ...]], CellSum]
"""(provider, levels of its firms) -> sums, as `methods.case_mix` reads them."""


def facts_of(snapshot: Snapshot, year: int, provider: str, position: int, *, unnamed: bool) -> list[str]:
    """The facts that a provider's row rests on 所依事实: jobs and feedback of the year at their versions by a position.

    unnamed: with feedback whose firm gave no name, which the provider is not told of one by one. They are read past the row
    policies, for a job that another took over since was its own then; the caller has judged who is told.
    """
    snapshot = snapshot.whole()
    entries = snapshot[ENTRIES]
    streams = jobs_at(snapshot, year, provider, position)
    rule = body_on(snapshot, RatingRule, date(year, 12, 31))
    if rule.feedback_counts:
        said = _YearsFeedback(snapshot, year).said(provider)
        streams += dict.fromkeys(feedback_stream(one.feedback) for one in said if unnamed or not one.anonymous)
    settled: list[str] = []
    if rule.sampled_counts:
        settled = [one.cause for one in adjudicated(snapshot, year, provider=provider)]
    query = (
        select(entries.c.stream, func.max(entries.c.version))
        .where(snapshot.among(entries.c.stream, streams), entries.c.position <= position)
        .group_by(entries.c.stream)
        .order_by(entries.c.stream)
    )
    found = [cause_of(str(stream), int(version)) for stream, version in snapshot.rows(query)] if streams else []
    return [*found, *settled]


class _YearsFeedback:
    """What firms said of the jobs of a year by its end, as far as it counts 年度反馈."""

    def __init__(self, snapshot: Snapshot, year: int) -> None:
        self._snapshot, self._opened = snapshot, opened_in(year)
        self._days = date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
        self._at_least = body_on(snapshot, FeedbackRule, date(year, 12, 31)).pool_at_least
        self._known: dict[str, bool] = {}

    def said(self, provider: str) -> Iterator[ScoreInYear]:
        """Of a provider's jobs of the year."""
        pooled = {provider} if self.is_pooled(provider) else frozenset[str]()
        return counted(scores_between(self._snapshot, *self._days, provider, self._opened), pooled)

    def is_pooled(self, provider: str) -> bool:
        """Whether its anonymous scores count, looked up once."""
        found = self._known.get(provider)
        if found is None:
            found = self._known[provider] = is_pooled(self._snapshot, *self._days, self._at_least, provider, self._opened)
        return found


class YearInputs(NamedTuple):
    """Inputs of a year's rating 评价输入: a row a provider, and the effects of the case mix that were taken off them."""

    rows: tuple[ProviderInputs, ...]
    effects: tuple[LevelEffect, ...]


def rating_inputs(snapshot: Snapshot, scope: Scope, year: int, rule: RatingRule, today: date) -> YearInputs:
    """Inputs of a year's rating from what is on record within a scope, as the rule counts it 评价输入.

    Jobs are read so many at a time and only their sums are kept, so that memory grows with the cells and not with the jobs.
    """
    places, tallies = _counted(snapshot, scope, year, rule, today)
    scores: dict[RatingComponent, SumsByCell] = {
        RatingComponent.FEEDBACK: {cell: place.feedback for cell, place in places.items() if place.feedback.jobs},
        RatingComponent.REPORT: {cell: place.report for cell, place in places.items() if place.report.jobs},
        RatingComponent.SAMPLED: {},
    }
    if rule.sampled_counts:
        for one in _sampled(snapshot, year, rule, tallies):
            add_to(scores[RatingComponent.SAMPLED], one)
    samples, effects = case_mix_taken_off(scores, rule)
    apart = apart_from_others({cell: CellSum(jobs=place.jobs) for cell, place in places.items()}, rule)
    rows = []
    for provider, tally in sorted(tallies.items()):
        parts = [tally.work(rule), *tally.records(rule), *samples.get(provider, ())]
        parts.sort(key=lambda one: ORDER.index(one.component))
        row = ProviderInputs(provider=provider, jobs=tally.jobs, comparable=provider not in apart, components=tuple(parts))
        rows.append(row)
    return YearInputs(tuple(rows), effects)


class _ReportsDue:
    """Until when a job's report was due after the visit 报告期限: the stages of report and internal review, in working days.

    By the limits of the job's campaign on the day it was opened, where it has any; else by the rule of the day of the visit.
    """

    def __init__(self, snapshot: Snapshot, today: date) -> None:
        self._limits, self._today = LimitsOfCases(snapshot), today
        self._calendar: WorkingCalendar = calendar_now(snapshot)
        self._due: dict[tuple[str, str, date | None], tuple[int, bool]] = {}

    def in_time(self, visited_on: str, reported_at: int | None, campaign: str, opened_at: int) -> bool | None:
        """Whether a report came by then 是否按期; None while it is not due."""
        own = campaign in self._limits.stated
        asked = (visited_on, campaign, city_day(utc_moment(opened_at))) if own else (visited_on, "", None)
        due = self._due.get(asked)
        if due is None:
            due = self._due[asked] = self._found(*asked)
        over, is_over = due
        if reported_at is None:
            return False if is_over else None
        return reported_at < over

    def _found(self, visited_on: str, campaign: str, opened: date | None) -> tuple[int, bool]:
        """The moment at which the last day is over (microseconds of UTC), and whether it is today."""
        day = date.fromisoformat(visited_on)
        limits = self._limits.of(campaign, opened or day, day).limits
        last = add_working_days(day, limits.report + limits.internal_review, self._calendar).day
        return microseconds(city_midnight(last + timedelta(days=1))), self._today > last


@dataclass
class _Tally:
    """What is kept of a provider's jobs 任务合计.

    due: reports whose time is over, of which `in_time` came by then. recorded: reported jobs by the records that are there, which a
    provider has in its power, so that no case mix is taken off them.
    """

    jobs: int = 0
    confirmed: int = 0
    due: int = 0
    in_time: int = 0
    recorded: Counter[int] = field(default_factory=Counter)

    def work(self, rule: RatingRule) -> ComponentSample:
        """The component of work done."""
        work = Workload(self.jobs, self.confirmed, due_stages=self.due, on_time_stages=self.in_time, full_load=None)
        parts = rule.work_parts
        weights = (parts.delivery, parts.punctuality, parts.volume)
        return ComponentSample(
            component=RatingComponent.WORK,
            jobs=self.jobs,
            mean=rounded(work_done(work, *weights) or Fraction(0), SCORE_PLACES),
            variance=rounded(work_variance(work, *weights) or Fraction(0), CARRIED_PLACES),
            spread=(1, self.jobs),
        )

    def records(self, rule: RatingRule) -> Iterator[ComponentSample]:
        """The component of records, where a job was reported."""
        weights = {name: getattr(rule.record_parts, name) for name in type(rule.record_parts).model_fields}
        scored = ((records_of_job(weights, _there(records)), jobs) for records, jobs in self.recorded.items())
        found = [(score, jobs) for score, jobs in scored if score is not None]
        recorded = sum(jobs for _, jobs in found)
        if not recorded:
            return
        mean = sum((score * jobs for score, jobs in found), Fraction(0)) / recorded
        squares = sum(((score - mean) ** 2 * jobs for score, jobs in found), Fraction(0))
        yield ComponentSample(
            component=RatingComponent.RECORDS,
            jobs=recorded,
            mean=rounded(mean, SCORE_PLACES),
            variance=rounded(squares / (recorded - 1) if recorded > 1 else Fraction(0), CARRIED_PLACES),
            spread=(1, recorded),
        )


@dataclass(slots=True)
class _Place:
    """What is kept of one provider's jobs at one place of the factors 单元合计."""

    jobs: int = 0
    feedback: CellSum = field(default_factory=CellSum)
    report: CellSum = field(default_factory=CellSum)


Places = Mapping[tuple[str, tuple[str, ...]], _Place]
"""(provider, levels of its firms) -> what is kept of its jobs there."""
_OF_RECORD = itemgetter(*map(Job._fields.index, ("provider", "confirmed", "records")))


def _counted(snapshot: Snapshot, scope: Scope, year: int, rule: RatingRule, today: date) -> tuple[Places, Mapping[str, _Tally]]:
    """Every job of the year, counted where it lies and with its provider 逐项计入.

    One pass in which a job is not handed from one function to the next: of six hundred thousand each such step takes a second, and
    so does whatever is made anew for each.
    """
    due, feedback = _ReportsDue(snapshot, today), _YearsFeedback(snapshot, year)
    parts = rule.report_parts
    weights = (parts.checks, parts.reading, parts.upheld)
    places: defaultdict[tuple[str, str, str, str], _Place] = defaultdict(_Place)
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    recorded: Counter[tuple[str, int, int | None]] = Counter()
    for jobs in jobs_of(snapshot, scope, year, scored=rule.feedback_counts):
        recorded.update(map(_OF_RECORD, jobs))
        for job in jobs:
            provider, division, size, district, _, opened_at, campaign, _, visited_on, reported_at, _, items, overturned, said = job
            place = places[provider, division, size, district]
            place.jobs += 1
            if reported_at is not None and (score := _kept(items, overturned, weights)) is not None:
                place.report.add_one(score)
            if said is not None and (answer := _mean_answer(said, feedback.is_pooled(provider))) is not None:
                place.feedback.add_one(answer)
            if visited_on is not None and (in_time := due.in_time(visited_on, reported_at, campaign, opened_at)) is not None:
                tally = tallies[provider]
                tally.due += 1
                tally.in_time += in_time
    for (provider, confirmed, records), count in recorded.items():
        tally = tallies[provider]
        tally.jobs += count
        tally.confirmed += count * confirmed
        if records is not None:
            tally.recorded[records] += count
    return {(place[0], place[1:]): kept for place, kept in places.items()}, tallies


@lru_cache(4_096)
def _mean_answer(said: int, anonymous: bool) -> int | None:  # noqa: FBT001 - the key of a cache
    """Of a job the mean of what its firm scored, whatever the step, in ten-thousandths of a point: a firm counts once a job.

    anonymous: whether what it scored without its name counts; None where nothing does.
    """
    scores, points = unpacked(said, anonymous=anonymous)
    return units_of(rounded(feedback_of_sum(scores, points), SCORE_PLACES)) if scores else None


@lru_cache(4_096)
def _kept(items: int, overturned: int, weights: tuple[int, int, int]) -> int | None:
    """What a report scores by the items that survived objection, in ten-thousandths of a point.

    Checks and an expert's reading are not on record yet.
    """
    report = ReportQuality(0, 0, None, items=items, items_upheld=max(0, items - overturned))
    score = report_of_job(report, *weights)
    return units_of(rounded(score, SCORE_PLACES)) if score is not None else None


def _sampled(snapshot: Snapshot, year: int, rule: RatingRule, known: Collection[str]) -> Iterator[Scored]:
    """Adjudicated samples of the year, each for as many jobs as its probability says (Hájek), so that suspicion costs nothing.

    known: the providers that are rated.
    """
    line = rule.full_within, rule.none_from
    last = ""
    while found := [one.fact for one in adjudicated(snapshot, year, last, JOBS_READ)]:
        last = found[-1].diagnosis
        levels = levels_of(snapshot, year, {one.diagnosis for one in found})
        for one in found:
            if one.provider in known:
                score = _reassessed(one.issued_total - one.adjudicated_total, *line)
                weight = 1 / one.probability
                whole = weight.numerator if weight.denominator == 1 else weight  # summed in a fifth of the time
                yield Scored(one.provider, levels.get(one.diagnosis, UNKNOWN), score, whole)


@lru_cache(4_096)
def _reassessed(difference: Decimal, free: Decimal, zero: Decimal) -> Decimal:
    """Points of a sample by issued − adjudicated total, full up to `free` and none from `zero`."""
    return rounded(reassessment_points(Fraction(difference), Fraction(free), Fraction(zero)), SCORE_PLACES)


def _there(records: int) -> frozenset[str]:
    """The records that are there, by their names."""
    return frozenset(name for place, name in enumerate(RECORDS) if records >> place & 1)
