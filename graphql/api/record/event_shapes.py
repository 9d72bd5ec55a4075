"""Shapes of public events 公开事件的格式: each as a CloudEvent 1.0. plan P8.

One shape for every way out: the feed, its event stream and webhooks carry the same object with the same id.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from domain.instants import utc_moment
from domain.kernel import key_of
from domain.public_events import PUBLIC_EVENTS, PublicEvent
from journal.codec import EVENT_OF
from projections.record.audit_trail import EntryRow

SOURCE = "/events"
CLOUD_EVENT = "application/cloudevents+json"
CLOUD_EVENTS_BATCH = "application/cloudevents-batch+json"

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
    return envelope(public, cursor, thing, moment, row.told or row.version)


def envelope(public: PublicEvent, cursor: str, thing: str, moment: str, version: int) -> dict[str, Any]:
    """A thin event 精简事件. thing: its id. moment: ISO text, UTC."""
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
