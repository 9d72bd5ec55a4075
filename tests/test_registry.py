"""Published events: an event never changes its shape, and bytes once stored are read for ever (decision 0025).

golden/events.json holds, for each capability, a history as its bytes were stored, and for each name a digest of its schema.
A new event is added there; a changed one needs a new name and an upcaster.
"""

import ast
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.events import CAPABILITIES, EVENTS
from domain.kernel import Event, fold, name_of
from journal import Entry
from journal.codec import EVENT_OF, UPCASTERS, current, decode, encode, stored_names

GOLDEN = Path(__file__).parent / "golden" / "events.json"
KEPT: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
HISTORIES: dict[str, list[dict[str, Any]]] = KEPT["histories"]
SCHEMAS: dict[str, str] = KEPT["schemas"]


def shape(schema: Any) -> Any:
    """A schema without the words in it: what a reader of the bytes depends on."""
    if isinstance(schema, dict):
        words = ("title", "description")
        return {key: shape(part) for key, part in schema.items() if not (key in words and isinstance(part, str))}
    return [shape(part) for part in schema] if isinstance(schema, list) else schema


WERE_LITERALS = {
    "ChangedField", "OutcomeDirection", "EditionHeading", "Fate", "IndicatorKind", "IndicatorWording", "MappingBasis",
    "MoveReasonKind", "OriginPart", "RescoringObstacleKind", "SourceMark",
}  # fmt: skip
"""Enumerations that stood as literals of the same texts when shapes were published: the bytes are the same."""


def literal(schema: Any, defined: Any) -> Any:
    """A schema with those enumerations written out where they stand."""
    if isinstance(schema, list):
        return [literal(part, defined) for part in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in WERE_LITERALS:
        return literal(defined[name] | {key: part for key, part in schema.items() if key != "$ref"}, defined)
    found = {key: literal(part, defined) for key, part in schema.items() if key not in WERE_LITERALS}
    return {key: part for key, part in found.items() if (key, part) != ("$defs", {})}


def digest(event: type[Event]) -> str:
    schema = event.model_json_schema()
    return sha256(orjson.dumps(shape(literal(schema, schema.get("$defs", {}))), option=orjson.OPT_SORT_KEYS)).hexdigest()


def test_every_published_name_is_kept_here_and_none_is_ever_taken_back() -> None:
    new = {name: digest(event) for name, event in EVENTS.items() if name not in SCHEMAS}
    assert new == {}, "add the new names with their digests and a stored example to golden/events.json"
    assert set(SCHEMAS) - set(EVENTS) - set(UPCASTERS) == set()


@pytest.mark.parametrize("name", EVENTS)
def test_the_shape_of_a_published_event_has_not_changed(name: str) -> None:
    assert digest(EVENTS[name]) == SCHEMAS[name], "publish the new shape under a new name, with an upcaster"


@pytest.mark.parametrize(("name", "event"), EVENTS.items())
def test_a_name_says_whose_it_is_what_happened_and_its_version(name: str, event: type[Event]) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+\.v[1-9][0-9]*", name)
    owner = name.split(".", 1)[0]
    assert event in CAPABILITIES[owner].events


def test_no_name_is_published_twice() -> None:
    assert len(EVENTS) == sum(len(capability.events) for capability in CAPABILITIES.values())


@pytest.mark.parametrize("kind", CAPABILITIES)
def test_the_bytes_of_every_event_are_read_written_alike_and_folded(kind: str) -> None:
    capability, events = CAPABILITIES[kind], []
    for stored in HISTORIES[kind]:
        state = orjson.dumps(stored["state"], option=orjson.OPT_SORT_KEYS)
        event = decode(capability, stored["type"], state)
        assert stored["type"] in UPCASTERS or encode(event) == state
        events.append(event)
    assert fold(capability.evolve, events) is not None
    assert {event.type for event in events} == {e.model_fields["type"].default for e in capability.events}


@pytest.mark.parametrize("name", EVENTS)
def test_bytes_with_a_field_too_many_or_too_few_are_not_read(name: str) -> None:
    kind = name.split(".", 1)[0]
    stored = next(one["state"] for one in HISTORIES[kind] if one["type"] == name)
    with pytest.raises(ValueError, match="colour"):
        decode(CAPABILITIES[kind], name, orjson.dumps(stored | {"colour": "red"}))
    for field in stored:
        with pytest.raises(ValueError, match=field):
            decode(CAPABILITIES[kind], name, orjson.dumps({key: stored[key] for key in stored if key != field}))


def test_an_unpublished_name_is_not_read() -> None:
    with pytest.raises(LookupError):
        decode(CAPABILITIES["slot"], "slot.painted.v1", b"{}")


def entry(kind: str, stored: dict[str, Any]) -> Entry:
    state = orjson.dumps(stored["state"], option=orjson.OPT_SORT_KEYS)
    return Entry(7, 1, f"{kind}/x", 3, stored["type"], state, "p", "city", "u", "", "", "", "", b"leaf")


@pytest.mark.parametrize("kind", CAPABILITIES)
def test_a_fold_sees_todays_name_and_shape_of_every_stored_entry(kind: str) -> None:
    for stored in HISTORIES[kind]:
        before = entry(kind, stored)
        found = current(before)
        assert found.type == name_of(EVENT_OF[stored["type"]])
        assert found.state == encode(decode(CAPABILITIES[kind], stored["type"], before.state))
        assert (found.position, found.stream, found.version, found.leaf) == (7, f"{kind}/x", 3, b"leaf")


def test_the_stored_names_of_an_event_are_todays_and_all_former_ones() -> None:
    assert {stored["type"] for history in HISTORIES.values() for stored in history} == set(EVENT_OF)
    for name, event in EVENT_OF.items():
        assert name in stored_names([event])
        assert {EVENT_OF[one] for one in stored_names([event])} == {event}
    assert sum(len(stored_names([event])) for event in EVENTS.values()) == len(EVENTS) + len(UPCASTERS)


ROOT = Path(__file__).parents[1]
NAMED_BY_ITSELF = {
    "interop/proof/verify_dossier.py": "is handed to whoever checks a dossier, as one file that needs nothing of ours",
    "journal/codec.py": "former names stand here and nowhere else",
}


def published_names(source: str) -> list[str]:
    """The texts of a file that are a published name, or one without its capability or its version, as line text."""
    parts = {one.partition(".")[2] for one in EVENT_OF} | {one.rpartition(".")[0] + "." for one in EVENT_OF}
    texts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [f"{node.lineno} {node.value}" for node in texts if node.value in EVENT_OF or node.value in parts]


def test_outside_the_domain_an_event_is_named_by_its_class() -> None:
    paths = [path for room in ("journal", "projections", "interop", "isolation", "graphql", "zhenduan", "benchmarks") for path in
             sorted((ROOT / room).rglob("*.py"))]
    assert len(paths) > 200
    written = {str(path.relative_to(ROOT)): published_names(path.read_text("utf-8")) for path in paths}
    assert {path: names for path, names in written.items() if names and path not in NAMED_BY_ITSELF} == {}
    assert all(written[path] for path in NAMED_BY_ITSELF), "what names no event any more leaves the list"


@pytest.mark.parametrize("line", ['x = "diagnosis.opened.v1"', 'x = "opened.v2"', 'x.startswith("roster.blocked.")'])
def test_a_published_name_is_seen_in_a_text(line: str) -> None:
    assert published_names(line)
