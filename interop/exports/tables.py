"""Tables of a bulk export 导出表: their columns, and where their rows are read. plan P8.

A table is read as the list of the same name is, through the same scope; columns are given, of what their reader may read alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from domain.access import Scope
from domain.instants import utc_moment
from projections.diagnosis.diagnoses import DiagnosisFilter, diagnoses, diagnoses_by_id
from projections.engine.pages import Page
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import EnterpriseFilter, enterprises, enterprises_by_id
from projections.participants.organisations import organisations_by_id
from projections.providers.directory import DirectoryFilter, DirectoryRow, directory

BATCH = 1_000
"""Rows held in memory at a time."""


class Kind(StrEnum):
    """What a column holds 列类型. A time stands in a row as microseconds of UTC, a number with decimals as exact text."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TIME = "time"
    DATE = "date"


@dataclass(frozen=True)
class Column:
    """A column of a table 列.

    name: as the schema publishes it. source: of the row. says: its published description. of: kind of the thing that it names by
    its id, empty = none. called: a value as it stands -> as the schema calls it; empty = as it stands.
    """

    name: str
    source: str
    kind: Kind
    says: str
    nullable: bool
    of: str = ""
    called: tuple[tuple[str, str], ...] = ()

    def values(self, rows: Sequence[object]) -> list[Any]:
        """The column of some rows."""
        found = [getattr(row, self.source) for row in rows]
        if self.of:
            return [None if one is None else f"{self.of}/{one}" for one in found]
        if self.called:
            called = dict(self.called)
            return [None if one is None else called[one] for one in found]
        return [None if one is None else bool(one) for one in found] if self.kind is Kind.BOOLEAN else found

    def plain(self, rows: Sequence[object]) -> list[Any]:
        """The same as JSON writes it: a time as ISO text."""
        found = self.values(rows)
        if self.kind is not Kind.TIME:
            return found
        return [
            None if one is None else utc_moment(one).isoformat(timespec="microseconds").replace("+00:00", "Z")
            for one in found
        ]


class ListedProvider(NamedTuple):
    """A provider in the directory 名录条目. tags: divisions parted by semicolons. moved, due: ISO days."""

    id: str
    name: str
    standing: str
    year: int
    tags: str
    moved: str
    due: str | None


def _providers(snapshot: Snapshot, page: Page) -> list[ListedProvider]:
    """A page of the directory, which is folded whole: it is little."""
    return _listed(snapshot, page.cut(directory(snapshot, DirectoryFilter()), lambda row: (row.id,)))


def _listed(snapshot: Snapshot, rows: Sequence[DirectoryRow]) -> list[ListedProvider]:
    names = organisations_by_id(snapshot, [row.id for row in rows]) if rows else {}
    return [
        ListedProvider(
            row.id,
            names[row.id].name if row.id in names else row.id,
            row.listing.standing.value,
            row.listing.year,
            ";".join(sorted(row.listing.tags)),
            row.listing.moved.isoformat(),
            row.listing.due.isoformat() if row.listing.due is not None else None,
        )
        for row in rows
    ]


READS: Mapping[str, Callable[[Snapshot, Scope, Page], Sequence[Any]]] = {
    "enterprises": lambda snapshot, scope, page: enterprises(snapshot, scope, EnterpriseFilter(), page),
    "diagnoses": lambda snapshot, scope, page: diagnoses(snapshot, scope, DiagnosisFilter(), page),
    "directory": lambda snapshot, _scope, page: _providers(snapshot, page),
}
"""Table -> a page of its rows, in order of id."""


def _providers_by_id(snapshot: Snapshot, ids: Sequence[str]) -> dict[str, ListedProvider]:
    wanted = frozenset(ids)
    rows = [row for row in directory(snapshot, DirectoryFilter()) if row.id in wanted]
    return {row.id: row for row in _listed(snapshot, rows)}


READS_BY_ID: Mapping[str, Callable[[Snapshot, Scope, Sequence[str]], Mapping[str, Any]]] = {
    "enterprises": enterprises_by_id,
    "diagnoses": diagnoses_by_id,
    "directory": lambda snapshot, _scope, ids: _providers_by_id(snapshot, ids),
}
"""Table -> its rows of some ids within a scope; what is no row of it is absent."""


def batches(snapshot: Snapshot, scope: Scope, table: str) -> Iterator[Sequence[Any]]:
    """The rows of a table within a scope 逐批读取, in order of id."""
    page = Page(BATCH)
    while rows := READS[table](snapshot, scope, page):
        yield rows
        if len(rows) < BATCH:
            return
        page = Page(BATCH, beyond=(rows[-1].id,))
