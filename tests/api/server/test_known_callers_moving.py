"""What moves between two messages of one answer is no fault of its caller, and ends no session's protection (0117)."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, bindparam, cast, func, select

from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from projections import Snapshot
from projections.engine.generations import GENERATIONS
from projections.engine.preconditions import Beginning, NotAsKnown, Precondition
from projections.participants.enterprises import ENTERPRISES
from projections.participants.organisations import ORGANISATIONS
from tests.live_city import LiveCity, open_city

Two = tuple[LiveCity, LiveCity]
FIRMS = "{ enterprises { nodes { id name } totalCount } }"
BY_MORE = "{ disclosures { nodes { at } } enterprises { nodes { id name } totalCount } }"


@pytest.fixture
def two(tmp_path: Path, built: Callable[..., Any], copied: Callable[..., Any]) -> Iterator[Two]:
    """Two processes' worth of one installation on PostgreSQL; on SQLite nobody is known beforehand."""
    made = copied(built("postgres", None), tmp_path / "data")
    both = made.folder, made.address, made.tokens
    with open_city(*both) as first, open_city(*both) as second:
        yield first, second


def moves(city: LiveCity, number: int) -> None:
    """An entry is written and folded."""
    city.send(RegisterOrganisation(organisation=f"unit-{number}", kind=OrganisationKind.BANK, name=f"示例单位{number}"))
    city.installation.services.models.catch_up()


def once_between(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> list[str]:
    """Let something happen once, after a precondition was looked at and before anything is read."""
    hold, happened = Beginning.hold, list[str]()

    def held(beginning: Beginning, *arguments: Any) -> Any:
        found = hold(beginning, *arguments)
        if not happened:
            happened.append("once")
            then()
        return found

    monkeypatch.setattr(Beginning, "hold", held)
    return happened


@pytest.mark.parametrize("query", [FIRMS, BY_MORE])
def test_what_is_folded_between_two_messages_of_an_answer_is_no_fault(
    two: Two, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    first, second = two
    told = first.data("auditor", query)
    first.ask("auditor", query)
    moves(second, 1)  # what was kept is old
    happened = once_between(monkeypatch, lambda: moves(second, 2))
    assert first.data("auditor", query)["enterprises"] == told["enterprises"]
    assert happened


@pytest.mark.parametrize("query", [FIRMS, BY_MORE])
def test_who_signs_out_between_two_messages_of_an_answer_is_told_to_sign_in(
    two: Two, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """plan P7: neither rows nor a fault."""
    first, second = two
    first.data("auditor", query)
    first.ask("auditor", query)
    moves(second, 1)
    happened = once_between(monkeypatch, lambda: second.installation.accounts.sign_out(first.tokens["auditor"]))
    answer = first.ask("auditor", query)
    assert happened
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer


def holding(city: LiveCity, condition: str = "{}::boolean") -> Precondition:
    now = city.installation.services.clock()
    return Precondition(condition, ("true",), now, now + timedelta(minutes=1))


def test_a_statement_that_was_prepared_in_vain_can_be_run_on_that_connection_later(two: Two) -> None:
    first, second = two
    models = first.installation.services.models
    with models.reading():  # it is known where they stand
        pass
    for number in range(3):
        with models.reading(None, None, holding(first)) as snapshot:
            snapshot.held()
            moves(second, number)
            table = snapshot[ORGANISATIONS]
            with pytest.raises(NotAsKnown):
                snapshot.prepared(("prepared in vain",), lambda table=table: select(table.c.id))
    for _ in range(20):  # on each connection that there is
        with models.reading() as snapshot:
            table = snapshot[ORGANISATIONS]
            assert snapshot.prepared(("prepared in vain",), lambda table=table: select(table.c.id))


def test_what_is_told_of_the_whole_city_is_so_also_where_one_statement_was_thought_to_be_all(two: Two) -> None:
    """A figure of the city that is read first goes past the row policies, whatever the same document asked for the last time."""
    first, _ = two
    models = first.installation.services.models
    with models.reading() as snapshot:
        whole = snapshot.rows(select(snapshot[ENTERPRISES].c.id))
    district = first.operations.signed_in(first.tokens["district"]).scope
    with models.reading(district, None, holding(first), alone=True) as snapshot:
        firms = select(snapshot[ENTERPRISES].c.id)
        assert len(snapshot.whole().rows(firms)) == len(whole)
        assert len(snapshot.rows(firms)) == 1
    with models.reading(district, None, holding(first), alone=True) as snapshot:
        assert len(snapshot.rows(firms)) == 1
        assert len(snapshot.whole().rows(firms)) == len(whole)
        assert len(snapshot.rows(firms)) == 1


def test_a_slow_first_read_of_a_known_caller_ends_with_its_deadline(two: Two) -> None:
    first, _ = two
    models = first.installation.services.models

    def slept(snapshot: Snapshot, seconds: float) -> None:
        snapshot.prepared(("slept",), lambda: select(cast(func.pg_sleep(bindparam("seconds")), String)), seconds=seconds)

    with models.reading() as snapshot:
        slept(snapshot, 0.0)  # the connection has it prepared
    began = time.monotonic()
    with models.reading(None, began + 1.0, holding(first)) as snapshot, pytest.raises(NotAsKnown):
        slept(snapshot, 30.0)
    assert time.monotonic() - began < 15
    with models.reading() as snapshot:
        slept(snapshot, 0.0)


def test_a_connection_on_which_no_snapshot_could_begin_in_time_begins_the_next(two: Two) -> None:
    """Whoever comes after is not told of a transaction that somebody else's haste has broken."""
    first, _ = two
    models = first.installation.services.models
    with models._engine.begin() as blocking:  # noqa: SLF001 - a long statement of somebody else's
        blocking.exec_driver_sql(f"LOCK TABLE {GENERATIONS.fullname} IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Exception, match="timeout"), models.reading(None, time.monotonic() + 0.3):
            pass
    for _ in range(3):
        with models.reading() as snapshot:
            assert snapshot.position
