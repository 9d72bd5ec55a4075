"""Sampling read model 抽样台: the draw of each month, every drawn job as it was adjudicated, and what a year comes to. plan V5."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Index, MetaData, Table, func, select

from domain.diagnosis.report import ReportConfirmed
from domain.diagnosis.state import Status, diagnosis_stream
from domain.governance.proceedings.state import ProceedingKind
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.governance.standing import listing_stream
from domain.instants import city_midnight, microseconds
from domain.kernel import cause_of, kind_of
from domain.providers.sampling.draw import DRAWS, FrameEntry
from domain.providers.sampling.reassessment import (
    REASSESSMENTS,
    Reassessment,
    ReassessmentAssigned,
    ReassessmentEvent,
    ReassessmentStatus,
)
from domain.providers.sampling.state import Draw, DrawEvent, SampleAdjudicated, day_after, draw_stream, first_day_of
from domain.providers.sampling.status import RiskClass
from journal import Entry
from journal.codec import decode, stored_names
from methods.misgrade_rate import Drawn, Stopped, WeightedShare, stop_rule, weighted_share
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.columns import columns
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot
from projections.governance.proceedings import PROCEEDINGS
from projections.record.audit_trail import ENTRIES

META = MetaData()


class DrawRow(NamedTuple):
    """The draw of a month 抽样. body: JSON of `Draw`, the folded state."""

    month: str
    body: str


class ReassessmentRow(NamedTuple):
    """A drawn job as it is assessed again 复评. body: JSON of `Reassessment`, the folded state. assessor: the latest."""

    diagnosis: str
    month: str
    status: ReassessmentStatus
    assessor: str
    body: str


class AdjudicatedRow(NamedTuple):
    """A job as it was adjudicated 已裁定样本. version: of the draw's stream, where that is a fact. body: JSON of the fact."""

    diagnosis: str
    year: int
    provider: str
    month: str
    version: int
    material: bool
    body: str


SAMPLE_DRAWS = Table("sample_draws", META, *columns(DrawRow, "month"))
REASSESSED = Table("reassessments", META, *columns(ReassessmentRow, "diagnosis"), Index("ix_reassessment_assessor", "assessor"))
ADJUDICATED = Table(
    "adjudicated_samples", META, *columns(AdjudicatedRow, "diagnosis"), Index("ix_adjudicated_year", "year", "provider")
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each draw and each re-assessment by the rules' own fold."""
    for entry in entries:
        thing = key(entry)
        if kind_of(entry.stream) == DRAWS.name:
            event = decode(DRAWS, entry.type, entry.state)
            row = tables[SAMPLE_DRAWS].get(thing)
            state = DRAWS.evolve(Draw.model_validate_json(row["body"]) if row is not None else None, event)
            tables[SAMPLE_DRAWS].put({"month": thing, "body": state.model_dump_json()})
            if isinstance(event, SampleAdjudicated):
                told = {"year": int(thing[:4]), "provider": event.provider, "month": thing, "version": entry.version}
                told |= {"material": event.material, "body": event.model_dump_json()}
                tables[ADJUDICATED].put({"diagnosis": event.diagnosis, **told})
            continue
        event = decode(REASSESSMENTS, entry.type, entry.state)
        row = tables[REASSESSED].get(thing)
        before = Reassessment.model_validate_json(row["body"]) if row is not None else None
        assert before is not None or isinstance(event, ReassessmentAssigned)  # noqa: S101 - guards replay, not input
        state = REASSESSMENTS.evolve(before, event)
        told = {"month": state.draw, "status": state.status.value, "assessor": state.assessors[-1]}
        tables[REASSESSED].put({"diagnosis": thing, **told, "body": state.model_dump_json()})


SAMPLING_READ_MODEL = ReadModel(
    "sampling_desk",
    (SAMPLE_DRAWS, REASSESSED, ADJUDICATED),
    fold,
    frozenset({*DrawEvent.__args__, *ReassessmentEvent.__args__}),
)


def draws_of(snapshot: Snapshot, year: int | None = None) -> dict[str, Draw]:
    """The draws of a year by month, or all 抽样; the caller has judged who is shown what of them."""
    table = snapshot[SAMPLE_DRAWS]
    query = select(table.c.month, table.c.body).order_by(table.c.month)
    if year is not None:
        query = query.where(table.c.month.startswith(f"{year}."))
    return {str(month): Draw.model_validate_json(body) for month, body in snapshot.rows(query)}


def reassessments(snapshot: Snapshot, month: str | None = None, assessor: str | None = None) -> dict[str, Reassessment]:
    """Re-assessments of a month, or those that an assessor was given last 复评; the caller has judged who is shown them."""
    table = snapshot[REASSESSED]
    query = select(table.c.diagnosis, table.c.body).order_by(table.c.diagnosis)
    if month is not None:
        query = query.where(table.c.month == month)
    if assessor is not None:
        query = query.where(table.c.assessor == assessor)
    return {str(one): Reassessment.model_validate_json(body) for one, body in snapshot.rows(query)}


@dataclass(frozen=True)
class Adjudicated:
    """A job as it was adjudicated, and the fact that says so, as stream/version 已裁定样本."""

    fact: SampleAdjudicated
    cause: str


def adjudicated(
    snapshot: Snapshot, year: int, after: str = "", first: int | None = None, provider: str | None = None
) -> list[Adjudicated]:
    """The adjudicated jobs of a year's draws, in order of diagnosis; the caller has judged who is shown them.

    after: beyond this diagnosis. first: no more than so many; None = all. provider: whose alone; None = everybody's.
    """
    table = snapshot[ADJUDICATED]
    wanted = [table.c.year == year, table.c.diagnosis > after, *([table.c.provider == provider] if provider is not None else [])]
    query = select(table.c.month, table.c.version, table.c.body).where(*wanted).order_by(table.c.diagnosis).limit(first)
    return [
        Adjudicated(SampleAdjudicated.model_validate_json(body), cause_of(draw_stream(str(month)), int(version)))
        for month, version, body in snapshot.rows(query)
    ]


def findings_without_hearing(snapshot: Snapshot) -> list[Adjudicated]:
    """Material cases about which no proceeding was opened yet, the whole city's 待立案抽评发现. For the program alone."""
    table, opened = snapshot[ADJUDICATED], snapshot[PROCEEDINGS]
    heard = select(opened.c.cause).where(opened.c.kind == ProceedingKind.SAMPLE_FINDING.value)
    query = select(table.c.month, table.c.version, table.c.body).where(table.c.material.is_(True)).order_by(table.c.diagnosis)
    known = {str(cause) for (cause,) in snapshot.rows(heard)}
    found = [
        Adjudicated(SampleAdjudicated.model_validate_json(body), cause_of(draw_stream(str(month)), int(version)))
        for month, version, body in snapshot.rows(query)
    ]
    return [one for one in found if one.cause not in known]


def frame_entries(snapshot: Snapshot, month: str) -> tuple[FrameEntry, ...]:
    """Every job that was confirmed in a month and has a provider 抽样框, with its provider's jobs of the year and risk class.

    A class of risk rests on what was known before: the provider's first year in the directory, or a red line at issue in the year.
    """
    first, after = (microseconds(city_midnight(day)) for day in (first_day_of(month), day_after(month)))
    cases, entries = snapshot[DIAGNOSES], snapshot[ENTRIES]
    year = first_day_of(month).replace(month=1)
    began, ended = (microseconds(city_midnight(day)) for day in (year, year.replace(year=year.year + 1)))
    names = sorted(stored_names((ReportConfirmed,)))
    confirmed = select(entries.c.stream).where(entries.c.type.in_(names), entries.c.at >= first, entries.c.at < after)
    streams = {str(stream) for (stream,) in snapshot.rows(confirmed)}
    counted = (
        select(cases.c.provider, func.count())
        .where(cases.c.opened_at >= began, cases.c.opened_at < ended, cases.c.status != Status.WITHDRAWN.value)
        .group_by(cases.c.provider)
    )
    expected = {str(provider): int(jobs) for provider, jobs in snapshot.rows(counted)}
    query = (
        select(cases.c.id, cases.c.provider)
        .where(cases.c.status == Status.CONFIRMED.value, cases.c.provider.is_not(None))
        .order_by(cases.c.id)
    )
    jobs = [(str(one), str(provider)) for one, provider in snapshot.rows(query) if diagnosis_stream(str(one)) in streams]
    risky = _risk_classes(snapshot, {provider for _, provider in jobs}, began, first)
    return tuple(
        FrameEntry(diagnosis=job, provider=provider, expected=max(1, expected.get(provider, 0)), risk=risky.get(provider))
        for job, provider in jobs
    )


def _risk_classes(snapshot: Snapshot, providers: set[str], began: int, before: int) -> dict[str, RiskClass]:
    opened, entries = snapshot[PROCEEDINGS], snapshot[ENTRIES]
    at_issue = select(opened.c.provider).where(
        opened.c.kind == ProceedingKind.RED_LINE.value, opened.c.opened_at >= began, opened.c.opened_at < before
    )
    lines = {str(provider) for (provider,) in snapshot.rows(at_issue)}
    streams = {str(listing_stream(provider)): provider for provider in providers}
    listed = (
        select(entries.c.stream, func.min(entries.c.at))
        .where(snapshot.among(entries.c.stream, sorted(streams)), entries.c.at < before)
        .group_by(entries.c.stream)
    )
    newcomers = {streams[str(stream)] for stream, at in snapshot.rows(listed) if int(at) >= began} if streams else set()
    found = dict.fromkeys(newcomers & providers, RiskClass.NEWCOMER)
    return found | dict.fromkeys(lines & providers, RiskClass.RED_LINE)


class SampledYear(NamedTuple):
    """What the samples of a year say 年度抽样结果. missing: drawn and not adjudicated yet; stopped: None without a frame."""

    frame: int
    drawn: int
    adjudicated: int
    missing: int
    material: int
    share: WeightedShare | None
    stopped: Stopped | None


def sampled_year(draws: Sequence[Draw], plan: SamplingPlan) -> SampledYear:
    """Misgrade rate with Wilson's interval at the effective size, and the stop rule over the base sample in ticket order."""
    frame = sum(len(draw.frame.jobs) for draw in draws if draw.frame is not None)
    every = [(job, draw.adjudicated.get(name)) for draw in draws for name, job in draw.drawn.items()]
    known = [(job, fact) for job, fact in every if fact is not None]
    share = weighted_share([Drawn(Fraction(fact.material), job.probability) for job, fact in known])
    base = int(Fraction(plan.base_probability) * 2**256)
    in_base = sorted((job.ticket, fact.material) for job, fact in known if int(job.ticket, 16) < base)
    stopped = None
    if frame:
        bad = [material for _, material in in_base]
        tilt, doubt = Fraction(plan.assumed_share), Fraction(1, plan.confirmed_at)
        stopped = stop_rule(bad, frame, Fraction(plan.limit_share), tilt, doubt)
    material = sum(fact.material for _, fact in known)
    return SampledYear(frame, len(every), len(known), len(every) - len(known), material, share, stopped)
