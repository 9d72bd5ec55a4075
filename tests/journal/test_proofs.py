"""Proofs 证明 made of stored subtrees: the same as those of the whole tree, and never one that does not hold (plan P5)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import select

from journal import Journal
from journal.entries import Entry, canonical
from journal.transparency import subtrees
from journal.transparency.log_tables import SUBTREES, LogTables
from journal.transparency.merkle import consistency_proof, inclusion_proof, root_of
from journal.transparency.subtrees import Subtrees, Unprovable
from journal.transparency.transparency_log import SigningRefused, open_log
from tests.journal.forging import fill, rewrite
from tests.journal.test_tampering import Intruder

SIZE = 300


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of four leaves, so that three hundred entries have four levels of them."""
    monkeypatch.setattr(subtrees, "TILE_HEIGHT", 2)
    monkeypatch.setattr(subtrees, "TILE", 4)
    monkeypatch.setattr(subtrees, "BATCH_TILES", 3)


@pytest.fixture
def tables(url: str, journal: Journal) -> Iterator[LogTables]:
    assert journal.head().size == 0
    opened = LogTables(url)
    yield opened
    opened.close()


def test_proofs_of_every_entry_and_size_are_those_of_the_whole_tree(journal: Journal, tables: LogTables) -> None:
    leaves = [entry.leaf for entry in fill(journal, SIZE)]
    proofs = Subtrees(tables, journal.head().digest)
    root = journal.head().root
    for index in range(0, SIZE, 7):
        assert proofs.inclusion(index, leaves[index], SIZE, root) == inclusion_proof(journal.head().digest, index, leaves)
    for old in range(0, SIZE + 1, 7):
        assert proofs.consistency(old, SIZE, root) == consistency_proof(journal.head().digest, old, leaves)
        assert proofs.root(old) == root_of(journal.head().digest, leaves[:old])
    for size in (1, 4, 63, 64, 65, 256, 299):
        part = leaves[:size]
        found = proofs.inclusion(size - 1, part[-1], size, root_of(journal.head().digest, part))
        assert found == inclusion_proof(journal.head().digest, size - 1, part)
    assert proofs.root(0) == journal.head().digest.empty


def test_proofs_grow_with_the_journal_and_are_found_by_the_next_process(journal: Journal, tables: LogTables) -> None:
    leaves = [entry.leaf for entry in fill(journal, 30)]
    first, told = Subtrees(tables, journal.head().digest), list[int]()
    first.grow(30, told.append)
    assert told == [12, 24, 28]
    leaves += [entry.leaf for entry in fill(journal, 70, after=30)]
    for proofs in (first, Subtrees(tables, journal.head().digest)):
        assert proofs.inclusion(50, leaves[50], 100, journal.head().root) == inclusion_proof(journal.head().digest, 50, leaves)
    again = list[int]()
    Subtrees(tables, journal.head().digest).grow(100, again.append)
    assert again == []


def change(url: str, statement: str, value: bytes = b"") -> None:
    with closing(Intruder(url)) as intruder:
        given: Any = value if intruder.sqlite else psycopg2.Binary(value)
        intruder.run(statement, (given,) if "?" in statement else ())


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE subtrees SET hash = ? WHERE level = {level}", "DELETE FROM subtrees WHERE level = {level} AND number = 1"],
)
def test_a_damaged_subtree_is_made_anew_and_never_given_out(
    journal: Journal, tables: LogTables, url: str, level: int, statement: str
) -> None:
    leaves = [entry.leaf for entry in fill(journal, SIZE)]
    proofs, root = Subtrees(tables, journal.head().digest), journal.head().root
    proofs.grow(SIZE)
    for ask in (
        lambda: proofs.inclusion(5, leaves[5], SIZE, root) == inclusion_proof(journal.head().digest, 5, leaves),
        lambda: proofs.consistency(77, SIZE, root) == consistency_proof(journal.head().digest, 77, leaves),
        lambda: proofs.agrees(SIZE, root),
    ):
        change(url, statement.format(level=level), b"\x07" * 32)
        assert ask()


def test_a_changed_leaf_cannot_be_proven_and_stops_no_proof_of_another_history(
    journal: Journal, tables: LogTables, url: str
) -> None:
    entries = fill(journal, SIZE)
    root = journal.head().root
    forged = Entry(**{name: getattr(entries[9], name) for name in Entry.__dataclass_fields__} | {"actor": "wang"})
    leaf = journal.head().digest.leaf(canonical(10, forged.at, forged))
    proofs = Subtrees(tables, journal.head().digest)
    with pytest.raises(Unprovable, match="entry 10 "):
        proofs.inclusion(9, leaf, SIZE, root)
    change(url, "UPDATE entries SET actor = 'wang', leaf = ? WHERE position = 10", leaf)
    with pytest.raises(Unprovable, match="entry 10 "):
        proofs.inclusion(9, leaf, SIZE, root)
    assert not proofs.agrees(SIZE, root)
    with pytest.raises(Unprovable, match="up to 12 are not"):
        proofs.consistency(12, SIZE, root)


@pytest.mark.parametrize("position", [2, SIZE])
def test_a_removed_entry_cannot_be_proven_around(journal: Journal, tables: LogTables, url: str, position: int) -> None:
    leaves = [entry.leaf for entry in fill(journal, SIZE)]
    change(url, f"DELETE FROM entries WHERE position = {position}")
    with pytest.raises(Unprovable):
        Subtrees(tables, journal.head().digest).inclusion(0, leaves[0], SIZE, journal.head().root)


@pytest.mark.parametrize("left", ["as they were", "made to fit both"])
def test_subtrees_that_were_left_or_made_to_fit_do_not_get_a_rewrite_signed(
    journal: Journal, tables: LogTables, url: str, tmp_path: Path, left: str
) -> None:
    """The forger has the database: he may write subtrees under which the old root and the new one both come out."""
    assert tables
    log = open_log(journal, url, tmp_path / "log.key")
    entries = fill(journal, 16)
    log.checkpoint()
    with tables.reading() as connection:
        honest = [tuple(row) for row in connection.execute(select(SUBTREES))]
    entries += fill(journal, 64, after=16)
    forged = [*entries[:4], replace(entries[4], state=b"forged"), *entries[5:64]]
    rewrite(url, forged)
    leaves = [entry.leaf for entry in journal.since(0, 64)]
    rows: list[dict[str, Any]] = [{"level": level, "number": number, "hash": value} for _, level, number, value in honest]
    if left == "made to fit both":
        rows += [{"level": 1, "number": n, "hash": root_of(journal.head().digest, leaves[n * 4 : n * 4 + 4])} for n in range(4, 16)]
        digest = journal.head().digest
        rows += [{"level": 2, "number": n, "hash": root_of(digest, leaves[n * 16 : n * 16 + 16])} for n in range(1, 4)]
        rows += [{"level": 3, "number": 0, "hash": root_of(journal.head().digest, leaves)}]
    with tables.writing() as connection:
        tables.add(connection, SUBTREES, [{"algorithm": journal.head().algorithm} | row for row in rows])
    with pytest.raises(SigningRefused, match="rewritten"):
        log.checkpoint()
    log.close()


def test_tables_of_kept_signatures_change_for_nobody(journal: Journal, tables: LogTables, url: str) -> None:
    assert journal.head().size == 0
    with tables.writing() as connection:
        connection.exec_driver_sql("INSERT INTO checkpoints VALUES (1, 'k', 1, 'note')")
        connection.exec_driver_sql("INSERT INTO cosignatures VALUES (1, 'w', 'k', 'line')")
    connection = sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg2.connect(url)
    with closing(connection):
        for table, column in (("checkpoints", "note"), ("cosignatures", "line")):
            for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
                with pytest.raises((sqlite3.Error, psycopg2.Error), match="append-only"):
                    connection.cursor().execute(statement)
                connection.rollback()
        if url.startswith("sqlite"):
            connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (1, 'k', 2, 'other')")
            connection.commit()
    with tables.reading() as snapshot:
        assert list(snapshot.exec_driver_sql("SELECT * FROM checkpoints")) == [(1, "k", 1, "note")]
        assert list(snapshot.exec_driver_sql("SELECT * FROM cosignatures")) == [(1, "w", "k", "line")]
