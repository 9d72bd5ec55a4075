"""Audit trail 审计轨迹: every entry of the journal beside the subject that decides who may see it. plan P5."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Select, String, Table, func, or_, select
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import Attribute, Role, Scope, sees_only_issued
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.events import CAPABILITIES, EVENTS
from domain.kernel import kind_of
from journal import Entry
from journal.codec import EVENT_OF, stored_names
from projections.diagnosis.assignments import assigned_to
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.diagnosis.issued import SHOWN_OUTSIDE
from projections.engine.columns import Long, columns
from projections.engine.filters import Several, one_of, sought
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Row, Tables, data, key
from projections.engine.scope import Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.consents import has_consent
from projections.record.trail_search import holding_words

META = MetaData()


class EntryRow(NamedTuple):
    """An entry as the trail shows it 条目; data as JSON.

    told: of a fact of a diagnosis that is told outside its case, which it is of those, from 1: a version would count the others.
    """

    position: Long
    at: Long
    stream: str
    version: int
    type: str
    data: str
    actor: str
    role: Role
    organisation: str
    reason: str
    told: int | None = None


ENTRIES = Table(
    "audit_entries",
    META,
    *columns(EntryRow, "position"),
    Index("ix_stream", "stream", "version"),
    Index("ix_at", "at", "position"),
    Index("ix_actor", "actor", "position"),
)
SUBJECTS = Table(
    "audit_subjects",
    META,
    Column("stream", String, primary_key=True),
    Column("enterprise", String),
    Column("provider", String),
    Column("diagnosis", String),
    Column("district", String),
    Column("issued", BigInteger),
    Column("told", Integer),
    Index("ix_subject_enterprise", "enterprise"),
)
"""issued: position of a diagnosis' latest report; what came before it is out. told: how many facts of it are told outside its case.
district: where that lies which is of no firm."""
NOWHERE = {"enterprise": None, "provider": None, "diagnosis": None, "district": None, "issued": None, "told": None}

REPORTED = (ReportIssued, ReportConfirmed)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Every entry, and whose subject it is: the enterprise and, for a diagnosis, the provider of now."""
    subjects = tables[SUBJECTS]
    subjects.load((entry.stream,) for entry in entries)
    for entry in entries:
        subject = subjects.get(entry.stream) or {"stream": entry.stream, **NOWHERE}
        event = EVENT_OF.get(entry.type)  # what is not of the domain, such as a demo's mark, is of no subject
        if event in SHOWN_OUTSIDE:
            subject["told"] = (subject["told"] or 0) + 1
        tables[ENTRIES].put(
            {
                "position": entry.position,
                "at": entry.at,
                "stream": entry.stream,
                "version": entry.version,
                "type": entry.type,
                "data": entry.state.decode(),
                "actor": entry.actor,
                "role": entry.role,
                "organisation": entry.organisation,
                "reason": entry.reason,
                "told": subject["told"] if event in SHOWN_OUTSIDE else None,
            }
        )
        subject |= _concerned(entry)
        if subject["enterprise"] is not None:
            subject["district"] = None
        if event in REPORTED:
            subject["issued"] = entry.position
        subjects.put(subject)


def _concerned(entry: Entry) -> Row:
    """Whom a stream concerns by its key, and by what an entry of it says."""
    owner = CAPABILITIES.get(kind_of(entry.stream))
    names = owner.key_names if owner is not None else ()
    found: Row = dict(zip(names, key(entry).split(".", len(names) - 1), strict=False)) if names else {}
    found.pop("", None)
    if (fields := EVENT_OF[entry.type].concerns if entry.type in EVENT_OF else ()):
        stated = data(entry)
        found |= {name: stated[name] for name in fields}
    return found


AUDIT_TRAIL = ReadModel("audit_trail", (ENTRIES, SUBJECTS), fold, as_stored=True)


def _columns(snapshot: Snapshot) -> Columns:
    firms, subjects = snapshot[ENTERPRISES], snapshot[SUBJECTS]
    return {
        Attribute.ENTERPRISE: lambda value: subjects.c.enterprise == value,
        Attribute.DISTRICT: lambda value: or_(firms.c.district == value, subjects.c.district == value),
        Attribute.SUBDISTRICT: lambda value: firms.c.subdistrict == value,
        Attribute.PARK: lambda value: firms.c.park == value,
        Attribute.REPORTING_UNIT: lambda value: firms.c.reporting_unit == value,
        Attribute.GROUP: lambda value: firms.c.group == value,
        Attribute.PROVIDER: lambda value: subjects.c.provider == value,
        Attribute.CONSENT: lambda bank, day: has_consent(snapshot, subjects.c.enterprise, bank, day),
        Attribute.ASSIGNMENT: lambda *expert: subjects.c.diagnosis.in_(assigned_to(snapshot, *expert)),
    }


@dataclass(frozen=True)
class EntryFilter:
    """What to look for 筛选条件; None = any, of several one. stream: one subject's. types: beginnings of names ("diagnosis.").

    since, until: microseconds of UTC, both included. text: see `trail_search`. by: the position that the journal had reached.
    live: to a reader outside the cases what is told as it happens alone, and not what comes out later with a report: events never
    change. editions: of the standard, by which the case of a subject is measured; what is of no case is then not told.
    """

    stream: str | None = None
    types: Several | None = None
    actor: Several | None = sought("Id of the person or machine that acted · 操作人标识")
    role: Sequence[Role] | None = sought("Role acted in · 角色")
    organisation: Several | None = sought("Organisation it was acted for · 单位标识")
    since: int | None = None
    until: int | None = None
    text: str | None = sought("Words of its sentence or reason · 语句中的词语", shown_by="sentence")
    by: int | None = None
    live: bool = False
    editions: frozenset[str] | None = None


ANY = EntryFilter()
BY_POSITION: Order = (By("position"),)


@cache
def withheld_from(role: str) -> tuple[str, ...]:
    """Names of the entries that are not there for a role, as they are stored 不予知悉的事实: those not `told_to` it."""
    return tuple(sorted(stored_names(event for event in EVENTS.values() if role not in event.told_to)))


def _matching(
    snapshot: Snapshot, scope: Scope, role: str, where: EntryFilter
) -> tuple[FromClause, list[ColumnElement[bool]]]:
    table, subjects, firms = snapshot[ENTRIES], snapshot[SUBJECTS], snapshot[ENTERPRISES]
    joined = table.join(subjects, subjects.c.stream == table.c.stream).outerjoin(
        firms, firms.c.id == subjects.c.enterprise
    )
    conditions = [to_sql(scope, _columns(snapshot))]
    if kept := withheld_from(role):
        conditions.append(table.c.type.not_in(kept))
    if sees_only_issued(scope):
        told = or_(subjects.c.diagnosis.is_(None), table.c.type.in_(sorted(stored_names(SHOWN_OUTSIDE))))
        conditions.append(told if where.live else or_(told, table.c.position <= subjects.c.issued))
    if where.stream is not None:
        conditions.append(table.c.stream == where.stream)
    for name in ("actor", "role", "organisation"):
        conditions += one_of(snapshot, table.c[name], getattr(where, name))
    if where.text is not None:
        conditions += holding_words(snapshot, table, where.text)
    if where.editions is not None:
        cases = snapshot[DIAGNOSES]
        measured = select(cases.c.id).where(cases.c.edition.in_(sorted(where.editions)))
        conditions.append(subjects.c.diagnosis.in_(measured))
    if where.by is not None:
        conditions.append(table.c.position <= where.by)
    if where.types is not None:
        conditions.append(or_(*(table.c.type.startswith(one, autoescape=True) for one in where.types)))
    if where.since is not None:
        conditions.append(table.c.at >= where.since)
    if where.until is not None:
        conditions.append(table.c.at <= where.until)
    return joined, conditions


def entries(
    snapshot: Snapshot, scope: Scope, role: str, first: int, where: EntryFilter = ANY, *, after: int = 0, kept: bool = False
) -> list[EntryRow]:
    """Entries within a scope that a role is told of 审计条目, in order of position, beyond `after`.

    kept: the same filter is asked for again and again, so that its statement is worth keeping; not one that a client varies.
    """
    return page_of_entries(snapshot, scope, role, where, Page(first, BY_POSITION, (after,)), kept=kept)


def page_of_entries(
    snapshot: Snapshot, scope: Scope, role: str, where: EntryFilter, page: Page, *, kept: bool = False
) -> list[EntryRow]:
    """A page of the entries within a scope that a role is told of. kept: as of `entries`."""
    table = snapshot[ENTRIES]

    def query() -> Select[Any]:
        joined, conditions = _matching(snapshot, scope, role, where)
        return page.of(select(table).select_from(joined).where(*conditions), table.c.__getitem__)

    name = ("entries", scope, role, where, page.shape) if kept else None
    return [EntryRow._make(row) for row in snapshot.prepared(name, query, **page.values)]


def streams_about(snapshot: Snapshot, person: str) -> list[str]:
    """The streams that are of one person 个人各流: those whose key is its id, or ends with it behind a point; in order of name."""
    streams = snapshot[SUBJECTS].c.stream
    own = or_(*(streams.endswith(f"{mark}{person}", autoescape=True) for mark in "/."))
    return [str(stream) for (stream,) in snapshot.rows(select(streams).where(own).order_by(streams))]


def firms_of(snapshot: Snapshot, streams: Sequence[str]) -> dict[str, str]:
    """The enterprise of each subject that has one 所属企业; the caller has judged the subjects."""
    subjects = snapshot[SUBJECTS]
    query = select(subjects.c.stream, subjects.c.enterprise).where(
        snapshot.among(subjects.c.stream, list(dict.fromkeys(streams))), subjects.c.enterprise.is_not(None)
    )
    return {str(stream): str(firm) for stream, firm in snapshot.rows(query)}


def count(snapshot: Snapshot, scope: Scope, role: str, where: EntryFilter = ANY) -> int:
    """How many entries within a scope a role is told of 条目数."""
    joined, conditions = _matching(snapshot, scope, role, where)
    return int(snapshot.rows(select(func.count()).select_from(joined).where(*conditions))[0][0])
