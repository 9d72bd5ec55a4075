"""Who was found out a moment ago is asked about in the message that reads the answer, and nothing leaves unless it holds.

Decisions 0117 and 0127: sessions, partners' keys, an identity provider's tokens, and the public.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.server.answer_cache import AnswerCache
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from domain.access import Everything, Role
from domain.participants.people.memberships import EndMembership, GrantMembership
from domain.participants.people.registration import ErasePerson
from projections.engine import preconditions
from projections.record.disclosures import disclosures
from tests.live_city import DOCUMENTS, ENTERPRISE, KINDS, RIGHTS, SCHEMA, LiveCity, followed, open_city
from zhenduan.accounts.accounts import LocalAccounts

Two = tuple[LiveCity, LiveCity]
FIRMS = "{ enterprises { nodes { id name revenueWan diagnosis { status } } totalCount } }"
ROLE = "{ viewer { role } enterprises { totalCount } }"
ASKED = (
    FIRMS,
    "{ __typename }",
    "{ viewer { role } }",
    "{ __schema { queryType { name } } }",
    "{ disclosures { nodes { at } } }",
    'query($first: Int = "x") { enterprises(first: $first) { totalCount } }',
    "query($first: Int!) { enterprises(first: $first) { totalCount } }",
    "{ enterprises(first: -1) { totalCount } }",
    "{ nothing }",
)
"""What is answered from rows, from none, by something else of the program, and what is refused."""


@pytest.fixture(params=["sqlite", "postgres"])
def two(request: pytest.FixtureRequest, tmp_path: Path, built: Callable[..., Any], copied: Callable[..., Any]) -> Iterator[Two]:
    """Two processes' worth of one installation, and nobody who keeps the read models current."""
    made = copied(built(request.param, None), tmp_path / "data")
    both = made.folder, made.address, made.tokens
    with open_city(*both) as first, open_city(*both) as second:
        yield first, second


@pytest.fixture
def found_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A mark for each caller who was found out."""
    marks: list[str] = []
    identify = LocalAccounts.identify

    def marked(accounts: LocalAccounts, token: str) -> Any:
        marks.append(token)
        return identify(accounts, token)

    monkeypatch.setattr(LocalAccounts, "identify", marked)
    return marks


def disclosed(city: LiveCity) -> int:
    with city.installation.services.disclosures.reading() as connection:
        return len(disclosures(connection, Everything(), 1_000))


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"]) if "errors" in answer else ""


def test_who_is_known_is_not_found_out_again_and_told_the_same(two: Two, found_out: list[str]) -> None:
    """On SQLite finding out costs no message, and is done each time."""
    city, _ = two
    anew = Operations(city.installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS)
    for query in (FIRMS, ROLE, FIRMS.replace("name", "uscc")):
        told = anew._run(None, *asked(city, query))  # noqa: SLF001 - the usual way, past what is known
        city.ask("district", query)
        found_out.clear()
        assert city.ask("district", query) == told.payload
        assert len(found_out) == (0 if city.installation.services.models.asks_preconditions else 1)


def asked(city: LiveCity, query: str) -> tuple[Any, ...]:
    return GraphQLRequest(query, {}), city.tokens["district"], KINDS, None, None


class Vouching:
    """An identity provider whose tokens say their subject."""

    settings = SimpleNamespace(issuer="https://id.example")
    keys_until = datetime.max.replace(tzinfo=UTC)

    def keys_unchanged(self) -> Callable[[], bool]:
        return lambda: True

    def verify(self, token: str) -> dict[str, Any]:
        return {"sub": token, "exp": (datetime.now(UTC) + timedelta(hours=1)).timestamp()}


SUBJECT = "ey-of-the-district"


def partner(first: LiveCity) -> str:
    return first.installation.accounts.issue_partner_key("bank", "*", timedelta(days=1)).token


def subject(first: LiveCity) -> str:
    accounts = first.installation.accounts
    accounts.subjects.link(Vouching.settings.issuer, SUBJECT, "district")
    accounts._provider = Vouching()  # type: ignore[assignment] # noqa: SLF001 - in place of a server
    return SUBJECT


def key_revoked(second: LiveCity) -> None:
    accounts = second.installation.accounts
    (key,) = accounts.partner_keys.listing()
    accounts.revoke_partner_key(key.id)


def key_rotated_at_once(second: LiveCity) -> None:
    accounts = second.installation.accounts
    (key,) = accounts.partner_keys.listing()
    accounts.rotate_partner_key(key.id, timedelta())


def unlinked(second: LiveCity) -> None:
    second.installation.accounts.unlink_subject(Vouching.settings.issuer, SUBJECT)


def signed_out(city: LiveCity) -> None:
    city.installation.accounts.sign_out(city.tokens["district"])


def role_ended(city: LiveCity) -> None:
    yesterday = date.fromisoformat(city.today) - timedelta(days=1)
    city.send(EndMembership(person="district", membership="m-district", on=yesterday))


def erased(city: LiveCity) -> None:
    city.send(ErasePerson(person="district"))


def forced_out(city: LiveCity) -> None:
    city.installation.accounts.end_sessions("district")


def password_changed(city: LiveCity) -> None:
    city.installation.accounts.change_password("district", "another long password")


@pytest.mark.parametrize("gone", [signed_out, role_ended, erased, forced_out, password_changed])
def test_who_has_gone_in_another_process_is_told_nothing_of_anything(two: Two, gone: Callable[[LiveCity], None]) -> None:
    """plan P7: between any two requests; neither rows, nor what needs none, nor why something is refused."""
    first, second = two
    for _ in range(2):
        for query in ASKED:
            first.ask("district", query)
    before = disclosed(first)
    gone(second)
    for query in ASKED:
        assert code(first.ask("district", query)) == "UNAUTHENTICATED", query
    assert disclosed(first) == before


OTHERS = ((partner, key_revoked), (partner, key_rotated_at_once), (subject, unlinked), (subject, role_ended), (subject, erased))


@pytest.mark.parametrize(("bearer", "gone"), OTHERS)
def test_a_key_or_a_vouched_token_that_has_ended_in_another_process_opens_nothing(
    two: Two, found_out: list[str], bearer: Callable[[LiveCity], str], gone: Callable[[LiveCity], None]
) -> None:
    """plan P7, P8: they are known as sessions are, and as little is said to who has gone."""
    first, second = two
    first.tokens["other"] = bearer(first)
    anew = Operations(first.installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS)
    for query in ASKED:
        told = anew._run(None, GraphQLRequest(query, {}), first.tokens["other"], KINDS, None, None)  # noqa: SLF001 - as above
        first.ask("other", query)
        if "disclosures" not in query:  # of which there are more each time
            assert first.ask("other", query) == told.payload, query
    found_out.clear()
    assert "errors" not in first.ask("other", ROLE)
    assert len(found_out) == (0 if first.installation.services.models.asks_preconditions else 1)
    before = disclosed(first)
    gone(second)
    for query in ASKED:
        assert code(first.ask("other", query)) == "UNAUTHENTICATED", query
    assert disclosed(first) == before


def test_a_key_is_found_out_anew_when_its_minute_or_its_time_is_over(two: Two, found_out: list[str]) -> None:
    city, _ = two
    services, passed = city.installation.services, timedelta()
    operations = Operations(replace(services, clock=lambda: services.clock() + passed), SCHEMA, RIGHTS, documents=DOCUMENTS)
    for bearer in (partner, subject):
        passed = timedelta()
        request = GraphQLRequest(ROLE, {}), bearer(city), KINDS
        operations.run(*request)
        for passed in (timedelta(minutes=1), timedelta(days=2), timedelta(seconds=-30)):
            found_out.clear()
            operations.run(*request)
            assert len(found_out) == 1, passed


@pytest.mark.parametrize("query", ASKED)
def test_the_first_that_is_asked_after_the_end_is_told_nothing(two: Two, query: str) -> None:
    """As above, whichever it is: the one before has not found out for it."""
    first, second = two
    first.ask("district", ROLE)
    first.ask("district", query)
    first.ask("district", ROLE)
    signed_out(second)
    assert code(first.ask("district", query)) == "UNAUTHENTICATED"


def test_who_acts_in_another_role_is_answered_in_that(two: Two) -> None:
    first, second = two
    since = date.fromisoformat(first.today)
    first.send(GrantMembership(person="district", membership="m-2", role=Role.ENTERPRISE, organisation=ENTERPRISE, since=since))
    wide = first.data("district", ROLE)
    assert second.installation.accounts.act_as(first.tokens["district"], "m-2")
    narrow = first.data("district", ROLE)
    assert (wide["viewer"]["role"], narrow["viewer"]["role"]) == ("DISTRICT", "ENTERPRISE")


def test_a_known_caller_is_found_out_anew_when_time_alone_could_have_changed_them(two: Two, found_out: list[str]) -> None:
    """The use of a session is noted each minute, its end comes, and a membership is of a day."""
    city, _ = two
    services, passed = city.installation.services, timedelta()
    operations = Operations(replace(services, clock=lambda: services.clock() + passed), SCHEMA, RIGHTS, documents=DOCUMENTS)
    request = asked(city, ROLE)[:3]
    operations.run(*request)
    for passed in (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(seconds=-30)):
        found_out.clear()
        operations.run(*request)
        assert len(found_out) == 1, passed


def test_rows_of_tables_built_anew_are_read_there(two: Two) -> None:
    """plan P5: a swap of generations between two requests, and two of them, after which the old tables are gone."""
    first, second = two
    told = first.data("district", FIRMS)
    for _ in range(3):
        second.installation.services.models.rebuild()
        assert first.data("district", FIRMS) == told


def test_what_was_folded_meanwhile_is_shown(two: Two, found_out: list[str]) -> None:
    """plan P5: the rows are those of now, and so is the position that the answer is kept by."""
    first, second = two
    assert first.data("district", FIRMS)["enterprises"]["nodes"][0]["diagnosis"] is None
    found_out.clear()
    with followed(second):
        second.opened()
    found_out.clear()
    for _ in range(2):
        assert first.data("district", FIRMS)["enterprises"]["nodes"][0]["diagnosis"] == {"status": "OPEN"}
    assert len(found_out) == (0 if first.installation.services.models.asks_preconditions else 2)


def test_a_known_caller_reads_through_the_row_policies(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """plan P7: a query that forgets its scope finds nothing outside it on PostgreSQL, in the first message as in any."""
    first, _ = two
    if not first.installation.services.models.asks_preconditions:
        pytest.skip("row policies are PostgreSQL's")
    first.ask("district", ROLE)
    monkeypatch.setattr("projections.participants.enterprises.to_sql", lambda *_: True)
    query = "{ enterprises { nodes { district { code } } } }"
    found = first.data("district", query)["enterprises"]["nodes"]
    assert {one["district"]["code"] for one in found} == {"310117"}


PAGE = "{ enterprises { nodes { name diagnosis { status provider { name } } } } }"


@pytest.mark.parametrize("bearer", [lambda city: city.tokens["district"], partner, subject, None])
def test_a_page_with_what_it_leads_to_is_one_message(
    two: Two, monkeypatch: pytest.MonkeyPatch, bearer: Callable[[LiveCity], str] | None
) -> None:
    """From the third on: the first finds out who asks, the second how many statements it takes; None = the public."""
    city, _ = two
    city.ask("district", ROLE)
    if not city.installation.services.models.asks_preconditions:
        pytest.skip("SQLite is asked without messages")
    token, query = (bearer(city), PAGE) if bearer is not None else (None, "{ providerCalls { year } }")
    messages: list[str | bytes] = []
    run = preconditions._Cursor.run  # noqa: SLF001 - what goes over the wire

    def marked(cursor: Any, query: str | bytes, values: Any) -> None:
        messages.append(query)
        run(cursor, query, values)

    monkeypatch.setattr(preconditions._Cursor, "run", marked)  # noqa: SLF001 - as above
    operations = Operations(city.installation.services, SCHEMA, RIGHTS, documents=DOCUMENTS, answers=AnswerCache(0))
    for _ in range(3):
        messages.clear()
        assert "errors" not in operations.run(GraphQLRequest(query, {}), token, KINDS).payload
    assert len(messages) == 1
