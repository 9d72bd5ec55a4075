"""Diagnosis read model 诊断台: diagnoses with their answers, evidence, visits and reports as they stand now. plan P3–P5."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    Column,
    Index,
    MetaData,
    Select,
    String,
    Table,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Role, Scope, sees_only_issued
from domain.diagnosis import evidence, objections, on_site, provider, report, scoring, self_assessment
from domain.diagnosis.case import DIAGNOSES as CASE
from domain.diagnosis.case import STATUS_AFTER, status_after_objections
from domain.diagnosis.case_numbers import case_number
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.report import ReportKind
from domain.diagnosis.state import DiagnosisStatus, Purpose, Status
from journal import Entry
from projections.diagnosis import issued, proceedings, stages
from projections.engine.columns import Long, columns
from projections.engine.filters import A_DAY, GradeRange, is_so, one_of, recorded_within, sought, within
from projections.engine.pages import Page, numeric
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.terms import assigned_to, has_consent
from standards import Form

META = MetaData()
TOTALS = frozenset({"self_total", "verified_total"})
"""Columns of exact text."""


class DiagnosisRow(NamedTuple):
    """A diagnosis as the read model shows it 诊断. Times in microseconds of UTC; totals exact, as text.

    To a reader outside the case what its report holds is that of the latest one, and None before the first (`issued.py`).

    applicable: JSON of `standards.ApplicableEdition`, what applied when it was opened; reason: why it was opened under another.
    issued_version: of the latest report; issued_through: version of the stream that it was issued at.
    """

    id: str
    case_number: str
    enterprise: str
    campaign: str
    purpose: Purpose
    form: Form
    edition: str
    provider: str | None
    status: DiagnosisStatus
    status_since: Long
    version: int
    opened_at: Long
    changed_at: Long
    answered: int | None
    visits: int | None
    expert_reviews: int | None
    self_total: str | None
    verified_total: str | None
    measured_grade: int | None
    grade: int | None
    level: int | None
    grade_name: str | None
    level_name: str | None
    result: str | None
    applicable: str | None
    reason: str | None
    opened_by_role: Role
    opened_by_organisation: str
    issued_version: int | None
    issued_through: int | None


DIAGNOSES = Table(
    "diagnoses",
    META,
    *columns(DiagnosisRow, "id", never_null=("answered", "visits", "expert_reviews"), but=("issued_version", "issued_through")),
    *issued.columns(),
    Index("ix_enterprise", "enterprise", "id"),
    Index("ix_provider", "provider", "enterprise"),
    Index("ix_case_number", "case_number"),
    Index("ix_opened_at", "opened_at", "id"),
    Index("ix_changed_at", "changed_at", "id"),
    Index("ix_outside_changed_at", "outside_changed_at", "id"),
)
issued.keep_inside(DIAGNOSES, *issued.SEEN_AS, "reopened")


class AnswerRow(NamedTuple):
    """An answer, the firm's own and the verified one 答案, as JSON of `standards.Answer`."""

    diagnosis: str
    indicator: str
    given: str
    version: int
    verified: str | None
    difference: str | None


ANSWERS = Table(
    "answers",
    META,
    *columns(AnswerRow, "diagnosis", "indicator"),
    Column("issued_verified", String),
    Column("issued_difference", String),
)
"""issued_verified, issued_difference: as the latest report has them, of an answer that was opened again after it."""


class EvidenceRow(NamedTuple):
    """A file that supports indicators 佐证."""

    diagnosis: str
    version: int
    sha256: str
    filename: str
    media_type: str
    size: Long
    indicators: str
    attached_at: Long
    attached_by_role: Role


EVIDENCE = Table(
    "evidence",
    META,
    *columns(EvidenceRow, "diagnosis", "version"),
    Index("ix_sha256", "sha256"),
)


class ReportRow(NamedTuple):
    """A version of the report 报告."""

    diagnosis: str
    version: int
    kind: ReportKind
    sha256: str
    rendered_at: Long
    issued_at: Long


REPORTS = Table(
    "reports",
    META,
    *columns(ReportRow, "diagnosis", "version"),
    Index("ix_report_sha256", "sha256"),
)

def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Rows of diagnoses after more facts."""
    cases = tables[DIAGNOSES]
    cases.load((key(entry),) for entry in entries)
    for entry in entries:
        found = data(entry)
        identity = key(entry)
        event = event_of(entry)
        if event in stages.EVENTS:
            stages.recorded(tables, entry)
            continue
        if event is DiagnosisOpened:
            cases.put(_opened(identity, entry, found))
            continue
        case = cases.get(identity)
        if case is None:
            raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
        changes: dict[str, object] = {"version": entry.version, "changed_at": entry.at}
        if (status := STATUS_AFTER.get(event)) is not None:
            changes["status"] = status.value
        changes |= issued.followed(entry, found, case)
        changes |= _details(tables, identity, entry, found, case)
        changes |= issued.since(entry, changes, case)
        proceedings.recorded(tables, identity, entry, found, case)
        cases.change(identity, **changes)


def _opened(identity: str, entry: Entry, found: dict[str, object]) -> dict[str, object]:
    empty = dict.fromkeys(
        ("self_total", "verified_total", "measured_grade", "grade", "level", "grade_name", "level_name", "result")
    )
    kept = ("enterprise", "campaign", "purpose", "form", "edition", "provider")
    return {
        "id": identity,
        "case_number": case_number(identity),
        **{name: found[name] for name in kept},
        "status": STATUS_AFTER[DiagnosisOpened].value,
        "status_since": entry.at,
        "version": entry.version,
        "opened_at": entry.at,
        "changed_at": entry.at,
        "answered": 0,
        "visits": 0,
        "expert_reviews": 0,
        **empty,
        "applicable": orjson.dumps(found["applicable"]).decode() if found.get("applicable") else None,
        "reason": found.get("reason"),
        "opened_by_role": entry.role,
        "opened_by_organisation": entry.organisation,
        **issued.opened(entry),
    }


def _details(
    tables: Tables, identity: str, entry: Entry, found: dict[str, object], case: dict[str, object]
) -> dict[str, object]:
    """What a fact changes in the diagnosis' row beside its status; rows of other tables are written on the way."""
    answers = tables[ANSWERS]
    match event_of(entry):
        case provider.ProviderAssigned | provider.DiagnosisAccepted:
            return {"provider": found["provider"]}
        case self_assessment.AnswersSaved:
            given: dict[str, dict[str, object]] = found["answers"]  # type: ignore[assignment]
            answers.load((identity, indicator) for indicator in given)
            new = 0
            for indicator, answer in given.items():
                before = answers.get(identity, indicator)
                new += before is None
                answers.put(
                    {
                        "diagnosis": identity,
                        "indicator": indicator,
                        "given": orjson.dumps(answer["answer"]).decode(),
                        "version": entry.version,
                        "verified": before["verified"] if before else None,
                        "difference": before["difference"] if before else None,
                        "issued_verified": None,
                        "issued_difference": None,
                    }
                )
            return {"answered": int(str(case["answered"])) + new}
        case on_site.AnswersVerified:
            verified: dict[str, dict[str, object]] = found["answers"]  # type: ignore[assignment]
            answers.load((identity, indicator) for indicator in verified)
            for indicator, answer in verified.items():
                answers.change(
                    identity,
                    indicator,
                    verified=orjson.dumps(answer["answer"]).decode(),
                    difference=answer["reason"],
                )
        case objections.ObjectionsAnswered:
            replies: list[dict[str, object]] = found["answers"]  # type: ignore[assignment]
            upheld = [str(reply["indicator"]) for reply in replies if reply["upheld"]]
            answers.load((identity, indicator) for indicator in upheld)
            for indicator in upheld:
                before = answers.get(identity, indicator) or {}
                reported = {f"issued_{name}": before.get(name) for name in ("verified", "difference")}
                answers.change(identity, indicator, verified=None, difference=None, **reported)
            reopened = {"reopened": orjson.dumps(upheld).decode()} if upheld else {}
            return {"status": status_after_objections(upheld=bool(upheld)).value, **reopened}
        case on_site.SiteVisitRecorded:
            return {"visits": int(str(case["visits"])) + 1}
        case scoring.ExpertReviewRecorded:
            return {"expert_reviews": int(str(case["expert_reviews"])) + 1}
        case evidence.EvidenceAttached:
            tables[EVIDENCE].put(
                {
                    "diagnosis": identity,
                    "version": entry.version,
                    **{name: found[name] for name in ("sha256", "filename", "media_type", "size")},
                    "indicators": orjson.dumps(found["indicators"]).decode(),
                    "attached_at": entry.at,
                    "attached_by_role": entry.role,
                }
            )
        case self_assessment.SelfAssessmentSubmitted:
            measured: dict[str, object] = found["measured"]  # type: ignore[assignment]
            return {"self_total": measured["total"]}
        case scoring.DiagnosisScored:
            return _scored(found)
        case report.ReportIssued | report.ReportConfirmed:
            if event_of(entry) is report.ReportIssued:
                for indicator in orjson.loads(str(case["reopened"] or "[]")):
                    answers.change(identity, indicator, issued_verified=None, issued_difference=None)
            file: dict[str, object] = found["file"]  # type: ignore[assignment]
            tables[REPORTS].put(
                {
                    "diagnosis": identity,
                    "version": found["version"],
                    "kind": STATUS_AFTER[event_of(entry)].value,
                    "sha256": file["pdf"],
                    "rendered_at": file["rendered_at"],
                    "issued_at": entry.at,
                }
            )
    return {}


def _scored(found: dict[str, object]) -> dict[str, object]:
    measured: dict[str, object] = found["verified"]  # type: ignore[assignment]
    issued: dict[str, object] = found["issued"]  # type: ignore[assignment]
    return {
        "verified_total": measured["total"],
        "measured_grade": measured["grade"],
        "grade": issued["grade"],
        "level": issued["level"],
        "grade_name": issued["grade_name"],
        "level_name": issued["level_name"],
        "result": orjson.dumps(found).decode(),
    }


DIAGNOSIS_READ_MODEL = ReadModel(
    "diagnosis_desk",
    (DIAGNOSES, ANSWERS, EVIDENCE, REPORTS, *proceedings.PROCEEDINGS, stages.STAGES),
    fold,
    frozenset(CASE.events) | stages.EVENTS,
)


@dataclass(frozen=True)
class DiagnosisFilter:
    """What to look for; what is left out is any, of a list any of its values · 筛选条件.

    moment: microseconds of UTC, from which days are counted back. late: status -> the moment, such that what came into it earlier
    is overdue. day: as ISO text, on which the stages are judged that run.
    """

    status: list[DiagnosisStatus] | None = sought("How far they have come · 状态")
    campaign: list[str] | None = sought("Ids of campaigns · 批次", of="campaign")
    provider: list[str] | None = sought("Ids of providers · 服务商标识", of="organisation")
    enterprise: list[str] | None = sought("Ids of enterprises · 企业标识", of="enterprise")
    district: list[str] | None = sought("Districts, GB/T 2260 codes · 区代码", shown_by="enterprise")
    grade: GradeRange | None = sought("Range of the issued grade · 出具档范围")
    case_number: str | None = sought("Number of the case, with or without dashes · 案号")
    open_objection: bool | None = sought("Whether an objection waits for an answer · 有无待答复的异议")
    purpose: list[Purpose] | None = sought("Purposes · 诊断目的")
    subdistrict: list[str] | None = sought("Ids of subdistricts · 街镇", shown_by="enterprise", of="organisation")
    park: list[str] | None = sought("Ids of parks · 园区", shown_by="enterprise", of="organisation")
    reporting_unit: list[str] | None = sought("Ids of reporting units · 申报单位", shown_by="enterprise", of="organisation")
    group: list[str] | None = sought("Ids of groups · 企业集团", shown_by="enterprise", of=("organisation", "group"))
    stuck_for_days: int | None = sought("In its status for at least so many days · 停留天数", shown_by="status_since")
    overdue: bool | None = sought("Whether it is past the last day of the stage that it waits in · 是否超期")
    due_by: date | None = sought("The stage that runs ends on this day or earlier · 到期日", shown_by="stage")
    changed_since: datetime | None = sought("Changed at this time or later · 变更起始时间", shown_by="changed_at")
    opened_since: datetime | None = sought("Opened at this time or later · 开启起始时间", shown_by="opened_at")
    opened_until: datetime | None = sought("Opened at this time or earlier · 开启截止时间", shown_by="opened_at")
    moment: int | None = None
    late: Mapping[str, int] | None = None
    day: str | None = None


LONGEST_STAY = 36_525
"""Days in a hundred years: no case is older, so more of them ask for the same, and the sum stays within what a column holds."""
OF_THE_FIRM = ("district", "subdistrict", "park", "reporting_unit", "group")
"""What is looked for of a case's firm."""


def of_the_case(
    where: DiagnosisFilter, snapshot: Snapshot, column: Callable[[str], ColumnElement[Any]]
) -> Iterator[ColumnElement[bool]]:
    """Whether a case is what a filter asks, by its own columns as `column` names them, now or then."""
    for name in ("status", "campaign", "provider", "enterprise", "purpose"):
        yield from one_of(snapshot, column(name), getattr(where, name))
    yield from within(column("grade"), where.grade)
    if where.case_number is not None:
        yield column("case_number") == where.case_number
    if where.stuck_for_days is not None and where.moment is not None:
        days = min(max(where.stuck_for_days, 0), LONGEST_STAY)
        yield column("status_since") <= where.moment - days * A_DAY
    yield from recorded_within(column("opened_at"), where.opened_since, where.opened_until)


def diagnosis_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a diagnosis' row, joined to its enterprise's current row."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    return {
        Attribute.ENTERPRISE: lambda value: cases.c.enterprise == value,
        Attribute.DISTRICT: lambda value: firms.c.district == value,
        Attribute.SUBDISTRICT: lambda value: firms.c.subdistrict == value,
        Attribute.PARK: lambda value: firms.c.park == value,
        Attribute.REPORTING_UNIT: lambda value: firms.c.reporting_unit == value,
        Attribute.GROUP: lambda value: firms.c.group == value,
        Attribute.PROVIDER: lambda value: cases.c.provider == value,
        Attribute.CONSENT: lambda bank, day: has_consent(snapshot, cases.c.enterprise, bank, day),
        Attribute.ASSIGNMENT: lambda expert, day: cases.c.id.in_(assigned_to(snapshot, expert, day)),
    }


def waits_for_an_answer(cases: Table, scope: Scope) -> ColumnElement[bool]:
    """Whether an objection to a case's report is open 有无待答复的异议; outside the case none is known of."""
    return false() if sees_only_issued(scope) else cases.c.status == Status.OBJECTED.value


def _is_overdue(
    snapshot: Snapshot, cases: Table, scope: Scope, late: Mapping[str, int], day: str
) -> ColumnElement[bool]:
    """Whether a case is past the last day of the stage that runs; where none is known, for too long in its status."""
    status, since = (issued.column(cases, scope, name) for name in ("status", "status_since"))
    stuck = or_(*(and_(status == one, since < before) for one, before in late.items()))
    if sees_only_issued(scope):
        return stuck
    return or_(stages.is_over(snapshot, cases, day), and_(~stages.runs(snapshot, cases), stuck))


def matching(snapshot: Snapshot, scope: Scope, where: DiagnosisFilter) -> Iterator[ColumnElement[bool]]:
    """Whether a case lies in a scope and is what a filter asks, as conditions of a query of cases and enterprises."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    yield firms.c.id == cases.c.enterprise
    yield to_sql(scope, diagnosis_columns(snapshot))
    yield from of_the_case(where, snapshot, lambda name: issued.column(cases, scope, name))
    yield from is_so(waits_for_an_answer(cases, scope), where.open_objection)
    if where.late is not None and where.day is not None:
        yield from is_so(_is_overdue(snapshot, cases, scope, where.late, where.day), where.overdue)
    if where.due_by is not None:
        yield stages.ends_by(snapshot, cases, scope, where.due_by)
    yield from recorded_within(issued.column(cases, scope, "changed_at"), where.changed_since)
    for name in OF_THE_FIRM:
        yield from one_of(snapshot, firms.c[name], getattr(where, name))


def diagnoses(snapshot: Snapshot, scope: Scope, where: DiagnosisFilter, page: Page) -> list[DiagnosisRow]:
    """A page of diagnoses within a scope 诊断列表."""
    cases = snapshot[DIAGNOSES]

    def query() -> Select[Any]:
        return page.of(_shown(cases, scope).where(*matching(snapshot, scope, where)), lambda name: ordered_by(cases, scope, name))

    name = ("diagnoses", scope, page.shape) if where == DiagnosisFilter() else None
    return [DiagnosisRow._make(row) for row in snapshot.kept(name, query, **page.values)]


def ordered_by(cases: Table, scope: Scope, name: str) -> ColumnElement[Any]:
    """A column that cases are put in order by, as a scope sees it: what is not issued orders nothing outside the case."""
    column = issued.column(cases, scope, name)
    return numeric(column) if name in TOTALS else column


def count(snapshot: Snapshot, scope: Scope, where: DiagnosisFilter) -> int:
    """How many diagnoses a scope admits 诊断数."""
    query = select(func.count()).select_from(snapshot[DIAGNOSES]).where(*matching(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def diagnoses_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, DiagnosisRow]:
    """Diagnoses of many ids within a scope; those outside are absent."""
    cases = snapshot[DIAGNOSES]

    def query() -> Select[Any]:
        return _shown(cases, scope).where(*matching(snapshot, scope, DiagnosisFilter()), snapshot.listed(cases.c.id, "ids"))

    rows = snapshot.kept(("diagnoses_by_id", scope), query, ids=list(ids))
    return {row[0]: DiagnosisRow._make(row) for row in rows}


def _shown(cases: Table, scope: Scope) -> Select[Any]:
    return select(*(issued.seen(cases, scope, name) for name in DiagnosisRow._fields))
