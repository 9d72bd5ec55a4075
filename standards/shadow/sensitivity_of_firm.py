"""Where one firm's grade moves 单家变动点: for each parameter of an edition, the first step in either direction. plan S4, S5.

What changes, by how much and what its siblings do is said in `sensitivity`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt

from standards.edition.text import LEVELS
from standards.scoring.results import Process
from standards.scoring.scorecard import (
    GRADES_OF_TOTALS,
    Holds,
    Judge,
    Scale,
    Scorecard,
    Standing,
    SubdimensionScore,
    everywhere,
    hundredths,
    issued,
)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Values that a parameter may take 取值阶梯: `value`, and so many steps below and above it.

    rungs: the values themselves where they are not evenly spaced.
    """

    value: Decimal
    step: Decimal
    below: int
    above: int
    rungs: tuple[Decimal, ...] = ()

    def at(self, steps: int) -> Decimal:
        """The value so many steps away."""
        return self.rungs[self.rungs.index(self.value) + steps] if self.rungs else self.value + steps * self.step

    def towards(self, direction: int) -> range:
        """Steps in one direction, nearest first."""
        return range(1, self.above + 1) if direction > 0 else range(-1, -self.below - 1, -1)


@dataclass(frozen=True, slots=True)
class Move:
    """A firm's grade is another from so many steps of a parameter on 变动点; nearer ones leave it."""

    clause: str
    steps: int


@dataclass(frozen=True, slots=True)
class _Interval:
    """Values that leave the grade as it is: `low` included, `high` not; None = without end."""

    low: Fraction | None
    high: Fraction | None

    def times(self, unit: int) -> "_Interval":
        return _Interval(None if self.low is None else self.low * unit, None if self.high is None else self.high * unit)


class FirmChanges:
    """One firm under one edition 单家变动点, and how its grade answers to changes of it."""

    def __init__(self, scale: Scale, judge: Judge, card: Scorecard, process: Process) -> None:
        self._scale = scale
        self._judge = judge
        self._card = card
        self._process = process
        self._standing = judge.standing(card)
        self._holds = judge.holds(self._standing)
        self._total = hundredths(card.total)
        self._band_grade = judge.grade_of(self._total)
        self._through = self._grades(everywhere(self._holds))
        self.grade = self._through[self._band_grade]

    def _grades(self, holds: Holds) -> tuple[int, ...]:
        """Grade of the total -> grade of the firm."""
        return tuple(self._judge.issued(grade, holds, self._process) for grade in GRADES_OF_TOTALS)

    def every(self, step: int, ladders: Mapping[str, Ladder]) -> Iterator[Move]:
        """The first move of every parameter in either direction, as far as there is one.

        Args:
            step: of a weight, in weight units of the scale.
            ladders: clause -> its ladder; a clause without one is passed over.
        """
        yield from self._dimension_weights(step)
        yield from self._indicator_weights(step, ladders)
        yield from self._bands(ladders)
        yield from self._gates(ladders)

    # Weights of dimensions: the total is linear in them

    def _dimension_weights(self, step: int) -> Iterator[Move]:
        kept = self._totals_that_keep()
        full = self._scale.full
        for dimension, weight, score in zip(
            self._scale.edition.dimensions, self._scale.dimension_weights, self._card.scores, strict=True
        ):
            if weight == full:
                continue
            rest = (self._card.total * full - weight * score) / (full - weight)
            slope = step * (score - rest) / full
            for direction in (1, -1):
                found = _first_outside(kept, self._card.total, direction * slope)
                if found is not None:
                    yield Move(f"dimensions.{dimension.id}.weight", direction * found)

    def _totals_that_keep(self) -> _Interval:
        bands, grade = self._judge.bands, self._band_grade
        high = next((g for g in range(grade + 1, len(bands) + 1) if self._through[g] != self.grade), None)
        low = next((g for g in range(grade, 0, -1) if self._through[g - 1] != self.grade), None)
        return _Interval(
            None if low is None else judged_from(bands[low - 1]), None if high is None else judged_from(bands[high - 1])
        )

    # Weights of indicators: the score of their dimension is a quotient of two quadratics in them

    def _indicator_weights(self, step: int, ladders: Mapping[str, Ladder]) -> Iterator[Move]:
        unit = self._scale.point_unit
        keeping = [self._scores_that_keep(number).times(unit) for number in range(len(self._card.scores))]
        rests = [_Rest.of(groups) for groups in self._card.groups]
        for item, dimension, subdimension, weight in self._scale.asked:
            clause = f"indicators.{item.id}.weight_in_dimension"
            if clause not in ladders:
                continue
            group = self._card.groups[dimension][subdimension]
            if not group.present:
                continue
            quotient = _quotient(
                weight, self._scale.full, group, rests[dimension].without(group), self._card.points.get(item.id)
            )
            for direction, limit in ((1, ladders[clause].above), (-1, ladders[clause].below)):
                found = quotient.first_outside(keeping[dimension], direction * step, limit)
                if found is not None:
                    yield Move(clause, direction * found)

    def _scores_that_keep(self, dimension: int) -> _Interval:
        """Exact scores of a dimension, all others as they are, at which the firm keeps its grade."""
        weight, score, full = self._scale.dimension_weights[dimension], self._card.scores[dimension], self._scale.full
        others = self._card.total - weight * score / full
        base = self._judge.base.index(dimension) if dimension in self._judge.base else None
        floors = [judged_from(self._judge.bands[2 * level - 2]) for level in range(1, LEVELS + 1)]
        totals = [(judged_from(bound) - others) * full / weight for bound in self._judge.bands]
        level = self._standing.base_levels[base] if base is not None else LEVELS
        band_grade = self._band_grade
        through = {level: self._through}

        def grade() -> int:
            if level not in through:
                assert base is not None  # noqa: S101 - other levels are looked at of base dimensions only
                through[level] = self._grades(everywhere(self._holds_at(base, level)))
            return through[level][band_grade]

        high: Fraction | None = None
        while high is None:
            next_floor = floors[level] if level < LEVELS else None
            next_total = totals[band_grade] if band_grade < len(totals) else None
            if next_floor is None and next_total is None:
                break
            bound = min(one for one in (next_floor, next_total) if one is not None)
            level += next_floor == bound
            band_grade += next_total == bound
            if grade() != self.grade:
                high = bound
        level = self._standing.base_levels[base] if base is not None else 0
        band_grade = self._band_grade
        if base is None:
            through = {level: self._through}
        low: Fraction | None = None
        while low is None:
            last_floor = floors[level - 1] if level else None
            last_total = totals[band_grade - 1] if band_grade else None
            if last_floor is None and last_total is None:
                break
            bound = max(one for one in (last_floor, last_total) if one is not None)
            level -= last_floor == bound
            band_grade -= last_total == bound
            if grade() != self.grade:
                low = bound
        return _Interval(low, high)

    def _holds_at(self, base: int, level: int) -> tuple[Holds, ...]:
        """Every gate with one base dimension at another level."""
        return self._with_levels(
            tuple(level if number == base else held for number, held in enumerate(self._standing.base_levels))
        )

    def _with_levels(self, base_levels: tuple[int, ...]) -> tuple[Holds, ...]:
        gates, now = self._judge.edition.gates, self._standing
        other = Standing(base_levels, now.stars, now.reached, now.lowest, now.security)
        return (
            self._judge.weakest(other, gates.weakest_dimension.levels_below),
            self._judge.breadth(other, gates.breadth.at_least),
            *self._holds[2:],
        )

    # Bands: the total and the base dimensions cross a bound that moves

    def _bands(self, ladders: Mapping[str, Ladder]) -> Iterator[Move]:
        scores = [hundredths(self._card.scores[number]) for number in self._judge.base]
        grades = [self._judge.grade_of(score) for score in scores]
        for grade, bound in enumerate(self._judge.bands, 1):
            clause = f"bands.{grade}"
            for direction, held, limit in ((1, grade, ladders[clause].above), (-1, grade - 1, ladders[clause].below)):
                # A level begins with its lower grade: the bound of an upper grade is no floor of a dimension.
                touched = [i for i, found in enumerate(grades) if found == held] if grade % 2 else []
                distances = {self._beyond(scores[i], bound, direction) for i in touched}
                if self._band_grade == held:
                    distances.add(self._beyond(self._total, bound, direction))
                for distance in sorted(distances):
                    if distance > limit:
                        break
                    crossed = {i for i in touched if self._beyond(scores[i], bound, direction) <= distance}
                    total_crossed = (
                        self._band_grade == held and self._beyond(self._total, bound, direction) <= distance
                    )
                    if self._with_bound(crossed, direction, total_crossed=total_crossed) != self.grade:
                        yield Move(clause, direction * distance)
                        break

    @staticmethod
    def _beyond(score: int, bound: int, direction: int) -> int:
        """Steps after which a bound has passed a score."""
        return score - bound + 1 if direction > 0 else bound - score

    def _with_bound(self, crossed: set[int], direction: int, *, total_crossed: bool) -> int:
        band_grade = self._band_grade - direction * total_crossed
        if not crossed:
            return self._through[band_grade]
        levels = tuple(
            level - direction * (number in crossed) for number, level in enumerate(self._standing.base_levels)
        )
        return self._judge.issued(band_grade, everywhere(self._with_levels(levels)), self._process)

    # Gates: few values each, tried one by one

    def _gates(self, ladders: Mapping[str, Ladder]) -> Iterator[Move]:
        gates, judge, now = self._judge.edition.gates, self._judge, self._standing
        rule = gates.key_indicators
        tries: list[tuple[str, int, Callable[[Decimal], Holds]]] = [
            ("gates.weakest_dimension.levels_below", 0, lambda value: judge.weakest(now, int(value))),
            ("gates.breadth.at_least", 1, lambda value: judge.breadth(now, int(value))),
            (
                "gates.key_indicators.levels_below",
                2,
                lambda value: judge.key_indicators(now, int(value), rule.share_percent),
            ),
        ]
        for number, (gate, reached) in enumerate(zip(gates.security, now.security, strict=True), 3):
            if reached is None:
                continue
            path = f"gates.security.{gate.code}"
            tries += [
                (f"{path}.from_level", number, lambda v, g=gate, r=reached: judge.floor(r, int(v), g.at_least)),  # type: ignore[misc]
                (f"{path}.at_least", number, lambda v, g=gate, r=reached: judge.floor(r, g.from_level, v)),  # type: ignore[misc]
            ]
        for clause, place, held in tries:
            others = everywhere([*self._holds[:place], *self._holds[place + 1 :]])
            yield from self._first(clause, ladders[clause], lambda v, o=others, h=held: self._at(o, h(v)))  # type: ignore[misc]
        yield from self._share(ladders["gates.key_indicators.share_percent"])
        every, visit, review = everywhere(self._holds), gates.site_visit.from_level, gates.expert_review.from_level
        yield from self._first(
            "gates.site_visit.from_level",
            ladders["gates.site_visit.from_level"],
            lambda value: issued(self._band_grade, every, self._process, int(value), review),
        )
        yield from self._first(
            "gates.expert_review.from_level",
            ladders["gates.expert_review.from_level"],
            lambda value: issued(self._band_grade, every, self._process, visit, int(value)),
        )

    def _at(self, others: Holds, held: Holds) -> int:
        return self._judge.issued(self._band_grade, everywhere((others, held)), self._process)

    def _first(self, clause: str, ladder: Ladder, grade: Callable[[Decimal], int]) -> Iterator[Move]:
        for direction in (1, -1):
            for steps in ladder.towards(direction):
                if grade(ladder.at(steps)) != self.grade:
                    yield Move(clause, steps)
                    break

    def _share(self, ladder: Ladder) -> Iterator[Move]:
        """The share of ★ turns where it passes what the firm has at some level: no other percent needs a look."""
        now, rule = self._standing, self._judge.edition.gates.key_indicators
        if not now.stars:
            return
        others = everywhere([*self._holds[:2], *self._holds[3:]])
        shares = {100 * reached // now.stars for reached in now.reached[2:]}
        for direction in (1, -1):
            turns = {share + 1 for share in shares} if direction > 0 else shares
            for share in sorted(turns, reverse=direction < 0):
                steps = share - rule.share_percent
                if steps not in ladder.towards(direction):
                    continue
                held = self._judge.key_indicators(now, rule.levels_below, share)
                if self._at(others, held) != self.grade:
                    yield Move("gates.key_indicators.share_percent", steps)
                    break


def judged_from(bound: int) -> Fraction:
    """The lowest exact score that is rounded up to a bound in hundredths."""
    return Fraction(2 * bound - 1, 200)


def _first_outside(kept: _Interval, value: Fraction, slope: Fraction) -> int | None:
    """Steps of `slope` after which a value has left an interval."""
    if slope > 0 and kept.high is not None:
        return -((value - kept.high) // slope)
    if slope < 0 and kept.low is not None:
        return (value - kept.low) // -slope + 1
    return None


@dataclass(frozen=True, slots=True)
class _Rest:
    """Sub-dimensions of a firm's dimension together: share, and share times mean points as whole number over another."""

    share: int
    points: int
    over: int

    @staticmethod
    def of(groups: Mapping[str, SubdimensionScore]) -> "_Rest":
        found = [group for group in groups.values() if group.present]
        points = sum((Fraction(group.share * group.weighted, group.present) for group in found), Fraction(0))
        return _Rest(sum(group.share for group in found), points.numerator, points.denominator)

    def without(self, group: SubdimensionScore) -> "_Rest":
        if group.present == group.share:
            return _Rest(self.share - group.share, self.points - group.weighted * self.over, self.over)
        points = Fraction(self.points, self.over) - Fraction(group.share * group.weighted, group.present)
        return _Rest(self.share - group.share, points.numerator, points.denominator)


@dataclass(frozen=True, slots=True)
class _Quotient:
    """A dimension's score, in point units, as the weight w of one indicator moves and its siblings share the rest, v = full − w.

    above, below: whole coefficients of w·w, w·v and v·v; `below` is positive wherever both weights are. What is linear is
    multiplied by w + v, which is constant.
    """

    weight: int
    full: int
    above: tuple[int, int, int]
    below: tuple[int, int, int]

    def first_outside(self, kept: _Interval, step: int, limit: int) -> int | None:
        """Steps, at most `limit`, after which the score has left an interval in point units."""
        nearest = limit + 1
        for bound, sign in ((kept.high, 1), (kept.low, -1)):
            if bound is not None and (steps := self._first(bound.numerator, bound.denominator, sign, step)) is not None:
                nearest = min(nearest, steps)
        return nearest if nearest <= limit else None

    def _first(self, bound: int, over: int, sign: int, step: int) -> int | None:
        """Steps to a score of at least `bound` / `over` (sign 1), or below it (sign −1)."""
        squared, mixed, rest = (
            sign * (above * over - below * bound) for above, below in zip(self.above, self.below, strict=True)
        )
        here, left = self.weight, self.full - self.weight
        # w = here + k·step and v = left − k·step, gathered by powers of k
        a = (squared - mixed + rest) * step * step
        b = (2 * squared * here + mixed * (left - here) - 2 * rest * left) * step
        c = squared * here * here + mixed * here * left + rest * left * left
        return first_from_zero(a, b, c if sign > 0 else c - 1)


def _quotient(weight: int, full: int, group: SubdimensionScore, rest: _Rest, points: int | None) -> _Quotient:
    """The score as a function of one indicator's weight w.

    With s = (full − w) / (full − weight) for the siblings, the indicator's sub-dimension weighs w + s·others, its mean is
    (w·points + s·weighted) / (w + s·present), and the other sub-dimensions weigh s·share with s·points.
    """
    left, over = full - weight, rest.over
    others = group.share - weight
    if points is None:  # the indicator itself is not applicable: the mean of its sub-dimension stays
        own = left * group.weighted * over
        siblings = others * group.weighted * over + rest.points * group.present
        scale = group.present * over
        spread = others + rest.share
        above = (own, own + siblings, siblings)
        return _Quotient(weight, full, above, (left * scale, (left + spread) * scale, spread * scale))
    present = group.present - weight
    weighted = group.weighted - weight * points
    return _Quotient(
        weight,
        full,
        (
            points * left * left * over,
            ((weighted + others * points) * over + rest.points) * left,
            others * weighted * over + rest.points * present,
        ),
        (
            left * left * over,
            (others + present + rest.share) * left * over,
            (others + rest.share) * present * over,
        ),
    )


def first_from_zero(a: int, b: int, c: int) -> int | None:
    """The smallest whole k ≥ 1 at which a·k² + b·k + c ≥ 0, given that c < 0; None without any."""

    def reaches(k: int) -> bool:
        return (a * k + b) * k + c >= 0

    if a == 0:
        return None if b <= 0 else -(c // b)
    discriminant = b * b - 4 * a * c
    if discriminant < 0 or (a < 0 and b <= 0):
        return None
    root = isqrt(discriminant)
    near = (root - b) // (2 * a) if a > 0 else (b - root) // (-2 * a)
    return next((k for k in range(max(1, near - 1), near + 3) if reaches(k)), None)
