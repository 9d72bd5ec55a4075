"""Papers read model 刊物台: each edition of each paper as the rules fold it. plan R5."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, String, Table, func, or_, select
from sqlalchemy.schema import Column
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.programme.papers.paper import PAPERS as PAPER_CAPABILITY
from domain.programme.papers.paper import Paper, PaperEdition, PaperEvent, PaperKind, PaperStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import NOWHERE, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class PaperRow(NamedTuple):
    """An edition of a paper 一版刊物. id: key of its stream and number. changed_at: of its latest fact, microseconds of UTC.

    version: of its stream. body: JSON of `PaperEdition`.
    """

    id: str
    kind: PaperKind
    year: int
    edition: int
    status: PaperStatus
    changed_at: Long
    version: int
    body: str

    def state(self) -> PaperEdition:
        """The edition as the rules see it."""
        return PaperEdition.model_validate_json(self.body)


EDITIONS = Table("papers", META, *columns(PaperRow, "id"), Index("ix_paper_changed_at", "changed_at", "id"))
STREAMS = Table("paper_streams", META, Column("id", String, primary_key=True), Column("body", String, nullable=False))
"""The folded state of each stream."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each paper by the rules' own fold; its latest edition as a row."""
    for entry in entries:
        known = tables[STREAMS].get(key(entry))
        state: Paper = PAPER_CAPABILITY.evolve(
            Paper.model_validate_json(known["body"]) if known is not None else None,
            decode(PAPER_CAPABILITY, entry.type, entry.state),
        )
        tables[STREAMS].put({"id": key(entry), "body": state.model_dump_json()})
        latest = state.latest
        told = {
            "kind": latest.kind.value,
            "year": latest.year,
            "edition": latest.edition,
            "status": latest.status.value,
        }
        place = {"id": f"{key(entry)}.{latest.edition}", "changed_at": entry.at, "version": state.version}
        tables[EDITIONS].put({**place, **told, "body": latest.model_dump_json()})


PAPER_READ_MODEL = ReadModel("papers", (EDITIONS, STREAMS), fold, frozenset(PaperEvent.__args__))


@dataclass(frozen=True)
class PaperFilter:
    """Which papers are looked for 刊物筛选; None = any."""

    kind: PaperKind | None = None
    year: int | None = None


NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def _sought(table: Table, scope: Scope, where: PaperFilter) -> Iterator[ColumnElement[bool]]:
    yield or_(table.c.status == PaperStatus.PUBLISHED.value, to_sql(scope, NOWHERE))
    if where.kind is not None:
        yield table.c.kind == where.kind.value
    if where.year is not None:
        yield table.c.year == where.year


def papers(snapshot: Snapshot, scope: Scope, where: PaperFilter, page: Page) -> list[PaperRow]:
    """A page of the papers 刊物列表: whatever is published, and to the whole city's scope the drafts."""
    table = snapshot[EDITIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, PaperRow)).where(*_sought(table, scope, where)), table.c.__getitem__)

    return [PaperRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def paper_count(snapshot: Snapshot, scope: Scope, where: PaperFilter) -> int:
    """How many there are 刊物数."""
    table = snapshot[EDITIONS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, scope, where)))[0][0])


def papers_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, PaperRow]:
    """Papers of many ids."""
    table = snapshot[EDITIONS]
    query = select(*chosen(table, PaperRow)).where(
        *_sought(table, scope, PaperFilter()), snapshot.among(table.c.id, ids)
    )
    return {row[0]: PaperRow._make(row) for row in snapshot.rows(query)}


def all_papers(snapshot: Snapshot) -> list[PaperRow]:
    """Every edition of every paper 全部刊物, in order of id; for the program."""
    table = snapshot[EDITIONS]
    return [PaperRow._make(row) for row in snapshot.rows(select(*chosen(table, PaperRow)).order_by(table.c.id))]


def latest_of(snapshot: Snapshot, scope: Scope, paper: str) -> PaperRow | None:
    """The latest edition of a paper, by the key of its stream 最新一版."""
    table = snapshot[EDITIONS]
    kind, _, year = paper.partition(".")
    query = select(*chosen(table, PaperRow)).where(*_sought(table, scope, PaperFilter(PaperKind(kind), int(year))))
    found = [PaperRow._make(row) for row in snapshot.rows(query.order_by(table.c.edition))]
    return found[-1] if found else None
