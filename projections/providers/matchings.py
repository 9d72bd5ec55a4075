"""Matchings read model 派单台: each batch as the rules fold it. plan V3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.providers.matching.matching import MATCHINGS as MATCHING_CAPABILITY
from domain.providers.matching.matching import Matching, MatchingEvent, MatchingRequested, MatchingStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class MatchingRow(NamedTuple):
    """A batch 批量派单. requested_at: microseconds of UTC. body: JSON of `Matching`, the folded state."""

    id: str
    district: str
    status: MatchingStatus
    requested_at: Long
    body: str

    def state(self) -> Matching:
        """The batch as the rules see it."""
        return Matching.model_validate_json(self.body)


MATCHINGS = Table("matchings", META, *columns(MatchingRow, "id"), Index("ix_matching_requested_at", "requested_at", "id"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each batch by the rules' own fold."""
    table = tables[MATCHINGS]
    for entry in entries:
        row, event = table.get(key(entry)), decode(MATCHING_CAPABILITY, entry.type, entry.state)
        known = Matching.model_validate_json(row["body"]) if row is not None else None
        state: Matching = MATCHING_CAPABILITY.evolve(known, event)
        begun = entry.at if isinstance(event, MatchingRequested) or row is None else row["requested_at"]
        told = {"district": state.district, "status": state.status.value, "requested_at": begun}
        table.put({"id": key(entry), **told, "body": state.model_dump_json()})


MATCHING_READ_MODEL = ReadModel("matchings", (MATCHINGS,), fold, frozenset(MatchingEvent.__args__))


@dataclass(frozen=True)
class MatchingFilter:
    """Which batches are looked for 派单筛选; None = any."""

    status: MatchingStatus | None = None


NEWEST_FIRST: Order = (By("requested_at", descending=True), By("id"))


def _sought(table: Table, scope: Scope, where: MatchingFilter) -> Iterator[ColumnElement[bool]]:
    lies: Columns = {**NOWHERE, Attribute.DISTRICT: lambda value: table.c.district == value}
    yield to_sql(scope, lies)
    if where.status is not None:
        yield table.c.status == where.status.value


def matchings(snapshot: Snapshot, scope: Scope, where: MatchingFilter, page: Page) -> list[MatchingRow]:
    """A page of the batches within a scope 派单列表."""
    table = snapshot[MATCHINGS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, MatchingRow)).where(*_sought(table, scope, where)), table.c.__getitem__)

    return [MatchingRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def matching_count(snapshot: Snapshot, scope: Scope, where: MatchingFilter) -> int:
    """How many there are 派单数."""
    table = snapshot[MATCHINGS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, scope, where)))[0][0])


def matchings_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, MatchingRow]:
    """Batches of many ids within a scope."""
    table = snapshot[MATCHINGS]
    query = select(*chosen(table, MatchingRow)).where(*_sought(table, scope, MatchingFilter()), snapshot.among(table.c.id, ids))
    return {row[0]: MatchingRow._make(row) for row in snapshot.rows(query)}


def requested(snapshot: Snapshot) -> list[MatchingRow]:
    """Batches that wait to be worked out, the whole city's 待计算派单; for the program alone."""
    table = snapshot[MATCHINGS]
    query = select(*chosen(table, MatchingRow)).where(table.c.status == MatchingStatus.REQUESTED.value).order_by(table.c.id)
    return [MatchingRow._make(row) for row in snapshot.rows(query)]
