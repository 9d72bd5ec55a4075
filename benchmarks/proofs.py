"""Proofs of a large journal 证明: one entry's proof, consistency, catching up on subtrees, and verification of everything.

The entries are synthetic, of the size of ours, and are written as the recorder writes them, but in bulk.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg2
from psycopg2.extras import execute_values
from tqdm import tqdm

from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, say
from domain.diagnosis.self_assessment import AnswersSaved
from domain.kernel import name_of
from journal import Journal, Verified, open_journal, verify
from journal.engines.sqlite import INSERT
from journal.entries import COLUMNS, Head, NewEntry, place, row_of
from journal.transparency.checkpoints import read_checkpoint
from journal.transparency.transparency_log import contradicted, open_log


@dataclass(frozen=True)
class Sizes:
    """entries: of the journal. proofs, spans: how many are made."""

    entries: int = 1_000_000
    proofs: int = 500
    spans: int = 200


SIZES = Sizes()
SMOKE = Sizes(entries=3_000, proofs=20, spans=5)
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
            type=name_of(AnswersSaved),
            state=STATE,
            actor="0d7b2f1c-7a49-4a53-8a0c-1f4f0e1d2c3b",
            role="enterprise",
            organisation="9f0c1f7e-1111-4a53-8a0c-1f4f0e1d2c3b",
            idempotency_key=f"key-{number}",
        )
        for number in range(head.size, head.size + count)
    ]
    at = max(head.at, time.time_ns() // 1000)
    tree = head.tree
    rows = [row_of(entry) for entry in place(tree, head.at, given, at, at, demo=False)]
    return Head(tree.size, at, tree.frontier, tree.root, head.algorithm), rows


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
                    execute_values(cursor, f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES %s", rows)  # noqa: S608 - names of our own columns
                    cursor.execute("UPDATE head SET size = %s, at = %s, frontier = %s, root = %s", values)
            bar.update(len(rows))
    if not embedded:
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM ANALYZE entries")


def milliseconds(times: list[float]) -> str:
    """Median and 99th percentile."""
    ordered = sorted(times)
    return f"median {median(ordered):.2f} ms, p99 {ordered[len(ordered) * 99 // 100]:.2f} ms"


def measured(engine: str, url: str, folder: Path, sizes: Sizes) -> Iterator[Compared]:
    """Everything on one engine."""
    entries = sizes.entries
    processor = Processor().of_database(url)
    with closing(open_journal(url)) as journal:
        fill(journal, url, entries)
        with closing(open_log(journal, url, folder / "log.key", "benchmark.example/log")) as log:
            say(f"\n{NAMES[engine]}, {entries:,} entries")
            began = time.perf_counter()
            note = log.checkpoint()
            say(f"  first checkpoint, all subtrees made: {time.perf_counter() - began:.1f} s")
            began = time.perf_counter()
            log.checkpoint()
            say(f"  checkpoint again: {(time.perf_counter() - began) * 1000:.1f} ms")
            checkpoint = read_checkpoint(note, log.keys().verifiers)
            times: list[float] = []

            def proved() -> float:
                for _ in range(sizes.proofs):
                    position = ROLL.randrange(entries) + 1
                    begun = time.perf_counter()
                    log.prove(position)
                    times.append((time.perf_counter() - begun) * 1000)
                return sizes.proofs

            proofs = processor.measured(proved)
            goal = "met" if median(times) < GOAL_MILLISECONDS else "MISSED"
            say(f"  proof of one entry, read, made and checked: {milliseconds(times)}; goal < {GOAL_MILLISECONDS} ms: {goal}")
            said, spans = milliseconds(times), list[float]()
            for _ in range(sizes.spans):
                old = ROLL.randrange(entries)
                began = time.perf_counter()
                log.consistency(old, checkpoint.size)
                spans.append((time.perf_counter() - began) * 1000)
            say(f"  consistency from a random size: {milliseconds(spans)}")

            def verified() -> float:
                with tqdm(total=entries, desc="verifying", unit=" entries") as bar:
                    found = verify(journal, lambda done: bar.update(done - bar.n) and None)
                if not isinstance(found, Verified):
                    raise SystemExit(f"the journal does not verify: {found}")
                return 1

            whole = processor.measured(verified)
            say(f"  verification of everything: {whole.seconds:.1f} s, {entries / whole.seconds:,.0f} entries/s")
            began = time.perf_counter()
            if contradicted(journal, log.checkpoints()) is not None:
                raise SystemExit("the journal contradicts its checkpoints")
            say(f"  comparison with the checkpoints: {time.perf_counter() - began:.1f} s")
            yield Compared(
                f"proof of one entry, {NAMES[engine]}, {entries:,} entries",
                "verification of everything",
                proofs.rate / whole.rate,
                _ratio(proofs, whole),
                note=said,
            )


def _ratio(ours: Work, theirs: Work) -> float | None:
    return ours.thrift / theirs.thrift if ours.thrift is not None and theirs.thrift is not None else None


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines."""
    for engine in bench.engines:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            if engine == "sqlite":
                yield from measured(engine, f"sqlite:///{folder / 'journal.db'}", folder, sizes)
            else:
                with bench.postgres() as url:
                    yield from measured(engine, url, folder, sizes)
