"""Organisations read model 组织: organisations as they stand now, and the nodes of the liaison network. plan O2, V2."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson
from sqlalchemy import MetaData, Select, Table, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.participants import organisations as events
from domain.participants import ownership
from domain.participants.organisations import OrganisationKind
from journal import Entry
from projections.engine.columns import chosen, columns
from projections.engine.pages import Page
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class OrganisationRow(NamedTuple):
    """An organisation as the directory shows it 组织. ownerships: JSON of `Ownerships`, the earliest first."""

    id: str
    kind: OrganisationKind
    name: str
    parent: str | None
    industries: str
    last: str | None
    ownerships: str = "[]"


ORGANISATIONS = Table(
    "organisations",
    META,
    *columns(OrganisationRow, "id"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Organisations from their registration and what was revised; retired ones stay."""
    organisations = tables[ORGANISATIONS]
    for entry in entries:
        match event_of(entry):
            case events.OrganisationRevised:
                found = data(entry)
                served = orjson.dumps(found["industries"]).decode()
                organisations.change(key(entry), name=found["name"], parent=found["parent"], industries=served)
            case ownership.OwnershipDeclared:
                row = organisations.get(key(entry))
                known = ownership.OWNERSHIPS.validate_json(row["ownerships"]) if row is not None else ()
                declared = ownership.with_declared(known, ownership.OwnershipDeclared.model_validate(data(entry)))
                organisations.change(key(entry), ownerships=ownership.OWNERSHIPS.dump_json(declared).decode())
            case events.OrganisationRetired:
                organisations.change(key(entry), last=data(entry)["last"])
            case _:
                found = data(entry)
                organisations.put(
                    {
                        "id": key(entry),
                        "kind": found["kind"],
                        "name": found["name"],
                        "parent": found["parent"],
                        "industries": orjson.dumps(found["industries"]).decode(),
                        "last": None,
                        "ownerships": "[]",
                    }
                )


ORGANISATION_READ_MODEL = ReadModel(
    "organisations",
    (ORGANISATIONS,),
    fold,
    frozenset(events.OrganisationEvent.__args__),
)


@dataclass(frozen=True)
class OrganisationFilter:
    """Which organisations are looked for 组织筛选. taking_part_on: a day of the city's calendar; None = retired ones too."""

    kinds: Sequence[OrganisationKind] | None = None
    taking_part_on: str | None = None

    def on(self, day: str) -> "OrganisationFilter":
        """The same of another day, where a day is asked for."""
        return self if self.taking_part_on is None else replace(self, taking_part_on=day)


def _sought(table: Table, where: OrganisationFilter) -> Iterator[ColumnElement[bool]]:
    if where.kinds is not None:
        yield table.c.kind.in_(list(where.kinds))
    if where.taking_part_on is not None:
        yield or_(table.c.last.is_(None), table.c.last >= where.taking_part_on)


def organisations(snapshot: Snapshot, where: OrganisationFilter, page: Page) -> list[OrganisationRow]:
    """A page of organisations 组织列表. Names of organisations are public among the signed-in (plan V2, O2)."""
    table = snapshot[ORGANISATIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, OrganisationRow)).where(*_sought(table, where)), table.c.__getitem__)

    return [OrganisationRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def ids_by_name(snapshot: Snapshot, kinds: Sequence[str]) -> dict[str, dict[str, str]]:
    """Kind -> name or id -> id of the organisations of some kinds 名称对照.

    Of two with one name the first by id; an id is its own organisation's even where another bears it as its name.
    """
    table = snapshot[ORGANISATIONS]
    query = select(table.c.kind, table.c.name, table.c.id).where(table.c.kind.in_(list(kinds)))
    found: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    for kind, name, identity in snapshot.rows(query.order_by(table.c.id)):
        found[kind].setdefault(name, identity)
    for kind, _, identity in snapshot.rows(query):
        found[kind][identity] = identity
    return found


def organisation_count(snapshot: Snapshot, where: OrganisationFilter) -> int:
    """How many organisations there are 组织数 of those looked for."""
    table = snapshot[ORGANISATIONS]
    query = select(func.count()).select_from(table).where(*_sought(table, where))
    return int(snapshot.rows(query)[0][0])


def organisations_by_id(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, OrganisationRow]:
    """Organisations of many ids."""
    table = snapshot[ORGANISATIONS]

    def query() -> Select[Any]:
        return select(*chosen(table, OrganisationRow)).where(snapshot.listed(table.c.id, "ids"))

    rows = snapshot.prepared(("organisations_by_id",), query, ids=list(ids))
    return {row[0]: OrganisationRow._make(row) for row in rows}


NODES = ("city", "district", "subdistrict", "park", "reporting_unit", "group")
"""Kinds that are nodes of the liaison network 联络节点 (plan O2, O3)."""


def _node_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads a node of the network: it lies in itself and in the unit above it."""
    units = snapshot[ORGANISATIONS]

    def itself(kind: str) -> Callable[[str], ColumnElement[bool]]:
        return lambda value: and_(units.c.kind == kind, units.c.id == value)

    return {
        **NOWHERE,
        Attribute.DISTRICT: lambda value: or_(itself("district")(value), units.c.parent == value),
        Attribute.SUBDISTRICT: itself("subdistrict"),
        Attribute.PARK: itself("park"),
        Attribute.REPORTING_UNIT: itself("reporting_unit"),
        Attribute.GROUP: itself("group"),
    }


@dataclass(frozen=True)
class NodeFilter:
    """Which nodes are looked for 联络节点筛选. also: those above the caller's own unit; above: the unit right above, None = any."""

    also: Sequence[str] = ()
    above: str | None = None


def node_conditions(snapshot: Snapshot, scope: Scope, where: NodeFilter) -> Iterator[ColumnElement[bool]]:
    """Whether an organisation is a node that a filter asks for within a scope."""
    units = snapshot[ORGANISATIONS]
    yield units.c.kind.in_(NODES)
    yield or_(to_sql(scope, _node_columns(snapshot)), snapshot.among(units.c.id, where.also))
    if where.above is not None:
        yield units.c.parent == where.above


def nodes(snapshot: Snapshot, scope: Scope, where: NodeFilter, page: Page) -> list[OrganisationRow]:
    """A page of nodes within a scope 联络节点."""
    table = snapshot[ORGANISATIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, OrganisationRow)).where(*node_conditions(snapshot, scope, where)), table.c.__getitem__)

    return [OrganisationRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def node_ids(snapshot: Snapshot, scope: Scope, also: Sequence[str]) -> list[str]:
    """Ids of every node within a scope 联络节点标识; `also` as in `NodeFilter`."""
    query = select(snapshot[ORGANISATIONS].c.id).where(*node_conditions(snapshot, scope, NodeFilter(also)))
    return [str(row[0]) for row in snapshot.rows(query)]


def node_count(snapshot: Snapshot, scope: Scope, where: NodeFilter) -> int:
    """How many nodes there are 节点数."""
    query = select(func.count()).select_from(snapshot[ORGANISATIONS]).where(*node_conditions(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])
