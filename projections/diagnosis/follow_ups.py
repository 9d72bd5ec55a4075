"""Follow-ups 跟踪回访: what was planned after a filing, and each month's report, as rows beside the case. plan R2.

They are the parties' alone: outside the case no column of them is read. Nothing here is summed or scored.
"""

from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Index, MetaData, Select, Table, and_, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Role, Scope, sees_only_issued
from domain.diagnosis.follow_up import FOLLOW_UPS as CAPABILITY
from domain.diagnosis.follow_up_facts import (
    FollowUpBegan,
    FollowUpClosed,
    FollowUpEscalated,
    FollowUpPlanned,
    FollowUpReminded,
)
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import Row, Tables, data, event_of, key
from projections.engine.scope import NEVER
from projections.engine.snapshot import Snapshot

META = MetaData()
EVENTS = frozenset(CAPABILITY.events)


class FollowUpRow(NamedTuple):
    """A follow-up 跟踪回访. counted_from: ISO text. months, measures (as planned last): JSON. Times in microseconds of UTC."""

    diagnosis: str
    version: int
    counted_from: str
    months: str
    measures: str | None
    planned_at: Long | None
    conclusion: str | None
    closed_at: Long | None


class RoundRow(NamedTuple):
    """A month's report 回访期次. opens, due, remind_on: ISO text. late, done, changes (JSON): None until it is reported.

    closed: whether the follow-up ended. version: of the stream.
    """

    diagnosis: str
    month: int
    version: int
    opens: str
    due: str
    assumed: bool
    remind_on: str
    closed: bool
    reminded_at: Long | None
    escalated_at: Long | None
    reported_at: Long | None
    reported_by_role: Role | None
    late: bool | None
    done: str | None
    changes: str | None


FOLLOW_UPS = Table("follow_ups", META, *columns(FollowUpRow, "diagnosis"))
ROUNDS = Table("follow_up_rounds", META, *columns(RoundRow, "diagnosis", "month"), Index("ix_round_due", "due"))
for _table in (FOLLOW_UPS, ROUNDS):
    issued.keep_inside(_table, *_table.c.keys())
NOT_YET = ("reminded_at", "escalated_at", "reported_at", "reported_by_role", "late", "done", "changes")


def recorded(tables: Tables, entry: Entry) -> None:
    """Write down one fact of a follow-up."""
    whole, rounds, found, identity, event = tables[FOLLOW_UPS], tables[ROUNDS], data(entry), key(entry), event_of(entry)
    if event is FollowUpBegan:
        months = orjson.dumps([one["month"] for one in found["rounds"]]).decode()
        empty = dict.fromkeys(("measures", "planned_at", "conclusion", "closed_at"))
        said = {"counted_from": found["counted_from"], "months": months}
        whole.put({"diagnosis": identity, "version": entry.version, **said, **empty})
        for one in found["rounds"]:
            timed = {"opens": one["opens"], "due": one["deadline"]["due"], "assumed": one["deadline"]["assumed"]}
            told = {"month": one["month"], "version": entry.version, "remind_on": one["remind_on"], "closed": False}
            rounds.put({"diagnosis": identity, **told, **timed, **dict.fromkeys(NOT_YET)})
        return
    whole.load([(identity,)])
    if event is FollowUpPlanned:
        measures = orjson.dumps(found["measures"]).decode()
        whole.change(identity, version=entry.version, measures=measures, planned_at=entry.at)
    elif event is FollowUpClosed:
        before: Row = whole.get(identity) or {}
        whole.change(identity, version=entry.version, conclusion=found["conclusion"], closed_at=entry.at)
        months_of: list[int] = orjson.loads(str(before["months"]))
        rounds.load((identity, month) for month in months_of)
        for month in months_of:
            rounds.change(identity, month, closed=True, version=entry.version)
    else:
        rounds.load([(identity, found["month"])])
        rounds.change(identity, found["month"], version=entry.version, **_of_the_round(event, entry, found))


def _of_the_round(event: type, entry: Entry, found: Row) -> Row:
    if event is FollowUpReminded:
        return {"reminded_at": entry.at}
    if event is FollowUpEscalated:
        return {"escalated_at": entry.at}
    told = {"due": found["due"], "late": found["late"], "done": found["done"], "changes": orjson.dumps(found["changes"]).decode()}
    return {**told, "reported_at": entry.at, "reported_by_role": entry.role}


def has_overdue(snapshot: Snapshot, cases: Table, scope: Scope, day: str) -> ColumnElement[bool]:
    """Whether a month of a case's follow-up is over without a report; outside the case none is known of."""
    table = snapshot[ROUNDS]
    waits = and_(table.c.reported_at.is_(None), table.c.closed.is_(False), table.c.due < day)
    found = select(table.c.diagnosis).where(table.c.diagnosis == cases.c.id, waits)
    return NEVER if sees_only_issued(scope) else exists(found)


def rounds_due(snapshot: Snapshot, day: date) -> list[RoundRow]:
    """Months, the whole city's, that are to be reminded of or are over on a day and of which that is not noted 待提醒与上报.

    For the program alone: it shows nobody anything.
    """
    table, today = snapshot[ROUNDS], day.isoformat()
    soon = and_(table.c.reminded_at.is_(None), table.c.remind_on <= today, table.c.due >= today)
    over = and_(table.c.escalated_at.is_(None), table.c.due < today)
    query: Select[Any] = select(*chosen(table, RoundRow)).where(
        table.c.reported_at.is_(None), table.c.closed.is_(False), soon | over
    )
    return [RoundRow._make(row) for row in snapshot.rows(query.order_by(table.c.due, table.c.diagnosis, table.c.month))]
