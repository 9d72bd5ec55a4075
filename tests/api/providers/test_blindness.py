"""Blindness (plan V1): before marking is closed no field, entry, count or file tells anyone but its marker what was marked.

Every query field of the schema is asked as everyone who may sign in, with all that may be selected below it.
"""

import json

import orjson
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.kit.ids import id_of
from domain.access import Role
from domain.kernel import name_of
from domain.providers.marking.marking import MarkSealed
from journal.codec import EVENT_OF
from tests.api.providers.selected_city import CALL, MARKERS, SECRET, Selecting
from tests.api.server.test_scopes import ARGUMENTS
from tests.live_city import ENTERPRISE, PEOPLE
from tests.root_fields import Literal, calls

EVERYONE = [*((login, role) for login, role, _ in PEOPLE), *((login, Role.MARKER) for login in MARKERS), (None, Role.PUBLIC)]
OURS = ("applications", "directory", "markings", "providerCalls", "whyListed")
NODES = (
    id_of("enterprise", ENTERPRISE),
    id_of("organisation", "p1"),
    id_of("person", "marker1"),
    id_of("edition", "2023"),
    id_of("diagnosis", "none"),
)
"""Things of this city that have ids of their own, and one that is not there."""
VOLATILE = ("queryCost", "session")
"""Fields that say how an answer was made."""


def answers(selecting: Selecting, who: str | None, role: Role) -> dict[str, str]:
    """Every root field as one person reads it, by its call."""
    tried = {**ARGUMENTS, "year": (selecting.year,), "id": NODES, "ids": (Literal(json.dumps(NODES)),), "enterprise": (ENTERPRISE,)}
    found = {}
    for call in calls(role, tried, first=4):  # so that a stranger may ask for all of each
        if call.field not in VOLATILE:
            payload = selecting.city.ask(who, call.query, **call.variables)
            assert call.field not in OURS or "errors" not in payload, (call.field, payload)
            assert "INTERNAL" not in str(payload.get("errors", "")), (call, payload["errors"])
            found[call.field + call.arguments] = orjson.dumps(payload.get("data")).decode()
    return found


@pytest.mark.parametrize("selecting", ["sqlite"], indirect=True)
def test_no_field_tells_anyone_a_mark_before_marking_is_closed_but_its_own_marker(selecting: Selecting) -> None:
    selecting.drawn().sealed()
    asked = 0
    for who, role in EVERYONE:
        for call, told in answers(selecting, who, role).items():
            asked += 1
            if call.startswith("markings") and role is Role.MARKER:
                own = {one["id"] for one in selecting.markings(str(who))}
                assert told.count(SECRET) == len(("nodes", "edges")) * 5 * len(own)
            else:
                assert SECRET not in told, (who, call)
    assert asked > 300
    for one in selecting.markings("city"):
        assert (one["stage"], one["mark"]) == ("SEALED", None)


def test_no_entry_holds_a_mark_and_all_sealed_ones_are_of_one_length(selecting: Selecting) -> None:
    selecting.drawn().sealed()
    journal = selecting.city.installation.services.journal
    entries = journal.since(0, 10_000)
    assert all(SECRET not in entry.state.decode() for entry in entries)
    sealed = [orjson.loads(entry.state)["sealed"] for entry in entries if EVENT_OF.get(entry.type) is MarkSealed]
    assert len(sealed) == 4
    assert len({len(one) for one in sealed}) == 1
    selecting.city.done("city", "closeMarking", CALL, year=selecting.year)
    after = journal.since(0, 10_000)
    assert sum(SECRET in orjson.dumps(orjson.loads(entry.state)).decode() for entry in after) == 4
    assert name_of(MarkSealed) == "marking.sealed.v1"


def test_while_a_third_is_to_mark_the_first_two_stay_sealed_for_everyone(selecting: Selecting) -> None:
    selecting.drawn().sealed({"marker1": (1, 1, 1, 1, 1)})
    selecting.city.done("city", "closeMarking", CALL, year=selecting.year)
    entries = selecting.city.installation.services.journal.since(0, 10_000)
    assert all(SECRET not in orjson.dumps(orjson.loads(entry.state)).decode() for entry in entries)


@pytest.mark.parametrize("who", ["marker1", "marker2"])
def test_a_marker_reads_the_same_whether_another_has_marked_or_not(selecting: Selecting, who: str) -> None:
    selecting.drawn()
    before = answers(selecting, who, Role.MARKER)
    for other in MARKERS:
        if other != who:
            for one in selecting.markings(other):
                assert selecting.seal(other, one["id"])["userErrors"] == []
    assert answers(selecting, who, Role.MARKER) == before


def test_a_file_is_given_to_a_marker_without_its_name_and_to_no_rival(selecting: Selecting) -> None:
    selecting.drawn()
    query = "{ markings { nodes { application { number documents { dimension sha256 } } } } }"
    shown = selecting.city.data("marker1", query)["markings"]["nodes"]
    assert all(len(one["application"]["documents"]) == 5 for one in shown)
    text = orjson.dumps(shown).decode()
    assert "示例诊断服务" not in text
    assert "organisation/" not in text


def test_a_marker_is_told_of_no_event_and_no_place_in_the_journal(selecting: Selecting) -> None:
    """Both move with whatever is recorded, and so with another's mark."""
    city = selecting.drawn().city
    error = city.ask("marker1", "{ position }")["errors"][0]
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("FORBIDDEN", ["Query.position"])
    with TestClient(create_app(city.installation.services, project=False)) as client:
        refused = client.get("/events", headers={"authorization": f"Bearer {city.tokens['marker1']}"})
        assert client.get("/events", headers={"authorization": f"Bearer {city.tokens['city']}"}).status_code == 200
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
