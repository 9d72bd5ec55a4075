"""Help 填报帮助: in plain words how an indicator is answered, with an example, in Chinese and English. The project's own, mark I.

Worked out from the indicator alone, so that every indicator of every edition has it, and an industry's changed bounds are in it.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from standards.edition.punctuation import punctuated
from standards.edition.text import Indicator, SourceMark

EXAMPLE_LEVEL = 3
"""Level that an example comes to."""
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class IndicatorHelp:
    """How an indicator is answered, and an example that is made up 填报帮助. mark: of who wrote it."""

    says: str
    says_in_english: str
    example: str
    example_in_english: str
    mark: SourceMark = SourceMark.I


def help_of(indicator: Indicator) -> IndicatorHelp:
    """The help of an indicator."""
    match indicator.kind:
        case "ratio":
            return _ratio(indicator)
        case "count":
            return _count(indicator)
        case "multi":
            return _multi(indicator)
        case "outcome":
            return _outcome(indicator)
        case _:
            return _choice(indicator)


def _choice(indicator: Indicator) -> IndicatorHelp:
    reached, next_one = (punctuated(indicator.levels[level - 1]) for level in (EXAMPLE_LEVEL, EXAMPLE_LEVEL + 1))
    return IndicatorHelp(
        "对照等级描述，选已经做到的最高一级；正在做、打算做的不算。",
        "Compare with the level descriptors and choose the highest that is reached already; what is planned does not count.",
        f"例：已做到“{reached}”，还没有做到“{next_one}”，选 {EXAMPLE_LEVEL} 级。",
        f"Example: what level {EXAMPLE_LEVEL} describes is done, what level {EXAMPLE_LEVEL + 1} describes is not: {EXAMPLE_LEVEL}.",
    )


def _ratio(indicator: Indicator) -> IndicatorHelp:
    part, whole = indicator.numbers
    share = _at_level(indicator)
    numbers = f"“{punctuated(part.label)}”填 {share} {part.unit}，“{punctuated(whole.label)}”填 {WHOLE} {whole.unit}"
    return IndicatorHelp(
        "只填两个原始数，比率和等级由平台计算；两个数取自同一时点或同一时期。",
        "State the two raw numbers, of the same day or period; the ratio and the level are computed.",
        f"例：{numbers}，即 {share}%，为 {EXAMPLE_LEVEL} 级。",
        f"Example: {share} of {WHOLE} is {share} %, level {EXAMPLE_LEVEL}.",
    )


def _count(indicator: Indicator) -> IndicatorHelp:
    (number, *_), count = indicator.numbers, _at_level(indicator)
    return IndicatorHelp(
        "只填数量，等级由平台计算；已停用的不算在内。",
        "State the number; the level is computed. What is out of use does not count.",
        f"例：“{punctuated(number.label)}”填 {count} {number.unit}，为 {EXAMPLE_LEVEL} 级。",
        f"Example: {count} is level {EXAMPLE_LEVEL}.",
    )


def _multi(indicator: Indicator) -> IndicatorHelp:
    chosen = "”和“".join(punctuated(option.label) for option in indicator.options[:2])
    return IndicatorHelp(
        "勾选已经具备的各项，可以多选；计划中的不勾。",
        "Tick everything that is in place, one or several; leave out what is planned.",
        f"例：现有“{chosen}”，只勾这些。",
        "Example: the first two are in place: tick these and no other.",
    )


def _outcome(indicator: Indicator) -> IndicatorHelp:
    first, second = (10, 12) if indicator.better == "higher" else (12, 10)
    stated = zip(indicator.numbers, (first, second), strict=True)
    numbers = "，".join(f"“{punctuated(number.label)}”填 {value} {number.unit}" for number, value in stated)
    return IndicatorHelp(
        "填改造前后的数值，再选等级；没有数值，或数值未见向好，只按 1 级计。",
        "State the number before and after, and the level; without numbers, or where they got no better, level 1 counts.",
        f"例：{numbers}，算作向好。",
        f"Example: {first} before and {second} after count as better.",
    )


def _at_level(indicator: Indicator) -> str:
    """A number that is at the example's level: halfway between its bounds where a whole number lies there, else its upper bound."""
    lower, upper = (Fraction(indicator.upper_bounds[EXAMPLE_LEVEL - at]) for at in (2, 1))
    middle = (lower + upper) // 2
    return f"{Decimal(middle) if middle > lower else indicator.upper_bounds[EXAMPLE_LEVEL - 1]:f}"
