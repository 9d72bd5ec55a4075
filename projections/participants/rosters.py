"""Roster read model 名单台: who is on a year's roster and what each was in that year, and the answer to every file. plan P1, G4.

A year's roster is a snapshot: when a firm moves later, what it was stays with the year.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import Attribute, Scope
from domain.kernel import Event
from domain.participants.enterprises import EnterpriseStated, EnterpriseTakenOffRoster
from domain.participants.rosters.bringing_in import RosterBlocked, RosterImported, RosterUnchanged
from journal import Entry
from projections.engine.columns import Long, columns, names_of
from projections.engine.pages import By, Order, Page
from projections.engine.places import PRESENT_FACTS
from projections.engine.read_model import ReadModel, Row, Rows, Tables, data, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()
ENDLESS = 2**63 - 1
"""`until` of the row that holds to this day: a key of its own."""


class StatedPlace(NamedTuple):
    """Where a firm lay and what it was by a year's roster 名单所载归属."""

    district: str
    subdistrict: str | None
    park: str | None
    reporting_unit: str | None
    group: str | None
    industry: str
    size_class: str
    above_scale: bool


class StatedFigures(NamedTuple):
    """A firm's name and numbers by a year's roster 名单所载数据; revenue: exact, 10,000 yuan."""

    name: str
    employees: int
    revenue_wan: Decimal


PLACED, FIGURED = names_of(StatedPlace), names_of(StatedFigures)
STATED = PLACED + FIGURED
"""What a year's roster keeps of a firm as it was."""

MEMBERS = Table(
    "roster_members",
    META,
    Column("year", Integer, primary_key=True),
    Column("enterprise", String, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("since", BigInteger, nullable=False),
    *columns(StatedPlace),
    Column("off_reason", String),
    Column("off_at", BigInteger),
    Index("ix_roster_member", "enterprise", "year"),
    Index("ix_roster_group", "group", "year"),
)
"""What a firm was by a year's roster, from position `since` up to before `until`. off_reason, off_at: why and when (microseconds of
UTC) it was taken off the roster; None = it counts."""
FIGURES = Table(
    "roster_figures",
    META,
    Column("year", Integer, primary_key=True),
    Column("enterprise", String, primary_key=True),
    Column("until", BigInteger, primary_key=True),
    Column("since", BigInteger, nullable=False),
    *columns(StatedFigures),
)
"""A firm's own numbers by a year's roster, apart from `MEMBERS`, which counts by year read whole: PostgreSQL shows these rows to
those who may see the firm today."""
UNDATED = Table(
    "roster_undated",
    META,
    Column("enterprise", String, primary_key=True),
    Column("year", Integer),
    *(Column(name, MEMBERS.c[name].type) for name in PLACED),
    *(Column(name, FIGURES.c[name].type) for name in FIGURED),
)
"""For entries that don't bear their year: the year of the last file that named the firm, and the firm's present statement."""


def stated_or_present(
    snapshot: Snapshot, year: int, firms: FromClause, *names: str
) -> tuple[FromClause, tuple[ColumnElement[Any], ...]]:
    """Firms beside what a year's roster states of them, and some columns of it 年度归属; of who is on none, as they are today."""
    stated = snapshot[MEMBERS]
    of_year = and_(stated.c.enterprise == firms.c.id, stated.c.year == year, stated.c.until == ENDLESS)
    return firms.outerjoin(stated, of_year), tuple(func.coalesce(stated.c[name], firms.c[name]) for name in names)


def on_latest_roster(snapshot: Snapshot, year: int, firms: FromClause) -> ColumnElement[bool]:
    """Whether a firm is on the roster of a year, or of the latest before that has one 是否在名单; without any roster all are."""
    stated = snapshot[MEMBERS]
    latest = select(func.max(stated.c.year)).where(stated.c.year <= year, held(stated, None)).scalar_subquery()
    own = stated.alias()
    is_on = own.c.enterprise == firms.c.id, own.c.year == latest, held(own, None), own.c.off_reason.is_(None)
    return or_(latest.is_(None), exists().where(*is_on))


class ImportRow(NamedTuple):
    """The answer to one roster file 导入报告; report, findings: as in `IMPORTS`."""

    position: Long
    year: int
    filename: str
    digest: str
    blocked: bool
    registered: int
    revised: int
    unchanged: int
    refused_rows: int
    report: str | None
    findings: str | None
    organisation: str
    at: Long


IMPORTS = Table(
    "roster_imports",
    META,
    *columns(ImportRow, "position"),
    Index("ix_roster_year", "year", "position"),
)
"""report: SHA-256 of the report's file. findings: as JSON, of an older entry, which held its report itself."""

FILES: frozenset[type[Event]] = frozenset({RosterImported, RosterUnchanged, RosterBlocked})
STATEMENTS = PRESENT_FACTS | {EnterpriseStated}


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each year keeps its members as it stated them; every file leaves its report."""
    facts = {entry.position: data(entry) for entry in entries}
    files = [found for found in facts.values() if "enterprises" in found]
    firms = [(key(entry), facts[entry.position]) for entry in entries if event_of(entry) not in FILES]
    tables[UNDATED].load(
        (one,) for one in (*(firm for firm, _ in firms), *(one for found in files for one in found["enterprises"]))
    )
    for table in (MEMBERS, FIGURES):
        tables[table].load((found["year"], firm, ENDLESS) for firm, found in firms if found.get("year") is not None)
        tables[table].load((found["year"], one, ENDLESS) for found in files for one in found["enterprises"])
    for entry in entries:
        found = facts[entry.position]
        event = event_of(entry)
        if event in STATEMENTS:
            _state(tables, entry, found)
        elif event is EnterpriseTakenOffRoster:
            before = tables[MEMBERS].get(found["year"], key(entry), ENDLESS)
            if before is None:  # an older entry named the firm in a year whose statement wasn't kept apart
                raise LookupError(f"{entry.stream} is not on the roster of {found['year']}")
            _put(tables[MEMBERS], {**before, "off_reason": found["reason"], "off_at": entry.at}, entry.position)
        else:
            _file(tables, entry, found)


def _state(tables: Tables, entry: Entry, found: Row) -> None:
    """A firm is stated by a roster: of the year that the entry bears, else of the file that named the firm last."""
    undated, enterprise = tables[UNDATED], key(entry)
    stated = {name: found["firm"].get(name) for name in STATED}
    before = undated.get(enterprise)
    year = found.get("year") or (before["year"] if before is not None else None)
    if event_of(entry) in PRESENT_FACTS:
        undated.put({"enterprise": enterprise, "year": year, **stated})
    if year is not None:
        _join(tables, year, enterprise, stated, entry.position)


def _file(tables: Tables, entry: Entry, found: Row) -> None:
    """A file's report; of an older entry also its members, each as it stood until the entries that follow say otherwise."""
    undated = tables[UNDATED]
    for enterprise in found.get("enterprises", ()):
        before = undated.get(enterprise)
        if before is None:
            undated.put({"enterprise": enterprise, "year": found["year"], **dict.fromkeys(STATED)})
            continue
        undated.put({**before, "year": found["year"]})
        if before["name"] is not None:
            _join(tables, found["year"], enterprise, before, entry.position)
    findings = orjson.dumps(found["findings"]).decode() if "findings" in found else None
    tables[IMPORTS].put(
        {
            "position": entry.position,
            "blocked": event_of(entry) is RosterBlocked,
            "at": entry.at,
            "organisation": entry.organisation,
            "report": found.get("report"),
            "findings": findings,
            **{name: found[name] for name in ("year", "filename", "digest", "refused_rows")},
            **{name: found.get(name, 0) for name in ("registered", "revised", "unchanged")},
        }
    )


def _join(tables: Tables, year: int, enterprise: str, stated: Row, position: int) -> None:
    """A firm is on a year's roster, as stated, from a position on."""
    key_of = {"year": year, "enterprise": enterprise}
    placed = {name: stated[name] for name in PLACED}
    _put(tables[MEMBERS], {**key_of, **placed, "off_reason": None, "off_at": None}, position)
    _put(tables[FIGURES], {**key_of, **{name: stated[name] for name in FIGURED}}, position)


def _put(rows: Rows, row: Row, position: int) -> None:
    """A row is so from a position on, unless it was so before."""
    before = rows.get(row["year"], row["enterprise"], ENDLESS)
    if before is not None:
        if before.items() >= {**row, "since": before["since"], "until": ENDLESS}.items():
            return
        rows.put({**before, "until": position})
    rows.put({**row, "since": position, "until": ENDLESS})


ROSTER_READ_MODEL = ReadModel(
    "rosters",
    (MEMBERS, FIGURES, UNDATED, IMPORTS),
    fold,
    FILES | STATEMENTS | {EnterpriseTakenOffRoster},
    as_stored=True,
)
"""Of an older file the entry alone holds the report and its firms, which today's shape leaves out."""


def held(table: FromClause, position: int | None) -> ColumnElement[bool]:
    """Whether a row holds at a position; None = now."""
    if position is None:
        return table.c.until == ENDLESS
    return and_(table.c.since <= position, table.c.until > position)


def member_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a member where it lay by its year's roster; a party to a diagnosis has no part in a year's count."""
    table = snapshot[MEMBERS]
    return {
        **NOWHERE,
        Attribute.ENTERPRISE: lambda value: table.c.enterprise == value,
        Attribute.DISTRICT: lambda value: table.c.district == value,
        Attribute.SUBDISTRICT: lambda value: table.c.subdistrict == value,
        Attribute.PARK: lambda value: table.c.park == value,
        Attribute.REPORTING_UNIT: lambda value: table.c.reporting_unit == value,
        Attribute.GROUP: lambda value: table.c.group == value,
    }


def _columns(snapshot: Snapshot) -> Columns:
    """A report of a file belongs to who sent it: a district sees its own, the city and the auditor every one."""
    table = snapshot[IMPORTS]
    own: Columns = {Attribute.DISTRICT: lambda value: table.c.organisation == value}
    return {**NOWHERE, **own}


class ImportFilter(NamedTuple):
    """Which reports are looked for 导入报告筛选: of a year, None = all; and those that were there at a position."""

    year: int | None = None
    position: int | None = None


LATEST_FIRST: Order = (By("position", descending=True),)


def _matching(snapshot: Snapshot, scope: Scope, where: ImportFilter) -> Iterator[ColumnElement[bool]]:
    """A report never changes: what was there at a position is what had been sent by then."""
    table = snapshot[IMPORTS]
    yield to_sql(scope, _columns(snapshot))
    if where.position is not None:
        yield table.c.position <= where.position
    if where.year is not None:
        yield table.c.year == where.year


def imports(snapshot: Snapshot, scope: Scope, where: ImportFilter, page: Page) -> list[ImportRow]:
    """A page of the reports of roster files within a scope 导入报告列表."""
    table = snapshot[IMPORTS]

    def query() -> Select[Any]:
        return page.of(select(table).where(*_matching(snapshot, scope, where)), table.c.__getitem__)

    return [ImportRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def import_of_file(snapshot: Snapshot, scope: Scope, year: int, digest: str, organisation: str) -> ImportRow | None:
    """The latest report of one file, by the hash of its bytes, within a scope; those that an organisation was given come first."""
    table = snapshot[IMPORTS]
    query = select(table).where(to_sql(scope, _columns(snapshot)), table.c.year == year, table.c.digest == digest)
    own_first = case((table.c.organisation == organisation, 0), else_=1)
    rows = snapshot.rows(query.order_by(own_first, table.c.position.desc()).limit(1))
    return ImportRow._make(rows[0]) if rows else None


def import_count(snapshot: Snapshot, scope: Scope, where: ImportFilter) -> int:
    """How many reports of roster files a scope admits 导入次数."""
    query = select(func.count()).select_from(snapshot[IMPORTS]).where(*_matching(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])
