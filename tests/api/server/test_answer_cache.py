"""Answers kept by where the rows stand (decision 0055): given again while right, to their reader alone, disclosed anew."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.server.answer_cache import MOST_BYTES, AnswerCache
from api.server.compiled_selections import CompiledExecutor
from api.server.http import respond
from api.server.messages import GraphQLRequest, GraphQLResponse
from api.server.operations import Operations
from api.server.response_bodies import encoded
from domain.access import Everything
from projections.record.disclosures import disclosures
from tests.live_city import DOCUMENTS, ENTERPRISE, FIRM, KINDS, RIGHTS, SCHEMA, LiveCity
from zhenduan.limits import ServerLimits

FIRMS = "{ enterprises { nodes { id name revenueWan diagnosis { status } } totalCount } }"
LATE = "{ diagnoses { nodes { id overdue } } }"
PEOPLE = "{ people { nodes { id name } } }"
CONTACTS = f'{{ enterprise(id: "{ENTERPRISE}") {{ contacts {{ name }} }} }}'


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A mark for each operation that was executed, and not given again."""
    marks: list[str] = []
    execute = CompiledExecutor.execute_operation

    def marked(executor: CompiledExecutor, *given: Any, **more: Any) -> Any:
        marks.append("executed")
        return execute(executor, *given, **more)

    monkeypatch.setattr(CompiledExecutor, "execute_operation", marked)
    return marks


def answer(city: LiveCity, who: str | None, query: str, operations: Operations | None = None, **variables: Any) -> GraphQLResponse:
    token = city.tokens[who] if who is not None else None
    return (operations or city.operations).run(GraphQLRequest(query, variables), token, KINDS)


def disclosed(city: LiveCity) -> int:
    with city.installation.services.disclosures.reading() as connection:
        return len(disclosures(connection, Everything(), 1_000))


def test_the_same_asked_again_is_given_again_and_written_down_each_time(city: LiveCity, executed: list[str]) -> None:
    """plan P7: a cache hides no disclosure."""
    before, first = disclosed(city), answer(city, "city", FIRMS)
    once = disclosed(city)
    again = answer(city, "city", FIRMS)
    assert len(executed) == 1
    assert (again.payload, again.body, again.tag, again.cost) == (first.payload, first.body, first.tag, first.cost)
    assert first.tag
    assert disclosed(city) - once == once - before > 0


def test_a_kept_answer_leaves_without_being_read(city: LiveCity) -> None:
    """Whoever passes it on looks at its bytes alone: to decode them took longer than to find them."""
    answer(city, "city", FIRMS)
    again = answer(city, "city", FIRMS)
    for media in ("application/json", "application/graphql-response+json"):
        assert respond(again, media, encoded(again)).status_code == 200
    assert "payload" not in vars(again)


def test_a_fact_ends_what_was_kept(city: LiveCity, executed: list[str]) -> None:
    before = answer(city, "city", FIRMS)
    city.opened()
    executed.clear()
    after = answer(city, "city", FIRMS)
    assert executed
    assert after.tag not in ("", before.tag)
    anew = Operations(city.installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS)
    assert answer(city, "city", FIRMS, anew).payload == after.payload


def test_an_answer_is_nobody_elses(city: LiveCity, executed: list[str]) -> None:
    """plan P7: neither another person of the same unit nor another role is given it, and one who has left is given nothing."""
    known = answer(city, "enterprise", FIRMS)
    for who in ("filler", "confirmer", "stranger", "district", "bank"):
        executed.clear()
        other = answer(city, who, FIRMS)
        assert other.tag != known.tag
        assert bool(executed) == ("data" in other.payload)
    city.installation.services.accounts.sign_out(city.tokens["enterprise"])
    assert answer(city, "enterprise", FIRMS).status == 401


def test_a_role_that_ends_is_given_nothing_of_what_was_kept_for_it(city: LiveCity) -> None:
    assert answer(city, "district", FIRMS).tag
    yesterday = (date.fromisoformat(city.today) - timedelta(days=1)).isoformat()
    city.done("city", "endMembership", "", person="district", membership="m-district", on=yesterday)
    assert answer(city, "district", FIRMS).status == 401


def test_what_depends_on_the_day_is_made_anew_on_the_next(city: LiveCity, executed: list[str]) -> None:
    """plan P5: what is in time today is overdue one day."""
    city.opened()
    services, passed = city.installation.services, timedelta()
    moving = replace(services, clock=lambda: services.clock() + passed)
    operations = Operations(moving, SCHEMA, RIGHTS, documents=DOCUMENTS)
    executed.clear()
    today = answer(city, "city", LATE, operations)
    again = answer(city, "city", LATE, operations)
    assert (again.payload, again.body, again.tag) == (today.payload, today.body, today.tag)
    assert len(executed) == 1
    passed = timedelta(days=300)
    then = answer(city, "city", LATE, operations)
    assert len(executed) == 2
    assert [one.payload["data"]["diagnoses"]["nodes"][0]["overdue"] for one in (today, then)] == [False, True]


def test_what_is_made_of_more_than_rows_is_not_kept(city: LiveCity, executed: list[str]) -> None:
    """Names of people are opened by their keys, which end with them: an erased name is in no answer that was kept."""
    for query in (PEOPLE, CONTACTS, "{ disclosures { nodes { at } } }"):
        executed.clear()
        first, second = answer(city, "city", query), answer(city, "city", query)
        assert (first.tag, second.tag, len(executed)) == ("", "", 2), query


def test_an_answer_with_an_error_is_not_kept(city: LiveCity, executed: list[str]) -> None:
    query = "{ enterprises(first: -1) { totalCount } }"
    assert answer(city, "city", query).payload["errors"]
    assert answer(city, "city", query).payload["errors"]
    assert len(executed) == 2


def test_what_is_kept_is_bounded(city: LiveCity, executed: list[str]) -> None:
    """Beyond the bytes that were set, what was asked for longest ago gives way."""
    assert ServerLimits().kept_answers * 2**20 == MOST_BYTES
    size = len(answer(city, "city", FIRMS).body or b"")
    answers = AnswerCache(2 * (size + 2_000))
    operations = Operations(city.installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS, answers=answers)
    for place in range(5):
        answer(city, "city", FIRMS.replace("id name", f"id name place{place}: name"), operations)
    executed.clear()
    for place in (4, 0):
        answer(city, "city", FIRMS.replace("id name", f"id name place{place}: name"), operations)
    assert len(executed) == 1


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_who_has_the_answer_is_told_304_until_it_is_another(city: LiveCity) -> None:
    """RFC 9110, 13.1.2: by the tag of a GET; the guard and the disclosure log come first, as ever."""
    headers = {"authorization": f"Bearer {city.tokens['city']}", "accept": "application/json"}
    with TestClient(create_app(city.installation.services, project=False, schema=SCHEMA, rights=RIGHTS)) as client:

        def get(**more: str) -> Any:
            return client.get("/graphql", params={"query": FIRMS}, headers=headers | more)

        first, before = get(), disclosed(city)
        tag = first.headers["etag"]
        assert first.status_code == 200
        assert first.headers["cache-control"] == "no-store"
        same = get(**{"if-none-match": f'"other", {tag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert disclosed(city) > before
        assert get(**{"if-none-match": 'W/"other"'}).status_code == 200
        other = client.get(
            "/graphql",
            params={"query": FIRMS},
            headers={"authorization": f"Bearer {city.tokens['district']}", "if-none-match": tag, "accept": "application/json"},
        )
        assert other.status_code == 200
        city.opened()
        assert get(**{"if-none-match": tag}).status_code == 200
        headers["authorization"] = "Bearer gone"
        assert get(**{"if-none-match": tag}).status_code == 401
    assert FIRM.name in first.text
