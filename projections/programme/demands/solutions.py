"""Solutions 解决方案 as they are listed, and yearly lists of service firms; open to everyone who is signed in. plan R2, R3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Role, Scope
from domain.programme.demands.ranking import OfferedSolution
from domain.programme.demands.solution_facts import SolutionStatus
from projections.engine.columns import chosen
from projections.engine.filters import one_of, sought
from projections.engine.pages import By, Order, Page
from projections.engine.snapshot import Snapshot
from projections.programme.demands.read_model import SERVICE_LISTS, SOLUTIONS, ServiceListRow, SolutionRow


@dataclass(frozen=True)
class SolutionFilter:
    """Which solutions are looked for; of a list any of its values · 解决方案筛选."""

    status: list[SolutionStatus] | None = sought("Whether they are offered · 解决方案状态")
    supplier: list[str] | None = sought("Suppliers and providers that published them · 供给单位", of="organisation")


LATEST_SOLUTIONS: Order = (By("published_at", descending=True), By("id"))


def _sought(snapshot: Snapshot, where: SolutionFilter) -> Iterator[ColumnElement[bool]]:
    table = snapshot[SOLUTIONS]
    for name in ("status", "supplier"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))


def solutions(snapshot: Snapshot, _scope: Scope, where: SolutionFilter, page: Page) -> list[SolutionRow]:
    """A page of the solutions 解决方案列表."""
    table = snapshot[SOLUTIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, SolutionRow)).where(*_sought(snapshot, where)), table.c.__getitem__)

    return [SolutionRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def solution_count(snapshot: Snapshot, _scope: Scope, where: SolutionFilter) -> int:
    """How many solutions those are 解决方案数."""
    query = select(func.count()).select_from(snapshot[SOLUTIONS]).where(*_sought(snapshot, where))
    return int(snapshot.rows(query)[0][0])


def solutions_by_id(snapshot: Snapshot, _scope: Scope, ids: Sequence[str]) -> dict[str, SolutionRow]:
    """Solutions of many ids; others are absent."""
    table = snapshot[SOLUTIONS]
    rows = snapshot.rows(select(*chosen(table, SolutionRow)).where(snapshot.among(table.c.id, ids)))
    found = {row.id: row for row in map(SolutionRow._make, rows)}
    return {identity: found[identity] for identity in ids if identity in found}


def service_lists(snapshot: Snapshot) -> list[ServiceListRow]:
    """Every yearly list, the latest first 年度名录."""
    table = snapshot[SERVICE_LISTS]
    rows = snapshot.rows(select(*chosen(table, ServiceListRow)).order_by(table.c.year.desc()))
    return [ServiceListRow._make(row) for row in rows]


def offered(snapshot: Snapshot, year: int) -> list[OfferedSolution]:
    """Every published solution as it is ranked, in order of id. year: of the city, whose list or the one before is looked at."""
    table = snapshot[SOLUTIONS]
    lists = [orjson.loads(one.suppliers) for one in service_lists(snapshot) if one.year in (year, year - 1)]
    query = select(*chosen(table, SolutionRow)).where(table.c.status == SolutionStatus.PUBLISHED.value).order_by(table.c.id)
    listed = {supplier for one in lists for supplier in one}
    return [offered_of(row, is_listed=row.supplier in listed) for row in map(SolutionRow._make, snapshot.rows(query))]


def offered_of(row: SolutionRow, *, is_listed: bool) -> OfferedSolution:
    """A solution as it is ranked."""
    own = {row.supplier} if row.supplier_role == Role.PROVIDER else set()
    ties = {one["provider"] for one in (*orjson.loads(row.ties), *orjson.loads(row.found))}
    return OfferedSolution(
        id=row.id,
        title=row.title,
        indicators=[(one["id"], one["name"]) for one in orjson.loads(row.indicators)],
        industries=orjson.loads(row.industries),
        sizes=orjson.loads(row.sizes),
        cases=[one["industry"] for one in orjson.loads(row.cases)],
        is_listed=is_listed,
        providers=frozenset(own | ties),
    )
