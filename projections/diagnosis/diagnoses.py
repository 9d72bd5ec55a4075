"""Reads of diagnoses 诊断查询: what is looked for, in which order, within which scope. plan P3–P5."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Select,
    Table,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope, sees_only_issued
from domain.diagnosis.state import NEXT_STEPS, DiagnosisStatus, Purpose, Status
from projections.diagnosis import filings, follow_ups, issued, readings, stages
from projections.diagnosis.assignments import assigned_to
from projections.diagnosis.diagnoses_fold import DIAGNOSES, TOTALS, DiagnosisRow
from projections.engine.filters import A_DAY, GradeRange, is_so, one_of, recorded_within, sought, within
from projections.engine.pages import Page, numeric
from projections.engine.places import ENTERPRISES
from projections.engine.scope import NEVER, Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.consents import has_consent


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
    held_back: bool | None = sought(
        "Whether a gate keeps the issued grade below what the verified total reaches; false: none does, or there is no grade yet "
        "· 是否被门槛压档"
    )
    case_number: str | None = sought("Number of the case, with or without dashes · 案号")
    open_objection: bool | None = sought("Whether an objection waits for an answer · 有无待答复的异议")
    filed: bool | None = sought("Whether its report is filed · 是否已备案", shown_by="filing")
    read: bool | None = sought("Whether an expert has read its report with the firm · 是否已解读", shown_by="reading")
    follow_up_overdue: bool | None = sought("Whether a report of its follow-up is overdue · 有无逾期回访", shown_by="follow_up")
    purpose: list[Purpose] | None = sought("Purposes · 诊断目的")
    subdistrict: list[str] | None = sought("Ids of subdistricts · 街镇", shown_by="enterprise", of="organisation")
    park: list[str] | None = sought("Ids of parks · 园区", shown_by="enterprise", of="organisation")
    reporting_unit: list[str] | None = sought("Ids of reporting units · 申报单位", shown_by="enterprise", of="organisation")
    group: list[str] | None = sought("Ids of groups · 企业集团", shown_by="enterprise", of=("organisation", "group"))
    stuck_for_days: int | None = sought("Not ended, in its status for so many days or more · 停留天数", shown_by="status_since")
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
FINISHED = tuple(sorted(one.value for one in set(Status) - NEXT_STEPS.keys()))
"""Statuses in which a case waits for nobody 已结束状态."""
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
        yield and_(column("status").not_in(FINISHED), column("status_since") <= where.moment - days * A_DAY)
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
        Attribute.ASSIGNMENT: lambda *expert: cases.c.id.in_(assigned_to(snapshot, *expert)),
    }


def waits_for_an_answer(cases: Table, scope: Scope) -> ColumnElement[bool]:
    """Whether an objection to a case's report is open 有无待答复的异议; outside the case none is known of."""
    return NEVER if sees_only_issued(scope) else cases.c.status == Status.OBJECTED.value


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
    yield from is_so(issued.column(cases, scope, "held_back").is_(True), where.held_back)
    yield from is_so(waits_for_an_answer(cases, scope), where.open_objection)
    yield from is_so(filings.is_filed(snapshot, cases, scope), where.filed)
    yield from is_so(readings.is_read(snapshot, cases, scope), where.read)
    if where.day is not None:
        yield from is_so(follow_ups.has_overdue(snapshot, cases, scope, where.day), where.follow_up_overdue)
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
    return [DiagnosisRow._make(row) for row in snapshot.prepared(name, query, **page.values)]


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

    rows = snapshot.prepared(("diagnoses_by_id", scope), query, ids=list(ids))
    return {row[0]: DiagnosisRow._make(row) for row in rows}


def _shown(cases: Table, scope: Scope) -> Select[Any]:
    return select(*(issued.seen(cases, scope, name) for name in DiagnosisRow._fields))
