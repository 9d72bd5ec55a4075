"""Filling 填报过程: questions that a firm deferred, and when each person saved which answers. plan P3.

Rows beside the case, of its parties alone: outside it no column of them is read.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Index, MetaData, Table, select

from domain.access import Role, Scope, sees_only_issued
from domain.diagnosis import deferrals, self_assessment
from domain.diagnosis.state import Deferral
from domain.instants import city_day, utc_moment
from journal import Entry
from projections.diagnosis import issued
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.columns import Long, columns
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class DeferralRow(NamedTuple):
    """A question that is deferred 待填标记. deferred_at: in microseconds of UTC."""

    diagnosis: str
    indicator: str
    deferral: Deferral
    deferred_at: Long
    deferred_by_role: Role


class SavingRow(NamedTuple):
    """Answers that a person saved at once 保存记录. version: of the stream. indicators: JSON. saved_at: in microseconds of UTC."""

    diagnosis: str
    version: int
    person: str
    saved_at: Long
    indicators: str


class SubmittedRow(NamedTuple):
    """A self-assessment that was handed in 已提交的自评. day: of the city, as ISO text."""

    diagnosis: str
    day: str


DEFERRALS = Table("deferred_questions", META, *columns(DeferralRow, "diagnosis", "indicator"))
SAVINGS = Table("answer_savings", META, *columns(SavingRow, "diagnosis", "version"))
SUBMITTED = Table("submitted_forms", META, *columns(SubmittedRow, "diagnosis"), Index("ix_submitted_day", "day"))
for _table in (DEFERRALS, SAVINGS, SUBMITTED):
    issued.keep_inside(_table, *_table.c.keys())


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Marks come and go, savings are added, and a submission ends both."""
    marks = tables[DEFERRALS]
    for entry in entries:
        identity, found = key(entry), data(entry)
        match event_of(entry):
            case deferrals.QuestionsDeferred:
                told = {"deferral": found["deferral"], "deferred_at": entry.at, "deferred_by_role": entry.role}
                for indicator in found["indicators"]:
                    marks.put({"diagnosis": identity, "indicator": indicator, **told})
            case deferrals.QuestionsResumed:
                for indicator in found["indicators"]:
                    marks.remove(identity, indicator)
            case self_assessment.AnswersSaved:
                answered = list(found["answers"])
                marks.load((identity, indicator) for indicator in answered)
                for indicator in answered:
                    if marks.get(identity, indicator) is not None:
                        marks.remove(identity, indicator)
                saved = {"person": entry.actor, "saved_at": entry.at, "indicators": orjson.dumps(answered).decode()}
                tables[SAVINGS].put({"diagnosis": identity, "version": entry.version, **saved})
            case _:
                tables[SUBMITTED].put({"diagnosis": identity, "day": city_day(utc_moment(entry.at)).isoformat()})


FILLING_READ_MODEL = ReadModel(
    "filling",
    (DEFERRALS, SAVINGS, SUBMITTED),
    fold,
    frozenset(
        {
            deferrals.QuestionsDeferred,
            deferrals.QuestionsResumed,
            self_assessment.AnswersSaved,
            self_assessment.SelfAssessmentSubmitted,
        }
    ),
)


class Saving(NamedTuple):
    """Answers that a person saved at once 保存. at: in microseconds of UTC."""

    person: str
    at: int
    indicators: tuple[str, ...]


def deferred(snapshot: Snapshot, scope: Scope, diagnosis: str) -> list[DeferralRow]:
    """Deferred questions of a diagnosis within a scope 待填标记, in order of indicator; outside the case none."""
    rows = _of(snapshot, scope, DEFERRALS, diagnosis, "indicator")
    return [DeferralRow._make(row) for row in rows]


def savings_of(snapshot: Snapshot, scope: Scope, diagnosis: str) -> list[Saving]:
    """Savings of a diagnosis within a scope 保存记录, in order; outside the case none."""
    rows = map(SavingRow._make, _of(snapshot, scope, SAVINGS, diagnosis, "version"))
    return [_saving(row.person, row.saved_at, row.indicators) for row in rows]


def _of(snapshot: Snapshot, scope: Scope, table: Table, diagnosis: str, order: str) -> Sequence[Sequence[Any]]:
    if sees_only_issued(scope):
        return []
    mine, cases, firms = snapshot[table], snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    query = (
        select(*mine.c)
        .select_from(mine.join(cases, cases.c.id == mine.c.diagnosis).join(firms, firms.c.id == cases.c.enterprise))
        .where(mine.c.diagnosis == diagnosis, to_sql(scope, diagnosis_columns(snapshot)))
        .order_by(mine.c[order])
    )
    return list(snapshot.rows(query))


class Filled(NamedTuple):
    """A self-assessment that was handed in, with its savings 已提交的填报. district: where the firm lies now."""

    district: str
    enterprise: str
    savings: list[Saving]


def filled(snapshot: Snapshot, scope: Scope, first: date, last: date) -> list[Filled]:
    """Those handed in on a day of a period, both ends included, of cases within a scope 一段时期内提交的填报."""
    if sees_only_issued(scope):
        return []
    mine, cases, firms, done = snapshot[SAVINGS], snapshot[DIAGNOSES], snapshot[ENTERPRISES], snapshot[SUBMITTED]
    query = (
        select(firms.c.district, firms.c.id, mine.c.diagnosis, mine.c.person, mine.c.saved_at, mine.c.indicators)
        .select_from(
            done.join(mine, mine.c.diagnosis == done.c.diagnosis)
            .join(cases, cases.c.id == done.c.diagnosis)
            .join(firms, firms.c.id == cases.c.enterprise)
        )
        .where(done.c.day.between(first.isoformat(), last.isoformat()), to_sql(scope, diagnosis_columns(snapshot)))
    )
    found: dict[str, Filled] = {}
    savings: defaultdict[str, list[Saving]] = defaultdict(list)
    for district, firm, diagnosis, person, at, indicators in snapshot.rows(query):
        savings[diagnosis].append(_saving(person, at, indicators))
        found[diagnosis] = Filled(district, firm, savings[diagnosis])
    return list(found.values())


def _saving(person: str, at: int, indicators: str) -> Saving:
    return Saving(person, at, tuple(orjson.loads(indicators)))
