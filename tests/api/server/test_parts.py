"""Parts (plan P1): what a thing holds is paged where it stands by the rules of every list: both ways, by cursor, within bounds."""

from datetime import timedelta
from typing import Any

import pytest

from domain.instants import city_day
from tests.live_city import ENTERPRISE, LiveCity, followed, live_city

CONSENTS = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { enterprise(id: $id) { name
  consents(first: $first, after: $after, last: $last, before: $before) { totalCount nodes { id since bank { kind name } }
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
HOW_MANY = 7


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def firm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A city whose firm gave seven consents, the latest day first."""
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else "sqlite"
    with live_city(tmp_path_factory.mktemp("parts"), url) as city, followed(city):
        today = city_day(city.installation.services.clock())
        for number in reversed(range(HOW_MANY)):
            day = str(today + timedelta(days=number))
            term = {"bank": "bank", "purpose": "授信", "since": day, "until": day}
            city.done("enterprise", "grantConsent", "enterprise { id }", enterprise=ENTERPRISE, **term)
        yield city


def page(city: LiveCity, **asked: Any) -> Any:
    return city.data("enterprise", CONSENTS, id=ENTERPRISE, **asked)["enterprise"]["consents"]


def test_the_parts_of_a_thing_walked_forwards_and_backwards_are_the_same_list(firm: LiveCity) -> None:
    everything = page(firm)
    expected = [one["id"] for one in everything["nodes"]]
    assert everything["totalCount"] == len(set(expected)) == HOW_MANY
    days = [one["since"] for one in everything["nodes"]]
    assert days == sorted(days)
    for size, start, more, cursor in (
        ("first", "after", "hasNextPage", "endCursor"),
        ("last", "before", "hasPreviousPage", "startCursor"),
    ):
        found: list[str] = []
        asked: dict[str, Any] = {size: 3}
        while True:
            got = page(firm, **asked)
            ids = [one["id"] for one in got["nodes"]]
            assert [edge["node"]["id"] for edge in got["edges"]] == ids
            assert got["totalCount"] == HOW_MANY
            found = found + ids if size == "first" else ids + found
            if not got["pageInfo"][more]:
                break
            asked[start] = got["pageInfo"][cursor]
        assert found == expected, size


def test_a_page_says_what_stands_on_its_other_side(firm: LiveCity) -> None:
    first = page(firm, first=2)
    second = page(firm, first=2, after=first["pageInfo"]["endCursor"])
    assert (first["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    back = page(firm, last=2, before=second["pageInfo"]["startCursor"])
    assert [one["id"] for one in back["nodes"]] == [one["id"] for one in first["nodes"]]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"first": 0}, "PAGE_SIZE"),
        ({"first": 101}, "PAGE_SIZE"),
        ({"first": 1, "last": 1}, "PAGE_BOTH_WAYS"),
        ({"after": "x"}, "CURSOR_INVALID"),
    ],
)
def test_a_page_out_of_bounds_is_refused_at_its_path_alone(firm: LiveCity, asked: dict[str, Any], code: str) -> None:
    answer = firm.ask("enterprise", CONSENTS, id=ENTERPRISE, **asked)
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == (code, ["enterprise", "consents"])
    assert answer["data"]["enterprise"]["consents"] is None
    assert answer["data"]["enterprise"]["name"]


def test_a_cursor_of_another_list_opens_none_of_these(firm: LiveCity) -> None:
    other = firm.data("city", "{ enterprises(first: 1) { pageInfo { endCursor } } }")["enterprises"]["pageInfo"]["endCursor"]
    [error] = firm.ask("enterprise", CONSENTS, id=ENTERPRISE, after=other)["errors"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"


def test_a_bank_is_the_organisation_that_it_is(firm: LiveCity) -> None:
    assert page(firm, first=1)["nodes"][0]["bank"] == {"kind": "BANK", "name": "示例银行"}


def test_a_page_of_parts_counts_as_many_times_as_it_may_be_long(firm: LiveCity) -> None:
    query = "{ queryCost { requested } enterprises(first: 10) { nodes { consents(first: %d) { nodes { id purpose } } } } }"
    small, large = (firm.data("city", query % size)["queryCost"]["requested"] for size in (1, 100))
    assert large > 50 * small
