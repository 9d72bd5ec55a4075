"""Inputs of a year's rating 评价输入: what is on record of each provider's jobs, as the rating rule counts it. plan V5.

A job is a diagnosis that was opened in the city's year and not withdrawn; its provider is the one that has it. What firms said
of it by the end of the year counts from the rule on that says so; where nobody spoke there is no component, and nothing stands in.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, and_, case, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Everything, Scope
from domain.diagnosis.state import Status, diagnosis_stream
from domain.governance.rule_bodies.feedback import FeedbackRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.working_calendar import WorkingCalendar, add_working_days
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import cause_of
from domain.providers.feedback.state import feedback_stream
from domain.providers.ratings.numbers import ComponentSample, LevelEffect, ProviderInputs, RatingComponent
from domain.providers.sampling.draw import SampleAdjudicated
from methods.component_scores import (
    ReportQuality,
    Workload,
    feedback_of_job,
    reassessment_points,
    records_of_job,
    report_of_job,
    work_done,
    work_variance,
)
from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE, REPORTS
from projections.diagnosis.proceedings import OBJECTIONS, SITE_VISITS
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import body_on
from projections.governance.working_calendar import calendar_now
from projections.providers.case_mix import JobScore, apart_from_others, case_mix_taken_off, levels_of
from projections.providers.feedback import ScoreInYear, counted, scores_between
from projections.providers.sampling import adjudicated
from projections.record.audit_trail import ENTRIES

DAY = timedelta(days=1)
TWO = 2
ORDER = tuple(RatingComponent)


class Job(NamedTuple):
    """What is on record of one job 任务记录. visited_on: ISO text of the first visit; reported_at: of the first report, µs of UTC.

    unreasoned: answers that were corrected without a reason. overturned: items whose objection was upheld, once each.
    """

    provider: str
    diagnosis: str
    status: str
    visited_on: str | None
    most_on_site: int | None
    reported_at: int | None
    evidence: int
    items: int
    unreasoned: int
    overturned: int


def jobs_of(snapshot: Snapshot, scope: Scope, year: int) -> Iterator[Job]:
    """Every job of a city's year within a scope, in order of provider and diagnosis 年度任务."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    visits, reports, files = snapshot[SITE_VISITS], snapshot[REPORTS], snapshot[EVIDENCE]
    answers, objections = snapshot[ANSWERS], snapshot[OBJECTIONS]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    mine: Select[tuple[str]] = (
        select(cases.c.id)
        .where(
            firms.c.id == cases.c.enterprise,
            cases.c.provider.is_not(None),
            cases.c.status != Status.WITHDRAWN.value,
            cases.c.opened_at >= first,
            cases.c.opened_at < after,
            to_sql(scope, diagnosis_columns(snapshot)),
        )
    )
    corrected = and_(answers.c.verified.is_not(None), answers.c.verified != answers.c.given, answers.c.difference.is_(None))
    visited = _by_case(visits, mine, func.min(visits.c.visited_on), func.max(visits.c.diagnosticians))
    reported = _by_case(reports, mine, func.min(reports.c.issued_at))
    in_time = or_(cases.c.status != Status.CONFIRMED.value, files.c.version <= cases.c.issued_through)
    filed = _by_case(files, mine, func.count()).where(cases.c.id == files.c.diagnosis, in_time)  # not what a follow-up attached
    answered = _by_case(answers, mine, func.count(answers.c.verified), func.sum(case((corrected, 1), else_=0)))
    upheld = func.count(case((objections.c.upheld, objections.c.indicator)).distinct())
    overturned = _by_case(objections, mine, upheld)
    found = {name: {str(row[0]): row[1:] for row in snapshot.rows(query)} for name, query in (
        ("visited", visited), ("reported", reported), ("filed", filed), ("answered", answered), ("overturned", overturned)
    )}  # fmt: skip
    query = select(cases.c.provider, cases.c.id, cases.c.status).where(cases.c.id.in_(mine)).order_by(cases.c.provider, cases.c.id)
    for provider, identity, status in snapshot.rows(query):
        visited_on, most = found["visited"].get(identity, (None, None))
        items, unreasoned = found["answered"].get(identity, (0, 0))
        yield Job(
            provider=str(provider),
            diagnosis=str(identity),
            status=str(status),
            visited_on=visited_on,
            most_on_site=most,
            reported_at=found["reported"].get(identity, (None,))[0],
            evidence=int(found["filed"].get(identity, (0,))[0]),
            items=int(items),
            unreasoned=int(unreasoned or 0),
            overturned=int(found["overturned"].get(identity, (0,))[0]),
        )


def facts_of(snapshot: Snapshot, year: int, provider: str, position: int, *, unnamed: bool) -> list[str]:
    """The facts that a provider's row rests on 所依事实: jobs and feedback of the year at their versions by a position.

    unnamed: with feedback whose firm gave no name, which the provider is not told of one by one.
    """
    entries = snapshot[ENTRIES]
    streams = [diagnosis_stream(job.diagnosis) for job in jobs_of(snapshot, Everything(), year) if job.provider == provider]
    rule = body_on(snapshot, RatingRule, date(year, 12, 31))
    if rule.feedback_counts:
        said = feedback_of(snapshot, year, provider).get(provider, [])
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


def _by_case(table: Table, mine: Select[tuple[str]], *what: ColumnElement[Any]) -> Select[Any]:
    """What is asked of each case's rows of a table."""
    return select(table.c.diagnosis, *what).where(table.c.diagnosis.in_(mine)).group_by(table.c.diagnosis)


def feedback_of(snapshot: Snapshot, year: int, provider: str | None = None) -> dict[str, list[ScoreInYear]]:
    """What firms said of the jobs of a year by its end, as far as it counts, by provider 年度反馈."""
    opened = microseconds(city_midnight(date(year, 1, 1))), microseconds(city_midnight(date(year + 1, 1, 1)))
    said = scores_between(snapshot, date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat(), provider, opened)
    return counted(said, body_on(snapshot, FeedbackRule, date(year, 12, 31)).pool_at_least)


class YearInputs(NamedTuple):
    """Inputs of a year's rating 评价输入: a row a provider, and the effects of the case mix that were taken off them."""

    rows: tuple[ProviderInputs, ...]
    effects: tuple[LevelEffect, ...]


def rating_inputs(snapshot: Snapshot, scope: Scope, year: int, rule: RatingRule, today: date) -> YearInputs:
    """Inputs of a year's rating from what is on record within a scope, as the rule counts it 评价输入."""
    due = _ReportsDue(snapshot, today)
    by_provider: defaultdict[str, list[Job]] = defaultdict(list)
    for job in jobs_of(snapshot, scope, year):
        by_provider[job.provider].append(job)
    said = feedback_of(snapshot, year) if rule.feedback_counts else {}
    settled = [one.fact for one in adjudicated(snapshot, year)] if rule.sampled_counts else []
    scores = {
        RatingComponent.FEEDBACK: [one for name, jobs in by_provider.items() for one in _feedback(jobs, said.get(name, ()))],
        RatingComponent.REPORT: [one for jobs in by_provider.values() for one in _reports(jobs, rule)],
        RatingComponent.SAMPLED: [one for one in _sampled(settled, rule) if one.provider in by_provider],
    }
    levels = levels_of(snapshot, year, {one.diagnosis for own in scores.values() for one in own} | {*_ids(by_provider)})
    samples, effects = case_mix_taken_off(scores, levels, rule)
    apart = apart_from_others(_ids(by_provider), levels, rule)
    rows = []
    for provider, jobs in sorted(by_provider.items()):
        parts = [_work(jobs, rule, due), *_records(jobs, rule), *samples.get(provider, ())]
        parts.sort(key=lambda one: ORDER.index(one.component))
        row = ProviderInputs(provider=provider, jobs=len(jobs), comparable=provider not in apart, components=tuple(parts))
        rows.append(row)
    return YearInputs(tuple(rows), effects)


def _ids(by_provider: Mapping[str, Sequence[Job]]) -> dict[str, str]:
    """Job -> its provider."""
    return {job.diagnosis: provider for provider, jobs in by_provider.items() for job in jobs}


class _ReportsDue:
    """Until when a job's report was due after the visit 报告期限: the stages of report and internal review, in working days."""

    def __init__(self, snapshot: Snapshot, today: date) -> None:
        self._snapshot, self._today = snapshot, today
        self._calendar: WorkingCalendar = calendar_now(snapshot)
        self._due: dict[str, date] = {}

    def in_time(self, job: Job) -> bool | None:
        """Whether it came by then 是否按期; None while it is not due, or of a job without a visit."""
        if job.visited_on is None:
            return None
        reported = city_day(utc_moment(job.reported_at)) if job.reported_at is not None else None
        if reported is None and self._today <= self._last(job.visited_on):
            return None
        return reported is not None and reported <= self._last(job.visited_on)

    def _last(self, visited_on: str) -> date:
        if visited_on not in self._due:
            day = date.fromisoformat(visited_on)
            limits = body_on(self._snapshot, StageLimits, day)
            self._due[visited_on] = add_working_days(day, limits.report + limits.internal_review, self._calendar).day
        return self._due[visited_on]


def _records(jobs: Sequence[Job], rule: RatingRule) -> Iterator[ComponentSample]:
    """Of the jobs that were reported; a provider has them in its power, so no case mix is taken off them."""
    weights = _record_weights(rule)
    reported = (records_of_job(weights, _on_record(job)) for job in jobs if job.reported_at is not None)
    said = [score for score in reported if score is not None]
    if not said:
        return
    mean = sum(said, Fraction(0)) / len(said)
    squares = sum(((score - mean) ** 2 for score in said), Fraction(0))
    yield ComponentSample(
        component=RatingComponent.RECORDS,
        jobs=len(said),
        mean=rounded(mean, SCORE_PLACES),
        variance=rounded(squares / (len(said) - 1) if len(said) > 1 else Fraction(0), CARRIED_PLACES),
        spread=(1, len(said)),
    )


def _work(jobs: Sequence[Job], rule: RatingRule, due: _ReportsDue) -> ComponentSample:
    in_time = [said for job in jobs if (said := due.in_time(job)) is not None]
    confirmed = sum(job.status == Status.CONFIRMED.value for job in jobs)
    work = Workload(len(jobs), confirmed, due_stages=len(in_time), on_time_stages=sum(in_time), full_load=None)
    parts = rule.work_parts
    weights = (parts.delivery, parts.punctuality, parts.volume)
    return ComponentSample(
        component=RatingComponent.WORK,
        jobs=len(jobs),
        mean=rounded(work_done(work, *weights) or Fraction(0), SCORE_PLACES),
        variance=rounded(work_variance(work, *weights) or Fraction(0), CARRIED_PLACES),
        spread=(1, len(jobs)),
    )


def _feedback(jobs: Sequence[Job], said: Sequence[ScoreInYear]) -> Iterator[JobScore]:
    """Of each job the mean of what its firm scored, whatever the step: a firm counts once a job."""
    by_job: defaultdict[str, list[int | None]] = defaultdict(list)
    own = {job.diagnosis: job.provider for job in jobs}
    for one in said:
        if one.diagnosis in own:
            by_job[one.diagnosis].append(one.score)
    for job in sorted(by_job):
        score = feedback_of_job(by_job[job])
        if score is not None:
            yield JobScore(own[job], job, score)


def _reports(jobs: Sequence[Job], rule: RatingRule) -> Iterator[JobScore]:
    """A report by its items that survived objection; checks and an expert's reading are not on record yet."""
    parts = rule.report_parts
    for job in jobs:
        if job.reported_at is None:
            continue
        kept = ReportQuality(0, 0, None, items=job.items, items_upheld=max(0, job.items - job.overturned))
        score = report_of_job(kept, parts.checks, parts.reading, parts.upheld)
        if score is not None:
            yield JobScore(job.provider, job.diagnosis, score)


def _sampled(facts: Sequence[SampleAdjudicated], rule: RatingRule) -> Iterator[JobScore]:
    """Adjudicated samples of the year, each for as many jobs as its probability says (Hájek), so that suspicion costs nothing."""
    free, zero = Fraction(rule.full_within), Fraction(rule.none_from)
    for one in facts:
        points = reassessment_points(Fraction(one.issued_total - one.adjudicated_total), free, zero)
        yield JobScore(one.provider, one.diagnosis, points, 1 / one.probability)


def _record_weights(rule: RatingRule) -> dict[str, int]:
    return {name: getattr(rule.record_parts, name) for name in type(rule.record_parts).model_fields}


def _on_record(job: Job) -> frozenset[str]:
    """The records of a job that are there, by the names of `RecordParts` 在案记录."""
    there = {
        "visit": job.visited_on is not None,
        "two_diagnosticians": (job.most_on_site or 0) >= TWO,
        "evidence": job.evidence > 0,
        "reasons": not job.unreasoned,
    }
    return frozenset(name for name, is_there in there.items() if is_there)
