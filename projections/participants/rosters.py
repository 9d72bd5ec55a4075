"""Roster read model 名单台: who is on a year's roster, and the report of every file. plan P1, G4."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from journal import Entry
from projections.engine.read_model import ReadModel, Tables, data
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()

MEMBERS = Table(
    "roster_members",
    META,
    Column("year", Integer, primary_key=True),
    Column("enterprise", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
"""since: the position of the first file that named the firm; it never leaves a year's snapshot."""
IMPORTS = Table(
    "roster_imports",
    META,
    Column("position", BigInteger, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("filename", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("registered", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused_rows", Integer, nullable=False),
    Column("findings", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_roster_year", "year", "position"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Members join a year's snapshot; every file leaves its report."""
    for entry in entries:
        found = data(entry)
        members, named = tables[MEMBERS], found.get("enterprises", ())
        members.load((found["year"], enterprise) for enterprise in named)
        for enterprise in named:
            if members.get(found["year"], enterprise) is None:
                members.put({"year": found["year"], "enterprise": enterprise, "since": entry.position})
        tables[IMPORTS].put(
            {
                "position": entry.position,
                "blocked": entry.type == "roster.blocked.v1",
                "at": entry.at,
                "organisation": entry.organisation,
                "findings": orjson.dumps(found["findings"]).decode(),
                **{name: found[name] for name in ("year", "filename", "digest", "refused_rows")},
                **{name: found.get(name, 0) for name in ("registered", "revised", "unchanged")},
            }
        )


ROSTER_READ_MODEL = ReadModel(
    "rosters", (MEMBERS, IMPORTS), fold, frozenset({"roster.imported.v1", "roster.blocked.v1"})
)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """The report of one roster file 导入报告; findings as JSON."""

    position: int
    year: int
    filename: str
    digest: str
    blocked: bool
    registered: int
    revised: int
    unchanged: int
    refused_rows: int
    findings: str
    organisation: str
    at: int


def _columns(snapshot: Snapshot) -> Columns:
    """A report of a file belongs to who sent it: a district sees its own, the city and the auditor every one."""
    table = snapshot[IMPORTS]
    own: Columns = {Attribute.DISTRICT: lambda value: table.c.organisation == value}
    return {**NOWHERE, **own}


def _matching(snapshot: Snapshot, scope: Scope, position: int | None) -> tuple[ColumnElement[bool], ...]:
    """A report never changes: what was there at a position is what had been sent by then."""
    then = () if position is None else (snapshot[IMPORTS].c.position <= position,)
    return (to_sql(scope, _columns(snapshot)), *then)


def imports(
    snapshot: Snapshot,
    scope: Scope,
    year: int | None,
    first: int,
    before: int | None = None,
    position: int | None = None,
) -> list[ImportRow]:
    """Reports of roster files within a scope 导入报告列表, latest first, of one year or all; those there at a position."""
    table = snapshot[IMPORTS]
    query = select(table).where(*_matching(snapshot, scope, position))
    if year is not None:
        query = query.where(table.c.year == year)
    if before is not None:
        query = query.where(table.c.position < before)
    return [ImportRow(*row) for row in snapshot.rows(query.order_by(table.c.position.desc()).limit(first))]


def import_of_file(snapshot: Snapshot, scope: Scope, year: int, digest: str) -> ImportRow | None:
    """The latest report of one file, by the hash of its bytes, within a scope."""
    table = snapshot[IMPORTS]
    query = select(table).where(
        to_sql(scope, _columns(snapshot)), table.c.year == year, table.c.digest == digest
    )
    rows = snapshot.rows(query.order_by(table.c.position.desc()).limit(1))
    return ImportRow(*rows[0]) if rows else None


def import_count(snapshot: Snapshot, scope: Scope, year: int | None, position: int | None = None) -> int:
    """How many reports of roster files a scope admits 导入次数, of those there at a position."""
    table = snapshot[IMPORTS]
    query = select(func.count()).select_from(table).where(*_matching(snapshot, scope, position))
    return int(snapshot.rows(query if year is None else query.where(table.c.year == year))[0][0])
