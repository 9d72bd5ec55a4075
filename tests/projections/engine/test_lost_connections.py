"""A server that restarted meanwhile: the next reader finds a connection that is dead and takes another."""

import psycopg2
import pytest
from sqlalchemy import select

from journal import open_journal
from journal.secrets.vault import open_vault
from projections import open_read_models
from projections.engine.places import ENTERPRISES
from zhenduan.accounts.sessions import META, SESSIONS


def end_every_other_connection(address: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def test_a_snapshot_is_begun_on_a_new_connection(database: str) -> None:
    journal = open_journal(database)
    models = open_read_models(database, journal)
    for _ in range(2):
        with models.reading() as snapshot:
            assert snapshot.rows(select(snapshot[ENTERPRISES])) == []
        end_every_other_connection(database)
    models.close()
    journal.close()


def test_a_connection_lost_within_a_snapshot_is_not_used_again(database: str) -> None:
    journal = open_journal(database)
    models = open_read_models(database, journal)
    with models.reading() as snapshot:
        end_every_other_connection(database)
        with pytest.raises(psycopg2.OperationalError):
            snapshot.rows(select(snapshot[ENTERPRISES]))
    with models.reading() as snapshot:
        assert snapshot.rows(select(snapshot[ENTERPRISES])) == []
    models.close()
    journal.close()


def test_a_session_is_looked_up_on_a_new_connection(database: str) -> None:
    vault = open_vault(database)
    vault.create(META)
    for _ in range(2):
        assert vault.prepared("people", lambda: select(SESSIONS.c.person)) == []
        end_every_other_connection(database)
    vault.close()
