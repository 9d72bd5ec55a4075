"""Headquarters 集团总部台: which member of a group is its headquarters, from which day on, and when that was said. plan O3."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, MetaData, String, Table, select

from domain.access import Role
from domain.participants.headquarters import HeadquartersCorrected, HeadquartersEnded, HeadquartersNamed
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class SeatRow(NamedTuple):
    """What holds of a group's headquarters from a day on 总部记录; enterprise None = none. said_at: microseconds of UTC."""

    since: date
    enterprise: str | None
    said_at: Long
    said_by_role: Role


SEATS = Table(
    "headquarters",
    META,
    Column("group", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    *columns(SeatRow),
    Column("corrects", Boolean, nullable=False),
)
"""From a day on; enterprise None = from then on there is none. position: of the fact, so that the past can be asked for. corrects:
the last one before it, whose day was wrong."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """What was said of a group's headquarters, each from its day on."""
    for entry in entries:
        found = data(entry)
        after = (date.fromisoformat(found["last"]) + timedelta(days=1)).isoformat() if "last" in found else None
        tables[SEATS].put(
            {
                "group": key(entry),
                "position": entry.position,
                "since": after or found["since"],
                "enterprise": found.get("enterprise"),
                "said_at": entry.at,
                "said_by_role": entry.role,
                "corrects": event_of(entry) is HeadquartersCorrected,
            }
        )


HEADQUARTERS_READ_MODEL = ReadModel(
    "headquarters", (SEATS,), fold, frozenset({HeadquartersNamed, HeadquartersEnded, HeadquartersCorrected})
)


def seats(snapshot: Snapshot, group: str, position: int | None = None) -> list[SeatRow]:
    """What was said of a group's headquarters, by the day it holds from, as corrected; the caller has judged the group.

    position: as it was known then; None = now.
    """
    table = snapshot[SEATS]
    query = select(*chosen(table, SeatRow), table.c.corrects).where(table.c.group == group)
    if position is not None:
        query = query.where(table.c.position <= position)
    said: list[SeatRow] = []
    for since, *rest, corrects in snapshot.rows(query.order_by(table.c.position)):
        if corrects:
            said.pop()
        said.append(SeatRow(date.fromisoformat(since), *rest))
    return sorted(said, key=lambda seat: seat.since)


def headquarters_on(snapshot: Snapshot, group: str, day: date, position: int | None = None) -> str | None:
    """The enterprise that is a group's headquarters on a day; None where there is none."""
    held = [seat for seat in seats(snapshot, group, position) if seat.since <= day]
    return held[-1].enterprise if held else None
