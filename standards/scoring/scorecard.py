"""Scorecard 得分卡: what one firm's answers come to under one edition, as exact numbers to be judged again and again. plan S4.

The same scores and grades as `scoring`, which explains itself and costs several times as much; tests hold the two equal. A
scorecard keeps what a change of a weight, band or gate needs: shares and points by sub-dimension, exact scores, levels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from standards.edition.edition import Edition
from standards.edition.text import GRADES, LEVELS, Form
from standards.scoring.answers import Answer
from standards.scoring.measure import NothingToScore, level_and_points, level_of
from standards.scoring.results import Process

WEIGHT_DECIMALS = 4
"""Weights are counted in ten-thousandths of a percent, which is what composition writes, or finer where an edition is."""
FIRST_WITH_GATES = 2
"""Level 1 has no gates."""
GRADES_OF_TOTALS = range(GRADES + 1)
"""Grades that a total may have, below grade 1 included."""

Holds = tuple[bool, ...]
"""Whether something holds at levels 0 to 5; it always does at 0 and 1."""


def decimals(values: Sequence[Decimal]) -> int:
    """How many decimals the most precise of some numbers has 小数位数."""
    return max((max(0, -int(value.normalize().as_tuple().exponent)) for value in values), default=0)


def hundredths(value: Fraction) -> int:
    """A score as it is judged 判定分值: hundredths of a point, half up."""
    return (200 * value.numerator + value.denominator) // (2 * value.denominator)


@dataclass(slots=True)
class SubdimensionScore:
    """A sub-dimension of a firm's form 子维度得分: in weight units, share asked, share present, and present times points."""

    share: int = 0
    present: int = 0
    weighted: int = 0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a firm's answers come to 得分卡.

    levels: indicator id -> maturity level, those that are not applicable absent. points: the same, in point units of the
    scale. groups: dimension -> sub-dimension -> shares. scores: exact dimension scores 0–100. total: exact, 0–100.
    """

    levels: Mapping[str, Decimal]
    points: Mapping[str, int]
    groups: tuple[Mapping[str, SubdimensionScore], ...]
    scores: tuple[Fraction, ...]
    total: Fraction


class Scale:
    """The questionnaire of an edition and form, as whole numbers 计分尺."""

    def __init__(self, edition: Edition, form: Form) -> None:
        self.edition = edition
        weights = [item.weight_in_dimension for item in edition.indicators] + [d.weight for d in edition.dimensions]
        self.weight_unit = 10 ** max(WEIGHT_DECIMALS, decimals(weights))
        points = [*edition.points.values(), edition.multi_base_points]
        points += [option.points for item in edition.indicators for option in item.options]
        self.point_unit = 10 ** decimals(points)
        place = {dimension.id: number for number, dimension in enumerate(edition.dimensions)}
        self.asked = tuple(
            (item, place[item.dimension], item.subdimension, int(item.weight_in_dimension * self.weight_unit))
            for item in edition.of(form)
        )
        self.dimension_weights = tuple(int(d.weight * self.weight_unit) for d in edition.dimensions)
        self.full = 100 * self.weight_unit

    def card(self, answers: Mapping[str, Answer]) -> Scorecard:
        """The scorecard of answers that were checked.

        Raises:
            NothingToScore: every indicator of a dimension is not applicable.
        """
        levels: dict[str, Decimal] = {}
        points: dict[str, int] = {}
        groups: tuple[dict[str, SubdimensionScore], ...] = tuple({} for _ in self.edition.dimensions)
        for item, dimension, subdimension, weight in self.asked:
            group = groups[dimension].get(subdimension)
            if group is None:
                group = groups[dimension][subdimension] = SubdimensionScore()
            group.share += weight
            answer = answers[item.id]
            if not answer.not_applicable:
                levels[item.id], exact = level_and_points(self.edition, item, answer)
                points[item.id] = reached = int(exact * self.point_unit)
                group.present += weight
                group.weighted += weight * reached
        scores = tuple(
            self._score(found, dimension.id)
            for found, dimension in zip(groups, self.edition.dimensions, strict=True)
        )
        total = sum((weight * score for weight, score in zip(self.dimension_weights, scores, strict=True)), Fraction(0))
        return Scorecard(levels, points, groups, scores, total / self.full)

    def _score(self, groups: Mapping[str, SubdimensionScore], dimension: str) -> Fraction:
        spread, whole, share = Fraction(0), 0, 0
        for group in groups.values():
            if not group.present:
                continue
            share += group.share
            if group.present == group.share:
                whole += group.weighted
            else:
                spread += Fraction(group.share * group.weighted, group.present)
        if not share:
            raise NothingToScore(dimension)
        return Fraction(spread + whole, share * self.point_unit)


@dataclass(frozen=True, slots=True)
class Standing:
    """What gates look at in a scorecard 判定要素.

    base_levels: level of each base dimension. stars: how many ★ are applicable. reached: level -> how many of them are at
    it or above. lowest: the lowest level of a ★, None without any. security: level of the indicator of each floor, None
    where it is not applicable.
    """

    base_levels: tuple[int, ...]
    stars: int
    reached: tuple[int, ...]
    lowest: Decimal | None
    security: tuple[Decimal | None, ...]


class Judge:
    """Bands and gates of an edition as whole numbers 判定. bands: hundredths of a point; a finer bound is rounded up."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.bands = tuple(int((bound * 100).to_integral_value(ROUND_CEILING)) for bound in edition.bands)
        self.base = tuple(number for number, dimension in enumerate(edition.dimensions) if dimension.base)
        self._named = [edition.dimensions[number].id for number in self.base].index(edition.gates.breadth.including)
        self._stars = tuple(item.id for item in edition.indicators if item.key)

    def grade_of(self, score: int) -> int:
        """Grade 0–10 by the bands of a score in hundredths."""
        return sum(1 for bound in self.bands if score >= bound)

    def standing(self, card: Scorecard) -> Standing:
        """What the gates look at in a scorecard."""
        stars = [card.levels[identity] for identity in self._stars if identity in card.levels]
        return Standing(
            base_levels=tuple(level_of(self.grade_of(hundredths(card.scores[number]))) for number in self.base),
            stars=len(stars),
            reached=tuple(sum(1 for star in stars if star >= level) for level in range(LEVELS + 1)),
            lowest=min(stars, default=None),
            security=tuple(card.levels.get(gate.indicator) for gate in self.edition.gates.security),
        )

    @staticmethod
    def weakest(standing: Standing, levels_below: int) -> Holds:
        """Where the gate of the weakest dimension holds 短板门槛."""
        lowest = min(standing.base_levels)
        return tuple(level < FIRST_WITH_GATES or lowest >= level - levels_below for level in range(LEVELS + 1))

    def breadth(self, standing: Standing, at_least: int) -> Holds:
        """Where the gate of breadth holds 广度门槛: a dimension is at a level exactly when it reaches the level's floor."""
        named = standing.base_levels[self._named]
        return tuple(
            level < FIRST_WITH_GATES
            or (named >= level and sum(1 for reached in standing.base_levels if reached >= level) >= at_least)
            for level in range(LEVELS + 1)
        )

    @staticmethod
    def key_indicators(standing: Standing, levels_below: int, share_percent: int) -> Holds:
        """Where the gate of ★ holds 关键指标门槛."""
        return tuple(
            level < FIRST_WITH_GATES
            or (
                (standing.lowest is None or standing.lowest >= level - levels_below)
                and 100 * standing.reached[level] >= share_percent * standing.stars
            )
            for level in range(LEVELS + 1)
        )

    @staticmethod
    def floor(reached: Decimal | None, from_level: int, at_least: Decimal) -> Holds:
        """Where a floor of one indicator holds 单项门槛."""
        met = reached is None or reached >= at_least
        return tuple(level < from_level or met for level in range(LEVELS + 1))

    def holds(self, standing: Standing) -> tuple[Holds, ...]:
        """Every gate of the answers: weakest dimension, breadth, ★, then each floor."""
        gates = self.edition.gates
        return (
            self.weakest(standing, gates.weakest_dimension.levels_below),
            self.breadth(standing, gates.breadth.at_least),
            self.key_indicators(standing, gates.key_indicators.levels_below, gates.key_indicators.share_percent),
            *(
                self.floor(reached, gate.from_level, gate.at_least)
                for gate, reached in zip(gates.security, standing.security, strict=True)
            ),
        )

    def issued(self, band_grade: int, holds: Holds, process: Process) -> int:
        """The grade that a total's grade becomes through the gates of the answers and those of the process."""
        gates = self.edition.gates
        return issued(band_grade, holds, process, gates.site_visit.from_level, gates.expert_review.from_level)

    def grade(self, card: Scorecard, process: Process) -> int:
        """The grade that a report would state 出具等级."""
        every = everywhere(self.holds(self.standing(card)))
        return self.issued(self.grade_of(hundredths(card.total)), every, process)


def everywhere(gates: Sequence[Holds]) -> Holds:
    """Where all of some gates hold."""
    return tuple(map(all, zip(*gates, strict=True)))


def issued(band_grade: int, holds: Holds, process: Process, site_visit_from: int, expert_review_from: int) -> int:
    """Grade 0–10 that a total's grade becomes through all gates."""
    passed = next((level for level in range(level_of(band_grade), 1, -1) if holds[level]), 1)
    grade = min(band_grade, 2 * passed)
    level = level_of(grade)
    if not process.site_visit and level >= site_visit_from:
        grade = min(grade, 2 * (site_visit_from - 1))
    if not process.expert_review and level >= expert_review_from:
        grade = min(grade, 2 * (expert_review_from - 1))
    return grade
