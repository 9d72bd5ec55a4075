"""Event catalogue 公开事件目录: what is published of each event, its JSON Schema and examples. plan P8."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.kit.event_names import in_english, in_words
from api.kit.ids import id_of
from api.record.event_objects import object_schema
from api.record.event_shapes import envelope
from domain.kernel import Event, name_of
from domain.public_events import PUBLIC_EVENTS, PublicEvent

DIALECT = "http://json-schema.org/draft-07/schema#"


@dataclass(frozen=True)
class Described:
    """A public event with its words, schema and examples, for whoever prints them 事件说明. says: English · 中文.

    full_example: under a contract; None where none opens it.
    """

    public: PublicEvent
    says: str
    schema: dict[str, Any]
    example: dict[str, Any]
    full_example: dict[str, Any] | None


def described(event: type[Event]) -> Described:
    """What is published of a stored event."""
    public = PUBLIC_EVENTS[event]
    says = f"{in_english(name_of(event))} · {in_words(name_of(event))}"
    thing = f"{public.thing}/{EXAMPLES[public.thing]}"
    example = envelope(public, "bm8tcGxhY2Utb2YtdGhlLWpvdXJuYWw", thing, "2024-06-03T01:30:00.000000Z", 1)
    full = None
    if public.thing in OBJECTS:
        full = {**example, "data": {**example["data"], "object": OBJECTS[public.thing]}}
    return Described(public, says, _schema(public, says), example, full)


EXAMPLES: Mapping[str, str] = {
    "diagnosis": "0b1c2d3e4f50",
    "enterprise": "5f2b8c",
    "organisation": "p1",
    "edition": "2023",
    "revision": "r2025",
}
OBJECTS: Mapping[str, Mapping[str, Any]] = {
    "diagnosis": {
        "id": id_of("diagnosis", EXAMPLES["diagnosis"]),
        "caseNumber": "4821-0937-5521",
        "enterprise": id_of("enterprise", EXAMPLES["enterprise"]),
        "campaign": id_of("campaign", "2024"),
        "purpose": "INITIAL",
        "form": "BRIEF",
        "edition": id_of("edition", EXAMPLES["edition"]),
        "provider": id_of("organisation", EXAMPLES["organisation"]),
        "status": "ISSUED",
        "statusSince": "2024-06-03T01:30:00.000000Z",
        "version": 1,
        "openedAt": "2024-05-06T02:00:00.000000Z",
        "changedAt": "2024-06-03T01:30:00.000000Z",
        "answered": None,
        "visits": None,
        "issuedVersion": 1,
    },
    "enterprise": {
        "id": id_of("enterprise", EXAMPLES["enterprise"]),
        "uscc": "913100000000000015",
        "name": "示例机械有限公司",
        "district": "310117",
        "subdistrict": None,
        "park": None,
        "reportingUnit": None,
        "group": None,
        "industry": "C34",
        "sizeClass": "SMALL",
        "aboveScale": True,
        "changedAt": "2024-06-03T01:30:00.000000Z",
    },
    "organisation": {
        "provider": id_of("organisation", EXAMPLES["organisation"]),
        "name": "示例诊断服务有限公司",
        "standing": "LISTED",
        "year": 2024,
        "tags": "C34;C35",
        "moved": "2024-06-03",
        "due": None,
    },
}
"""Kind of a thing -> an object of it, as a full event carries it."""


def _schema(public: PublicEvent, says: str) -> dict[str, Any]:
    full = object_schema(public.thing)
    thing = {"type": "string", "pattern": f"^{public.thing}/", "description": "Id of the thing, as the GraphQL API takes it"}
    data = {
        "type": "object",
        "required": ["thing", "version", "links"],
        "properties": {
            "thing": thing,
            "version": {
                "type": "integer",
                "minimum": 1,
                "description": "Version of the thing after the event; of a diagnosis, which it is of its public events",
            },
            "links": {
                "type": "object",
                "required": ["thing"],
                "properties": {"thing": {"type": "string", "description": "Path that reads the thing as it is now"}},
            },
            **({"object": full} if full is not None else {}),
        },
    }
    return {
        "$schema": DIALECT,
        "title": public.name,
        "description": says,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {
                "type": "string",
                "minLength": 1,
                "maxLength": 128,
                "description": "Its sealed place in the journal: the cursor of every way to follow, the same for each reader",
            },
            "source": {"type": "string", "format": "uri-reference"},
            "type": {"const": public.name},
            "subject": thing,
            "time": {"type": "string", "format": "date-time", "description": "When it was written, UTC"},
            "datacontenttype": {"const": "application/json"},
            "data": data,
        },
    }
