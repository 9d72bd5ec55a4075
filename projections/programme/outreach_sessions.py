"""Outreach sessions read model 宣讲交流台: sessions, each firm's part in them, questions, schedules of units. plan T2, T3.

A session is seen by its organiser from the plan on, by other units once it is announced, and by a firm once it is in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Boolean, Column, Index, MetaData, Select, String, Table, and_, case, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Role, Scope
from domain.instants import city_time, microseconds
from domain.programme.sessions import attendance_facts as part
from domain.programme.sessions import question as asking
from domain.programme.sessions import session_facts as planning
from domain.programme.sessions.attendance_facts import STATUS_AFTER_ATTENDANCE, AttendanceStatus
from domain.programme.sessions.question import QuestionStatus
from domain.programme.sessions.schedule import OutreachScheduleSet
from domain.programme.sessions.state import OutreachKind, OutreachStatus
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns

META = MetaData()


class SessionRow(NamedTuple):
    """An outreach session 场次. Times in microseconds of UTC; held_on: ISO day. district to industry: whom it is for.

    reason: why it was last moved, or cancelled. announced_at: None before.
    """

    id: str
    kind: OutreachKind
    topic: str
    host: str
    organiser_role: Role
    organiser: str
    status: OutreachStatus
    held_on: str
    starts_at: Long
    ends_at: Long
    place: str | None
    link: str | None
    district: str | None
    subdistrict: str | None
    park: str | None
    industry: str | None
    capacity: int | None
    seats: int
    planned_at: Long
    announced_at: Long | None
    reason: str | None


class AttendanceRow(NamedTuple):
    """A firm's part in a session 参会. id: "session.firm". groups: JSON. people: who came, by the sign-in. Times as above."""

    id: str
    session: str
    enterprise: str
    status: AttendanceStatus
    status_since: Long
    invited_at: Long | None
    groups: str
    people: int | None
    mistaken: int
    reason: str | None


class QuestionRow(NamedTuple):
    """A question 提问. enterprise, text: None to those who see the published wording alone. Times as above."""

    id: str
    session: str
    enterprise: str | None
    text: str | None
    status: QuestionStatus
    asked_at: Long
    answer: str | None
    wording: str | None
    published_at: Long | None


class ScheduleRow(NamedTuple):
    """How often a unit holds a session 周期. since: ISO day."""

    unit: str
    weeks: int
    since: str


SESSIONS = Table("outreach_sessions", META, *columns(SessionRow, "id"), Index("ix_outreach_starts", "starts_at", "id"))
ATTENDANCES = Table(
    "attendances",
    META,
    *columns(AttendanceRow, "id"),
    Index("ix_attendance_firm", "enterprise", "session"),
    Index("ix_attendance_session", "session", "id"),
)
REACHED = Table(
    "outreach_reached",
    META,
    Column("session", String, primary_key=True),
    Column("enterprise", String, primary_key=True),
    Column("invited", Boolean, nullable=False),
    Column("came", Boolean, nullable=False),
)
"""Which firms a session reached, apart from `ATTENDANCES`: counts by year read it whole, beside where a roster states a firm."""
QUESTIONS = Table("outreach_questions", META, *columns(QuestionRow, "id"), Index("ix_question_session", "session", "id"))
SCHEDULES = Table("outreach_schedules", META, *columns(ScheduleRow, "unit"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Sessions as planned and moved, firms' parts step by step, questions and schedules."""
    tables[ATTENDANCES].load((key(entry),) for entry in entries if event_of(entry) in PARTS)
    for entry in entries:
        event = event_of(entry)
        if event in PARTS:
            _part(tables, entry)
        elif event in ASKED:
            _question(tables, entry)
        elif event is OutreachScheduleSet:
            tables[SCHEDULES].put({"unit": key(entry), **{name: data(entry)[name] for name in ("weeks", "since")}})
        else:
            _session(tables, entry)


def _times(found: Mapping[str, Any]) -> dict[str, Any]:
    day = date.fromisoformat(found["held_on"])
    starts, ends = (microseconds(city_time(day, found[name])) for name in ("begins", "ends"))
    return {**{name: found[name] for name in ("held_on", "place", "link")}, "starts_at": starts, "ends_at": ends}


def _session(tables: Tables, entry: Entry) -> None:
    table, found, identity = tables[SESSIONS], data(entry), key(entry)
    match event_of(entry):
        case planning.OutreachSessionPlanned:
            said = {name: found[name] for name in ("kind", "topic", "host", "organiser", "capacity")}
            row = {"id": identity, "organiser_role": found["role"], **said, **_times(found), **found["audience"]}
            begun = {"status": OutreachStatus.PLANNED.value, "seats": 0, "planned_at": entry.at}
            table.put({**row, **begun, "announced_at": None, "reason": None})
        case planning.OutreachSessionAnnounced:
            table.change(identity, status=OutreachStatus.ANNOUNCED.value, announced_at=entry.at)
        case planning.OutreachSessionMoved:
            table.change(identity, **_times(found), reason=found["reason"])
        case planning.OutreachSessionCancelled:
            table.change(identity, status=OutreachStatus.CANCELLED.value, reason=found["reason"])
        case _:
            table.change(identity, seats=found["seats"])


def _part(tables: Tables, entry: Entry) -> None:
    parts, found, identity, event = tables[ATTENDANCES], data(entry), key(entry), event_of(entry)
    before = parts.get(identity)
    if before is None:
        stated = {name: found[name] for name in ("session", "enterprise")}
        before = {"id": identity, **stated, "invited_at": None, "groups": "[]", "people": None, "mistaken": 0, "reason": None}
    match event:
        case part.SignInCodeMistaken:
            parts.put({**before, "mistaken": before["mistaken"] + 1})
            return
        case part.AttendanceInvited:
            changes: dict[str, Any] = {"invited_at": entry.at}
        case part.AttendanceSignedUp:
            changes = {"groups": orjson.dumps(found["groups"]).decode()}
        case part.AttendanceDeclined:
            changes = {"groups": "[]"}
        case part.FirmSignedIn:
            changes = {"people": found["people"]}
        case _:
            changes = {"people": None}
    stands = {"status": STATUS_AFTER_ATTENDANCE[event].value, "status_since": entry.at, "reason": found.get("reason")}
    row = {**before, **changes, **stands}
    parts.put(row)
    reached = {"invited": row["invited_at"] is not None, "came": row["status"] == AttendanceStatus.CAME.value}
    tables[REACHED].put({"session": row["session"], "enterprise": row["enterprise"], **reached})


def _question(tables: Tables, entry: Entry) -> None:
    table, found, identity = tables[QUESTIONS], data(entry), key(entry)
    match event_of(entry):
        case asking.OutreachQuestionAsked:
            said = {name: found[name] for name in ("session", "enterprise", "text")}
            empty = dict.fromkeys(("answer", "wording", "published_at"))
            table.put({"id": identity, **said, **empty, "status": QuestionStatus.ASKED.value, "asked_at": entry.at})
        case asking.OutreachQuestionAnswered:
            table.change(identity, status=QuestionStatus.ANSWERED.value, answer=found["answer"])
        case _:
            told = {"wording": found["wording"], "published_at": entry.at}
            table.change(identity, status=QuestionStatus.PUBLISHED.value, **told)


PARTS = frozenset(part.AttendanceEvent.__args__)
ASKED = frozenset(asking.QuestionEvent.__args__)
COUNTED_ELSEWHERE = {planning.SessionFirmsInvited, planning.SessionAttendanceRecorded}
"""What each firm's own part says."""
OUTREACH_READ_MODEL = ReadModel(
    "outreach",
    (SESSIONS, ATTENDANCES, REACHED, QUESTIONS, SCHEDULES),
    fold,
    PARTS | ASKED | frozenset(planning.SessionEvent.__args__) - COUNTED_ELSEWHERE | {OutreachScheduleSet},
)


@dataclass(frozen=True)
class OutreachSessionFilter:
    """Which outreach sessions are looked for; of a list any of its values · 场次筛选."""

    kind: list[OutreachKind] | None = sought("What they are · 类别")
    status: list[OutreachStatus] | None = sought("How far they have come · 场次状态")
    since: date | None = sought("Held on this day or later · 起始日", shown_by="held_on")
    until: date | None = sought("Held on this day or before · 截止日", shown_by="held_on")


@dataclass(frozen=True)
class AttendanceFilter:
    """Which parts in outreach sessions are looked for; of a list any of its values · 参会筛选."""

    session: list[str] | None = sought("Outreach sessions · 场次", of="session", name="outreachSession", shown_by="session")
    status: list[AttendanceStatus] | None = sought("How far they have come · 参会状态")
    enterprise: list[str] | None = sought("Ids of enterprises · 企业标识", of="enterprise")


@dataclass(frozen=True)
class QuestionFilter:
    """Which questions are looked for; of a list any of its values · 提问筛选."""

    session: list[str] | None = sought("Outreach sessions · 场次", of="session", name="outreachSession", shown_by="session")
    status: list[QuestionStatus] | None = sought("How far they have come · 提问状态")


LATEST_FIRST: Order = (By("starts_at", descending=True), By("id"))
LATEST_ASKED: Order = (By("asked_at", descending=True), By("id"))


UNITS_OF_ORGANISERS = {Attribute.DISTRICT: Role.DISTRICT, Attribute.PARK: Role.PARK}


def _organised_by(table: Table, role: Role) -> Callable[[str], ColumnElement[bool]]:
    """How a scope's value reads whether a unit of a role organises a session."""
    return lambda value: and_(table.c.organiser_role == role.value, table.c.organiser == value)


def _session_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a session: its organiser's own, what is announced to units, and to firms what they are in."""
    table, parts, firms = snapshot[SESSIONS], snapshot[ATTENDANCES].alias("own_part"), snapshot[ENTERPRISES].alias("own_firm")
    announced = table.c.announced_at.is_not(None)

    def organised(role: Role) -> Any:  # noqa: ANN401 - a reader of one attribute
        return lambda value: or_(announced, _organised_by(table, role)(value))

    def of_firms(column: ColumnElement[Any]) -> Any:  # noqa: ANN401 - as above
        joined = parts.join(firms, firms.c.id == parts.c.enterprise)
        return lambda value: and_(announced, table.c.id.in_(select(parts.c.session).select_from(joined).where(column == value)))

    return {
        **NOWHERE,
        **{of: organised(role) for of, role in UNITS_OF_ORGANISERS.items()},
        Attribute.SUBDISTRICT: lambda _value: announced,
        Attribute.REPORTING_UNIT: lambda _value: announced,
        Attribute.ENTERPRISE: of_firms(firms.c.id),
        Attribute.GROUP: of_firms(firms.c.group),
    }


def _sessions(snapshot: Snapshot, scope: Scope, where: OutreachSessionFilter) -> Iterator[ColumnElement[bool]]:
    table = snapshot[SESSIONS]
    yield to_sql(scope, _session_columns(snapshot))
    for name in ("kind", "status"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))
    if where.since is not None:
        yield table.c.held_on >= where.since.isoformat()
    if where.until is not None:
        yield table.c.held_on <= where.until.isoformat()


def outreach_sessions(snapshot: Snapshot, scope: Scope, where: OutreachSessionFilter, page: Page) -> list[SessionRow]:
    """A page of the sessions that a scope sees 场次列表."""
    table = snapshot[SESSIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, SessionRow)).where(*_sessions(snapshot, scope, where)), table.c.__getitem__)

    return [SessionRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def outreach_session_count(snapshot: Snapshot, scope: Scope, where: OutreachSessionFilter) -> int:
    """How many sessions a scope sees 场次数."""
    query = select(func.count()).select_from(snapshot[SESSIONS]).where(*_sessions(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def outreach_sessions_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, SessionRow]:
    """Sessions of many ids that a scope sees; others are absent."""
    table = snapshot[SESSIONS]
    conditions = (snapshot.among(table.c.id, ids), *_sessions(snapshot, scope, OutreachSessionFilter()))
    found = {row.id: row for row in map(SessionRow._make, snapshot.rows(select(*chosen(table, SessionRow)).where(*conditions)))}
    return {identity: found[identity] for identity in ids if identity in found}


def _attendances(snapshot: Snapshot, scope: Scope, where: AttendanceFilter) -> Iterator[ColumnElement[bool]]:
    table = snapshot[ATTENDANCES]
    yield snapshot[ENTERPRISES].c.id == table.c.enterprise
    yield to_sql(scope, enterprise_columns(snapshot))
    for name in ("session", "status", "enterprise"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))


def attendances(snapshot: Snapshot, scope: Scope, where: AttendanceFilter, page: Page) -> list[AttendanceRow]:
    """A page of firms' parts within a scope 参会列表."""
    table = snapshot[ATTENDANCES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, AttendanceRow)).where(*_attendances(snapshot, scope, where)), table.c.__getitem__)

    return [AttendanceRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def attendance_count(snapshot: Snapshot, scope: Scope, where: AttendanceFilter) -> int:
    """How many parts a scope admits 参会数."""
    query = select(func.count()).select_from(snapshot[ATTENDANCES]).where(*_attendances(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def attendances_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, AttendanceRow]:
    """Parts of many ids within a scope; those outside are absent."""
    table = snapshot[ATTENDANCES]
    conditions = (snapshot.among(table.c.id, ids), *_attendances(snapshot, scope, AttendanceFilter()))
    rows = snapshot.rows(select(*chosen(table, AttendanceRow)).where(*conditions))
    found = {row.id: row for row in map(AttendanceRow._make, rows)}
    return {identity: found[identity] for identity in ids if identity in found}


def attendance_counts(snapshot: Snapshot, scope: Scope, sessions: Sequence[str]) -> dict[tuple[str, AttendanceStatus], int]:
    """How many firms of a scope stand how with some sessions 参会汇总."""
    table = snapshot[ATTENDANCES]
    conditions = _attendances(snapshot, scope, AttendanceFilter(session=list(sessions)))
    query = select(table.c.session, table.c.status, func.count()).where(*conditions).group_by(table.c.session, table.c.status)
    return {(str(one), AttendanceStatus(status)): int(firms) for one, status, firms in snapshot.rows(query)}


class _Questions:
    """Questions beside the firm that asked, as far as a scope sees it; a session's organiser reads what it has to answer."""

    def __init__(self, snapshot: Snapshot, scope: Scope, where: QuestionFilter) -> None:
        table, firms, sessions = snapshot[QUESTIONS], snapshot[ENTERPRISES], snapshot[SESSIONS]
        beside = table.outerjoin(firms, firms.c.id == table.c.enterprise)
        self.table, self.joined = table, beside.outerjoin(sessions, sessions.c.id == table.c.session)
        own = and_(firms.c.id.is_not(None), to_sql(scope, enterprise_columns(snapshot)))
        to_answer = to_sql(scope, {**NOWHERE, **{of: _organised_by(sessions, role) for of, role in UNITS_OF_ORGANISERS.items()}})
        self.where = [or_(table.c.status == QuestionStatus.PUBLISHED.value, own, to_answer)]
        for name in ("session", "status"):
            self.where += one_of(snapshot, table.c[name], getattr(where, name))
        seen = {"enterprise": own, "text": or_(own, to_answer)}
        hidden = {name: case((by, table.c[name]), else_=None).label(name) for name, by in seen.items()}
        self.wanted = [hidden.get(name, table.c[name]) for name in QuestionRow._fields]

    def rows(self) -> Select[Any]:
        return select(*self.wanted).select_from(self.joined).where(*self.where)


def questions(snapshot: Snapshot, scope: Scope, where: QuestionFilter, page: Page) -> list[QuestionRow]:
    """A page of questions 提问列表: those of firms within a scope, and what is published without who asked."""
    found = _Questions(snapshot, scope, where)
    query = page.of(found.rows(), found.table.c.__getitem__)
    return [_asked(row) for row in snapshot.prepared(None, lambda: query, **page.values)]


def _asked(row: Sequence[Any]) -> QuestionRow:
    found = QuestionRow._make(row)
    return found._replace(status=QuestionStatus(found.status))


def question_count(snapshot: Snapshot, scope: Scope, where: QuestionFilter) -> int:
    """How many questions those are 提问数."""
    found = _Questions(snapshot, scope, where)
    return int(snapshot.rows(select(func.count()).select_from(found.joined).where(*found.where))[0][0])


def questions_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, QuestionRow]:
    """Questions of many ids that a scope sees; others are absent."""
    found = _Questions(snapshot, scope, QuestionFilter())
    rows = {row.id: row for row in map(_asked, snapshot.rows(found.rows().where(snapshot.among(found.table.c.id, ids))))}
    return {identity: rows[identity] for identity in ids if identity in rows}


def questions_asked(snapshot: Snapshot, session: str, enterprise: str) -> int:
    """How many questions a firm has asked about a session 已提问数; for the rule alone."""
    table = snapshot[QUESTIONS]
    query = select(func.count()).select_from(table).where(table.c.session == session, table.c.enterprise == enterprise)
    return int(snapshot.rows(query)[0][0])
