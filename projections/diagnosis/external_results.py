"""External results read model 外部评估结果台: every statement that was accepted of a firm, and what was withdrawn. plan P8."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.diagnosis.external.result import (
    CERTIFICATES,
    ExternalResultAccepted,
    ExternalResultStatus,
    ExternalResultWithdrawn,
    status_on,
)
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns

META = MetaData()


class ExternalResultRow(NamedTuple):
    """One statement of an external result 外部评估结果陈述. Days as ISO text, times in microseconds of UTC.

    version: counts the statements of the result from 1. replaced_at: when a later one took its place. batch: key of its batch.
    """

    id: str
    version: int
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
    stated_on: str
    sender: str
    batch: str
    row: int
    digest: str
    accepted_at: Long
    replaced_at: Long | None
    withdrawn_on: str | None
    reason: str | None

    def status_on(self, day: date) -> ExternalResultStatus:
        """What it is worth on a day."""
        until, withdrawn = (date.fromisoformat(one) if one is not None else None for one in (self.valid_until, self.withdrawn_on))
        return status_on(day, valid_until=until, withdrawn_on=withdrawn, replaced=self.replaced_at is not None)


RESULTS = Table(
    "external_results", META, *columns(ExternalResultRow, "id", "version"), Index("ix_external_result_firm", "enterprise")
)
HEADS = Table("external_result_heads", META, *columns(ExternalResultRow, "id", only=("id", "version")))
"""Number of the latest statement of each result."""
STATED = ("enterprise", "model", "edition", "number", "variant", "level", "score", "assessed_on", "valid_until", "body")


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Every statement of each result, the former ones with when they were replaced."""
    results, heads = tables[RESULTS], tables[HEADS]
    heads.load((key(entry),) for entry in entries)
    for entry in entries:
        found, identity = data(entry), key(entry)
        head = heads.get(identity)
        before = head["version"] if head is not None else 0
        if event_of(entry) is ExternalResultWithdrawn:
            results.change(identity, before, withdrawn_on=found["withdrawn_on"], reason=found["reason"])
            continue
        if before:
            results.change(identity, before, replaced_at=entry.at)
        heads.put({"id": identity, "version": before + 1})
        score = found["stated"]["score"]
        results.put(
            {
                "id": identity,
                "version": before + 1,
                **{name: found["stated"][name] for name in STATED},
                "score": None if score is None else str(score),
                **{name: found[name] for name in ("stated_on", "sender", "row", "digest")},
                "batch": found["batch"].split("/")[1],
                "accepted_at": entry.at,
                "replaced_at": None,
                "withdrawn_on": None,
                "reason": None,
            }
        )


EXTERNAL_RESULT_READ_MODEL = ReadModel(
    "external_results", (RESULTS, HEADS), fold, frozenset({ExternalResultAccepted, ExternalResultWithdrawn})
)


@dataclass(frozen=True)
class ExternalResultFilter:
    """Which external results are looked for 外部评估结果筛选; None = any.

    former: statements that a later one replaced as well. certificates: of models alone whose results are public. id: of one result.
    """

    enterprise: str | None = None
    model: list[str] | None = None
    former: bool = False
    certificates: bool = True
    id: str | None = None


LATEST_FIRST: Order = (By("assessed_on", descending=True), By("accepted_at", descending=True), By("id"), By("version"))


def _matching(snapshot: Snapshot, scope: Scope, where: ExternalResultFilter) -> Iterator[ColumnElement[bool]]:
    table, firms = snapshot[RESULTS], snapshot[ENTERPRISES]
    yield firms.c.id == table.c.enterprise
    yield to_sql(scope, enterprise_columns(snapshot))
    if where.certificates:
        yield table.c.model.in_(sorted(CERTIFICATES))
    if not where.former:
        yield table.c.replaced_at.is_(None)
    if where.enterprise is not None:
        yield table.c.enterprise == where.enterprise
    if where.id is not None:
        yield table.c.id == where.id
    yield from one_of(snapshot, table.c.model, where.model)


def external_results(snapshot: Snapshot, scope: Scope, where: ExternalResultFilter, page: Page) -> list[ExternalResultRow]:
    """A page of external results of the firms within a scope 外部评估结果列表."""
    table = snapshot[RESULTS]

    def query() -> Select[Any]:
        whole = select(*chosen(table, ExternalResultRow)).where(*_matching(snapshot, scope, where))
        return page.of(whole, table.c.__getitem__)

    return [ExternalResultRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def external_result_count(snapshot: Snapshot, scope: Scope, where: ExternalResultFilter) -> int:
    """How many they are 外部评估结果数."""
    query = select(func.count()).select_from(snapshot[RESULTS]).where(*_matching(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])
