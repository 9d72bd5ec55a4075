"""Equatings read model 等值台: each equating as the rules fold it, and what firms are told of by it. plan P8."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select

from domain.access import Scope
from domain.diagnosis.equatings.equating import EQUATINGS as EQUATING_CAPABILITY
from domain.diagnosis.equatings.equating import Equating, EquatingComputed, EquatingEvent, EquatingStatus
from domain.diagnosis.equatings.numbers import EquatingVerdict
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class EquatingRow(NamedTuple):
    """An equating 等值测算. id: key of its stream. changed_at: of its latest fact, µs of UTC. body: JSON of `Equating`."""

    id: str
    external_edition: str
    edition: str
    status: EquatingStatus
    version: int
    changed_at: Long
    body: str

    def state(self) -> Equating:
        """The equating as the rules see it."""
        return Equating.model_validate_json(self.body)


EQUATINGS = Table("equatings", META, *columns(EquatingRow, "id"), Index("ix_equating_changed_at", "changed_at", "id"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each equating by the rules' own fold."""
    table = tables[EQUATINGS]
    for entry in entries:
        row, event = table.get(key(entry)), decode(EQUATING_CAPABILITY, entry.type, entry.state)
        known = Equating.model_validate_json(row["body"]) if row is not None else None
        state: Equating = EQUATING_CAPABILITY.evolve(known, event)
        told = state.model_dump(mode="json", include={"external_edition", "edition", "status", "version"})
        table.put({"id": key(entry), "changed_at": entry.at, **told, "body": state.model_dump_json()})


EQUATING_READ_MODEL = ReadModel("equatings", (EQUATINGS,), fold, frozenset(EquatingEvent.__args__))
NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def equatings(snapshot: Snapshot, _scope: Scope, _where: object, page: Page) -> list[EquatingRow]:
    """A page of the equatings 等值测算列表; they are the whole city's, and who is told of them is a matter of role."""
    table = snapshot[EQUATINGS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, EquatingRow)), table.c.__getitem__)

    return [EquatingRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def equating_count(snapshot: Snapshot, _scope: Scope, _where: object) -> int:
    """How many there are 等值测算数."""
    return int(snapshot.rows(select(func.count()).select_from(snapshot[EQUATINGS]))[0][0])


def equating_of(snapshot: Snapshot, identity: str) -> EquatingRow | None:
    """One equating by the key of its stream."""
    table = snapshot[EQUATINGS]
    rows = snapshot.rows(select(*chosen(table, EquatingRow)).where(table.c.id == identity))
    return EquatingRow._make(rows[0]) if rows else None


def all_equatings(snapshot: Snapshot) -> list[EquatingRow]:
    """Every equating 全部等值测算, the latest changed last; for the program."""
    table = snapshot[EQUATINGS]
    query = select(*chosen(table, EquatingRow)).order_by(table.c.changed_at, table.c.id)
    return [EquatingRow._make(row) for row in snapshot.rows(query)]


def equated_editions(snapshot: Snapshot, editions: Collection[str]) -> Mapping[tuple[str, str], EquatingComputed]:
    """What was equated last of some editions, by external edition and edition 等值结果; not what fewer firms than needed told."""
    table = snapshot[EQUATINGS]
    query = select(*chosen(table, EquatingRow)).where(snapshot.among(table.c.edition, sorted(editions)))
    states = [EquatingRow._make(row).state() for row in snapshot.rows(query)] if editions else []
    return {
        (one.external_edition, one.edition): one.computed
        for one in states
        if one.computed is not None and one.computed.result.verdict is EquatingVerdict.EQUATED
    }
