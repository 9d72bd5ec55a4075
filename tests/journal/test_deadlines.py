"""Deadlines of commands 命令时限 (plan P5): the database stops what is late, nothing of it is written, nobody else is concerned."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest

from domain.access import Role
from domain.events import CAPABILITIES
from domain.kernel import Refused
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Handled, Journal, Verified, handle, verify
from journal.deadlines import DEADLINE_EXCEEDED
from journal.engines.group_commit import GroupCommit, WaitedTooLong
from journal.engines.postgres import PostgresRecorder
from journal.engines.postgres_schema import APPEND_LOCK
from journal.engines.sqlite import SQLiteRecorder
from tests.small_city import caller

CITY = caller(Role.CITY, "city")
LONG = 30.0
Locked = Callable[[], AbstractContextManager[None]]


def register(journal: Journal, name: str, seconds: float | None, **rest: Any) -> Handled:
    command = RegisterOrganisation(organisation=name, kind=OrganisationKind.PROVIDER, name=name)
    until = None if seconds is None else time.monotonic() + seconds
    return handle(journal, CAPABILITIES, command, CITY, clock=lambda: datetime.now(UTC), until=until, **rest)


@pytest.fixture
def locked(journal: Journal) -> Locked:
    """Another process that is writing, and doesn't end."""

    @contextmanager
    def lock() -> Iterator[None]:
        if isinstance(journal, SQLiteRecorder):
            other: Any = sqlite3.connect(journal.path, isolation_level=None, check_same_thread=False)
            other.execute("BEGIN IMMEDIATE")
        else:
            assert isinstance(journal, PostgresRecorder)
            other = psycopg2.connect(journal.dsn)
            other.cursor().execute(f"SELECT pg_advisory_xact_lock({APPEND_LOCK})")
        try:
            yield
        finally:
            other.rollback()
            other.close()

    return lock


@pytest.mark.parametrize("alone", [False, True], ids=["grouped", "finished apart"])
def test_a_command_that_waits_for_another_writer_is_refused_at_its_deadline_and_writes_nothing(
    journal: Journal, locked: Locked, *, alone: bool
) -> None:
    rest: dict[str, Any] = {"finish": lambda _accepted: {}} if alone else {}
    register(journal, "p1", LONG, **rest)
    before = journal.head()
    with locked():
        began = time.monotonic()
        with pytest.raises(Refused) as refused:
            register(journal, "p2", 0.4, idempotency_key="k", **rest)
        assert refused.value.rule == DEADLINE_EXCEEDED
        assert time.monotonic() - began < LONG / 2
    assert (journal.head(), journal.read("organisation/p2")) == (before, [])
    assert not register(journal, "p2", LONG, idempotency_key="k", **rest).replayed
    assert isinstance(verify(journal), Verified)


def test_a_deadline_is_its_commands_alone(journal: Journal, locked: Locked) -> None:
    done = threading.Event()

    def unhurried() -> None:
        register(journal, "p2", None)
        done.set()

    register(journal, "p1", LONG)
    with locked():
        with pytest.raises(Refused):
            register(journal, "late", 0.2)
        thread = threading.Thread(target=unhurried)
        thread.start()
        assert not done.wait(0.8)  # it waits for longer than the one before it was given
    thread.join(LONG)
    assert done.is_set()
    assert len(journal.read("organisation/p2")) == 1


def test_a_command_whose_facts_took_too_long_to_make_writes_nothing(journal: Journal) -> None:
    with pytest.raises(Refused) as refused:
        register(journal, "p1", 0.2, finish=lambda _accepted: time.sleep(0.4) or {})
    assert refused.value.rule == DEADLINE_EXCEEDED
    assert journal.read("organisation/p1") == []


def test_who_waits_for_others_of_the_process_waits_no_longer_than_the_deadline() -> None:
    entered, let_go = threading.Event(), threading.Event()
    seen: list[int] = []

    def commit(items: Any) -> list[int]:
        seen.extend(items)
        if 1 in items:
            entered.set()
            let_go.wait(LONG)
        return list(items)

    group: GroupCommit[int, int] = GroupCommit(commit)
    leader = threading.Thread(target=group.submit, args=(1,))
    leader.start()
    entered.wait(LONG)
    with pytest.raises(WaitedTooLong):
        group.submit(2, time.monotonic() + 0.1)
    let_go.set()
    leader.join(LONG)
    assert group.submit(3, time.monotonic() + LONG) == 3
    assert seen == [1, 3]
