"""Editions read model 标准台: published editions, whole. plan S1, S5."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.kernel import Event
from domain.standard.editions import EditionPublished, EditionPutInForce, EditionRetired, IndustryEditionPublished
from journal import Entry
from projections.engine.columns import Long, columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class EditionRow(NamedTuple):
    """A published edition 标准版本; body: JSON of `standards.Edition`; origins: JSON of its `Origin`s, none of a plain one.

    in_force_from: first day, None = from its publication on. retired_from: first day of its retirement. Days as ISO text.
    """

    key: str
    digest: str
    body: str
    origins: str
    published_at: Long
    in_force_from: str | None
    retired_from: str | None


EDITIONS = Table(
    "editions",
    META,
    *columns(EditionRow, "key"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Editions as published, and the days from which they are in force and retired."""
    for entry in entries:
        found = data(entry)
        if (column := TERM_FACTS.get(event_of(entry))) is not None:
            tables[EDITIONS].change(key(entry), **{column: found["since"]})
            continue
        body = orjson.dumps(found["edition"]).decode()
        tables[EDITIONS].put(
            {
                "key": key(entry),
                "digest": found["digest"],
                "body": body,
                "origins": orjson.dumps(found.get("origins", [])).decode(),
                "published_at": entry.at,
                "in_force_from": None,
                "retired_from": None,
            }
        )


PUBLISHED: frozenset[type[Event]] = frozenset({EditionPublished, IndustryEditionPublished})
TERM_FACTS: Mapping[type[Event], str] = {EditionPutInForce: "in_force_from", EditionRetired: "retired_from"}
"""Event of an edition's term -> the column of its first day."""
EDITIONS_READ_MODEL = ReadModel("editions_desk", (EDITIONS,), fold, PUBLISHED | frozenset(TERM_FACTS))


def editions(snapshot: Snapshot) -> list[EditionRow]:
    """Every published edition, oldest first. Published standards are open to every signed-in role (plan S5)."""
    table = snapshot[EDITIONS]
    return [EditionRow._make(row) for row in snapshot.rows(select(table).order_by(table.c.published_at, table.c.key))]


def edition(snapshot: Snapshot, key: str) -> EditionRow | None:
    """One published edition."""
    table = snapshot[EDITIONS]
    rows = snapshot.rows(select(table).where(table.c.key == key))
    return EditionRow._make(rows[0]) if rows else None
