"""Endpoints read model 推送端点台: each endpoint as the rules fold it. plan P8.

An endpoint lies nowhere in the city: whose it is, is said by its owner, and every read says whose it wants.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.participants.endpoints.endpoint import ENDPOINTS as ENDPOINT_CAPABILITY
from domain.participants.endpoints.events import EndpointDisabled, EndpointEvent
from domain.participants.endpoints.state import Endpoint, EndpointStatus
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class EndpointRow(NamedTuple):
    """An endpoint 推送端点. begun: its first position in the journal. registered_at, disabled_at: microseconds of UTC.

    body: JSON of `Endpoint`, the folded state.
    """

    id: str
    owner: str
    organisation: str
    status: EndpointStatus
    begun: Long
    registered_at: Long
    disabled_at: Long | None
    version: Long
    body: str

    def state(self) -> Endpoint:
        """The endpoint as the rules see it."""
        return Endpoint.model_validate_json(self.body)


ENDPOINTS = Table("endpoints", META, *columns(EndpointRow, "id"), Index("ix_endpoint_owner", "owner", "registered_at", "id"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each endpoint by the rules' own fold."""
    table = tables[ENDPOINTS]
    for entry in entries:
        row, event = table.get(key(entry)), decode(ENDPOINT_CAPABILITY, entry.type, entry.state)
        known = Endpoint.model_validate_json(row["body"]) if row is not None else None
        state: Endpoint = ENDPOINT_CAPABILITY.evolve(known, event)
        ended = entry.at if isinstance(event, EndpointDisabled) else row["disabled_at"] if row is not None else None
        table.put(
            {
                "id": key(entry),
                "owner": state.owner,
                "organisation": state.organisation,
                "status": state.status.value,
                "begun": entry.position if row is None else row["begun"],
                "registered_at": entry.at if row is None else row["registered_at"],
                "disabled_at": ended if state.status is EndpointStatus.DISABLED else None,
                "version": entry.version,
                "body": state.model_dump_json(),
            }
        )


ENDPOINT_READ_MODEL = ReadModel("endpoints", (ENDPOINTS,), fold, frozenset(EndpointEvent.__args__))


@dataclass(frozen=True)
class EndpointFilter:
    """Which endpoints are looked for 推送端点筛选. owned: (actor, organisation) of whose they are; None = everyone's."""

    owned: tuple[str, str] | None


OLDEST_FIRST: Order = (By("registered_at"), By("id"))


def _sought(table: Table, where: EndpointFilter) -> Iterator[ColumnElement[bool]]:
    if where.owned is not None:
        yield table.c.owner == where.owned[0]
        yield table.c.organisation == where.owned[1]


def endpoints(snapshot: Snapshot, _scope: Scope, where: EndpointFilter, page: Page) -> list[EndpointRow]:
    """A page of endpoints 推送端点列表."""
    table = snapshot[ENDPOINTS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, EndpointRow)).where(*_sought(table, where)), table.c.__getitem__)

    return [EndpointRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def endpoint_count(snapshot: Snapshot, _scope: Scope, where: EndpointFilter) -> int:
    """How many there are 推送端点数."""
    table = snapshot[ENDPOINTS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, where)))[0][0])


def endpoints_by_id(snapshot: Snapshot, where: EndpointFilter, ids: Sequence[str]) -> dict[str, EndpointRow]:
    """Endpoints of many ids, among those that are looked for."""
    table = snapshot[ENDPOINTS]
    query = select(*chosen(table, EndpointRow)).where(*_sought(table, where), snapshot.among(table.c.id, ids))
    return {row[0]: EndpointRow._make(row) for row in snapshot.rows(query)}


def enabled_endpoints(snapshot: Snapshot, owned: tuple[str, str]) -> tuple[str, ...]:
    """Ids of a partner's endpoints that are not disabled 未停用推送端点."""
    table = snapshot[ENDPOINTS]
    enabled = table.c.status != EndpointStatus.DISABLED.value
    query = select(table.c.id).where(enabled, *_sought(table, EndpointFilter(owned))).order_by(table.c.id)
    return tuple(str(row[0]) for row in snapshot.rows(query))


def to_serve(snapshot: Snapshot) -> list[EndpointRow]:
    """Every endpoint that something may be sent to, the whole city's 待推送端点; for the program alone."""
    table = snapshot[ENDPOINTS]
    query = select(*chosen(table, EndpointRow)).where(table.c.status != EndpointStatus.DISABLED.value).order_by(table.c.id)
    return [EndpointRow._make(row) for row in snapshot.rows(query)]
