"""Examinations read model 考试台: the tries of each person at each training, as the rules fold them. plan T1."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select

from domain.access import Scope
from domain.instants import microseconds
from domain.kernel import key_of
from domain.providers.exams.exam import EXAMS, ExamEvent
from domain.providers.exams.state import Exam, ExamStatus, exam_stream
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot
from projections.participants.people import serving

META = MetaData()


class ExamRow(NamedTuple):
    """A person's examination for one edition 考试. body: JSON of `Exam`, the folded state.

    runs_until: end of a paper that is being answered, microseconds of UTC; None where none is.
    """

    id: str
    training: str
    person: str
    body: str
    runs_until: Long | None

    @property
    def exam(self) -> Exam:
        """The folded state."""
        return Exam.model_validate_json(self.body)


ROWS = Table("exams", META, *columns(ExamRow, "id"), Index("ix_exam_person", "person"), Index("ix_exam_runs", "runs_until"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """The tries of each person, by the rules' own fold."""
    for entry in entries:
        identity = key(entry)
        row = tables[ROWS].get(identity)
        known = Exam.model_validate_json(row["body"]) if row is not None else None
        exam = EXAMS.evolve(known, decode(EXAMS, entry.type, entry.state))
        training, _, person = identity.partition(".")
        current = exam.current
        running = current is not None and current.status is ExamStatus.RUNNING
        ends = microseconds(current.ends_at) if running and current is not None and current.ends_at is not None else None
        tables[ROWS].put(
            {"id": identity, "training": training, "person": person, "body": exam.model_dump_json(), "runs_until": ends}
        )


EXAM_READ_MODEL = ReadModel("exams_desk", (ROWS,), fold, frozenset(ExamEvent.__args__))


def exams(snapshot: Snapshot, scope: Scope, day: str, page: Page) -> list[ExamRow]:
    """A page of the examinations 考试列表 of who serves a unit within a scope on a day (ISO text)."""
    table = snapshot[ROWS]

    def query() -> Select[Any]:
        return page.of(
            select(*chosen(table, ExamRow)).where(serving(snapshot, scope, table.c.person, day)), table.c.__getitem__
        )

    return [ExamRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def exam_count(snapshot: Snapshot, scope: Scope, day: str) -> int:
    """How many examinations a scope admits 考试数."""
    table = snapshot[ROWS]
    query = select(func.count()).select_from(table).where(serving(snapshot, scope, table.c.person, day))
    return int(snapshot.rows(query)[0][0])


def exams_of(snapshot: Snapshot, person: str) -> list[ExamRow]:
    """The examinations of one person 本人考试, in order of edition; the caller has judged the person."""
    table = snapshot[ROWS]
    query = select(*chosen(table, ExamRow)).where(table.c.person == person)
    return [ExamRow._make(row) for row in snapshot.rows(query.order_by(table.c.id))]


def exam_of(snapshot: Snapshot, training: str, person: str) -> ExamRow | None:
    """One person's examination for one edition; the caller has judged the person."""
    table = snapshot[ROWS]
    query = select(*chosen(table, ExamRow)).where(table.c.id == key_of(exam_stream(training, person)))
    rows = snapshot.rows(query)
    return ExamRow._make(rows[0]) if rows else None


def overdue(snapshot: Snapshot, moment: int) -> list[ExamRow]:
    """The papers whose time was over at a moment, microseconds of UTC, and which nobody handed in 超时未交."""
    table = snapshot[ROWS]
    query = select(*chosen(table, ExamRow)).where(table.c.runs_until <= moment)
    return [ExamRow._make(row) for row in snapshot.rows(query.order_by(table.c.runs_until, table.c.id))]
