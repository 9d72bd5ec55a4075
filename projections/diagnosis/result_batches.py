"""Batches read model 外部评估结果批次台: each file of others' assessments, its rows, and what became of them. plan P8.

A batch lies nowhere in the city: whose it is, is said by its sender, and every read says whose it wants.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.diagnosis.external.batch_facts import (
    BatchRowsAccepted,
    BatchRowsRejected,
    ResultBatchHeld,
    RowDecision,
)
from journal import Entry
from projections.diagnosis.external_results import STATED
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class BatchRow(NamedTuple):
    """A batch 批次. id: its key. organisation: whose firms it may state. waiting, accepted, rejected: rows."""

    id: str
    sender: str
    organisation: str
    model: str
    stated_on: str
    filename: str
    digest: str
    report: str
    refused_rows: int
    refused: int
    warned: int
    to_confirm: int
    waiting: int
    accepted: int
    rejected: int
    received_at: Long
    version: int


class ProposedResultRow(NamedTuple):
    """A row of a batch 批次行, as it is proposed. asked: codes of what to look at, JSON. reason: of its decision."""

    batch: str
    row: int
    enterprise: str
    model: str
    edition: str
    number: str | None
    variant: str | None
    level: str
    score: Decimal | None
    assessed_on: str
    valid_until: str | None
    body: str | None
    asked: tuple[str, ...]
    decision: RowDecision
    reason: str | None


BATCHES = Table("result_batches", META, *columns(BatchRow, "id"), Index("ix_batch_sender", "sender", "organisation"))
ROWS = Table("result_batch_rows", META, *columns(ProposedResultRow, "batch", "row"))
SENT = ("sender", "organisation", "model", "stated_on", "filename", "digest", "report")
COUNTED = ("refused_rows", "refused", "warned", "to_confirm")
DECIDED = {BatchRowsAccepted: RowDecision.ACCEPTED, BatchRowsRejected: RowDecision.REJECTED}


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each batch with its rows, and what was decided of them."""
    batches, rows = tables[BATCHES], tables[ROWS]
    for entry in entries:
        found, batch, event = data(entry), key(entry), event_of(entry)
        if event is ResultBatchHeld:
            counts = {"waiting": len(found["rows"]), "accepted": 0, "rejected": 0}
            told = {name: found[name] for name in (*SENT, *COUNTED)}
            batches.put({"id": batch, **told, **counts, "received_at": entry.at, "version": entry.version})
            for one in found["rows"]:
                rows.put(_waiting(batch, one))
            continue
        decision, before = DECIDED[event], batches.get(batch)
        assert before is not None  # noqa: S101 - it came in first
        count, name = len(found["rows"]), decision.value
        changed = {"waiting": before["waiting"] - count, name: before[name] + count}
        batches.change(batch, **changed, version=entry.version)
        rows.load((batch, row) for row in found["rows"])
        for row in found["rows"]:
            rows.change(batch, row, decision=decision.value, reason=found["reason"])


def _waiting(batch: str, one: dict[str, Any]) -> dict[str, Any]:
    stated = one["stated"]
    score = stated["score"]
    return {
        "batch": batch,
        "row": one["row"],
        **{name: stated[name] for name in STATED},
        "score": None if score is None else str(score),
        "asked": _json(one["asked"]),
        "decision": RowDecision.WAITING.value,
        "reason": None,
    }


def _json(texts: Iterable[str]) -> str:
    return "[" + ",".join(f'"{text}"' for text in texts) + "]"


RESULT_BATCH_READ_MODEL = ReadModel("result_batches", (BATCHES, ROWS), fold, frozenset({ResultBatchHeld, *DECIDED}))


@dataclass(frozen=True)
class BatchFilter:
    """Which batches are looked for 批次筛选. owned: (sender, organisation) of whose they are; None = everyone's."""

    owned: tuple[str, str] | None = None
    waiting: bool | None = None


LATEST_FIRST: Order = (By("received_at", descending=True), By("id"))


def _sought(table: Table, where: BatchFilter) -> Iterator[ColumnElement[bool]]:
    if where.owned is not None:
        yield table.c.sender == where.owned[0]
        yield table.c.organisation == where.owned[1]
    if where.waiting is not None:
        yield (table.c.waiting > 0) if where.waiting else (table.c.waiting == 0)


def batches(snapshot: Snapshot, _scope: Scope, where: BatchFilter, page: Page) -> list[BatchRow]:
    """A page of batches 批次列表."""
    table = snapshot[BATCHES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, BatchRow)).where(*_sought(table, where)), table.c.__getitem__)

    return [BatchRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def batch_count(snapshot: Snapshot, _scope: Scope, where: BatchFilter) -> int:
    """How many there are 批次数."""
    query = select(func.count()).select_from(snapshot[BATCHES]).where(*_sought(snapshot[BATCHES], where))
    return int(snapshot.rows(query)[0][0])


def batches_by_id(snapshot: Snapshot, where: BatchFilter, ids: Sequence[str]) -> dict[str, BatchRow]:
    """Batches of many ids, among those that are looked for."""
    table = snapshot[BATCHES]
    query = select(*chosen(table, BatchRow)).where(*_sought(table, where), snapshot.among(table.c.id, ids))
    return {row[0]: BatchRow._make(row) for row in snapshot.rows(query)}


def rows_of(snapshot: Snapshot, batches: Sequence[str]) -> dict[str, list[ProposedResultRow]]:
    """Batch -> its rows, in order 批次行."""
    table = snapshot[ROWS]
    query = select(*chosen(table, ProposedResultRow)).where(snapshot.among(table.c.batch, batches))
    query = query.order_by(table.c.batch, table.c.row)
    found: dict[str, list[ProposedResultRow]] = {}
    for row in snapshot.rows(query):
        found.setdefault(row[0], []).append(ProposedResultRow._make(row))
    return found
