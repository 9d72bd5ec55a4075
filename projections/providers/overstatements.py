"""Over-statements read model 自评偏高台: each year's as the rules fold it. plan P3."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select

from domain.access import Scope
from domain.providers.overstatements.overstatement import OVERSTATEMENTS as OVERSTATEMENT_CAPABILITY
from domain.providers.overstatements.overstatement import OverstatementEvent, OverstatementStatus, OverstatementStudy
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class OverstatementRow(NamedTuple):
    """Over-statement of a year 自评偏高测算. id: of its stream. changed_at: of its latest fact, µs of UTC. body: JSON of it."""

    id: str
    year: int
    edition: str
    status: OverstatementStatus
    version: int
    changed_at: Long
    body: str

    def state(self) -> OverstatementStudy:
        """Over-statement as the rules see it."""
        return OverstatementStudy.model_validate_json(self.body)


OVERSTATEMENTS = Table(
    "overstatements", META, *columns(OverstatementRow, "id"), Index("ix_overstatement_changed_at", "changed_at", "id")
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each year's by the rules' own fold."""
    table = tables[OVERSTATEMENTS]
    for entry in entries:
        row, event = table.get(key(entry)), decode(OVERSTATEMENT_CAPABILITY, entry.type, entry.state)
        known = OverstatementStudy.model_validate_json(row["body"]) if row is not None else None
        state: OverstatementStudy = OVERSTATEMENT_CAPABILITY.evolve(known, event)
        told = state.model_dump(mode="json", include={"year", "edition", "status", "version"})
        table.put({"id": key(entry), "changed_at": entry.at, **told, "body": state.model_dump_json()})


OVERSTATEMENT_READ_MODEL = ReadModel("overstatements", (OVERSTATEMENTS,), fold, frozenset(OverstatementEvent.__args__))
NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def overstatements(snapshot: Snapshot, _scope: Scope, _where: object, page: Page) -> list[OverstatementRow]:
    """A page of years 自评偏高测算列表; which indices of one a caller reads is its scope's."""
    table = snapshot[OVERSTATEMENTS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, OverstatementRow)), table.c.__getitem__)

    return [OverstatementRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def overstatement_count(snapshot: Snapshot, _scope: Scope, _where: object) -> int:
    """How many there are 自评偏高测算数."""
    return int(snapshot.rows(select(func.count()).select_from(snapshot[OVERSTATEMENTS]))[0][0])


def overstatement_of(snapshot: Snapshot, identity: str) -> OverstatementRow | None:
    """One by the key of its stream."""
    table = snapshot[OVERSTATEMENTS]
    rows = snapshot.rows(select(*chosen(table, OverstatementRow)).where(table.c.id == identity))
    return OverstatementRow._make(rows[0]) if rows else None


def all_overstatements(snapshot: Snapshot) -> list[OverstatementRow]:
    """Every one 全部自评偏高测算, the latest changed last; for the program."""
    table = snapshot[OVERSTATEMENTS]
    query = select(*chosen(table, OverstatementRow)).order_by(table.c.changed_at, table.c.id)
    return [OverstatementRow._make(row) for row in snapshot.rows(query)]
