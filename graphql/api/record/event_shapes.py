"""Shapes of public events 公开事件的格式: each as a CloudEvent 1.0, its JSON Schema and an example. plan P8.

One shape for every way out: the feed, its event stream and webhooks carry the same object with the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from api.kit.event_names import in_english, in_words
from domain.instants import utc_moment
from domain.kernel import Event, key_of, name_of
from domain.public_events import PUBLIC_EVENTS, PublicEvent
from journal.codec import EVENT_OF
from projections.record.audit_trail import EntryRow

SOURCE = "/events"
CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS_BATCH = "application/cloudevents-batch+json"
DIALECT = "http://json-schema.org/draft-07/schema#"

READ: Mapping[str, str] = {
    "diagnosis": "... on Diagnosis { status version }",
    "enterprise": "... on Enterprise { name changedAt }",
    "organisation": "... on Organisation { kind name }",
    "edition": "... on Edition { title status }",
    "revision": "... on Revision { title status }",
}
"""Kind of a thing -> what the link of its events reads of it; a follower asks for what it needs in the same way."""


def link_to(kind: str, identity: str) -> str:
    """Where the thing is read as it is now 读取链接: a query by GET, through the scope of whoever follows it."""
    return "/graphql?query=" + quote(f'{{ node(id: "{identity}") {{ __typename id {READ[kind]} }} }}', safe="")


def cloud_event(row: EntryRow, cursor: str) -> dict[str, Any]:
    """An entry as other systems are told of it; cursor: its place in the journal, sealed."""
    public = PUBLIC_EVENTS[EVENT_OF[row.type]]
    thing = f"{public.thing}/{key_of(row.stream)}"
    moment = utc_moment(row.at).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return _envelope(public, cursor, thing, moment, row.told or row.version)


def _envelope(public: PublicEvent, cursor: str, thing: str, moment: str, version: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": cursor,
        "source": SOURCE,
        "type": public.name,
        "subject": thing,
        "time": moment,
        "datacontenttype": "application/json",
        "data": {"thing": thing, "version": version, "links": {"thing": link_to(public.thing, thing)}},
    }


@dataclass(frozen=True)
class Described:
    """A public event with its words, schema and example, for whoever prints them 事件说明. says: English · 中文."""

    public: PublicEvent
    says: str
    schema: dict[str, Any]
    example: dict[str, Any]


def described(event: type[Event]) -> Described:
    """What is published of a stored event."""
    public = PUBLIC_EVENTS[event]
    says = f"{in_english(name_of(event))} · {in_words(name_of(event))}"
    thing = f"{public.thing}/{EXAMPLES[public.thing]}"
    example = _envelope(public, "bm8tcGxhY2Utb2YtdGhlLWpvdXJuYWw", thing, "2024-06-03T01:30:00.000000Z", 1)
    return Described(public, says, _schema(public, says), example)


EXAMPLES: Mapping[str, str] = {
    "diagnosis": "0b1c2d3e4f50",
    "enterprise": "5f2b8c",
    "organisation": "p1",
    "edition": "2023",
    "revision": "r2025",
}


def _schema(public: PublicEvent, says: str) -> dict[str, Any]:
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
