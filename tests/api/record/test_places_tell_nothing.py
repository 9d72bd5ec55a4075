"""Places tell nothing (plan P5, P7; decision 0141): no token of a place says whether, or how much, others write elsewhere."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api.app import create_app
from api.kit.cursors import Cursors
from domain.participants.people.registration import RegisterPerson
from tests.api.small_api import serving
from tests.live_city import LiveCity

CURSORS = Cursors(b"s" * 32)


@pytest.fixture
def host(city: LiveCity) -> Iterator[str]:
    with serving(create_app(city.installation.services)) as address:
        yield f"http://{address}"


def key(city: LiveCity) -> dict[str, str]:
    issued = city.installation.accounts.issue_partner_key("erp", "310117", timedelta(days=1))
    return {"authorization": f"Bearer {issued.token}"}


def write_elsewhere(city: LiveCity, name: str) -> None:
    """Something that no partner is told of, folded."""
    city.send(RegisterPerson(person=name, name="某某"))
    services = city.installation.services
    assert services.models.wait_for(services.journal.head().size, 30)


def test_a_place_has_another_token_each_time_and_each_is_as_long() -> None:
    places = [CURSORS.seal_place(position) for position in (5, 5, 10**9)]
    assert len(set(places)) == 3
    assert {len(one) for one in places} == {len(places[0])}
    assert [CURSORS.open(one) for one in (*places, CURSORS.seal(5))] == [5, 5, 10**9, 5]


def test_an_idle_stream_says_nothing_of_what_others_write(city: LiveCity, host: str) -> None:
    headers = {**key(city), "accept": "text/event-stream"}
    with httpx2.stream("GET", f"{host}/events", headers=headers, timeout=40) as answer:
        lines = answer.iter_lines()
        while True:  # what there is already, then how far was looked
            block = list(iter(lambda: next(lines), ""))
            if [line[:3] for line in block] == ["id:"]:
                break
        for name in ("elsewhere-1", "elsewhere-2", "elsewhere-3"):
            write_elsewhere(city, name)
            time.sleep(0.1)  # so that each would be looked at by itself
        city.opened()
        block = list(iter(lambda: next(lines), ""))
    assert [line.partition(":")[0] for line in block] == ["id", "event", "data"], block


def test_places_of_answers_are_not_to_be_compared(city: LiveCity, host: str) -> None:
    headers = key(city)
    links = [httpx2.get(f"{host}/events", headers=headers).headers["link"] for _ in range(2)]
    assert links[0] != links[1]
    asked = {"query": "{ position enterprises(first: 1) { totalCount } }"}
    told: list[Any] = [httpx2.post(f"{host}/graphql", headers=headers, json=asked).json()["data"] for _ in range(3)]
    assert len({one["position"] for one in told}) == 3
    assert {str(one["enterprises"]) for one in told} == {str(told[0]["enterprises"])}
    tags = [httpx2.get(f"{host}/graphql", headers=headers, params=asked).headers.get("etag") for _ in range(2)]
    assert tags == [None, None], "nor is the answer one that is given again as long as nothing moves"


def test_a_command_that_writes_nothing_names_no_place_of_others(city: LiveCity) -> None:
    diagnosis = city.opened()
    told = [city.done("enterprise", "pledgeTruth", "position", diagnosis=diagnosis)["position"] for _ in range(3)]
    assert len(set(told)) == 3, "the first wrote, and the others stand where the journal ends"
    assert len(told[1]) == len(told[2]) > len(told[0])
