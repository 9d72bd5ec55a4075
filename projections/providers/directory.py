"""Directory read model 名录: every move of every provider, where each stands, and any past day's directory. plan V2, V4."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Index, MetaData, Table, select

from domain.governance.standing import DirectoryStanding, Listing
from domain.providers.calls.adoption import IN_DIRECTORY
from domain.providers.listings.events import ListingEvent
from domain.providers.listings.listing import LISTINGS
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class MoveRow(NamedTuple):
    """A move of a provider 名录变动: the fact that it is, as JSON. day: of the city's calendar, on which it holds."""

    position: Long
    provider: str
    version: int
    type: str
    day: str
    at: Long
    data: str

    def event(self) -> ListingEvent:
        """The fact itself."""
        found: ListingEvent = decode(LISTINGS, self.type, self.data.encode())  # type: ignore[assignment] # of that capability
        return found


class StandingRow(NamedTuple):
    """How a provider stands now 在录现状; body: the state as JSON."""

    provider: str
    standing: str
    body: str


MOVES = Table("directory_moves", META, *columns(MoveRow, "position"), Index("ix_move_provider", "provider", "version"))
STANDINGS = Table("directory_standings", META, *columns(StandingRow, "provider"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Every move as it was; of each provider the standing after the last one."""
    for entry in entries:
        found = data(entry)
        tables[MOVES].put(
            {
                "position": entry.position,
                "provider": key(entry),
                "version": entry.version,
                "type": entry.type,
                "day": found["on"],
                "at": entry.at,
                "data": entry.state.decode(),
            }
        )
        before = tables[STANDINGS].get(key(entry))
        listing = Listing.model_validate_json(before["body"]) if before is not None else None
        after: Listing = LISTINGS.evolve(listing, decode(LISTINGS, entry.type, entry.state))
        row = {"provider": key(entry), "standing": after.standing.value, "body": after.model_dump_json()}
        tables[STANDINGS].put(row)


DIRECTORY_READ_MODEL = ReadModel("provider_directory", (MOVES, STANDINGS), fold, frozenset(LISTINGS.events))


@dataclass(frozen=True)
class DirectoryFilter:
    """What is looked for in the directory 名录筛选; None = any. on: ISO day of the city; all: those that left it too."""

    on: str | None = None
    industry: str | None = None
    standing: str | None = None
    everyone: bool = False


@dataclass(frozen=True)
class DirectoryRow:
    """A provider's place in the directory on a day 在录情况."""

    id: str
    listing: Listing
    moves: tuple[MoveRow, ...]


def moves(snapshot: Snapshot, *, after: int = 0, first: int | None = None, provider: str | None = None) -> list[MoveRow]:
    """Moves of the directory beyond a position, in order 名录变动; open to all, as the directory is."""
    table = snapshot[MOVES]
    query = select(*chosen(table, MoveRow)).where(table.c.position > after)
    if provider is not None:
        query = query.where(table.c.provider == provider)
    query = query.order_by(table.c.position)
    return [MoveRow._make(row) for row in snapshot.rows(query if first is None else query.limit(first))]


def directory(snapshot: Snapshot, where: DirectoryFilter) -> list[DirectoryRow]:
    """The directory as it is, or as it was on a day 名录, in order of provider: a fold of the moves up to that day."""
    history: dict[str, list[MoveRow]] = {}
    for row in moves(snapshot):
        if where.on is None or row.day <= where.on:
            history.setdefault(row.provider, []).append(row)
    return [row for row in _folded(history) if _is_sought(row.listing, where)]


def _folded(history: Mapping[str, Sequence[MoveRow]]) -> Iterator[DirectoryRow]:
    for provider in sorted(history):
        yield DirectoryRow(provider, listing_after(history[provider]), tuple(history[provider]))


def listing_after(rows: Sequence[MoveRow]) -> Listing:
    """Where a provider stands after some moves, of which there is one at least."""
    listing: Listing | None = None
    for row in rows:
        listing = LISTINGS.evolve(listing, row.event())
    assert listing is not None  # noqa: S101 - there is one move at least
    return listing


def _is_sought(listing: Listing, where: DirectoryFilter) -> bool:
    if where.standing is not None:
        if listing.standing.value != where.standing:
            return False
    elif not where.everyone and listing.standing not in IN_DIRECTORY:
        return False
    return where.industry is None or where.industry in listing.tags


def suspended(snapshot: Snapshot) -> list[tuple[str, Listing]]:
    """Providers that are suspended, in order 暂停中的服务商. For the program alone."""
    table = snapshot[STANDINGS]
    query = select(table.c.provider, table.c.body).where(table.c.standing == DirectoryStanding.SUSPENDED.value)
    rows = snapshot.rows(query.order_by(table.c.provider))
    return [(str(provider), Listing.model_validate_json(body)) for provider, body in rows]


def entry_of(snapshot: Snapshot, provider: str, on: str | None = None) -> DirectoryRow | None:
    """One provider's place, whether it is still in the directory or not; None where it never was by that day."""
    rows = [row for row in moves(snapshot, provider=provider) if on is None or row.day <= on]
    return DirectoryRow(provider, listing_after(rows), tuple(rows)) if rows else None
