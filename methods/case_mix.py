"""Case mix 个案组合调整: what an industry, a size or a district does to scores, told from comparisons inside providers.

Method c. plan V5.

Between providers a hard district and a weak provider look alike; inside a provider they do not. So effects are estimated with
every provider's own mean taken away (a fixed-effects regression with a small ridge), and a score is moved by the effects of
its job against the average job. To be applied to what lies outside a provider's power only, and never for anything the
provider chooses. Exact throughout.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from methods.ridge import ridge_solution
from methods.rounding import CARRIED_PLACES, SCORE_PLACES, rounded

OTHER = "other"
"""The level that small levels join."""
_UNIT = 10**SCORE_PLACES
_FINE = 10**CARRIED_PLACES

Effects = Mapping[tuple[int, str], Decimal]
"""(place of the factor, its level) -> points that it adds to a score, six decimals."""


@dataclass(slots=True)
class Scored:
    """One job's score 得分 in one component: 0–100, at most four decimals.

    levels: one for each factor, such as (industry, size, district), always in the same order. weight: 1/π where jobs were
    drawn, else 1.
    """

    provider: str
    levels: tuple[str, ...]
    score: Decimal
    weight: int | Fraction = 1


@dataclass(slots=True)
class CellSum:
    """What is kept of all jobs of one provider in one cell 单元汇总: sums in ten-thousandths of a point, exact in any order."""

    jobs: int = 0
    weight: int | Fraction = 0
    weight_squares: int | Fraction = 0
    total: int | Fraction = 0
    squares: int | Fraction = 0

    def add(self, units: int, weight: int | Fraction) -> None:
        """One more job."""
        self.jobs += 1
        self.weight += weight
        self.weight_squares += weight * weight
        weighed = weight * units
        self.total += weighed
        self.squares += weighed * units

    def add_one(self, units: int) -> None:
        """One more job that counts once, as most do: what `add` does of a weight of 1, in half the time."""
        self.jobs += 1
        self.weight += 1
        self.weight_squares += 1
        self.total += units
        self.squares += units * units

    def join(self, other: "CellSum") -> None:
        """Another cell's jobs."""
        self.jobs += other.jobs
        self.weight += other.weight
        self.weight_squares += other.weight_squares
        self.total += other.total
        self.squares += other.squares


Cells = Mapping[tuple[str, tuple[str, ...]], CellSum]
"""(provider, levels) -> sums: sufficient for everything below, as large as there are cells however many jobs there are."""


def cells_of(jobs: Iterable[Scored]) -> Cells:
    """The sums of a year's jobs, read once."""
    found: dict[tuple[str, tuple[str, ...]], CellSum] = {}
    for job in jobs:
        add_to(found, job)
    return found


def add_to(cells: dict[tuple[str, tuple[str, ...]], CellSum], job: Scored) -> None:
    """One more job, of whoever reads several components at once."""
    cell = cells.get((job.provider, job.levels))
    if cell is None:
        cell = cells[job.provider, job.levels] = CellSum()
    cell.add(units_of(job.score), job.weight)


def units_of(score: Decimal) -> int:
    """A score in ten-thousandths of a point 得分最小单位."""
    whole, part = score.as_integer_ratio()
    if _UNIT % part:
        raise ValueError(f"a score has at most {SCORE_PLACES} decimals, not {score}")
    return int(whole * (_UNIT // part))


def small_levels_joined(cells: Cells, least_jobs: int, least_providers: int) -> Cells:
    """The same sums where every level of too few jobs or too few providers is part of `OTHER`."""
    jobs: defaultdict[tuple[int, str], int] = defaultdict(int)
    providers: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for (provider, levels), cell in cells.items():
        for level in enumerate(levels):
            jobs[level] += cell.jobs
            providers[level].add(provider)
    kept = {level for level in jobs if jobs[level] >= least_jobs and len(providers[level]) >= least_providers}
    found: defaultdict[tuple[str, tuple[str, ...]], CellSum] = defaultdict(CellSum)
    for (provider, levels), cell in cells.items():
        found[provider, tuple(level if (at, level) in kept else OTHER for at, level in enumerate(levels))].join(cell)
    return dict(found)


def not_comparable(cells: Cells, most_alone: Decimal) -> Collection[str]:
    """Providers with more than this share of jobs at a level that nobody else serves.

    Nothing tells their score from their jobs'.
    """
    served: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for provider, levels in cells:
        for level in enumerate(levels):
            served[level].add(provider)
    jobs: defaultdict[str, int] = defaultdict(int)
    alone: defaultdict[str, int] = defaultdict(int)
    for (provider, levels), cell in cells.items():
        jobs[provider] += cell.jobs
        if any(len(served[level]) == 1 for level in enumerate(levels)):
            alone[provider] += cell.jobs
    return {provider for provider in jobs if Fraction(alone[provider], jobs[provider]) > Fraction(most_alone)}


def effects(cells: Cells, ridge: int) -> Effects:
    """Effect of every level, in points with six decimals: (Z'Z + ridge·1)β = Z'y, z and y less their provider's mean.

    Ridge at least 1.
    """
    levels = sorted({level for _, own in cells for level in enumerate(own)})
    place = {level: at for at, level in enumerate(levels)}
    matrix = [[Fraction(0)] * len(levels) for _ in levels]
    vector = [Fraction(0)] * len(levels)
    by_provider: defaultdict[str, list[tuple[list[int], CellSum]]] = defaultdict(list)
    for (provider, own), cell in cells.items():
        by_provider[provider].append(([place[level] for level in enumerate(own)], cell))
    for own_cells in by_provider.values():
        weight, total = sum(cell.weight for _, cell in own_cells), sum(cell.total for _, cell in own_cells)
        served: defaultdict[int, int | Fraction] = defaultdict(int)
        scored: defaultdict[int, int | Fraction] = defaultdict(int)
        together: defaultdict[tuple[int, int], int | Fraction] = defaultdict(int)
        for at, cell in own_cells:
            for row in at:
                served[row] += cell.weight
                scored[row] += cell.total
                for column in at:
                    together[row, column] += cell.weight
        for row, mass in served.items():
            vector[row] += Fraction(scored[row] * weight - mass * total, weight * _UNIT)
            for column, other in served.items():
                if row <= column:
                    matrix[row][column] += Fraction(together[row, column] * weight - mass * other, weight)
    for row, entries in enumerate(matrix):
        for column in range(row):
            entries[column] = matrix[column][row]  # it is the same from either side
    return dict(zip(levels, ridge_solution(matrix, vector, ridge, CARRIED_PLACES), strict=True))


@dataclass(frozen=True)
class Adjusted:
    """A provider's adjusted component 调整后得分.

    Mean (four decimals), variance of one job within (six), spread of the mean's variance.
    """

    jobs: int
    mean: Decimal
    variance: Decimal
    spread: Fraction


def adjusted(cells: Cells, of: Effects) -> Mapping[str, Adjusted]:
    """Every provider's mean and variance after y' = y − β + the average job's β; with no effects, as they were."""
    beta = {levels: sum(int(of.get(level, 0) * _FINE) for level in enumerate(levels)) for _, levels in cells}
    weight = sum(cell.weight for cell in cells.values())
    average = Fraction(sum(cell.weight * beta[levels] for (_, levels), cell in cells.items())) / weight
    by_provider: defaultdict[str, list[tuple[int, CellSum]]] = defaultdict(list)
    for (provider, levels), cell in cells.items():
        by_provider[provider].append((beta[levels], cell))
    return {provider: _adjusted(own, average) for provider, own in by_provider.items()}


def _adjusted(cells: list[tuple[int, CellSum]], average: Fraction) -> Adjusted:
    """One provider's cells, each with the effect that is taken off its scores; effects and average in millionths of a point."""
    finer = _FINE // _UNIT
    jobs = sum(cell.jobs for _, cell in cells)
    weight = Fraction(sum(cell.weight for _, cell in cells))
    mean = sum(cell.total * finer - off * cell.weight for off, cell in cells) / weight
    squares = sum(cell.squares * finer**2 - 2 * off * cell.total * finer + off**2 * cell.weight for off, cell in cells)
    variance = (squares / weight - mean**2) * Fraction(jobs, jobs - 1) if jobs > 1 else Fraction(0)
    return Adjusted(
        jobs=jobs,
        mean=rounded((mean + average) / _FINE, SCORE_PLACES),
        variance=rounded(variance / _FINE**2, CARRIED_PLACES),
        spread=sum(cell.weight_squares for _, cell in cells) / weight**2,
    )
