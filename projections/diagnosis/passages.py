"""Passages 环节经历: each stage that a case went through, from when to when, and where it turned back. plan P5.

Rows for the desk of bottlenecks; they are the parties' alone, as the stage that runs. A stage that a withdrawal ended was not
passed and has no row.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Index, MetaData, Table, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope, sees_only_issued
from domain.diagnosis import arbitration, objections, report, review, scoring, stages, withdrawal
from domain.diagnosis.stages import Stage
from domain.instants import city_day, utc_moment
from domain.kernel import Event
from journal import Entry
from projections.diagnosis import issued
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.columns import chosen, columns
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from standards.described import DescribedEnum

META = MetaData()


class Rework(DescribedEnum):
    """Way in which a case turns back · 返工类别."""

    SENT_BACK = "sent_back", "The provider's reviewer sent the report back, of those reviewed · 内审退回"
    OBJECTED = "objected", "The firm objected or asked for arbitration, of those it answered · 企业异议"
    SCORED_ANEW = "scored_anew", "The case was scored again, of those scored · 重新评分"


class PassageRow(NamedTuple):
    """A stage that a case went through or is in 环节经历. Days of the city as ISO text. number: from 1, in the case.

    due: its last day, as extended last. ended_on: None = it runs.
    """

    diagnosis: str
    number: int
    stage: Stage
    began_on: str
    due: str
    ended_on: str | None


class StepRow(NamedTuple):
    """A step that may turn a case back 可返工步骤. position: of the entry. turned: whether it did."""

    diagnosis: str
    position: int
    kind: Rework
    turned: bool
    day: str


class HeadRow(NamedTuple):
    """What the next fact of a case needs to know 案件游标. number: of the latest passage."""

    diagnosis: str
    number: int
    scored: bool
    withdrawn: bool


PASSAGES = Table("stage_passages", META, *columns(PassageRow, "diagnosis", "number"), Index("ix_passage_ended", "ended_on"))
STEPS = Table("rework_steps", META, *columns(StepRow, "diagnosis", "position"), Index("ix_rework_day", "day"))
HEADS = Table("passage_heads", META, *columns(HeadRow, "diagnosis"))
for _table in (PASSAGES, STEPS, HEADS):
    issued.keep_inside(_table, *_table.c.keys())

STEP_OF: dict[type[Event], tuple[Rework, bool]] = {
    report.ReportConfirmed: (Rework.OBJECTED, False),
    objections.ReportObjectedTo: (Rework.OBJECTED, True),
    arbitration.ArbitrationRequested: (Rework.OBJECTED, True),
}
"""Fact -> the kind of rework that it decides, and whether it turned back; of a review and a score the fact and the case say."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Passages begin, are extended and end; steps are counted."""
    passages, heads = tables[PASSAGES], tables[HEADS]
    heads.load((key(entry),) for entry in entries)
    for entry in entries:
        identity, found, event = key(entry), data(entry), event_of(entry)
        head = heads.get(identity) or {"diagnosis": identity, "number": 0, "scored": False, "withdrawn": False}
        number, day = int(head["number"]), city_day(utc_moment(entry.at)).isoformat()
        match event:
            case stages.StageBegan:
                if number:
                    _end(tables, identity, number, day)
                due = found["deadline"]["due"]
                told = {"stage": found["stage"], "began_on": day, "due": due, "ended_on": None}
                passages.put({"diagnosis": identity, "number": number + 1, **told})
                head = {**head, "number": number + 1}
            case stages.StageExtended:
                passages.change(identity, number, due=found["until"])
                continue
            case stages.StagesEnded:
                if head["withdrawn"]:
                    passages.remove(identity, number)
                else:
                    _end(tables, identity, number, day)
                continue
            case withdrawal.DiagnosisWithdrawn:
                head = {**head, "withdrawn": True}
            case scoring.DiagnosisScored:
                _step(tables, entry, day, Rework.SCORED_ANEW, turned=bool(head["scored"]))
                head = {**head, "scored": True}
            case review.ReportReviewed:
                _step(tables, entry, day, Rework.SENT_BACK, turned=not found["passed"])
                continue
            case _:
                kind, turned = STEP_OF[event]
                _step(tables, entry, day, kind, turned=turned)
                continue
        heads.put(head)


def _end(tables: Tables, identity: str, number: int, day: str) -> None:
    row = tables[PASSAGES].get(identity, number)
    if row is not None and row["ended_on"] is None:
        tables[PASSAGES].change(identity, number, ended_on=day)


def _step(tables: Tables, entry: Entry, day: str, kind: Rework, *, turned: bool) -> None:
    told = {"kind": kind.value, "turned": turned, "day": day}
    tables[STEPS].put({"diagnosis": key(entry), "position": entry.position, **told})


PASSAGE_READ_MODEL = ReadModel(
    "passages",
    (PASSAGES, STEPS, HEADS),
    fold,
    frozenset(
        {
            stages.StageBegan,
            stages.StageExtended,
            stages.StagesEnded,
            withdrawal.DiagnosisWithdrawn,
            scoring.DiagnosisScored,
            review.ReportReviewed,
            *STEP_OF,
        }
    ),
)


class Whose(NamedTuple):
    """Where a case lies and who diagnoses it 案件归属, as both are now. provider: None before there is one."""

    district: str
    provider: str | None


def passages_of(snapshot: Snapshot, scope: Scope, first: date, last: date) -> list[tuple[Whose, PassageRow]]:
    """Passages within a scope that ended on a day of a period, both ends included, or that run 环节经历."""
    table = snapshot[PASSAGES]
    ended = table.c.ended_on.is_(None) | table.c.ended_on.between(first.isoformat(), last.isoformat())
    return [(whose, PassageRow._make(row)) for whose, row in _of(snapshot, scope, table, PassageRow, ended)]


def steps_of(snapshot: Snapshot, scope: Scope, first: date, last: date) -> list[tuple[Whose, StepRow]]:
    """Steps within a scope that may turn a case back, taken in a period 可返工步骤."""
    table = snapshot[STEPS]
    taken = table.c.day.between(first.isoformat(), last.isoformat())
    return [(whose, StepRow._make(row)) for whose, row in _of(snapshot, scope, table, StepRow, taken)]


def _of(
    snapshot: Snapshot, scope: Scope, table: Table, row: type, condition: ColumnElement[bool]
) -> list[tuple[Whose, Sequence[object]]]:
    if sees_only_issued(scope):
        return []
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    query = (
        select(firms.c.district, cases.c.provider, *chosen(table, row))
        .select_from(table.join(cases, cases.c.id == table.c.diagnosis).join(firms, firms.c.id == cases.c.enterprise))
        .where(condition, to_sql(scope, diagnosis_columns(snapshot)))
    )
    return [(Whose(district, provider), rest) for district, provider, *rest in snapshot.rows(query)]
