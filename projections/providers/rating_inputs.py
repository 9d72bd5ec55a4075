"""Inputs of a year's rating 评价输入: what is on record of each provider's jobs, as the rating rule counts it. plan V5.

A job is a diagnosis that was opened in the city's year and not withdrawn; its provider is the one that has it. What firms said
of it by the end of the year counts from the rule on that says so; where nobody spoke there is no component, and nothing stands in.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple

from sqlalchemy import func, select

from domain.access import Scope
from domain.diagnosis.state import Status
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
from projections.providers.feedback import (
    JobScores,
    ScoreInYear,
    counted,
    is_pooled,
    scores_between,
    scores_of_jobs,
)
from projections.providers.jobs_at import jobs_at
from projections.providers.sampling import adjudicated
from projections.providers.year_jobs import JOBS_READ, Job, jobs_of, opened_in
from projections.record.audit_trail import ENTRIES

TWO = 2
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
        settled = [one.cause for one in adjudicated(snapshot, year) if one.fact.provider == provider]
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
        return counted(scores_between(self._snapshot, *self._days, provider, self._opened), self._pooled({provider}))

    def of_jobs(self, jobs: Sequence[str], providers: Collection[str]) -> Iterator[JobScores]:
        """Of some of the year's jobs, of which so many providers have any."""
        return scores_of_jobs(self._snapshot, *self._days, jobs, self._pooled(providers))

    def _pooled(self, providers: Collection[str]) -> frozenset[str]:
        """Those whose anonymous scores count, each looked up once."""
        for one in providers:
            if one not in self._known:
                self._known[one] = is_pooled(self._snapshot, *self._days, self._at_least, one, self._opened)
        return frozenset(one for one in providers if self._known[one])


class YearInputs(NamedTuple):
    """Inputs of a year's rating 评价输入: a row a provider, and the effects of the case mix that were taken off them."""

    rows: tuple[ProviderInputs, ...]
    effects: tuple[LevelEffect, ...]


def rating_inputs(snapshot: Snapshot, scope: Scope, year: int, rule: RatingRule, today: date) -> YearInputs:
    """Inputs of a year's rating from what is on record within a scope, as the rule counts it 评价输入.

    Jobs are read so many at a time and only their sums are kept, so that memory grows with the cells and not with the jobs.
    """
    due = _ReportsDue(snapshot, today)
    feedback = _YearsFeedback(snapshot, year) if rule.feedback_counts else None
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    places: defaultdict[tuple[str, tuple[str, ...]], _Place] = defaultdict(_Place)
    for jobs in jobs_of(snapshot, scope, year):
        own = {job.diagnosis: (job.provider, places[job.provider, job.levels]) for job in jobs}
        for job in jobs:
            tallies[job.provider].add(job, due)
        _add_reports(jobs, own, rule)
        if feedback is not None:
            _add_feedback(own, feedback.of_jobs(list(own), {job.provider for job in jobs}))
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

    def in_time(self, job: Job) -> bool | None:
        """Whether it came by then 是否按期; None while it is not due, or of a job without a visit."""
        visited_on, reported_at = job.visited_on, job.reported_at
        if visited_on is None:
            return None
        own = job.campaign in self._limits.stated
        asked = (visited_on, job.campaign, city_day(utc_moment(job.opened_at))) if own else (visited_on, "", None)
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
    """What is kept of a provider's jobs while they are read 任务合计.

    due: reports whose time is over, of which `in_time` came by then. recorded: reported jobs by the records that are there, which a
    provider has in its power, so that no case mix is taken off them.
    """

    jobs: int = 0
    confirmed: int = 0
    due: int = 0
    in_time: int = 0
    recorded: Counter[frozenset[str]] = field(default_factory=Counter)

    def add(self, job: Job, reports: "_ReportsDue") -> None:
        """One more job."""
        self.jobs += 1
        self.confirmed += job.status == Status.CONFIRMED.value
        in_time = reports.in_time(job)
        self.due += in_time is not None
        self.in_time += in_time is True
        if job.reported_at is not None:
            self.recorded[_on_record(job)] += 1

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
        weights = _record_weights(rule)
        found = [(score, jobs) for there, jobs in self.recorded.items() if (score := records_of_job(weights, there)) is not None]
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


def _add_feedback(own: Mapping[str, tuple[str, _Place]], said: Iterable[JobScores]) -> None:
    """Of each job the mean of what its firm scored, whatever the step: a firm counts once a job."""
    by_job: dict[str, tuple[int, int]] = {}
    for identity, provider, scores, points in said:
        if own[identity][0] == provider:
            before = by_job.get(identity)
            by_job[identity] = (scores, points) if before is None else (before[0] + scores, before[1] + points)
    for identity, given in by_job.items():
        own[identity][1].feedback.add_one(_mean_answer(*given))


@lru_cache(4_096)
def _mean_answer(scores: int, points: int) -> int:
    """In ten-thousandths of a point, as cells add them up."""
    return units_of(rounded(feedback_of_sum(scores, points), SCORE_PLACES))


def _add_reports(jobs: Sequence[Job], own: Mapping[str, tuple[str, _Place]], rule: RatingRule) -> None:
    """Count each job, and of its report the items that survived objection; checks and an expert's reading are not on record yet."""
    parts = rule.report_parts
    weights = (parts.checks, parts.reading, parts.upheld)
    for job in jobs:
        place = own[job.diagnosis][1]
        place.jobs += 1
        if job.reported_at is not None:
            score = _kept(job.items, max(0, job.items - job.overturned), weights)
            if score is not None:
                place.report.add_one(score)


@lru_cache(4_096)
def _kept(items: int, upheld: int, weights: tuple[int, int, int]) -> int | None:
    """In ten-thousandths of a point, as cells add them up."""
    score = report_of_job(ReportQuality(0, 0, None, items=items, items_upheld=upheld), *weights)
    return units_of(rounded(score, SCORE_PLACES)) if score is not None else None


def _sampled(snapshot: Snapshot, year: int, rule: RatingRule, known: Collection[str]) -> Iterator[Scored]:
    """Adjudicated samples of the year, each for as many jobs as its probability says (Hájek), so that suspicion costs nothing.

    known: the providers that are rated.
    """
    free, zero = Fraction(rule.full_within), Fraction(rule.none_from)
    last = ""
    while found := [one.fact for one in adjudicated(snapshot, year, last, JOBS_READ)]:
        last = found[-1].diagnosis
        levels = levels_of(snapshot, year, {one.diagnosis for one in found})
        for one in found:
            if one.provider in known:
                points = reassessment_points(Fraction(one.issued_total - one.adjudicated_total), free, zero)
                score = rounded(points, SCORE_PLACES)
                yield Scored(one.provider, levels.get(one.diagnosis, UNKNOWN), score, 1 / one.probability)


def _record_weights(rule: RatingRule) -> dict[str, int]:
    return {name: getattr(rule.record_parts, name) for name in type(rule.record_parts).model_fields}


def _on_record(job: Job) -> frozenset[str]:
    return _there(job.visited_on is not None, (job.most_on_site or 0) >= TWO, job.evidence > 0, not job.unreasoned)


@cache
def _there(visit: bool, two: bool, evidence: bool, reasons: bool) -> frozenset[str]:  # noqa: FBT001 - one for each record
    """The records of a job that are there, by the names of `RecordParts` 在案记录."""
    there = {"visit": visit, "two_diagnosticians": two, "evidence": evidence, "reasons": reasons}
    return frozenset(name for name, is_there in there.items() if is_there)
