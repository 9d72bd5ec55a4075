"""Answer 答案 to one indicator, and what can be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from standards.described import KeyField
from standards.edition.text import Indicator

Level = Annotated[Decimal, Field(max_digits=4, decimal_places=2)]
Number = Annotated[Decimal, Field(max_digits=20, decimal_places=6)]
"""A raw number 原始数值: at most 20 digits, so that 1E+999999999 is refused as it comes and never spelt out."""
Name = Annotated[str, Field(max_length=40)]
NumberName = Annotated[Name, KeyField("name", "Name · 名称")]
Reason = Annotated[str, Field(max_length=2000)]


class Answer(BaseModel):
    """What is said of one indicator · 答案.

    level: maturity 0–5 in half steps, for choices and outcomes. numbers: raw numbers by name, for ratios, counts and
    outcomes. choices: names of the options chosen, for multiple choices. A not-applicable answer carries a reason only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    level: Level | None = Field(default=None, description="Maturity level 0–5 in half steps · 成熟度等级")
    numbers: Annotated[dict[NumberName, Number], Field(max_length=10)] | None = Field(
        default=None, description="Raw numbers by name · 原始数值"
    )
    choices: Annotated[tuple[Name, ...], Field(max_length=40)] | None = Field(
        default=None, description="Names of the options chosen · 所选项"
    )
    not_applicable: bool = Field(
        default=False, description="Whether the indicator does not apply; give the reason · 不适用"
    )
    reason: Reason | None = Field(default=None, description="Why · 理由")

    def agrees_with(self, other: "Answer") -> bool:
        """Whether two answers state the same 答案一致: the wording of a reason and the order of choices aside."""
        return _statement(self) == _statement(other)


def _statement(answer: Answer) -> tuple[object, ...]:
    return (answer.level, answer.numbers or {}, frozenset(answer.choices or ()), answer.not_applicable)


@dataclass(frozen=True)
class AnswerProblem:
    """Why an answer cannot be taken 答案问题: published code, the field at fault, and what exactly is wrong with it.

    allowed: what the field may be, where that is a list. at_least, at_most: its bounds, both included.
    """

    code: str
    field: str
    detail: str
    detail_in_english: str
    allowed: tuple[str, ...] = ()
    at_least: Decimal | None = None
    at_most: Decimal | None = None


def check(indicator: Indicator, levels: frozenset[Decimal], answer: Answer) -> AnswerProblem | None:
    """The first problem of an answer, None when it can be taken.

    levels: the maturity levels that the edition gives points for.
    """
    if answer.not_applicable:
        if answer.level is not None or answer.numbers or answer.choices:
            return AnswerProblem(
                "ANSWER_KIND_WRONG", "not_applicable", "不适用时只填理由", "not applicable goes with a reason only"
            )
        if not (answer.reason or "").strip():
            return AnswerProblem("REASON_MISSING", "reason", "不适用", "not applicable")
        return None
    match indicator.kind:
        case "choice":
            if answer.numbers or answer.choices:
                return _level_wanted()
            return _check_level(levels, answer)
        case "outcome":
            if answer.choices:
                return _level_wanted()
            return _check_level(levels, answer) or _check_outcome(indicator, answer)
        case "multi":
            return _check_choices(indicator, answer)
        case _:
            return _check_numbers(indicator, answer)


def _level_wanted() -> AnswerProblem:
    return AnswerProblem("ANSWER_KIND_WRONG", "level", "应填写等级", "a level is asked for")


def _numbers_wanted(indicator: Indicator) -> AnswerProblem:
    names = tuple(number.name for number in indicator.numbers)
    return AnswerProblem(
        "ANSWER_KIND_WRONG",
        "numbers",
        f"只应填写原始数值 {'、'.join(names)}",
        f"only the raw numbers {', '.join(names)} are asked for",
        names,
    )


def _check_level(levels: frozenset[Decimal], answer: Answer) -> AnswerProblem | None:
    if answer.level is None:
        return _level_wanted()
    if answer.level not in levels:
        scale = tuple(f"{level:f}" for level in sorted(levels))
        return AnswerProblem("ANSWER_OFF_SCALE", "level", f"{answer.level:f}", f"{answer.level:f}", scale)
    return None


def _check_choices(indicator: Indicator, answer: Answer) -> AnswerProblem | None:
    if answer.choices is None or answer.level is not None or answer.numbers:
        return AnswerProblem("ANSWER_KIND_WRONG", "choices", "应选择选项", "options are asked for")
    known = tuple(option.name for option in indicator.options)
    unknown = [choice for choice in answer.choices if choice not in known]
    repeated = sorted({choice for choice in answer.choices if answer.choices.count(choice) > 1})
    if odd := unknown or repeated:
        return AnswerProblem("CHOICE_UNKNOWN", "choices", "、".join(odd), ", ".join(odd), known)
    return None


def _missing(name: str, label: str, unit: str) -> AnswerProblem:
    return AnswerProblem("RAW_NUMBER_MISSING", f"numbers.{name}", f"“{label}”（{unit}）", name)


def _invalid(
    name: str, chinese: str, english: str, *, at_least: Decimal | None = Decimal(0), at_most: Decimal | None = None
) -> AnswerProblem:
    return AnswerProblem("RAW_NUMBER_INVALID", f"numbers.{name}", chinese, f"{name} {english}", (), at_least, at_most)


def _check_numbers(indicator: Indicator, answer: Answer) -> AnswerProblem | None:
    if answer.level is not None or answer.choices:
        return _numbers_wanted(indicator)
    given = answer.numbers or {}
    for number in indicator.numbers:
        if number.name not in given:
            return _missing(number.name, number.label, number.unit)
        value = given[number.name]
        if value < 0:
            return _invalid(number.name, f"“{number.label}”不能为负，不得小于 0", "is negative; it is 0 or more")
        if number.at_most is not None and (value > number.at_most or value != int(value)):
            return _invalid(
                number.name,
                f"“{number.label}”应为 0–{number.at_most} 的整数",
                f"is not a whole number from 0 to {number.at_most}",
                at_most=Decimal(number.at_most),
            )
    if set(given) - {number.name for number in indicator.numbers}:
        return _numbers_wanted(indicator)
    if indicator.kind == "ratio":
        part, whole = indicator.numbers
        if given[whole.name] == 0:
            return _invalid(whole.name, f"“{whole.label}”不能为零，须大于 0", "is zero; it is more than 0", at_least=None)
        if given[part.name] > given[whole.name]:
            most = given[whole.name]
            says = f"“{part.label}”大于“{whole.label}”，不得大于 {most:f}"
            return _invalid(part.name, says, f"exceeds {whole.name}; it is {most:f} at most", at_most=most)
    return None


def _check_outcome(indicator: Indicator, answer: Answer) -> AnswerProblem | None:
    given = answer.numbers
    if not given:
        return None  # without numbers an outcome counts as level 1 at most; that is scoring, not a mistake
    if set(given) - {number.name for number in indicator.numbers}:
        return _numbers_wanted(indicator)
    for number in indicator.numbers:
        if number.name not in given:
            return _missing(number.name, number.label, number.unit)
        if given[number.name] < 0:
            return _invalid(number.name, f"“{number.label}”不能为负，不得小于 0", "is negative; it is 0 or more")
    return None


def is_better(indicator: Indicator, numbers: Mapping[str, Decimal]) -> bool:
    """Whether the raw numbers of an outcome got better 成效是否向好; without numbers nothing shows that they did."""
    if not numbers:
        return False
    before, after = (numbers[number.name] for number in indicator.numbers)
    return after > before if indicator.better == "higher" else after < before


def unshown(indicator: Indicator, answer: Answer) -> AnswerProblem | None:
    """The problem of an outcome whose level its numbers do not show 成效未证实, for which level 1 counts at most; else None.

    `check` lets it pass: answers kept before it was refused are scored as they were. answer: one that `check` lets pass.
    """
    level = answer.level
    if indicator.kind != "outcome" or level is None or level <= 1 or is_better(indicator, answer.numbers or {}):
        return None
    if not answer.numbers:
        return AnswerProblem("OUTCOME_UNSHOWN", "numbers", f"{level:f}", f"{level:f}", at_most=Decimal(1))
    before, after = indicator.numbers
    values = f"{answer.numbers[before.name]:f}", f"{answer.numbers[after.name]:f}"
    way = "高" if indicator.better == "higher" else "低"
    chinese = f"{level:f} 级，但“{before.label}”{values[0]}、“{after.label}”{values[1]}（该指标越{way}越好）"
    english = f"level {level:f}, but its numbers went from {values[0]} to {values[1]} where {indicator.better} is better"
    return AnswerProblem("OUTCOME_NOT_BETTER", f"numbers.{after.name}", chinese, english, at_most=Decimal(1))
