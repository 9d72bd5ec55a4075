"""Objects of events 事件对象: what a full event carries of its thing: the row that a bulk export has of it at that moment. plan P8.

The columns are those of the export, each by the rights of its field, so that an event opens no more than a query does; what is
protected is in none, since reading it would be written down.
"""

from collections.abc import Collection, Mapping
from typing import Any

from api.downloads.export_tables import TABLES
from domain.access import Role, Scope
from interop.exports.tables import READS_BY_ID, Kind
from projections.engine.snapshot import Snapshot

TABLE_OF: Mapping[str, str] = {"diagnosis": "diagnoses", "enterprise": "enterprises", "organisation": "directory"}
"""Kind of the thing of an event -> table whose row is its object; of another kind there is none."""
JSON_TYPE: Mapping[Kind, str] = {Kind.INTEGER: "integer", Kind.BOOLEAN: "boolean"}
"""Kind of a column -> its type in JSON; any other is text."""
JSON_FORMAT: Mapping[Kind, str] = {Kind.TIME: "date-time", Kind.DATE: "date"}


def objects_of(
    snapshot: Snapshot, scope: Scope, role: Role, things: Collection[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Objects of things, each by kind and key, within a scope 事件对象; what lies outside, or in no table, is absent."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, name in TABLE_OF.items():
        ids = sorted(key for of, key in things if of == kind)
        rows = READS_BY_ID[name](snapshot, scope, ids) if ids else {}
        columns = TABLES[name].unprotected(role)
        values = [one.plain(list(rows.values())) for one in columns]
        for place, key in enumerate(rows):
            found[kind, key] = {one.name: value[place] for one, value in zip(columns, values, strict=True)}
    return found


def object_schema(thing: str) -> dict[str, Any] | None:
    """JSON Schema of the object of an event, as a partner is told it; None where no contract opens it."""
    if thing not in TABLE_OF:
        return None
    columns = TABLES[TABLE_OF[thing]].unprotected(Role.PARTNER)
    return {
        "type": ["object", "null"],
        "description": "The object as it is when it is told, under a contract alone; null: it is not, or no more, in sight",
        "required": [one.name for one in columns],
        "properties": {
            one.name: {
                "type": [JSON_TYPE.get(one.kind, "string"), *(["null"] if one.nullable else [])],
                **({"enum": [*(name for _, name in one.called), *([None] if one.nullable else [])]} if one.called else {}),
                **({"format": JSON_FORMAT[one.kind]} if one.kind in JSON_FORMAT else {}),
                "description": one.says.partition(". plan ")[0],
            }
            for one in columns
        },
    }
