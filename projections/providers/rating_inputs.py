"""Inputs of a year's rating 评价输入: what is on record of each provider's jobs, as the rating rule counts it. plan V5.

A job is a diagnosis that was opened in the city's year and not withdrawn; its provider is the one that has it. What firms said
of it by the end of the year counts from the rule on that says so; where nobody spoke there is no component, and nothing stands in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, and_, case, func, select
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
from domain.providers.ratings.numbers import ComponentSample, ProviderInputs, RatingComponent
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
from projections.providers.feedback import ScoreInYear, counted, scores_between
from projections.providers.sampling import adjudicated
from projections.record.audit_trail import ENTRIES

DAY = timedelta(days=1)
TWO = 2


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
    filed = _by_case(files, mine, func.count())
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


def rating_inputs(snapshot: Snapshot, scope: Scope, year: int, rule: RatingRule, today: date) -> tuple[ProviderInputs, ...]:
    """Inputs of a year's rating 评价输入, a row a provider, from what is on record within a scope, as the rule counts it."""
    due = _ReportsDue(snapshot, today)
    by_provider: defaultdict[str, list[Job]] = defaultdict(list)
    for job in jobs_of(snapshot, scope, year):
        by_provider[job.provider].append(job)
    said = feedback_of(snapshot, year) if rule.feedback_counts else {}
    settled: defaultdict[str, list[SampleAdjudicated]] = defaultdict(list)
    for one in adjudicated(snapshot, year) if rule.sampled_counts else ():
        settled[one.fact.provider].append(one.fact)
    rows = []
    for provider, jobs in sorted(by_provider.items()):
        parts = [*_components(jobs, rule, due), *_feedback(jobs, said.get(provider, ())), *_sampled(settled[provider], rule)]
        rows.append(ProviderInputs(provider=provider, jobs=len(jobs), comparable=True, components=tuple(parts)))
    return tuple(rows)


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


def _components(jobs: Sequence[Job], rule: RatingRule, due: _ReportsDue) -> Iterator[ComponentSample]:
    yield _work(jobs, rule, due)
    reported = [job for job in jobs if job.reported_at is not None]
    records = (records_of_job(_record_weights(rule), _on_record(job)) for job in reported)
    yield from _averaged(RatingComponent.RECORDS, records)
    yield from _averaged(RatingComponent.REPORT, (_report(job, rule) for job in reported))


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


def _feedback(jobs: Sequence[Job], said: Sequence[ScoreInYear]) -> Iterator[ComponentSample]:
    """Of each job the mean of what its firm scored, whatever the step: a firm counts once a job."""
    by_job: defaultdict[str, list[int | None]] = defaultdict(list)
    own = {job.diagnosis for job in jobs}
    for one in said:
        if one.diagnosis in own:
            by_job[one.diagnosis].append(one.score)
    yield from _averaged(RatingComponent.FEEDBACK, (feedback_of_job(by_job[job]) for job in sorted(by_job)))


def _sampled(facts: Sequence[SampleAdjudicated], rule: RatingRule) -> Iterator[ComponentSample]:
    """Adjudicated samples of the year, each for as many jobs as its probability says (Hájek), so that suspicion costs nothing."""
    if not facts:
        return
    free, zero = Fraction(rule.full_within), Fraction(rule.none_from)
    points = [reassessment_points(Fraction(one.issued_total - one.adjudicated_total), free, zero) for one in facts]
    weights = [1 / one.probability for one in facts]
    whole, squared = sum(weights, Fraction(0)), sum((one**2 for one in weights), Fraction(0))
    mean = sum((weight * one for weight, one in zip(weights, points, strict=True)), Fraction(0)) / whole
    apart = sum((weight * (one - mean) ** 2 for weight, one in zip(weights, points, strict=True)), Fraction(0))
    variance = apart / (whole - squared / whole) if len(facts) > 1 else Fraction(0)
    spread = (squared / whole**2).limit_denominator(10**9)
    yield ComponentSample(
        component=RatingComponent.SAMPLED,
        jobs=len(facts),
        mean=rounded(mean, SCORE_PLACES),
        variance=rounded(variance, CARRIED_PLACES),
        spread=(spread.numerator, spread.denominator),
    )


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


def _report(job: Job, rule: RatingRule) -> Fraction | None:
    """A report by its items that survived objection; checks and an expert's reading are not on record yet."""
    kept = ReportQuality(0, 0, None, items=job.items, items_upheld=max(0, job.items - job.overturned))
    parts = rule.report_parts
    return report_of_job(kept, parts.checks, parts.reading, parts.upheld)


def _averaged(component: RatingComponent, scores: Iterable[Fraction | None]) -> Iterator[ComponentSample]:
    """Mean and variance of one job over those that say anything; nothing where none does."""
    said = [score for score in scores if score is not None]
    if not said:
        return
    mean = sum(said, Fraction(0)) / len(said)
    squares = sum(((score - mean) ** 2 for score in said), Fraction(0))
    yield ComponentSample(
        component=component,
        jobs=len(said),
        mean=rounded(mean, SCORE_PLACES),
        variance=rounded(squares / (len(said) - 1) if len(said) > 1 else Fraction(0), CARRIED_PLACES),
        spread=(1, len(said)),
    )
