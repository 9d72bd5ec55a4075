"""Roster desk 名单台: who is on a year's roster, and the report of every file. plan P1, G4."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, select

from journal import Entry
from projections.desk import Desk, Tables, data
from projections.reading import Reading

META = MetaData()

MEMBERS = Table(
    "roster_members",
    META,
    Column("year", Integer, primary_key=True),
    Column("enterprise", String, primary_key=True),
)
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
        for enterprise in found.get("enterprises", ()):
            tables[MEMBERS].put({"year": found["year"], "enterprise": enterprise})
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


ROSTER_DESK = Desk(
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


def imports(
    reading: Reading, organisation: str | None, year: int | None, first: int, before: int | None = None
) -> list[ImportRow]:
    """Reports of roster files, latest first 导入报告列表; `organisation`: only those it sent, None = all."""
    table = reading[IMPORTS]
    query = select(table)
    if organisation is not None:
        query = query.where(table.c.organisation == organisation)
    if year is not None:
        query = query.where(table.c.year == year)
    if before is not None:
        query = query.where(table.c.position < before)
    return [ImportRow(*row) for row in reading.rows(query.order_by(table.c.position.desc()).limit(first))]
