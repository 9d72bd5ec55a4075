"""Catching up under load 边服务边追赶: a server that has tens of thousands of entries to fold while people read from it.

Against the same server with the folding in its own process, and against itself with no reader: entries folded a second, and what
readers get meanwhile. As after a roster of a whole city, the entries are appended at once.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from statistics import median

from benchmarks.cities import BuiltCity, built
from benchmarks.clients import OURS, load, message
from benchmarks.diagnoses import copies, pattern
from benchmarks.measuring import NAMES, Bench, Compared, say
from benchmarks.serving import a_client, ours, server, spent_by
from journal import Journal, open_journal
from projections import ReadModels, open_read_models

GOAL = 3.0
LONGEST_SECONDS = 600.0


@dataclass(frozen=True)
class Sizes:
    """entries: appended at once. readers: that ask again as soon as they were answered, `seconds` at a time."""

    entries: int = 30_000
    readers: int = 8
    seconds: float = 4.0
    rounds: int = 2


SIZES = Sizes()
SMOKE = Sizes(entries=40, readers=1, seconds=0.3, rounds=1)


@dataclass(frozen=True)
class CaughtUp:
    """entries: a second of the clock. cost: seconds of the processor an entry. pages: that readers got a second meanwhile."""

    entries: float
    cost: float
    pages: float


def appended(journal: Journal, entries: int, names: Iterator[int]) -> int:
    """Append copies of a firm with its diagnosis; the position of the last."""
    with tempfile.TemporaryDirectory() as place, closing(open_journal(f"sqlite:///{place}/pattern.db")) as empty:
        firm, case = pattern(empty)
    made = [entry for _ in range(-(-entries // (len(case) + 1))) for entry in copies(firm, case, next(names))]
    return journal.append(made, time.time_ns() // 1000)[-1].position


def caught_up(
    models: ReadModels, journal: Journal, process: int, port: int, sent: bytes, sizes: Sizes, readers: int, names: Iterator[int]
) -> CaughtUp:
    """Append, and wait until the server has folded it, while readers ask; the pages are those of the first seconds."""
    with a_client() as client:
        client.apply(load, (port, sent, 0.5, max(readers, 1)))
        before, spent = models.position(), spent_by(process)
        last = appended(journal, sizes.entries, names)
        began = time.monotonic()
        asking = client.apply_async(load, (port, sent, sizes.seconds, readers)) if readers else None
        pages = 0.0
        while models.position() < last:
            if time.monotonic() - began > LONGEST_SECONDS:
                raise RuntimeError("the read models do not catch up")
            if asking is not None and asking.ready():  # again, as long as it takes
                found, took = asking.get()
                pages, asking = found / took, client.apply_async(load, (port, sent, sizes.seconds, readers))
            time.sleep(0.02)
        seconds = time.monotonic() - began
        cost = (spent_by(process) - spent) / (last - before)
        if asking is not None:
            found, took = asking.get(60)
            pages = pages or found / took
    return CaughtUp((last - before) / seconds, cost, pages)


def measured(engine: str, city: BuiltCity, sizes: Sizes) -> Iterator[Compared]:
    """Within and apart by turns, each alone and with readers."""
    names = count(1)
    database = city.settings.database
    found: dict[tuple[str, int], list[CaughtUp]] = {}
    with (
        closing(open_journal(city.settings.journal_url)) as journal,
        closing(open_read_models(city.settings.models_url, None)) as models,
    ):
        for _ in range(sizes.rounds):
            for place in ("apart", "within"):
                command = ours(city.settings.data, project=place)
                with server(command, {"ZHENDUAN_DATABASE": database or ""}) as (process, port):
                    sent = message(port, OURS, {"first": city.rows}, city.districts[0])
                    for readers in (0, sizes.readers):
                        one = caught_up(models, journal, process, port, sent, sizes, readers, names)
                        found.setdefault((place, readers), []).append(one)
                        say(f"  {place:>6}, {readers} readers: {one.entries:,.0f} entries/s, {one.cost * 1e3:.3f} ms of the "
                            f"server's processor an entry, {one.pages:,.0f} pages/s")  # fmt: skip

    def middle(place: str, readers: int) -> CaughtUp:
        of = found[place, readers]
        return CaughtUp(*(median(getattr(one, name) for one in of) for name in ("entries", "cost", "pages")))

    where, loaded = NAMES[engine], sizes.readers
    apart, within = middle("apart", loaded), middle("within", loaded)
    note = f"{apart.entries:,.0f} and {within.entries:,.0f} entries/s, readers {apart.pages:,.0f} and {within.pages:,.0f} pages/s"
    yield Compared(f"caught up beside {loaded} readers, {where}", "within the server's process", apart.entries / within.entries,
                   within.cost / apart.cost if apart.cost else None, GOAL, note)  # fmt: skip
    alone = middle("apart", 0)
    yield Compared(f"caught up beside {loaded} readers, {where}", "with no reader", apart.entries / alone.entries)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """A city on each engine, served while it lags."""
    for engine in bench.served_on:
        with built(bench, engine) as city:
            yield from measured(engine, city, sizes)
