"""Mapping read model 标准适用台: which edition and form apply to a firm, from which day on, as the city has set it. plan S3, S4."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.standard.edition_mapping import EditionMappingSet
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data
from projections.engine.snapshot import Snapshot
from standards import EditionMapping, EditionMappings

META = MetaData()


class MappingRow(NamedTuple):
    """A mapping and when it was set 标准适用表."""

    since: str
    body: str
    set_at: Long

    @property
    def mapping(self) -> EditionMapping:
        """The mapping itself."""
        return EditionMapping.model_validate_json(self.body)


MAPPINGS = Table("edition_mappings", META, *columns(MappingRow, "since"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Mappings as set, by the day each begins."""
    for entry in entries:
        mapping = data(entry)["mapping"]
        row = {"since": mapping["since"], "body": orjson.dumps(mapping).decode(), "set_at": entry.at}
        tables[MAPPINGS].put(row)


EDITION_MAPPING_READ_MODEL = ReadModel("edition_mapping", (MAPPINGS,), fold, frozenset({EditionMappingSet}))


def mapping_rows(snapshot: Snapshot) -> list[MappingRow]:
    """Every mapping there has been, in order of the day it begins; open to every signed-in role, as the standard is."""
    table = snapshot[MAPPINGS]
    return [MappingRow._make(row) for row in snapshot.rows(select(*chosen(table, MappingRow)).order_by(table.c.since))]


def edition_mappings(snapshot: Snapshot) -> EditionMappings | None:
    """The same as what `edition_for` reads; None before the city has set one."""
    rows = mapping_rows(snapshot)
    return EditionMappings(mappings=tuple(row.mapping for row in rows)) if rows else None
