"""Answers of the demo city 示例答案: a firm's verified answers near a total, and its own, which state a little more."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from standards import Answer, Edition, Form, Indicator

SPREAD = 0.6
"""How far an indicator strays from the firm's level, in levels (one deviation)."""
POINTS_A_LEVEL = 17
"""What one level is worth on average: so an overstatement in points becomes a share of indicators stated one too high."""
NOT_APPLICABLE_IN_HUNDRED = 3


@dataclass(frozen=True)
class DemoAnswers:
    """The answers of one firm 示例答案: its own, those verified, and why, indicator by indicator, the two differ."""

    own: Mapping[str, Answer]
    verified: Mapping[str, Answer]
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Saying:
    """What a firm's raw numbers are made from 原始数值基数, the same in both of its answers."""

    devices: int
    revenue_wan: int


def level_of_total(edition: Edition, total: int) -> float:
    """The maturity level at which every indicator would give a total, between the steps of the edition's points."""
    steps = sorted(edition.points.items())
    for (low, low_points), (high, high_points) in itertools.pairwise(steps):
        if total <= high_points:
            return float(low + (high - low) * (total - low_points) / (high_points - low_points))
    return float(steps[-1][0])


def draw_answers(
    edition: Edition,
    form: Form,
    chance: Random,
    total: int,
    overstated: int,
    saying: Saying,
    texts: tuple[tuple[str, ...], str],
) -> DemoAnswers:
    """A firm's answers 示例答案.

    Args:
        edition: the standard.
        form: which questionnaire.
        chance: where the draws come from.
        total: points that the verified answers aim at, 0–100.
        overstated: points that the firm's own total aims to lie above; negative when it is modest.
        saying: what its raw numbers are made from.
        texts: (reasons of differences to choose from, reason of what is not applicable).
    """
    differences, not_applicable = texts
    middle = level_of_total(edition, total)
    own, verified, reasons = {}, {}, {}
    spared: set[str] = set()
    for item in edition.of(form):
        if item.dimension not in spared and not item.key and chance.randrange(100) < NOT_APPLICABLE_IN_HUNDRED:
            spared.add(item.dimension)
            own[item.id] = verified[item.id] = Answer(not_applicable=True, reason=not_applicable)
            continue
        level = middle + chance.gauss(0, SPREAD)
        step = 0
        if chance.random() * POINTS_A_LEVEL < abs(overstated):
            step = 1 if overstated > 0 else -1
        within = chance.random()
        verified[item.id] = answer_at(edition, item, level, saying, within)
        own[item.id] = answer_at(edition, item, level + step, saying, within)
        if own[item.id] != verified[item.id]:
            reasons[item.id] = chance.choice(differences)
    return DemoAnswers(own, verified, reasons)


def answer_at(edition: Edition, item: Indicator, level: float, saying: Saying, within: float) -> Answer:
    """The answer nearest to a level 对应等级的答案. within: 0–1, where in a band a raw number lies."""
    if item.kind in ("choice", "outcome"):
        nearest = min(edition.points, key=lambda one: (abs(float(one) - level), one))
        if item.kind == "choice":
            return Answer(level=nearest)
        better = 10 if item.better == "higher" else -10
        return Answer(level=nearest, numbers={"before": Decimal(100), "after": Decimal(100 + better)})
    whole = min(max(round(level), 0), 5)
    if item.kind == "multi":
        return Answer(choices=tuple(option.name for option in item.options[: max(whole - 1, 0)]))
    if item.kind == "count":
        return _count_at(item, whole, within)
    return _ratio_at(item, max(whole, 1), saying, within)


def _count_at(item: Indicator, level: int, within: float) -> Answer:
    (number,) = item.numbers
    if level == 0:
        return Answer(numbers={number.name: Decimal(0)})
    bounds = [0, *map(int, item.upper_bounds), number.at_most or int(item.upper_bounds[-1]) + 1]
    low, high = bounds[level - 1] + 1, bounds[level]
    return Answer(numbers={number.name: Decimal(low + int(within * (high - low)))})


def _ratio_at(item: Indicator, level: int, saying: Saying, within: float) -> Answer:
    part, whole = item.numbers
    total = Decimal(saying.revenue_wan * 3 if "revenue" in whole.name else saying.devices)
    low = [Decimal(0), *item.upper_bounds][level - 1]
    high = [*item.upper_bounds, min(item.upper_bounds[-1] * 2, Decimal(95))][level - 1]
    percent = low + (high - low) * (Decimal(1) + Decimal(int(within * 8))) / 9
    return Answer(numbers={part.name: (total * percent / 100).to_integral_value(), whole.name: total})
