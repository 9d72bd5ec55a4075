"""Finished diagnoses 已完成诊断: every one with a current report, with what its grade rests on, batch by batch. plan S4, S5."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.diagnosis.state import Status
from projections.diagnosis.diagnoses import diagnosis_columns
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES
from projections.engine.places import ENTERPRISES
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from standards import Answer, Form, Process
from standards.edition.mapping import DIVISION
from standards.shadow.rescore import Finished
from standards.shadow.tally import Subject

BATCH = 200
"""Diagnoses read at a time: some 11,000 answers."""
STATUSES = (Status.ISSUED.value, Status.CONFIRMED.value)
"""A report is out and nothing is open against it."""
KEPT_ANSWERS = 4_096
"""Most answers are the same few texts; each is read once while it is among the latest."""


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """A finished diagnosis 已完成诊断, the firm it is of, and where that firm lies now."""

    id: str
    enterprise: str
    subject: Subject
    finished: Finished


def _finished(snapshot: Snapshot, scope: Scope) -> tuple[ColumnElement[bool], ...]:
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    return (
        firms.c.id == cases.c.enterprise,
        cases.c.status.in_(STATUSES),
        to_sql(scope, diagnosis_columns(snapshot)),
    )


def how_many(snapshot: Snapshot, scope: Scope) -> int:
    """How many finished diagnoses a scope admits 已完成诊断数."""
    query = select(func.count()).select_from(snapshot[DIAGNOSES]).where(*_finished(snapshot, scope))
    return int(snapshot.rows(query)[0][0])


def finished_diagnoses(snapshot: Snapshot, scope: Scope, batch: int = BATCH) -> Iterator[FinishedRow]:
    """Every finished diagnosis within a scope, in order of id; no more than a batch is held at a time."""
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    columns = ("id", "enterprise", "edition", "form", "visits", "expert_reviews", "grade")
    query = select(
        *(cases.c[name] for name in columns), firms.c.district, firms.c.size_class, firms.c.industry
    ).where(*_finished(snapshot, scope))
    after = ""
    while rows := snapshot.rows(query.where(cases.c.id > after).order_by(cases.c.id).limit(batch)):
        answers = _answers(snapshot, [row[0] for row in rows])
        for identity, enterprise, edition, form, visits, reviews, grade, district, size_class, industry in rows:
            yield FinishedRow(
                id=identity,
                enterprise=enterprise,
                subject=Subject(district, size_class, edition, industry[:DIVISION]),
                finished=Finished(
                    form=Form(form),
                    answers=answers[identity],
                    process=Process(site_visit=visits > 0, expert_review=reviews > 0),
                    grade=grade,
                ),
            )
        after = rows[-1][0]


def _answers(snapshot: Snapshot, diagnoses: list[str]) -> dict[str, dict[str, Answer]]:
    """Verified answers of diagnoses that are within the scope already."""
    table = snapshot[ANSWERS]
    query = select(table.c.diagnosis, table.c.indicator, table.c.verified)
    found: dict[str, dict[str, Answer]] = {diagnosis: {} for diagnosis in diagnoses}
    for diagnosis, indicator, verified in snapshot.rows(query.where(snapshot.among(table.c.diagnosis, diagnoses))):
        if verified is not None:
            found[diagnosis][indicator] = _answer(verified)
    return found


@lru_cache(KEPT_ANSWERS)
def _answer(text: str) -> Answer:
    return Answer.model_validate_json(text)
