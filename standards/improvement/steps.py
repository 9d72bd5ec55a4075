"""Improvement steps 改进步骤: where each indicator can be taken from its answer, what that costs and which answer would do.

Whole levels only, as only those have a descriptor to show evidence for; from a half step the first step costs its share,
rounded up. Where an indicator would stand is what the scoring says of the answer that is shown. An indicator that is not
applicable stays so. plan S4, R2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from standards.edition.edition import Edition
from standards.edition.text import LEVELS, Indicator
from standards.improvement.costs import StepCosts
from standards.scoring.answers import Answer
from standards.scoring.measure import level_and_points

DECIMALS = 6
"""Decimals of the finest raw number that an answer takes."""
LARGEST = Decimal("99999999999999.999999")
"""The largest raw number that an answer takes: 20 digits."""


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
        if found is not None:  # a level that no number can state is passed over: whoever goes beyond it pays for both steps
            wanted, above = found
            level, points = level_and_points(edition, indicator, wanted)
            yield Rung(wanted, level, points, cost, steps, (), above)


def _answer_at(indicator: Indicator, answer: Answer, goal: int) -> tuple[Answer, Decimal | None] | None:
    """An answer that reaches exactly a whole level, and the bound that its raw number must exceed; None when no answer can."""
    numbers = answer.numbers or {}
    match indicator.kind:
        case "choice":
            return Answer(level=Decimal(goal)), None
        case "outcome":
            better = _better(indicator, numbers)
            return None if better is None else (Answer(level=Decimal(goal), numbers=better), None)
        case "ratio":
            part, whole = indicator.numbers
            percent = Fraction(numbers[whole.name]) / 100
            least_of, most_of = _band(indicator, goal)
            least = _just_above(percent * Fraction(least_of), percent * Fraction(min(most_of or 100, 100)), part.at_most)
            if least is None:
                return None
            return Answer(numbers={part.name: least, whole.name: numbers[whole.name]}), least_of
        case _:
            (number,) = indicator.numbers
            least_of, most_of = _band(indicator, goal)
            least = _just_above(Fraction(least_of), None if most_of is None else Fraction(most_of), number.at_most)
            return None if least is None else (Answer(numbers={number.name: least}), least_of)


def _band(indicator: Indicator, level: int) -> tuple[Decimal, Decimal | None]:
    """What a number must exceed to be at a level, and what it must not; None where the level has no upper bound.

    A number of nothing reaches no level at all, so that the first begins above 0. Of a ratio it does, but no step leads there.
    """
    bounds = (Decimal(0), *indicator.upper_bounds, None)
    lower, upper = bounds[level - 1], bounds[level]
    assert lower is not None, "only the last level has no upper bound"  # noqa: S101 - for the type checker
    return lower, upper


def _just_above(lower: Fraction, upper: Fraction | None, at_most: int | None) -> Decimal | None:
    """The least number above one bound and not above another, with as few decimals as lie between; None when none does.

    at_most: of a number that must be whole, the most that it may be.
    """
    if at_most is not None:
        upper = Fraction(at_most) if upper is None else min(upper, Fraction(at_most))
    for places in range(1 if at_most is not None else DECIMALS + 1):
        units = (lower * 10**places).__floor__() + 1
        if upper is None or Fraction(units, 10**places) <= upper:
            found = Decimal(units).scaleb(-places)
            return found if found <= LARGEST else None
    return None


def _better(indicator: Indicator, numbers: Mapping[str, Decimal]) -> dict[str, Decimal] | None:
    """Numbers that got better: those there are where they did, else the known start with something better; None: nothing is."""
    before, after = indicator.numbers
    start = numbers.get(before.name, Decimal(1))
    if indicator.better == "higher":
        end = numbers.get(after.name, Decimal(0))
        end = end if end > start else min(start + 1, LARGEST)
        return {before.name: start, after.name: end} if end > start else None
    start = start or Decimal(1)
    end = numbers.get(after.name, Decimal(0))
    return {before.name: start, after.name: end if end < start else Decimal(0)}
