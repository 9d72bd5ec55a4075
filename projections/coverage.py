"""Coverage desk 覆盖台: diagnosed over the year's roster, by district and for the city, beside the city's targets. plan G.

A firm counts as diagnosed from the year, in the city's calendar, of its first report. No district target is known, so none is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Column, Integer, MetaData, String, Table, and_, case, func, select

from domain.access import Scope
from domain.language import city_day
from journal import Entry
from projections.desk import Desk, Tables, data, key
from projections.directory import enterprise_columns
from projections.places import ENTERPRISES
from projections.reading import Reading
from projections.rosters import MEMBERS
from projections.scope import to_sql

META = MetaData()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIRST_REPORTS = Table(
    "first_reports",
    META,
    Column("enterprise", String, primary_key=True),
    Column("issued_year", Integer, nullable=False),
    Column("confirmed_year", Integer),
)
SUBJECTS = Table(
    "coverage_subjects",
    META,
    Column("diagnosis", String, primary_key=True),
    Column("enterprise", String, nullable=False),
)
TARGETS = Table(
    "targets",
    META,
    Column("year", Integer, primary_key=True),
    Column("measure", String, primary_key=True),
    Column("at_least", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("mark", String, nullable=False),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """First issued and first confirmed report of each firm; targets as set."""
    subjects, reports = tables[SUBJECTS], tables[FIRST_REPORTS]
    for entry in entries:
        found = data(entry)
        if entry.type == "target.set.v1":
            tables[TARGETS].put(found)
            continue
        if entry.type == "diagnosis.opened.v1":
            subjects.put({"diagnosis": key(entry), "enterprise": found["enterprise"]})
            continue
        subject = subjects.get(key(entry))
        if subject is None:
            raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
        year = city_day(EPOCH + timedelta(microseconds=entry.at)).year
        before = reports.get(subject["enterprise"])
        if entry.type == "diagnosis.report_confirmed.v1":
            if before is not None and before["confirmed_year"] is None:
                reports.change(subject["enterprise"], confirmed_year=year)
        elif before is None:
            reports.put({"enterprise": subject["enterprise"], "issued_year": year, "confirmed_year": None})


COVERAGE = Desk(
    "coverage",
    (FIRST_REPORTS, SUBJECTS, TARGETS),
    fold,
    frozenset(
        {
            "target.set.v1",
            "diagnosis.opened.v1",
            "diagnosis.report_issued.v1",
            "diagnosis.report_confirmed.v1",
        }
    ),
)


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Coverage of one district 区覆盖: firms with an issued report, with a confirmed one, and on the roster."""

    district: str
    diagnosed: int
    confirmed: int
    total: int


@dataclass(frozen=True, slots=True)
class TargetRow:
    """The city's target of a year 市级目标."""

    year: int
    measure: str
    at_least: Decimal
    clause: str
    mark: str


def by_district(reading: Reading, scope: Scope, year: int) -> list[CoverageRow]:
    """Coverage by district within a scope 分区覆盖: the denominator is the roster snapshot of that year."""
    firms, members, reports = reading[ENTERPRISES], reading[MEMBERS], reading[FIRST_REPORTS]
    joined = members.join(firms, firms.c.id == members.c.enterprise).outerjoin(
        reports, and_(reports.c.enterprise == firms.c.id, reports.c.issued_year <= year)
    )
    confirmed = func.sum(case((reports.c.confirmed_year <= year, 1), else_=0))
    query = (
        select(firms.c.district, func.count(reports.c.enterprise), confirmed, func.count())
        .select_from(joined)
        .where(members.c.year == year, to_sql(scope, enterprise_columns(reading)))
        .group_by(firms.c.district)
        .order_by(firms.c.district)
    )
    return [CoverageRow(str(d), int(n), int(c), int(total)) for d, n, c, total in reading.rows(query)]


def targets(reading: Reading, year: int) -> list[TargetRow]:
    """The city's targets of a year 市级目标, one a measure; none where the plan sets none."""
    table = reading[TARGETS]
    query = select(table.c.year, table.c.measure, table.c.at_least, table.c.clause, table.c.mark)
    rows = reading.rows(query.where(table.c.year == year).order_by(table.c.measure))
    return [TargetRow(y, measure, Decimal(at_least), clause, mark) for y, measure, at_least, clause, mark in rows]
