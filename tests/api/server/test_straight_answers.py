"""What is answered on the event loop is what the usual way answers, to whoever may still be told it (decision 0132)."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.server.answer_cache import AnswerCache
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from api.server.straight_answers import StraightAnswers
from api.server.straight_http import StraightHTTP
from domain.access import Everything, Role
from domain.participants.people.memberships import EndMembership, GrantMembership
from domain.participants.people.registration import ErasePerson
from journal.disclosure_log.disclosure_log import DisclosureNotWritten, broken
from journal.disclosure_log.loop_writer import LoopWriter
from journal.engines.loop_connections import LoopConnections
from projections.record.disclosures import disclosures
from tests.live_city import DOCUMENTS, ENTERPRISE, KINDS, RIGHTS, SCHEMA, LiveCity, followed, open_city, sections

Two = tuple[LiveCity, LiveCity]
FIRMS = "{ enterprises { nodes { id name revenueWan diagnosis { status provider { name } } } } }"
PAGED = "query($first: Int, $after: String) { enterprises(first: $first, after: $after) { edges { cursor node { id } } } }"
ONE = f'{{ it: enterprise(id: "{ENTERPRISE}") {{ name employees district {{ name }} }} }}'
CASES = "{ diagnoses { nodes { id status enterprise { name } openedAt } pageInfo { endCursor hasNextPage } } }"
NAMES = "{ enterprises { nodes { id name diagnosis { answered } } } }"
STRAIGHT = (FIRMS, ONE, CASES, NAMES)
USUAL = (
    "{ enterprises { nodes { id } totalCount } }",
    "{ viewer { role } enterprises { nodes { id } } }",
    "{ __typename }",
    "{ enterprises(first: -1) { nodes { id } } }",
    '{ enterprises(asOf: "2026-01-01") { nodes { id } } }',
    "{ disclosures { nodes { at } } }",
)
"""More than one statement, more than one field, no row, what is refused, the past, and what the program itself is asked."""


PARTLY = frozenset({"bank", "reader"})
"""Who may not read all of each: what is withheld goes the usual way."""


class OnLoop:
    """A city asked as the server asks it: on its event loop, and the usual way where that is left."""

    def __init__(self, city: LiveCity, **how: Any) -> None:
        services = how.pop("services", city.installation.services)
        self.operations = Operations(services, SCHEMA, RIGHTS, documents=DOCUMENTS, **how)
        self._city = city
        self._runner = asyncio.Runner()

    def straight(self, who: str, query: str, **variables: Any) -> Any:
        """The answer of the loop; None where it is the usual way's."""
        request, token = GraphQLRequest(query, variables), self._city.tokens[who]
        found = self._runner.run(self.operations.straight.answer(request, token, self.operations.deadline()))
        return None if found is None else found.payload

    def usual(self, who: str, query: str, **variables: Any) -> Any:
        return self.operations.run(GraphQLRequest(query, variables), self._city.tokens[who], KINDS).payload

    def known(self, who: str, query: str, **variables: Any) -> Any:
        """The usual answer, twice: by the first the caller is known, by the second how many statements it takes."""
        self.usual(who, query, **variables)
        return self.usual(who, query, **variables)

    def close(self) -> None:
        self._runner.run(self.operations.close())
        self._runner.close()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, built: Callable[..., Any], copied: Callable[..., Any]) -> Iterator[Two]:
    """Two processes' worth of one installation on PostgreSQL, with a diagnosis."""
    made = copied(built("postgres", None), tmp_path_factory.mktemp("straight") / "data")
    both = made.folder, made.address, made.tokens
    with open_city(*both) as first, open_city(*both) as second:
        with followed(second):
            second.opened()
        yield first, second


@pytest.fixture
def loop(two: Two) -> Iterator[OnLoop]:
    with closing(OnLoop(two[0], answers=AnswerCache(0))) as found:
        yield found


def disclosed(city: LiveCity) -> list[tuple[Any, ...]]:
    """What was written down, the latest first, but for its moment and number."""
    with city.installation.services.disclosures.reading() as connection:
        found = disclosures(connection, Everything(), 1_000)
    return [(one.person, one.role, one.organisation, one.entry_point, tuple(one.disclosed)) for one in found]


@pytest.mark.parametrize("query", STRAIGHT)
def test_every_role_is_told_what_the_usual_way_tells_and_as_much_is_written_down(
    two: Two, loop: OnLoop, query: str
) -> None:
    straight = 0
    for who in ("city", "district", "pudong", "enterprise", "provider", "bank", "auditor", "reader", "park"):
        loop.known(who, query)
        before = len(disclosed(two[0]))
        expected = loop.usual(who, query)
        usual = disclosed(two[0])
        found = loop.straight(who, query)
        if found is None:
            assert who in PARTLY or "errors" in expected, (who, query)
            continue
        straight += 1
        now = disclosed(two[0])
        assert orjson.dumps(found) == orjson.dumps(expected), (who, query)
        assert now[: len(now) - len(usual)] == usual[: len(usual) - before], (who, query)
    assert straight > 1
    assert loop.operations.straight.fell == 0


def test_pages_are_gone_through_by_cursors_of_either_way(loop: OnLoop) -> None:
    everything = loop.known("city", PAGED, first=100)["data"]["enterprises"]["edges"]
    after = None
    for expected in everything:
        (edge,) = loop.straight("city", PAGED, first=1, after=after)["data"]["enterprises"]["edges"]
        assert edge == expected
        after = edge["cursor"]
    assert loop.straight("city", PAGED, first=1, after=after)["data"]["enterprises"]["edges"] == []
    assert loop.straight("city", PAGED, first=101) is None
    assert loop.straight("city", PAGED, first=1, after="none of ours") is None


@pytest.mark.parametrize("query", USUAL)
def test_what_is_more_than_one_statement_of_rows_goes_the_usual_way(loop: OnLoop, query: str) -> None:
    expected = loop.known("district", query)
    assert loop.straight("district", query) is None
    if "disclosures" not in query:
        assert loop.usual("district", query) == expected


def test_a_total_that_takes_another_statement_is_no_fault(loop: OnLoop, caplog: pytest.LogCaptureFixture) -> None:
    """Begun here because of the last reader, for whom the list was a page, it is left without a word (found by the fast walk)."""
    query = "{ enterprises(first: 1) { nodes { id } totalCount } }"
    loop.known("city", query)
    prepared = loop.operations._documents.known(query, None)  # noqa: SLF001 - what is remembered of it
    assert prepared is not None
    prepared.habit.alone, prepared.habit.left = True, 0
    assert loop.straight("city", query) is None
    assert prepared.habit.left == 1, "it was begun"
    assert (loop.operations.straight.fell, caplog.records) == (0, [])


GONE: dict[str, Callable[[LiveCity], Any]] = {
    "park": lambda city: city.installation.accounts.sign_out(city.tokens["park"]),
    "group": lambda city: city.send(
        EndMembership(person="group", membership="m-group", on=date.fromisoformat(city.today) - timedelta(days=1))
    ),
    "subdistrict": lambda city: city.send(ErasePerson(person="subdistrict")),
    "unit": lambda city: city.installation.accounts.end_sessions("unit"),
    "filler": lambda city: city.installation.accounts.change_password("filler", "another long password"),
}


@pytest.mark.parametrize("who", GONE)
def test_who_has_gone_in_another_process_is_told_nothing(two: Two, who: str) -> None:
    """plan P7: between any two requests, of rows and of what was kept; the usual way says why."""
    first, second = two
    with closing(OnLoop(first, answers=AnswerCache(0))) as forgetful, closing(OnLoop(first)) as keeping:
        for loop in (forgetful, keeping):
            loop.known(who, NAMES)
            assert loop.straight(who, NAMES) is not None
        before = disclosed(first)
        GONE[who](second)
        for loop in (forgetful, keeping):
            assert loop.straight(who, NAMES) is None
            assert loop.usual(who, NAMES)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert disclosed(first) == before


def test_who_acts_in_another_role_is_answered_in_that(two: Two, loop: OnLoop) -> None:
    first, second = two
    since = date.fromisoformat(first.today)
    first.send(GrantMembership(person="pudong", membership="m-2", role=Role.ENTERPRISE, organisation=ENTERPRISE, since=since))
    loop.known("pudong", FIRMS)
    wide = loop.straight("pudong", FIRMS)
    assert second.installation.accounts.act_as(first.tokens["pudong"], "m-2")
    assert loop.straight("pudong", FIRMS) is None
    narrow = loop.known("pudong", FIRMS)
    assert loop.straight("pudong", FIRMS) == narrow != wide


def test_what_time_alone_changes_is_found_out_the_usual_way(two: Two) -> None:
    services, passed = two[0].installation.services, timedelta()
    with closing(OnLoop(two[0], services=replace(services, clock=lambda: services.clock() + passed))) as loop:
        loop.known("district", FIRMS)
        for passed in (timedelta(minutes=2), timedelta(days=1), timedelta(seconds=-30)):
            assert loop.straight("district", FIRMS) is None, passed
        passed = timedelta()
        assert loop.straight("district", FIRMS) is not None


def test_what_was_folded_meanwhile_is_shown_and_what_was_kept_is_given_while_nothing_was(two: Two) -> None:
    """plan P5: by the position that the rows stand at; each time that it leaves it is written down."""
    first, second = two
    with closing(OnLoop(first)) as loop:
        told = loop.known("city", FIRMS)
        before = len(disclosed(first))
        for _ in range(2):
            assert loop.straight("city", FIRMS) == told
        assert len(disclosed(first)) - before == 2
        expected = loop.known("city", NAMES)
        (case,) = second.data("city", "{ diagnoses { nodes { id } } }")["diagnoses"]["nodes"]
        section, answers = next(iter(sections(3).items()))
        with followed(second):
            second.done("enterprise", "saveAnswers", diagnosis=case["id"], section=section, answers=answers)
        found = loop.straight("city", NAMES)
        assert found is not None
        assert found != expected
        assert found == loop.usual("city", NAMES)
        assert loop.operations.straight.fell == 0


def test_rows_of_tables_built_anew_are_read_there(two: Two, loop: OnLoop) -> None:
    _, second = two
    told = loop.known("city", FIRMS)
    assert loop.straight("city", FIRMS) == told
    for _ in range(2):  # after the second the first tables are gone
        second.installation.services.models.rebuild()
        assert loop.straight("city", FIRMS) is None
        assert loop.known("city", FIRMS) == told
        assert loop.straight("city", FIRMS) == told


def test_a_query_that_forgets_its_scope_finds_nothing_outside_it(
    two: Two, loop: OnLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """plan P7: the row policies refuse in the one message as in any."""
    query = "{ enterprises { nodes { district { code } employees } } }"
    loop.known("district", query)
    monkeypatch.setattr("projections.participants.enterprises.to_sql", lambda *_: True)
    two[1].installation.services.models.rebuild()  # else a statement that was made with its scope is run
    loop.known("district", query)
    found = loop.straight("district", query)["data"]["enterprises"]["nodes"]
    assert {one["district"]["code"] for one in found} == {"310117"}


def test_nothing_leaves_that_could_not_be_written_down(two: Two, loop: OnLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    told = loop.known("city", FIRMS)

    async def unwritten(*_: Any) -> None:
        raise DisclosureNotWritten

    with monkeypatch.context() as patch:
        patch.setattr(LoopWriter, "write", unwritten)
        assert loop.straight("city", FIRMS) is None
    assert loop.straight("city", FIRMS) == told
    with two[0].installation.services.disclosures.reading() as connection:
        assert list(broken(connection)) == []


END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


def test_a_connection_that_the_server_has_ended_costs_nobody_an_answer(two: Two, loop: OnLoop) -> None:
    told = loop.known("city", FIRMS)
    assert loop.straight("city", FIRMS) == told
    with two[1].installation.services.models._engine.connect() as connection:  # noqa: SLF001 - as an operator would
        connection.exec_driver_sql(END_OTHERS)
    answers = [loop.straight("city", FIRMS) or loop.known("city", FIRMS) for _ in range(3)]
    assert answers == [told] * 3
    assert loop.straight("city", FIRMS) == told
    with two[0].installation.services.disclosures.reading() as connection:
        assert list(broken(connection)) == []


def test_whoever_stops_waiting_leaves_no_connection_half_read(two: Two) -> None:
    """Many ask on few connections; some leave in the middle, and the others are answered with their own rows."""

    async def asked() -> list[Any]:
        connections = LoopConnections(two[0].installation.services.disclosures.loop_address or "", 2, "SELECT 1")

        async def one(number: int) -> Any:
            connection = await connections.lend()
            try:
                return await connection.run(f"SELECT pg_sleep(0.01); SELECT {number}")
            finally:
                connections.give_back(connection)

        tasks = [asyncio.create_task(one(number)) for number in range(12)]
        await asyncio.sleep(0.1)
        leaving = asyncio.create_task(one(99))
        await asyncio.sleep(0.005)
        leaving.cancel()
        found = await asyncio.gather(*tasks, leaving, return_exceptions=True)
        again = await one(7)
        connections.close()
        return [*found, again]

    found = asyncio.run(asked())
    assert found[:12] == [[(number,)] for number in range(12)]
    assert isinstance(found[12], asyncio.CancelledError)
    assert found[13] == [(7,)]


def without_ids(answer: Any) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of an answer, but for what names its request."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    body = answer.json() if answer.content else None
    if body is not None:
        assert body["extensions"].pop("requestId") == answer.headers["x-request-id"]
    return answer.status_code, headers, body


def test_over_http_it_is_the_same_answer_with_the_same_headers(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """plan P7: by POST and GET, by a header and by a cookie; what is no plain request, and what is refused, goes on as it came."""
    token = two[0].tokens["city"]
    bearing = {"authorization": f"Bearer {token}"}
    cookie = {"cookie": f"zhenduan_session={token}", "graphql-require-preflight": "1"}
    newer = {**bearing, "accept": "application/graphql-response+json"}
    given = {"query": PAGED, "variables": {"first": 2}}
    address = {"query": PAGED, "variables": orjson.dumps(given["variables"]).decode()}
    app = create_app(two[0].installation.services, schema=SCHEMA, rights=RIGHTS)
    taken: list[bool] = []
    answered = StraightHTTP._is_answered  # noqa: SLF001 - what is looked at

    async def marked(*arguments: Any) -> bool:
        taken.append(await answered(*arguments))
        return taken[-1]

    with TestClient(app) as client:
        asked: dict[str, Callable[[], Any]] = {
            "bearer": lambda: client.post("/graphql", json=given, headers=bearing),
            "cookie": lambda: client.post("/graphql", json=given, headers=cookie),
            "newer": lambda: client.post("/graphql", json=given, headers=newer),
            "get": lambda: client.get("/graphql", params=address, headers={**bearing, "accept": "application/json"}),
        }
        for _ in range(2):
            client.post("/graphql", json=given, headers=bearing)
        with monkeypatch.context() as patch:
            patch.setattr(StraightAnswers, "is_ready", False)
            usual = {name: without_ids(ask()) for name, ask in asked.items()}
        monkeypatch.setattr(StraightHTTP, "_is_answered", marked)
        assert {name: without_ids(ask()) for name, ask in asked.items()} == usual
        assert taken == [True] * len(asked)
        known = {**bearing, "accept": "application/json", "if-none-match": usual["get"][1]["etag"]}
        has_it = client.get("/graphql", params=address, headers=known)
        assert (has_it.status_code, has_it.content, has_it.headers["etag"]) == (304, b"", known["if-none-match"])
        taken.clear()
        for odd in (
            client.post("/graphql", json=given, headers={**cookie, "cookie": "zhenduan_session=x"}),
            client.post("/graphql", json=given, headers={**bearing, "content-encoding": "gzip"}),
            client.post("/graphql", content=b"{", headers={**bearing, "content-type": "application/json"}),
            client.post("/graphql", json=given, headers={"cookie": cookie["cookie"]}),
            client.post("/graphql", json=given, headers={"authorization": "Bearer nobody"}),
        ):
            assert "errors" in odd.json()
        assert True not in taken
