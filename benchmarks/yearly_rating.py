"""The yearly rating measured.

A year's cold rows to sums, case mix, shrinkage, ranks and tiers, in memory that does not grow with the jobs.

The rows are drawn as they are read, so that none is kept; the peer adds up the same rows' scores and does nothing else.
Memory is what Python's own allocator holds at most while it rates, in a pass of its own, because watching it takes time.
"""

import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from benchmarks.measuring import Bench, Compared, say
from methods.case_mix import Scored, adjusted, cells_of, effects, not_comparable, small_levels_joined
from methods.component_scores import Workload, work_done, work_variance
from methods.rounding import rounded
from methods.shrinkage import Sample
from methods.tiers import TierRule
from methods.yearly_rating import ProviderYear, RatingParameters, YearRating, rate

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
    """

    providers: int = 60
    jobs: int = 10_000
    industries: int = 20
    watched: int = 1000


SIZES = Sizes()
SMOKE = Sizes(providers=12, jobs=40, watched=20)


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
