"""Uplifts read model 提升幅度台: each uplift as the rules fold it. plan R2."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select

from domain.access import Scope
from domain.programme.uplifts.uplift import UPLIFTS as UPLIFT_CAPABILITY
from domain.programme.uplifts.uplift import Uplift, UpliftEvent, UpliftStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class UpliftRow(NamedTuple):
    """An uplift 提升幅度. id: key of its stream. changed_at: of its latest fact, microseconds of UTC. body: JSON of `Uplift`."""

    id: str
    first_year: int
    second_year: int
    edition: str
    status: UpliftStatus
    version: int
    changed_at: Long
    body: str

    def state(self) -> Uplift:
        """The uplift as the rules see it."""
        return Uplift.model_validate_json(self.body)


UPLIFTS = Table("uplifts", META, *columns(UpliftRow, "id"), Index("ix_uplift_changed_at", "changed_at", "id"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each uplift by the rules' own fold."""
    table = tables[UPLIFTS]
    for entry in entries:
        row, event = table.get(key(entry)), decode(UPLIFT_CAPABILITY, entry.type, entry.state)
        state: Uplift = UPLIFT_CAPABILITY.evolve(Uplift.model_validate_json(row["body"]) if row is not None else None, event)
        told = state.model_dump(mode="json", include={"first_year", "second_year", "edition", "status", "version"})
        table.put({"id": key(entry), "changed_at": entry.at, **told, "body": state.model_dump_json()})


UPLIFT_READ_MODEL = ReadModel("uplifts", (UPLIFTS,), fold, frozenset(UpliftEvent.__args__))
NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def uplifts(snapshot: Snapshot, _scope: Scope, _where: object, page: Page) -> list[UpliftRow]:
    """A page of the uplifts 提升幅度列表; which shares of one a caller reads is its scope's."""
    table = snapshot[UPLIFTS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, UpliftRow)), table.c.__getitem__)

    return [UpliftRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def uplift_count(snapshot: Snapshot, _scope: Scope, _where: object) -> int:
    """How many there are 测算数."""
    return int(snapshot.rows(select(func.count()).select_from(snapshot[UPLIFTS]))[0][0])


def uplift_of(snapshot: Snapshot, identity: str) -> UpliftRow | None:
    """One uplift by the key of its stream."""
    table = snapshot[UPLIFTS]
    rows = snapshot.rows(select(*chosen(table, UpliftRow)).where(table.c.id == identity))
    return UpliftRow._make(rows[0]) if rows else None


def all_uplifts(snapshot: Snapshot) -> list[UpliftRow]:
    """Every uplift 全部提升幅度, the latest computed last; for the program."""
    table = snapshot[UPLIFTS]
    query = select(*chosen(table, UpliftRow)).order_by(table.c.changed_at, table.c.id)
    return [UpliftRow._make(row) for row in snapshot.rows(query)]
