"""A follower of one's own per second 自建跟随: `docs/followers/latest_reports.py` catching up, against the library's subscription.

The peer takes the same facts by `subscribe`, as the follower does once it has caught up: one transaction of its table for each.
"""

import importlib.util
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, compared, in_turn
from domain.diagnosis.report import ReportIssued
from domain.instants import microseconds
from domain.kernel import name_of
from journal import Journal, open_journal
from journal.codec import encode
from journal.engines.eventsourcing_adapter import JournalApplicationRecorder
from journal.entries import NewEntry

BY_MANY, ONE_BY_ONE = "follower that catches up by many", "library's subscription, a transaction a fact"
FILE = Path(__file__).parents[1] / "docs" / "followers" / "latest_reports.py"
AT_ONCE = 500


@dataclass(frozen=True)
class Sizes:
    """facts: reports in the journal. peer_facts: that the peer takes, which is slower."""

    facts: int = 50_000
    peer_facts: int = 5_000
    rounds: int = 3


SIZES = Sizes()
SMOKE = Sizes(facts=60, peer_facts=20, rounds=1)


def the_follower() -> ModuleType:
    """The page's program as a module."""
    spec = importlib.util.spec_from_file_location("latest_reports", FILE)
    assert spec is not None  # noqa: S101 - a file of the house
    assert spec.loader is not None  # noqa: S101 - a file has a loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fill(journal: Journal, facts: int) -> None:
    """Reports of as many diagnoses."""
    file = {"pdf": "a" * 64, "rendered_at": 1, "renderer": "b" * 64, "fonts": "c" * 64, "number": None, "address": None}
    file["check_code"] = None
    body = encode(ReportIssued.model_validate({"version": 1, "total": "61.50", "grade": 4, "file": file}))
    for first in range(0, facts, AT_ONCE):
        last = min(first + AT_ONCE, facts)
        some = [NewEntry(f"diagnosis/d{one}", 1, name_of(ReportIssued), body, "li", "provider", "p1") for one in range(first, last)]
        journal.append(some, microseconds(datetime.now(UTC)))


def measured(engine: str, url: str, place: Path, sizes: Sizes) -> Iterator[Compared]:
    """Both contenders on one engine, each with a table that is new."""
    follower, processor, topics = the_follower(), Processor().of_database(url), [name_of(ReportIssued)]
    with closing(open_journal(url)) as journal:
        fill(journal, sizes.facts)
        recorder = JournalApplicationRecorder(journal)

        def by_many(own: sqlite3.Connection) -> float:
            at = 0
            while facts := recorder.select_notifications(at, follower.AT_ONCE, topics=topics, inclusive_of_start=False):
                follower.take(own, facts)
                at = facts[-1].id
            return sizes.facts

        def one_by_one(own: sqlite3.Connection) -> float:
            with recorder.subscribe(topics=topics) as coming:
                for _, fact in zip(range(sizes.peer_facts), coming, strict=False):
                    follower.take(own, [fact])
            return sizes.peer_facts

        def anew(work: Callable[[sqlite3.Connection], float]) -> Work:
            with tempfile.TemporaryDirectory(dir=place) as folder, closing(sqlite3.connect(f"{folder}/own.db")) as own:
                own.executescript(follower.TABLES)
                return processor.measured(lambda: work(own))

        done = in_turn({BY_MANY: lambda: anew(by_many), ONE_BY_ONE: lambda: anew(one_by_one)}, sizes.rounds)
        yield from compared(f"{NAMES[engine]}, {sizes.facts:,} facts", "facts/s", done, {(BY_MANY, ONE_BY_ONE): None})


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines."""
    with tempfile.TemporaryDirectory() as folder:
        if "postgres" in bench.engines:
            with bench.postgres() as url:
                yield from measured("postgres", url, Path(folder), sizes)
        if "sqlite" in bench.engines:
            yield from measured("sqlite", f"sqlite:///{folder}/journal.db", Path(folder), sizes)
