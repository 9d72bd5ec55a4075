"""Improvement steps 改进步骤: where each indicator can be taken from its answer, what that costs and which answer would do.

Whole levels only, as only those have a descriptor to show evidence for; from a half step the first step costs its share,
rounded up. An indicator that is not applicable stays so. plan S4, R2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from standards.answers import Answer
from standards.edition import LEVELS, Edition, Indicator
from standards.improvement_costs import StepCosts
from standards.scoring import level_and_points

SMALLEST = Fraction(1, 10**6)
"""The finest raw number that an answer takes."""


@dataclass(frozen=True)
class Rung:
    """Where an indicator can be taken 可达水平. steps: how many steps away; options: of a multiple choice, those to add.

    above: of a ratio (percent) or count, the bound that the raw number must exceed; answer: one that would do.
    """

    answer: Answer
    level: Decimal
    points: Decimal
    cost: int
    steps: int
    options: tuple[str, ...] = ()
    above: Decimal | None = None


def rungs(edition: Edition, indicator: Indicator, answer: Answer, costs: StepCosts) -> tuple[Rung, ...]:
    """Every place that an applicable indicator can be taken to 可达水平, from where it stands (cost 0) upwards.

    Of a multiple choice, for each number of points the cheapest options that give them, then the fewest.
    """
    level, points = level_and_points(edition, indicator, answer)
    here = Rung(answer, level, points, 0, 0)
    if indicator.kind == "multi":
        return (here, *_more_options(edition, indicator, answer, costs))
    return (here, *_higher_levels(edition, indicator, answer, here, costs))


def _more_options(edition: Edition, indicator: Indicator, answer: Answer, costs: StepCosts) -> Iterator[Rung]:
    chosen = answer.choices or ()
    best: dict[Decimal, tuple[int, tuple[str, ...]]] = {Decimal(0): (0, ())}
    for option in indicator.options:
        if option.name in chosen:
            continue
        price = costs.of_option(indicator, option.name)
        for gained, (cost, added) in list(best.items()):
            wider = (cost + price, (*added, option.name))
            known = best.get(gained + option.points)
            if known is None or (wider[0], len(wider[1])) < (known[0], len(known[1])):
                best[gained + option.points] = wider
    for gained in sorted(best):
        if not gained:
            continue
        cost, added = best[gained]
        wanted = Answer(choices=(*chosen, *added))
        level, points = level_and_points(edition, indicator, wanted)
        yield Rung(wanted, level, points, cost, len(added), added)


def _higher_levels(
    edition: Edition, indicator: Indicator, answer: Answer, here: Rung, costs: StepCosts
) -> Iterator[Rung]:
    cost = 0
    for steps, goal in enumerate(range(int(here.level) + 1, LEVELS + 1), 1):
        whole = costs.to_level(indicator, goal)
        left = min(Fraction(goal) - Fraction(here.level), Fraction(1))
        cost += -((-whole * left).__floor__())
        found = _answer_at(indicator, answer, goal)
        if found is None:
            return
        wanted, above = found
        yield Rung(wanted, Decimal(goal), edition.points[Decimal(goal)], cost, steps, (), above)


def _answer_at(indicator: Indicator, answer: Answer, goal: int) -> tuple[Answer, Decimal | None] | None:
    """An answer that reaches a whole level, and the bound that its raw number must exceed; None when no answer can."""
    numbers = answer.numbers or {}
    match indicator.kind:
        case "choice":
            return Answer(level=Decimal(goal)), None
        case "outcome":
            return Answer(level=Decimal(goal), numbers=_better(indicator, numbers)), None
        case "ratio":
            part, whole = indicator.numbers
            bound = indicator.upper_bounds[goal - 2]
            most = numbers[whole.name]
            least = _just_above(Fraction(bound) * Fraction(most) / 100, Fraction(most), whole=part.at_most is not None)
            if least is None or (part.at_most is not None and least > part.at_most):
                return None
            return Answer(numbers={part.name: least, whole.name: most}), bound
        case _:
            (number,) = indicator.numbers
            bound = indicator.upper_bounds[goal - 2] if goal > 1 else Decimal(0)
            most_of = Fraction(number.at_most) if number.at_most is not None else None
            least = _just_above(Fraction(bound), most_of, whole=number.at_most is not None)
            return (Answer(numbers={number.name: least}), bound) if least is not None else None


def _just_above(bound: Fraction, most: Fraction | None, *, whole: bool) -> Decimal | None:
    """The next whole number above a bound, or where that is too much and parts are allowed, the next number at all."""
    least = Fraction(bound.__floor__() + 1)
    if most is not None and least > most and not whole:
        least = ((bound / SMALLEST).__floor__() + 1) * SMALLEST
    if most is not None and least > most:
        return None
    return (Decimal(least.numerator) / Decimal(least.denominator)).quantize(Decimal("0.000001")).normalize() + 0


def _better(indicator: Indicator, numbers: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Numbers that got better: those there are where they did, else the known start with something better."""
    before, after = indicator.numbers
    start = numbers.get(before.name, Decimal(1))
    if indicator.better == "higher":
        end = numbers.get(after.name, start + 1)
        return {before.name: start, after.name: end if end > start else start + 1}
    start = start or Decimal(1)
    end = numbers.get(after.name, Decimal(0))
    return {before.name: start, after.name: end if end < start else Decimal(0)}
