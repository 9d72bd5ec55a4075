"""Shadow re-scoring 影子测算: every finished diagnosis of 57 indicators under another edition, against the plain scoring in a loop.

Ours reads every verified answer from the read models (SQLite), re-scores under a draft with other bands, tells who moves and why,
keeps matrix, counts and reasons, and finds the smallest change of each weight, band and gate that moves any grade. The baseline
is `edition.measure` and `edition.issue` alone, over answers that lie in memory already. Seconds are this process's own.
"""

import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.measuring import Bench, Compared, say
from domain.access import Everything
from journal import open_journal
from projections import ReadModels, open_read_models
from projections.diagnosis.finished_diagnoses import finished_diagnoses
from projections.diagnosis.rescoring import Rescoring
from tests.many_finished import multiply
from tests.small_city import EDITION, City

OLD = {"2023": EDITION}
DRAFT = EDITION.model_copy(update={"bands": [*EDITION.bands[:4], Decimal(61), *EDITION.bands[5:]]})
GOAL_SECONDS = 60


@dataclass(frozen=True)
class Sizes:
    """diagnoses: finished. scored: by the baseline. few, many: of which memory is compared."""

    diagnoses: int = 10_000
    scored: int = 500
    few: int = 1_000
    many: int = 5_000


SIZES = Sizes()
SMOKE = Sizes(diagnoses=6, scored=3, few=2, many=4)


def seconds(work: Callable[[], int]) -> tuple[float, int]:
    """Processor seconds of some work, and how many diagnoses it did."""
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def plain(models: ReadModels, number: int) -> tuple[float, int]:
    """The baseline over so many, its reading not counted."""
    with models.reading() as snapshot:
        rows = [row.finished for row, _ in zip(finished_diagnoses(snapshot, Everything()), range(number), strict=False)]

    def scored() -> int:
        for one in rows:
            DRAFT.issue(DRAFT.measure(one.form, one.answers), one.process)
        return len(rows)

    return seconds(scored)


def ours(models: ReadModels, limit: int | None = None, *, sensitivity: bool = True) -> int:
    """A whole pass, or its first part; how many were done."""
    rescoring = Rescoring(OLD, {"2023": DRAFT}, sensitivity=sensitivity)
    with models.reading() as snapshot:
        for _ in rescoring.movers(snapshot, Everything()):
            if limit is not None and rescoring.done >= limit:
                break
    return rescoring.done


def peak(models: ReadModels, limit: int) -> int:
    """Bytes held at most over the first so many."""
    tracemalloc.start()
    ours(models, limit, sensitivity=False)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def compare(_: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Processor time alone, on SQLite."""
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/read.db"
        with closing(open_journal(f"sqlite:///{place}/journal.db")) as journal, closing(
            open_read_models(url, journal)
        ) as models:
            City(journal).issued()
            models.catch_up()
            multiply(models, url, sizes.diagnoses - 1)
            base, few = plain(models, sizes.scored)
            peak(models, sizes.few)
            small, large = peak(models, sizes.few), peak(models, sizes.many)
            say(f"peak over {sizes.few:,}: {small / 1e6:.2f} MB, over {sizes.many:,}: {large / 1e6:.2f} MB ({large / small:.2f}×)")
            for says, whole in (("re-scored", False), ("re-scored with sensitivity", True)):
                begun = time.perf_counter()
                took, done = seconds(lambda whole=whole: ours(models, sensitivity=whole))  # type: ignore[misc]
                wall = time.perf_counter() - begun
                verdict = "met" if took < GOAL_SECONDS else "MISSED"
                note = f"{took:.1f} s of processor time, goal < {GOAL_SECONDS} s: {verdict}"
                what = f"{says}, {done:,} diagnoses"
                yield Compared(what, "plain scoring alone", (base / few) / (wall / done), (base / few) / (took / done), note=note)
