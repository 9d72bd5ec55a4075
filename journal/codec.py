"""Codec 编码 of events: canonical JSON bytes, read back by the published name. Old shapes are upcast on read, never rewritten."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from domain.kernel import Capability, Event


def _firm_without_reporting_unit(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A firm that was stated before rosters named a reporting unit had none."""
    return lambda data: {**data, "type": name, "firm": {**data["firm"], "reporting_unit": None}}


def _firm_of_no_year(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A firm that was stated before entries bore the roster's year."""
    return lambda data: {**data, "type": name, "year": None}


def _report_within(name: str, **added: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:  # noqa: ANN401 - plain JSON
    """A roster's answer from when the entry held the whole report; of its firms it was not said where they lie."""

    def upcast(data: dict[str, Any]) -> dict[str, Any]:
        rest = {key: value for key, value in data.items() if key not in ("findings", "enterprises")}
        severities = [found["severity"] for found in data["findings"]]
        counts = {name: severities.count(name) for name in ("refused", "warned")}
        members = {"members": {"": data["enterprises"]}} if "enterprises" in data else {}
        return {**rest, **counts, **members, **added, "report": None, "type": name}

    return upcast


UPCASTERS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "enterprise.registered.v1": _firm_without_reporting_unit("enterprise.registered.v2"),
    "enterprise.revised.v1": _firm_without_reporting_unit("enterprise.revised.v2"),
    "enterprise.registered.v2": _firm_of_no_year("enterprise.registered.v3"),
    "enterprise.revised.v2": _firm_of_no_year("enterprise.revised.v3"),
    "roster.imported.v1": _report_within("roster.imported.v2", left_out=[], confirmed=[]),
    "roster.blocked.v1": _report_within("roster.blocked.v2", to_confirm=0),
    "diagnosis.opened.v1": lambda data: {**data, "type": "diagnosis.opened.v2", "applicable": None, "reason": None},
    "organisation.registered.v1": lambda data: {**data, "type": "organisation.registered.v2"},
    "person.membership_granted.v1": lambda data: {
        **data,
        "type": "person.membership_granted.v2",
        "sections": [],
        "contact": False,
    },
}
"""Old published name -> the data under its successor's name, as that data's own `type` says. plan P5."""


def encode(event: Event) -> bytes:
    """The stored bytes of an event: JSON with sorted keys, exact decimals as text; the name is stored beside them."""
    return orjson.dumps(event.model_dump(mode="json", exclude={"type"}), option=orjson.OPT_SORT_KEYS)


def decode(capability: Capability[Any, Any, Any], name: str, state: bytes) -> Event:
    """The event behind a published name and its stored bytes.

    Raises:
        LookupError: the capability has published no such name.
    """
    data = orjson.loads(state)
    while name in UPCASTERS:
        data = UPCASTERS[name](data)
        name = data.pop("type")
    for event in capability.events:
        if event.model_fields["type"].default == name:
            return event.model_validate_json(orjson.dumps(data))
    raise LookupError(f"{capability.name} has published no event {name}")
