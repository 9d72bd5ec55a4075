"""Selection read models 遴选: calls, applications and markings, each as its rules leave it. plan V1, V6."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.kernel import Capability
from domain.providers.applications.application import APPLICATIONS as APPLICATION_CAPABILITY
from domain.providers.applications.state import Application
from domain.providers.calls.call import CALLS as CALL_CAPABILITY
from domain.providers.calls.state import Call
from domain.providers.marking.marking import KEPT_AWAY, Mark, Marking
from domain.providers.marking.marking import MARKINGS as MARKING_CAPABILITY
from journal import Entry
from journal.codec import decode
from projections.engine.columns import chosen, columns
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class CallRow(NamedTuple):
    """A year's call 征集; body: its state as JSON. id: the year as its stream bears it."""

    id: str
    year: int
    stage: str
    body: str

    def state(self) -> Call:
        """The call as the rules see it."""
        return Call.model_validate_json(self.body)


class ApplicationRow(NamedTuple):
    """An application 申报; body: its state as JSON. put_forward_by: the district that did."""

    id: str
    year: int
    provider: str
    stage: str
    put_forward_by: str | None
    body: str

    def state(self) -> Application:
        """The application as the rules see it."""
        return Application.model_validate_json(self.body)


class MarkingRow(NamedTuple):
    """A marking 评分; body: its state as JSON, in which a mark is ciphertext until marking is closed."""

    id: str
    year: int
    number: int
    marker: str
    stage: str
    body: str

    def state(self) -> Marking:
        """The marking as the rules see it."""
        return Marking.model_validate_json(self.body)


CALLS = Table("provider_calls", META, *columns(CallRow, "id"))
APPLICATIONS = Table("provider_applications", META, *columns(ApplicationRow, "id"), Index("ix_application_provider", "provider"))
MARKINGS = Table("provider_markings", META, *columns(MarkingRow, "id"), Index("ix_marking_marker", "marker"))


def _folded(capability: Capability, tables: Tables, table: Table, entries: Sequence[Entry], kind: type) -> None:
    """Rows of states, each a fold of its stream by the rules' own hand."""
    rows = tables[table]
    rows.load((key(entry),) for entry in entries)
    states: dict[str, Any] = {}
    for entry in entries:
        identity = key(entry)
        if identity not in states:
            row = rows.get(identity)
            states[identity] = kind.model_validate_json(row["body"]) if row is not None else None  # type: ignore[attr-defined]
        states[identity] = capability.evolve(states[identity], decode(capability, entry.type, entry.state))
    named = [column.name for column in table.columns if column.name not in ("id", "body")]
    for identity, state in states.items():
        told = {name: getattr(state, name) for name in named}
        rows.put({"id": identity, **told, "stage": state.stage.value, "body": state.model_dump_json()})


CALL_READ_MODEL = ReadModel(
    "provider_calls",
    (CALLS,),
    lambda tables, entries: _folded(CALL_CAPABILITY, tables, CALLS, entries, Call),
    frozenset(CALL_CAPABILITY.events),
)
APPLICATION_READ_MODEL = ReadModel(
    "provider_applications",
    (APPLICATIONS,),
    lambda tables, entries: _folded(APPLICATION_CAPABILITY, tables, APPLICATIONS, entries, Application),
    frozenset(APPLICATION_CAPABILITY.events),
)
MARKING_READ_MODEL = ReadModel(
    "provider_markings",
    (MARKINGS,),
    lambda tables, entries: _folded(MARKING_CAPABILITY, tables, MARKINGS, entries, Marking),
    frozenset(MARKING_CAPABILITY.events),
)


def calls(snapshot: Snapshot, _scope: Scope) -> list[CallRow]:
    """Every call, the latest year first 历年征集; that a call is on is public."""
    table = snapshot[CALLS]
    return [CallRow._make(row) for row in snapshot.rows(select(*chosen(table, CallRow)).order_by(table.c.year.desc()))]


def call_of(snapshot: Snapshot, year: int) -> CallRow | None:
    """The call of a year."""
    table = snapshot[CALLS]
    rows = snapshot.rows(select(*chosen(table, CallRow)).where(table.c.year == year))
    return CallRow._make(rows[0]) if rows else None


@dataclass(frozen=True)
class ApplicationFilter:
    """Which applications are looked for 申报筛选; None = any."""

    year: int | None = None
    stage: str | None = None
    provider: str | None = None


def _sought(table: Table, scope: Scope, where: ApplicationFilter) -> Iterator[ColumnElement[bool]]:
    lies: Columns = {
        **NOWHERE,
        Attribute.PROVIDER: lambda value: table.c.provider == value,
        Attribute.DISTRICT: lambda value: table.c.put_forward_by == value,
    }
    yield to_sql(scope, lies)
    for name in ("year", "stage", "provider"):
        if (wanted := getattr(where, name)) is not None:
            yield table.c[name] == wanted


def applications(
    snapshot: Snapshot, scope: Scope, where: ApplicationFilter, page: Page
) -> list[ApplicationRow]:
    """A page of applications within a scope 申报列表: a provider's own, a district's those that it put forward."""
    table = snapshot[APPLICATIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, ApplicationRow)).where(*_sought(table, scope, where)), table.c.__getitem__)

    return [ApplicationRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def application_count(snapshot: Snapshot, scope: Scope, where: ApplicationFilter) -> int:
    """How many there are 申报数."""
    table = snapshot[APPLICATIONS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, scope, where)))[0][0])


def applications_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, ApplicationRow]:
    """Applications of many ids within a scope."""
    table = snapshot[APPLICATIONS]
    query = select(*chosen(table, ApplicationRow)).where(
        *_sought(table, scope, ApplicationFilter()), snapshot.among(table.c.id, ids)
    )
    return {row[0]: ApplicationRow._make(row) for row in snapshot.rows(query)}


@dataclass(frozen=True)
class MarkingFilter:
    """Which markings are looked for 评分筛选; None = any."""

    year: int | None = None
    number: int | None = None


def _of_marker(table: Table, scope: Scope, where: MarkingFilter) -> Iterator[ColumnElement[bool]]:
    """A marker's own lie in what is assigned to that person; nobody else's scope but the city's admits any."""
    lies: Columns = {**NOWHERE, Attribute.ASSIGNMENT: lambda expert, *_when: table.c.marker == expert}
    yield to_sql(scope, lies)
    for name in ("year", "number"):
        if (wanted := getattr(where, name)) is not None:
            yield table.c[name] == wanted


def markings(
    snapshot: Snapshot, scope: Scope, where: MarkingFilter, page: Page
) -> list[MarkingRow]:
    """A page of markings within a scope 评分列表."""
    table = snapshot[MARKINGS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, MarkingRow)).where(*_of_marker(table, scope, where)), table.c.__getitem__)

    return [MarkingRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def marking_count(snapshot: Snapshot, scope: Scope, where: MarkingFilter) -> int:
    """How many there are 评分数."""
    table = snapshot[MARKINGS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_of_marker(table, scope, where)))[0][0])


def markings_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, MarkingRow]:
    """Markings of many ids within a scope."""
    table = snapshot[MARKINGS]
    query = select(*chosen(table, MarkingRow)).where(
        *_of_marker(table, scope, MarkingFilter()), snapshot.among(table.c.id, ids)
    )
    return {row[0]: MarkingRow._make(row) for row in snapshot.rows(query)}


class DocumentRow(NamedTuple):
    """A file of an application as whoever may read it is given it 申报材料文件. filename: of no name where names are kept away."""

    filename: str
    media_type: str


def document(snapshot: Snapshot, scope: Scope, sha256: str, *, anonymous: bool) -> DocumentRow | None:
    """A file of an application within the scope 申报材料: of a marker those of the applications to be marked.

    anonymous: to be named by the dimension that it supports, for who marks.
    """
    for application in _with_document(snapshot, scope, sha256, anonymous=anonymous):
        for one in application.documents:
            if one.sha256 == sha256:
                kept = one.filename.rpartition(".")[2]
                return DocumentRow(f"{one.dimension.value}.{kept}" if anonymous else one.filename, one.media_type)
    return None


def _with_document(snapshot: Snapshot, scope: Scope, sha256: str, *, anonymous: bool) -> Iterator[Application]:
    table = snapshot[APPLICATIONS]
    if not anonymous:
        holding = table.c.body.contains(sha256, autoescape=True)
        query = select(*chosen(table, ApplicationRow)).where(*_sought(table, scope, ApplicationFilter()), holding)
        yield from (ApplicationRow._make(row).state() for row in snapshot.rows(query))
        return
    own = [row for row in markings(snapshot, scope, MarkingFilter(), Page(MOST_MARKINGS)) if row.stage not in KEPT_AWAY]
    for year in sorted({row.year for row in own}):
        numbers = {row.number for row in own if row.year == year}
        yield from numbered_applications(snapshot, year, numbers).values()


MOST_MARKINGS = 10_000
"""More than one person ever marks."""


def numbered_applications(snapshot: Snapshot, year: int, numbers: Container[int]) -> dict[int, Application]:
    """Applications of a year by their anonymous numbers 匿名编号; the caller has judged who may know of which."""
    found = call_of(snapshot, year)
    drawn = {one.provider: one.number for one in found.state().drawn if one.number in numbers} if found is not None else {}
    table = snapshot[APPLICATIONS]
    named = snapshot.among(table.c.id, [f"{year}.{provider}" for provider in drawn])
    rows = [ApplicationRow._make(row) for row in snapshot.rows(select(*chosen(table, ApplicationRow)).where(named))]
    return {drawn[row.provider]: row.state() for row in rows}


def open_marks(snapshot: Snapshot, year: int) -> dict[int, tuple[Mark, ...]]:
    """Anonymous number -> the open marks of a year, in the order that their markers were given 已公开评分."""
    table = snapshot[MARKINGS]
    rows = [MarkingRow._make(row) for row in snapshot.rows(select(*chosen(table, MarkingRow)).where(table.c.year == year))]
    states = {(row.number, row.marker): row.state().mark for row in rows}
    found = call_of(snapshot, year)
    marks: dict[int, tuple[Mark, ...]] = {}
    for drawn in found.state().drawn if found is not None else ():
        known = [states.get((drawn.number, marker)) for marker in drawn.markers]
        marks[drawn.number] = tuple(mark for mark in known if mark is not None)
    return marks
