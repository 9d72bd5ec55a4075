"""Tampering 篡改: whatever byte of whatever column is changed past the recorder, `verify` finds it (plan P5)."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from journal import Broken, Journal, Verified, open_journal, verify
from journal.entries import COLUMNS
from tests.journal.writers import entry, now

HEAD = ("size", "at", "frontier", "root")
ROLL = random.Random(20230728)  # noqa: S311 - which bytes are flipped, the same in every run


class Intruder:
    """Someone with the full rights of the database, who has put the guards away."""

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            self.connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self.connection.text_factory = bytes
            triggers = self.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for (name,) in triggers:
                self.run(f"DROP TRIGGER {name.decode()}")
        else:
            self.connection = psycopg2.connect(url)
            self.connection.autocommit = True
            for table in ("entries", "head", "outcomes"):
                self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        cursor = self.connection.cursor()
        cursor.execute(statement if self.sqlite else statement.replace("?", "%s"), values)
        return cursor

    def rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return list(self.run(statement, values).fetchall())

    def bytes_of(self, table: str, column: str, where: str) -> bytes | int:
        ((value,),) = self.rows(f"SELECT {column} FROM {table} WHERE {where}")
        if isinstance(value, (int, bytes)):
            return value
        return value.encode() if isinstance(value, str) else bytes(value)

    def write(self, table: str, column: str, where: str, value: bytes | int) -> bool:
        """Whether the database lets such a value be stored at all."""
        binary = column in ("state", "leaf", "frontier", "root")
        cast = "?" if isinstance(value, int) or binary else "CAST(? AS TEXT)" if self.sqlite else "convert_from(?, 'UTF8')"
        given = value if isinstance(value, int) or self.sqlite else psycopg2.Binary(value)
        try:
            self.run(f"UPDATE {table} SET {column} = {cast} WHERE {where}", (given,))
        except psycopg2.Error:  # bytes that are no text, or a place that is taken
            return False
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        self.connection.close()


def flips(value: bytes | int) -> list[bytes | int]:
    """The value with one bit of each of its bytes turned, one byte at a time; and cut, grown or emptied."""
    if isinstance(value, int):
        signed = [int.from_bytes((value ^ (1 << bit)).to_bytes(8, "big", signed=False), "big", signed=True)
                  for bit in (0, 9, 18, 27, 36, 45, 54, 63) if value >= 0]  # fmt: skip
        return [*signed, -value, value + 1]
    turned: list[bytes | int] = []
    for place in range(len(value)):
        changed = bytearray(value)
        changed[place] ^= 1 << ROLL.randrange(8)
        turned.append(bytes(changed))
    return [*turned, value[:-1], value + b"\x00", value + b"x", b""]


def filled(journal: Journal) -> None:
    for version in range(1, 6):
        given = {"organisation": "city", "reason": "年度诊断", "correlation": "c1", "causation": "thing/a/1"}
        journal.append(
            [entry("thing/a", version, idempotency_key=f"k{version}", **given)], now(), ("li", f"k{version}", "d", "o")
        )


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("position", [1, 3, 5])
def test_any_changed_byte_of_an_entry_is_found_at_its_position(
    journal: Journal, url: str, column: str, position: int
) -> None:
    filled(journal)
    whole = verify(journal)
    assert isinstance(whole, Verified)
    with closing(Intruder(url)) as intruder:
        value = intruder.bytes_of("entries", column, f"position = {position}")
        tried = 0
        for changed in flips(value):
            where = f"position = {position}"
            if changed == value or not intruder.write("entries", column, where, changed):
                continue
            tried += 1
            found = verify(journal)
            assert isinstance(found, Broken), (column, changed)
            # an entry moved down to a place before the first is met there
            assert found.position == position or (column == "position" and found.position <= position), (column, changed)
            back = f"position = {changed}" if column == "position" else where
            assert intruder.write("entries", column, back, value)
        assert tried > 0
    assert verify(journal) == whole


@pytest.mark.parametrize("column", [c for c in COLUMNS if c not in ("position", "at", "version", "state", "leaf")])
def test_bytes_that_are_no_text_are_found_at_their_position(tmp_path: Path, column: str) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"  # PostgreSQL lets nobody store such
    with closing(open_journal(url)) as journal:
        filled(journal)
        with closing(Intruder(url)) as intruder:
            assert intruder.write("entries", column, "position = 3", b"l\xff\xfei")
        assert verify(journal) == Broken(3, "内容无法读取 the content cannot be read")


@pytest.mark.parametrize("column", HEAD)
def test_any_changed_byte_of_the_head_is_found(journal: Journal, url: str, column: str) -> None:
    filled(journal)
    whole = verify(journal)
    with closing(Intruder(url)) as intruder:
        value = intruder.bytes_of("head", column, "true")
        tried = 0
        for changed in flips(value):
            if changed == value or not intruder.write("head", column, "true", changed):
                continue
            tried += 1
            assert verify(journal) == Broken(0, "日志头与条目不符 the head does not match the entries")
            assert intruder.write("head", column, "true", value)
        assert tried > 0
    assert verify(journal) == whole


def test_a_removed_tail_is_found(journal: Journal, url: str) -> None:
    filled(journal)
    with closing(Intruder(url)) as intruder:
        intruder.run("DELETE FROM entries WHERE position > 3")
    assert verify(journal) == Broken(0, "日志头与条目不符 the head does not match the entries")


def test_two_entries_that_changed_places_are_found(journal: Journal, url: str) -> None:
    filled(journal)
    with closing(Intruder(url)) as intruder:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            intruder.run(f"UPDATE entries SET position = {new} WHERE position = {old}")
    assert verify(journal) == Broken(2, "内容与散列不符 the content does not match its hash")


def test_an_entry_rewritten_with_its_own_right_hash_is_found_by_the_head(journal: Journal, url: str) -> None:
    from journal.entries import canonical  # noqa: PLC0415 - the intruder knows the code

    filled(journal)
    forged = journal.since(1, 1)[0]
    changed = type(forged)(**{name: getattr(forged, name) for name in COLUMNS} | {"actor": "wang"})
    leaf = journal.head().digest.leaf(canonical(2, changed.at, changed))
    with closing(Intruder(url)) as intruder:
        given = leaf if intruder.sqlite else psycopg2.Binary(leaf)
        intruder.run("UPDATE entries SET actor = 'wang', leaf = ? WHERE position = 2", (given,))
    assert verify(journal) == Broken(0, "日志头与条目不符 the head does not match the entries")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM head",
        "UPDATE head SET root = frontier",
        "UPDATE head SET size = size - 1",
        "UPDATE head SET size = size + 1, at = at - 1",
        "TRUNCATE head",
        "INSERT INTO head VALUES (true, 0, 0, '', '')",
        "INSERT OR REPLACE INTO head VALUES (1, 0, 0, x'', x'')",
        "UPDATE outcomes SET outcome = 'other'",
        "DELETE FROM outcomes",
        "TRUNCATE outcomes",
        "INSERT OR REPLACE INTO outcomes VALUES ('li', 'k1', 'other', 'other')",
    ],
)
def test_head_and_outcomes_cannot_be_changed_by_mistake(journal: Journal, url: str, statement: str) -> None:
    filled(journal)
    head = journal.head()
    with pytest.raises((sqlite3.Error, psycopg2.Error)):
        plainly(url, statement)
    assert journal.head() == head
    assert journal.outcome("li", "k1") == ("d", "o")


def plainly(url: str, *statements: str) -> None:
    connection: Any = sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg2.connect(url)
    with closing(connection):
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE entries SET actor = 'wang'", "DELETE FROM entries", "TRUNCATE entries", "DELETE FROM head", "TRUNCATE outcomes"],
)
def test_the_guards_stand_under_the_role_of_a_replica_too(database: str, statement: str) -> None:
    with closing(open_journal(database)) as journal:
        filled(journal)
        with pytest.raises(psycopg2.Error, match="append-only"):
            plainly(database, "SET session_replication_role = replica", statement)
        assert isinstance(verify(journal), Verified)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entries_keep ON entries",
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "ALTER TABLE entries ENABLE TRIGGER entries_keep",
    ],
    ids=["dropped", "disabled", "off for replicas"],
)
def test_guards_that_were_taken_off_are_put_on_again_at_the_next_start_and_it_is_said(
    database: str, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(open_journal(database)) as journal:
        filled(journal)
    open_journal(database).close()
    assert caplog.text == ""
    plainly(database, statement)
    open_journal(database).close()
    assert "guards of the journal were taken off" in caplog.text
    with pytest.raises(psycopg2.Error, match="append-only"):
        plainly(database, "SET session_replication_role = replica", "UPDATE entries SET actor = 'wang'")
