"""Duties read model 专班任务台: each duty as the rules fold it, and what bodies are good at. plan O1.

A duty lies in no district: who sees it is said by who leads it, and of those that nobody leads by the strength it asks for. So
every read says who reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Index, MetaData, Select, Table, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.programme.duties.duty import DUTIES as DUTY_CAPABILITY
from domain.programme.duties.state import Duty, DutyStatus
from domain.programme.duties.strengths import Strength, StrengthsRecorded
from journal import Entry
from journal.codec import decode
from projections.engine.columns import chosen, columns
from projections.engine.filters import is_so, one_of
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import ORGANISATIONS
from standards.edition.text import SourceMark

META = MetaData()
UNDONE = (DutyStatus.OPEN, DutyStatus.OFFERED, DutyStatus.LED)


class DutyRow(NamedTuple):
    """A duty 专班任务. since, by, remind_on: ISO text. body: JSON of `Duty`, the folded state."""

    id: str
    title: str
    clause: str
    deliverable: str
    strength: Strength | None
    since: str
    by: str
    remind_on: str
    status: DutyStatus
    lead: str | None
    version: int
    body: str

    def state(self) -> Duty:
        """The duty as the rules see it."""
        return Duty.model_validate_json(self.body)


class StrengthRow(NamedTuple):
    """What a body is good at from a day on 专长. id: of the body and that day. strengths: JSON list."""

    id: str
    organisation: str
    since: str
    strengths: str
    document: str
    mark: SourceMark


DUTIES = Table(
    "duties", META, *columns(DutyRow, "id"), Index("ix_duty_by", "by", "id"), Index("ix_duty_lead", "lead", "by")
)
STRENGTHS = Table("body_strengths", META, *columns(StrengthRow, "id"), Index("ix_strength_body", "organisation", "since"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each duty by the rules' own fold; strengths as stated last of a day."""
    table = tables[DUTIES]
    for entry in entries:
        if event_of(entry) is StrengthsRecorded:
            tables[STRENGTHS].put(_strengths(entry))
            continue
        row, event = table.get(key(entry)), decode(DUTY_CAPABILITY, entry.type, entry.state)
        state: Duty = DUTY_CAPABILITY.evolve(Duty.model_validate_json(row["body"]) if row is not None else None, event)
        names = {"title", "clause", "deliverable", "strength", "since", "by", "remind_on", "status"}
        told = {**state.model_dump(mode="json", include=names), "lead": state.lead.organisation if state.lead else None}
        table.put({"id": key(entry), **told, "version": entry.version, "body": state.model_dump_json()})


def _strengths(entry: Entry) -> dict[str, Any]:
    found, body = data(entry), key(entry)
    told = {"organisation": body, "since": found["since"], "strengths": orjson.dumps(found["strengths"]).decode()}
    return {"id": f"{body}.{found['since']}", **told, "document": found["source"]["document"], "mark": found["source"]["mark"]}


DUTY_READ_MODEL = ReadModel(
    "duties", (DUTIES, STRENGTHS), fold, frozenset({*DUTY_CAPABILITY.events, StrengthsRecorded})
)


@dataclass(frozen=True)
class DutyReader:
    """A body that sees what it leads 读取单位, or is asked to, and what is open and asks for one of its strengths."""

    organisation: str
    strengths: tuple[Strength, ...]


@dataclass(frozen=True)
class DutyFilter:
    """Which duties are looked for 专班任务筛选; None = any. reader: None = whoever sees all. day: that they are overdue on."""

    reader: DutyReader | None
    day: str
    status: Sequence[DutyStatus] | None = None
    strength: Sequence[Strength] | None = None
    lead: Sequence[str] | None = None
    overdue: bool | None = None


SOONEST_FIRST: Order = (By("by"), By("id"))


def _sought(snapshot: Snapshot, where: DutyFilter) -> Iterator[ColumnElement[bool]]:
    table, reader = snapshot[DUTIES], where.reader
    if reader is not None:
        fits = snapshot.among(table.c.strength, [str(one) for one in reader.strengths])
        yield or_(table.c.lead == reader.organisation, and_(table.c.status == DutyStatus.OPEN.value, fits))
    for name in ("status", "strength", "lead"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))
    yield from is_so(and_(snapshot.among(table.c.status, [str(one) for one in UNDONE]), table.c.by < where.day), where.overdue)


def duties(snapshot: Snapshot, _scope: Scope, where: DutyFilter, page: Page) -> list[DutyRow]:
    """A page of the duties that a reader sees 专班任务列表."""
    table = snapshot[DUTIES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, DutyRow)).where(*_sought(snapshot, where)), table.c.__getitem__)

    return [_row(row) for row in snapshot.prepared(None, query, **page.values)]


def _row(row: Sequence[Any]) -> DutyRow:
    found = DutyRow._make(row)
    strength = Strength(found.strength) if found.strength is not None else None
    return found._replace(status=DutyStatus(found.status), strength=strength)


def duty_count(snapshot: Snapshot, _scope: Scope, where: DutyFilter) -> int:
    """How many there are 专班任务数."""
    query = select(func.count()).select_from(snapshot[DUTIES]).where(*_sought(snapshot, where))
    return int(snapshot.rows(query)[0][0])


def duties_by_id(snapshot: Snapshot, where: DutyFilter, ids: Sequence[str]) -> dict[str, DutyRow]:
    """Duties of many ids, among those that a reader sees."""
    table = snapshot[DUTIES]
    query = select(*chosen(table, DutyRow)).where(*_sought(snapshot, where), snapshot.among(table.c.id, ids))
    return {row[0]: _row(row) for row in snapshot.rows(query)}


def duties_due(snapshot: Snapshot, day: date) -> list[DutyRow]:
    """Duties that are not delivered and to be reminded of on a day or over by then 待提醒与上报; for the program alone."""
    table = snapshot[DUTIES]
    undone = snapshot.among(table.c.status, [str(one) for one in UNDONE])
    query = select(*chosen(table, DutyRow)).where(undone, table.c.remind_on <= day.isoformat()).order_by(table.c.id)
    return [_row(row) for row in snapshot.rows(query)]


def duties_of_retired(snapshot: Snapshot, day: date) -> list[DutyRow]:
    """Duties whose lead's part in the programme is over on a day 牵头单位已退出; for the program alone."""
    table, bodies = snapshot[DUTIES], snapshot[ORGANISATIONS]
    led = snapshot.among(table.c.status, [DutyStatus.OFFERED.value, DutyStatus.LED.value])
    query = select(*chosen(table, DutyRow)).select_from(table.join(bodies, bodies.c.id == table.c.lead))
    return [_row(row) for row in snapshot.rows(query.where(led, bodies.c.last < day.isoformat()).order_by(table.c.id))]


@dataclass(frozen=True)
class StrengthFilter:
    """Whose strengths are looked for 专长筛选; None = anybody's."""

    organisation: str | None = None


LATEST_OF_BODY: Order = (By("organisation"), By("since", descending=True), By("id"))


def _known(table: Table, where: StrengthFilter) -> Iterator[ColumnElement[bool]]:
    if where.organisation is not None:
        yield table.c.organisation == where.organisation


def strengths(snapshot: Snapshot, _scope: Scope, where: StrengthFilter, page: Page) -> list[StrengthRow]:
    """A page of what bodies are good at 专长列表."""
    table = snapshot[STRENGTHS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, StrengthRow)).where(*_known(table, where)), table.c.__getitem__)

    return [StrengthRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def strength_count(snapshot: Snapshot, _scope: Scope, where: StrengthFilter) -> int:
    """How many entries there are 专长条数."""
    table = snapshot[STRENGTHS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_known(table, where)))[0][0])


def strengths_on(snapshot: Snapshot, organisation: str, day: str) -> tuple[Strength, ...]:
    """What a body is good at on a day 当日专长."""
    table = snapshot[STRENGTHS]
    query = select(table.c.strengths).where(table.c.organisation == organisation, table.c.since <= day)
    found = snapshot.rows(query.order_by(table.c.since.desc()).limit(1))
    return tuple(Strength(one) for one in orjson.loads(found[0][0])) if found else ()
