"""Appraisal of districts 区考核: the numbers of a year, and the firms that each counts, by one reading. plan I5, G3.

A firm counts where the year's roster states it, as in coverage. Its grade is that of the latest of its diagnoses that were reported
by the end of the year, as it stands now: corrections count, a later diagnosis does not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, func, select

from domain.access import Scope
from domain.instants import city_midnight, microseconds
from projections.diagnosis.diagnoses import DiagnosisFilter, diagnosis_columns, matching
from projections.diagnosis.diagnoses_fold import DIAGNOSES, REPORTS
from projections.diagnosis.issued import holds_a_result
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.rosters import MEMBERS, held, member_columns
from projections.programme.clusters import Cluster, clustered
from projections.programme.coverage import FIRST_REPORTS
from standards.described import DescribedEnum

DAY = timedelta(days=1)


class AppraisalNumber(DescribedEnum):
    """Number of the appraisal sheet · 考核指标."""

    ON_ROSTER = "on_roster", "Firms on the roster of the year · 名单企业数"
    DIAGNOSED = "diagnosed", "Firms with an issued report · 已诊断企业数"
    NOT_DIAGNOSED = "not_diagnosed", "Firms without one · 未诊断企业数"
    TRANSFORMING = "transforming", "Firms that count as digitally transforming · 数字化转型企业数"
    RESULT_UNKNOWN = "result_unknown", "Diagnosed firms whose result lies outside the scope today · 结果不在范围内企业数"
    OVERDUE = "overdue", "Firms with a case opened in the year and past the last day of its stage today · 有超期案件企业数"


class AppraisedRow(NamedTuple):
    """A firm of a year's roster, as it is appraised 考核企业. grade: None = none is known within the scope."""

    id: str
    district: str
    diagnosed: bool
    grade: int | None
    overdue: bool


@dataclass(frozen=True)
class AppraisalFilter:
    """Which firms are looked for 考核企业筛选; None = any.

    grade_at_least: from which a firm counts as transforming. late, day: as of `DiagnosisFilter`; late None =
    no firm is looked at for what is overdue. cluster: as on the day; None = any.
    """

    year: int
    district: str | None = None
    number: AppraisalNumber = AppraisalNumber.ON_ROSTER
    grade_at_least: int = 1
    late: Mapping[str, int] | None = None
    day: str = ""
    cluster: Cluster | None = None


def numbers_of(row: AppraisedRow, grade_at_least: int) -> Iterator[AppraisalNumber]:
    """The numbers that count a firm 计入指标."""
    yield AppraisalNumber.ON_ROSTER
    yield AppraisalNumber.DIAGNOSED if row.diagnosed else AppraisalNumber.NOT_DIAGNOSED
    if row.diagnosed and row.grade is None:
        yield AppraisalNumber.RESULT_UNKNOWN
    if row.diagnosed and row.grade is not None and row.grade >= grade_at_least:
        yield AppraisalNumber.TRANSFORMING
    if row.overdue:
        yield AppraisalNumber.OVERDUE


def _appraised(snapshot: Snapshot, scope: Scope, where: AppraisalFilter) -> list[AppraisedRow]:
    members, reports = snapshot[MEMBERS], snapshot[FIRST_REPORTS]
    counted = and_(reports.c.enterprise == members.c.enterprise, reports.c.issued_year <= where.year, held(reports, None))
    query = (
        select(members.c.enterprise, members.c.district, reports.c.issued_on)
        .where(members.c.year == where.year, held(members, None), members.c.off_reason.is_(None))
        .where(to_sql(scope, member_columns(snapshot)))
        .order_by(members.c.enterprise)
    )
    if where.cluster is None:
        query = query.select_from(members.outerjoin(reports, counted))
    else:
        source, cluster = clustered(snapshot, where.cluster.kind, where.year, where.day)
        query = query.select_from(source.outerjoin(reports, counted)).where(cluster == where.cluster.id)
    if where.district is not None:
        query = query.where(members.c.district == where.district)
    grades, overdue = _grades(snapshot, scope, where), overdue_firms(snapshot, scope, where)
    return [
        AppraisedRow(firm, district, issued_on is not None, grades.get(firm), firm in overdue)
        for firm, district, issued_on in snapshot.rows(query)
    ]


def _grades(snapshot: Snapshot, scope: Scope, where: AppraisalFilter) -> dict[str, int | None]:
    cases, reports, firms = snapshot[DIAGNOSES], snapshot[REPORTS], snapshot[ENTERPRISES]
    first = func.min(reports.c.issued_at)
    query = (
        select(cases.c.enterprise, cases.c.issued_grade)
        .select_from(cases.join(firms, firms.c.id == cases.c.enterprise).join(reports, reports.c.diagnosis == cases.c.id))
        .where(to_sql(scope, diagnosis_columns(snapshot)), holds_a_result(cases))
        .group_by(cases.c.id, cases.c.enterprise, cases.c.issued_grade)
        .having(first < microseconds(city_midnight(date(where.year + 1, 1, 1))))
        .order_by(first, cases.c.id)
    )
    if where.district is not None:
        query = query.where(firms.c.district == where.district)
    return {str(firm): grade for firm, grade in snapshot.rows(query)}


def overdue_firms(snapshot: Snapshot, scope: Scope, where: AppraisalFilter) -> frozenset[str]:
    """Firms with a case that was opened in the year and is overdue on the day 超期企业."""
    if where.late is None:
        return frozenset()
    asked = DiagnosisFilter(overdue=True, late=where.late, day=where.day)
    cases = snapshot[DIAGNOSES]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (where.year, where.year + 1))
    of_year = cases.c.opened_at >= first, cases.c.opened_at < after
    query = select(cases.c.enterprise).distinct().where(*matching(snapshot, scope, asked), *of_year)
    return frozenset(str(firm) for (firm,) in snapshot.rows(query))


def appraised_firms(snapshot: Snapshot, scope: Scope, where: AppraisalFilter, page: Page) -> Sequence[AppraisedRow]:
    """A page of the firms that a number counts 考核指标所含企业."""
    return page.cut([row for row in _appraised(snapshot, scope, where) if _counts(row, where)], lambda row: (row.id,))


def appraised_count(snapshot: Snapshot, scope: Scope, where: AppraisalFilter) -> int:
    """How many firms those are 考核指标数."""
    return sum(_counts(row, where) for row in _appraised(snapshot, scope, where))


def _counts(row: AppraisedRow, where: AppraisalFilter) -> bool:
    return where.number in numbers_of(row, where.grade_at_least)


def sheet(snapshot: Snapshot, scope: Scope, where: AppraisalFilter) -> dict[str, Counter[AppraisalNumber]]:
    """District -> how many firms each number counts 考核表, in order of district."""
    found: dict[str, Counter[AppraisalNumber]] = {}
    for row in _appraised(snapshot, scope, where):
        found.setdefault(row.district, Counter()).update(numbers_of(row, where.grade_at_least))
    return dict(sorted(found.items()))


def percent(numerator: int, denominator: int) -> Decimal | None:
    """Percent to two decimals, rounded down 比例; None over nothing."""
    return Decimal(numerator * 10_000 // denominator).scaleb(-2) if denominator else None
