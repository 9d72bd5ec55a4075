"""Disclosures 披露: who read whose protected data, latest first, through the reader's scope. plan P5, P7.

Read from the log itself: it is no fold of the journal, and a row is there before its answer left. A row knows firms alone, so
a scope of any other place admits none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from sqlalchemy import BigInteger, BindParameter, Connection, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import ColumnElement

from domain.access import POSITIONS, Attribute, Everything, Mask, Place, Role, Scope, admits
from domain.disclosures import ALL_FIRMS, Disclosed, bits_of, scope_spelled
from journal.disclosure_log.disclosure_log import DISCLOSURES
from journal.disclosure_log.index import BY_FIRM, disclosed_of
from projections.engine.filters import Several, sought
from projections.engine.pages import By, Order, Page
from projections.engine.scope import NOWHERE, Columns, to_sql

OF_A_FIRM = tuple(sorted(role.value for role in POSITIONS[Role.ENTERPRISE]))
"""Roles that read their own firm's data and no other's."""


@dataclass(frozen=True)
class DisclosureFilter:
    """What to look for 筛选条件; None = any, of several values one. since, until: microseconds of UTC, both included.

    of_others: leave out what people of the firm itself read. masks: their English names.
    """

    firm: str | None = None
    person: Several | None = sought("Id of the person or machine that read · 阅读人标识")
    role: Sequence[Role] | None = sought("Role acted in · 角色")
    organisation: Several | None = sought("Organisation it was read for · 单位标识")
    masks: Sequence[Mask] | None = None
    since: int | None = None
    until: int | None = None
    of_others: bool = False


ANY = DisclosureFilter()
LATEST_FIRST: Order = (By("id", descending=True),)


class DisclosureRow(NamedTuple):
    """A row of the log 披露记录, with what it says of the firms that the reader of the log may know of."""

    id: int
    at: int
    person: str
    role: Role
    organisation: str
    entry_point: str
    scope: Scope
    disclosed: tuple[Disclosed, ...]
    writer: str
    number: int
    chain: bytes


def _of_firm(value: str) -> ColumnElement[bool]:
    return BY_FIRM.c.firm.in_((value, ALL_FIRMS))


COLUMNS: Columns = {**NOWHERE, Attribute.ENTERPRISE: _of_firm}
"""How a scope reads a row: by the firm alone."""


def _of_firms(connection: Connection, scope: Scope, where: DisclosureFilter) -> ColumnElement[bool]:
    """Whether a row speaks of a firm in the scope, and of the one that is looked for, with one of the masks that are."""
    query = select(BY_FIRM.c.reads).where(to_sql(scope, COLUMNS))
    if where.firm is not None:
        query = query.where(_of_firm(where.firm))
    wanted = bits_of(where.masks) if where.masks is not None else ~0
    found = {identity for (reads,) in connection.execute(query) for identity, bits in orjson.loads(reads) if bits & wanted}
    if connection.dialect.name == "sqlite":
        listed: BindParameter[str] = bindparam(None, orjson.dumps(sorted(found)).decode())
        return DISCLOSURES.c.id.in_(select(func.json_each(listed).table_valued("value").c.value))
    return DISCLOSURES.c.id == any_(bindparam(None, sorted(found), type_=ARRAY(BigInteger)))


def _matching(connection: Connection, scope: Scope, where: DisclosureFilter) -> list[ColumnElement[bool]]:
    log = DISCLOSURES.c
    conditions: list[ColumnElement[bool]] = []
    if not isinstance(scope, Everything) or where.firm is not None:
        conditions.append(_of_firms(connection, scope, where))
    elif where.masks is not None:
        conditions.append(log.masks.bitwise_and(bits_of(where.masks)) != 0)
    some = {name: getattr(where, name) for name in ("person", "role", "organisation")}
    conditions += [log[name].in_(list(values)) for name, values in some.items() if values is not None]
    if where.since is not None:
        conditions.append(log.at >= where.since)
    if where.until is not None:
        conditions.append(log.at <= where.until)
    if where.of_others:
        conditions.append(log.role.not_in(OF_A_FIRM))
    return conditions


def disclosures(
    connection: Connection, scope: Scope, first: int, where: DisclosureFilter = ANY, *, before: int | None = None
) -> list[DisclosureRow]:
    """Rows within a scope 披露记录, latest first, before the row of an id."""
    return page_of_disclosures(connection, scope, where, Page(first, LATEST_FIRST, None if before is None else (before,)))


def page_of_disclosures(connection: Connection, scope: Scope, where: DisclosureFilter, page: Page) -> list[DisclosureRow]:
    """A page of the rows within a scope."""
    log = DISCLOSURES.c
    columns = (log.id, log.at, log.person, log.role, log.organisation, log.door, log.scope, log.disclosed)
    chained = (log.writer, log.number, log.chain)
    query = page.of(select(*columns, *chained).where(*_matching(connection, scope, where)), log.__getitem__)
    return [
        DisclosureRow._make(
            (
                *rest,
                scope_spelled(orjson.loads(kept)),
                _shown(disclosed_of(disclosed), scope, where),
                writer,
                number,
                bytes(chain),
            )
        )
        for *rest, kept, disclosed, writer, number, chain in (tuple(row) for row in connection.execute(query, page.values))
    ]


def _shown(disclosed: Sequence[Disclosed], scope: Scope, where: DisclosureFilter) -> tuple[Disclosed, ...]:
    """What a row says of the firms in the scope, and of the one that is looked for; of the others nothing."""
    return tuple(
        one
        for one in disclosed
        if one.firm == ALL_FIRMS
        or (admits(scope, Place(enterprise=one.firm)) and where.firm in (None, one.firm))
    )


def count(connection: Connection, scope: Scope, where: DisclosureFilter = ANY) -> int:
    """How many rows a scope admits 披露记录数."""
    query = select(func.count()).select_from(DISCLOSURES).where(*_matching(connection, scope, where))
    return int(connection.execute(query).scalar_one())
