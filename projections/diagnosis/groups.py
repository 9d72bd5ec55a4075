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
from journal import Entry
from projections.diagnosis.diagnoses import OPENED
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Row, Tables, data, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants import headquarters
from projections.participants.directory import enterprise_columns
from projections.participants.headquarters import SeatRow
from projections.participants.rosters import MEMBERS
from standards.scoring.roll_up import Member, RollUp, roll_up

META = MetaData()

FIRMS = Table(
    "group_firms",
    META,
    Column("enterprise", String, primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger),
    Column("group", String, nullable=False),
    Column("name", String, nullable=False),
    Column("revenue_wan", String, nullable=False),
    Index("ix_group", "group", "enterprise"),
)
"""What was said of a firm in a group, from one position up to before another; until None = to this day."""
LATEST = Table(
    "group_firms_latest",
    META,
    Column("enterprise", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("group", String),
    Column("name", String, nullable=False),
    Column("revenue_wan", String, nullable=False),
)
CASES = Table(
    "group_cases",
    META,
    Column("diagnosis", String, primary_key=True),
    Column("enterprise", String, nullable=False),
    Column("edition", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("scored", String),
    Column("current_since", BigInteger),
    Column("issued_at", BigInteger),
)
"""scored: the last scoring, as JSON. current_since: the position from which its result is current; None = it is not."""
RESULTS = Table(
    "group_results",
    META,
    Column("diagnosis", String, primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("until", BigInteger),
    Column("enterprise", String, nullable=False),
    Column("edition", String, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("scored", String, nullable=False),
    Index("ix_result_enterprise", "enterprise"),
)
"""A result while it was current, from one position up to before another; until None = to this day."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Members as stated, and results from their report on until an objection or a withdrawal."""
    tables[LATEST].load((key(entry),) for entry in entries if entry.stream.startswith("enterprise/"))
    tables[CASES].load((key(entry),) for entry in entries if entry.stream.startswith("diagnosis/"))
    for entry in entries:
        found = data(entry)
        if "firm" in found:
            _state(tables, key(entry), found["firm"], entry.position)
        elif entry.type in OPENED:
            kept = {name: found[name] for name in ("enterprise", "edition", "purpose")}
            unset = {"scored": None, "current_since": None, "issued_at": None}
            tables[CASES].put({"diagnosis": key(entry), **kept, **unset})
        else:
            case = tables[CASES].get(key(entry))
            if case is None:
                raise LookupError(f"{entry.stream} has no opening before position {entry.position}")
            _follow(tables, case, entry, found)


def _state(tables: Tables, enterprise: str, firm: Row, position: int) -> None:
    """A firm is in a group, under a name, with a revenue, from a position on."""
    stated = {name: firm[name] for name in ("group", "name", "revenue_wan")}
    before = tables[LATEST].get(enterprise)
    if before is not None and all(before[name] == value for name, value in stated.items()):
        return
    if before is not None and before["group"] is not None:
        tables[FIRMS].put({"enterprise": enterprise, "until": position, **before})
    now = {"enterprise": enterprise, "since": position, **stated}
    tables[LATEST].put(now)
    if stated["group"] is not None:
        tables[FIRMS].put({"until": None, **now})


def _follow(tables: Tables, case: Row, entry: Entry, found: Row) -> None:
    """One more fact of a diagnosis."""
    cases, identity = tables[CASES], case["diagnosis"]
    match entry.type:
        case "diagnosis.scored.v1":
            verified, issued = found["verified"], found["issued"]
            scored = {
                "total": verified["total"],
                "dimensions": {one["id"]: one["score"] for one in verified["dimensions"]},
                **{name: issued[name] for name in ("grade", "grade_name", "level_name")},
            }
            cases.change(identity, scored=orjson.dumps(scored).decode())
        case "diagnosis.report_issued.v1":
            cases.change(identity, issued_at=entry.at)
            _begin(tables, identity, entry.position)
        case "diagnosis.objections_answered.v1":
            if not any(reply["upheld"] for reply in found["answers"]):
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
    kept = ("diagnosis", "enterprise", "edition", "issued_at", "scored")
    return {"since": case["current_since"], **{name: case[name] for name in kept}}


GROUP_READ_MODEL = ReadModel(
    "groups",
    (FIRMS, LATEST, CASES, RESULTS),
    fold,
    frozenset(
        {
            *OPENED,
            "diagnosis.scored.v1",
            "diagnosis.report_issued.v1",
            "diagnosis.report_objected_to.v1",
            "diagnosis.objections_answered.v1",
            "diagnosis.withdrawn.v1",
            "enterprise.registered.v1",
            "enterprise.registered.v2",
            "enterprise.revised.v1",
            "enterprise.revised.v2",
        }
    ),
)


class ResultRow(NamedTuple):
    """A firm's current result 现行结果. issued_at: microseconds of UTC; dimensions: id -> score."""

    diagnosis: str
    edition: str
    issued_at: int
    total: Decimal
    grade: int
    grade_name: str
    level_name: str
    dimensions: dict[str, Decimal]


class MemberRow(NamedTuple):
    """A member of a group 成员企业. revenue_wan: as the latest roster states it; None: it is not on that roster."""

    enterprise: str
    name: str
    revenue_wan: Decimal | None
    result: ResultRow | None


@dataclass(frozen=True)
class GroupRow:
    """A group with its members and what they add up to 集团.

    seats: what was said of its headquarters. headquarters: the member that is it on the day; it has no part in the roll-up, because
    its questionnaire is another. roster: year of the latest roster; None before the first.
    """

    seats: tuple[SeatRow, ...]
    headquarters: MemberRow | None
    members: tuple[MemberRow, ...]
    roster: int | None
    rolled: RollUp


def group(snapshot: Snapshot, scope: Scope, identity: str, day: date, position: int | None = None) -> GroupRow | None:
    """A group and its roll-up 集团汇总; None unless the whole group lies in the scope.

    Whoever sees some members sees no sum over all of them: with the results in sight taken out, it would tell the others.

    Args:
        snapshot: the snapshot.
        scope: today's; it must admit the group, and each member by where it lies today.
        identity: the group's id.
        day: on which the headquarters is judged.
        position: as it was known then; None = now.
    """
    if not admits(scope, Place(group=identity)):
        return None
    roster = _latest_roster(snapshot, position)
    seats = headquarters.seats(snapshot, identity, position)
    named = headquarters.headquarters_on(snapshot, identity, day, position)
    everyone = _members(snapshot, scope, identity, roster, position)
    members = tuple(one for one in everyone if one.enterprise != named)
    return GroupRow(
        seats=tuple(seats),
        headquarters=next((one for one in everyone if one.enterprise == named), None),
        members=members,
        roster=roster,
        rolled=roll_up([_weighed(one) for one in members]),
    )


def _weighed(row: MemberRow) -> Member:
    if row.result is None:
        return Member(id=row.enterprise, revenue_wan=row.revenue_wan)
    return Member(
        id=row.enterprise, revenue_wan=row.revenue_wan, total=row.result.total, dimensions=row.result.dimensions
    )


def _held(table: Table, position: int | None) -> ColumnElement[bool]:
    """Whether a row holds at a position; None = now."""
    if position is None:
        return table.c.until.is_(None)
    return and_(table.c.since <= position, or_(table.c.until.is_(None), table.c.until > position))


def _latest_roster(snapshot: Snapshot, position: int | None) -> int | None:
    members = snapshot[MEMBERS]
    query = select(func.max(members.c.year))
    rows = snapshot.rows(query if position is None else query.where(members.c.since <= position))
    return int(rows[0][0]) if rows[0][0] is not None else None


def _members(
    snapshot: Snapshot, scope: Scope, identity: str, roster: int | None, position: int | None
) -> list[MemberRow]:
    """Members within the scope, in order of id."""
    stated, firms, listed = snapshot[FIRMS], snapshot[ENTERPRISES], snapshot[MEMBERS]
    on_roster = and_(listed.c.enterprise == stated.c.enterprise, listed.c.year == (roster if roster is not None else 0))
    if position is not None:
        on_roster = and_(on_roster, listed.c.since <= position)
    query = (
        select(stated.c.enterprise, stated.c.name, stated.c.revenue_wan, listed.c.year)
        .select_from(stated.join(firms, firms.c.id == stated.c.enterprise).outerjoin(listed, on_roster))
        .where(stated.c.group == identity, _held(stated, position), to_sql(scope, enterprise_columns(snapshot)))
        .order_by(stated.c.enterprise)
    )
    rows = snapshot.rows(query)
    results = _results(snapshot, [row[0] for row in rows], position)
    return [
        MemberRow(enterprise, name, Decimal(revenue) if year is not None else None, results.get(enterprise))
        for enterprise, name, revenue, year in rows
    ]


def _results(snapshot: Snapshot, enterprises: Sequence[str], position: int | None) -> dict[str, ResultRow]:
    """The latest current result of each firm, which the caller has judged."""
    table = snapshot[RESULTS]
    query = (
        select(table.c.enterprise, table.c.diagnosis, table.c.edition, table.c.issued_at, table.c.scored)
        .where(_held(table, position), snapshot.among(table.c.enterprise, enterprises))
        .order_by(table.c.since)
    )
    return {enterprise: _read(*rest) for enterprise, *rest in snapshot.rows(query)}


def _read(diagnosis: str, edition: str, issued_at: int, scored: str) -> ResultRow:
    found = orjson.loads(scored)
    dimensions = {name: Decimal(score) for name, score in found["dimensions"].items()}
    named = {name: found[name] for name in ("grade", "grade_name", "level_name")}
    return ResultRow(diagnosis, edition, issued_at, Decimal(found["total"]), dimensions=dimensions, **named)
