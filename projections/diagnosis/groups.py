"""Group read model 集团台: a group's member firms, their current results, and what these add up to. plan S3, O3.

Rows bear the positions from which they hold, as those of coverage do, so that a past moment is read from the same tables. A result
is current while its report is out: issued or confirmed, and not under an objection. A sampled re-assessment judges the work of a
provider and is no firm's result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import orjson
from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Place, Scope, admits
from domain.diagnosis import arbitration, objections, opening, report, scoring, withdrawal
from domain.instants import city_midnight, microseconds
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, chosen, columns, names_of
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Row, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants import headquarters
from projections.participants.enterprises import enterprise_columns
from projections.participants.headquarters import SeatRow
from projections.participants.rosters import ENDLESS, FIGURES, MEMBERS, held
from standards.scoring.roll_up import Member, RollUp, roll_up

META = MetaData()


class ResultRow(NamedTuple):
    """A firm's current result 现行结果. dimensions: id -> score."""

    diagnosis: str
    edition: str
    issued_at: Long
    total: Decimal
    dimensions: dict[str, Decimal]
    grade: int
    grade_name: str
    level_name: str


RESULTS = Table(
    "group_results",
    META,
    *columns(ResultRow, "diagnosis"),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger),
    Column("enterprise", String, nullable=False),
    Index("ix_result_enterprise", "enterprise"),
)
"""A result while it was current, from one position up to before another; until None = to this day."""
SCORED = ("total", "dimensions", "grade", "grade_name", "level_name")
"""What of a result is known from a scoring on."""
CASES = Table(
    "group_cases",
    META,
    *columns(ResultRow, "diagnosis", may_be_null=("issued_at", *SCORED)),
    Column("enterprise", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("current_since", BigInteger),
)
"""What the next result of a case will be. current_since: the position from which its result is current; None = it is not."""
issued.keep_inside(CASES, *SCORED)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Results from their report on until an objection or a withdrawal."""
    tables[CASES].load((key(entry),) for entry in entries)
    for entry in entries:
        found = data(entry)
        if event_of(entry) is opening.DiagnosisOpened:
            kept = {name: found[name] for name in ("enterprise", "edition", "purpose")}
            unset = dict.fromkeys(("current_since", "issued_at", *SCORED))
            tables[CASES].put({"diagnosis": key(entry), **kept, **unset})
        else:
            case = tables[CASES].get(key(entry))
            if case is None:
                raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
            _follow(tables, case, entry, found)


def _follow(tables: Tables, case: Row, entry: Entry, found: Row) -> None:
    """One more fact of a diagnosis."""
    cases, identity = tables[CASES], case["diagnosis"]
    match event_of(entry):
        case scoring.DiagnosisScored:
            verified, given = found["verified"], found["issued"]
            dimensions = orjson.dumps({one["id"]: one["score"] for one in verified["dimensions"]}).decode()
            graded = {name: given[name] for name in ("grade", "grade_name", "level_name")}
            cases.change(identity, total=verified["total"], dimensions=dimensions, **graded)
        case report.ReportIssued:
            cases.change(identity, issued_at=entry.at)
            _begin(tables, identity, entry.position)
        case objections.ObjectionsAnswered | arbitration.ArbitrationSettled:
            if not issued.upheld_in(event_of(entry), found):
                _begin(tables, identity, entry.position)
        case _:
            if case["current_since"] is not None:
                tables[RESULTS].put({"until": entry.position, **_result(case)})
                cases.change(identity, current_since=None)


def _begin(tables: Tables, identity: str, position: int) -> None:
    case = tables[CASES].get(identity)
    if case is not None and case["purpose"] != "sample":
        tables[CASES].change(identity, current_since=position)
        tables[RESULTS].put({"until": None, **_result({**case, "current_since": position})})


def _result(case: Row) -> Row:
    return {"since": case["current_since"], **{name: case[name] for name in ("enterprise", *names_of(ResultRow))}}


GROUP_READ_MODEL = ReadModel(
    "groups",
    (CASES, RESULTS),
    fold,
    frozenset(
        {
            opening.DiagnosisOpened,
            scoring.DiagnosisScored,
            report.ReportIssued,
            objections.ReportObjectedTo,
            objections.ObjectionsAnswered,
            arbitration.ArbitrationRequested,
            arbitration.ArbitrationSettled,
            withdrawal.DiagnosisWithdrawn,
        }
    ),
)


class MemberRow(NamedTuple):
    """A member of a group 成员企业. revenue_wan: as the year's roster states it; None: it is not on that roster."""

    enterprise: str
    name: str
    revenue_wan: Decimal | None
    result: ResultRow | None


@dataclass(frozen=True)
class GroupRow:
    """A group with its members and what they add up to 集团.

    seats: what was said of its headquarters. headquarters: the member that is it on the day; it has no part in the roll-up, because
    its questionnaire is another. roster: the year whose roster gives members and revenue; None before the first. rolled: over the
    members in the scope. left: how many more that roster states, which lie in the scope no longer; of them nothing else is told.
    """

    seats: tuple[SeatRow, ...]
    headquarters: MemberRow | None
    members: tuple[MemberRow, ...]
    roster: int | None
    rolled: RollUp
    left: int = 0


def group(
    snapshot: Snapshot, scope: Scope, identity: str, day: date, position: int | None = None, *, year: int | None = None
) -> GroupRow | None:
    """A group and its roll-up 集团汇总; None unless the whole group lies in the scope, and for a year that has no roster.

    Whoever sees some members sees no sum over all of them: with the results in sight taken out, it would tell the others.

    Args:
        snapshot: the snapshot.
        scope: today's; it must admit the group, and each member by where it lies today.
        identity: the group's id.
        day: on which the headquarters is judged.
        position: as it was known then; None = now.
        year: of the roster, as its members were in that year and with the results of reports issued by its end; None = the
            latest that is complete for the group (`latest_roster`).
    """
    if not admits(scope, Place(group=identity)) or (year is not None and not _has_roster(snapshot, year, position)):
        return None
    roster, ended = year, ENDLESS
    if year is None:
        roster = latest_roster(snapshot, identity, day.year, position)
    else:
        day, ended = min(day, date(year, 12, 31)), microseconds(city_midnight(date(year + 1, 1, 1)))
    seats = headquarters.seats(snapshot, identity, position)
    named = headquarters.headquarters_on(snapshot, identity, day, position)
    everyone = _members(snapshot, scope, identity, roster, position, ended) if roster is not None else []
    members = tuple(one for one in everyone if one.enterprise != named)
    seen = {one.enterprise for one in everyone}
    stated = _stated(snapshot, identity, roster, position) if roster is not None else frozenset()
    return GroupRow(
        seats=tuple(seats),
        headquarters=next((one for one in everyone if one.enterprise == named), None),
        members=members,
        roster=roster,
        rolled=roll_up([_weighed(one) for one in members]),
        left=len(stated - seen - {named}),
    )


def _has_roster(snapshot: Snapshot, year: int, position: int | None) -> bool:
    """Whether a year has a roster at all: of another there is nothing to add up, and it need not be a year of the calendar."""
    members = snapshot[MEMBERS]
    query = select(members.c.year).where(members.c.year == year, held(members, position)).limit(1)
    return bool(snapshot.rows(query))


def _stated(snapshot: Snapshot, identity: str, roster: int, position: int | None) -> frozenset[str]:
    """Whom a year's roster states in a group, wherever they lie today; no number of theirs is read."""
    members = snapshot[MEMBERS]
    query = select(members.c.enterprise).where(
        members.c.group == identity, members.c.year == roster, held(members, position), members.c.off_reason.is_(None)
    )
    return frozenset(str(row[0]) for row in snapshot.rows(query))


def _weighed(row: MemberRow) -> Member:
    if row.result is None:
        return Member(id=row.enterprise, revenue_wan=row.revenue_wan)
    return Member(
        id=row.enterprise, revenue_wan=row.revenue_wan, total=row.result.total, dimensions=row.result.dimensions
    )


def latest_roster(snapshot: Snapshot, identity: str, until: int, position: int | None = None) -> int | None:
    """The latest year, not after `until`, whose roster is complete for a group; None before the first.

    Complete: it speaks of every district in which the group had members the roster before. So the first district to bring in
    a new year's roster doesn't make the group one of its own firms.
    """
    members = snapshot[MEMBERS]
    query = (
        select(members.c.year, members.c.district, members.c.group == identity)
        .where(members.c.year <= until, held(members, position))
        .distinct()
    )
    spoken: dict[int, set[str]] = {}
    lies: dict[int, set[str]] = {}
    for year, district, of_group in snapshot.rows(query):
        spoken.setdefault(year, set()).add(district)
        if of_group:
            lies.setdefault(year, set()).add(district)
    complete = [year for year in spoken if spoken[year] >= lies.get(max((y for y in lies if y < year), default=0), set())]
    return max(complete, default=None)


def _members(
    snapshot: Snapshot, scope: Scope, identity: str, roster: int, position: int | None, ended: int
) -> list[MemberRow]:
    """Members within the scope as the year's roster states them, in order of id.

    A firm that it doesn't state, and that the last roster before states in the group, has no revenue to weigh it by; one that was
    taken off its last roster is no member.
    """
    stated, firms, figures = snapshot[MEMBERS], snapshot[ENTERPRISES], snapshot[FIGURES]
    other = snapshot[MEMBERS].alias("other")
    same = and_(figures.c.enterprise == stated.c.enterprise, figures.c.year == stated.c.year, held(figures, position))
    latest = (
        select(func.max(other.c.year))
        .where(other.c.enterprise == stated.c.enterprise, other.c.year <= roster, held(other, position))
        .scalar_subquery()
    )
    query = (
        select(stated.c.enterprise, figures.c.name, figures.c.revenue_wan, stated.c.year)
        .select_from(stated.join(firms, firms.c.id == stated.c.enterprise).join(figures, same))
        .where(stated.c.group == identity, stated.c.year == latest, held(stated, position), stated.c.off_reason.is_(None))
        .where(to_sql(scope, enterprise_columns(snapshot)))
        .order_by(stated.c.enterprise)
    )
    rows = snapshot.rows(query)
    results = _results(snapshot, [row[0] for row in rows], position, ended)
    return [
        MemberRow(firm, name, Decimal(revenue) if year == roster else None, results.get(firm))
        for firm, name, revenue, year in rows
    ]


def _results(snapshot: Snapshot, enterprises: Sequence[str], position: int | None, ended: int) -> dict[str, ResultRow]:
    """The latest current result of each firm, of reports issued before `ended`; the caller has judged the firms."""
    table = snapshot[RESULTS]
    current = table.c.until.is_(None) if position is None else and_(table.c.since <= position, _ends_after(table, position))
    query = (
        select(table.c.enterprise, *chosen(table, ResultRow))
        .where(current, table.c.issued_at < ended, snapshot.among(table.c.enterprise, enterprises))
        .order_by(table.c.issued_at, table.c.since)  # an objection to an older report, answered late, makes it no newer
    )
    return {enterprise: _read(ResultRow._make(rest)) for enterprise, *rest in snapshot.rows(query)}


def _ends_after(table: Table, position: int) -> ColumnElement[bool]:
    return or_(table.c.until.is_(None), table.c.until > position)


def _read(stored: ResultRow) -> ResultRow:
    """A row with its exact texts read."""
    dimensions = {name: Decimal(score) for name, score in orjson.loads(str(stored.dimensions)).items()}
    return stored._replace(total=Decimal(stored.total), dimensions=dimensions)
