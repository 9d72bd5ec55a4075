"""Reports 报告: brief ones made again from the journal, against the second that each may take; a district's batch on every core.

Each firm is alike to all others, so that each report finds its place among as many peers as there are reports. One process first,
warm, few firms alike and many; then the batch as `zhenduan reports --anew` makes it. Memory is that of all processes that live as
long as the batch does, at its most while the first reports come and while the last ones do. SQLite.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import median

import orjson
import psutil

from benchmarks.diagnoses import copies, pattern
from benchmarks.measuring import Bench, Compared, say
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from interop.code_lists import names_of_codes
from isolation import Turns
from journal import Entry, Journal, NewEntry, open_journal
from journal.codec import EVENT_OF, decode
from projections import open_read_models
from projections.report import Archive, reprint
from zhenduan.cli.reprinting import ReportToWrite, reprinted
from zhenduan.report_archive import archive_over
from zhenduan.settings import Settings

FLAT = 1 / 1.1
"""Of the memory of the first, so much at least is all that the last take more."""
BATCH = 100


@dataclass(frozen=True)
class Sizes:
    """few, many: reports, of firms alike. rounds: reports timed one by one. window: of so many memory is compared."""

    few: int = 10
    many: int = 1_000
    rounds: int = 20
    window: int = 100


SIZES = Sizes()
SMOKE = Sizes(few=1, many=2, rounds=1, window=1)


class Charged(Turns):
    """Nobody waits, and what the processes apart take of the processor is added up."""

    def __init__(self) -> None:
        super().__init__(at_once=1, waiting=0, of_holder=1, wait_seconds=0.0)
        self.seconds = 0.0

    def _charge(self, holder: str, seconds: float) -> None:
        del holder
        self.seconds += seconds


def fill(journal: Journal, firm: Entry, case: Sequence[Entry], numbers: range) -> list[ReportToWrite]:
    """Firms with an issued report each, the report resting on the entry before it."""
    (report,) = (entry for entry in case if EVENT_OF[entry.type] is ReportIssued)
    before = [entry for entry in case if entry.version < report.version]
    made: list[ReportToWrite] = []
    for start in range(numbers.start, numbers.stop, BATCH):
        places = range(start, min(start + BATCH, numbers.stop))
        written = journal.append([one for place in places for one in copies(firm, before, place)], time.time_ns() // 1000)
        last = {entry.stream: entry.position for entry in written if entry.version == report.version - 1}
        new = NewEntry(**{field.name: getattr(report, field.name) for field in fields(NewEntry)})
        said = orjson.loads(report.state)
        issued = [
            replace(new, stream=stream, state=orjson.dumps(said | {"file": said["file"] | {"rendered_at": position}}))
            for stream, position in last.items()
        ]
        for entry in journal.append(issued, time.time_ns() // 1000):
            fact = decode(DIAGNOSES, entry.type, entry.state)
            assert isinstance(fact, ReportIssued)  # noqa: S101 - written above
            name = entry.stream.partition("/")[2]
            made.append(ReportToWrite(name, fact.version, name, fact.file))
    return made


def one_by_one(journal: Journal, archive: Archive, reports: Sequence[ReportToWrite]) -> tuple[float, float]:
    """Medians of the seconds that a report took, by the clock and of the processor; the first, which is not counted, warms up."""
    clock, used, names = [], [], names_of_codes()
    for one in (reports[0], *reports):
        turns = Charged()
        begun, spent = time.perf_counter(), time.process_time()
        reprint(journal, one.diagnosis, one.version, demo=True, names=names, turns=turns, archive=archive)
        clock.append(time.perf_counter() - begun)
        used.append(time.process_time() - spent + turns.seconds)
    return median(clock[1:]), median(used[1:])


def held() -> float:
    """MiB that the processes under this one hold, each counted for itself."""
    total = 0
    for one in psutil.Process().children(recursive=True):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def batch(settings: Settings, reports: Sequence[ReportToWrite], window: int) -> tuple[float, float, float]:
    """Seconds of a batch on every core, and MiB at most while the first and while the last reports came."""
    memory, begun = [], time.perf_counter()
    for one, made in reprinted(settings, reports, os.cpu_count() or 1):
        if isinstance(made, str):
            raise RuntimeError(f"{one.name}: {made}")  # noqa: TRY004 - why it was not made
        memory.append(held())
    return time.perf_counter() - begun, max(memory[:window]), max(memory[-window:])


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Few firms alike, then many in the same journal, then all of them at once."""
    del bench
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(Path(place))
        with ExitStack() as stack:
            journal = stack.enter_context(closing(open_journal(settings.journal_url)))
            models = stack.enter_context(closing(open_read_models(settings.models_url, journal)))
            firm, case = pattern(journal)
            case = [entry for entry in case if EVENT_OF[entry.type] is not ReportConfirmed]
            archive = archive_over(journal, models)
            reports = fill(journal, firm, case, range(1, sizes.few + 1))
            models.catch_up()
            few = one_by_one(journal, archive, reports[-sizes.rounds :])
            reports += fill(journal, firm, case, range(sizes.few + 1, sizes.many + 1))
            models.catch_up()
            many = one_by_one(journal, archive, reports[-sizes.rounds :])
        took, first, last = batch(settings, reports, sizes.window)
    say(f"one: {few} of {sizes.few}, {many} of {sizes.many}; batch {took:.1f} s")
    note = f"{many[0]:.2f} s, {many[1]:.2f} s of a core"
    yield Compared("brief report, a warm process", "a second each", 1 / many[0], 1 / many[1], 1.0, note)
    alike = f"brief report among {sizes.many:,} alike"
    yield Compared(alike, f"among {sizes.few:,}", few[0] / many[0], few[1] / many[1])
    each = took / len(reports)
    note = f"{took:.0f} s, {os.cpu_count()} processes"
    yield Compared(f"batch of {len(reports):,}, each report", "one process", many[0] / each, None, None, note)
    memory = f"{last:.0f} MiB, of which {first:.0f} with the first {sizes.window:,}"
    yield Compared("batch, memory of its last reports", "of its first", first / last, None, FLAT, memory)
