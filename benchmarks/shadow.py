"""Shadow re-scoring 影子测算: every finished diagnosis of 57 indicators under another edition, against the plain scoring in a loop.

    python -m benchmarks.shadow [--diagnoses 10000] [--scored 500]

Ours reads every verified answer from the read models (SQLite), re-scores under a draft with other bands, tells who moves and why,
keeps matrix, counts and reasons, and finds the smallest change of each weight, band and gate that moves any grade. The baseline
is `edition.measure` and `edition.issue` alone, over answers that lie in memory already. Seconds are this process's own.
"""

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal

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
FEW, MANY = 1_000, 5_000


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


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--diagnoses", type=int, default=10_000)
    options.add_argument("--scored", type=int, default=500)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/read.db"
        with closing(open_journal(f"sqlite:///{place}/journal.db")) as journal, closing(
            open_read_models(url, journal)
        ) as models:
            City(journal).issued()
            models.catch_up()
            multiply(models, url, given.diagnoses - 1)
            base, few = plain(models, given.scored)
            for says, whole in (("re-scored", False), ("re-scored, with sensitivity", True)):
                took, done = seconds(lambda whole=whole: ours(models, sensitivity=whole))  # type: ignore[misc]
                verdict = "met" if took < GOAL_SECONDS else "MISSED"
                print(f"{says}: {done:,} in {took:.1f} s of processor time (goal < {GOAL_SECONDS} s: {verdict})")
                print(f"  against the plain scoring alone: {(base / few) / (took / done):.2f}×")
            peak(models, FEW)
            small, large = peak(models, FEW), peak(models, MANY)
            print(f"peak over {FEW:,}: {small / 1e6:.2f} MB, over {MANY:,}: {large / 1e6:.2f} MB ({large / small:.2f}×)")


if __name__ == "__main__":
    main()
