"""Stages 诊断环节: the stage of each case that runs, with its last day, as rows beside the case. plan P5.

They are the parties' alone, as all that happens in a case before its report: outside it no column of them is read.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, and_, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope, sees_only_issued
from domain.diagnosis import stages
from domain.diagnosis.stages import Stage
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import Row, Tables, data, event_of, key
from projections.engine.scope import NEVER
from projections.engine.snapshot import Snapshot

META = MetaData()
EVENTS = frozenset(stages.STAGES.events)


class StageRow(NamedTuple):
    """The stage of a case that runs 现行环节. Days as ISO text, times in microseconds of UTC; None = not so.

    version: of the stage's stream. reminded_at, escalated_at: since it began or was last extended. extended_from: its last day
    before the latest extension; reason: why.
    """

    diagnosis: str
    version: int
    stage: Stage
    began_at: Long
    due: str
    assumed: bool
    remind_on: str
    reminded_at: Long | None
    escalated_at: Long | None
    extended_from: str | None
    reason: str | None


STAGES = Table("stages", META, *columns(StageRow, "diagnosis"), Index("ix_stage_due", "due"))
issued.keep_inside(STAGES, *STAGES.c.keys())


def recorded(tables: Tables, entry: Entry) -> None:
    """Write down one fact of a case's stages; a case in which none runs has no row."""
    table, found, identity, event = tables[STAGES], data(entry), key(entry), event_of(entry)
    before: Row = table.get(identity) or {}
    match event:
        case stages.StageBegan:
            timed = {"due": found["deadline"]["due"], "assumed": found["deadline"]["assumed"], "remind_on": found["remind_on"]}
            empty = dict.fromkeys(("reminded_at", "escalated_at", "extended_from", "reason"))
            changes = {"diagnosis": identity, "stage": found["stage"], "began_at": entry.at, **timed, **empty}
        case stages.StageReminded:
            changes = {"reminded_at": entry.at}
        case stages.StageEscalated:
            changes = {"escalated_at": entry.at}
        case stages.StageExtended:
            timed = {"due": found["until"], "assumed": False, "remind_on": found["remind_on"]}
            told = {"extended_from": found["before"], "reason": found["reason"]}
            changes = {**timed, **told, "reminded_at": None, "escalated_at": None}
        case _:
            table.remove(identity)
            return
    table.put({**before, **changes, "version": entry.version})


def runs(snapshot: Snapshot, cases: Table) -> ColumnElement[bool]:
    """Whether a stage of a case runs; for parties to it alone."""
    table = snapshot[STAGES]
    return exists(select(table.c.diagnosis).where(table.c.diagnosis == cases.c.id))


def is_over(snapshot: Snapshot, cases: Table, day: str) -> ColumnElement[bool]:
    """Whether the stage that runs is past its last day; for parties to the case alone."""
    table = snapshot[STAGES]
    return exists(select(table.c.diagnosis).where(table.c.diagnosis == cases.c.id, table.c.due < day))


def ends_by(snapshot: Snapshot, cases: Table, scope: Scope, day: date) -> ColumnElement[bool]:
    """Whether the stage that runs ends on a day or earlier; outside the case none is known of."""
    table = snapshot[STAGES]
    if sees_only_issued(scope):
        return NEVER
    return exists(select(table.c.diagnosis).where(table.c.diagnosis == cases.c.id, table.c.due <= day.isoformat()))


def stages_due(snapshot: Snapshot, day: date) -> list[StageRow]:
    """Stages, the whole city's, that are to be reminded of or are over on a day and of which that is not noted 待提醒与上报.

    For the program alone: it shows nobody anything.
    """
    table, today = snapshot[STAGES], day.isoformat()
    soon = and_(table.c.reminded_at.is_(None), table.c.remind_on <= today, table.c.due >= today)
    over = and_(table.c.escalated_at.is_(None), table.c.due < today)
    query: Select[Any] = select(*chosen(table, StageRow)).where(soon | over).order_by(table.c.due, table.c.diagnosis)
    return [StageRow._make(row) for row in snapshot.rows(query)]
