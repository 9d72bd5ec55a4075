"""Process log (plan P5): the cases of a scope as OCEL 2.0 JSON, persons by pseudonyms, whole in itself, and for few."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from api.app import create_app
from api.downloads.process_log import MOST_EXPORTS, ProcessLogFiles
from api.server.admission import Overloaded
from tests.live_city import ENTERPRISE, PEOPLE, LiveCity

TEXT = {"type": "string"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}


def listed(**members: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": members, "required": list(members)}}


VALUE: dict[str, Any] = {"type": ["string", "number", "boolean"]}
KINDS = listed(name=TEXT, attributes=listed(name=TEXT, type={"enum": ["string", "time", "integer", "float", "boolean"]}))
RELATED = listed(objectId=TEXT, qualifier=TEXT)
SCHEMA = {
    "type": "object",
    "properties": {
        "objectTypes": KINDS,
        "eventTypes": KINDS,
        "objects": listed(id=TEXT, type=TEXT, attributes=listed(name=TEXT, time=TIME, value=VALUE), relationships=RELATED),
        "events": listed(id=TEXT, type=TEXT, time=TIME, attributes=listed(name=TEXT, value=VALUE), relationships=RELATED),
    },
    "required": ["objectTypes", "eventTypes", "objects", "events"],
    "additionalProperties": False,
}
"""OCEL 2.0, section 8 (JSON), as the standard of 2023 writes it out."""


@pytest.fixture
def client(city: LiveCity) -> Iterator[TestClient]:
    with TestClient(create_app(city.installation.services)) as client:
        yield client


def log(city: LiveCity, client: TestClient, who: str) -> Any:
    return client.get("/process-log.ocel.json", headers={"authorization": f"Bearer {city.tokens[who]}"})


def test_the_log_is_ocel_and_names_every_object_and_type_that_it_speaks_of(city: LiveCity, client: TestClient) -> None:
    city.issued()
    made = log(city, client, "auditor").json()
    jsonschema.validate(made, SCHEMA)
    objects = {one["id"]: one["type"] for one in made["objects"]}
    assert len(objects) == len(made["objects"])
    assert set(objects.values()) >= {"diagnosis", "firm", "provider", "visit", "report", "person"}
    assert set(objects.values()) <= {one["name"] for one in made["objectTypes"]}
    assert {one["type"] for one in made["events"]} == {one["name"] for one in made["eventTypes"]}
    ids = [one["id"] for one in made["events"]]
    assert len(set(ids)) == len(ids)
    trail = city.data("auditor", "{ auditTrail(first: 100) { nodes { id } } }")["auditTrail"]["nodes"]
    assert set(ids) <= {one["id"] for one in trail}, "an event is cited as it is in the trail, never by its place in the journal"
    assert {one["objectId"] for event in made["events"] for one in event["relationships"]} == set(objects)
    stated = {kind["name"]: {one["name"] for one in kind["attributes"]} for kind in made["eventTypes"]}
    assert all({one["name"] for one in event["attributes"]} <= stated[event["type"]] for event in made["events"])
    assert f"firm/{ENTERPRISE}" in objects


def test_persons_are_pseudonyms_and_nothing_that_was_said_leaves(city: LiveCity, client: TestClient) -> None:
    city.issued()
    text = log(city, client, "auditor").text
    people = {one["id"].partition("/")[2] for one in json.loads(text)["objects"] if one["type"] == "person"}
    assert people
    assert not people & {name for name, _, _ in PEOPLE}
    assert "现场无异常" not in text
    assert json.loads(text) == log(city, client, "auditor").json(), "the same person has the same pseudonym"


def test_a_district_has_its_own_cases_and_others_none(city: LiveCity, client: TestClient) -> None:
    city.issued()
    assert log(city, client, "district").json()["events"]
    assert log(city, client, "pudong").json()["events"] == []
    for who in ("enterprise", "provider", "bank", "subdistrict", "reader"):
        assert log(city, client, who).status_code == 404, who
    assert client.get("/process-log.ocel.json").status_code == 401
    asked = {"authorization": f"Bearer {city.tokens['auditor']}"}
    assert client.get("/process-log.ocel.json?year=2024", headers=asked).status_code == 400


def test_logs_that_are_promised_and_not_begun_take_their_places_too(city: LiveCity) -> None:
    files = ProcessLogFiles(city.installation.services, city.operations)
    asked = {"type": "http", "headers": [(b"authorization", f"Bearer {city.tokens['auditor']}".encode())], "query_string": b""}
    promised = [files._begun(Request(asked)) for _ in range(MOST_EXPORTS)]  # noqa: SLF001 - what a thread does of a request
    assert {one.status_code for one in promised} == {200}
    with pytest.raises(Overloaded):
        files._begun(Request(asked))  # noqa: SLF001 - as above
    promised.clear()
    assert files._begun(Request(asked)).status_code == 200, "the places of answers that nobody took are free again"  # noqa: SLF001 - as above
