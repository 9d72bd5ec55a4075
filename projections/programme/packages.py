"""Packages read model 数据包台: each package as the rules fold it. plan P8."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, case, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.programme.packages.events import PackageEvent, PackageReceiptEntered, PackageSent
from domain.programme.packages.package import PACKAGES as PACKAGE_CAPABILITY
from domain.programme.packages.state import Package
from domain.programme.packages.terms import Counterpart, PackageStatus, SendingStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.scope import NOWHERE, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class PackageRow(NamedTuple):
    """A package 数据包. body: JSON of `Package`.

    requested_at, changed_at: of its first and latest fact, microseconds of UTC. sent_at, answered_at: when it last arrived by the
    program, and when its last receipt that is believed came; None = never. sending: of the latest order; None = there is none.
    """

    id: str
    counterpart: Counterpart
    status: PackageStatus
    sending: SendingStatus | None
    is_open: bool
    version: int
    requested_at: Long
    changed_at: Long
    sent_at: Long | None
    answered_at: Long | None
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
        state: Package = PACKAGE_CAPABILITY.evolve(Package.model_validate_json(row["body"]) if row is not None else None, event)
        known = row or {"requested_at": entry.at, "sent_at": None, "answered_at": None}
        arrived, answered = isinstance(event, PackageSent), isinstance(event, PackageReceiptEntered)
        table.put(
            {
                "id": key(entry),
                "counterpart": state.requested.counterpart.value,
                "status": state.status.value,
                "sending": state.sending.status.value if state.sending is not None else None,
                "is_open": bool(state.open_matters),
                "version": entry.version,
                "requested_at": known["requested_at"],
                "changed_at": entry.at,
                "sent_at": entry.at if arrived else known["sent_at"],
                "answered_at": entry.at if answered else known["answered_at"],
                "body": state.model_dump_json(),
            }
        )


PACKAGE_READ_MODEL = ReadModel("packages", (PACKAGES,), fold, frozenset(PackageEvent.__args__))


@dataclass(frozen=True)
class PackageFilter:
    """Which packages are looked for 数据包筛选; None = any."""

    status: PackageStatus | None = None
    counterpart: Counterpart | None = None
    is_open: bool | None = None


NEWEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def _sought(table: Table, scope: Scope, where: PackageFilter) -> Iterator[ColumnElement[bool]]:
    yield to_sql(scope, NOWHERE)
    if where.status is not None:
        yield table.c.status == where.status.value
    if where.counterpart is not None:
        yield table.c.counterpart == where.counterpart.value
    if where.is_open is not None:
        yield table.c.is_open.is_(where.is_open)


def packages(snapshot: Snapshot, scope: Scope, where: PackageFilter, page: Page) -> list[PackageRow]:
    """A page of the packages 数据包列表; only a scope without limit of place sees any."""
    table = snapshot[PACKAGES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, PackageRow)).where(*_sought(table, scope, where)), table.c.__getitem__)

    return [PackageRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


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


def sent_packages(snapshot: Snapshot, statuses: Collection[SendingStatus]) -> list[PackageRow]:
    """Packages whose sending stands so 传送中的数据包, in order of id; for the program."""
    table = snapshot[PACKAGES]
    query = select(*chosen(table, PackageRow)).where(table.c.sending.in_([one.value for one in statuses]))
    return [PackageRow._make(row) for row in snapshot.rows(query.order_by(table.c.id))]


class Exchanged(NamedTuple):
    """What went to a counterpart, and what came back 对接情况. unanswered: sent, with no receipt that is believed yet."""

    counterpart: Counterpart
    packages: int
    sent: int
    answered: int
    unanswered: int
    opened: int
    sent_at: Long | None
    answered_at: Long | None


def nothing_exchanged(counterpart: Counterpart) -> Exchanged:
    """Of a counterpart that no package was asked for 尚无往来."""
    return Exchanged(counterpart, 0, 0, 0, 0, 0, None, None)


def exchanged(snapshot: Snapshot, scope: Scope) -> dict[str, Exchanged]:
    """By counterpart, of those that a package was ever asked for 各对接平台情况."""
    table = snapshot[PACKAGES]
    arrived, answered = table.c.sent_at, table.c.answered_at
    waits = (table.c.sending == SendingStatus.SENT.value) & (table.c.status != PackageStatus.WITHDRAWN.value)
    counts = (func.count(), func.count(arrived), func.count(answered), _how_many(waits), _how_many(table.c.is_open))
    query = select(table.c.counterpart, *counts, func.max(arrived), func.max(answered)).where(to_sql(scope, NOWHERE))
    return {row[0]: Exchanged._make(row) for row in snapshot.rows(query.group_by(table.c.counterpart))}


def _how_many(holds: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((holds, 1)))
