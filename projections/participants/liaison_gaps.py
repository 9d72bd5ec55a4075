"""Liaison gaps 联络缺口: units with fewer named contacts than they are to have, or with one that is to be confirmed. plan O2."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from projections.engine.columns import chosen
from projections.engine.pages import Page
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import ORGANISATIONS, NodeFilter, OrganisationRow, node_conditions
from projections.participants.people import MEMBERSHIPS, PEOPLE


@dataclass(frozen=True)
class GapFilter:
    """Which units are looked for 联络缺口筛选, on a day (ISO text).

    fewer_than: with fewer contacts than so many. confirmed_before: with a contact last confirmed before this day. None = any.
    """

    fewer_than: int | None = None
    confirmed_before: str | None = None
    day: str = ""


def _short(snapshot: Snapshot, scope: Scope, where: GapFilter) -> Iterator[ColumnElement[bool]]:
    """One person who is a contact in two roles is one."""
    units, held, people = snapshot[ORGANISATIONS], snapshot[MEMBERSHIPS], snapshot[PEOPLE]
    holds = (held.c.contact, held.c.since <= where.day, held.c.until.is_(None) | (held.c.until >= where.day))
    serving = (held.c.organisation == units.c.id, *holds, people.c.id == held.c.person, people.c.erased.is_(False))
    yield from node_conditions(snapshot, scope, NodeFilter())
    if where.fewer_than is not None:
        yield select(func.count(held.c.person.distinct())).where(*serving).scalar_subquery() < where.fewer_than
    if where.confirmed_before is not None:
        yield select(held.c.id).where(*serving, held.c.confirmed_on < where.confirmed_before).exists()


def gaps(snapshot: Snapshot, scope: Scope, where: GapFilter, page: Page) -> list[OrganisationRow]:
    """A page of the units of a scope that lack contacts 联络缺口列表."""
    table = snapshot[ORGANISATIONS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, OrganisationRow)).where(*_short(snapshot, scope, where)), table.c.__getitem__)

    return [OrganisationRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def gap_count(snapshot: Snapshot, scope: Scope, where: GapFilter) -> int:
    """How many units those are 联络缺口数."""
    query = select(func.count()).select_from(snapshot[ORGANISATIONS]).where(*_short(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])
