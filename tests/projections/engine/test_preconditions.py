"""A snapshot under a precondition begins with its first statement, in one message, and shows nothing where it fails (0117)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest
from sqlalchemy import Select, literal_column, select

from domain.access import Attribute, Is
from journal import open_journal
from journal.engines import prepared_statements
from projections import ReadModels, Snapshot, open_read_models
from projections.engine import preconditions
from projections.engine.generations import GENERATIONS
from projections.engine.places import ENTERPRISES
from projections.engine.preconditions import NotAsKnown, Precondition

DISTRICT = Is(Attribute.DISTRICT, "310117")
WHO: Select[Any] = select(literal_column("current_user::text"))
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def when(held: str) -> Precondition:
    return Precondition("{} = 'yes'", (held,), NOW, NOW)


@pytest.fixture
def models(database: str) -> Iterator[ReadModels]:
    with closing(open_journal(database)) as journal, closing(open_read_models(database, journal)) as found:
        with found.reading():
            pass  # it is known where they stand
        yield found


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages of snapshots."""
    messages: list[str] = []
    run = preconditions._Cursor.run  # noqa: SLF001 - what goes over the wire

    def marked(cursor: Any, query: str | bytes, values: Any) -> None:
        messages.append(query if isinstance(query, str) else query.decode())
        run(cursor, query, values)

    monkeypatch.setattr(preconditions._Cursor, "run", marked)  # noqa: SLF001 - as above
    return messages


def moved(database: str, **values: int) -> None:
    """Every read model stands elsewhere, as after a fact or a swap."""
    with closing(psycopg2.connect(database)) as connection, connection, connection.cursor() as cursor:
        for name, by in values.items():
            cursor.execute(f"UPDATE {GENERATIONS.name} SET {name} = {name} + %s WHERE current", (by,))


def firms(snapshot: Snapshot) -> Any:
    return snapshot.rows(select(snapshot[ENTERPRISES].c.id))


def test_condition_beginning_and_read_are_one_message(models: ReadModels, sent: list[str]) -> None:
    for _ in range(2):
        sent.clear()
        with models.reading(None, None, when("yes")) as snapshot:
            assert firms(snapshot) == []
    assert [message.split(" ", 1)[0] for message in sent] == ["BEGIN"]


def test_nothing_is_read_where_it_does_not_hold(models: ReadModels, sent: list[str]) -> None:
    with models.reading(None, None, when("no")) as snapshot:
        for _ in range(2):
            with pytest.raises(NotAsKnown):
                firms(snapshot)
        with pytest.raises(NotAsKnown):
            snapshot.held()
        with pytest.raises(NotAsKnown):
            assert snapshot.position
        assert snapshot.has_failed
    assert len([message for message in sent if "EXECUTE" in message]) == 1
    with models.reading(None, None, when("yes")) as snapshot:  # on the same connection
        assert firms(snapshot) == []


def test_what_was_held_is_asked_once_and_again_with_the_first_read(models: ReadModels, sent: list[str]) -> None:
    with models.reading(None, None, when("yes")) as snapshot:
        assert snapshot.held() == snapshot.stands_at == snapshot.held()
        assert not snapshot.has_begun
        assert len([message for message in sent if "EXECUTE" in message]) == 1
        assert firms(snapshot) == []
        assert snapshot.has_begun


def test_a_position_that_moved_is_told(models: ReadModels, database: str) -> None:
    moved(database, position=7)
    with models.reading(None, None, when("yes")) as snapshot:
        assert firms(snapshot) == []
        assert snapshot.position == 7
    with models.reading(None, None, when("yes")) as snapshot:
        assert set(snapshot.held()[1]) == {7}


def test_rows_of_other_generations_are_thrown_away(models: ReadModels, database: str) -> None:
    moved(database, generation=1)
    with models.reading(None, None, when("yes")) as snapshot, pytest.raises(NotAsKnown):
        firms(snapshot)


def test_a_statement_alone_leaves_no_transaction_and_is_of_one_moment(models: ReadModels) -> None:
    with models.reading(None, None, when("yes"), alone=True) as snapshot:
        settings: list[Any] = [literal_column(f"current_setting('transaction_{name}')") for name in ("isolation", "read_only")]
        assert snapshot.rows(select(*settings)) == [("repeatable read", "on")]
        idle = snapshot._connection.connection.dbapi_connection  # noqa: SLF001 - the driver's own
        assert idle.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_IDLE  # type: ignore[union-attr]
        assert snapshot.was_alone
        assert snapshot.stands_at == snapshot.held()


def test_a_second_statement_after_one_alone_finds_the_same_or_nothing(models: ReadModels, database: str) -> None:
    """plan P5: an answer is of one moment."""
    with models.reading(None, None, when("yes"), alone=True) as snapshot:
        assert firms(snapshot) == firms(snapshot)
        assert not snapshot.was_alone
    with models.reading(None, None, when("yes"), alone=True) as snapshot:
        firms(snapshot)
        moved(database, position=1)
        with pytest.raises(NotAsKnown):
            firms(snapshot)


def test_the_condition_stays_prepared_when_other_statements_give_way(models: ReadModels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_statements, "KEPT_STATEMENTS", 1)
    for number in range(4):
        with models.reading(None, None, when("yes")) as snapshot:
            snapshot.rows(select(*[snapshot[ENTERPRISES].c.id] * (number + 1)))


def test_a_connection_that_was_lost_is_no_answer_and_not_used_again(models: ReadModels, database: str) -> None:
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with models.reading(None, None, when("yes")) as snapshot, pytest.raises(NotAsKnown):
        firms(snapshot)
    with models.reading() as snapshot:
        assert firms(snapshot) == []


def test_a_role_that_may_not_read_the_session_is_entered_after_it_was_looked_at(models: ReadModels) -> None:
    """The condition is looked at as who is connected, the rows as the reader."""
    with models.reading(DISTRICT, None, when("yes")) as snapshot:
        assert snapshot.rows(WHO) == [("zhenduan_reader",)]


def test_what_the_program_reads_itself_is_read_as_such_though_one_statement_was_thought_enough(models: ReadModels) -> None:
    """plan P7: neither is a count of the city narrowed by who asks, nor is what they read after it past the policies."""
    with models.reading(DISTRICT, None, when("yes"), alone=True) as snapshot:
        assert snapshot.whole().rows(WHO) != [("zhenduan_reader",)]
        assert snapshot.rows(WHO) == [("zhenduan_reader",)]
    with models.reading(None, None, when("yes"), alone=True) as snapshot:
        snapshot.through(DISTRICT)
        assert snapshot.rows(WHO) == [("zhenduan_reader",)]
