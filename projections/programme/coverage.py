"""Coverage read model 覆盖台: diagnosed over the year's roster, by district and for the city, beside the city's targets. plan G.

A firm counts as diagnosed from the year, in the city's calendar, of its first report. No district target is known, so none is kept.
Rows bear the positions from which they hold, so that coverage as of a past moment is read from the same tables. plan P5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, and_, case, func, or_, select

from domain.access import Scope
from domain.kernel import city_day
from journal import Entry
from projections.diagnosis.diagnoses import OPENED
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.directory import enterprise_columns
from projections.participants.rosters import MEMBERS

META = MetaData()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIRST_REPORTS = Table(
    "first_reports",
    META,
    Column("enterprise", String, primary_key=True),
    Column("issued_year", Integer, nullable=False),
    Column("confirmed_year", Integer),
    Column("issued", BigInteger, nullable=False),
    Column("confirmed", BigInteger),
)
"""issued, confirmed: positions of the first issued and the first confirmed report."""
STAYS = Table(
    "district_stays",
    META,
    Column("enterprise", String, primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger),
    Column("district", String, nullable=False),
)
"""Where a firm lay, from one position up to before another; None = to this day."""
LATEST_STAYS = Table(
    "latest_stays",
    META,
    Column("enterprise", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("district", String, nullable=False),
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
    latest = tables[LATEST_STAYS]
    latest.load((key(entry),) for entry in entries if entry.stream.startswith("enterprise/"))
    for entry in entries:
        found = data(entry)
        if "firm" in found:
            _stay(tables, key(entry), found["firm"]["district"], entry.position)
            continue
        if entry.type == "target.set.v1":
            tables[TARGETS].put(found)
            continue
        if entry.type in OPENED:
            subjects.put({"diagnosis": key(entry), "enterprise": found["enterprise"]})
            continue
        subject = subjects.get(key(entry))
        if subject is None:
            raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
        year = city_day(EPOCH + timedelta(microseconds=entry.at)).year
        before = reports.get(subject["enterprise"])
        if entry.type == "diagnosis.report_confirmed.v1":
            if before is not None and before["confirmed_year"] is None:
                reports.change(subject["enterprise"], confirmed_year=year, confirmed=entry.position)
        elif before is None:
            reports.put(
                {
                    "enterprise": subject["enterprise"],
                    "issued_year": year,
                    "confirmed_year": None,
                    "issued": entry.position,
                    "confirmed": None,
                }
            )


def _stay(tables: Tables, enterprise: str, district: str, position: int) -> None:
    """A firm lies in a district from a position on."""
    before = tables[LATEST_STAYS].get(enterprise)
    if before is not None and before["district"] == district:
        return
    if before is not None:
        tables[STAYS].put({"enterprise": enterprise, "until": position, **before})
    stay = {"enterprise": enterprise, "since": position, "district": district}
    tables[STAYS].put({"until": None, **stay})
    tables[LATEST_STAYS].put(stay)


COVERAGE = ReadModel(
    "coverage",
    (FIRST_REPORTS, STAYS, LATEST_STAYS, SUBJECTS, TARGETS),
    fold,
    frozenset(
        {
            "target.set.v1",
            *OPENED,
            "diagnosis.report_issued.v1",
            "diagnosis.report_confirmed.v1",
            "enterprise.registered.v1",
            "enterprise.registered.v2",
            "enterprise.revised.v1",
            "enterprise.revised.v2",
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


def by_district(snapshot: Snapshot, scope: Scope, year: int, position: int | None = None) -> list[CoverageRow]:
    """Coverage by district within a scope 分区覆盖: the denominator is the roster snapshot of that year.

    position: as it was known then, the firms counted where they lay then; None = now. The scope is today's in either case.
    """
    firms, members, reports = snapshot[ENTERPRISES], snapshot[MEMBERS], snapshot[FIRST_REPORTS]
    counted = and_(reports.c.enterprise == firms.c.id, reports.c.issued_year <= year)
    confirmed = reports.c.confirmed_year <= year
    joined = members.join(firms, firms.c.id == members.c.enterprise)
    district = firms.c.district
    known: tuple[Any, ...] = ()
    if position is not None:
        stays = snapshot[STAYS]
        joined = joined.join(stays, stays.c.enterprise == firms.c.id)
        known = (
            members.c.since <= position,
            stays.c.since <= position,
            or_(stays.c.until.is_(None), stays.c.until > position),
        )
        counted = and_(counted, reports.c.issued <= position)
        confirmed = and_(confirmed, reports.c.confirmed <= position)
        district = stays.c.district
    query = (
        select(district, func.count(reports.c.enterprise), func.sum(case((confirmed, 1), else_=0)), func.count())
        .select_from(joined.outerjoin(reports, counted))
        .where(members.c.year == year, to_sql(scope, enterprise_columns(snapshot)), *known)
        .group_by(district)
        .order_by(district)
    )
    return [CoverageRow(str(d), int(n), int(c), int(total)) for d, n, c, total in snapshot.rows(query)]


def targets(snapshot: Snapshot, year: int) -> list[TargetRow]:
    """The city's targets of a year 市级目标, one a measure; none where the plan sets none."""
    table = snapshot[TARGETS]
    query = select(table.c.year, table.c.measure, table.c.at_least, table.c.clause, table.c.mark)
    rows = snapshot.rows(query.where(table.c.year == year).order_by(table.c.measure))
    return [TargetRow(y, measure, Decimal(at_least), clause, mark) for y, measure, at_least, clause, mark in rows]
