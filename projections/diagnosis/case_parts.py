"""Parts of a case 诊断组成: answers, evidence, reports, proceedings, assignments and cited files, within a scope. plan P3–P6."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, case, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope, sees_only_issued
from domain.diagnosis.objections import ObjectionStatus
from domain.diagnosis.state import Status
from projections.diagnosis.arbitrations import ARBITRATIONS, OPINIONS, ArbitrationRow, OpinionRow
from projections.diagnosis.assignments import ASSIGNMENTS, AssignmentRow
from projections.diagnosis.diagnoses import DiagnosisFilter, matching
from projections.diagnosis.diagnoses_fold import (
    ANSWERS,
    DIAGNOSES,
    EVIDENCE,
    REPORTS,
    AnswerRow,
    EvidenceRow,
    ReportRow,
)
from projections.diagnosis.filings import FILINGS, FilingRow
from projections.diagnosis.follow_ups import FOLLOW_UPS, ROUNDS, FollowUpRow, RoundRow
from projections.diagnosis.internal_reviews import INTERNAL_REVIEWS, InternalReviewRow
from projections.diagnosis.proceedings import (
    EXPERT_REVIEWS,
    OBJECTIONS,
    SITE_VISITS,
    ExpertReviewRow,
    ObjectionRow,
    SiteVisitRow,
)
from projections.diagnosis.readings import READINGS, ReadingRow
from projections.diagnosis.stages import STAGES, StageRow
from projections.diagnosis.visits import INTERVIEWS, SIGN_INS, VISIT_PLANS, InterviewRow, SignInRow, VisitPlanRow
from projections.engine.columns import chosen
from projections.engine.snapshot import Snapshot


def answers(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[AnswerRow]:
    """Answers of diagnoses within a scope 答案; none of those outside. Outside the case as its latest report has them."""
    mine = snapshot[ANSWERS]
    found: dict[str, ColumnElement[Any]] = {name: mine.c[name] for name in AnswerRow._fields}
    if sees_only_issued(scope):  # what the firm itself says cannot change once there is something to verify
        opened_again = mine.c.issued_verified.is_not(None)
        for name in ("verified", "difference"):
            found[name] = case((opened_again, mine.c[f"issued_{name}"]), else_=mine.c[name]).label(name)
    return [AnswerRow._make(row) for row in _of(snapshot, scope, ANSWERS, ids, found.values())]


def evidence(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[EvidenceRow]:
    """Evidence of diagnoses within a scope 佐证; none of those outside."""
    return [EvidenceRow._make(row) for row in _of(snapshot, scope, EVIDENCE, ids, snapshot[EVIDENCE].c)]


def reports(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[ReportRow]:
    """Reports of diagnoses within a scope 报告; none of those outside."""
    return [ReportRow._make(row) for row in _of(snapshot, scope, REPORTS, ids, snapshot[REPORTS].c)]


def assignments(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[AssignmentRow]:
    """Experts' assignments of diagnoses within a scope 专家指派, those that are over included; none of those outside."""
    mine = snapshot[ASSIGNMENTS]
    return [AssignmentRow._make(row) for row in _of(snapshot, scope, ASSIGNMENTS, ids, chosen(mine, AssignmentRow))]


class ObjectionFound(NamedTuple):
    """An objection beside what became of it 异议及其状态."""

    row: ObjectionRow
    status: ObjectionStatus


def objections(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[ObjectionFound]:
    """Objections to the reports of diagnoses within a scope 异议, in order of report and indicator; none of those outside.

    Outside the case there are none. One that waits is open while its case does, else it lapsed with the case.
    """
    waits = snapshot[DIAGNOSES].c.status == Status.OBJECTED.value
    mine = snapshot[OBJECTIONS]
    status = case(
        (mine.c.upheld.is_not(None), ObjectionStatus.ANSWERED.value),
        (waits, ObjectionStatus.OPEN.value),
        else_=ObjectionStatus.LAPSED.value,
    )
    rows = _of_parties(snapshot, scope, OBJECTIONS, ids, (*chosen(mine, ObjectionRow), status))
    return [ObjectionFound(ObjectionRow._make(row[:-1]), ObjectionStatus(row[-1])) for row in rows]


def site_visits(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[SiteVisitRow]:
    """Visits on site of diagnoses within a scope 现场诊断, in the order they were recorded; outside the case none."""
    rows = _of_parties(snapshot, scope, SITE_VISITS, ids, chosen(snapshot[SITE_VISITS], SiteVisitRow))
    return [SiteVisitRow._make(row) for row in rows]


def visit_plans(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[VisitPlanRow]:
    """Visits by plan of diagnoses within a scope 现场诊断计划, in the order they were planned; outside the case none."""
    rows = _of_parties(snapshot, scope, VISIT_PLANS, ids, chosen(snapshot[VISIT_PLANS], VisitPlanRow))
    return [VisitPlanRow._make(row) for row in rows]


def sign_ins(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[SignInRow]:
    """Who signed in on site 到场签到, in order; outside the case nobody."""
    rows = _of_parties(snapshot, scope, SIGN_INS, ids, chosen(snapshot[SIGN_INS], SignInRow))
    return [SignInRow._make(row) for row in rows]


def interviews(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[InterviewRow]:
    """What was said on site 访谈, by visit and function; outside the case nothing."""
    rows = _of_parties(snapshot, scope, INTERVIEWS, ids, chosen(snapshot[INTERVIEWS], InterviewRow))
    return [InterviewRow._make(row) for row in rows]


def internal_reviews(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[InternalReviewRow]:
    """Internal reviews of the reports of diagnoses within a scope 机构内审, in order; outside the case none."""
    rows = _of_parties(snapshot, scope, INTERNAL_REVIEWS, ids, chosen(snapshot[INTERNAL_REVIEWS], InternalReviewRow))
    return [InternalReviewRow._make(row) for row in rows]


def arbitrations(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[ArbitrationRow]:
    """Arbitrations of diagnoses within a scope 仲裁, in order; outside the case none."""
    rows = _of_parties(snapshot, scope, ARBITRATIONS, ids, chosen(snapshot[ARBITRATIONS], ArbitrationRow))
    return [ArbitrationRow._make(row) for row in rows]


def opinions(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[OpinionRow]:
    """Arbiters' opinions on diagnoses within a scope 仲裁意见; outside the case none. Whom they are shown is for the schema."""
    rows = _of_parties(snapshot, scope, OPINIONS, ids, chosen(snapshot[OPINIONS], OpinionRow))
    return [OpinionRow._make(row) for row in rows]


def filings(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[FilingRow]:
    """Filings of diagnoses within a scope 备案; outside the case none."""
    return [FilingRow._make(row) for row in _of_parties(snapshot, scope, FILINGS, ids, chosen(snapshot[FILINGS], FilingRow))]


def readings(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[ReadingRow]:
    """Readings of the reports of diagnoses within a scope 专家解读; outside the case none."""
    return [ReadingRow._make(row) for row in _of_parties(snapshot, scope, READINGS, ids, chosen(snapshot[READINGS], ReadingRow))]


def follow_ups(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[FollowUpRow]:
    """Follow-ups of diagnoses within a scope 跟踪回访; outside the case none."""
    rows = _of_parties(snapshot, scope, FOLLOW_UPS, ids, chosen(snapshot[FOLLOW_UPS], FollowUpRow))
    return [FollowUpRow._make(row) for row in rows]


def follow_up_rounds(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[RoundRow]:
    """Months of the follow-ups of diagnoses within a scope 回访期次, in order; outside the case none."""
    return [RoundRow._make(row) for row in _of_parties(snapshot, scope, ROUNDS, ids, chosen(snapshot[ROUNDS], RoundRow))]


def expert_reviews(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[ExpertReviewRow]:
    """Experts' reviews of diagnoses within a scope 专家评审, in the order they were recorded; outside the case none."""
    rows = _of_parties(snapshot, scope, EXPERT_REVIEWS, ids, chosen(snapshot[EXPERT_REVIEWS], ExpertReviewRow))
    return [ExpertReviewRow._make(row) for row in rows]


def running_stages(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> list[StageRow]:
    """Stages that run of diagnoses within a scope 现行环节; outside the case none."""
    return [StageRow._make(row) for row in _of_parties(snapshot, scope, STAGES, ids, chosen(snapshot[STAGES], StageRow))]


def _of_parties(
    snapshot: Snapshot, scope: Scope, table: Table, ids: Sequence[str], columns: Iterable[ColumnElement[Any]]
) -> Sequence[Any]:
    return () if sees_only_issued(scope) else _of(snapshot, scope, table, ids, columns)


def _of(
    snapshot: Snapshot, scope: Scope, table: Table, ids: Sequence[str], columns: Iterable[ColumnElement[Any]]
) -> Sequence[Any]:
    cases, mine = snapshot[DIAGNOSES], snapshot[table]
    condition = (
        *matching(snapshot, scope, DiagnosisFilter()),
        *_out(cases, mine, table, scope),
        snapshot.among(cases.c.id, ids),
        mine.c.diagnosis == cases.c.id,
    )
    order = [mine.c[column.name] for column in table.primary_key]
    return snapshot.rows(select(*columns).where(*condition).order_by(*order))


def _out(cases: Table, mine: Table, table: Table, scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Whether a part of a case is out, for a reader outside it: with a report, or attached before the latest one."""
    if sees_only_issued(scope):
        yield cases.c.issued_through.is_not(None)
        if table is EVIDENCE:
            yield mine.c.version <= cases.c.issued_through


class FileRow(NamedTuple):
    """A file that a diagnosis cites 文件. is_report: else it is evidence."""

    filename: str
    media_type: str
    diagnosis: str
    enterprise: str
    is_report: bool


def files(snapshot: Snapshot, scope: Scope, sha256: str, *, evidence: bool) -> list[FileRow]:
    """The reports within a scope that are kept under a hash, once for each diagnosis that cites it; empty = not found.

    evidence: look among the evidence too; not every role that may read reports may read it.
    """
    cases, attached, printed = snapshot[DIAGNOSES], snapshot[EVIDENCE], snapshot[REPORTS]
    seen = tuple(matching(snapshot, scope, DiagnosisFilter()))
    whose = (cases.c.id, cases.c.enterprise)
    first = select(attached.c.filename, attached.c.media_type, *whose).where(
        *seen,
        *_out(cases, attached, EVIDENCE, scope),
        attached.c.diagnosis == cases.c.id,
        attached.c.sha256 == sha256,
    )
    second = select(printed.c.version, *whose).where(*seen, printed.c.diagnosis == cases.c.id, printed.c.sha256 == sha256)
    found = [FileRow._make((*row, False)) for row in snapshot.rows(first)] if evidence else []
    found += [
        FileRow(f"诊断报告-v{version}.pdf", "application/pdf", diagnosis, enterprise, is_report=True)
        for version, diagnosis, enterprise in snapshot.rows(second)
    ]
    return found
