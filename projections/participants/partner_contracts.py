"""Partner contracts read model 合作方约定台: which partner's events carry their object, what for and until when. plan P8."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, bindparam, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.participants.partner_contracts import HELD_AT_MOST, PartnerContractEvent, PartnerContractGranted
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class PartnerContractRow(NamedTuple):
    """A contract 合作方约定. kinds: parted by blanks. granted_at, ended_at: microseconds of UTC.

    until: ISO text of the last day that was agreed. last: likewise, of the last on which it holds; earlier where it was ended.
    """

    id: str
    partner: str
    purpose: str
    kinds: str
    granted_at: Long
    until: str
    last: str
    ended_at: Long | None
    why: str | None
    version: Long


CONTRACTS = Table(
    "partner_contracts", META, *columns(PartnerContractRow, "id"), Index("ix_contract_partner", "partner", "granted_at", "id")
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """A row a contract; its end is written into it."""
    table = tables[CONTRACTS]
    for entry in entries:
        found, identity = data(entry), key(entry)
        if event_of(entry) is PartnerContractGranted:
            stated = {name: found[name] for name in ("partner", "purpose", "until")}
            made = {"id": identity, **stated, "kinds": " ".join(found["kinds"]), "last": found["until"]}
            table.put({**made, "granted_at": entry.at, "ended_at": None, "why": None, "version": entry.version})
        elif (row := table.get(identity)) is not None:
            ended = {"last": found["last"], "ended_at": entry.at, "why": found["why"], "version": entry.version}
            table.put({**row, **ended})


PARTNER_CONTRACT_READ_MODEL = ReadModel("partner_contracts", (CONTRACTS,), fold, frozenset(PartnerContractEvent.__args__))


@dataclass(frozen=True)
class PartnerContractFilter:
    """Which contracts are looked for 约定筛选. partner: by name; None = everyone's. on: those that hold on a day; None = all."""

    partner: str | None
    on: date | None = None


OLDEST_FIRST: Order = (By("granted_at"), By("id"))


def _sought(table: Table, where: PartnerContractFilter) -> Iterator[ColumnElement[bool]]:
    if where.partner is not None:
        yield table.c.partner == where.partner
    if where.on is not None:
        yield table.c.last >= where.on.isoformat()


def partner_contracts(snapshot: Snapshot, _scope: Scope, where: PartnerContractFilter, page: Page) -> list[PartnerContractRow]:
    """A page of contracts 约定列表."""
    table = snapshot[CONTRACTS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, PartnerContractRow)).where(*_sought(table, where)), table.c.__getitem__)

    return [PartnerContractRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def partner_contract_count(snapshot: Snapshot, _scope: Scope, where: PartnerContractFilter) -> int:
    """How many there are 约定数."""
    table = snapshot[CONTRACTS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, where)))[0][0])


def partner_contracts_by_id(
    snapshot: Snapshot, where: PartnerContractFilter, ids: Sequence[str]
) -> dict[str, PartnerContractRow]:
    """Contracts of many ids, among those that are looked for."""
    table = snapshot[CONTRACTS]
    query = select(*chosen(table, PartnerContractRow)).where(*_sought(table, where), snapshot.among(table.c.id, ids))
    return {row[0]: PartnerContractRow._make(row) for row in snapshot.rows(query)}


def contracts_in_force(snapshot: Snapshot, partner: str, day: date) -> tuple[str, ...]:
    """Ids of contracts with a partner that hold on a day 当日有效约定, as many as a grant is told of."""
    table = snapshot[CONTRACTS]
    query = select(table.c.id).where(*_sought(table, PartnerContractFilter(partner, day))).order_by(table.c.id).limit(HELD_AT_MOST)
    return tuple(one for (one,) in snapshot.rows(query))


def full_kinds(snapshot: Snapshot, partner: str, day: date) -> frozenset[str]:
    """Kinds of events that a partner is told with their object on a day 当日全量告知类别."""
    table = snapshot[CONTRACTS]

    def query() -> Select[Any]:
        return select(table.c.kinds).where(table.c.partner == bindparam("partner"), table.c.last >= bindparam("day"))

    rows = snapshot.prepared(("full_kinds",), query, partner=partner, day=day.isoformat())
    return frozenset(kind for (kinds,) in rows for kind in kinds.split())
