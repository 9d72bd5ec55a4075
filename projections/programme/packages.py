"""Packages read model 数据包台: each package as the rules fold it. plan P8."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.programme.packages.facts import PackageEvent
from domain.programme.packages.package import PACKAGES as PACKAGE_CAPABILITY
from domain.programme.packages.state import Package
from domain.programme.packages.terms import PackageStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import NOWHERE, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class PackageRow(NamedTuple):
    """A package 数据包. requested_at, changed_at: of its first and latest fact, microseconds of UTC. body: JSON of `Package`."""

    id: str
    status: PackageStatus
    version: int
    requested_at: Long
    changed_at: Long
    body: str

    def state(self) -> Package:
        """The package as the rules see it."""
        return Package.model_validate_json(self.body)


PACKAGES = Table("packages", META, *columns(PackageRow, "id"), Index("ix_package_changed_at", "changed_at", "id"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each package by the rules' own fold."""
    table = tables[PACKAGES]
    for entry in entries:
        row, event = table.get(key(entry)), decode(PACKAGE_CAPABILITY, entry.type, entry.state)
        state: Package = PACKAGE_CAPABILITY.evolve(
            Package.model_validate_json(row["body"]) if row is not None else None, event
        )
        times = {"requested_at": row["requested_at"] if row is not None else entry.at, "changed_at": entry.at}
        told = {"id": key(entry), "status": state.status.value, "version": entry.version}
        table.put({**told, **times, "body": state.model_dump_json()})


PACKAGE_READ_MODEL = ReadModel("packages", (PACKAGES,), fold, frozenset(PackageEvent.__args__))


@dataclass(frozen=True)
class PackageFilter:
    """Which packages are looked for 数据包筛选; None = any."""

    status: PackageStatus | None = None


NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def _sought(table: Table, scope: Scope, where: PackageFilter) -> Iterator[ColumnElement[bool]]:
    yield to_sql(scope, NOWHERE)
    if where.status is not None:
        yield table.c.status == where.status.value


def packages(snapshot: Snapshot, scope: Scope, where: PackageFilter, page: Page) -> list[PackageRow]:
    """A page of the packages 数据包列表; only a scope without limit of place sees any."""
    table = snapshot[PACKAGES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, PackageRow)).where(*_sought(table, scope, where)), table.c.__getitem__)

    return [PackageRow._make(row) for row in snapshot.kept(None, query, **page.values)]


def package_count(snapshot: Snapshot, scope: Scope, where: PackageFilter) -> int:
    """How many there are 数据包数."""
    table = snapshot[PACKAGES]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, scope, where)))[0][0])


def packages_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, PackageRow]:
    """Packages of many ids."""
    table = snapshot[PACKAGES]
    query = select(*chosen(table, PackageRow)).where(
        *_sought(table, scope, PackageFilter()), snapshot.among(table.c.id, ids)
    )
    return {row[0]: PackageRow._make(row) for row in snapshot.rows(query)}


def requested_packages(snapshot: Snapshot) -> list[PackageRow]:
    """Packages that wait to be made 待制作数据包, in order of id; for the program."""
    table = snapshot[PACKAGES]
    query = select(*chosen(table, PackageRow)).where(table.c.status == PackageStatus.REQUESTED.value)
    return [PackageRow._make(row) for row in snapshot.rows(query.order_by(table.c.id))]
