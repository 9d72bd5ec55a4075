"""Readings 专家解读: who is to read a filed report with its firm, and what came of it, as rows beside the case. plan R2.

They are the parties' alone: outside the case no column of them is read.
"""

from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Role, Scope, sees_only_issued
from domain.diagnosis.readings import ReaderAppointed, ReadingHeld
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, columns
from projections.engine.read_model import Row, Tables, event_of
from projections.engine.scope import NEVER
from projections.engine.snapshot import Snapshot

META = MetaData()


class ReadingRow(NamedTuple):
    """The reading of a report 专家解读. expert, since, until: as appointed last; days as ISO text. recommendations: JSON.

    held_on, findings, recommendations, recorded_at: None until it was held.
    """

    diagnosis: str
    expert: str
    since: str
    until: str
    appointed_by_role: Role
    held_on: str | None
    findings: str | None
    recommendations: str | None
    recorded_at: Long | None


READINGS = Table("readings", META, *columns(ReadingRow, "diagnosis"))
issued.keep_inside(READINGS, *READINGS.c.keys())
HELD = ("held_on", "findings", "recommendations", "recorded_at")


def recorded(tables: Tables, identity: str, entry: Entry, found: Row) -> None:
    """Write down what a fact of a case adds to its reading."""
    event, table = event_of(entry), tables[READINGS]
    if event is ReaderAppointed:
        appointed = {name: found[name] for name in ("expert", "since", "until")}
        table.put({"diagnosis": identity, **appointed, "appointed_by_role": entry.role, **dict.fromkeys(HELD)})
    elif event is ReadingHeld:
        table.load([(identity,)])
        advice = orjson.dumps(found["recommendations"]).decode()
        told = {"held_on": found["held_on"], "findings": found["findings"], "recommendations": advice}
        table.change(identity, **told, recorded_at=entry.at)


def is_read(snapshot: Snapshot, cases: Table, scope: Scope) -> ColumnElement[bool]:
    """Whether an expert has read a case's report with the firm 是否已解读; outside the case none is known of."""
    table = snapshot[READINGS]
    held = select(table.c.diagnosis).where(table.c.diagnosis == cases.c.id, table.c.held_on.is_not(None))
    return NEVER if sees_only_issued(scope) else exists(held)
