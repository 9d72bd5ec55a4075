"""Ties read model 关联台: every tie of a provider with a firm or group, and when it ends. plan V3.

A tie is there for the provider, for the firm at its other end and that firm's district, and for whoever sees the whole city.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import Attribute, Role, Scope
from domain.governance.ties import Tie, TieDeclared, TieEvent, TieKind, Ties
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot

META = MetaData()


class TieRow(NamedTuple):
    """A tie 关联. id: its provider and the version at which it was declared. Days as ISO text; last None = it goes on."""

    id: str
    provider: str
    version: int
    kind: TieKind
    party: str | None
    since: str
    last: str | None
    source: str
    declared_by: Role
    declared_at: Long
    cause: str | None


TIES = Table("ties", META, *columns(TieRow, "id"), Index("ix_tie_provider", "provider"), Index("ix_tie_party", "party"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each tie from its declaration; its end gives it its last day."""
    table = tables[TIES]
    for entry in entries:
        found, provider = data(entry), key(entry)
        if event_of(entry) is TieDeclared:
            told = {name: found[name] for name in ("kind", "party", "since", "last", "source", "cause")}
            of = {"id": f"{provider}.{entry.version}", "provider": provider, "version": entry.version}
            table.put({**of, **told, "declared_by": found["by"], "declared_at": entry.at})
        else:
            table.change(f"{provider}.{found['tie']}", last=found["last"])


TIE_READ_MODEL = ReadModel("ties", (TIES,), fold, frozenset(TieEvent.__args__))


@dataclass(frozen=True)
class TieFilter:
    """Which ties are looked for; of a list any of its values · 关联筛选."""

    provider: list[str] | None = sought("Providers that are tied · 服务商", of="organisation")
    kind: list[TieKind] | None = sought("What ties them · 关联类型")


def _matching(snapshot: Snapshot, scope: Scope, where: TieFilter) -> tuple[FromClause, list[ColumnElement[bool]]]:
    table, firms = snapshot[TIES], snapshot[ENTERPRISES]
    lies: Columns = {
        **NOWHERE,
        Attribute.PROVIDER: lambda value: table.c.provider == value,
        Attribute.ENTERPRISE: lambda value: table.c.party == value,
        Attribute.DISTRICT: lambda value: firms.c.district == value,
    }
    joined = table.outerjoin(firms, firms.c.id == table.c.party)
    return joined, [to_sql(scope, lies), *_asked(snapshot, table, where)]


def _asked(snapshot: Snapshot, table: Table, where: TieFilter) -> Iterator[ColumnElement[bool]]:
    for name in ("provider", "kind"):
        yield from one_of(snapshot, table.c[name], getattr(where, name))


def ties(snapshot: Snapshot, scope: Scope, where: TieFilter, page: Page) -> list[TieRow]:
    """A page of the ties within a scope 关联列表."""
    table = snapshot[TIES]
    joined, conditions = _matching(snapshot, scope, where)

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, TieRow)).select_from(joined).where(*conditions), table.c.__getitem__)

    return [TieRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def tie_count(snapshot: Snapshot, scope: Scope, where: TieFilter) -> int:
    """How many ties a filter and a scope admit 关联数."""
    joined, conditions = _matching(snapshot, scope, where)
    return int(snapshot.rows(select(func.count()).select_from(joined).where(*conditions))[0][0])


def latest_between(snapshot: Snapshot, scope: Scope, provider: str, kind: TieKind, party: str | None) -> TieRow | None:
    """The tie of a kind that was declared last between a provider and a party, within a scope."""
    table = snapshot[TIES]
    joined, conditions = _matching(snapshot, scope, TieFilter([provider], [kind]))
    query = select(*chosen(table, TieRow)).select_from(joined).where(*conditions, table.c.party.is_not_distinct_from(party))
    rows = snapshot.rows(query.order_by(table.c.version.desc()).limit(1))
    return TieRow._make(rows[0]) if rows else None


def ties_of_providers(snapshot: Snapshot, providers: Sequence[str]) -> dict[str, Ties]:
    """The ties of some providers as the rules see them, whoever asks 规则所见关联; what is shown of them the caller judges."""
    table = snapshot[TIES]
    query = select(*chosen(table, TieRow)).where(snapshot.among(table.c.provider, providers)).order_by(table.c.version)
    found: dict[str, Ties] = {}
    for row in map(TieRow._make, snapshot.rows(query)):
        one = Tie.model_validate({name: getattr(row, name) for name in Tie.model_fields})
        before = found.get(row.provider, Ties())
        found[row.provider] = Ties(version=one.version, ties=(*before.ties, one))
    return found
