"""Scoring 评分: answers → points → dimension scores → total → grade, with every reason. plan S4.

Exact fractions inside; a score is rounded once, to two decimals half up, and judged as shown.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from standards.edition.text import EditionText, Form, Indicator
from standards.scoring.answers import Answer, is_better
from standards.scoring.results import DimensionScore, Gate, IndicatorScore, Issued, Measured, Process

UNIT = 10_000
"""Effective weights and contributions are stated in ten-thousandths."""


class NothingToScore(ValueError):  # noqa: N818 - a reason, turned into a refusal by the rules
    """Every indicator of a dimension is not applicable 整个维度不适用."""

    def __init__(self, dimension: str) -> None:
        super().__init__(dimension)
        self.dimension = dimension


def level_and_points(edition: EditionText, indicator: Indicator, answer: Answer) -> tuple[Decimal, Decimal]:
    """Maturity level and points of a checked, applicable answer 等级与分值.

    A ratio or count is computed from its raw numbers; an outcome without numbers, or whose numbers did not get better,
    counts as level 1 at most.
    """
    numbers = answer.numbers or {}
    match indicator.kind:
        case "choice":
            level = _given(answer)
        case "outcome":
            level = _given(answer)
            if not is_better(indicator, numbers):
                level = min(level, Decimal(1))
        case "multi":
            chosen = set(answer.choices or ())
            points = edition.multi_base_points + sum(o.points for o in indicator.options if o.name in chosen)
            return max(level for level, needed in edition.points.items() if needed <= points), points
        case "ratio":
            part, whole = (numbers[number.name] for number in indicator.numbers)
            level = _band(Fraction(part) * 100 / Fraction(whole), indicator.upper_bounds)
        case _:
            count = numbers[indicator.numbers[0].name]
            level = _band(Fraction(count), indicator.upper_bounds) if count else Decimal(0)
    return level, edition.points[level]


def _given(answer: Answer) -> Decimal:
    assert answer.level is not None, "scoring takes checked answers"  # noqa: S101
    return answer.level


def _band(value: Fraction, upper_bounds: Sequence[Decimal]) -> Decimal:
    return Decimal(1 + sum(1 for bound in upper_bounds if value > Fraction(bound)))


def effective_weights(edition: EditionText, form: Form, applicable: frozenset[str]) -> dict[str, Fraction]:
    """Percent of the total that each applicable indicator carries 有效权重; they add up to exactly 100.

    The brief form renormalises within the dimension. The weight of an indicator that is not applicable spreads over its
    sub-dimension, and where that is empty over the dimension.

    Raises:
        NothingToScore: a dimension has no applicable indicator.
    """
    weights: dict[str, Fraction] = {}
    for dimension in edition.dimensions:
        asked = [item for item in edition.of(form) if item.dimension == dimension.id]
        whole = sum((Fraction(item.weight_in_dimension) for item in asked), Fraction(0))
        groups: dict[str, list[Indicator]] = {}
        for item in asked:
            groups.setdefault(item.subdimension, []).append(item)
        kept: dict[str, Fraction] = {}
        for members in groups.values():
            share = sum(Fraction(item.weight_in_dimension) for item in members)
            present = [item for item in members if item.id in applicable]
            present_share = sum(Fraction(item.weight_in_dimension) for item in present)
            for item in present:
                kept[item.id] = Fraction(item.weight_in_dimension) * share / present_share
        if not kept:
            raise NothingToScore(dimension.id)
        stretch = whole / sum(kept.values(), Fraction(0))
        for identity, weight in kept.items():
            weights[identity] = weight * stretch / whole * Fraction(dimension.weight)
    return weights


def rounded(value: Fraction) -> Decimal:
    """Two decimals, half up."""
    hundredths = (value * 100 + Fraction(1, 2)).__floor__()
    return Decimal(hundredths).scaleb(-2)


def apportioned(parts: Mapping[str, Fraction], total: Decimal) -> dict[str, Decimal]:
    """Four-decimal shares that add up to exactly `total` 最大余数法, largest remainders first, ties by id.

    A total that was rounded down is taken back from the smallest remainders, never from a share that is nothing already.
    """
    units = {key: (value * UNIT).__floor__() for key, value in parts.items()}
    left = int((total * UNIT).to_integral_value(ROUND_FLOOR)) - sum(units.values())
    by_remainder = sorted(parts, key=lambda key: (-(parts[key] * UNIT - units[key]), key))
    for index in range(left):
        units[by_remainder[index % len(by_remainder)]] += 1
    while left < 0:
        for key in reversed(by_remainder):
            if left < 0 and units[key] > 0:
                units[key] -= 1
                left += 1
    return {key: Decimal(units[key]).scaleb(-4) for key in parts}


def grade_of(edition: EditionText, score: Decimal) -> int:
    """Grade 0–10 by the bands; a score on a bound is in the upper band."""
    return sum(1 for bound in edition.bands if score >= bound)


def level_of(grade: int) -> int:
    """Level 0–5 of a grade: two grades a level."""
    return (grade + 1) // 2


def measure(edition: EditionText, form: Form, answers: Mapping[str, Answer]) -> Measured:
    """See `Edition.measure`."""
    asked = edition.of(form)
    reached = {
        item.id: level_and_points(edition, item, answers[item.id])
        for item in asked
        if not answers[item.id].not_applicable
    }
    weights = effective_weights(edition, form, frozenset(reached))
    parts = {identity: weights[identity] * Fraction(points) / 100 for identity, (_, points) in reached.items()}
    total = rounded(sum(parts.values(), Fraction(0)))
    dimensions = []
    for dimension in edition.dimensions:
        mine = [item.id for item in asked if item.dimension == dimension.id and item.id in parts]
        score = rounded(sum((parts[identity] for identity in mine), Fraction(0)) * 100 / Fraction(dimension.weight))
        dimensions.append(DimensionScore(id=dimension.id, score=score, level=level_of(grade_of(edition, score))))
    levels = {identity: level for identity, (level, _) in reached.items()}
    band_grade = grade_of(edition, total)
    grade, gates = _through_gates(edition, form, band_grade, dimensions, levels)
    shown_weights = apportioned(weights, Decimal(100))
    shown_parts = apportioned(parts, total)
    return Measured(
        total=total,
        level=level_of(grade),
        grade=grade,
        band_grade=band_grade,
        dimensions=tuple(dimensions),
        indicators=tuple(
            IndicatorScore(
                id=item.id,
                level=levels.get(item.id),
                points=reached[item.id][1] if item.id in reached else None,
                weight=shown_weights.get(item.id, Decimal(0)),
                contribution=shown_parts.get(item.id, Decimal(0)),
            )
            for item in asked
        ),
        gates=tuple(gates),
    )


def _through_gates(
    edition: EditionText,
    form: Form,
    band_grade: int,
    dimensions: Sequence[DimensionScore],
    levels: Mapping[str, Decimal],
) -> tuple[int, list[Gate]]:
    """The best grade the gates allow: at a level whose gates fail, the upper grade of the next lower level is tried."""
    tried: list[Gate] = []
    for level in range(level_of(band_grade), 1, -1):
        gates = gates_at(edition, form, level, dimensions, levels)
        tried += gates
        if all(gate.holds for gate in gates):
            return min(band_grade, 2 * level), tried
    return min(band_grade, 2), tried


def gates_at(
    edition: EditionText,
    form: Form,
    level: int,
    dimensions: Sequence[DimensionScore],
    levels: Mapping[str, Decimal],
) -> list[Gate]:
    """Every gate of the answers at a candidate level 2–5 门槛; an indicator that is not applicable is not counted."""
    gates = edition.gates
    name = edition.level_names[level - 1]
    names = {d.id: d.name for d in edition.dimensions}
    base = [d for d in dimensions if next(x.base for x in edition.dimensions if x.id == d.id)]

    floor_level = level - gates.weakest_dimension.levels_below
    weak = tuple(f"{d.id} {names[d.id]}" for d in base if d.level < floor_level)
    found = [
        Gate(
            code=gates.weakest_dimension.code,
            level=level,
            holds=not weak,
            says=f"{name}要求五个基本维度均不低于第 {floor_level} 级",
            says_in_english=f"Level {level} asks every base dimension to be at level {floor_level} or above",
            lift=weak,
        )
    ]

    floor = edition.bands[2 * level - 2]
    short = [d for d in base if d.score < floor]
    named = gates.breadth.including
    broad = len(base) - len(short) >= gates.breadth.at_least and named not in {d.id for d in short}
    found.append(
        Gate(
            code=gates.breadth.code,
            level=level,
            holds=broad,
            says=f"{name}要求至少 {gates.breadth.at_least} 个基本维度（含 {named} {names[named]}）达到 {floor} 分",
            says_in_english=f"Level {level} asks {gates.breadth.at_least} base dimensions, {named} among them, "
            f"to reach {floor} points",
            lift=() if broad else tuple(f"{d.id} {names[d.id]}" for d in short),
        )
    )

    rule = gates.key_indicators
    stars = [item for item in edition.of(form) if item.key and item.id in levels]
    low = [item for item in stars if levels[item.id] < level - rule.levels_below]
    below = [item for item in stars if levels[item.id] < level]
    enough = 100 * (len(stars) - len(below)) >= rule.share_percent * len(stars)
    holds = not low and enough
    found.append(
        Gate(
            code=rule.code,
            level=level,
            holds=holds,
            says=f"{name}要求关键指标（★）均不低于 {level - rule.levels_below} 级，"
            f"且 {rule.share_percent}% 达到 {level} 级",
            says_in_english=f"Level {level} asks every key indicator to be at {level - rule.levels_below} or above "
            f"and {rule.share_percent} % of them at {level}",
            lift=() if holds else tuple(f"{item.id} {item.name}" for item in (below if not enough else low)),
        )
    )

    for gate in gates.security:
        if level < gate.from_level or gate.indicator not in levels:
            continue
        item = edition.by_id[gate.indicator]
        reached = levels[gate.indicator] >= gate.at_least
        found.append(
            Gate(
                code=gate.code,
                level=level,
                holds=reached,
                says=f"{name}要求 {item.id} {item.name}不低于 {gate.at_least} 级",
                says_in_english=f"Level {level} asks indicator {item.id} to be at {gate.at_least} or above",
                lift=() if reached else (f"{item.id} {item.name}",),
            )
        )
    return found


def issue(edition: EditionText, measured: Measured, process: Process) -> Issued:
    """See `Edition.issue`."""
    grade = measured.grade
    found = []
    steps = (
        (edition.gates.site_visit, process.site_visit, "现场诊断", "a site visit"),
        (edition.gates.expert_review, process.expert_review, "专家评审", "an expert review"),
    )
    for gate, done, chinese, english in steps:
        if measured.level < gate.from_level:
            continue
        name = edition.level_names[gate.from_level - 1]
        found.append(
            Gate(
                code=gate.code,
                level=gate.from_level,
                holds=done,
                says=f"{name}及以上须经{chinese}",
                says_in_english=f"Level {gate.from_level} and above needs {english}",
                lift=() if done else (chinese,),
            )
        )
        if not done:
            grade = min(grade, 2 * (gate.from_level - 1))
    level = level_of(grade)
    return Issued(
        level=level,
        grade=grade,
        level_name=edition.level_names[level - 1] if level else edition.below_grade_name,
        grade_name=edition.grade_names[grade - 1] if grade else edition.below_grade_name,
        gates=tuple(found),
    )
