"""The yearly rating measured.

A year's cold rows to sums, case mix, shrinkage, ranks and tiers, in memory that does not grow with the jobs.

First the methods alone: the scores are drawn as they are read, so that none is kept; the peer adds up the same scores and does
nothing else; memory is what Python's own allocator holds at most, in a pass of its own, because watching it takes time.
Then the program's own reading, on SQLite alone: from rows of read models (`year_rows`) to inputs and rating, in a process of its
own, which has read none of them before (the system's cache of the file may be warm); memory is the most that the process ever
held, beside what it held before; of a year, and of one of a tenth of its jobs.
"""

import gc
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.measuring import Bench, Compared, say
from benchmarks.measuring import peak as peak_held
from benchmarks.year_rows import PROVIDERS, YEAR, filled
from domain.access import Everything
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.rating import RatingRule
from domain.providers.ratings.numbers import compute
from methods.case_mix import Scored, adjusted, cells_of, effects, not_comparable, small_levels_joined
from methods.component_scores import Workload, work_done, work_variance
from methods.rounding import rounded
from methods.shrinkage import Sample
from methods.tiers import TierRule
from methods.yearly_rating import ProviderYear, RatingParameters, YearRating, rate
from projections import open_read_models
from projections.providers.rating_inputs import rating_inputs
from zhenduan.__main__ import COLLECT_EVERY

COMPONENTS = ("feedback", "records", "report", "sampled")
PARAMETERS = RatingParameters(
    weights={
        "work": Decimal(30),
        "feedback": Decimal(20),
        "records": Decimal(15),
        "report": Decimal(20),
        "sampled": Decimal(15),
    },
    prior_degrees=20,
    unseen_variance=Decimal(100),
    level=Decimal("0.90"),
    providers=10,
    tiers=TierRule(
        ("A", "B", "C", "D"),
        (Decimal(85), Decimal(70), Decimal(60)),
        Decimal("0.80"),
        Decimal("0.90"),
        Decimal("0.70"),
        20,
    ),
)
GOAL = 20.0
"""Seconds."""


@dataclass(frozen=True)
class Sizes:
    """providers, and jobs of each. industries: the cells, of which memory is held, are so many × 4 sizes × 16 districts.

    watched: jobs of each of twelve providers of two industries, and four times as many, between which memory is compared.
    read: jobs of each of sixty providers that are read from rows, and a tenth of them.
    """

    providers: int = 60
    jobs: int = 10_000
    industries: int = 20
    watched: int = 1000
    read: int = 10_000


SIZES = Sizes()
SMOKE = Sizes(providers=12, jobs=40, watched=20, read=10)


def rows(component: str, sizes: Sizes) -> Iterator[Scored]:
    """A year's scores of one component, drawn as they are asked for; of the sampled one a twentieth, with its weight."""
    chance = Random(f"rating {component}")  # noqa: S311 - a benchmark repeats
    scores = [Decimal(hundredths).scaleb(-2) for hundredths in range(10_001)]
    weight, step = (20, 20) if component == "sampled" else (1, 1)
    for provider in range(sizes.providers):
        middle = 6500 + 2500 * (provider % 7) // 7
        for _ in range(0, sizes.jobs, step):
            levels = (f"i{chance.randrange(sizes.industries)}", f"s{chance.randrange(4)}", f"d{chance.randrange(16)}")
            yield Scored(f"p{provider}", levels, scores[min(10_000, max(0, int(chance.gauss(middle, 1200))))], weight)


def rated(sizes: Sizes) -> YearRating:
    """The whole way from rows to tiers."""
    samples: dict[str, dict[str, Sample]] = {f"p{provider}": {} for provider in range(sizes.providers)}
    apart = set[str]()
    for component in COMPONENTS:
        cells = cells_of(rows(component, sizes))
        if component == "records":
            found = adjusted(cells, {})
        else:
            apart |= set(not_comparable(cells, Decimal("0.8")))
            joined = small_levels_joined(cells, 30, 3)
            found = adjusted(joined, effects(joined, 1))
        for provider, one in found.items():
            samples[provider][component] = Sample(one.jobs, one.mean, one.variance, one.spread)
    for at, own in enumerate(samples.values()):
        work = Workload(sizes.jobs, sizes.jobs - at % 5, 5 * sizes.jobs, 5 * sizes.jobs - 11 * (at % 9), sizes.jobs)
        score, noise = work_done(work, 50, 30, 20), work_variance(work, 50, 30, 20)
        own["work"] = Sample.of(sizes.jobs, rounded(score or Fraction(0), 4), rounded(noise or Fraction(0), 6))
    inputs = {
        provider: ProviderYear(sizes.jobs, comparable=provider not in apart, last_tier="B", samples=own)
        for provider, own in samples.items()
    }
    return rate(inputs, PARAMETERS)


def peak(sizes: Sizes) -> int:
    """Bytes held at most."""
    tracemalloc.start()
    rated(sizes)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held


def compare(_: Bench, sizes: Sizes) -> Iterator[Compared]:
    """No database has a part in it."""
    begun, processor = time.perf_counter(), time.process_time()
    found = rated(sizes)
    took, used = time.perf_counter() - begun, time.process_time() - processor
    begun, processor = time.perf_counter(), time.process_time()
    for component in COMPONENTS:
        sum(row.score for row in rows(component, sizes))
    added, added_used = time.perf_counter() - begun, time.process_time() - processor
    tiers = sorted(one.tier or "unrated" for one in found.of.values())
    say(
        f"{sizes.providers} providers × {sizes.jobs:,} jobs, {len(COMPONENTS)} components: {took:.2f} s, processor {used:.2f} s, "
        f"of which drawing and adding the rows {added:.2f} s; tiers {' '.join(tiers)}"
    )
    yield Compared(
        f"rating of {sizes.providers} providers × {sizes.jobs:,} jobs",
        "drawing and adding the rows",
        added / took,
        added_used / used,
        note=f"{took:.1f} s (goal {GOAL:g})",
    )
    few, many = (peak(Sizes(12, jobs, 2)) for jobs in (sizes.watched, 4 * sizes.watched))
    say(f"memory at most: {few / 1e6:.2f} MB of {sizes.watched:,} jobs each, {many / 1e6:.2f} MB of four times as many")
    yield Compared("memory of a fourth of the jobs", "memory of all", few / many, note=f"{many / 1e6:.2f} MB")
    yield from from_rows(sizes)


class Read(NamedTuple):
    """What rating from rows took: seconds, those of the processor, KiB held at the most and before; providers rated."""

    reading: float
    seconds: float
    processor: float
    most: int
    before: int
    rated: int


def read(address: str) -> Read:
    """In a process of its own, all of whose code is loaded: it has rated a year without jobs before. It collects as the program."""
    gc.set_threshold(*COLLECT_EVERY)
    rule, today = rule_in_force(None, RatingRule, date(YEAR, 12, 31)), date(YEAR + 1, 2, 1)
    with closing(open_read_models(address, None)) as models, models.reading() as snapshot:
        compute(rating_inputs(snapshot, Everything(), YEAR - 1, rule, today).rows, {}, rule)
        before, begun, processor = peak_held(), time.perf_counter(), time.process_time()
        inputs = rating_inputs(snapshot, Everything(), YEAR, rule, today)
        reading = time.perf_counter() - begun
        found = compute(inputs.rows, {}, rule)
        seconds, used = time.perf_counter() - begun, time.process_time() - processor
    return Read(reading, seconds, used, peak_held(), before, len(found.providers))


def held(one: Read) -> str:
    """Its memory in words."""
    return f"{one.most / 1024:.0f} MiB at the most, {(one.most - one.before) / 1024:.1f} more than before"


def from_rows(sizes: Sizes) -> Iterator[Compared]:
    """A year and one of a tenth of its jobs."""
    apart_from = get_context("forkserver")
    apart_from.set_forkserver_preload([__name__])
    found: list[Read] = []
    for jobs in (sizes.read // 10, sizes.read):
        with tempfile.TemporaryDirectory() as place, apart_from.Pool(1) as apart:
            begun = time.perf_counter()
            address = filled(Path(place), jobs)
            made = time.perf_counter() - begun
            one = apart.apply(read, (address,))
            size = (Path(place) / "read.db").stat().st_size / 1e6
        found.append(one)
        say(
            f"{PROVIDERS} providers × {jobs:,} jobs from rows, {size:,.0f} MB made in {made:.0f} s: {one.seconds:.2f} s, of which "
            f"reading {one.reading:.2f} s; processor {one.processor:.2f} s; {one.rated} rated; {held(one)}"
        )
    few, many = found
    note = f"processor {many.processor:.1f} s (goal {GOAL:g}); {PROVIDERS} × {sizes.read:,} jobs"
    yield Compared("rating from rows, SQLite", f"{GOAL:g} s", GOAL / many.seconds, GOAL / many.processor, note=note)
    note = f"{held(few)}; {held(many)}"
    yield Compared("memory of a tenth of the jobs, from rows", "memory of all", few.most / many.most, note=note)
