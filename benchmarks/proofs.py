"""Proofs of a large journal 证明: one entry's proof, consistency, catching up on subtrees, and verification of everything.

Usage: python benchmarks/proofs.py [--entries 1000000] [--engine sqlite|postgres|both]

The entries are synthetic, of the size of ours, and are written as the recorder writes them, but in bulk.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg2
from measuring import postgres
from psycopg2.extras import execute_values
from tqdm import tqdm

from journal import Journal, Verified, open_journal, verify
from journal.engines.sqlite import INSERT
from journal.entries import COLUMNS, Head, NewEntry, extend
from journal.transparency.checkpoints import read_checkpoint
from journal.transparency.transparency_log import contradicted, open_log

BATCH = 5_000
STATE = (
    b'{"answers":{"Z01":{"answer":{"level":"3"},"author":"person","version":1}},"section":"strategy","note":"'
    + b"x" * 500
    + b'"}'
)
GOAL_MILLISECONDS = 10
ROLL = random.Random(20230728)  # noqa: S311 - which entries are asked for, the same in every run


def synthetic(head: Head, count: int) -> tuple[Head, list[tuple[Any, ...]]]:
    """The next entries, 150 to a stream, as a diagnosis has."""
    given = [
        NewEntry(
            stream=f"diagnosis/{number // 150:08d}",
            version=number % 150 + 1,
            type="diagnosis.answers_saved.v1",
            state=STATE,
            actor="0d7b2f1c-7a49-4a53-8a0c-1f4f0e1d2c3b",
            role="enterprise",
            organisation="9f0c1f7e-1111-4a53-8a0c-1f4f0e1d2c3b",
            idempotency_key=f"key-{number}",
        )
        for number in range(head.size, head.size + count)
    ]
    at = max(head.at, time.time_ns() // 1000)
    return extend(head, given, at, at, demo=False)


def fill(journal: Journal, url: str, entries: int) -> None:
    """So many entries, in bulk."""
    embedded = url.startswith("sqlite")
    head = journal.head()
    with tqdm(total=entries, desc="filling", unit=" entries") as bar:
        while head.size < entries:
            head, rows = synthetic(head, min(BATCH, entries - head.size))
            with journal.transaction() as cursor:
                values = (head.size, head.at, head.frontier, head.root)
                if embedded:
                    cursor.executemany(INSERT, rows)
                    cursor.execute("UPDATE head SET size = ?, at = ?, frontier = ?, root = ?", values)
                else:
                    execute_values(cursor, f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES %s", rows)  # noqa: S608
                    cursor.execute("UPDATE head SET size = %s, at = %s, frontier = %s, root = %s", values)
            bar.update(len(rows))
    if not embedded:
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM ANALYZE entries")


def milliseconds(times: list[float]) -> str:
    """Median and 99th percentile."""
    ordered = sorted(times)
    return f"median {statistics.median(ordered):.2f} ms, p99 {ordered[len(ordered) * 99 // 100]:.2f} ms"


def measure(name: str, url: str, entries: int, folder: Path) -> None:
    """Everything on one engine."""
    with closing(open_journal(url)) as journal:
        fill(journal, url, entries)
        with closing(open_log(journal, url, folder / "log.key", "benchmark.example/log")) as log:
            began = time.perf_counter()
            note = log.checkpoint()
            print(f"\n{name}, {entries:,} entries")
            print(f"  first checkpoint, all subtrees made: {time.perf_counter() - began:.1f} s")
            began = time.perf_counter()
            log.checkpoint()
            print(f"  checkpoint again: {(time.perf_counter() - began) * 1000:.1f} ms")
            checkpoint = read_checkpoint(note, log.keys().verifiers)
            times, began_at = [], time.process_time()
            for _ in range(500):
                position = ROLL.randrange(entries) + 1
                began = time.perf_counter()
                log.prove(position)
                times.append((time.perf_counter() - began) * 1000)
            spent = time.process_time()
            goal = "met" if statistics.median(times) < GOAL_MILLISECONDS else "MISSED"
            print(
                f"  proof of one entry, read, made and checked: {milliseconds(times)}; goal < {GOAL_MILLISECONDS} ms: {goal}"
            )
            print(f"    of that in this process, the rest waiting: {(spent - began_at) / 500 * 1000:.2f} ms on average")
            times = []
            for _ in range(200):
                old = ROLL.randrange(entries)
                began = time.perf_counter()
                log.consistency(old, checkpoint.size)
                times.append((time.perf_counter() - began) * 1000)
            print(f"  consistency from a random size: {milliseconds(times)}")
            began = time.perf_counter()
            with tqdm(total=entries, desc="verifying", unit=" entries") as bar:
                found = verify(journal, lambda done: bar.update(done - bar.n) and None)
            took = time.perf_counter() - began
            if not isinstance(found, Verified):
                raise SystemExit(f"the journal does not verify: {found}")
            print(f"  verification of everything: {took:.0f} s, {entries / took:,.0f} entries/s")
            began = time.perf_counter()
            if contradicted(journal, log.kept()) is not None:
                raise SystemExit("the journal contradicts its checkpoints")
            print(f"  comparison with the checkpoints: {time.perf_counter() - began:.0f} s")


def engines(which: str, stack: ExitStack, folder: Path) -> Iterator[tuple[str, str]]:
    """Name and address of each engine that is asked for."""
    if which in ("sqlite", "both"):
        yield "SQLite", f"sqlite:///{folder / 'journal.db'}"
    if which in ("postgres", "both"):
        yield "PostgreSQL", stack.enter_context(postgres())


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR"))))
        for name, url in engines(given.engine, stack, folder):
            place = folder / name
            place.mkdir()
            measure(name, url, given.entries, place)


if __name__ == "__main__":
    main()
